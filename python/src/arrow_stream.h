#pragma once

#include <string>

#include "arrow_capsule.h"

// Arrow streams made of others: each batch becomes another one, without copies.
namespace doline_python {

/// A stream of rows: what comes as no struct is one column, of its own name or else `name`.
OwnedStream stream_of_rows(OwnedStream stream, const std::string& name);

/// The only column of a stream of rows, as a stream of its type.
OwnedStream stream_of_column(OwnedStream rows);

}  // namespace doline_python
