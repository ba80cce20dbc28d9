#include "exec/window/window_rows.h"

#include <algorithm>

#include "column/chunk_bytes.h"

namespace doline {

namespace {
constexpr size_t kRoomBytes = size_t{4} << 20;
/// The chunk being read and the one being answered are about to be used.
constexpr size_t kHeldChunks = 4;
/// Written before others have their turn.
constexpr size_t kWrittenAtOnceBytes = size_t{1} << 20;
}  // namespace

WindowRows::WindowRows(const Schema& schema, QueryContext& context)
    : context_(context), enrolled_(context.arbiter, *this) {
  for (const Field& field : schema) types_.push_back(field.type);
}

void WindowRows::add(Chunk chunk) {
  const uint32_t rows = chunk.row_count;
  const size_t bytes = chunk.data_bytes();
  slots_.push_back({std::move(chunk), end_row_, rows, bytes});
  if (slots_.size() > kHeldChunks) {
    const Slot& slot = slots_[slots_.size() - 1 - kHeldChunks];
    if (!slot.is_spilled) spillable_bytes_ += slot.bytes;
  }
  end_row_ += rows;
  make_room();
}

void WindowRows::make_room() {
  if (!context_.spill) return;
  const bool forced = context_.settings.force_spill;
  while (!is_worth_keeping(next_to_spill_) &&
         (forced || context_.budget->available_bytes() < kRoomBytes)) {
    spill_next(*context_.spill);
  }
}

bool WindowRows::is_worth_keeping(size_t chunk) const { return chunk + kHeldChunks >= end_chunk(); }

bool WindowRows::spill(SpillWriter& writer) {
  for (size_t written = 0; written < kWrittenAtOnceBytes && !is_worth_keeping(next_to_spill_);)
    written += spill_next(writer);
  return is_worth_keeping(next_to_spill_);
}

size_t WindowRows::spill_next(SpillWriter& writer) {
  Slot& slot = slots_[next_to_spill_++ - first_chunk_];
  image_.clear();
  write_chunk(slot.chunk, image_);
  slot.extent = writer.write(image_);
  slot.is_spilled = true;
  slot.chunk = Chunk();
  spillable_bytes_ -= slot.bytes;
  return image_.size();
}

void WindowRows::drop_before(size_t chunk) {
  while (first_chunk_ < chunk && !slots_.empty()) {
    const Slot& slot = slots_.front();
    if (!slot.is_spilled && !is_worth_keeping(first_chunk_)) spillable_bytes_ -= slot.bytes;
    slots_.pop_front();
    ++first_chunk_;
  }
  next_to_spill_ = std::max(next_to_spill_, first_chunk_);
}

size_t WindowRows::chunk_of(uint64_t row) const {
  // Mostly the one asked for before.
  if (last_chunk_ >= first_chunk_ && last_chunk_ < end_chunk() && row >= begin_of(last_chunk_) &&
      row - begin_of(last_chunk_) < size_of(last_chunk_)) {
    return last_chunk_;
  }
  const auto found =
      std::upper_bound(slots_.begin(), slots_.end(), row,
                       [](uint64_t wanted, const Slot& slot) { return wanted < slot.begin; });
  ASSERT(found != slots_.begin());
  last_chunk_ = first_chunk_ + static_cast<size_t>(found - slots_.begin()) - 1;
  return last_chunk_;
}

Chunk WindowRows::chunk(size_t index) {
  const Slot& slot = slots_[index - first_chunk_];
  if (!slot.is_spilled) return slot.chunk;
  context_.check_cancelled();
  BufferRef buffer = Buffer::allocate(slot.extent.size_bytes, *context_.budget);
  context_.spill->read(slot.extent, {buffer->data(), slot.extent.size_bytes});
  std::span<const std::byte> bytes(buffer->data(), slot.extent.size_bytes);
  return read_chunk(types_, bytes);
}

WindowColumns::WindowColumns(const std::vector<ExprRef>& exprs, const ExprRef& filter,
                             WindowRows& rows, const QueryContext& context)
    : rows_(rows) {
  if (!exprs.empty()) program_ = Program::compile(exprs, context.session);
  if (filter) filter_ = Program::compile_predicate(filter, context.session);
}

WindowColumns::Slot& WindowColumns::slot(size_t chunk) {
  if (slots_[last_].chunk == chunk) return slots_[last_];
  for (size_t i = 0; i < kSlots; ++i) {
    if (slots_[i].chunk == chunk) {
      last_ = i;
      return slots_[i];
    }
  }
  last_ = oldest_;
  oldest_ = (oldest_ + 1) % kSlots;
  Slot& slot = slots_[last_];
  slot.chunk = ~size_t{0};
  slot.columns.clear();
  const Chunk rows = rows_.chunk(chunk);
  if (program_) program_->evaluate(rows, scratch_, slot.columns);
  if (filter_) {
    slot.passing.assign(words_for_bits(rows.row_count), 0);
    filter_->select(rows, filter_scratch_).for_each([&](uint32_t row) {
      set_bit(slot.passing.data(), row);
    });
  }
  slot.chunk = chunk;
  return slot;
}

Selection WindowColumns::passing(size_t chunk, const Selection& range) {
  return filter_ ? Selection::from_bits(slot(chunk).passing.data(), range) : range;
}

bool WindowColumns::is_null(uint64_t row, size_t column) {
  const size_t chunk = rows_.chunk_of(row);
  return of(chunk)[column].is_null(static_cast<uint32_t>(row - rows_.begin_of(chunk)));
}

}  // namespace doline
