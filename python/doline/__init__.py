"""Doline: SQL and frames over the files you have, inside a memory budget.

What is here is imported when it is first asked for, so that ``import doline`` takes no time.
"""

from doline._frame_exports import FRAME_EXPORTS as _FRAME_EXPORTS
from doline._frame_exports import RENAMED as _RENAMED

# name → the module it lives in.
_EXPORTS = _FRAME_EXPORTS | {
    "Connection": "doline.connection",
    "Interval": "doline.interval",
    "__narwhals_namespace__": "doline.narwhals_plugin",  # `backend=doline` in Narwhals' functions
    "NotSupported": "doline.errors",
    "apilevel": "doline.dbapi",
    "connect": "doline.connection",
    "create_function": "doline.python_functions",
    "dbapi": None,  # a module of its own
    "errors": None,
    "execute": "doline.connection",
    "paramstyle": "doline.dbapi",
    "query": "doline.connection",
    "register": "doline.connection",
    "remove_function": "doline.python_functions",
    "sql": "doline.connection",
    "threadsafety": "doline.dbapi",
    "unregister": "doline.connection",
}


def __getattr__(name):
    from importlib import import_module

    if name == "__version__":
        from doline._engine import version

        return version
    if name in _RENAMED:
        module, own_name = _RENAMED[name]
        value = globals()[name] = getattr(import_module(module), own_name)
        return value
    if name not in _EXPORTS:
        from doline.refused import FUNCTIONS, MODULES, RefusedModule, refusing

        if name in FUNCTIONS:
            return refusing(name, FUNCTIONS[name])
        if name in MODULES:
            return RefusedModule(name, MODULES[name])
        raise AttributeError(f"module 'doline' has no attribute {name!r}")
    module = _EXPORTS[name]
    value = import_module(f"doline.{name}") if module is None else getattr(import_module(module), name)
    globals()[name] = value
    return value


def load_ipython_extension(shell):
    """What ``%load_ext doline`` calls: adds the magics ``%sql`` and ``%%sql``."""
    from doline import magic

    magic.load(shell)


def __dir__():
    return sorted({*globals(), *_EXPORTS, *_RENAMED, "__version__"})
