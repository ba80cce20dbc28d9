#pragma once

#include <deque>
#include <numeric>
#include <string>
#include <vector>

#include "format/ipc/dictionaries.h"
#include "format/ipc/file.h"
#include "format/ipc/stream_cutter.h"
#include "parquet_memory_file.h"

namespace doline {

/// Calls `body(chunk)` for all rows of an Arrow IPC file or stream, all columns. A stream comes in
/// blocks of `block_bytes`, or lies in a file (0).
template <class Body>
void read_ipc(const std::string& bytes, size_t block_bytes, Body&& body) {
  const auto all_of = [](const ipc::IpcSchemaRef& schema) {
    std::vector<uint32_t> columns(schema->columns().size());
    std::iota(columns.begin(), columns.end(), 0U);
    return columns;
  };
  const auto read = [&](const ipc::IpcSchema& schema, const ipc::Message& message,
                        const ipc::BodyRef& from, const ipc::Dictionaries& dictionaries) {
    std::vector<ipc::BatchColumn> columns;
    for (size_t i = 0; i < schema.columns().size(); ++i) columns.push_back(schema.column(i));
    ArrowDictionaries known = *dictionaries.known();
    const auto batch = ipc::LoadedBatch::load(schema, columns, message, from, known);
    if (batch->rows() > 2 && ipc::LoadedBatch::can_load_rows(columns, message)) {
      const int64_t end = std::min<int64_t>(batch->rows() - 1, kChunkRows);
      const auto inner = ipc::LoadedBatch::load_rows(schema, columns, message, from, known, 1, end);
      const auto rows = static_cast<uint32_t>(end - 1);
      // The same values, every byte of them within what was loaded.
      ASSERT(Chunk(inner->read(1, rows, known), rows).retain().data_bytes() ==
             Chunk(batch->read(1, rows, known), rows).retain().data_bytes());
    }
    for (int64_t at = 0; at < batch->rows(); at += kChunkRows) {
      const auto rows = static_cast<uint32_t>(std::min<int64_t>(kChunkRows, batch->rows() - at));
      if (!body(Chunk(batch->read(at, rows, known), rows))) return;
    }
  };
  if (bytes.starts_with(ipc::kFileMagic)) {
    const auto file = ipc::IpcFile::open(make_ref<const MemoryFile>(bytes));
    ipc::Dictionaries dictionaries(file->schema(), all_of(file->schema()));
    for (const ipc::Block& block : file->dictionaries()) {
      const auto message = file->message(block, ipc::Message::Kind::kDictionaryBatch, "dictionary");
      dictionaries.add(*message, file->body(block, *message), false);
    }
    for (const ipc::Block& block : file->batches()) {
      const auto message = file->message(block, ipc::Message::Kind::kRecordBatch, "batch");
      read(*file->schema(), *message, file->body(block, *message), dictionaries);
    }
    return;
  }
  ipc::IpcSchemaRef schema;
  std::optional<ipc::Dictionaries> dictionaries;
  const auto take = [&](const ipc::StreamPiece& piece) {
    const ipc::Message& message = *piece.message;
    const bool is_schema = message.kind() == ipc::Message::Kind::kSchema;
    if (is_schema == static_cast<bool>(schema)) message.place().broken("out of place");
    if (is_schema) {
      schema = std::make_shared<const ipc::IpcSchema>(message.schema(), message.place());
      dictionaries.emplace(schema, all_of(schema));
    } else if (message.kind() == ipc::Message::Kind::kDictionaryBatch) {
      dictionaries->add(message, piece.body, true);
    } else {
      read(*schema, message, piece.body, *dictionaries);
    }
  };
  if (block_bytes == 0) {
    ipc::StreamWalker walker(make_ref<const MemoryFile>(bytes), nullptr);
    while (const auto piece = walker.next()) take(*piece);
    if (!schema) throw Error(ErrorCode::kFormat, "no schema");
    return;
  }
  ipc::StreamCutter cutter("memory.arrows");
  std::deque<ipc::StreamPiece> pieces;
  for (size_t at = 0; at < bytes.size(); at += block_bytes) {
    const size_t size = std::min(block_bytes, bytes.size() - at);
    cutter.feed(std::as_bytes(std::span(bytes)).subspan(at, size), pieces);
    for (; !pieces.empty(); pieces.pop_front()) take(pieces.front());
  }
  cutter.finish();
}

}  // namespace doline
