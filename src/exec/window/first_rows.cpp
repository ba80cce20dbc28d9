#include "exec/window/first_rows.h"

#include <algorithm>

#include "exec/sort/sort_shape.h"
#include "expr/program.h"
#include "kernel/hash_column.h"
#include "rows/group_table.h"

namespace doline {

namespace {

/// Of one task's partitions.
constexpr size_t kMostBytes = size_t{32} << 20;
/// How many rows are looked at before it is asked whether that paid.
constexpr uint64_t kTrialRows = uint64_t{1} << 17;

/// The best first words of a partition, the worst of them on top. Bytes of a row's state; zeroed,
/// it is empty.
struct BestWords {
  uint64_t count;
  uint64_t words[1];  // as many as rows are wanted

  static size_t bytes(uint64_t most) { return sizeof(uint64_t) * (most + 1); }
  /// Whether a row with this word may be among the first; then it is remembered.
  bool take(uint64_t word, uint64_t most, bool counts_values, bool word_decides) {
    if (count == most) {
      if (word > words[0] || (word == words[0] && word_decides)) return false;
      if (word == words[0]) return true;
    }
    if (counts_values && std::find(words, words + count, word) != words + count) return true;
    if (count == most) std::pop_heap(words, words + count--);
    words[count++] = word;
    std::push_heap(words, words + count);
    return true;
  }
};

class FirstRowsOperator final : public Operator {
 public:
  FirstRowsOperator(const WindowingNode& node, const QueryContext& context)
      : window_(*node.windows[node.ranking]),
        most_(static_cast<uint64_t>(node.most)),
        ties_stay_(node.order_by().size() == window_.order_by.size()) {
    if (!window_.partition_by.empty()) {
      partition_by_ = Program::compile(window_.partition_by, context.session);
      std::vector<TypeRef> types;
      for (const ExprRef& key : window_.partition_by) types.push_back(key->type);
      RowLayout::Options options;
      options.stores_hash = true;
      options.key_count = types.size();
      options.initial_states.resize(BestWords::bytes(most_));
      layout_ = RowLayout::create(std::move(types), std::move(options));
    }
    if (!window_.order_by.empty() && !window_.order_by[0]->expr->type->is_nested()) {
      const SortKey& key = *window_.order_by[0];
      order_by_ = Program::compile(key.expr, context.session);
      words_ = std::make_unique<SortShape>(
          std::vector<TypeRef>{key.expr->type},
          std::vector<SortOrder>{{key.expr->type, key.descending, key.nulls_first}},
          std::vector<int>{0});
      // Equal words are equal keys, but for the word that stands for NULL.
      const uint32_t width =
          key.expr->type->is_string() ? 16 : width_of(key.expr->type->physical());
      word_is_key_ = window_.order_by.size() == 1 && width <= sizeof(uint64_t);
      word_is_narrow_ = width < sizeof(uint64_t);
    }
  }

  struct Local final : LocalState {
    Program::Scratch partition_scratch;
    Program::Scratch order_scratch;
    std::optional<GroupTable> table;
    std::vector<std::byte> only;  // where there are no partitions
    uint64_t seen = 0;
    uint64_t dropped = 0;
    bool gave_up = false;
  };
  std::unique_ptr<LocalState> local(QueryContext& context) const override {
    auto local = std::make_unique<Local>();
    if (layout_) {
      local->table.emplace(layout_, *context.budget);
    } else {
      local->only.resize(BestWords::bytes(most_));
    }
    return local;
  }

  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    out = in;
    if (at.gave_up) return Flow::kNeedInput;
    const uint32_t count = in.size();
    if (most_ == 0 || count == 0) {
      out.active = Selection::all(0);
      return Flow::kNeedInput;
    }
    uint64_t words[kChunkRows];
    std::fill_n(words, count, 0);
    std::vector<Column> keys;
    if (order_by_) {
      order_by_->evaluate(in, at.order_scratch, keys);
      uint32_t source[kChunkRows];
      for (uint32_t i = 0; i < count; ++i) source[i] = in.active[i];
      words_->words().first_words(keys[0], source, count, words);
    }
    std::byte* rows[kChunkRows];
    if (at.table) {
      partition_by_->evaluate(in, at.partition_scratch, keys);
      uint64_t hashes[kChunkRows];
      for (size_t i = 0; i < keys.size(); ++i) hash_column(keys[i], in.active, hashes, i != 0);
      at.table->find_or_create(keys, in.active, hashes, rows);
    }
    BufferRef kept = Buffer::allocate(count * sizeof(uint16_t));
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; ++i) {
      auto& best = *reinterpret_cast<BestWords*>(at.table ? rows[i] + layout_->state_offset()
                                                          : at.only.data());
      kept->as<uint16_t>()[left] = static_cast<uint16_t>(in.active[i]);
      left += best.take(words[i], most_, window_.kind == WindowKind::kDenseRank,
                        later_is_worse(words[i]));
    }
    at.seen += count;
    at.dropped += count - left;
    if (left < count) out.active = Selection::of(std::move(kept), left);
    const bool is_large = at.table && at.table->held_bytes() > kMostBytes;
    if (is_large || (at.seen > kTrialRows && at.dropped < at.seen / 8)) {
      at.gave_up = true;
      at.table.reset();
    }
    return Flow::kNeedInput;
  }

 private:
  /// Whether of two rows with this word the later one in the source comes behind the other, and is
  /// told from it: a task sees rows in their order. Where another call sorts ties by more keys, the
  /// later one may come first, and count for it.
  bool later_is_worse(uint64_t word) const {
    if (window_.kind != WindowKind::kRowNumber || !ties_stay_) return false;
    if (window_.order_by.empty()) return true;
    return word_is_key_ && (word_is_narrow_ || (word != 0 && word != ~uint64_t{0}));
  }

  const WindowExpr& window_;
  const uint64_t most_;
  const bool ties_stay_;  // rows that agree in the call's order stay as the source has them
  ProgramRef partition_by_;
  RowLayoutRef layout_;  // of partitions
  ProgramRef order_by_;  // the first key
  std::unique_ptr<SortShape> words_;
  bool word_is_key_ = false;
  bool word_is_narrow_ = false;
};

}  // namespace

std::unique_ptr<Operator> make_first_rows(const WindowingNode& node, const QueryContext& context) {
  return std::make_unique<FirstRowsOperator>(node, context);
}

}  // namespace doline
