"""The namespaces `bin` and `cat`."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, error
from . import build as b
from .namespaces import Namespace
from .text_trees import decoded, text_slice


def blob_size(x):
    """The number of bytes."""
    return b.cast(b.call("octet_length", x), types.UInt32)


class BinaryFunctions(Namespace):
    """Functions of bytes: `expr.bin`."""

    _refused = {"reinterpret": "bin.encode('hex') and str.to_integer(base=16)"}

    def __init__(self, of):
        self._of = of

    def size(self, unit="b"):
        """How many bytes there are.

        Parameters
        ----------
        unit : {"b", "kb", "mb", "gb", "tb"}
            Bytes, or so many times 1,024 of them.

        Returns
        -------
        Expr
            Of UInt32; in other units than bytes of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"tea"]})
        >>> frame.select(dl.col("a").bin.size()).to_series().to_list()
        [3]
        """
        size, units = self._of._apply(blob_size), ["b", "kb", "mb", "gb", "tb"]
        if unit not in units:
            raise error(InvalidArgument, f"{unit!r} is no unit of sizes", f"one of {', '.join(units)}")
        return size if unit == "b" else size / 1024 ** units.index(unit)

    def encode(self, encoding):
        """The bytes as a text.

        Parameters
        ----------
        encoding : "hex" or "base64"
            How.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"tea"]})
        >>> frame.select(dl.col("a").bin.encode("base64")).to_series().to_list()
        ['dGVh']
        """
        if encoding not in ("hex", "base64"):
            raise error(InvalidArgument, f"encoding is 'hex' or 'base64', not {encoding!r}")
        if encoding == "hex":
            return self._of._apply("hex")._apply("lower")
        return self._of._apply("to_base64")

    def decode(self, encoding, *, strict=True):
        """The bytes that a text in these bytes writes down.

        Parameters
        ----------
        encoding : "hex" or "base64"
            How.
        strict : bool, default True
            Whether another text ends the query; else it gives null.

        Returns
        -------
        Expr
            Of Binary.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"746561"]})
        >>> frame.select(dl.col("a").bin.decode("hex")).item()
        b'tea'
        """
        return self._of._apply("decode")._apply(decoded, options=(encoding, strict))

    def contains(self, literal):
        """Whether other bytes are among these.

        Parameters
        ----------
        literal : bytes or Expr
            The others.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"tea"]})
        >>> frame.select(dl.col("a").bin.contains(b"e")).item()
        True
        """
        return self._of._apply(_contains, literal)

    def starts_with(self, prefix):
        """Whether these begin with others.

        Parameters
        ----------
        prefix : bytes or Expr
            The others.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"tea"]})
        >>> frame.select(dl.col("a").bin.starts_with(b"t")).item()
        True
        """
        return self._of._apply(_starts_with, prefix)

    def ends_with(self, suffix):
        """Whether these end with others.

        Parameters
        ----------
        suffix : bytes or Expr
            The others.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"tea"]})
        >>> frame.select(dl.col("a").bin.ends_with(b"a")).item()
        True
        """
        return self._of._apply(_ends_with, suffix)

    def slice(self, offset, length=None):
        """A part of the bytes.

        Parameters
        ----------
        offset : int, str or Expr
            Where it begins, from 0 or from the end if negative; a text names a column.
        length : int, str or Expr, optional
            How many; to the end if left out.

        Returns
        -------
        Expr
            Of Binary.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"tea"]})
        >>> frame.select(dl.col("a").bin.slice(1, 1)).item()
        b'e'
        """
        given = [offset] if length is None else [offset, length]
        return self._of._apply(_part, *map(self._of._column_of, given))

    def head(self, n=5):
        """The first bytes.

        Parameters
        ----------
        n : int, str or Expr, default 5
            How many, a text names a column; a negative number leaves out so many at the end.

        Returns
        -------
        Expr
            Of Binary.

        Examples
        --------
        >>> dl.DataFrame({"a": [b"tea"]}).select(dl.col("a").bin.head(2)).item()
        b'te'
        """
        return self._of._apply(_first, self._of._column_of(n))

    def tail(self, n=5):
        """The last bytes.

        Parameters
        ----------
        n : int, str or Expr, default 5
            How many, a text names a column; a negative number leaves out so many at the begin.

        Returns
        -------
        Expr
            Of Binary.

        Examples
        --------
        >>> dl.DataFrame({"a": [b"tea"]}).select(dl.col("a").bin.tail(2)).item()
        b'ea'
        """
        return self._of._apply(_last, self._of._column_of(n))

    def get(self, index, *, null_on_oob=False):
        """The byte at a position.

        Parameters
        ----------
        index : int, str or Expr
            From 0, or from the end if negative; a text names a column.
        null_on_oob : bool, default False
            Whether null stands where there is no such position; else it ends the query.

        Returns
        -------
        Expr
            Of UInt8.

        Examples
        --------
        >>> dl.DataFrame({"a": [b"tea"]}).select(dl.col("a").bin.get(0)).item()
        116
        """
        return self._of._apply(_byte, self._of._column_of(index), options=(null_on_oob,))


def _contains(x, literal):
    # Of digits two are a byte.
    pattern = b.call("concat", b.string("^(?:..)*"), b.call("hex", literal))
    found = b.call("regexp_matches", b.call("hex", x), pattern)
    return b.condition(b.is_not_null(literal), found)


def _starts_with(x, prefix):
    return b.call("starts_with", b.call("hex", x), b.call("hex", prefix))


def _ends_with(x, suffix):
    return b.call("ends_with", b.call("hex", x), b.call("hex", suffix))


def _twice(count):
    return b.operator("*", b.cast(count, types.Int64), b.integer(2))


def _part(x, offset, *length):
    return b.call("unhex", text_slice(b.call("hex", x), _twice(offset), *map(_twice, length)))


def _first(x, count):
    return b.call("unhex", b.call("left", b.call("hex", x), _twice(count)))


def _last(x, count):
    return b.call("unhex", b.call("right", b.call("hex", x), _twice(count)))


def _byte(x, index, null_on_oob):
    digits = text_slice(b.call("hex", x), _twice(index), b.integer(2))
    size = b.call("octet_length", x)
    within = b.both(b.less(index, size), b.greater_or_equal(index, b.operator("-", b.integer(0), size)))
    value = b.cast(b.call("concat", b.string("0x"), digits), types.UInt8)
    told = b.NULL if null_on_oob else b.call("error", b.string(
        "bin.get: a position is out of bounds; null_on_oob=True gives null there"))
    return b.condition(b.both(b.is_not_null(x), b.is_not_null(index)), b.condition(within, value, told))


class CategoryFunctions(Namespace):
    """Functions of enums: `expr.cat`."""

    _refused = {"to": "cast(dl.Enum(…))"}

    def __init__(self, of):
        self._of = of

    def _text(self):
        from .strings import StringFunctions
        return StringFunctions(self._of.cast(types.String))

    def len_chars(self):
        """The length of the category in characters.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.Series("a", ["x", "yy"], dl.Enum(["x", "yy"])).to_frame()
        >>> frame.select(dl.col("a").cat.len_chars()).rows()
        [(1,), (2,)]
        """
        return self._text().len_chars()

    def len_bytes(self):
        """The length of the category in bytes.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.Series("a", ["x", "yy"], dl.Enum(["x", "yy"])).to_frame()
        >>> frame.select(dl.col("a").cat.len_bytes()).rows()
        [(1,), (2,)]
        """
        return self._text().len_bytes()

    def starts_with(self, prefix):
        """Whether the category starts with a text.

        Parameters
        ----------
        prefix : str
            The text.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.Series("a", ["x", "yy"], dl.Enum(["x", "yy"])).to_frame()
        >>> frame.select(dl.col("a").cat.starts_with("y")).rows()
        [(False,), (True,)]
        """
        return self._text().starts_with(prefix)

    def ends_with(self, suffix):
        """Whether the category ends with a text.

        Parameters
        ----------
        suffix : str
            The text.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.Series("a", ["x", "yy"], dl.Enum(["x", "yy"])).to_frame()
        >>> frame.select(dl.col("a").cat.ends_with("y")).rows()
        [(False,), (True,)]
        """
        return self._text().ends_with(suffix)

    def slice(self, offset, length=None):
        """A part of the category's characters.

        Parameters
        ----------
        offset : int
            Where it begins, from 0 or from the end if negative.
        length : int, optional
            How many; to the end if left out.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.Series("a", ["x", "yy"], dl.Enum(["x", "yy"])).to_frame()
        >>> frame.select(dl.col("a").cat.slice(0, 1)).rows()
        [('x',), ('y',)]
        """
        return self._text().slice(offset, length)

    def physical(self):
        """The numbers of the categories.

        Returns
        -------
        Expr
            Of integers, from 0.

        Examples
        --------
        >>> frame = dl.Series("a", ["yy"], dl.Enum(["x", "yy"])).to_frame()
        >>> frame.select(dl.col("a").cat.physical()).item()
        1
        """
        return self._of.to_physical()

    def get_categories(self):
        """Not supported: the schema's `Enum` has its categories."""
        raise error(NotSupported, "cat.get_categories is not supported",
                    "the schema's Enum has its categories")
