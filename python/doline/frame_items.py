"""Parts of a frame by places and names: `frame[…]`, what is put there, and verbs of places."""

from __future__ import annotations

import operator

from .errors import InvalidArgument, NotSupported, TypeMismatch, error


def as_mask(value):
    """A list or an array of truths as a series, what is none of these as it is."""
    from .series import Series
    if isinstance(value, (list, tuple)):
        is_mask = bool(value) and all(v is None or isinstance(v, bool) for v in value)
    else:
        is_mask = getattr(getattr(value, "dtype", None), "kind", None) == "b" and value.ndim == 1
    return Series("", value) if is_mask else value


def places_of(key, height=None):
    """Places of rows as a list, where `key` says some; those from the end where `height` is known.

    Raises
    ------
    doline.errors.TypeMismatch
        For truths, and for what is no place.
    IndexError
        For a place that a frame of `height` rows does not have.
    """
    given = key.to_list() if hasattr(key, "to_list") else key.tolist() if hasattr(key, "tolist") else key
    if isinstance(given, int):
        given = [given]
    if getattr(key, "ndim", 1) > 1:
        raise error(TypeMismatch, f"rows at places of {key.ndim} dimensions", "give a list of places")
    places = []
    for place in given:
        if place is not None and (isinstance(place, bool) or not hasattr(place, "__index__")):
            if isinstance(place, bool):
                raise error(TypeMismatch, "rows are not chosen by truths in brackets",
                            "filter keeps the rows for which they hold: frame.filter(…)")
            raise error(TypeMismatch, f"{place!r} is no place of a row", "give integers")
        if place is not None:
            place = operator.index(place)
            if height is not None and not -height <= place < height:
                raise IndexError(f"there is no row {place} in a frame of {height} rows")
            if height is not None and place < 0:
                place += height
        places.append(place)
    return places


def gathered(frame, places, null_on_oob=False, is_checked=False):
    """The rows of a lazy frame at places from 0, in their order and as often as they are said."""
    from .data_frame import DataFrame
    from .datatypes import Int64, UInt32
    from .expr.construct import col
    place, index, names = "__doline_place", "__doline_index", frame.names
    table = DataFrame({place: places}, schema={place: Int64 if null_on_oob else UInt32}).lazy()
    rows = frame.with_row_index(index)
    if is_checked and None not in places:
        made = table.join(rows, left_on=place, right_on=index, maintain_order="left")
        return made.select(names)
    made = table.join(rows, left_on=place, right_on=index, how="left", coalesce=False, maintain_order="left")
    if not null_on_oob:
        from .expr import build as b
        told = b.call("error", b.string("gather: there is no row at one of the places; null_on_oob=True makes "
                                        "it a row of nulls"))
        made = made.filter(col(index)._apply(lambda i, p: b.condition(
            b.both(b.is_null(i), b.is_not_null(p)), told, b.TRUE), col(place)))
    return made.select(names)


class FrameItems:
    """What `DataFrame` inherits: brackets, and rows at places."""

    def __getitem__(self, key):
        from .series import Series
        if isinstance(key, tuple) and len(key) == 2 and not isinstance(key[0], (bool, str)):
            chosen = self._columns_at(key[1])
            return chosen[key[0]] if isinstance(chosen, Series) else chosen._rows_at(key[0])
        if isinstance(key, str):
            return self.get_column(key)
        if _is_of_columns(key):
            return self._columns_at(key)
        return self._rows_at(key)

    def _rows_at(self, key):
        if isinstance(key, (slice, range)):
            places = key if isinstance(key, range) else range(*key.indices(self.height))
            return self._stepped(places)
        places = places_of(key, self.height)
        if not hasattr(key, "__len__"):
            return self._view(self._lazy.slice(places[0], 1), 1)
        return self._at(places) if places else self.clear()

    def _stepped(self, places):
        """Rows at places that are as far from each other."""
        if not places:
            return self.clear()
        first, last = sorted((places[0], places[-1]))
        if first < 0 or last >= self.height:
            raise IndexError(f"there are no rows {places} in a frame of {self.height} rows")
        out = self._lazy.slice(first, last - first + 1)
        out = out.reverse() if places.step < 0 else out
        return (out.gather_every(abs(places.step)) if abs(places.step) > 1 else out).collect()

    def _at(self, places, null_on_oob=False):
        """Rows at places that the frame has; only what lies between the first and the last is read."""
        known = [place for place in places if place is not None]
        first = min(known, default=0)
        part = self._lazy.slice(first, max(known, default=0) - first + 1)
        moved = [None if place is None else place - first for place in places]
        return gathered(part, moved, null_on_oob, is_checked=True).collect()

    def _columns_at(self, key):
        """The column, or the frame of the columns, that names, places or truths mean."""
        if isinstance(key, str):
            return self.get_column(key)
        if hasattr(key, "__index__") and not hasattr(key, "__len__"):
            return self.to_series(operator.index(key))
        names = self.columns
        if isinstance(key, slice):
            begin, stop = (names.index(edge) if isinstance(edge, str) else edge
                           for edge in (key.start, key.stop))
            stop = stop + 1 if isinstance(key.stop, str) else stop
            return self.select(names[begin:stop:key.step])
        chosen = list(key.to_list() if hasattr(key, "to_list") else key)
        if chosen and hasattr(chosen[0], "dtype"):
            chosen = key.tolist()
        if chosen and isinstance(chosen[0], bool):
            if len(chosen) != len(names):
                raise error(InvalidArgument, f"{len(chosen)} truths for {len(names)} columns")
            return self.select([name for name, is_kept in zip(names, chosen) if is_kept])
        return self.select([one if isinstance(one, str) else names[one] for one in chosen])

    def __setitem__(self, key, value):
        if not (isinstance(key, tuple) and len(key) == 2) or isinstance(key[0], str):
            raise error(TypeMismatch, "a column is not put into a frame by its name",
                        "use frame.with_columns(…)")
        column = self._columns_at(key[1])
        if not hasattr(column, "_frame"):
            raise error(NotSupported, "values are put into one column at a time", "use with_columns")
        column = column.clone()
        column[key[0]] = value
        self._become(self.with_columns(column))

    def _become(self, other):
        """This very frame has what `other` has from now on."""
        self._lazy, self._height = other._lazy, other._height
        return self

    @classmethod
    def _view(cls, lazy, height=None):
        """A frame of a query over tables that do not change; it is run when it is looked at."""
        frame = object.__new__(cls)
        frame._lazy, frame._height = lazy, height
        return frame

    def _ipython_key_completions_(self):
        return self.columns

    def slice(self, offset, length=None):
        """Rows that follow each other.

        Parameters
        ----------
        offset : int
            The first, from 0 or from the end if negative.
        length : int, optional
            How many; to the end if left out, and so many less if negative.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3, 4]}).slice(-3, 2).rows()
        [(2,), (3,)]
        """
        if length is not None and length < 0:
            length = max(self.height - offset + length, 0)
        if offset < 0:
            return self._from_end(offset, length)
        return self._lazy.slice(offset, length).collect()

    def _from_end(self, offset, length):
        """As of lazy frames, but the number of rows is known."""
        begin = self.height + offset if offset else 0
        stop = self.height if length is None else begin + length if offset else self.height + length
        begin = max(begin, 0)
        return self._lazy.slice(begin, max(stop - begin, 0)).collect()

    def gather(self, indices, *, null_on_oob=False):
        """The rows at some places, in the order and as often as they are said.

        Parameters
        ----------
        indices : int, list of int, Series, NumPy array or Expr
            From 0, or from the end if negative; of None a row of nulls.
        null_on_oob : bool, default False
            Whether a place that the frame does not have gives a row of nulls; else it is an error.

        Returns
        -------
        DataFrame

        Raises
        ------
        IndexError
            For a place that the frame does not have.

        Examples
        --------
        >>> dl.DataFrame({"a": [10, 20, 30]}).gather([2, 0, -1]).rows()
        [(30,), (10,), (30,)]
        """
        height = self.height
        if hasattr(indices, "_node") and not hasattr(indices, "_frame"):
            indices = self.select(indices).to_series()
        if null_on_oob:
            indices = [p if p is not None and -height <= p < height else None for p in places_of(indices)]
        return self._at(places_of(indices, height))

    def iter_slices(self, n_rows=10_000):
        """The rows in parts that follow each other.

        Parameters
        ----------
        n_rows : int, default 10,000
            How many each has, but for the last.

        Returns
        -------
        iterator of DataFrame

        Examples
        --------
        >>> [part.height for part in dl.DataFrame({"a": [1, 2, 3]}).iter_slices(2)]
        [2, 1]
        """
        for begin in range(0, self.height, n_rows):
            count = min(n_rows, self.height - begin)
            yield self._view(self._lazy.slice(begin, count), count)

    def is_sorted(self, by, *more_by, descending=False, nulls_last=False):
        """Whether the rows are in the order of columns.

        Parameters
        ----------
        by : str or list of str
            The columns.
        *more_by : str
            More of them.
        descending, nulls_last : bool or list of bool, default False
            As of `sort`.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 1, 2], "b": [2, 1, 3]}).is_sorted("a", "b")
        False
        """
        keys = ([by] if isinstance(by, str) else list(by)) + list(more_by)
        index = "__doline_index"
        lazy = self._lazy.select(keys).with_row_index(index)
        return lazy.sort(keys, descending=descending, nulls_last=nulls_last).select(
            _is_rising(index)).collect().item()


def _is_rising(name):
    from .datatypes import Int64
    from .expr.construct import col
    return (col(name).cast(Int64).diff().fill_null(1) > 0).all()


def _is_of_columns(key):
    """Whether brackets with this alone mean columns."""
    if isinstance(key, tuple):
        return bool(key) and isinstance(key[0], (bool, str))
    if isinstance(key, slice):
        return isinstance(key.start, str) or isinstance(key.stop, str)
    if hasattr(key, "dtype"):
        dtype = key.dtype
        return getattr(dtype, "kind", "") in ("U", "T") or getattr(dtype, "short", "") == "str" or (
            getattr(dtype, "kind", "") == "O" and len(key) > 0 and isinstance(key[0], str))
    return isinstance(key, (list, set)) and bool(key) and isinstance(next(iter(key)), str)
