#pragma once

namespace doline {

/// Lives as long as a query. Free memory that queries leave is kept for the next one, as first
/// touch of a page costs more than using it; a while after the last query most of it goes back.
class MemoryInUse {
 public:
  MemoryInUse();
  ~MemoryInUse();
  MemoryInUse(const MemoryInUse&) = delete;
  MemoryInUse& operator=(const MemoryInUse&) = delete;
};

}  // namespace doline
