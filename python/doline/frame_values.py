"""A frame's values, taken out: rows, columns, single ones, files."""

from __future__ import annotations

from .column_names import no_column
from .errors import InvalidArgument, NotSupported, error
from .progress import rows_of

_NO_DEFAULT = type("_NoDefault", (), {"__repr__": lambda self: "..."})()


def with_options(array, writable, allow_copy):
    """An array as the options of `to_numpy` want it.

    Raises
    ------
    doline.NotSupported
        For `allow_copy=False`.
    """
    if not allow_copy:
        raise error(NotSupported, "to_numpy(allow_copy=False): rows are copied out of the engine",
                    "leave allow_copy out")
    return array.copy() if writable and not array.flags.writeable else array


def to_pandas_by_arrow(table, use_pyarrow_extension_array, options):
    """A PyArrow table, or an array, as pandas has it; `options` are those of its `to_pandas`."""
    if use_pyarrow_extension_array:
        import pandas
        options = {"types_mapper": pandas.ArrowDtype, **options}
    return table.to_pandas(**options)


def refuse_compat_level(compat_level):
    """Arrow's own types are what there is."""
    if compat_level is not None:
        raise error(NotSupported, "to_arrow(compat_level=…)", "leave it out, and cast what PyArrow returns")


class FrameValues:
    """What `DataFrame` inherits: ways out of it."""

    def rows(self, *, named=False):
        """All rows.

        Parameters
        ----------
        named : bool, default False
            Whether as dicts; else as tuples.

        Returns
        -------
        list of tuple or list of dict
            Values as Python has them.

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": ["x"]}).rows(named=True)
        [{'a': 1, 'b': 'x'}]
        """
        if not self._lazy.names:
            return []
        rows = rows_of(self._start())
        if named:
            return [dict(zip(self.columns, row)) for row in rows]
        return rows

    def row(self, index=None, *, by_predicate=None, named=False):
        """One row.

        Parameters
        ----------
        index : int
            From 0, or from the end if negative; may be left out where there is one row.
        by_predicate : Expr, optional
            Or the only one for which this holds.
        named : bool, default False
            Whether as a dict; else as a tuple.

        Returns
        -------
        tuple or dict

        Raises
        ------
        IndexError
            Where there is no such row.
        doline.errors.InvalidArgument
            Where the predicate holds for several rows; for both of `index` and `by_predicate`, or none.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).row(by_predicate=dl.col("a") > 1)
        (2,)
        """
        if index is None and by_predicate is None and self.height == 1:
            index = 0
        if (index is None) == (by_predicate is None):
            raise error(InvalidArgument, "row() takes an index, or by_predicate=", "give one of them")
        if by_predicate is not None:
            found = self.filter(by_predicate).head(2).rows(named=named)
            if len(found) > 1:
                raise error(InvalidArgument, "row(by_predicate=…): it holds for more than one row",
                            "filter(…).row(0) takes the first")
            if not found:
                raise IndexError("row(by_predicate=…): it holds for no row")
            return found[0]
        return self._rows_at(index).rows(named=named)[0]

    def iter_rows(self, *, named=False, buffer_size=512):
        """The rows one after the other, read in parts.

        Parameters
        ----------
        named : bool, default False
            Whether as dicts; else as tuples.
        buffer_size : int, default 512
            How many are read at once.

        Returns
        -------
        iterator of tuple or of dict

        Examples
        --------
        >>> [a for (a,) in dl.DataFrame({"a": [1, 2]}).iter_rows()]
        [1, 2]
        """
        query = self._start()
        while rows := query.fetch(buffer_size):
            for row in rows:
                yield dict(zip(self.columns, row)) if named else row

    def to_dicts(self):
        """All rows as dicts.

        Returns
        -------
        list of dict

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).to_dicts()
        [{'a': 1}, {'a': 2}]
        """
        return self.rows(named=True)

    def to_dict(self, *, as_series=True):
        """The columns by name.

        Parameters
        ----------
        as_series : bool, default True
            Whether as series; else as lists.

        Returns
        -------
        dict

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).to_dict(as_series=False)
        {'a': [1, 2]}
        """
        if as_series:
            return {name: self.get_column(name) for name in self.columns}
        return {name: self.get_column(name).to_list() for name in self.columns}

    def to_arrow(self, *, compat_level=None):
        """All rows as a PyArrow table.

        Parameters
        ----------
        compat_level : None
            No other is supported.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        doline.NotSupported
            For a `compat_level`.

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).to_arrow().num_rows
        1
        """
        refuse_compat_level(compat_level)
        return self.arrow()

    def to_pandas(self, *, use_pyarrow_extension_array=False, **kwargs):
        """All rows as a pandas frame, in types that hold the values exactly.

        Parameters
        ----------
        use_pyarrow_extension_array : bool, default False
            Whether in columns of Arrow's memory and types.
        **kwargs
            Of PyArrow's `Table.to_pandas`, which then makes the frame.

        Returns
        -------
        pandas.DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, None]}).to_pandas()["a"].dtype
        Int64Dtype()
        """
        if use_pyarrow_extension_array or kwargs:
            return to_pandas_by_arrow(self.arrow(), use_pyarrow_extension_array, kwargs)
        return self.df()

    def to_polars(self):
        """All rows as a Polars frame.

        Returns
        -------
        polars.DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).to_polars().shape
        (1, 1)
        """
        return self.pl()

    def to_numpy(self, *, order="fortran", writable=False, allow_copy=True, structured=False, masked=False):
        """All columns as one array.

        Parameters
        ----------
        order : {"fortran", "c"}
            Whether columns or rows lie together.
        writable : bool
            Always so: the array is made anew.
        allow_copy : True
            No other is supported.
        structured : bool, default False
            Whether an array of rows with a field for each column, of its own type.
        masked : bool, default False
            Whether missing values are masked.

        Returns
        -------
        numpy.ndarray
            Of two dimensions, in the type that holds all columns; missing values are NaN, NaT or None.

        Raises
        ------
        doline.NotSupported
            For `allow_copy=False`.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": [3, 4]}).to_numpy().tolist()
        [[1, 3], [2, 4]]
        >>> dl.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_numpy(structured=True)["a"].tolist()
        [1, 2]
        """
        import numpy
        from .interchange.numpy_arrays import without_mask
        if order not in ("fortran", "c"):
            raise error(InvalidArgument, f"to_numpy(order={order!r})", '"fortran" or "c"')
        as_wanted = numpy.ma.asarray if masked else without_mask
        columns = {name: as_wanted(array) for name, array in self.fetchnumpy().items()}
        arrays = list(columns.values())
        if structured:
            fields = [(name, array.dtype) for name, array in columns.items()]
            out = (numpy.ma if masked else numpy).empty(self.height, dtype=fields)
            for name, array in columns.items():
                out[name] = array
            return with_options(out, writable, allow_copy)
        if not arrays:
            return numpy.empty((0, 0))
        if len({array.dtype.kind for array in arrays} - set("iufb")) > 0 and len({a.dtype for a in arrays}) > 1:
            arrays = [array.astype(object) for array in arrays]
        out = (numpy.ma if masked else numpy).column_stack(arrays)
        out = out.copy(order="F" if order == "fortran" else "C")
        return with_options(out, writable, allow_copy)

    def to_series(self, index=0):
        """A column as a series.

        Parameters
        ----------
        index : int, default 0
            Its place, from 0 or from the end.

        Returns
        -------
        Series

        Raises
        ------
        IndexError
            For a place that the frame does not have.

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": ["x"]}).to_series(1).to_list()
        ['x']
        """
        if not -self.width <= index < self.width:
            raise IndexError(f"there is no column {index} in a frame of {self.width} columns")
        return self.get_column(self.columns[index])

    def get_columns(self):
        """All columns as series.

        Returns
        -------
        list of Series

        Examples
        --------
        >>> [s.name for s in dl.DataFrame({"a": [1], "b": ["x"]}).get_columns()]
        ['a', 'b']
        """
        return [self.get_column(name) for name in self.columns]

    def get_column(self, name, *, default=_NO_DEFAULT):
        """A column as a series.

        Parameters
        ----------
        name : str
            Its name.
        default : object, optional
            What is returned for a name that the frame lacks; an error if left out.

        Returns
        -------
        Series

        Raises
        ------
        doline.errors.ColumnNotFound
            For a name that the frame lacks.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).get_column("a").sum()
        3
        """
        from .series import Series
        if name not in self._lazy.names:
            if default is not _NO_DEFAULT:
                return default
            raise no_column(name, self.columns)
        if self.width == 1:
            return Series._of(self.clone())
        return Series._of(self._view(self._lazy.select(name), self._height))

    def get_column_index(self, name):
        """At which place a column is.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        doline.errors.ColumnNotFound
            For a name that the frame lacks.

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": ["x"]}).get_column_index("b")
        1
        """
        if name not in self._lazy.names:
            raise no_column(name, self.columns)
        return self.columns.index(name)

    def item(self, row=None, column=None):
        """The only value, or the one at a place.

        Parameters
        ----------
        row : int, optional
            From 0, or from the end if negative.
        column : int or str, optional
            Its place or name.

        Returns
        -------
        object

        Raises
        ------
        ValueError
            Without a place, for a frame of another shape than (1, 1); with one of the two alone.
        IndexError
            For a place that the frame does not have.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).item(1, "a")
        2
        """
        if row is None and column is None:
            if self.shape != (1, 1):
                raise error(InvalidArgument, f"item() is for a frame of one value, not of shape {self.shape}")
            return self.rows()[0][0]
        if row is None or column is None:
            raise error(InvalidArgument, "item() takes a row and a column, or neither")
        return self[row, column]

    def equals(self, other, *, null_equal=True):
        """Whether two frames have the same names and values, in the same order.

        Parameters
        ----------
        other : DataFrame
            The other one.
        null_equal : bool, default True
            Whether null equals null.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).equals(dl.DataFrame({"a": [1]}))
        True
        """
        from .frame_equality import equal
        return equal(self, other, null_equal)

    def write_parquet(self, file, **options):
        """Writes a Parquet file. Options are those of `LazyFrame.sink_parquet`, and `partition_by`:
        names of columns, whose values each have a folder.

        Parameters
        ----------
        file : str, path or open file
            Where to.

        Examples
        --------
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "a.parquet")
        >>> dl.DataFrame({"a": [1, 2]}).write_parquet(path)
        >>> dl.read_parquet(path).height
        2
        """
        from .writing import write_parquet
        write_parquet(self, file, **options)

    def write_ndjson(self, file=None, **options):
        r"""Writes lines of JSON. Options are those of `LazyFrame.sink_ndjson`.

        Parameters
        ----------
        file : str, path or open file, optional
            Where to.

        Returns
        -------
        str or None
            The text, without a file.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, None]}).write_ndjson()
        '{"a":1}\n{"a":null}\n'
        """
        from .writing import write_ndjson
        return write_ndjson(self, file, **options)

    def write_ipc(self, file=None, **options):
        """Writes an Arrow file. Options are those of `LazyFrame.sink_ipc`.

        Parameters
        ----------
        file : str, path or open file, optional
            Where to.

        Returns
        -------
        io.BytesIO or None
            The file's bytes, without a file.

        Examples
        --------
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "a.arrow")
        >>> dl.DataFrame({"a": [1, 2]}).write_ipc(path)
        >>> dl.read_ipc(path).height
        2
        """
        from .writing import write_ipc
        return write_ipc(self, file, **options)

    def write_json(self, file=None):
        """Writes a JSON array of objects.

        Parameters
        ----------
        file : str or path, optional
            Where to.

        Returns
        -------
        str or None
            The text, without a file.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, None]}).write_json()
        '[{"a":1},{"a":null}]'
        """
        from .writing import write_json
        return write_json(self, file)

    def write_csv(self, file=None, **options):
        r"""Writes a CSV file. Options are those of `LazyFrame.sink_csv`.

        Parameters
        ----------
        file : str or path, optional
            Where to.

        Returns
        -------
        str or None
            The text, without a file.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": ["x", "y, z"]}).write_csv()
        'a,b\n1,x\n2,"y, z"\n'
        """
        from .writing import write_csv
        return write_csv(self, file, **options)

    def rows_by_key(self, key, *, named=False, include_key=False, unique=False):
        """The rows by the values of some columns.

        Parameters
        ----------
        key : str or list of str
            The columns.
        named : bool, default False
            Whether rows are dicts; else tuples.
        include_key : bool, default False
            Whether they have the key too.
        unique : bool, default False
            Whether there is one row for each key; else a list of them.

        Returns
        -------
        dict

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "b"], "v": [1, 2]}).rows_by_key("k", unique=True)
        {'a': (1,), 'b': (2,)}
        """
        keys = [key] if isinstance(key, str) else list(key)
        rest = self.columns if include_key else [k for k in self.columns if k not in keys]
        out = {}
        for row in self.rows(named=True):
            label = row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)
            value = {k: row[k] for k in rest} if named else tuple(row[k] for k in rest)
            if unique:
                out[label] = value
            else:
                out.setdefault(label, []).append(value)
        return out

    def iter_columns(self):
        """All columns as series, one after the other.

        Returns
        -------
        iterator of Series

        Examples
        --------
        >>> [s.name for s in dl.DataFrame({"a": [1], "b": ["x"]}).iter_columns()]
        ['a', 'b']
        """
        return iter(self.get_columns())
