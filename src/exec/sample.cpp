#include "exec/sample.h"

#include <cmath>

#include "column/column_builder.h"

namespace doline {

namespace {

/// A number for the place of a row or chunk: whatever task comes to it, and whenever.
uint64_t drawn(uint64_t seed, uint64_t morsel, uint64_t place) {
  // Twice the finalizer of SplitMix64 (Steele, Lea, Flood: OOPSLA 2014).
  const auto mixed = [](uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
  };
  constexpr uint64_t kStep = 0x9e3779b97f4a7c15U;
  return mixed(mixed(seed + (morsel + 1) * kStep) + (place + 1) * kStep);
}

class SampleOperator final : public Operator {
 public:
  SampleOperator(const SampleNode& node, uint64_t branch)
      : kind_(node.kind),
        branch_(branch),
        place_(node.place),
        seed_(drawn(static_cast<uint64_t>(node.seed), branch, 0)),
        takes_all_(node.share >= 1),
        below_(takes_all_ ? 0 : static_cast<uint64_t>(std::ldexp(node.share, 64))) {}

  struct Local final : LocalState {
    uint64_t morsel = ~uint64_t{0};
    uint64_t row = 0;  // of the morsel
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    return std::make_unique<Local>();
  }

  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    if (in.empty()) return Flow::kNeedInput;
    uint64_t places[kChunkRows];
    const uint64_t morsel = find_places(in, local.as<Local>(), places);
    switch (kind_) {
      case SampleKind::kChunks:
        if (place_ >= 0) {
          for (uint32_t i = 0; i < in.size(); ++i) places[i] /= kChunkRows;
          kept(in, morsel, places, out);
        } else if (is_taken(drawn(seed_, morsel, in.sequence.chunk))) {
          out = in;
        }
        break;
      case SampleKind::kRows:
        kept(in, morsel, places, out);
        break;
      case SampleKind::kNumbers:
        numbered(in, morsel, places, out);
        break;
    }
    return Flow::kNeedInput;
  }

 private:
  bool is_taken(uint64_t number) const { return takes_all_ || number < below_; }

  /// Where each active row stands in the morsel, which is answered.
  uint64_t find_places(const Chunk& in, Local& at, uint64_t* places) const {
    if (place_ >= 0) {
      const Column column = in.columns[static_cast<size_t>(place_)].flatten();
      const int64_t* values = column.values<int64_t>();
      for (uint32_t i = 0; i < in.size(); ++i)
        places[i] = static_cast<uint64_t>(values[in.active[i]]);
      return 0;
    }
    if (at.morsel != in.sequence.morsel) {
      at.morsel = in.sequence.morsel;
      at.row = 0;
    }
    for (uint32_t i = 0; i < in.size(); ++i) places[i] = at.row++;
    return at.morsel;
  }

  void kept(const Chunk& in, uint64_t morsel, const uint64_t* places, Chunk& out) const {
    BufferRef list = Buffer::allocate((in.size() + 1) * sizeof(uint16_t));
    auto* rows = list->as<uint16_t>();
    uint32_t count = 0;
    for (uint32_t i = 0; i < in.size(); ++i) {
      rows[count] = static_cast<uint16_t>(in.active[i]);
      count += is_taken(drawn(seed_, morsel, places[i]));
    }
    if (count == 0) return;
    out = in;
    out.active = Selection::of(std::move(list), count);
  }

  void numbered(const Chunk& in, uint64_t morsel, const uint64_t* places, Chunk& out) const {
    out = in.dense();
    BufferRef numbers = Buffer::allocate(in.size() * sizeof(uint64_t));
    BufferRef order = Buffer::allocate(in.size() * sizeof(uint64_t));
    for (uint32_t i = 0; i < in.size(); ++i) {
      numbers->as<uint64_t>()[i] = drawn(seed_, morsel, places[i]);
      order->as<uint64_t>()[i] = branch_ << 56 | morsel << 32 | places[i];
    }
    out.columns.push_back(Column::flat(Type::uint64(), in.size(), std::move(numbers)));
    out.columns.push_back(Column::flat(Type::uint64(), in.size(), std::move(order)));
  }

  const SampleKind kind_;
  const uint64_t branch_;
  const int64_t place_;
  const uint64_t seed_;
  const bool takes_all_;
  const uint64_t below_;
};

}  // namespace

std::unique_ptr<Operator> make_sample(const SampleNode& node, uint64_t branch) {
  auto op = std::make_unique<SampleOperator>(node, branch);
  op->metrics.name = "Sample";
  return op;
}

}  // namespace doline
