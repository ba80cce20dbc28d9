"""The namespaces `str`, `bin` and `cat`."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported
from . import aggregates, build as b
from .literals import literal_bytes


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


def blob_size(x):
    """The number of bytes."""
    return b.cast(b.call("octet_length", x), types.UInt32)


def extract_group(x, pattern, group):
    """What a group matches; NULL where nothing does."""
    found = b.call("regexp_extract", x, pattern, b.integer(group))
    return b.condition(b.call("regexp_matches", x, pattern), found)


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


def split_list(x, by, inclusive):
    """The parts between separators."""
    if not inclusive:
        return b.condition(b.equal(by, b.string("")),
                           b.call("regexp_extract_all", x, b.string("(?s).")),
                           b.call("string_split", x, by))
    return b.call("regexp_extract_all", x,
                  b.call("concat", b.string("(?s).*?"), _escaped(by), b.string("|.+$")))


def split_fields(x, by, count, rest):
    """The first parts between separators as a struct."""
    parts = b.call("string_split", x, by)
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
    if base == 10:
        return (b.cast if strict else b.try_cast)(x, dtype)
    prefix = {16: "0x", 2: "0b", 8: "0o"}.get(base)
    if prefix is None:
        raise NotSupported(f"to_integer(base={base}) is not supported; bases 2, 8, 10 and 16 are")
    return (b.cast if strict else b.try_cast)(b.call("concat", b.string(prefix), x), dtype)


def parse_time(x, fmt, dtype, strict):
    """A time by a format, or as ISO 8601 has it."""
    if fmt is None:
        parsed = (b.cast if strict else b.try_cast)(x, dtype)
        if not isinstance(dtype, types.Datetime) or dtype.time_zone is not None:
            return parsed
        told = b.call("error", b.string("a time with a zone is read by a format with %z, or to a type with a zone"))
        zoned = b.call("regexp_matches", x, b.string(r"\d:\d\d(:\d\d(\.\d+)?)?\s*([zZ]|[+-]\d\d(:?\d\d)?)$"))
        return b.condition(b.call("ifnull", zoned, b.FALSE), told, parsed)
    parsed = b.call("strptime" if strict else "try_strptime", x, b.string(engine_format(fmt)))
    zoned = "%z" in fmt and isinstance(dtype, types.Datetime)  # moved to UTC by strptime
    return b.cast(parsed, types.Datetime(dtype.time_unit, "UTC") if zoned else dtype)


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


def any_of(x, patterns, ignore_case):
    """Whether any of some texts is contained."""
    text = b.call("lower", x) if ignore_case else x
    return b.either(*[b.call("contains", text, p) for p in patterns])


class StringFunctions:
    """Functions of texts: `expr.str`. Positions count characters from 0."""

    def __init__(self, of):
        self._of = of

    def _do(self, build, *others, options=()):
        return self._of._apply(build, *others, options=options)

    def len_chars(self):
        """The length in characters."""
        return self._do(character_count)

    def len_bytes(self):
        """The length in bytes."""
        return self._do(byte_count)

    def to_uppercase(self):
        """In capitals."""
        return self._do("upper")

    def to_lowercase(self):
        """In small letters."""
        return self._do("lower")

    def to_titlecase(self):
        """The first letter of each word in capitals."""
        return self._do(title_case)

    def reverse(self):
        """In the opposite order."""
        return self._do("reverse")

    def starts_with(self, prefix):
        """Whether a text or name starts with something."""
        return self._do("starts_with", prefix)

    def ends_with(self, suffix):
        """Whether a text or name ends with something."""
        return self._do("ends_with", suffix)

    def contains(self, pattern, *, literal=False, strict=True):
        """Whether a value, text or name contains something."""
        return self._do("contains" if literal else contains_pattern, pattern)

    def contains_any(self, patterns, *, ascii_case_insensitive=False):
        """Whether a text contains any of some texts."""
        values = [p.lower() if ascii_case_insensitive else p for p in patterns]
        return self._do(any_of, options=(tuple(map(literal_bytes, values)), ascii_case_insensitive))

    def replace(self, pattern, value, *, literal=False, n=1):
        """Some values, or a pattern's match, replaced."""
        if n == -1:
            return self.replace_all(pattern, value, literal=literal)
        if n != 1:
            raise NotSupported("str.replace(n=…) is not supported beyond 1; use replace_all")
        if literal:
            return self._do(replace_literal, pattern, value, options=(False,))
        return self._do(replace_pattern, pattern, _dollars(value), options=("",))

    def replace_all(self, pattern, value, *, literal=False):
        """All matches of a pattern replaced."""
        if literal:
            return self._do(replace_literal, pattern, value, options=(True,))
        return self._do(replace_pattern, pattern, _dollars(value), options=("g",))

    def replace_many(self, patterns, replace_with=None, **unsupported):
        """Several texts replaced."""
        if unsupported:
            raise NotSupported("options of replace_many are not supported; use replace_all")
        pairs = patterns if isinstance(patterns, dict) else dict(
            zip(patterns, [replace_with] * len(patterns) if isinstance(replace_with, str) else replace_with))
        out = self._of
        for old, new in pairs.items():
            out = out._apply("replace", old, new)
        return out

    def extract(self, pattern, group_index=1):
        """What a group of a pattern matches; null where nothing does."""
        return self._do(extract_group, pattern, options=(group_index,))

    def extract_all(self, pattern):
        """All that a pattern matches, as a list."""
        return self._do(extract_every, pattern)

    def extract_groups(self, pattern):
        """What a pattern's groups match, as a struct."""
        import re
        names = re.compile(pattern.replace("(?<", "(?P<")).groupindex
        count = re.compile(pattern.replace("(?<", "(?P<")).groups
        by_place = {place: name for name, place in names.items()}
        labels = tuple(by_place.get(i + 1, str(i + 1)) for i in range(count))
        return self._do(extract_named, options=(pattern.replace("(?<", "(?P<"), labels))

    def count_matches(self, pattern, *, literal=False):
        """How often a pattern or value occurs."""
        if literal:
            import re
            pattern = re.escape(pattern)
        return self._do(count_pattern, pattern)

    def find(self, pattern, *, literal=False, strict=True):
        """How many bytes stand before the first match."""
        return self._do(find_pattern, pattern, options=(literal,))

    def slice(self, offset, length=None):
        """A part, from a position counted from 0 or from the end."""
        return self._do(text_slice, offset, *([] if length is None else [length]))

    def head(self, n):
        """The first values or rows."""
        return self._do(head_of, n)

    def tail(self, n):
        """The last values or rows."""
        return self._do(tail_of, n)

    def strip_chars(self, characters=None):
        """Without white space, or other characters, at both ends."""
        return self._do(strip, options=("trim", characters))

    def strip_chars_start(self, characters=None):
        """Without white space, or other characters, at the begin."""
        return self._do(strip, options=("ltrim", characters))

    def strip_chars_end(self, characters=None):
        """Without white space, or other characters, at the end."""
        return self._do(strip, options=("rtrim", characters))

    def strip_prefix(self, prefix):
        """Without a text at the begin."""
        return self._do(without_prefix, prefix)

    def strip_suffix(self, suffix):
        """Without a text at the end."""
        return self._do(without_suffix, suffix)

    def pad_start(self, length, fill_char=" "):
        """Filled up to a length, in front of the text."""
        return self._of._apply(padded_start, length, options=(fill_char,))

    def pad_end(self, length, fill_char=" "):
        """Filled up to a length, behind the text."""
        return self._of._apply(padded_end, length, options=(fill_char,))

    def zfill(self, length):
        """Filled up with zeros, behind a sign."""
        return self._do(zero_filled, length)

    def split(self, by, *, inclusive=False):
        """The parts between separators, as a list."""
        return self._do(split_list, by, options=(inclusive,))

    def split_exact(self, by, n, *, inclusive=False):
        """So many parts between separators, as a struct."""
        if inclusive:
            raise NotSupported("split_exact(inclusive=True) is not supported; use split")
        return self._do(split_fields, by, options=(n + 1, False))
    def splitn(self, by, n):
        """The first parts, and the rest as the last, as a struct."""
        return self._do(split_fields, by, options=(n, True))

    def concat(self, delimiter="", *, ignore_nulls=True):
        """Lists, one behind the other."""
        return self.join(delimiter, ignore_nulls=ignore_nulls)

    def join(self, delimiter="", *, ignore_nulls=True):
        """Joined with another frame, or texts joined to one."""
        from .expression import expression
        from .literals import as_node
        from .nodes import Aggregate
        return expression(Aggregate(aggregates.joined, (self._of._node, as_node(delimiter, False)),
                                    (ignore_nulls,)))

    def to_integer(self, *, base=10, dtype=types.Int64, strict=True):
        """An integer from text."""
        return self._do(parse_integer, options=(base, strict, dtype))

    def to_decimal(self, *, scale=0, inference_length=None):
        """A decimal from text; null where it is none."""
        return self._do(b.try_cast, options=(types.Decimal(38, scale),))

    def to_date(self, format=None, *, strict=True, **unsupported):
        """A date from text."""
        return self.strptime(types.Date, format, strict=strict, **unsupported)

    def to_time(self, format=None, *, strict=True, cache=True):
        """A time of day from text."""
        return self.strptime(types.Time, format, strict=strict)

    def to_datetime(self, format=None, *, time_unit="us", time_zone=None, strict=True, **unsupported):
        """An instant from text."""
        return self.strptime(types.Datetime(time_unit, time_zone), format, strict=strict, **unsupported)

    def strptime(self, dtype, format=None, *, strict=True, exact=True, cache=True, ambiguous="raise"):
        """A time from text."""
        if not exact or ambiguous != "raise":
            raise NotSupported("str.strptime(exact=False) is not supported; extract() the part first")
        return self._do(parse_time, options=(format, types.as_dtype(dtype), strict))

    def json_path_match(self, json_path):
        """What lies at a path of JSON, as a text."""
        return self._do(json_at, json_path)

    def json_decode(self, dtype=None, **unsupported):
        """JSON as values of a type."""
        if dtype is None:
            raise NotSupported("str.json_decode needs a dtype")
        return self._do(json_as, options=(types.as_dtype(dtype),))

    def encode(self, encoding):
        """Bytes as hex or base64."""
        if encoding == "hex":
            return self._do("hex")._apply("lower")
        return self._do("encode")._apply("to_base64")

    def decode(self, encoding, *, strict=True):
        """Bytes or text from hex or base64."""
        return self._do({"hex": "unhex", "base64": "from_base64"}[encoding])

    def escape_regex(self):
        """The text as a pattern that matches it alone."""
        return self._do("regexp_escape")

    def normalize(self, form="NFC"):
        """The text in Unicode's NFC."""
        if form != "NFC":
            raise NotSupported(f"str.normalize({form!r}) is not supported; NFC is")
        return self._do("nfc_normalize")


def padded_start(x, length, fill):
    """Filled up in front."""
    return padded(x, "lpad", length, fill)


def padded_end(x, length, fill):
    """Filled up behind."""
    return padded(x, "rpad", length, fill)


class BinaryFunctions:
    """Functions of bytes: `expr.bin`."""

    def __init__(self, of):
        self._of = of

    def size(self, unit="b"):
        """How many bytes there are."""
        if unit != "b":
            raise NotSupported(f"bin.size({unit!r}) is not supported; divide bin.size()")
        return self._of._apply(blob_size)

    def encode(self, encoding):
        """Bytes as hex or base64."""
        if encoding == "hex":
            return self._of._apply("hex")._apply("lower")
        return self._of._apply("to_base64")

    def decode(self, encoding, *, strict=True):
        """Bytes or text from hex or base64."""
        return self._of._apply({"hex": "unhex", "base64": "from_base64"}[encoding])

    def _not_here(self, *args, **kwargs):
        """Not supported."""
        raise NotSupported("this function of bytes is not supported; bin.encode('hex') gives a text to search")

    contains = starts_with = ends_with = reinterpret = _not_here


class CategoryFunctions:
    """Functions of enums: `expr.cat`."""

    def __init__(self, of):
        self._of = of

    def _text(self):
        return StringFunctions(self._of.cast(types.String))

    def len_chars(self):
        """The length in characters."""
        return self._text().len_chars()

    def len_bytes(self):
        """The length in bytes."""
        return self._text().len_bytes()

    def starts_with(self, prefix):
        """Whether a text or name starts with something."""
        return self._text().starts_with(prefix)

    def ends_with(self, suffix):
        """Whether a text or name ends with something."""
        return self._text().ends_with(suffix)

    def slice(self, offset, length=None):
        """A part, from a position counted from 0 or from the end."""
        return self._text().slice(offset, length)

    def get_categories(self):
        """Not supported: the schema's `Enum` has its categories."""
        raise NotSupported("cat.get_categories is not supported; the schema's Enum has its categories")
