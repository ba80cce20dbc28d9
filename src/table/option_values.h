#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
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

/// Texts as one text and back, whatever they hold.
std::string pack_texts(const std::vector<std::string>& texts);
std::vector<std::string> unpack_texts(std::string_view packed);

/// A parameter of a table descriptor; without it the plan's bytes are Error(kCorrupt). `kind`:
/// "CSV".
const std::string& descriptor_text(const std::map<std::string, std::string>& parameters,
                                   const std::string& name, std::string_view kind);

}  // namespace doline
