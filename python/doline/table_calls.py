"""Table functions: what a person's function returns or yields, as batches of declared columns."""

from __future__ import annotations

import time

from doline import _engine, errors
from doline._sessions import Beside
from doline.function_calls import refail, shown

_MOST_ROWS = 65536
_LOOK_EVERY = 256  # rows, at the clock
_LONGEST_WAIT = 0.05  # seconds that rows wait for others, which may come slowly


class Table:
    """Calls the function with its arguments' values, once each time the table is read.

    Parameters
    ----------
    name : str
    instances : doline.function_calls.Instances
    columns : list of str
    """

    def __init__(self, name, instances, columns):
        self._name, self._instances, self._columns = name, instances, columns

    def __call__(self, table, call):
        arguments = [table.to_list(column)[0] for column in range(table.column_count)]
        said = f"{self._name}({', '.join(map(shown, arguments))})"
        with Beside():
            try:
                result = self._instances.get()(*arguments)
            except BaseException as cause:
                refail(f"{said}", cause)
            if _is_table(result) or isinstance(result, dict):
                made = _Batches(said, self._columns, iter(()))
                made.take(result)
                return made
            if not hasattr(result, "__iter__") or isinstance(result, (str, bytes)):
                raise errors.FunctionFailed(
                    f"it returned {type(result).__name__}, where rows or a table are wanted")
            return _Batches(said, self._columns, iter(result))


class _Batches:
    """Batches of what an iterator gives: rows (tuples, dicts, values of the one column), and tables."""

    def __init__(self, said, columns, items):
        self._said, self._columns, self._items = said, columns, items
        self._ready = []  # batches that are there already, the next one last
        self._count = 0

    def take(self, table):
        """Gives a table next."""
        self._ready = self._of_table(table)[::-1]

    def next_batch(self, call):
        """The next one, or None."""
        with Beside():
            while not self._ready:
                rows, table = self._gathered(call)
                if table is not None:
                    self.take(table)
                if rows:
                    self._ready.append(self._of_rows(rows))
                elif table is None:
                    return None
        return self._ready.pop()

    def _gathered(self, call):
        """Rows until a table comes, or they are many, or the next ones take their time."""
        rows, begun = [], time.monotonic()
        while len(rows) < _MOST_ROWS:
            try:
                item = next(self._items)
            except StopIteration:
                return rows, None
            except BaseException as cause:
                refail(f"{self._said}, behind {self._count + len(rows)} rows,", cause)
            if _is_table(item):
                return rows, item
            rows.append(item)
            if len(rows) % _LOOK_EVERY == 0 or len(rows) == 1:
                if call.is_cancelled:
                    raise errors.Cancelled("the query was cancelled")
                if time.monotonic() - begun > _LONGEST_WAIT:
                    break
        return rows, None

    def _of_rows(self, rows):
        width = len(self._columns)
        first = self._count
        self._count += len(rows)
        columns = [[] for _ in self._columns]
        for number, row in enumerate(rows):
            if isinstance(row, dict):
                if len(row) != width or any(name not in row for name in self._columns):
                    raise errors.FunctionFailed(
                        f"row {first + number} has the fields {', '.join(map(str, row))}; "
                        f"{', '.join(self._columns)} were declared")
                row = [row[name] for name in self._columns]
            elif not isinstance(row, tuple) and (width == 1 or not isinstance(row, list)):
                row = (row,)
            if len(row) != width:
                raise errors.FunctionFailed(
                    f"row {first + number} has {len(row)} values; {width} columns were declared")
            for column, value in zip(columns, row):
                column.append(value)
        try:
            made = [_engine.column_of_values(column) for column in columns]
        except Exception as cause:
            said = str(cause).removeprefix(f"error[{getattr(cause, 'code', '')}]: ").partition("\n")[0]
            raise errors.FunctionFailed(f"rows from {first} on make no columns: {said}") from cause
        return _engine.Table.of_columns(list(self._columns), made).batches()[0]

    def _of_table(self, thing):
        from doline.interchange import stream_of

        try:
            table = _engine.Table.collect(stream_of(thing, copy=True))
        except Exception as cause:
            refail(f"{self._said}, as the table it gave was read,", cause)
        names = [field[0] for field in _engine.arrow_field(table)[4]]
        if names != list(self._columns):
            if sorted(names) != sorted(self._columns):
                raise errors.FunctionFailed(f"it gave a table of the columns {', '.join(names)}; "
                                            f"{', '.join(self._columns)} were declared")
            table = table.picked([names.index(name) for name in self._columns])
        self._count += len(table)
        return table.batches()


def _is_table(item):
    if isinstance(item, (tuple, list)):
        return False
    if isinstance(item, dict):  # of lists it is a row
        return bool(item) and all(getattr(value, "ndim", 0) == 1 or hasattr(value, "__arrow_c_array__")
                                  for value in item.values())
    from doline.interchange import is_table

    return is_table(item)
