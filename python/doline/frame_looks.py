"""What is told of a frame: its first rows, its size, and what makes it anew."""

from __future__ import annotations

from .errors import InvalidArgument, NotSupported, error

_UNITS = {"b": 1, "bytes": 1, "kb": 1 << 10, "kilobytes": 1 << 10, "mb": 1 << 20, "megabytes": 1 << 20,
          "gb": 1 << 30, "gigabytes": 1 << 30, "tb": 1 << 40, "terabytes": 1 << 40}
_WIDTHS = {"Int8": 1, "UInt8": 1, "Int16": 2, "UInt16": 2, "Int32": 4, "UInt32": 4, "Float32": 4, "Date": 4,
           "Enum": 4, "Int128": 16, "UInt128": 16, "Decimal": 16}


def estimated_bytes(frame):
    """About how many bytes the values of a frame take as Arrow has them; of nested ones as texts."""
    from .expr.construct import col
    sizes, total = [], 0
    for name, dtype in frame.schema.items():
        kind = type(dtype).__name__ if not isinstance(dtype, type) else dtype.__name__
        if kind == "Boolean":
            total += (frame.height + 7) // 8
        elif kind in ("String", "Binary") or dtype.is_nested():
            text = col(name) if kind in ("String", "Binary") else col(name).cast(_string())
            sizes.append((text.bin.size() if kind == "Binary" else text.str.len_bytes()).sum())
            total += 8 * frame.height
        elif kind != "Null":
            total += _WIDTHS.get(kind, 8) * frame.height
    if sizes:
        texts = frame.select([size.alias(str(i)) for i, size in enumerate(sizes)]).rows()[0]
        total += sum(size or 0 for size in texts)
    return total


def _string():
    from .datatypes import String
    return String


def in_unit(size_bytes, unit):
    """A number of bytes in another unit.

    Raises
    ------
    doline.errors.InvalidArgument
        For what is no unit.
    """
    if unit not in _UNITS:
        raise error(InvalidArgument, f"{unit!r} is no unit of sizes", "b, kb, mb, gb or tb")
    return size_bytes if _UNITS[unit] == 1 else size_bytes / _UNITS[unit]


class FrameLooks:
    """What `DataFrame` inherits: ways to look at it."""

    def estimated_size(self, unit="b"):
        """About how much memory the values take, as Arrow has them.

        Parameters
        ----------
        unit : {"b", "kb", "mb", "gb", "tb"}
            In what it is told.

        Returns
        -------
        int or float

        Raises
        ------
        doline.errors.InvalidArgument
            For another unit.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).estimated_size()
        24
        """
        return in_unit(estimated_bytes(self), unit)

    def show(self, limit=5, **settings):
        """Prints the first rows.

        Parameters
        ----------
        limit : int, optional
            How many; None means all.
        **settings
            Of `doline.Config`, for this once.

        Raises
        ------
        TypeError
            For a setting that `Config` does not have.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).show(1)
        shape: (1, 1)
        ┌─────┐
        │ a   │
        │ --- │
        │ i64 │
        ╞═════╡
        │ 1   │
        └─────┘
        """
        from .config import Config
        from .table_text import frame_text
        frame = self if limit is None else self.head(limit)
        given = {name: value for name, value in settings.items() if value is not None}
        with Config(**{**given, "tbl_rows": -1}):
            print(frame_text(frame))

    def to_init_repr(self, n=1000):
        """The code that makes the first rows anew.

        Parameters
        ----------
        n : int, default 1000
            How many rows.

        Returns
        -------
        str

        Examples
        --------
        >>> print(dl.DataFrame({"a": [1, None]}).to_init_repr())
        pl.DataFrame(
            [
                pl.Series('a', [1, None], dtype=pl.Int64),
            ]
        )
        """
        lines = ["pl.DataFrame(", "    ["]
        for series in self.head(n).get_columns():
            lines.append(f"        pl.Series({series.name!r}, {series.to_list()!r}, dtype=pl.{series.dtype!r}),")
        return "\n".join([*lines, "    ]", ")"])

    @property
    def flags(self):
        """What is known of each column's order: nothing is kept of it, as the engine sees for itself.

        Returns
        -------
        dict of str to dict

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).flags
        {'a': {'SORTED_ASC': False, 'SORTED_DESC': False}}
        """
        return {name: {"SORTED_ASC": False, "SORTED_DESC": False} for name in self.columns}

    def glimpse(self, *, max_items_per_column=10, max_colname_length=50, return_type=None):
        """Prints a line for each column: its type and first values.

        Parameters
        ----------
        max_items_per_column : int, default 10
            How many values.
        max_colname_length : int, default 50
            How much of a name.
        return_type : {None, "string", "frame", "self"}
            "string" returns the text instead, "self" the frame besides; "frame" is not supported.

        Returns
        -------
        str, DataFrame or None

        Raises
        ------
        doline.NotSupported
            For `return_type="frame"`.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": ["x", "y"]}).glimpse()
        Rows: 2
        Columns: 2
        $ a <i64> 1, 2
        $ b <str> 'x', 'y'
        """
        from .table_text import glimpse_text
        if return_type not in (None, "string", "self"):
            raise error(NotSupported, f"glimpse(return_type={return_type!r})",
                        'return_type="string", or collect_schema() and head()')
        text = glimpse_text(self, max_items_per_column, max_colname_length)
        if return_type == "string":
            return text
        print(text)
        return self if return_type == "self" else None
