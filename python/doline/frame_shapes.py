"""Verbs that DataFrames alone have, or have in another way: groups, joins, other shapes."""

from __future__ import annotations

from . import datatypes as types
from .errors import InvalidArgument, error
from .reshaping_verbs import ReshapingVerbs


class FrameShapes:
    """What `DataFrame` inherits: groups, joins, other shapes."""

    def join(self, other, on=None, how="inner", *, maintain_order=None, **options):
        """As `LazyFrame.join`; rows come in the left frame's order (of a right join, the right's)
        unless `maintain_order` says otherwise.

        Examples
        --------
        >>> import doline as dl
        >>> left, right = dl.DataFrame({"k": [2, 1]}), dl.DataFrame({"k": [1, 2], "v": ["a", "b"]})
        >>> left.join(right, on="k").rows()
        [(2, 'b'), (1, 'a')]
        """
        order = maintain_order or ("right_left" if how == "right" else "left_right")
        return self._lazy.join(other, on, how, maintain_order=order, **options).collect()

    join.__wrapped__ = ReshapingVerbs.join  # whose signature it has

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
        GroupBy
            Groups that wait for `agg`; iterated over it gives each group's key and frame.

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> frame.group_by("k", maintain_order=True).agg(dl.col("v").sum(), n=dl.len()).rows()
        [('a', 4, 2), ('b', 2, 1)]
        >>> [(key, part.height) for key, part in frame.group_by("k")]
        [(('a',), 2), (('b',), 1)]
        """
        from .group_by import GroupBy
        return GroupBy(self._lazy.group_by(*by, maintain_order=maintain_order, **named), self)

    def group_by_dynamic(self, index_column, **options):
        """Groups of rows whose times lie in the same period. Options are those of
        `LazyFrame.group_by_dynamic`.

        Parameters
        ----------
        index_column : str or Expr
            The times.

        Returns
        -------
        GroupBy
            Groups that wait for `agg`.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 10, 70], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.group_by_dynamic("t", every="1m").agg(dl.col("v").sum()).to_series(1).to_list()
        [3, 3]
        """
        from .group_by import GroupBy
        return GroupBy(self._lazy.group_by_dynamic(index_column, **options), self)

    group_by_dynamic.__wrapped__ = ReshapingVerbs.group_by_dynamic

    def rolling(self, index_column, **options):
        """For each row the rows of a period up to its time. Options are those of
        `LazyFrame.rolling`.

        Parameters
        ----------
        index_column : str or Expr
            The times.

        Returns
        -------
        GroupBy
            Windows that wait for `agg`.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 10, 70], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.rolling("t", period="1m").agg(dl.col("v").sum()).to_series(1).to_list()
        [1, 3, 3]
        """
        from .group_by import GroupBy
        return GroupBy(self._lazy.rolling(index_column, **options), self)

    rolling.__wrapped__ = ReshapingVerbs.rolling

    def partition_by(self, by, *more, maintain_order=True, include_key=True, as_dict=False):
        """A frame for each group.

        Parameters
        ----------
        by : str or list of str
            The keys.
        *more : str
            More keys.
        maintain_order : bool, default True
            Whether groups come in the order of their first rows; else in any.
        include_key : bool, default True
            Whether the frames have the keys.
        as_dict : bool, default False
            Whether by key; else as a list.

        Returns
        -------
        list of DataFrame or dict of tuple to DataFrame

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> [part.height for part in frame.partition_by("k")]
        [2, 1]
        """
        from .group_by import parts_of
        keys = self._lazy._expressions([by, *more], {})
        parts = parts_of(self, keys, maintain_order, include_key)
        return dict(parts) if as_dict else [part for _, part in parts]

    def upsample(self, time_column, *, every, group_by=None, maintain_order=False):
        """Rows for the moments in between, with null in all other columns.

        Parameters
        ----------
        time_column : str
            The times.
        every : str or timedelta
            How far apart the rows are to be.
        group_by : str or list of str, optional
            Keys: for each their own first and last time.
        maintain_order : bool
            Always so.

        Returns
        -------
        DataFrame

        Raises
        ------
        doline.InvalidArgument
            For a period that is not positive, and for missing times.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"t": [datetime.date(2024, 1, 1), datetime.date(2024, 1, 3)],
        ...     "v": [1, 3]})
        >>> frame.upsample("t", every="1d").to_series(1).to_list()
        [1, None, 3]
        """
        from .upsampling import upsample
        return upsample(self, time_column, every, group_by)

    def sample(self, n=None, *, fraction=None, with_replacement=False, shuffle=False, seed=None):
        """Rows drawn at random.

        Parameters
        ----------
        n : int, optional
            How many; 1 if `fraction` is left out too.
        fraction : float, optional
            Or which share of them.
        with_replacement : bool, default False
            Whether a row may be drawn again.
        shuffle : bool, default False
            Whether the rows are in a random order, not in any.
        seed : int, optional
            The same one draws the same rows.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError
            For more rows than there are, without replacement.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3, 4]}).sample(fraction=0.5, seed=1).height
        2
        """
        from .sampling import sample
        return sample(self, n, fraction, with_replacement, shuffle, seed)

    def transpose(self, *, include_header=False, header_name="column", column_names=None):
        """Rows as columns.

        Parameters
        ----------
        include_header : bool, default False
            Whether the names become a first column.
        header_name : str, default "column"
            What that is called.
        column_names : str or list of str, optional
            What the others are called, or the column that says so; "column_0" and so on if left out.

        Returns
        -------
        DataFrame

        Raises
        ------
        doline.errors.InvalidArgument
            For another number of names than of rows.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": [3, 4]}).transpose(include_header=True).rows()
        [('a', 1, 2), ('b', 3, 4)]
        """
        from itertools import islice
        from .concatenating import concat
        from .data_frame import DataFrame
        frame, height = self, self.height
        if isinstance(column_names, str):
            frame, column_names = self.drop(column_names), self.get_column(column_names).to_list()
        names = (list(islice(column_names, height)) if column_names is not None
                 else [f"column_{i}" for i in range(height)])
        if len(names) != height:
            raise error(InvalidArgument, f"transpose: {len(names)} names for {height} rows")
        data = {header_name: frame.columns} if include_header else {}
        kinds = {header_name: types.String} if include_header else {}
        if frame.width and height:
            one = concat([frame.clear().select(k).rename({k: "x"}) for k in frame.columns],
                         how="vertical_relaxed").schema["x"]
            frame = frame.cast(one)
            kinds |= dict.fromkeys(names, one)
        for name, row in zip(names, frame.rows()):
            data[name] = list(row)
        return DataFrame(data, kinds)

    def to_struct(self, name=""):
        """All columns as one series of structs.

        Parameters
        ----------
        name : str
            What the series is called.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": ["x"]}).to_struct("s").to_list()
        [{'a': 1, 'b': 'x'}]
        """
        from .expr.across_columns import struct
        from .expr.construct import all as every
        return self.select(struct(every()).alias(name or "struct")).to_series().rename(name)

    def is_duplicated(self):
        """Whether a row occurs more than once.

        Returns
        -------
        Series
            Of Boolean.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 1]}).is_duplicated().to_list()
        [True, False, True]
        """
        return self._row_mark(lambda count: count > 1)

    def is_unique(self):
        """Whether a row occurs once.

        Returns
        -------
        Series
            Of Boolean.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 1]}).is_unique().to_list()
        [False, True, False]
        """
        return self._row_mark(lambda count: count == 1)

    def _row_mark(self, test):
        from .expr.construct import len as row_count
        return self.select(test(row_count().over(self.columns)).alias("")).to_series()

    def n_unique(self, subset=None):
        """How many distinct rows there are.

        Parameters
        ----------
        subset : str, Expr or list of these, optional
            In which columns; in all if left out.

        Returns
        -------
        int

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 1]}).n_unique()
        2
        """
        frame = self if subset is None else self.select(subset)
        return frame.unique().height

    def max_horizontal(self):
        """The greatest value of each row; missing ones are passed over.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 5], "b": [3, None]}).max_horizontal().to_list()
        [3, 5]
        """
        return self._across("max_horizontal", "max")

    def min_horizontal(self):
        """The least value of each row; missing ones are passed over.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 5], "b": [3, None]}).min_horizontal().to_list()
        [1, 5]
        """
        return self._across("min_horizontal", "min")

    def sum_horizontal(self, *, ignore_nulls=True):
        """The sum of each row.

        Parameters
        ----------
        ignore_nulls : bool, default True
            Whether missing values are passed over; else the sum is missing where one is.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 5], "b": [3, None]}).sum_horizontal().to_list()
        [4, 5]
        """
        return self._across("sum_horizontal", "sum", ignore_nulls)

    def mean_horizontal(self, *, ignore_nulls=True):
        """The mean of each row.

        Parameters
        ----------
        ignore_nulls : bool, default True
            Whether missing values are passed over; else the mean is missing where one is.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 5], "b": [3, None]}).mean_horizontal().to_list()
        [2.0, 5.0]
        """
        return self._across("mean_horizontal", "mean", ignore_nulls)

    def _across(self, function, name, ignore_nulls=True):
        from .expr import across_columns, construct
        made = getattr(across_columns, function)(construct.all())
        if not ignore_nulls:
            missing = across_columns.any_horizontal([construct.col(k).is_null() for k in self.columns])
            made = construct.when(~missing).then(made)
        return self.select(made.alias(name)).to_series()

    def fold(self, operation):
        """A function of an accumulator and each column in turn.

        Parameters
        ----------
        operation : callable
            Takes two series and gives one.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": [10]}).fold(lambda x, y: x + y).to_list()
        [11]
        """
        columns = self.get_columns()
        out = columns[0]
        for column in columns[1:]:
            out = operation(out, column)
        return out

    def pivot(self, on, on_columns=None, **options):
        """Values of a column become columns. Parameters are those of `LazyFrame.pivot`.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "a"], "c": ["x", "y"], "v": [1, 2]})
        >>> frame.pivot("c", index="k", values="v").rows(named=True)
        [{'k': 'a', 'x': 1, 'y': 2}]
        """
        return self._lazy.pivot(on, on_columns, **options).collect()

    pivot.__wrapped__ = ReshapingVerbs.pivot

    def corr(self, *, label=None):
        """Pearson's correlation of all pairs of columns.

        Parameters
        ----------
        label : str, optional
            What a first column is called that has the names.

        Returns
        -------
        DataFrame
            A row and a column for each.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}).corr().rows()
        [(1.0, -1.0), (-1.0, 1.0)]
        """
        from .data_frame import DataFrame
        from .expr.across_columns import corr
        columns, height = self.columns, self.width
        pairs = {(i, j): corr(columns[i], columns[j]).alias(f"{i} {j}")
                 for i in range(height) for j in range(i + 1)}
        found = dict(zip(pairs, self.select(list(pairs.values())).rows()[0]))
        values = [found[max(i, j), min(i, j)] for j in range(height) for i in range(height)]
        names = {} if label is None else {label: self.columns}
        return DataFrame(names | {name: values[i * height:(i + 1) * height]
                                  for i, name in enumerate(self.columns)})
