"""`frame.plot` and `series.plot`: charts through Altair, named as Polars names them.

Each call gives an `altair.Chart`, which can be refined further; without Altair it says what to install.
"""

from __future__ import annotations

import inspect

from .interchange import require


def _altair():
    return require("altair", ".plot")


def _encodings(**given):
    return {channel: value for channel, value in given.items() if value is not None}


def _marked(chart, mark, encodings):
    method = getattr(chart, f"mark_{mark}", None)
    if method is None or mark.startswith("_"):
        raise AttributeError(f"Altair has no mark {mark!r}; there are bar, line, point, area, boxplot and more")
    # The rows' values under the mouse, where the mark knows of them.
    tooltip = {"tooltip": True} if "tooltip" in inspect.signature(method).parameters else {}
    return method(**tooltip).encode(**encodings).interactive()


class DataFramePlot:
    """Charts of a frame's columns. Any mark of Altair's is a method (`area`, `boxplot`, `tick` …), and
    any channel of its encodings a keyword.

    Raises
    ------
    doline.errors.NotSupported
        Where Altair is not installed.

    Examples
    --------
    >>> import doline as dl
    >>> frame = dl.DataFrame({"x": [1, 2], "y": [3, 4]})
    >>> frame.plot.bar(x="x", y="y").to_dict()["mark"]
    {'type': 'bar', 'tooltip': True}
    """

    def __init__(self, frame):
        self._chart = _altair().Chart(frame)

    def bar(self, x=None, y=None, color=None, /, **channels):
        """Bars.

        Parameters
        ----------
        x, y, color : str or channel of Altair's, optional
            Columns, as Altair writes them: "amount", "sum(amount):Q".
        **channels
            More of its encodings.

        Returns
        -------
        altair.Chart
        """
        return _marked(self._chart, "bar", _encodings(x=x, y=y, color=color) | channels)

    def line(self, x=None, y=None, color=None, order=None, /, **channels):
        """Lines, a colour each; `order` says in which order their points follow."""
        return _marked(self._chart, "line", _encodings(x=x, y=y, color=color, order=order) | channels)

    def point(self, x=None, y=None, color=None, size=None, /, **channels):
        """Points of a size and colour."""
        return _marked(self._chart, "point", _encodings(x=x, y=y, color=color, size=size) | channels)

    scatter = point

    def __getattr__(self, mark):
        if mark.startswith("_"):
            raise AttributeError(mark)

        def chart(**channels):
            return _marked(self._chart, mark, channels)
        getattr(self._chart, f"mark_{mark}", None) or _marked(self._chart, mark, {})
        return chart


class SeriesPlot:
    """Charts of a series: how its values are spread, or the values one after the other.

    Examples
    --------
    >>> import doline as dl
    >>> dl.Series("x", [1, 2, 2]).plot.hist().to_dict()["encoding"]["y"]
    {'aggregate': 'count', 'type': 'quantitative'}
    """

    def __init__(self, series):
        self._name = series.name or "value"
        self._frame = series.to_frame(self._name)

    def hist(self, /, **channels):
        """How many values lie in each of some intervals."""
        altair = _altair()
        encodings = {"x": altair.X(f"{self._name}:Q", bin=True), "y": "count()"} | channels
        return _marked(altair.Chart(self._frame), "bar", encodings)

    def kde(self, /, **channels):
        """How densely values lie, smoothed."""
        chart = _altair().Chart(self._frame).transform_density(self._name, as_=[self._name, "density"])
        return _marked(chart, "area", {"x": f"{self._name}:Q", "y": "density:Q"} | channels)

    def line(self, /, **channels):
        """The values by their places."""
        return _marked(self._by_place(), "line", {"x": "index", "y": self._name} | channels)

    def _by_place(self):
        return _altair().Chart(self._frame.with_row_index())

    def __getattr__(self, mark):
        if mark.startswith("_"):
            raise AttributeError(mark)
        getattr(self._by_place(), f"mark_{mark}", None) or _marked(self._by_place(), mark, {})

        def chart(**channels):
            return _marked(self._by_place(), mark, {"x": "index", "y": self._name} | channels)
        return chart
