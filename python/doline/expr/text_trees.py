"""Functions of texts whose meaning takes more than one call of the engine.

They take and give bytes: see `expr/build.py`.
"""

from __future__ import annotations

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, error
from . import build as b


def _escaped(pattern):
    """A text that a regular expression matches as it is."""
    return b.call("regexp_escape", pattern)


def contains_pattern(x, pattern):
    """Whether a pattern is found."""
    return b.call("regexp_matches", x, pattern)


def _dollars(replacement):
    """`$1` and `${1}` as the engine's `\\1`."""
    import re
    if not isinstance(replacement, str):
        return replacement
    text = replacement.replace("\\", "\\\\")
    return re.sub(r"\$\{(\d+)\}|\$(\d)", lambda m: "\\" + (m[1] or m[2]), text)


def replace_pattern(x, pattern, value, flags):
    """Matches of a pattern replaced."""
    return b.call("regexp_replace", x, pattern, value, b.string(flags))


def replace_literal(x, text, value, every):
    """A text replaced, once or everywhere."""
    if every:
        return b.call("replace", x, text, value)
    return b.call("regexp_replace", x, _escaped(text), b.call("replace", value, b.string("\\"),
                                                              b.string("\\\\")))


def character_count(x):
    """The length in characters."""
    return b.cast(b.call("length", x), types.UInt32)


def byte_count(x):
    """The length in bytes."""
    return b.cast(b.call("strlen", x), types.UInt32)


def extract_group(x, pattern, group):
    """What a group matches; NULL where nothing does, or it takes no part in the match."""
    return b.call("frame_extract", x, pattern, b.integer(group))


def extract_every(x, pattern):
    """All matches."""
    return b.call("regexp_extract_all", x, pattern)


def extract_named(x, pattern, names):
    """What all groups match, as a struct."""
    fields = [b.n.argument(extract_group(x, b.string(pattern), i + 1), name)
              for i, name in enumerate(names)]
    return b.condition(b.is_not_null(x), b.n.function_call(["struct_pack"], fields))


def count_pattern(x, pattern):
    """How often a pattern matches."""
    return b.cast(b.call("length", b.call("regexp_extract_all", x, pattern)), types.UInt32)


def find_pattern(x, pattern, literal):
    """Bytes before the first match; NULL where there is none."""
    if literal:
        before = b.call("strpos", x, pattern)
        text = b.call("left", x, b.operator("-", before, b.integer(1)))
        return b.condition(b.greater(before, b.integer(0)),
                           b.cast(b.call("strlen", text), types.UInt32))
    head = b.call("regexp_extract", x, b.call("concat", b.string("(?s)^(.*?)("), pattern, b.string(")")),
                  b.integer(1))
    return b.condition(b.call("regexp_matches", x, pattern),
                       b.cast(b.call("strlen", head), types.UInt32))


def text_slice(x, offset, *length):
    """Characters from `offset`, counted from 0 or from the end."""
    count = b.call("length", x)
    begin = b.condition(b.less(offset, b.integer(0)), b.operator("+", count, offset), offset)
    first = b.call("greatest", begin, b.integer(0))
    if not length:
        return b.call("substring", x, b.operator("+", first, b.integer(1)))
    end = b.operator("+", begin, length[0])
    size = b.call("greatest", b.operator("-", end, first), b.integer(0))
    return b.call("substring", x, b.operator("+", first, b.integer(1)), size)


def head_of(x, count):
    """The first characters; a negative count leaves out the last."""
    return b.call("left", x, count)


def tail_of(x, count):
    """The last characters; a negative count leaves out the first."""
    return b.call("right", x, count)


def strip(x, name, characters):
    """Without some characters at the ends that `name` says."""
    if characters is None:
        # The engine's trim takes spaces alone; here it is white space of every kind.
        edges = {"ltrim": r"^\s+", "rtrim": r"\s+$", "trim": r"^\s+|\s+$"}[name]
        return b.call("regexp_replace", x, b.string(edges), b.string(""), b.string("g"))
    return b.call(name, x, b.string(characters))


def without_prefix(x, prefix):
    """Without a text at the begin."""
    return b.condition(b.call("starts_with", x, prefix),
                       b.call("substring", x, b.operator("+", b.call("length", prefix), b.integer(1))), x)


def without_suffix(x, suffix):
    """Without a text at the end."""
    rest = b.operator("-", b.call("length", x), b.call("length", suffix))
    return b.condition(b.call("ends_with", x, suffix), b.call("left", x, rest), x)


def padded(x, name, length, fill):
    """A text that is long enough stays whole."""
    return b.condition(b.less(b.call("length", x), length), b.call(name, x, b.cast(length, types.Int32), b.string(fill)), x)


def zero_filled(x, length):
    """Zeros in front, behind a sign."""
    sign = b.call("regexp_extract", x, b.string("^[+-]"))
    digits = b.call("regexp_replace", x, b.string("^[+-]"), b.string(""))
    width = b.operator("-", length, b.call("length", sign))
    return b.condition(b.less(b.call("length", x), length),
                       b.operator("||", sign, b.call("lpad", digits, b.cast(width, types.Int32), b.string("0"))), x)


def title_case(x):
    """The first letter of each word in capitals."""
    words = b.call("regexp_extract_all", b.call("lower", x), b.string(r"\pL+|\PL+"))
    word = b.column("word")
    raised = b.operator("||", b.call("upper", b.call("left", word, b.integer(1))),
                        b.call("substring", word, b.integer(2)))
    return b.call("array_to_string", b.call("list_transform", words, b.one_lambda("word", raised)),
                  b.string(""))


def split_list(x, by, inclusive, literal):
    """The parts between separators."""
    if not literal:
        return b.call("string_split_regex", x, by)
    if not inclusive:
        return b.condition(b.equal(by, b.string("")),
                           b.call("regexp_extract_all", x, b.string("(?s).")),
                           b.call("string_split", x, by))
    return b.call("regexp_extract_all", x,
                  b.call("concat", b.string("(?s).*?"), _escaped(by), b.string("|.+$")))


def split_fields(x, by, count, rest, inclusive=False):
    """The first parts between separators as a struct."""
    parts = split_list(x, by, inclusive, True)
    fields = []
    for i in range(count):
        part = b.call("list_extract", parts, b.integer(i + 1))
        if rest and i == count - 1:
            tail = b.n.slice_(parts, b.integer(i + 1))
            part = b.condition(b.greater(b.call("length", parts), b.integer(i)),
                               b.call("array_to_string", tail, by))
        fields.append(b.n.argument(part, f"field_{i}"))
    return b.n.function_call(["struct_pack"], fields)


def parse_integer(x, base, strict, dtype):
    """An integer written to a base."""
    prefix = {2: "0b", 10: "", 16: "0x"}.get(base) if isinstance(base, int) else None
    if prefix is None:
        raise error(NotSupported, f"str.to_integer(base={base!r}) is not supported", "use base 2, 10 or 16")
    cast = b.cast if strict else b.try_cast
    if base == 10:
        return cast(x, dtype)
    signed = b.call("regexp_matches", x, b.string("^[+-]"))
    digits = b.condition(signed, b.call("substring", x, b.integer(2)), x)
    whole = cast(b.condition(b.is_not_null(x), b.call("concat", b.string(prefix), digits)), types.Int128)
    is_below = b.call("starts_with", x, b.string("-"))
    return cast(b.condition(is_below, b.operator("-", b.integer(0), whole), whole), dtype)


def parse_time(x, fmt, dtype, strict):
    """A time by a format, or as ISO 8601 has it."""
    zone = getattr(dtype, "time_zone", None)
    written = b.call("regexp_matches", x, b.string(_WRITTEN_ZONE))
    if fmt is None:
        parsed = (b.cast if strict else b.try_cast)(x, dtype)
        if not isinstance(dtype, types.Datetime):
            return parsed
        if zone is not None:
            clock = b.try_cast(b.condition(b.negation(written), x), types.Datetime("us"))
            return b.condition(b.is_not_null(clock), _of_clock(clock, zone), parsed)
        told = b.call("error", b.string("a time with a zone is read by a format with %z, or to a type with a zone"))
        return b.condition(b.call("ifnull", written, b.FALSE), told, parsed)
    parsed = b.call("strptime" if strict else "try_strptime", x, b.string(engine_format(fmt)))
    zoned = "%z" in fmt and isinstance(dtype, types.Datetime)  # moved to UTC by strptime
    if zone is not None and not zoned:
        return b.cast(_of_clock(parsed, zone), dtype)
    return b.cast(parsed, types.Datetime(dtype.time_unit, dtype.time_zone or "UTC") if zoned else dtype)


_WRITTEN_ZONE = r"\d:\d\d(:\d\d(\.\d+)?)?\s*([zZ]|[+-]\d\d(:?\d\d)?)$"


def _of_clock(x, zone):
    return instant_of(x, zone, "raise", "raise", "str.to_datetime")


def instant_of(x, zone, ambiguous, non_existent, name):
    """The instants at which the clocks of a zone show times."""
    name_of = b.string(zone)
    clock, late = b.column("__doline_clock"), b.column("__doline_late")

    def shows(instant):
        return b.call("timezone", name_of, instant)

    def told(what):
        text = b.string(f"{name}: clocks in {zone} show this time {what}: ")
        return b.call("error", b.operator("||", text, b.cast(clock, types.String)))
    # A day before the clocks went by the offset that the time would have had if they had not changed.
    day = b.call("to_hours", b.integer(24))
    before = b.operator("-", late, day)
    offset = b.operator("-", shows(before), b.call("timezone", b.string("UTC"), before))
    early = b.call("timezone", b.string("UTC"), b.operator("-", clock, offset))
    twice = b.both(b.negation(b.equal(early, late)), b.equal(shows(early), clock))
    never = b.negation(b.equal(shows(late), clock))
    chosen = {"raise": told("twice"), "earliest": early, "latest": late, "null": b.NULL}[ambiguous]
    gone = told("never") if non_existent == "raise" else b.NULL
    value = b.condition(never, gone, b.condition(twice, chosen, late))
    return b.let(x, "__doline_clock", b.let(shows(clock), "__doline_late", value))


def engine_format(fmt):
    """A format of chrono's as the engine has it."""
    for chrono, ours in (("%T", "%H:%M:%S"), ("%F", "%Y-%m-%d"), ("%D", "%m/%d/%y"), ("%R", "%H:%M"),
                         ("%.f", ".%f"), ("%.3f", ".%g"), ("%.6f", ".%f"), ("%.9f", ".%n"),
                         ("%3f", "%g"), ("%6f", "%f"), ("%9f", "%n"), ("%e", "%-d"), ("%h", "%b"),
                         ("%P", "%p"), ("%k", "%-H"), ("%l", "%-I")):
        fmt = fmt.replace(chrono, ours)
    return fmt


def json_at(x, path):
    """The text at a path of JSON."""
    return b.call("json_extract_string", x, path)


def json_as(x, dtype):
    """JSON as values of a type."""
    return b.cast(b.cast(x, types.Json), dtype)


def decoded(x, encoding, strict):
    """The bytes that a text writes down."""
    names = {"hex": "unhex", "base64": "from_base64"}
    if encoding not in names:
        raise error(InvalidArgument, f"encoding is 'hex' or 'base64', not {encoding!r}")
    made = b.call(names[encoding], x)
    return made if strict else b.n.try_(made)


def any_of(x, patterns, ignore_case):
    """Whether any of some texts is contained."""
    text = b.call("lower", x) if ignore_case else x
    return b.either(*[b.call("contains", text, p) for p in patterns])


def padded_start(x, length, fill):
    """Filled up in front."""
    return padded(x, "lpad", length, fill)


def padded_end(x, length, fill):
    """Filled up behind."""
    return padded(x, "rpad", length, fill)


def matches_of(x, pattern):
    """All matches of any of some texts."""
    return b.call("regexp_extract_all", x, b.string(pattern))


def replace_each(x, pattern, pairs, ignore_case):
    """Texts replaced by others, in one go: what comes of a replacement is not looked at again."""
    part = b.column("part")
    compared = b.call("lower", part) if ignore_case else part
    branches = []
    for old, new in pairs:
        branches += [new, b.equal(compared, old)]
    parts = b.call("regexp_extract_all", x, b.string(f"{pattern}|(?s:.)"))
    made = b.call("list_transform", parts, b.one_lambda("part", b.cases(*branches, part)))
    return b.condition(b.call("regexp_matches", x, b.string(pattern)),
                       b.call("array_to_string", made, b.string("")), x)


def any_pattern(texts, ignore_case, leftmost):
    """A regular expression that finds what Aho and Corasick's automaton does: of matches that overlap the
    one that ends first, so that no text is found in which another ends before; `leftmost`: the one that
    begins first."""
    import re
    keys = [text.lower() if ignore_case else text for text in texts]

    def hidden(key):
        return any(other and other in key[:-1] for other in keys if other != key)
    chosen = [text for text, key in zip(texts, keys) if leftmost or not hidden(key)]
    quoted = "|".join(re.sub(r"([!-/:-@\[-^`{-~])", r"\\\1", text) for text in chosen)
    return f"(?i:{quoted})" if ignore_case else f"(?:{quoted})"
