"""What expressions are made of: a line for each form, with the kinds it takes and the kind it gives.

`{}` takes an expression of the kind named, `{0}` repeats the first one, and `{#word}` is a small
constant of the query's text. The first table of each group means the same in SQLite. Arithmetic is
widened first: small types would overflow, and whether they do must not depend on which rows a filter
left. No DECIMAL of 38 digits has fewer than four behind the point: where it met one with more, DuckDB
would round that one (docs/sql-differences.md).
"""

import dataclasses

# Constants that a form takes as text: #word → what to choose from.
CONSTANTS = {
    "#n": ("0", "1", "2", "3", "5"),
    "#signed": ("-2", "-1", "0", "1", "2", "3", "7"),
    "#like": ("'a%'", "'%b%'", "'_'", "'%'", "'%o w%'", "'a\\_c'", "''", "'%ü%'", "'hello%more'"),
    "#regex": ("'a.c'", "'^[a-z]+$'", "'o'", "'[0-9]'", "'(b|B)'", "''"),
    "#datepart": ("'year'", "'month'", "'day'", "'dow'", "'doy'", "'week'", "'quarter'"),
    "#timepart": ("'hour'", "'minute'", "'second'", "'month'", "'epoch'"),
    "#trunc": ("'month'", "'year'", "'week'", "'day'", "'quarter'"),
    "#timetrunc": ("'hour'", "'minute'", "'day'", "'month'"),
    "#format": ("'%Y-%m-%d'", "'%d/%m/%y'", "'%A, %B %-d'", "'%j %U'"),
    "#key": ("'k'", "'l'", "'none'"),
    "#separator": ("','", "' '", "'l'", "''"),
    # To DuckDB a subquery, inside of which it knows no group by its expression: no columns.
    "#list": ("[1, 2]", "[0, NULL, 3]", "[NULL]::INTEGER[]", "[]::INTEGER[]", "NULL::INTEGER[]"),
    "#jsonpath": ("'$.a'", "'$.b[0]'", "'$.a.b'", "'$[1]'"),
}


@dataclasses.dataclass(frozen=True)
class Form:
    gives: str
    template: str
    takes: tuple[str, ...]
    portable: bool = False


def _table(text, portable=False):
    """Lines `gives: template <- kind kind …`."""
    forms = []
    for line in text.strip().splitlines():
        head, _, takes = line.partition("<-")
        gives, _, template = head.strip().partition(": ")
        forms.append(Form(gives, template.strip(), tuple(takes.split()), portable))
    return forms


SCALARS = _table("""
    int: (CAST({} AS BIGINT) + {}) <- int int
    int: (CAST({} AS BIGINT) - {}) <- int int
    int: (CAST({} AS BIGINT) * {}) <- int int
    int: -CAST({} AS BIGINT) <- int
    int: abs(CAST({} AS BIGINT)) <- int
    int: (CAST({} AS BIGINT) % nullif(CAST({} AS BIGINT), 0)) <- int int
    int: length({}) <- text
    int: CAST({} AS BIGINT) <- int
    text: ({} || {}) <- text text
    text: substr({}, {#n} + 1, {#n}) <- text
    text: replace({}, {}, 'z') <- text text
    text: trim({}) <- text
    text: CAST(CAST({} AS BIGINT) AS VARCHAR) <- int
    double: ({} + {}) <- double double
    double: ({} - {}) <- double double
    double: CAST({} AS DOUBLE) <- int
    double: abs({}) <- double
    bool: ({} LIKE {#like}) <- text
    bool: ({} NOT LIKE {#like}) <- text
""", portable=True) + _table("""
    int: (CAST({} AS BIGINT) // nullif({}, 0)) <- int int
    int: greatest({}, {}) <- int int
    int: least(CAST({} AS BIGINT), {}, {}) <- int int int
    int: sign({}) <- int
    int: (CAST({} AS BIGINT) & CAST({} AS BIGINT)) <- int int
    int: (CAST({} AS BIGINT) | 5::BIGINT) <- int
    int: xor(CAST({} AS BIGINT), 3::BIGINT) <- int
    int: TRY_CAST({} AS INTEGER) <- text
    int: strpos({}, {}) <- text text
    int: ascii({}) <- text
    int: levenshtein({}, {}) <- text text
    int: CAST({} AS INTEGER) <- bool
    int: CAST(floor({}) AS BIGINT) <- decimal
    int: date_part({#datepart}, {}) <- date
    int: date_part({#timepart}, {}) <- timestamp
    int: date_diff('day', {}, {}) <- date date
    int: date_diff('hour', {}, {}) <- timestamp timestamp
    int: datesub('month', {}, {}) <- date date
    int: year({}) <- date
    int: extract(month FROM {}) <- timestamp
    int: len({}) <- ints
    int: len({}) <- texts
    int: ({})[{#signed}] <- ints
    int: ({})[{#n}] <- array
    int: list_sum({}) <- ints
    int: list_max({}) <- ints
    int: list_position({}, {}) <- ints int
    int: list_unique({}) <- ints
    int: ({}).a <- struct
    int: struct_extract({}, 'a') <- struct
    int: ({})[{#key}] <- map
    int: cardinality({}) <- map
    int: json_array_length({}) <- json
    int: length(CAST({} AS VARCHAR)) <- enum
    int: octet_length({}) <- blob
    ratio: ({} / {}) <- int int
    ratio: ({} / nullif({}, 0)) <- double double
    ratio: sqrt(abs({})) <- double
    ratio: CAST({} AS DOUBLE) <- decimal
    ratio: (CAST({} AS DOUBLE) * 0.5) <- int
    double: floor({}) <- double
    double: round({}) <- double
    double: ceil({}) <- double
    double: greatest({}, {}) <- double double
    decimal: ({} + {}) <- decimal decimal
    decimal: ({} - {}) <- decimal decimal
    decimal: CAST({} AS DECIMAL(18,3)) <- int
    decimal: round(CAST({} AS DECIMAL(18,4)), 1) <- decimal
    decimal: abs({}) <- decimal
    decimal: greatest({}, {}) <- decimal decimal
    text: upper({}) <- text
    text: lower({}) <- text
    text: reverse({}) <- text
    text: left({}, {#signed}) <- text
    text: right({}, {#signed}) <- text
    text: lpad({}, {#n} + 4, '*') <- text
    text: repeat({}, {#n}) <- text
    text: split_part({}, {#separator}, {#n}) <- text
    text: concat({}, {}, {}) <- text int text
    text: concat_ws({#separator}, {}, {}) <- text text
    text: regexp_replace({}, {#regex}, '-') <- text
    text: regexp_extract({}, {#regex}) <- text
    text: ltrim({}, 'ah ') <- text
    text: CAST({} AS VARCHAR) <- decimal
    text: CAST({} AS VARCHAR) <- date
    text: CAST({} AS VARCHAR) <- timestamp
    text: CAST({} AS VARCHAR) <- time
    text: CAST({} AS VARCHAR) <- interval
    text: CAST({} AS VARCHAR) <- enum
    text: CAST({} AS VARCHAR) <- ints
    text: CAST({} AS VARCHAR) <- struct
    text: CAST({} AS VARCHAR) <- wide
    text: CAST({} AS VARCHAR) <- bool
    text: CAST({} AS VARCHAR) <- uuid
    text: CAST({} AS VARCHAR) <- blob
    text: strftime({}, {#format}) <- date
    text: monthname({}) <- date
    text: ({})[{#signed}] <- texts
    text: array_to_string({}, {#separator}) <- texts
    text: ({}).b <- struct
    text: md5({}) <- text
    text: json_extract_string({}, {#jsonpath}) <- json
    text: ({} ->> {#jsonpath}) <- json
    text: json_type({}) <- json
    text: greatest({}, {}) <- text text
    text: ({})[{#n}:{#signed}] <- text
    text: typeof({}) <- int
    bool: starts_with({}, {}) <- text text
    bool: contains({}, {}) <- text text
    bool: ({} ILIKE {#like}) <- text
    bool: regexp_matches({}, {#regex}) <- text
    bool: ({} SIMILAR TO {#regex}) <- text
    bool: list_contains({}, {}) <- ints int
    bool: list_has_any({}, {}) <- texts texts
    bool: ({} = ANY({#list})) <- int
    bool: (CAST({} AS BOOLEAN)) <- int
    bool: isnan({}) <- double
    bool: isfinite({}) <- double
    date: ({} + CAST({} AS INTEGER)) <- date int
    date: CAST({} AS DATE) <- timestamp
    date: CAST(date_trunc({#trunc}, {}) AS DATE) <- date
    date: last_day({}) <- date
    date: make_date(2020, {#n} + 1, {#n} + 1) <-
    date: greatest({}, {}) <- date date
    date: TRY_CAST({} AS DATE) <- text
    timestamp: CAST({} AS TIMESTAMP) <- date
    timestamp: date_trunc({#timetrunc}, {}) <- timestamp
    timestamp: ({} + INTERVAL '1 hour') <- timestamp
    timestamp: ({} - {}) <- timestamp interval
    timestamp: least({}, {}) <- timestamp timestamp
    timestamp: time_bucket(INTERVAL '1 day', {}) <- timestamp
    time: CAST({} AS TIME) <- timestamp
    wide: greatest({}, {}) <- wide wide
    ints: [{}, {}] <- int int
    ints: list_sort({}) <- ints
    ints: list_concat({}, {}) <- ints ints
    ints: list_filter({}, lambda x: x > {#n}) <- ints
    ints: list_transform({}, lambda x: x + {#n}) <- ints
    ints: list_append({}, {}) <- ints int
    ints: list_reverse({}) <- ints
    ints: ({})[{#n}:{#n}] <- ints
    ints: range(0, {#n}) <-
    ints: [x + 1 FOR x IN {} IF x IS NOT NULL] <- ints
    ints: map_values({}) <- map
    texts: string_split({}, {#separator}) <- text
    texts: [{}, {}] <- text text
    texts: list_reverse_sort({}) <- texts
    texts: map_keys({}) <- map
    texts: list_transform({}, lambda x: upper(x)) <- texts
    struct: {'a': CAST({} AS INTEGER), 'b': {}} <- int text
    struct: struct_pack(a := CAST({} AS INTEGER), b := {}) <- int text
    enum: CAST(CAST({} AS VARCHAR) AS @enum) <- enum
    json: json_extract({}, {#jsonpath}) <- json
    json: to_json({}) <- struct
    blob: encode({}) <- text
""")

# `any` is one kind, whichever, in the whole line.
AGGREGATES = _table("""
    int: count(*) <-
    int: sum({}) <- int
    double: sum({}) <- double
    int: count({distinct}{}) <- any
    any: min({}) <- any
    any: max({}) <- any
    int: sum(DISTINCT {}) <- int
""", portable=True) + _table("""
    int: count_if({}) <- bool
    decimal: CAST(sum({}) AS DECIMAL(30,4)) <- decimal
    ratio: avg({}) <- int
    ratio: avg({}) <- double
    ratio: median({}) <- int
    int: quantile_disc({}, 0.25) <- int
    date: quantile_disc({}, 0.5) <- date
    ratio: quantile_cont({}, 0.75) <- int
    bool: bool_and({}) <- bool
    bool: bool_or({}) <- bool
    int: bit_and(CAST({} AS BIGINT)) <- int
    int: bit_or(CAST({} AS BIGINT)) <- int
    int: bit_xor(CAST({} AS BIGINT)) <- int
    text: string_agg({}, ',' ORDER BY {0} DESC) <- text
    text: string_agg(DISTINCT {}, ',' ORDER BY {0}) <- text
    ints: list(CAST({} AS INTEGER) ORDER BY {0}) <- int
    texts: list({} ORDER BY {0} NULLS FIRST) <- text
    ints: list_sort(list(DISTINCT CAST({} AS INTEGER))) <- int
    any: first({} ORDER BY {0}) <- any
    any: last({} ORDER BY {0} NULLS FIRST) <- any
    any: any_value({} ORDER BY {0} DESC) <- any
    any: arg_max({}, {0}) <- any
    ints: max(CAST({} AS INTEGER), 2) <- int
    ints: min(CAST({} AS INTEGER), 3) <- int
    text: CAST(histogram({}) AS VARCHAR) <- text
    inexact: stddev({}) <- double
    inexact: var_pop({}) <- int
    inexact: corr({}, {}) <- int double
    inexact: sum({}) <- ratio
    inexact: avg({}) <- ratio
    inexact: avg({}) <- decimal
    inexact: product({}) <- double
    int: count(DISTINCT ({}, {})) <- int text
""")

# Window functions that an order decides; aggregates may stand over windows too.
WINDOWS = _table("""
    int: row_number() <-
    int: rank() <-
    int: dense_rank() <-
    int: ntile({#n} + 1) <-
    any: lag({}) <- any
    any: lag({}, {#n}) <- any
    any: lead({}) <- any
    any: first_value({}) <- any
    any: last_value({}) <- any
    any: nth_value({}, {#n} + 1) <- any
    ratio: percent_rank() <-
    ratio: cume_dist() <-
""", portable=True) + _table("""
    any: lag({} IGNORE NULLS) <- any
    any: first_value({} IGNORE NULLS) <- any
    any: last_value({} IGNORE NULLS) <- any
    any: lead({}, {#signed}) <- any
""")
