"""Doline through ADBC (Arrow Database Connectivity), for programs that take any database's driver.

``adbc_driver_manager`` loads the driver, a library beside this file; what is left is its own DB-API, whose
rows come as Arrow. Polars' ``read_database`` and ``write_database``, pandas' ``read_sql`` and ``to_sql`` take
its connections.

Examples
--------
>>> from doline import adbc
>>> with adbc.connect() as connection, connection.cursor() as cursor:
...     cursor.execute("SELECT ? + 1 AS n", parameters=[41]).fetch_arrow_table().to_pydict()
{'n': [42]}
"""

import os


def driver_path():
    """Where the driver's library is, for a driver manager of any language.

    Returns
    -------
    str

    Examples
    --------
    >>> import os
    >>> from doline import adbc
    >>> os.path.basename(adbc.driver_path())
    'libadbc_driver_doline.so'
    """
    return os.path.join(os.path.dirname(__file__), "libadbc_driver_doline.so")


def connect(database=":memory:", *, autocommit=False, conn_kwargs=None):
    """Opens a database through the driver manager.

    Parameters
    ----------
    database : str
        ``":memory:"``: a new one, which the connection's clones (``adbc_clone()``) share.
    autocommit : bool
        Whether each statement is a transaction of its own; else ``commit()`` keeps what was done.
    conn_kwargs : dict of str to str, optional
        Options of the connection, by their ADBC names.

    Returns
    -------
    adbc_driver_manager.dbapi.Connection

    Raises
    ------
    doline.errors.NotSupported
        Where ``adbc_driver_manager`` is not installed.
    adbc_driver_manager.NotSupportedError
        For a path: databases in files are not there yet.

    Examples
    --------
    >>> import pyarrow
    >>> from doline import adbc
    >>> with adbc.connect() as connection, connection.cursor() as cursor:
    ...     cursor.adbc_ingest("t", pyarrow.table({"i": [1, 2, 3]}))
    ...     cursor.execute("SELECT sum(i) FROM t").fetchone()
    3
    (6,)
    """
    from doline.interchange import require

    manager = require("adbc_driver_manager.dbapi", "doline.adbc")
    return manager.connect(driver_path(), db_kwargs={"path": database}, conn_kwargs=conn_kwargs,
                           autocommit=autocommit)
