#pragma once

#include <memory>

#include "base/waker.h"
#include "column/chunk.h"
#include "plan/query_context.h"

namespace doline {

/// A range of rows or bytes that one task reads. Numbers are those of source order, from 0 without
/// a gap; morsels are handed out in that order, but for scans that a RuntimeFilter asks for
/// another.
struct Morsel {
  uint64_t number = 0;
  uint64_t begin = 0;  // meaning is the source's own
  uint64_t end = 0;
  uint32_t part = 0;  // file, row group, branch …
};

/// Reads one morsel. Used by one thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  /// kReady: `out` holds up to kChunkRows rows (perhaps none active). kDone: the morsel is
  /// finished and `out` is empty. The chunk is valid until the next call.
  virtual Poll read(Chunk& out, const Waker& waker) = 0;
};

struct SourceProgress {
  uint64_t done = 0;
  uint64_t total = 0;  // 0: unknown
};

/// Where a pipeline's rows come from: a table's scan, or the state of an operator that kept
/// rows. Shared by the pipeline's tasks; thread-safe.
class Source {
 public:
  virtual ~Source() = default;
  virtual Poll next_morsel(Morsel& out, const Waker& waker) = 0;
  virtual std::unique_ptr<Reader> open(const Morsel& morsel) = 0;
  virtual SourceProgress progress() const { return {}; }
  /// How many tasks can work at once; a hint.
  virtual uint32_t parallelism() const { return ~uint32_t{0}; }
  /// Whether the order of its morsels is the order of its rows: where it is not, nobody needs to
  /// wait for the morsels before.
  virtual bool in_order() const { return true; }
};

}  // namespace doline
