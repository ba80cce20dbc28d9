#include "exec/chunk_source.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "column/column_builder.h"

namespace doline {

namespace {

class ChunkSource final : public Source {
 public:
  explicit ChunkSource(std::vector<Chunk> chunks) : chunks_(std::move(chunks)) {}
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == chunks_.size()) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    class Once final : public Reader {
     public:
      explicit Once(Chunk chunk) : chunk_(std::move(chunk)) {}
      Poll read(Chunk& out, const Waker&) override {
        if (!chunk_) return Poll::kDone;
        out = std::move(*chunk_);
        chunk_.reset();
        return Poll::kReady;
      }

     private:
      std::optional<Chunk> chunk_;
    };
    return std::make_unique<Once>(chunks_[morsel.begin]);
  }
  uint32_t parallelism() const override { return chunks_.size() < 4 ? 1 : ~uint32_t{0}; }

 private:
  const std::vector<Chunk> chunks_;
  std::atomic<size_t> next_{0};
};

}  // namespace

std::unique_ptr<Source> make_chunk_source(std::vector<Chunk> chunks) {
  return std::make_unique<ChunkSource>(std::move(chunks));
}

std::vector<Chunk> chunks_of(const ValuesNode& node, uint32_t chunk_rows) {
  std::vector<Chunk> chunks;
  const size_t width = node.schema.size();
  for (int64_t begin = 0; begin < node.row_count; begin += chunk_rows) {
    const auto rows = static_cast<uint32_t>(std::min<int64_t>(chunk_rows, node.row_count - begin));
    std::vector<Column> columns;
    for (size_t column = 0; column < width; ++column) {
      ColumnBuilder builder(node.schema[column].type, rows);
      for (uint32_t row = 0; row < rows; ++row) {
        builder.append_value(node.values[(static_cast<size_t>(begin) + row) * width + column]);
      }
      columns.push_back(builder.seal());
    }
    chunks.emplace_back(std::move(columns), rows);
  }
  return chunks;
}

std::unique_ptr<Source> one_number(uint64_t number) {
  const Column column = Value::integer(static_cast<int64_t>(number)).to_column(1);
  return make_chunk_source({Chunk({column}, 1)});
}

std::unique_ptr<Source> only_row(std::shared_ptr<const ChunkStore> store, SourceSpan span) {
  if (store->row_count() > 1) {
    throw Error(ErrorCode::kConstraint, span,
                "a subquery that stands for one value gave several rows")
        .hint("add LIMIT 1, or aggregate: max(…), any_value(…)");
  }
  if (store->row_count() == 1) return make_store_source(std::move(store));
  std::vector<Column> nulls;
  for (const Field& field : store->schema()) nulls.push_back(Column::null(field.type, 1));
  std::vector<Chunk> chunks;
  chunks.emplace_back(std::move(nulls), 1);
  return make_chunk_source(std::move(chunks));
}

}  // namespace doline
