"""Doline: SQL and frames over the files you have, inside a memory budget.

What is here is imported when it is first asked for, so that ``import doline`` takes no time.
"""

# name → the module it lives in.
_EXPORTS = {
    "Interval": "doline.interval",
    "NotSupported": "doline.errors",
    "errors": None,  # a module of its own
    "sql": "doline.connection",
}


def __getattr__(name):
    from importlib import import_module

    if name == "__version__":
        from doline._engine import version

        return version
    if name not in _EXPORTS:
        raise AttributeError(f"module 'doline' has no attribute {name!r}")
    module = _EXPORTS[name]
    value = import_module(f"doline.{name}") if module is None else getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_EXPORTS, "__version__"})
