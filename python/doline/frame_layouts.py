"""Frames laid out anew: columns put in and taken out, rows put below, columns made of rows and values."""

from __future__ import annotations

import math

from . import datatypes as types
from .errors import InvalidArgument, TypeMismatch, error


class FrameLayouts:
    """What `DataFrame` inherits: other columns, in place where a method says so."""

    def hstack(self, columns, *, in_place=False):
        """The frame with more columns.

        Parameters
        ----------
        columns : list of Series or DataFrame
            The columns.
        in_place : bool, default False
            Whether this very frame has them from now on.

        Returns
        -------
        DataFrame

        Raises
        ------
        doline.errors.AlreadyExists
            For a name that the frame has.
        doline.errors.InvalidArgument
            For a column of another length.

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).hstack([dl.Series("b", ["x"])]).rows()
        [(1, 'x')]
        """
        from .errors import AlreadyExists
        columns = list(columns)
        names = self.columns
        for column in columns:
            if column.name in names:
                raise error(AlreadyExists, f'the frame has a column "{column.name}"',
                            "rename it, or use with_columns")
            names.append(column.name)
        made = self.with_columns(*columns)
        return self._become(made) if in_place else made

    def vstack(self, other, *, in_place=False):
        """The frame with the rows of another below.

        Parameters
        ----------
        other : DataFrame
            The other one, with the same columns.
        in_place : bool, default False
            Whether this very frame has them from now on.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).vstack(dl.DataFrame({"a": [2]})).rows()
        [(1,), (2,)]
        """
        from .concatenating import concat
        made = concat([self, other])
        return self._become(made) if in_place else made

    def extend(self, other):
        """Puts the rows of another frame below those of this very one.

        Parameters
        ----------
        other : DataFrame
            The other one, with the same columns.

        Returns
        -------
        DataFrame
            This one.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1]})
        >>> _ = frame.extend(dl.DataFrame({"a": [2]}))
        >>> frame.rows()
        [(1,), (2,)]
        """
        return self.vstack(other, in_place=True)

    def insert_column(self, index, column):
        """Puts a column into this very frame.

        Parameters
        ----------
        index : int
            At which place, from 0, or from the end if negative.
        column : Series or Expr
            The column.

        Returns
        -------
        DataFrame
            This one.

        Raises
        ------
        IndexError
            For a place that there is not.
        doline.errors.AlreadyExists
            For a name that the frame has.

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": [2]}).insert_column(1, dl.Series("x", [9])).columns
        ['a', 'x', 'b']
        """
        order = self.columns
        if not -len(order) <= index <= len(order):
            raise IndexError(f"there is no place {index} for a column beside {len(order)}")
        added = self.hstack([column]) if hasattr(column, "_frame") else self.with_columns(column)
        if added.width == self.width:
            from .errors import AlreadyExists
            raise error(AlreadyExists, "the frame has a column of that name", "use with_columns")
        order.insert(index, added.columns[-1])
        return self._become(added.select(order))

    def replace_column(self, index, column):
        """Puts another column in the place of one, in this very frame.

        Parameters
        ----------
        index : int
            Which place, from 0, or from the end if negative.
        column : Series
            The column.

        Returns
        -------
        DataFrame
            This one.

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": [2]}).replace_column(0, dl.Series("x", [9])).rows(named=True)
        [{'x': 9, 'b': 2}]
        """
        name = self.columns[index]
        made = self.with_columns(column.alias(name))
        return self._become(made.rename({name: column.name}))

    def drop_in_place(self, name):
        """Takes a column out of this very frame.

        Parameters
        ----------
        name : str
            Which one.

        Returns
        -------
        Series
            The column.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1], "b": [2]})
        >>> frame.drop_in_place("a").to_list(), frame.columns
        ([1], ['b'])
        """
        column = self.get_column(name)
        self._become(self.drop(name))
        return column

    def to_dummies(self, columns=None, *, separator="_", drop_first=False, drop_nulls=False):
        """A column of 0 and 1 for each distinct value.

        Parameters
        ----------
        columns : str, selector, or list of these, optional
            Of which columns; of all if left out.
        separator : str, default "_"
            Between the column's name and the value.
        drop_first : bool, default False
            Whether the value that comes first is left out.
        drop_nulls : bool, default False
            Whether there is none for missing values.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": ["x", "y"]}).to_dummies().rows(named=True)
        [{'a_x': 1, 'a_y': 0}, {'a_x': 0, 'a_y': 1}]
        """
        from .expr.construct import col
        from .table_text import value_text
        names = self._lazy._chosen([columns]) if columns is not None else self.columns
        out = []
        for name in self.columns:
            if name not in names:
                out.append(col(name))
                continue
            found = self.select(name).unique(maintain_order=drop_first).to_series().to_list()
            values = [v for v in found if v is not None or not drop_nulls]
            texts = {v if isinstance(v, str) else value_text(v): v for v in values[drop_first:]}
            column, code_of = col(name), {}
            if self.schema[name] == types.String:  # numbers are compared faster
                known = [v for v in found if v is not None]
                code_of = {v: code for code, v in enumerate(known)}
                column = column.cast(types.Enum(known)).to_physical()
            for text, value in sorted(texts.items(), key=lambda item: item[0]):
                made = col(name).is_null() if value is None else column == code_of.get(value, value)
                made = made.fill_null(False) if None in found else made
                out.append(made.cast(types.UInt8).alias(f"{name}{separator}{text}"))
        return self.select(out)

    def unstack(self, *, step, how="vertical", columns=None, fill_values=None):
        """A long frame as a wide one: each column is cut into parts that stand side by side.

        Parameters
        ----------
        step : int
            How many rows the frame has then; with `how="horizontal"`, how many parts each column gives.
        how : {"vertical", "horizontal"}
            Whether parts are filled downwards or across.
        columns : str, selector, or list of these, optional
            Which columns; all if left out.
        fill_values : value or list, optional
            What fills up the last part: one for all, or a list of one for each column.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError
            For another `how`.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3, 4]}).unstack(step=2).rows(named=True)
        [{'a_0': 1, 'a_1': 3}, {'a_0': 2, 'a_1': 4}]
        """
        if how not in ("vertical", "horizontal"):
            raise error(InvalidArgument, f"how is 'vertical' or 'horizontal', not {how!r}")
        frame = self if columns is None else self.select(list(self._lazy._chosen([columns])))
        other = math.ceil(frame.height / step)
        rows, parts = (step, other) if how == "vertical" else (other, step)
        fills = fill_values if isinstance(fill_values, list) else [fill_values] * frame.width
        missing = rows * parts - frame.height
        digits = math.floor(math.log10(max(parts, 1))) + 1
        from .data_frame import DataFrame
        data, kinds = {}, {}
        for series, fill in zip(frame.get_columns(), fills):
            values = series.to_list() + [fill] * missing
            for i in range(parts):
                name = f"{series.name}_{str(i).zfill(digits)}"
                data[name] = values[i * rows:(i + 1) * rows] if how == "vertical" else values[i::parts]
                kinds[name] = series.dtype
        return DataFrame(data, kinds)

    def map_rows(self, function, return_dtype=None, *, inference_size=256):
        """A Python function of each row, a tuple.

        Parameters
        ----------
        function : callable
            Takes a tuple; returns a value, or a tuple of several columns'.
        return_dtype : data type, optional
            Of the values; as they are if left out.
        inference_size : int
            Without effect: all values are looked at.

        Returns
        -------
        DataFrame
            Of a column "map", or of "column_0" and so on.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": [3, 4]}).map_rows(lambda row: row[0] + row[1]).rows()
        [(4,), (6,)]
        """
        from .data_frame import DataFrame
        made = [function(row) for row in self.iter_rows()]
        first = next((row for row in made if row is not None), None)
        if not isinstance(first, tuple):
            return DataFrame({"map": made}, None if return_dtype is None else {"map": return_dtype})
        rows = [(None,) * len(first) if row is None else row for row in made]
        names = [f"column_{i}" for i in range(len(first))]
        return DataFrame(rows, names if return_dtype is None else dict.fromkeys(names, return_dtype),
                         orient="row")

    def map_columns(self, column_names, function, *args, **kwargs):
        """A Python function of some columns, as series.

        Parameters
        ----------
        column_names : str, selector, or list of these
            Which columns; the others stay.
        function : callable
            Takes a series and returns one of as many values.
        *args, **kwargs
            What else it takes.

        Returns
        -------
        DataFrame

        Raises
        ------
        doline.errors.TypeMismatch
            Where the function returns no series.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": [3, 4]}).map_columns("a", lambda s: s * 10).rows()
        [(10, 3), (20, 4)]
        """
        made = []
        for name in self._lazy._chosen([column_names]):
            column = function(self.get_column(name), *args, **kwargs)
            if not hasattr(column, "_frame"):
                raise error(TypeMismatch, f"map_columns: the function returned {type(column).__name__}",
                            "return a Series")
            if len(column) != self.height:
                raise error(InvalidArgument, f"map_columns: the function returned {len(column)} values for "
                            f"{self.height} rows")
            made.append(column.alias(name))
        return self.with_columns(*made)
