"""What a series has that no expression has: values put in, rows below, parts, and what is told of it."""

from __future__ import annotations

from .errors import InvalidArgument, TypeMismatch, error
from .frame_items import as_mask, places_of


class SeriesChanges:
    """What `Series` inherits: changes in place, and looks at the whole."""

    def __setitem__(self, key, value):
        from .datatypes import Boolean
        from .expr.construct import col, lit, when
        mask = as_mask(key)
        if hasattr(mask, "_frame") and mask.dtype == Boolean:
            if len(mask) != len(self):
                raise error(InvalidArgument, f"{len(mask)} truths for {len(self)} values")
            if not hasattr(value, "__len__") or isinstance(value, (str, bytes)):
                put = lit(_fitting(value, self.dtype))
                changed = self._with(lambda x, m: when(m).then(put).otherwise(x).cast(self.dtype), [mask])
                self._frame = changed._frame if hasattr(changed, "_frame") else \
                    type(self)(self._column, [changed], self.dtype)._frame
                return
            places = [i for i, holds in enumerate(mask.to_list()) if holds]
        else:
            keys = range(*key.indices(len(self))) if isinstance(key, slice) else key
            places = places_of(keys, len(self))
        given = value.to_list() if hasattr(value, "to_list") else value.tolist() if hasattr(value, "tolist") \
            else value
        if isinstance(given, (list, tuple)) and not self.dtype.is_nested():
            if len(given) not in (1, len(places)):
                raise error(InvalidArgument, f"{len(given)} values for {len(places)} places")
            values = self.to_list()
            for i, place in enumerate(places):
                values[place] = _fitting(given[i if len(given) > 1 else 0], self.dtype)
            self._frame = type(self)(self._column, values, self.dtype)._frame
            return
        index = "__doline_index"
        put = when(col(index).is_in(places)).then(lit(_fitting(given, self.dtype))).otherwise(self._expr())
        made = self._frame.lazy().with_row_index(index).select(put.cast(self.dtype).alias(self._column))
        if places:
            self._frame = made.collect()

    def set(self, filter, value):
        """The values, with another one where a mask is true.

        Parameters
        ----------
        filter : Series
            Of Boolean.
        value : value
            The other one.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series([1, 2, 3]).set(dl.Series([True, False, True]), 9).to_list()
        [9, 2, 9]
        """
        made = self.clone()
        made[filter] = value
        return made

    def scatter(self, indices, values):
        """Puts values at some places of this very series, as `series[indices] = values` does.

        Parameters
        ----------
        indices : int, list of int, Series or NumPy array
            From 0, or from the end if negative.
        values : value, list, Series or NumPy array
            One for all places, or one for each.

        Returns
        -------
        Series
            This one.

        Examples
        --------
        >>> dl.Series([1, 2, 3]).scatter([0, 2], [8, 9]).to_list()
        [8, 2, 9]
        """
        self[indices] = values
        return self

    def extend_constant(self, value, n):
        """The values with one behind them, so many times.

        Parameters
        ----------
        value : value
            The one.
        n : int
            How many times.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series([1]).extend_constant(9, 2).to_list()
        [1, 9, 9]
        """
        from .concatenating import concat
        more = type(self)(self._name, [_fitting(value, self.dtype)] * n, self.dtype)
        return concat([self, more])

    def append(self, other):
        """Puts the values of another series behind those of this very one.

        Parameters
        ----------
        other : Series
            The other one, of the same type.

        Returns
        -------
        Series
            This one.

        Raises
        ------
        doline.errors.InvalidArgument
            For another type.

        Examples
        --------
        >>> series = dl.Series("a", [1, 2])
        >>> series.append(dl.Series([3])).to_list(), series.len()
        ([1, 2, 3], 3)
        """
        from .concatenating import concat
        self._frame = concat([self, other])._frame
        return self

    extend = append

    def clear(self, n=0):
        """A series of the same name and type without values, or with nulls.

        Parameters
        ----------
        n : int, default 0
            How many nulls.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series("a", [1]).clear(2).to_list()
        [None, None]
        """
        return self._of(self._frame.clear(n), self._name)

    def zip_with(self, mask, other):
        """These values where `mask` is true, those of another series where it is not.

        Parameters
        ----------
        mask : Series
            Of Boolean.
        other : Series
            The other one.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series([1, 2]).zip_with(dl.Series([True, False]), dl.Series([8, 9])).to_list()
        [1, 9]
        """
        from .expr.construct import when
        return self._with(lambda x, m, o: when(m).then(x).otherwise(o), [mask, other])

    def gather(self, indices, *, null_on_oob=False):
        """The values at some places, in the order and as often as they are said.

        Parameters
        ----------
        indices : int, list of int, Series or NumPy array
            From 0, or from the end if negative; of None a null.
        null_on_oob : bool, default False
            Whether a place that there is not gives a null; else it is an error.

        Returns
        -------
        Series

        Raises
        ------
        IndexError
            For a place that there is not.

        Examples
        --------
        >>> dl.Series([10, 20]).gather([1, 1, 0]).to_list()
        [20, 20, 10]
        """
        return self._of(self._frame.gather(indices, null_on_oob=null_on_oob), self._name)

    def filter(self, predicate):
        """The values for which a truth says so.

        Parameters
        ----------
        predicate : Series, list of bool, NumPy array or Expr
            A truth for each value.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series([1, 2, 3]).filter([True, False, True]).to_list()
        [1, 3]
        """
        return self._of(self._frame.filter(predicate), self._name)

    def sort(self, *, descending=False, nulls_last=False, multithreaded=True, in_place=False):
        """The values in order.

        Parameters
        ----------
        descending : bool, default False
            Whether the greatest come first.
        nulls_last : bool, default False
            Whether missing ones come last.
        multithreaded : bool
            Without effect.
        in_place : bool, default False
            Whether this very series is in order from now on.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series([2, None, 1]).sort(nulls_last=True).to_list()
        [1, 2, None]
        """
        made = self._frame.sort(self._column, descending=descending, nulls_last=nulls_last)
        if in_place:
            self._frame = made
            return self
        return self._of(made, self._name)

    def is_sorted(self, *, descending=False, nulls_last=False):
        """Whether the values are in order.

        Parameters
        ----------
        descending, nulls_last : bool, default False
            As of `sort`.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Series([None, 1, 2]).is_sorted()
        True
        """
        return self._frame.is_sorted(self._column, descending=descending, nulls_last=nulls_last)

    def mode(self, *, maintain_order=False):
        """The values that occur most often.

        Parameters
        ----------
        maintain_order : bool, default False
            Whether they come in the order of their first appearance; else in any.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series([3, 1, 1, 3, 2]).mode(maintain_order=True).to_list()
        [3, 1]
        """
        from .expr.construct import col
        counted = self._frame.group_by(self._column, maintain_order=maintain_order).len("__doline_count")
        most = counted.filter(col("__doline_count") == col("__doline_count").max())
        return self._of(most.select(self._column), self._name)

    def unique(self, *, maintain_order=False):
        """The distinct values; null is one.

        Parameters
        ----------
        maintain_order : bool, default False
            Whether they come in the order of their first appearance; else in any.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series([3, None, 1, 3]).unique(maintain_order=True).to_list()
        [3, None, 1]
        """
        return self._of(self._frame.unique(maintain_order=maintain_order), self._name)

    def implode(self):
        """All values as one list.

        Returns
        -------
        Series
            Of one value.

        Examples
        --------
        >>> dl.Series([1, 2]).implode().to_list()
        [[1, 2]]
        """
        return self._of(self._frame.select(self._expr().implode()), self._name)

    def value_counts(self, *, sort=False, parallel=False, name=None, normalize=False):
        """How often each distinct value occurs.

        Parameters
        ----------
        sort : bool, default False
            Whether the most frequent come first; else by first appearance.
        parallel : bool
            Without effect.
        name : str, optional
            What the counts are called; "count", or "proportion" of shares.
        normalize : bool, default False
            Whether it is told as shares of all values.

        Returns
        -------
        DataFrame
            The values and their counts.

        Examples
        --------
        >>> dl.Series("a", ["x", "y", "x"]).value_counts(sort=True).rows()
        [('x', 2), ('y', 1)]
        >>> dl.Series("a", ["x", "y"]).value_counts(normalize=True).columns
        ['a', 'proportion']
        """
        from .expr.construct import col
        label = name or ("proportion" if normalize else "count")
        frame = self.to_frame().group_by(self._name, maintain_order=True).len(label)
        frame = frame.sort(label, descending=True) if sort else frame
        return frame.with_columns(col(label) / col(label).sum()) if normalize else frame

    def equals(self, other, *, check_dtypes=False, check_names=False, null_equal=True):
        """Whether two series have the same values.

        Parameters
        ----------
        other : Series
            The other one.
        check_dtypes, check_names : bool, default False
            Whether types and names count too.
        null_equal : bool, default True
            Whether null equals null.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Series("a", [1]).equals(dl.Series("b", [1]))
        True
        """
        from .frame_equality import equal
        if check_dtypes and self.dtype != other.dtype or check_names and self.name != other.name:
            return False
        return equal(self.to_frame("s"), other.to_frame("s"), null_equal)

    def sql(self, query, *, table_name="self"):
        """A SELECT over this series, as a frame of one column.

        Parameters
        ----------
        query : str
            The statement.
        table_name : str, default "self"
            What the frame is called in it.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.Series("a", [1, 2]).sql("SELECT sum(a) AS total FROM self").item()
        3
        """
        return self.to_frame().sql(query, table_name=table_name)

    def estimated_size(self, unit="b"):
        """About how much memory the values take, as Arrow has them.

        Parameters
        ----------
        unit : {"b", "kb", "mb", "gb", "tb"}
            In what it is told.

        Returns
        -------
        int or float

        Examples
        --------
        >>> dl.Series([1, 2, 3]).estimated_size()
        24
        """
        return self._frame.estimated_size(unit)

    def to_init_repr(self, n=1000):
        """The code that makes the first values anew.

        Parameters
        ----------
        n : int, default 1000
            How many values.

        Returns
        -------
        str

        Examples
        --------
        >>> dl.Series("a", [1, None]).to_init_repr()
        "pl.Series('a', [1, None], dtype=pl.Int64)"
        """
        return f"pl.Series({self.name!r}, {self.head(n).to_list()!r}, dtype=pl.{self.dtype!r})"

    @property
    def flags(self):
        """What is known of the order: nothing is kept of it, as the engine sees for itself.

        Returns
        -------
        dict of str to bool

        Examples
        --------
        >>> dl.Series([1]).flags
        {'SORTED_ASC': False, 'SORTED_DESC': False}
        """
        return {"SORTED_ASC": False, "SORTED_DESC": False}

    def get_chunks(self):
        """The parts that the memory has: to its user, one.

        Returns
        -------
        list of Series

        Examples
        --------
        >>> len(dl.Series([1, 2]).get_chunks())
        1
        """
        return [self]

    def chunk_lengths(self):
        """How many values each part of the memory has.

        Returns
        -------
        list of int

        Examples
        --------
        >>> dl.Series([1, 2]).chunk_lengths()
        [2]
        """
        return [len(self)]

    def n_chunks(self):
        """How many parts the memory has: to its user, one."""
        return 1

    def rechunk(self, *, in_place=False):
        """The same: memory is the engine's to arrange."""
        return self

    def shrink_to_fit(self, *, in_place=False):
        """The same: memory is the engine's to arrange."""
        return self


def _fitting(value, dtype):
    """A value to be put among those of a type.

    Raises
    ------
    doline.errors.TypeMismatch
        For one that would be changed by that.
    """
    is_wrong = (dtype.is_integer() and isinstance(value, float) and not value.is_integer()
                or dtype.is_numeric() and isinstance(value, str))
    if is_wrong:
        raise error(TypeMismatch, f"{value!r} does not fit among values of {dtype!r}", "cast the series before")
    return value
