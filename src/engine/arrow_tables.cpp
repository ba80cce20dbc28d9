#include "engine/arrow_tables.h"

#include <cstring>

#include "engine/statements.h"
#include "format/arrow/arrow_import.h"
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

TableRef table_of_arrow_stream(const std::string& name, ArrowArrayStream* given,
                               const Session& session, const std::function<bool()>& stop) {
  if (!given->release)
    throw Error(ErrorCode::kInvalidArgument, "the Arrow stream is released already");
  Stream stream(given);
  const ArrowImporter importer = stream.importer();
  const Ref<const MemoryTable> table = MemoryTable::create(name, importer.schema());
  Filled made;
  const std::unique_ptr<QueryContext> context = session.make_context();
  context->changes = &made;
  BudgetScope budget(*context->budget);
  const std::unique_ptr<Writer> writer = table->insert(*context);
  std::vector<Chunk> batch;
  size_t rows = 0;
  const auto write = [&] {
    if (!batch.empty()) writer->commit(writer->encode(std::move(batch)));
    batch.clear();
    rows = 0;
  };
  for (ArrowArray array; stream.next(array);) {
    ArrowImporter::Batch imported = importer.import(&array, *context->budget);
    context->settings.force_spill = session.settings().force_spill || !imported.fits;
    for (Chunk& chunk : imported.chunks) {
      rows += chunk.row_count;
      batch.push_back(std::move(chunk));
      if (rows >= writer->batch_rows()) write();
    }
    if (!imported.fits) write();
    if (stop && stop())
      throw Error(ErrorCode::kCancelled, "reading the Arrow stream was cancelled");
  }
  write();
  writer->finish();
  return made.table;
}

}  // namespace doline
