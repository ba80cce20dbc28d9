#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/compression.h"
#include "table/table_function.h"

namespace doline {

// What readers and writers make of the values of their options. A value that does not fit is
// Error(kInvalidArgument), which names the option and what it takes.

[[noreturn]] void refuse_option(std::string_view option, const Value& value,
                                std::string_view wanted);
std::string text_option(const Value& value, std::string_view option);
/// A text, or a list of texts.
std::vector<std::string> texts_option(const Value& value, std::string_view option);
int64_t integer_option(const Value& value, std::string_view option, int64_t least = INT64_MIN);
/// A boolean, a number, or a word for either.
bool flag_option(const Value& value, std::string_view option);
Compression compression_option(const Value& value, std::string_view option);
/// A struct's members as texts: {author: 'me'}.
std::vector<std::pair<std::string, std::string>> key_values_option(const Value& value,
                                                                   std::string_view option);
/// filename => true, or the name of the column; empty: none.
std::string filename_option(const Value& value, std::string_view option);

/// Takes the option out of the call under each of its names and gives what stands there to `use`.
/// NULL is refused. Errors are placed at the option.
template <class Use>
void with_option(TableFunctionCall& call, std::initializer_list<const char*> names, Use&& use) {
  for (const char* name : names) {
    if (!call.options.contains(name)) continue;
    const Value value = take_option(call, name);
    try {
      if (value.is_null())
        throw Error(ErrorCode::kInvalidArgument, "{}: NULL is no value of {}", call.name, name);
      use(value, name);
    } catch (Error& error) {
      throw std::move(error).at(call.span_of(name));
    }
  }
}

/// An option of a reader and what becomes of its value. `Options` is what all of them fill in.
template <class Options>
struct ReadOption {
  std::array<const char*, 4> names;  // the first is the one told; the last ones may be null
  void (*take)(Options& options, const Value& value, const char* name);
};

/// Takes what the table knows out of the call, in the table's order.
template <class Options>
void take_options(TableFunctionCall& call, std::span<const ReadOption<Options>> table,
                  Options& options) {
  for (const ReadOption<Options>& option : table) {
    for (const char* name : option.names) {
      if (!name) break;
      with_option(call, {name}, [&](const Value& value, const char* given) {
        option.take(options, value, given);
      });
    }
  }
}

/// The options' names, and `more`, in the order of the alphabet.
template <class Options>
std::vector<std::string> option_names(std::span<const ReadOption<Options>> table,
                                      std::vector<std::string> more) {
  for (const ReadOption<Options>& option : table) {
    for (const char* name : option.names) {
      if (name) more.emplace_back(name);
    }
  }
  std::sort(more.begin(), more.end());
  return more;
}

/// Texts as one text and back, whatever they hold.
std::string pack_texts(const std::vector<std::string>& texts);
std::vector<std::string> unpack_texts(std::string_view packed);

/// A parameter of a table descriptor; without it the plan's bytes are Error(kCorrupt). `kind`:
/// "CSV".
const std::string& descriptor_text(const std::map<std::string, std::string>& parameters,
                                   const std::string& name, std::string_view kind);

}  // namespace doline
