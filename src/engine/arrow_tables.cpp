#include "engine/arrow_tables.h"

#include <cstring>

#include "engine/statements.h"
#include "format/arrow/arrow_import.h"
#include "table/lent_table.h"
#include "table/memory_table.h"

namespace doline {

namespace {

/// Holds a stream until it is read.
class Stream {
 public:
  explicit Stream(ArrowArrayStream* stream) : stream_(*stream) { stream->release = nullptr; }
  ~Stream() {
    if (stream_.release) stream_.release(&stream_);
  }
  Stream(const Stream&) = delete;

  ArrowImporter importer() {
    ArrowSchema schema{};
    check(stream_.get_schema(&stream_, &schema));
    const std::unique_ptr<ArrowSchema, void (*)(ArrowSchema*)> owned(&schema,
                                                                     [](ArrowSchema* held) {
                                                                       if (held->release)
                                                                         held->release(held);
                                                                     });
    return ArrowImporter(schema);
  }

  /// False at the end.
  bool next(ArrowArray& out) {
    out = ArrowArray{};
    check(stream_.get_next(&stream_, &out));
    return out.release != nullptr;
  }

 private:
  void check(int status) {
    if (status == 0) return;
    const char* said = stream_.get_last_error ? stream_.get_last_error(&stream_) : nullptr;
    throw Error(ErrorCode::kIo, "the Arrow stream failed: {}",
                said && *said ? said : std::strerror(status));
  }

  ArrowArrayStream stream_;
};

}  // namespace

namespace {

/// Puts the rows of batches into a table of ours.
class TableFiller {
 public:
  TableFiller(const std::string& name, const Session& session, const ArrowImporter& importer)
      : session_(session),
        importer_(importer),
        table_(MemoryTable::create(name, importer.schema())),
        context_(session.make_context()) {
    context_->changes = &made_;
    const BudgetScope budget(*context_->budget);
    writer_ = table_->insert(*context_);
  }

  void add(ArrowArray* array) {
    const BudgetScope budget(*context_->budget);
    ArrowImporter::Batch imported = importer_.import(array, *context_->budget);
    context_->settings.force_spill = session_.settings().force_spill || !imported.fits;
    for (Chunk& chunk : imported.chunks) add(std::move(chunk));
    if (!imported.fits) write();
  }

  void add(const ArrowImporter::Lent& lent) {
    const BudgetScope budget(*context_->budget);
    context_->settings.force_spill = session_.settings().force_spill || !lent.fits;
    for (int64_t begin = 0; begin < lent.array->length; begin += kChunkRows) {
      const auto rows =
          static_cast<uint32_t>(std::min<int64_t>(kChunkRows, lent.array->length - begin));
      std::vector<Column> columns;
      for (uint32_t column = 0; column < importer_.schema().size(); ++column)
        columns.push_back(importer_.read(lent, column, begin, rows, Selection::all(rows)));
      add(Chunk(std::move(columns), rows));
    }
    if (!lent.fits) write();
  }

  TableRef finish() {
    const BudgetScope budget(*context_->budget);
    write();
    writer_->finish();
    return made_.table;
  }

 private:
  void add(Chunk chunk) {
    rows_ += chunk.row_count;
    batch_.push_back(std::move(chunk));
    if (rows_ >= writer_->batch_rows()) write();
  }

  void write() {
    if (!batch_.empty()) writer_->commit(writer_->encode(std::move(batch_)));
    batch_.clear();
    rows_ = 0;
  }

  const Session& session_;
  const ArrowImporter& importer_;
  const Ref<const MemoryTable> table_;
  Filled made_;
  const std::unique_ptr<QueryContext> context_;
  std::unique_ptr<Writer> writer_;
  std::vector<Chunk> batch_;
  size_t rows_ = 0;
};

void require_unreleased(const ArrowArrayStream* stream) {
  if (!stream->release)
    throw Error(ErrorCode::kInvalidArgument, "the Arrow stream is released already");
}

void check_stop(const std::function<bool()>& stop) {
  if (stop && stop()) throw Error(ErrorCode::kCancelled, "reading the Arrow stream was cancelled");
}

}  // namespace

TableRef table_of_arrow_stream(const std::string& name, ArrowArrayStream* given,
                               const Session& session, const std::function<bool()>& stop) {
  require_unreleased(given);
  Stream stream(given);
  const ArrowImporter importer = stream.importer();
  TableFiller filler(name, session, importer);
  for (ArrowArray array; stream.next(array);) {
    filler.add(&array);
    check_stop(stop);
  }
  return filler.finish();
}

TableRef lent_table_of_arrow_stream(const std::string& name, ArrowArrayStream* given,
                                    const Session& session, const std::function<bool()>& stop) {
  require_unreleased(given);
  Stream stream(given);
  const std::shared_ptr<const ArrowImporter> importer(new ArrowImporter(stream.importer()));
  const std::unique_ptr<QueryContext> context = session.make_context();
  std::vector<std::shared_ptr<const ArrowImporter::Lent>> batches;
  // Once the batches are more than the memory limit, or where they are not read in parts.
  std::optional<TableFiller> filler;
  if (!importer->can_lend()) filler.emplace(name, session, *importer);
  for (ArrowArray array; stream.next(array);) {
    if (filler) {
      filler->add(&array);
    } else {
      batches.push_back(importer->lend(&array, *context->budget));
      if (!batches.back()->fits) {
        filler.emplace(name, session, *importer);
        for (auto& batch : batches) filler->add(*std::exchange(batch, nullptr));
        batches.clear();
      }
    }
    check_stop(stop);
  }
  return filler ? filler->finish() : LentTable::create(name, importer, std::move(batches));
}

}  // namespace doline
