"""The namespaces `bin` and `cat`."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported
from . import build as b


def blob_size(x):
    """The number of bytes."""
    return b.cast(b.call("octet_length", x), types.UInt32)


class BinaryFunctions:
    """Functions of bytes: `expr.bin`."""

    def __init__(self, of):
        self._of = of

    def size(self, unit="b"):
        """How many bytes there are.

        Parameters
        ----------
        unit : {"b"}
            Bytes; for others divide.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"tea"]})
        >>> frame.select(dl.col("a").bin.size()).to_series().to_list()
        [3]
        """
        if unit != "b":
            raise NotSupported(f"bin.size({unit!r}) is not supported; divide bin.size()")
        return self._of._apply(blob_size)

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
            Without effect: a wrong text is an error.

        Returns
        -------
        Expr
            Of Binary.

        Raises
        ------
        doline.errors.TypeMismatch
            Where the engine has no such function of bytes; `cast(dl.String)` first.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"746561"]})
        >>> frame.select(dl.col("a").cast(dl.String).str.decode("hex")).item()
        b'tea'
        """
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

    def get_categories(self):
        """Not supported: the schema's `Enum` has its categories."""
        raise NotSupported("cat.get_categories is not supported; the schema's Enum has its categories")
