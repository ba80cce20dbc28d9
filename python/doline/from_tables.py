"""Frames from what others hold: `from_dict`, `from_pandas` and their like."""

from __future__ import annotations


def from_dict(data, schema=None, **options):
    """A frame of a dict of columns.

    Parameters
    ----------
    data : dict
        The columns by name.
    schema : dict or list, optional
        Names, or names and types.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> dl.from_dict({"a": [1, 2]}).rows()
    [(1,), (2,)]
    """
    from .data_frame import DataFrame
    return DataFrame(data, schema, **options)


def from_dicts(data, schema=None, **options):
    """A frame of dicts, one a row.

    Parameters
    ----------
    data : list of dict
        The rows; what one lacks is null.
    schema : dict or list, optional
        Names, or names and types.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> dl.from_dicts([{"a": 1}, {"a": 2, "b": "x"}]).rows()
    [(1, None), (2, 'x')]
    """
    from .data_frame import DataFrame
    return DataFrame(data, schema, **options)


def from_records(data, schema=None, **options):
    """A frame of rows or columns.

    Parameters
    ----------
    data : list of tuple or list of list
        The rows, if tuples or `orient="row"`; else the columns.
    schema : dict or list, optional
        Names, or names and types.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> dl.from_records([(1, "x"), (2, "y")], schema=["a", "b"]).rows()
    [(1, 'x'), (2, 'y')]
    """
    from .data_frame import DataFrame
    return DataFrame(data, schema, **options)


def from_arrow(data, schema=None, **options):
    """A frame of another library's table: PyArrow's, pandas', Polars', NumPy's. Also called
    `from_pandas`, `from_polars` and `from_numpy`.

    Parameters
    ----------
    data : object
        The table, or an Arrow array.
    schema : dict or list, optional
        Names, or names and types.

    Returns
    -------
    DataFrame or Series
        A Series of an array.

    Examples
    --------
    >>> import pandas
    >>> dl.from_pandas(pandas.DataFrame({"a": [1, 2]})).rows()
    [(1,), (2,)]
    """
    from .data_frame import DataFrame
    if hasattr(data, "__arrow_c_array__") and not hasattr(data, "__arrow_c_stream__") and \
            not hasattr(data, "schema"):
        from .series import Series
        return Series("", data)
    return DataFrame(data, schema, **options)


from_pandas = from_numpy = from_polars = from_arrow
