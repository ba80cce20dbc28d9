#include "exec/row_operators.h"

#include <algorithm>

#include "column/column_builder.h"
#include "exec/program_calls.h"
#include "expr/filter_order.h"

namespace doline {

namespace {

class FilterOperator final : public Operator {
 public:
  FilterOperator(const ExprRef& predicate, const QueryContext& context)
      : filters_(terms_of(predicate, context), context.settings.adapts_filter_order()) {}

  struct Local final : LocalState {
    explicit Local(const FilterOrder& filters) : run(filters) {}
    FilterOrder::Run run;
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    return std::make_unique<Local>(filters_);
  }
  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    out = in;
    local.as<Local>().run.narrow(out);
    if (out.active.empty()) out = Chunk();
    return Flow::kNeedInput;
  }

 private:
  static std::vector<FilterOrder::Filter> terms_of(const ExprRef& predicate,
                                                   const QueryContext& context) {
    std::vector<FilterOrder::Filter> terms;
    for (const ExprRef& term : conjuncts_of(predicate)) {
      terms.push_back(
          {Program::compile_predicate(term, context.session), can_fail(term) || is_volatile(term)});
    }
    return terms;
  }

  const FilterOrder filters_;
};

struct ProgramLocal final : LocalState {
  Program::Scratch scratch;
};

class ProjectOperator final : public Operator {
 public:
  ProjectOperator(const std::vector<ExprRef>& exprs, const QueryContext& context)
      : program_(Program::compile(exprs, context.session)) {
    for (const ExprRef& expr : exprs)
      computes_ |= expr->tag() != NodeTag::kColumn && expr->tag() != NodeTag::kConstant;
  }
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    return std::make_unique<ProgramLocal>();
  }
  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    // Few survivors are made dense first: kernels then touch only them.
    const bool sparse = computes_ && in.size() * 8 < in.row_count;
    const Chunk dense = sparse ? in.dense() : Chunk();
    const Chunk& input = sparse ? dense : in;
    program_->evaluate(input, local.as<ProgramLocal>().scratch, out.columns);
    out.active = input.active;
    out.row_count = input.row_count;
    return Flow::kNeedInput;
  }

 private:
  const ProgramRef program_;
  bool computes_ = false;
};

class UnnestOperator final : public Operator {
 public:
  UnnestOperator(const UnnestNode& node, const QueryContext& context)
      : program_(Program::compile(node.lists, context.session)),
        keep_empty_(node.keep_empty),
        list_count_(node.lists.size()),
        chunk_rows_(context.chunk_rows) {}

  struct Local final : LocalState {
    Program::Scratch scratch;
    std::vector<Column> lists;
    uint32_t row = 0;      // index into the input's active rows
    uint32_t element = 0;  // next element of that row
    bool is_open = false;
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    return std::make_unique<Local>();
  }

  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (!at.is_open) {
      program_->evaluate(in, at.scratch, at.lists);
      for (Column& list : at.lists) list = list.flatten();
      at.row = at.element = 0;
      at.is_open = true;
    }
    std::vector<uint32_t> parents;
    std::vector<std::vector<uint32_t>> elements(list_count_);
    std::vector<std::vector<uint32_t>> missing(list_count_);  // positions where a list is too short
    while (at.row < in.size() && parents.size() < chunk_rows_) {
      const uint32_t row = in.active[at.row];
      uint32_t longest = 0;
      for (const Column& list : at.lists) {
        if (!list.is_null(row)) longest = std::max(longest, list.values<ListEntry>()[row].size);
      }
      if (longest == 0 && keep_empty_) longest = 1;
      const uint32_t count = std::min<uint32_t>(
          longest - at.element, chunk_rows_ - static_cast<uint32_t>(parents.size()));
      for (uint32_t i = 0; i < count; ++i) {
        const uint32_t element = at.element + i;
        for (size_t l = 0; l < list_count_; ++l) {
          const Column& list = at.lists[l];
          const ListEntry entry = list.is_null(row) ? ListEntry{} : list.values<ListEntry>()[row];
          if (element < entry.size) {
            elements[l].push_back(entry.begin + element);
          } else {
            missing[l].push_back(static_cast<uint32_t>(parents.size()));
            elements[l].push_back(0);
          }
        }
        parents.push_back(row);
      }
      at.element += count;
      if (at.element == longest) {
        ++at.row;
        at.element = 0;
      }
    }
    const auto rows = static_cast<uint32_t>(parents.size());
    if (rows > 0) {
      for (const Column& column : in.columns)
        out.columns.push_back(column.gather(parents.data(), rows));
      for (size_t l = 0; l < list_count_; ++l)
        out.columns.push_back(taken(at.lists[l], elements[l], missing[l]));
      out.row_count = rows;
      out.active = Selection::all(rows);
    }
    if (at.row < in.size()) return Flow::kHaveOutput;
    at.is_open = false;
    return Flow::kNeedInput;
  }

 private:
  static Column taken(const Column& list, const std::vector<uint32_t>& elements,
                      const std::vector<uint32_t>& missing) {
    const auto rows = static_cast<uint32_t>(elements.size());
    if (missing.size() == rows) return Column::null(list.child().type(), rows);
    const Column column = list.child().gather(elements.data(), rows);
    if (missing.empty()) return column;
    BufferRef valid = make_full_bitmap(rows);
    for (uint32_t row : missing) clear_bit(valid->as<uint64_t>(), row);
    return column.masked(std::move(valid));
  }

  const ProgramRef program_;
  const bool keep_empty_;
  const size_t list_count_;
  const uint32_t chunk_rows_;
};

class MorselLimitOperator final : public Operator {
 public:
  explicit MorselLimitOperator(uint64_t rows) : rows_(rows) {}
  struct Local final : LocalState {
    uint64_t morsel = ~uint64_t{0};
    uint64_t left = 0;
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    return std::make_unique<Local>();
  }
  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (at.morsel != in.sequence.morsel) {
      at.morsel = in.sequence.morsel;
      at.left = rows_;
    }
    const auto take = static_cast<uint32_t>(std::min<uint64_t>(at.left, in.size()));
    at.left -= take;
    if (take > 0) out = in.slice(0, take);
    return Flow::kNeedInput;
  }

 private:
  const uint64_t rows_;
};

}  // namespace

std::unique_ptr<Operator> make_filter(const ExprRef& predicate, const QueryContext& context) {
  auto op = std::make_unique<FilterOperator>(predicate, context);
  op->metrics.name = "Filter";
  return op;
}

std::unique_ptr<Operator> make_project(const ProjectNode& node, const QueryContext& context) {
  if (std::any_of(node.exprs.begin(), node.exprs.end(), calls_program_functions))
    return make_calling_project(node, context);
  auto op = std::make_unique<ProjectOperator>(node.exprs, context);
  op->metrics.name = "Project";
  return op;
}

std::unique_ptr<Operator> make_unnest(const UnnestNode& node, const QueryContext& context) {
  auto op = std::make_unique<UnnestOperator>(node, context);
  op->metrics.name = "Unnest";
  return op;
}

std::unique_ptr<Operator> make_morsel_limit(uint64_t rows) {
  auto op = std::make_unique<MorselLimitOperator>(rows);
  op->metrics.name = "Morsel limit";
  return op;
}

}  // namespace doline
