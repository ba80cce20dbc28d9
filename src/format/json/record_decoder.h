#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "format/json/column_slot.h"
#include "format/json/json_options.h"
#include "format/json/json_piece.h"
#include "format/json/token_cursor.h"
#include "kernel/json/json_cast.h"
#include "kernel/time_format.h"

namespace doline {

/// What a decoder makes of each value.
struct JsonLayout {
  struct Field {
    std::string key;  // as in the file
    TypeRef type;
    bool wanted = true;
    /// For structs: the members wanted, with theirs in turn; empty: all of it.
    std::vector<std::vector<std::string>> paths;
  };
  std::vector<Field> fields;
  bool is_records = true;    // else the one field is the whole value
  bool is_guessed = true;    // types were sniffed: values must be of them. Else they are cast.
  bool is_complete = false;  // members that no field names are contradictions
};

/// A value that could not be taken.
struct JsonFailure {
  enum class Kind : uint8_t { kDamaged, kType, kUnknownKey, kDuplicateKey };
  Kind kind;
  uint32_t row;        // of the chunk; of damaged ones: the one it would have been
  uint64_t record;     // where its value begins in the file
  uint64_t byte;       // where the failure is
  std::string column;  // "item.kind"
  std::string reason;
  std::string_view text;  // the whole value, as it stands in the piece
};

/// JSON values to typed columns, in one pass over their tokens and without a tree: members are
/// looked for where the last value had them, and what nobody wants is checked and passed over.
/// Owned by one thread.
class RecordDecoder {
 public:
  RecordDecoder(const JsonOptions& options, JsonLayout layout, const ZoneOffsets* zone);
  ~RecordDecoder();

  void begin(JsonPiece piece);
  /// Decodes the next values: `count` of them, at most `wanted`. False at the end.
  bool next(uint32_t wanted, uint32_t& count);
  /// Of a wanted field, each once after next().
  Column column(size_t field);
  /// Of the current rows, in order. A damaged value is no row, unless errors are to be ignored.
  std::vector<JsonFailure>& failures() { return failures_; }

 private:
  enum class Kind : uint8_t;
  struct Node;
  struct Trouble {
    JsonFailure::Kind kind;
    uint32_t place;  // in the window
    const Node* node;
    std::string_view key;
  };

  void build(Node& node, TypeRef type, std::string path, ColumnSlot& slot,
             std::vector<std::vector<std::string>> paths);
  bool next_window();
  bool next_span(JsonPiece::Span& span);
  void decode_record(JsonPiece::Span span);
  void fail(JsonPiece::Span span);
  void end_record(bool good, JsonPiece::Span span);
  bool damaged();
  bool contradiction(Node& node, uint32_t place, bool is_taken);

  bool value(Node& node);
  bool object(Node& node, bool is_root);
  bool list(Node& node);
  bool map(Node& node);
  bool text(Node& node);
  bool json(Node& node);
  bool generic(Node& node);
  bool boolean(Node& node);
  bool bigint(Node& node);
  bool real(Node& node);
  bool moment(Node& node);
  template <class T>
  bool integer(Node& node);
  bool decimal(Node& node);
  /// A string, number or boolean as text, for what is cast.
  bool scalar_text(std::string_view& text, bool& is_string);
  /// The value that `text` begins with.
  std::string_view shown_value(std::string_view text);
  std::string_view meaning(std::string_view raw, bool escaped);

  const JsonOptions& options_;
  const JsonLayout layout_;
  const ZoneOffsets* const zone_;
  std::optional<TimeFormat> date_format_, timestamp_format_;
  std::vector<ColumnSlot> slots_;  // one a field; unwanted ones stay empty
  std::unique_ptr<Node> root_;
  JsonPiece piece_;
  JsonCursor cursor_;
  JsonCursor shown_;
  bool is_indexed_ = false;                     // else each value is for itself
  uint32_t window_begin_ = 0, window_end_ = 0;  // in the piece
  uint32_t indexed_from_ = 0;                   // where the cursor's text begins, in the piece
  uint32_t next_line_ = 0;
  size_t next_value_ = 0;
  uint32_t rows_ = 0;
  const char* readable_end_ = nullptr;
  Trouble trouble_{};
  std::vector<JsonFailure> failures_;
  JsonReader reader_;
  JsonTree tree_;
  std::string scratch_;
};

}  // namespace doline
