"""Verbs that give rows of another kind: groups, joins, long and wide."""

from __future__ import annotations

from . import _nodes as n
from . import datatypes as types
from .errors import InvalidArgument, error
from .expr import build as b


class ReshapingVerbs:
    """What `LazyFrame` inherits: other rows than the frame's."""

    def explode(self, columns, *more, empty_as_null=False, keep_nulls=True):
        """A row for each element of lists.

        Parameters
        ----------
        columns : str, Expr, selector or list of these
            The lists; several go side by side.
        *more : str or Expr
            More of them.
        empty_as_null : bool, default False
            Whether an empty list gives a row with null; else it gives none.
        keep_nulls : bool, default True
            Whether a missing list gives a row with null.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "b"], "l": [[1, 2], None]}).explode("l").rows()
        [('a', 1), ('a', 2), ('b', None)]
        """
        from .exploding import exploded
        return exploded(self, self._chosen([columns, *more]), empty_as_null, keep_nulls)

    def unnest(self, columns, *more, separator=None):
        """The fields of structs as columns, in the struct's place.

        Parameters
        ----------
        columns : str, Expr, selector or list of these
            The structs.
        *more : str or Expr
            More of them.
        separator : str, optional
            Puts the struct's name and this in front of the field's.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        doline.errors.InvalidArgument
            For a column that has no structs.

        Examples
        --------
        >>> dl.DataFrame({"s": [{"x": 1, "y": 2}]}).unnest("s").columns
        ['x', 'y']
        """
        names = self._chosen([columns, *more])
        items, result = [], []
        for name in self.names:
            dtype = self.types[name]
            if name not in names:
                items.append(b.named(b.column(name), name))
                result.append(name)
                continue
            if not isinstance(dtype, types.Struct):
                raise error(InvalidArgument, f'unnest: column "{name}" is of {dtype!r}, not of structs',
                            "explode takes lists apart")
            for field in dtype.fields:
                label = field.name if separator is None else f"{name}{separator}{field.name}"
                value = b.call("struct_extract", b.column(name), b.string(field.name))
                items.append(b.named(value, label))
                result.append(label)
        return self._next(b.select_from(self._query, items), result)

    def unpivot(self, on=None, *, index=None, variable_name=None, value_name=None):
        """Columns as rows: one column with their names, one with their values.

        Parameters
        ----------
        on : str, Expr, selector or list of these, optional
            The columns that become rows; all but `index` if left out.
        index : str, Expr, selector or list of these, optional
            The columns that stay.
        variable_name, value_name : str, optional
            What the two are called; "variable" and "value" if left out.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a"], "x": [1], "y": [2]}).unpivot(index="k").rows()
        [('a', 'x', 1), ('a', 'y', 2)]
        """
        kept = list(self._chosen([index])) if index is not None else []
        chosen = (list(self._chosen([on])) if on is not None
                  else [k for k in self.names if k not in kept])
        variable = "variable" if variable_name is None else variable_name
        value = "value" if value_name is None else value_name
        parts = []
        for name in chosen:
            items = [b.named(b.column(k), k) for k in kept]
            items += [b.named(b.string(name), variable), b.named(b.column(name), value)]
            parts.append(b.select_from(self._query, items))
        if not parts:
            items = [b.named(b.column(k), k) for k in kept]
            items += [b.named(b.cast(b.NULL, types.String), variable), b.named(b.NULL, value)]
            parts.append(b.select_from(self._query, items, limit=b.integer(0)))
        query = parts[0] if len(parts) == 1 else n.set_operation(parts, all_=True)
        return self._next(query, kept + [variable, value])

    melt = unpivot

    def group_by(self, *by, maintain_order=False, **named):
        """Groups of rows with equal values.

        Parameters
        ----------
        *by : str, Expr, or lists of these
            The keys; null is a value.
        maintain_order : bool, default False
            Whether groups come in the order of their first rows; else in any.
        **named : Expr
            Keys, named by the keyword.

        Returns
        -------
        LazyGroupBy or GroupBy
            Groups that wait for `agg`.

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> frame.group_by("k", maintain_order=True).agg(dl.col("v").sum()).rows()
        [('a', 4), ('b', 2)]
        """
        from .group_by import LazyGroupBy
        return LazyGroupBy(self, self._expressions(by, named), maintain_order)

    def group_by_dynamic(self, index_column, *, every, period=None, offset=None, closed="left",
                         label="left", group_by=None, start_by="window", include_boundaries=False):
        """Groups of rows whose times lie in the same period; periods follow each other.

        Parameters
        ----------
        index_column : str or Expr
            The times.
        every : str or timedelta
            How far apart periods begin: "15m", "1h", "1d", "1mo"; of integers "10i".
        period : str or timedelta, optional
            How long a period is, if not `every`: longer ones overlap, shorter ones leave gaps.
        offset : str or timedelta, optional
            How far the periods are moved.
        closed : {"left", "right", "both", "none"}
            Which ends belong to a period.
        label : {"left", "right", "datapoint"}
            Which end stands for it; or the first of its times.
        group_by : str, Expr or list of these, optional
            More keys.
        start_by : {"window", "datapoint", "monday", "tuesday", ..., "sunday"}
            Where periods begin: at multiples of `every`, with the first time, or on that day of the week.
        include_boundaries : bool, default False
            Whether both ends are columns too.

        Returns
        -------
        DynamicGroupBy
            Groups that wait for `agg`, which sorts them by time.

        Raises
        ------
        doline.NotSupported
            For options that Doline does not have.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": ["2024-01-01 09:10", "2024-01-01 09:50",
        ...     "2024-01-01 10:05"], "v": [1, 2, 3]})
        >>> frame = frame.with_columns(dl.col("t").str.to_datetime("%Y-%m-%d %H:%M"))
        >>> frame.group_by_dynamic("t", every="1h").agg(dl.col("v").sum()).to_series(1).to_list()
        [3, 3]
        """
        from .dynamic_groups import DynamicGroupBy
        return DynamicGroupBy(self, index_column, every, period, offset, closed, label, group_by,
                              start_by, include_boundaries)

    def rolling(self, index_column, *, period, offset=None, closed="right", group_by=None):
        """For each row the rows of a period around its time.

        Parameters
        ----------
        index_column : str or Expr
            The times, or integers.
        period : str or timedelta
            How long the period is; of integers "10i".
        offset : str or timedelta, optional
            How far from the row's time it begins; the period before it if left out.
        closed : {"right", "left", "both", "none"}
            Which ends belong to the period.
        group_by : str, Expr or list of these, optional
            Keys: only rows with the same ones.

        Returns
        -------
        RollingGroupBy
            Windows that wait for `agg`.

        Raises
        ------
        ValueError
            For another `closed`, and a period that is not longer than nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t",
        ...     time_unit="s"))
        >>> frame.rolling("t", period="2s").agg(dl.col("v").sum()).to_series(1).to_list()
        [1, 3, 3]
        """
        from .rolling import RollingGroupBy
        return RollingGroupBy(self, index_column, period, offset, closed, group_by)

    def pivot(self, on, on_columns=None, *, index=None, values=None, aggregate_function=None,
              maintain_order=False, sort_columns=False, separator="_", column_naming="auto"):
        """Values of a column become columns.

        Parameters
        ----------
        on : str, Expr, selector or list of these
            Whose values give the names.
        on_columns : list or frame, optional
            Which of its values, in which order; those that appear if left out, for which the query
            has to be run.
        index : str, Expr, selector or list of these, optional
            What makes a row; all other columns if left out.
        values : str, Expr, selector or list of these, optional
            What stands in the cells; all other columns if left out.
        aggregate_function : "item", "first", "sum", "mean", "min", "max", "median", "len", "count", "last" or Expr, optional
            What becomes of several values, an Expr of `dl.element()`. If left out, several end the query;
            "item" wants exactly one.
        maintain_order : bool
            Without effect: rows come by first appearance.
        sort_columns : bool, default False
            Whether the new columns come in the order of the values of `on`; else by first appearance.
        separator : str, default "_"
            Between names of several `values` and the values of `on`.
        column_naming : {"auto", "combine"}
            Whether names of `values` stand before those of the columns where there are several, or always.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        ValueError
            Without both `index` and `values`; for another `column_naming`.

        Examples
        --------
        >>> frame = dl.DataFrame({"shop": ["x", "x", "y"], "item": ["tea", "milk", "tea"],
        ...     "n": [1, 2, 3]})
        >>> frame.pivot("item", index="shop", values="n").rows()
        [('x', 1, 2), ('y', 3, None)]
        """
        from .pivoting import pivot
        return pivot(self, on, on_columns, index, values, aggregate_function, sort_columns, separator,
                     column_naming)

    def join(self, other, on=None, how="inner", *, left_on=None, right_on=None, suffix="_right",
             validate="m:m", nulls_equal=False, coalesce=None, maintain_order=None, allow_parallel=True,
             force_parallel=False, build_side="auto"):
        """The rows of this frame with those of another that have the same keys.

        Parameters
        ----------
        other : LazyFrame, DataFrame, or what `DataFrame` takes
            The other frame.
        on : str, Expr or list of these, optional
            The keys, where both call them the same.
        how : {"inner", "left", "right", "full", "semi", "anti", "cross"}
            Which rows stay: those with a partner, all of the left, the right or both, those of the
            left that have one or none; or every pair.
        left_on, right_on : str, Expr or list of these, optional
            The keys, where each frame has its own.
        suffix : str, default "_right"
            Behind names of the other frame that this one has too.
        validate : {"m:m", "1:m", "m:1", "1:1"}
            On which side ("1") no two rows have the same keys; the query fails where they have.
        nulls_equal : bool, default False
            Whether null is the same as null.
        coalesce : bool, optional
            Whether a key is one column; if left out, so in all joins but "full", and where no key is an
            expression.
        maintain_order : {"none", "left", "right", "left_right", "right_left"}, optional
            Whose order the rows come in. If left out: any of a LazyFrame, "left_right" of a
            DataFrame ("right_left" of a right join).
        allow_parallel, force_parallel, build_side
            Without effect: the engine chooses.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        ValueError
            For another `how` or `validate`, without keys, and with `on` beside `left_on` or `right_on`.

        Examples
        --------
        >>> left = dl.DataFrame({"k": [1, 2], "v": ["a", "b"]})
        >>> left.join(dl.DataFrame({"k": [2, 3], "v": ["c", "d"]}), on="k", how="left").rows()
        [(1, 'a', None), (2, 'b', 'c')]
        """
        from .joining import join
        return join(self, other, on, how, left_on, right_on, suffix, validate, nulls_equal, coalesce,
                    maintain_order, build_side)

    def join_asof(self, other, *, left_on=None, right_on=None, on=None, by_left=None, by_right=None,
                  by=None, strategy="backward", suffix="_right", tolerance=None,
                  allow_exact_matches=True, coalesce=True, check_sortedness=True, allow_parallel=True,
                  force_parallel=False):
        """For each row the nearest one of another frame, by a time or number.

        Parameters
        ----------
        other : LazyFrame or DataFrame
            The other frame. Neither has to be sorted.
        left_on, right_on, on : str or Expr
            The times or numbers, of each frame or of both.
        by_left, by_right, by : str or list of str, optional
            What has to be equal besides.
        strategy : {"backward", "forward", "nearest"}
            Whether the last one before, the first one behind, or the nearer of them.
        suffix : str, default "_right"
            Behind names of the other frame that this one has too.
        tolerance : str, timedelta or number, optional
            How far it may be.
        allow_exact_matches : bool, default True
            Whether an equal one counts.
        coalesce : bool, default True
            Whether the other frame's times are left out.
        check_sortedness : bool
            Without effect: the answer is the same for frames that are not sorted.
        allow_parallel, force_parallel : bool
            Without effect: the engine chooses.

        Returns
        -------
        LazyFrame or DataFrame
            A row for each of this frame's, in its order.

        Raises
        ------
        ValueError
            For another `strategy`, and with `on` or `by` beside those of one frame.
        doline.NotSupported
            For times that are an expression.

        Examples
        --------
        >>> trades = dl.DataFrame({"t": [3, 7], "n": [10, 20]})
        >>> trades.join_asof(dl.DataFrame({"t": [1, 5], "price": [2.0, 3.0]}), on="t").rows()
        [(3, 10, 2.0), (7, 20, 3.0)]
        """
        from .joining import join_asof
        return join_asof(self, other, left_on, right_on, on, by_left, by_right, by, strategy, suffix,
                         tolerance, allow_exact_matches, coalesce)

    def join_where(self, other, *predicates, how="inner", suffix="_right"):
        """All pairs of rows of two frames for which predicates hold.

        Parameters
        ----------
        other : LazyFrame or DataFrame
            The other frame.
        *predicates : Expr or list of Expr
            Conditions on columns of both. A name that both have means this frame's; with the suffix
            the other's.
        how : {"inner", "left", "right", "full"}
            Which rows stay though they are in no pair: none, those of the left, the right, or both.
        suffix : str, default "_right"
            Behind names of the other frame that this one has too.

        Returns
        -------
        LazyFrame or DataFrame
            In the order of this frame, then of the other.

        Raises
        ------
        ValueError
            For another `how`.
        doline.errors.AlreadyExists
            For a name that is both frames' with the suffix too.

        Examples
        --------
        >>> left, right = dl.DataFrame({"a": [1, 5]}), dl.DataFrame({"low": [0, 4], "high": [3, 9]})
        >>> left.join_where(right, dl.col("a") > dl.col("low"), dl.col("a") < dl.col("high")).rows()
        [(1, 0, 3), (5, 4, 9)]
        """
        from .joining import join_where
        return join_where(self, other, predicates, how, suffix)

    def merge_sorted(self, other, key, *, maintain_order=False):
        """The rows of two sorted frames as one that is sorted.

        Parameters
        ----------
        other : LazyFrame or DataFrame
            The other frame.
        key : str or list of str
            What both are sorted by.
        maintain_order : bool
            Always so: of equal keys this frame's rows come first.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 3]}).merge_sorted(dl.DataFrame({"a": [2]}), "a").rows()
        [(1,), (2,), (3,)]
        """
        from .concatenating import concat
        from .joining import as_lazy
        return concat([self, as_lazy(other)]).sort(key)

    def update(self, other, on=None, how="left", *, left_on=None, right_on=None, include_nulls=False,
               maintain_order="left"):
        """The frame with another's values in the columns that both have.

        Parameters
        ----------
        other : LazyFrame or DataFrame
            The other frame.
        on : str or list of str, optional
            The keys, where both call them the same; rows at the same places if left out.
        how : {"left", "inner", "full"}
            Which rows there are: this frame's, those that both have, or all.
        left_on, right_on : str or list of str, optional
            The keys, where each frame has its own.
        include_nulls : bool, default False
            Whether the other's missing values count too.
        maintain_order : str, optional
            As of `join`.

        Returns
        -------
        LazyFrame or DataFrame
            With this frame's columns, in types that hold both frames' values.

        Raises
        ------
        ValueError
            For another `how`, and with `on` beside `left_on` or `right_on`.

        Examples
        --------
        >>> frame = dl.DataFrame({"k": [1, 2], "v": ["a", "b"]})
        >>> frame.update(dl.DataFrame({"k": [2], "v": ["new"]}), on="k").rows()
        [(1, 'a'), (2, 'new')]
        """
        from .joining import update
        return update(self, other, on, how, left_on, right_on, include_nulls, maintain_order)

    def upsample(self, time_column, *, every, group_by=None, maintain_order=False):
        """Rows for the moments in between, with null in all other columns. The query is run;
        parameters are those of `DataFrame.upsample`.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> import datetime
        >>> lazy = dl.LazyFrame({"t": [datetime.date(2024, 1, 1), datetime.date(2024, 1, 3)],
        ...     "v": [1, 3]})
        >>> lazy.upsample("t", every="1d").to_series(1).to_list()
        [1, None, 3]
        """
        return self.collect().upsample(time_column, every=every, group_by=group_by, maintain_order=maintain_order)
