"""Every function of the engine as a function of expressions: `functions.levenshtein("a", "b")`.

They are made from the engine's own table, `FROM duckdb_functions()`, when they are first asked for, and
mean what they mean in SQL. Arguments are expressions, or names of columns, as everywhere in frames;
`dl.lit` is a text. A Python function of expressions is a lambda; keywords are named arguments. Aggregates
take `distinct=` and `where=`, a condition, beside their arguments.

Examples
--------
>>> from doline import functions as f
>>> frame = dl.DataFrame({"a": ["kitten", "tea"], "n": [[1, 2], [3]]})
>>> frame.select(f.levenshtein("a", dl.lit("sitting")), f.list_transform("n", lambda x: x * 10)).rows()
[(3, [10, 20]), (6, [30])]
>>> frame.select(f.string_agg("a", dl.lit("+")), n=f.count(where=dl.col("a") != "tea")).rows()
[('kitten+tea', 1)]
"""

from __future__ import annotations

from .engine_functions import made as _made
from .engine_functions import registry as _registry


def __getattr__(name):
    declared = None if name.startswith("__") else _registry().get(name)
    if declared is None:
        import difflib
        near = difflib.get_close_matches(name, _registry(), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise AttributeError(f"there is no function {name!r}{hint}")
    made = globals()[name] = _made(name, declared)
    return made


def __dir__():
    return sorted({*globals(), *(name for name in _registry() if name.isidentifier())})
