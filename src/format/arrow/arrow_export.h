#pragma once

#include <span>
#include <string_view>

#include "column/chunk.h"
#include "doline/arrow_c_data.h"

namespace doline {

/// How texts and bytes leave. Views are as ours up to where long ones lie, so that short ones need
/// no more than a copy of 16 bytes.
enum class ArrowTexts : uint8_t { kOffsets, kViews };

/// How our types leave through the Arrow C data interface:
///
///   HUGEINT                   decimal128(38, 0) of the same bits, as DuckDB does, named in the
///                             field's metadata ("doline.type")
///   UUID, JSON                the canonical extensions arrow.uuid and arrow.json
///   INTERVAL                  month_day_nano; DURATION duration[us]
///   TIMESTAMP WITH TIME ZONE  timestamp[us] in its own zone, or else the session's; where that is
///                             not UTC, the field's metadata says which ("doline.type")
///   ENUM                      a dictionary of texts, whose order the field's metadata has
///   VARCHAR, BLOB             utf8, binary (offsets of 32 bits, which every reader knows), or
///                             their views where these are asked for
///   all others                their twins
///
/// Fills `out` with a struct of these columns; `time_zone` labels instants without a zone of their
/// own. The caller releases it.
void export_arrow_schema(const Schema& schema, std::string_view time_zone, ArrowSchema* out,
                         ArrowTexts texts = ArrowTexts::kOffsets);

/// Rows of all chunks, one after another, as one struct array: a record batch. Memory that lies as
/// Arrow wants it, and the chunks' one behind the other, is shared, not copied. The caller releases
/// it, on any thread and at any time, the engine's end included.
///
/// False, and nothing exported, when the texts or lists of a column are more than 32-bit offsets
/// reach: take fewer rows. Error(kConversion) for an interval beyond nanoseconds,
/// Error(kNotSupported) when one row alone has too much.
bool export_arrow_chunks(const Schema& schema, std::span<const Chunk> chunks, ArrowArray* out,
                         ArrowTexts texts = ArrowTexts::kOffsets);

/// Whether the rows of two chunks lie one behind the other in memory, so that a batch of both can
/// share it: told by the first column that can say so.
bool lies_behind(const Chunk& before, const Chunk& next);

}  // namespace doline
