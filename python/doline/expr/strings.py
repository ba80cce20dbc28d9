"""The namespaces `str`, `bin` and `cat`."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, error
from . import aggregates, build as b
from .namespaces import Namespace
from .text_matching import TextMatching
from .text_trees import (byte_count, character_count, decoded, head_of, json_as, json_at, padded_end,
                         padded_start, parse_integer, parse_time, tail_of, text_slice, title_case,
                         zero_filled)


class StringFunctions(TextMatching, Namespace):
    """Functions of texts: `expr.str`. Positions count characters from 0."""

    _refused = {"find_many": "str.find, or str.extract_many"}

    def __init__(self, of):
        self._of = of

    def _do(self, build, *others, options=()):
        return self._of._apply(build, *others, options=options)

    def len_chars(self):
        """The length in characters.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["ab", "Ä"]})
        >>> frame.select(dl.col("a").str.len_chars()).to_series().to_list()
        [2, 1]
        """
        return self._do(character_count)

    def len_bytes(self):
        """The length in bytes of UTF-8.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["ab", "Ä"]})
        >>> frame.select(dl.col("a").str.len_bytes()).to_series().to_list()
        [2, 2]
        """
        return self._do(byte_count)

    def to_uppercase(self):
        """In capitals.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["Ann"]})
        >>> frame.select(dl.col("a").str.to_uppercase()).to_series().to_list()
        ['ANN']
        """
        return self._do("upper")

    def to_lowercase(self):
        """In small letters.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["Ann"]})
        >>> frame.select(dl.col("a").str.to_lowercase()).to_series().to_list()
        ['ann']
        """
        return self._do("lower")

    def to_titlecase(self):
        """The first letter of each word in capitals, the others small.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["hello wORLD"]})
        >>> frame.select(dl.col("a").str.to_titlecase()).to_series().to_list()
        ['Hello World']
        """
        return self._do(title_case)

    def reverse(self):
        """The characters in the opposite order.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["abc"]})
        >>> frame.select(dl.col("a").str.reverse()).to_series().to_list()
        ['cba']
        """
        return self._do("reverse")

    def slice(self, offset, length=None):
        """A part of the characters.

        Parameters
        ----------
        offset : int, str or Expr
            Where it begins, from 0 or from the end if negative; a text names a column.
        length : int, str or Expr, optional
            How many; to the end if left out.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["banana"]})
        >>> frame.select(dl.col("a").str.slice(-3, 2)).to_series().to_list()
        ['an']
        """
        given = [offset] if length is None else [offset, length]
        return self._do(text_slice, *map(self._of._column_of, given))

    def head(self, n):
        """The first characters.

        Parameters
        ----------
        n : int, str or Expr
            How many, a text names a column; a negative number leaves out so many at the end.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["banana"]})
        >>> frame.select(dl.col("a").str.head(3)).to_series().to_list()
        ['ban']
        """
        return self._do(head_of, self._of._column_of(n))

    def tail(self, n):
        """The last characters.

        Parameters
        ----------
        n : int, str or Expr
            How many, a text names a column; a negative number leaves out so many at the begin.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["banana"]})
        >>> frame.select(dl.col("a").str.tail(2)).to_series().to_list()
        ['na']
        """
        return self._do(tail_of, self._of._column_of(n))

    def pad_start(self, length, fill_char=" "):
        """Filled up to a length, in front of the text. A longer text stays.

        Parameters
        ----------
        length : int, str or Expr
            In characters; a text names a column.
        fill_char : str, default " "
            With what.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["7"]})
        >>> frame.select(dl.col("a").str.pad_start(3, "*")).to_series().to_list()
        ['**7']
        """
        return self._of._apply(padded_start, self._of._column_of(length), options=(fill_char,))

    def pad_end(self, length, fill_char=" "):
        """Filled up to a length, behind the text. A longer text stays.

        Parameters
        ----------
        length : int, str or Expr
            In characters; a text names a column.
        fill_char : str, default " "
            With what.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["7"]})
        >>> frame.select(dl.col("a").str.pad_end(3, "*")).to_series().to_list()
        ['7**']
        """
        return self._of._apply(padded_end, self._of._column_of(length), options=(fill_char,))

    def zfill(self, length):
        """Filled up with zeros in front, behind a sign.

        Parameters
        ----------
        length : int, str or Expr
            In characters; a text names a column.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["7", "-7"]})
        >>> frame.select(dl.col("a").str.zfill(3)).to_series().to_list()
        ['007', '-07']
        """
        return self._do(zero_filled, self._of._column_of(length))

    def concat(self, delimiter="", *, ignore_nulls=True):
        """The older name of `join`.

        Parameters
        ----------
        delimiter : str, default ""
            What stands between the texts.
        ignore_nulls : bool, default True
            Whether missing ones are passed over.

        Returns
        -------
        Expr
            One String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", "y"]})
        >>> frame.select(dl.col("a").str.concat("-")).item()
        'x-y'
        """
        return self.join(delimiter, ignore_nulls=ignore_nulls)

    def join(self, delimiter="", *, ignore_nulls=True):
        """All texts as one.

        Parameters
        ----------
        delimiter : str, default ""
            What stands between them.
        ignore_nulls : bool, default True
            Whether missing ones are passed over; else one makes null of all.

        Returns
        -------
        Expr
            One String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", None, "y"]})
        >>> frame.select(dl.col("a").str.join("-")).item()
        'x-y'
        """
        from .expression import expression
        from .literals import as_node
        from .nodes import Aggregate
        return expression(Aggregate(aggregates.joined, (self._of._node, as_node(delimiter, False)),
                                    (ignore_nulls,)))

    def to_integer(self, *, base=10, dtype=types.Int64, strict=True):
        """The integer that a text writes down.

        Parameters
        ----------
        base : {10, 2, 8, 16}
            To which base, the same for all rows.
        dtype : data type, default Int64
            Of what comes out.
        strict : bool, default True
            Whether another text ends the query; else it gives null.

        Returns
        -------
        Expr
            Of that type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["ff", "10"]})
        >>> frame.select(dl.col("a").str.to_integer(base=16)).to_series().to_list()
        [255, 16]
        """
        return self._do(parse_integer, options=(base, strict, dtype))

    def to_decimal(self, *, scale=0, inference_length=None):
        """The decimal that a text writes down; null where it is none.

        Parameters
        ----------
        scale : int, default 0
            How many digits behind the point.
        inference_length : int
            Without effect: `scale` says what is needed.

        Returns
        -------
        Expr
            Of Decimal(38, scale).

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["1.25", "x"]})
        >>> frame.select(dl.col("a").str.to_decimal(scale=2)).to_series().to_list()
        [Decimal('1.25'), None]
        """
        return self._do(b.try_cast, options=(types.Decimal(38, scale),))

    def to_date(self, format=None, *, strict=True, exact=True, cache=True):
        """The date that a text writes down.

        Parameters
        ----------
        format : str, optional
            As of `strftime`; ISO 8601 if left out.
        strict : bool, default True
            Whether another text ends the query; else it gives null.
        exact : bool, default True
            Whether the whole text is the date; a part of it is not supported.
        cache : bool
            Without effect.

        Returns
        -------
        Expr
            Of Date.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["31/12/2024"]})
        >>> frame.select(dl.col("a").str.to_date("%d/%m/%Y")).to_series().to_list()
        [datetime.date(2024, 12, 31)]
        """
        return self.strptime(types.Date, format, strict=strict, exact=exact)

    def to_time(self, format=None, *, strict=True, cache=True):
        """The time of day that a text writes down.

        Parameters
        ----------
        format : str, optional
            As of `strftime`; ISO 8601 if left out.
        strict : bool, default True
            Whether another text ends the query; else it gives null.
        cache : bool
            Without effect.

        Returns
        -------
        Expr
            Of Time.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["09:30:00"]})
        >>> frame.select(dl.col("a").str.to_time()).to_series().to_list()
        [datetime.time(9, 30)]
        """
        return self.strptime(types.Time, format, strict=strict)

    def to_datetime(self, format=None, *, time_unit="us", time_zone=None, strict=True, exact=True, cache=True,
                    ambiguous="raise"):
        """The instant that a text writes down.

        Parameters
        ----------
        format : str, optional
            As of `strftime`; ISO 8601 if left out.
        time_unit : {"us", "ms", "ns"}
            Of what comes out.
        time_zone : str, optional
            Of what comes out.
        strict : bool, default True
            Whether another text ends the query; else it gives null.
        exact : bool, default True
            Whether the whole text is the time; a part of it is not supported.
        cache : bool
            Without effect.
        ambiguous : {"raise"}
            What becomes of times that clocks show twice.

        Returns
        -------
        Expr
            Of Datetime.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["2024-12-31 23:59"]})
        >>> frame.select(dl.col("a").str.to_datetime("%Y-%m-%d %H:%M")).to_series().to_list()
        [datetime.datetime(2024, 12, 31, 23, 59)]
        """
        return self.strptime(types.Datetime(time_unit or "us", time_zone), format, strict=strict, exact=exact,
                             ambiguous=ambiguous)

    def strptime(self, dtype, format=None, *, strict=True, exact=True, cache=True, ambiguous="raise"):
        """The time that a text writes down.

        Parameters
        ----------
        dtype : data type
            Date, Time or Datetime.
        format : str, optional
            As of `strftime`; ISO 8601 if left out.
        strict : bool, default True
            Whether another text ends the query; else it gives null.
        exact : bool, default True
            Whether the whole text is the time; a part of it is not supported.
        cache : bool
            Without effect.
        ambiguous : {"raise"}
            What becomes of times that clocks show twice.

        Returns
        -------
        Expr
            Of that type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["2024-12-31", "soon"]})
        >>> frame.select(dl.col("a").str.strptime(dl.Date, strict=False)).to_series().to_list()
        [datetime.date(2024, 12, 31), None]
        """
        if not exact:
            raise error(NotSupported, "str.strptime(exact=False) is not supported",
                        "extract() the part first")
        if ambiguous != "raise":
            raise error(NotSupported, "str.strptime(ambiguous=…) is not supported",
                        "use dt.replace_time_zone, which takes it")
        return self._do(parse_time, options=(format, types.as_dtype(dtype), strict))

    def json_path_match(self, json_path):
        """What lies at a path of a text that is JSON.

        Parameters
        ----------
        json_path : str or Expr
            Such as `$.a[0]`.

        Returns
        -------
        Expr
            Of String; null where nothing does.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ['{"x": [1, 2]}']})
        >>> frame.select(dl.col("a").str.json_path_match("$.x[1]")).to_series().to_list()
        ['2']
        """
        return self._do(json_at, json_path)

    def json_decode(self, dtype):
        """The values of a text that is JSON.

        Parameters
        ----------
        dtype : data type
            Of what comes out.

        Returns
        -------
        Expr
            Of that type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ['{"x": 1}']})
        >>> frame.select(dl.col("a").str.json_decode(dl.Struct({"x": dl.Int64}))).to_series().to_list()
        [{'x': 1}]
        """
        return self._do(json_as, options=(types.as_dtype(dtype),))

    def encode(self, encoding):
        """The text's bytes, written as another text.

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
        >>> frame = dl.DataFrame({"a": ["tea"]})
        >>> frame.select(dl.col("a").str.encode("hex")).to_series().to_list()
        ['746561']
        """
        if encoding not in ("hex", "base64"):
            raise error(InvalidArgument, f"encoding is 'hex' or 'base64', not {encoding!r}")
        if encoding == "hex":
            return self._do("hex")._apply("lower")
        return self._do("encode")._apply("to_base64")

    def decode(self, encoding, *, strict=True):
        """The bytes that a text writes down.

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
        >>> frame = dl.DataFrame({"a": ["746561"]})
        >>> frame.select(dl.col("a").str.decode("hex")).to_series().to_list()
        [b'tea']
        """
        return self._do(decoded, options=(encoding, strict))

    def normalize(self, form="NFC"):
        """The text in Unicode's normal form.

        Parameters
        ----------
        form : {"NFC"}
            The only one there is.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["é"]})
        >>> frame.select(dl.col("a").str.normalize().str.len_chars()).to_series().to_list()
        [1]
        """
        if form != "NFC":
            raise error(NotSupported, f"str.normalize({form!r}) is not supported", 'use "NFC"')
        return self._do("nfc_normalize")
