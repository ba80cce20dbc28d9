#pragma once

#include <unordered_map>

#include "column/column.h"
#include "format/arrow/arrow_field.h"

namespace doline {

/// What the codes of a column stand for, read once and shared by all that use it. Immutable.
class ArrowDictionary final : public RefCounted {
 public:
  ArrowDictionary(Column v, DictionaryRef c) : values(std::move(v)), codes(std::move(c)) {}
  const Column values;        // flat, of the field's type
  const DictionaryRef codes;  // null: rows get values of their own
};
using ArrowDictionaryRef = Ref<const ArrowDictionary>;
/// By the array that stands for it (ArrowArray::dictionary).
using ArrowDictionaries = std::unordered_map<const ArrowArray*, ArrowDictionaryRef>;

/// Of a field of layout kDictionary, whose values are of the type of its child. Whether one occurs
/// twice is known only by looking.
ArrowDictionaryRef make_arrow_dictionary(const ArrowField& field, const Column& values,
                                         bool looks_for_repeats);

/// Rows [begin, begin + count) of the array, from its offset on. Everything that is followed was
/// checked before (check_arrow_array), but for texts and dictionary codes, which are checked here.
/// `owner` keeps the array's memory. Dictionaries that are not in `dictionaries` are read and put
/// there. `wanted`: which of the rows count; texts of others may be left empty.
Column read_arrow_rows(const ArrowField& field, const ArrowArray& array, int64_t begin,
                       uint32_t count, const PinRef& owner, ArrowDictionaries& dictionaries,
                       const Selection& wanted);

}  // namespace doline
