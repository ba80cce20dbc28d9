"""A length of time that has months in it."""

from collections import namedtuple


class Interval(namedtuple("Interval", ("months", "days", "microseconds"), defaults=(0, 0, 0))):
    """An SQL ``INTERVAL``, whose months have no fixed length.

    Intervals without months come out of queries as :class:`datetime.timedelta`; those with months as
    this. Both can be given as parameters.

    Attributes
    ----------
    months, days, microseconds : int
        Added to a date in this order.

    Examples
    --------
    >>> import doline
    >>> doline.sql("SELECT INTERVAL '1 year 3 days'").fetchone()
    (Interval(months=12, days=3, microseconds=0),)
    """

    __slots__ = ()
