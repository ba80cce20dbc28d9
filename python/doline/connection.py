"""``doline.sql``: a statement, and what comes of it."""

from doline import _sessions


class Result:
    """The rows of one statement."""

    def __init__(self, query):
        self._query = query

    def __arrow_c_stream__(self, requested_schema=None):
        return self._query.__arrow_c_stream__(requested_schema)

    def fetchall(self):
        """All rows that are left, as tuples."""
        return self._query.fetch()

    def fetchone(self):
        """The next row as a tuple, or None."""
        rows = self._query.fetch(1)
        return rows[0] if rows else None


def sql(text, params=None):
    """Run one statement."""
    statement = _sessions.current().prepare(text)
    statement.bind_all(params)
    return Result(statement.run())
