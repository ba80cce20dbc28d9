"""Types as the engine spells them, and as nodes of the tree."""

from __future__ import annotations

from functools import lru_cache

from . import _nodes
from .errors import InternalError, NotSupported, error
from .datatypes import BY_SQL, Array, Datetime, Decimal, Duration, Enum, Field, List, Map, Struct, Unknown, as_dtype


@lru_cache(maxsize=1024)
def parse_type(sql: str):
    """The type that the engine spells as `sql`: "STRUCT(a INTEGER, b VARCHAR[])"."""
    return _TypeText(sql).whole()


class _TypeText:
    """A recursive reader of the engine's spelling of types."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def whole(self):
        dtype = self.one()
        if self.at != len(self.text):
            raise error(InternalError, f"cannot read the type {self.text!r}")
        return dtype

    def one(self):
        word = self.word()
        if self.peek("("):
            dtype = self.with_arguments(word)
        else:
            dtype = BY_SQL.get(word) or Unknown()
        while self.peek("["):
            end = self.text.index("]", self.at)
            size = self.text[self.at + 1:end]
            self.at = end + 1
            dtype = Array(dtype, int(size)) if size else List(dtype)
        return dtype

    def with_arguments(self, word):
        """The type of that name, from what stands in its brackets."""
        self.at += 1
        if word == "DECIMAL":
            end = self.text.index(")", self.at)
            precision, scale = self.text[self.at:end].split(",")
            self.at = end + 1
            return Decimal(int(precision), int(scale))
        if word == "TIMESTAMPTZ":
            return Datetime("us", *self.sequence(lambda: self.quoted("'")))
        if word in ("ENUM", "ENUM ORDERED"):
            return Enum(self.sequence(lambda: self.quoted("'")))
        if word == "MAP":
            return Map(*self.sequence(self.one))
        return Struct(self.sequence(lambda: Field(self.name(), self.one())))

    def sequence(self, element):
        items = []
        while not self.peek(")"):
            items.append(element())
            if self.peek(","):
                self.at += 1
                self.spaces()
        self.at += 1
        return items

    def name(self):
        """A field's name, between quotes or up to a space."""
        if self.peek('"'):
            name = self.quoted('"')
        else:
            end = self.text.index(" ", self.at)
            name, self.at = self.text[self.at:end], end
        self.spaces()
        return name

    def quoted(self, quote):
        out, self.at = [], self.at + 1
        while True:
            end = self.text.index(quote, self.at)
            out.append(self.text[self.at:end])
            self.at = end + 1
            if not self.peek(quote):
                return "".join(out)
            out.append(quote)
            self.at += 1

    def word(self):
        begin = self.at
        while self.at < len(self.text) and self.text[self.at] not in "([,)":
            self.at += 1
        return self.text[begin:self.at].strip()

    def spaces(self):
        while self.peek(" "):
            self.at += 1

    def peek(self, character):
        return self.at < len(self.text) and self.text[self.at] == character


def type_bytes(dtype) -> bytes:
    """A type as a node of the tree, for casts.

    Raises
    ------
    NotSupported
        For types that no column of Doline's has.
    """
    dtype = as_dtype(dtype)
    if dtype.sql is not None:
        return _named(dtype.sql)
    if isinstance(dtype, Decimal):
        sizes = [_nodes.literal(_nodes.LITERAL_KIND_INTEGER, str(n)) for n in dtype.parameters]
        return _nodes.type_name(name=["DECIMAL"], modifiers=sizes)
    if isinstance(dtype, Datetime):
        if dtype.time_zone is not None:
            if dtype.time_unit != "us":
                raise error(NotSupported, f"a column of type {dtype!r} is not supported: instants have microseconds",
                            f"use Datetime('us', {dtype.time_zone!r})")
            if dtype.time_zone in ("UTC", "*"):
                return _named("TIMESTAMP WITH TIME ZONE")
            zone = _nodes.literal(_nodes.LITERAL_KIND_STRING, dtype.time_zone)
            return _nodes.type_name(name=["TIMESTAMPTZ"], modifiers=[zone])
        return _named({"us": "TIMESTAMP", "ms": "TIMESTAMP_MS", "ns": "TIMESTAMP_NS"}[dtype.time_unit])
    if isinstance(dtype, Duration):
        if dtype.time_unit != "us":
            raise error(NotSupported, f"{dtype!r} is not supported", "spans of time are Duration('us')")
        return _named("DURATION")
    if isinstance(dtype, Enum):
        return _nodes.type_name(_nodes.TYPE_NAME_KIND_ENUM,
                                labels=dtype.categories)
    if isinstance(dtype, List):
        return _nodes.type_name(_nodes.TYPE_NAME_KIND_LIST,
                                members=[_nodes.type_member(type_bytes(dtype.inner))])
    if isinstance(dtype, Array):
        return _nodes.type_name(_nodes.TYPE_NAME_KIND_ARRAY, size=dtype.size,
                                members=[_nodes.type_member(type_bytes(dtype.inner))])
    if isinstance(dtype, Struct):
        return _nodes.type_name(
            _nodes.TYPE_NAME_KIND_STRUCT,
            members=[_nodes.type_member(type_bytes(f.dtype), f.name) for f in dtype.fields])
    if isinstance(dtype, Map):
        return _nodes.type_name(
            _nodes.TYPE_NAME_KIND_MAP,
            members=[_nodes.type_member(type_bytes(d)) for d in (dtype.key, dtype.value)])
    raise error(NotSupported, f"columns of type {dtype!r} are not supported")


@lru_cache(maxsize=64)
def _named(name):
    return _nodes.type_name(name=[name])
