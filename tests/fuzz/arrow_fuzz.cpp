// links: format
//
// Arrays of the Arrow C data interface that lie: the input chooses formats, lengths, offsets, codes
// and what stands in the buffers; each buffer is exactly as long as length and offset claim, on the
// heap, so that the sanitizer sees a byte read too far. What is imported can be written as text;
// everything else is a typed error, and the array is released either way.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "column/text_format.h"
#include "format/arrow/arrow_import.h"
#include "memory/budget.h"

namespace doline {
namespace {

enum class Layout {
  kNothing,
  kBits,
  kFixed,
  kText,
  kLargeText,
  kView,
  kList,
  kLargeList,
  kListView,
  kFixedList,
  kStruct,
  kRuns,
  kUnion
};
struct Format {
  const char* text;
  Layout layout;
  size_t width = 0;   // bytes of a value, or rows of a fixed list
  bool code = false;  // may index a dictionary
};
constexpr Format kFormats[] = {
    {"n", Layout::kNothing},
    {"b", Layout::kBits},
    {"c", Layout::kFixed, 1, true},
    {"C", Layout::kFixed, 1, true},
    {"s", Layout::kFixed, 2, true},
    {"S", Layout::kFixed, 2, true},
    {"i", Layout::kFixed, 4, true},
    {"I", Layout::kFixed, 4, true},
    {"l", Layout::kFixed, 8, true},
    {"L", Layout::kFixed, 8, true},
    {"e", Layout::kFixed, 2},
    {"f", Layout::kFixed, 4},
    {"g", Layout::kFixed, 8},
    {"d:4,2,32", Layout::kFixed, 4},
    {"d:9,2,64", Layout::kFixed, 8},
    {"d:38,3", Layout::kFixed, 16},
    {"d:50,3,256", Layout::kFixed, 32},
    {"tdD", Layout::kFixed, 4},
    {"tdm", Layout::kFixed, 8},
    {"tts", Layout::kFixed, 4},
    {"ttm", Layout::kFixed, 4},
    {"ttu", Layout::kFixed, 8},
    {"ttn", Layout::kFixed, 8},
    {"tss:", Layout::kFixed, 8},
    {"tsm:UTC", Layout::kFixed, 8},
    {"tsu:", Layout::kFixed, 8},
    {"tsn:", Layout::kFixed, 8},
    {"tDs", Layout::kFixed, 8},
    {"tDn", Layout::kFixed, 8},
    {"tiM", Layout::kFixed, 4},
    {"tiD", Layout::kFixed, 8},
    {"tin", Layout::kFixed, 16},
    {"w:3", Layout::kFixed, 3},
    {"w:16", Layout::kFixed, 16},
    {"u", Layout::kText},
    {"z", Layout::kText},
    {"U", Layout::kLargeText},
    {"Z", Layout::kLargeText},
    {"vu", Layout::kView},
    {"vz", Layout::kView},
    {"+l", Layout::kList},
    {"+L", Layout::kLargeList},
    {"+vl", Layout::kListView},
    {"+w:2", Layout::kFixedList, 2},
    {"+w:0", Layout::kFixedList, 0},
    {"+s", Layout::kStruct},
    {"+m", Layout::kList},
    {"+r", Layout::kRuns},
    {"+us:0,1", Layout::kUnion},
    {"d:99,1", Layout::kFixed, 16},
    {"tsu:Nowhere/Never", Layout::kFixed, 8},
};

/// One array and its schema, with all that they own.
class Maker {
 public:
  explicit Maker(std::string_view input) : input_(input) {}

  struct Made {
    ArrowSchema schema{};
    ArrowArray array{};
    std::array<const void*, 6> buffers{};
    std::vector<ArrowSchema*> schema_children;
    std::vector<ArrowArray*> array_children;
  };

  Made& column(int64_t rows, int depth) {
    Made& made = arrays_.emplace_back();
    const Format& format = kFormats[next() % std::size(kFormats)];
    const uint8_t ways = next();
    const int64_t length = ways & 1 ? next() % 9 : rows;
    const int64_t offset = ways & 2 ? next() % 5 : 0;
    made.schema.format = format.text;
    made.schema.name = "x";
    made.schema.release = [](ArrowSchema* schema) { schema->release = nullptr; };
    made.array.release = [](ArrowArray* array) { array->release = nullptr; };
    made.array.length = length;
    made.array.offset = offset;
    made.array.null_count = ways & 4 ? -1 : 0;
    made.array.buffers = made.buffers.data();
    const auto count = static_cast<size_t>(length + offset);
    const bool validity = format.layout != Layout::kNothing && format.layout != Layout::kRuns &&
                          format.layout != Layout::kUnion;
    if (validity) push(made, ways & 8 ? bytes((count + 7) / 8) : nullptr);
    switch (format.layout) {
      case Layout::kNothing:
        break;
      case Layout::kBits:
        push(made, bytes((count + 7) / 8));
        break;
      case Layout::kFixed:
        push(made, bytes(count * format.width));
        if (format.code && (ways & 16) && depth > 0)
          give_dictionary(made, column(next() % 6, depth - 1));
        break;
      case Layout::kText:
        texts<int32_t>(made, count);
        break;
      case Layout::kLargeText:
        texts<int64_t>(made, count);
        break;
      case Layout::kView:
        views(made, count);
        break;
      case Layout::kList:
        push(made, numbers<int32_t>(count + 1));
        break;
      case Layout::kLargeList:
        push(made, numbers<int64_t>(count + 1));
        break;
      case Layout::kListView:
        push(made, numbers<int32_t>(count));
        push(made, numbers<int32_t>(count));
        break;
      case Layout::kFixedList:
      case Layout::kStruct:
      case Layout::kRuns:
        break;
      case Layout::kUnion:
        push(made, bytes(count));
        break;
    }
    if (format.text[0] == '+' && depth > 0) {
      const bool many = format.layout == Layout::kStruct || format.layout == Layout::kRuns ||
                        format.layout == Layout::kUnion;
      const int64_t inner = format.layout == Layout::kFixedList
                                ? static_cast<int64_t>(count * format.width)
                                : static_cast<int64_t>(count);
      for (unsigned i = many ? next() % 4u : 1; i > 0; --i)
        give_child(made, column(inner, depth - 1));
    }
    if (ways & 32) break_it(made);
    return made;
  }

  void give_child(Made& made, Made& child) {
    made.schema_children.push_back(&child.schema);
    made.array_children.push_back(&child.array);
    made.schema.children = made.schema_children.data();
    made.array.children = made.array_children.data();
    made.schema.n_children = made.array.n_children =
        static_cast<int64_t>(made.array_children.size());
  }

 private:
  uint8_t next() {
    if (input_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(input_.front());
    input_.remove_prefix(1);
    return byte;
  }
  static void push(Made& made, const void* buffer) {
    made.buffers[static_cast<size_t>(made.array.n_buffers++)] = buffer;
  }
  std::byte* block(size_t size) {
    // The interface asks for eight-byte alignment of nothing; some producers give none.
    return memory_.emplace_back(std::make_unique<std::byte[]>(size)).get();
  }
  const void* bytes(size_t size) {
    std::byte* made = block(size);
    const bool noise = next() & 1;
    for (size_t i = 0; i < size; ++i)
      made[i] = static_cast<std::byte>(noise ? next() : static_cast<uint8_t>(i & 3));
    return made;
  }
  /// Mostly rising, in steps of an input's byte.
  template <class T>
  const void* numbers(size_t count) {
    std::byte* made = block(count * sizeof(T));
    T at = 0;
    for (size_t i = 0; i < count; ++i) {
      const uint8_t step = next();
      at = step < 240 ? static_cast<T>(at + step % 4)
                      : static_cast<T>(at + static_cast<int8_t>(step) * (step & 1 ? 1 : 1'000'000));
      std::memcpy(made + i * sizeof(T), &at, sizeof(T));
    }
    last_ = static_cast<int64_t>(at);
    return made;
  }
  template <class T>
  void texts(Made& made, size_t count) {
    push(made, numbers<T>(count + 1));
    push(made, last_ > 4096 ? nullptr : bytes(static_cast<size_t>(std::max<int64_t>(last_, 0))));
  }
  void views(Made& made, size_t count) {
    std::byte* list = block(count * 16);
    const uint8_t data_size = next() % 40;
    for (size_t i = 0; i < count; ++i) {
      int32_t fields[4] = {next() % 24 - 2, 0x61616161, next() % 3 - (next() > 250),
                           next() % 40 - (next() > 250)};
      std::memcpy(list + i * 16, fields, 16);
    }
    push(made, list);
    push(made, bytes(data_size));
    std::byte* sizes = block(8);
    const int64_t size = data_size;
    std::memcpy(sizes, &size, 8);
    push(made, sizes);
  }
  static void give_dictionary(Made& made, Made& values) {
    made.schema.dictionary = &values.schema;
    made.array.dictionary = &values.array;
  }
  /// Only downwards: what is claimed beyond what is there, nobody could notice.
  void break_it(Made& made) {
    switch (next() % 8) {
      case 0:
        made.array.length = -1 - next();
        break;
      case 1:
        made.array.offset = -1 - next();
        break;
      case 2:
        made.array.n_buffers -= made.array.n_buffers > 0;
        break;
      case 3:
        made.array.buffers = nullptr;
        break;
      case 4:
        made.array.n_children -= made.array.n_children > 0;
        break;
      case 5:
        made.schema.n_children -= made.schema.n_children > 0;
        break;
      case 6:
        made.buffers[next() % made.buffers.size()] = nullptr;
        break;
      case 7:
        made.array.dictionary = nullptr;
        break;
    }
  }

  std::string_view input_;
  int64_t last_ = 0;
  std::deque<Made> arrays_;
  std::deque<std::unique_ptr<std::byte[]>> memory_;
};

void run(std::string_view input) {
  if (input.empty()) return;
  Maker maker(input.substr(1));
  const int64_t rows = static_cast<uint8_t>(input[0]) % 9;
  Maker::Made root;
  root.schema.format = "+s";
  root.schema.name = "";
  root.schema.release = [](ArrowSchema* schema) { schema->release = nullptr; };
  root.array.release = [](ArrowArray* array) { array->release = nullptr; };
  root.array.length = rows;
  root.array.n_buffers = 1;
  root.array.buffers = root.buffers.data();
  maker.give_child(root, maker.column(rows, 3));
  try {
    const ArrowImporter importer(root.schema);
    std::string text;
    for (const Chunk& chunk : importer.import(&root.array, Budget::process()).chunks) {
      for (const Column& column : chunk.columns) {
        for (uint32_t row = 0; row < chunk.row_count; ++row) {
          if (!column.is_null(row)) append_text(text, column, row, nullptr);
        }
      }
    }
    if (root.array.release != nullptr) std::abort();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kInternal) std::abort();
  }
}

}  // namespace
}  // namespace doline

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  doline::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
