"""Every parameter of Polars' methods is a parameter here: honoured, or refused by name. None goes into
`**options` unseen."""

import inspect

import doline
import polars
import pytest
from polars.lazyframe.group_by import LazyGroupBy as PolarsGroupBy
from doline.group_by import LazyGroupBy

CLASSES = [(polars.DataFrame, doline.DataFrame), (polars.LazyFrame, doline.LazyFrame),
           (polars.Series, doline.Series), (PolarsGroupBy, LazyGroupBy)]
# Files, what runs queries, and Python functions have options of their own, which they refuse by name.
ELSEWHERE = ("write_", "sink_", "collect", "explain", "profile", "show_graph", "map_batches", "map_groups",
             "serialize", "deserialize", "remote", "interpolate", "plot")
# Names of expressions, what a function of one's own takes, PyArrow's options and Config's settings.
KEYWORDS = {"named", "named_by", "constraints", "kwargs", "settings"}


def methods():
    for peer, own in CLASSES:
        for name in dir(peer):
            if name.startswith("_") or name.startswith(ELSEWHERE):
                continue
            found = inspect.getattr_static(own, name, None)
            if inspect.isfunction(found) and callable(getattr(peer, name)):
                yield pytest.param(getattr(peer, name), found, id=f"{own.__name__}.{name}")


@pytest.mark.parametrize("peer, own", methods())
def test_no_parameter_is_swallowed(peer, own):
    given = inspect.signature(own).parameters.values()
    swallowing = {p.name for p in given if p.kind is inspect.Parameter.VAR_KEYWORD} - KEYWORDS
    assert not swallowing
    names = {p.name for p in given}
    if any(p.kind is inspect.Parameter.VAR_KEYWORD and p.name == "settings" for p in given):
        names |= {name for name in inspect.signature(peer).parameters}
    wanted = {p.name for p in inspect.signature(peer).parameters.values()
              if p.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)}
    assert not wanted - names - {"self"}
