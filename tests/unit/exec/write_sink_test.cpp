#include <gtest/gtest.h>

#include "column/column_builder.h"
#include "exec/sinks.h"

namespace doline {
namespace {

/// Writes each row as a batch of its own, to a disk with room for `room` of them.
class FullDisk final : public Writer {
 public:
  explicit FullDisk(int room) : room_(room) {}
  size_t batch_rows() const override { return 1; }
  std::unique_ptr<Encoded> encode(std::vector<Chunk>) override {
    return std::make_unique<Encoded>();
  }
  void commit(std::unique_ptr<Encoded> encoded) override {
    ASSERT_NE(encoded, nullptr);
    if (room_ == 0) throw Error(ErrorCode::kIo, "no space left");
    --room_;
  }
  void finish() override {}
  void abandon() noexcept override {}

 private:
  int room_;
};

// Symptom: COPY to a full disk crashed when another thread had a batch ready as the error was met.
TEST(WriteSink, WhatComesBehindAFailedBatchIsNotWritten) {
  QueryContext context;
  context.budget = Budget::create("query", Budget::process());
  WriteSink sink(std::make_unique<FullDisk>(1), context);
  const auto local = sink.local(context);
  const auto write = [&](uint64_t morsel) {
    ColumnBuilder builder(Type::int32());
    builder.append(int32_t{1});
    Chunk chunk({builder.seal()}, 1);
    chunk.sequence.morsel = morsel;
    sink.consume(chunk, *local, Waker());
    sink.end_morsel(morsel, *local, Waker());
  };
  write(0);
  EXPECT_THROW(write(1), Error);
  EXPECT_NO_THROW(write(2));
}

}  // namespace
}  // namespace doline
