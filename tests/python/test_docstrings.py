"""Every public thing of the package has a docstring, and every example in one runs."""

import doctest
import importlib
import inspect
import pkgutil

import doline
import pytest

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(doline.__path__, "doline.")
    if not module.name.startswith(("doline._engine", "doline.lib")))  # which are no Python


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name):
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, extraglobs={"dl": doline, "cs": doline.selectors},
                                optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert failed == 0


@pytest.mark.parametrize("name", [name for name in MODULES if "._" not in name])
def test_everything_public_is_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__, name
    undocumented = []
    for thing_name, thing in vars(module).items():
        if thing_name.startswith("_") or getattr(thing, "__module__", None) != name:
            continue
        if inspect.isfunction(thing) or inspect.isclass(thing):
            undocumented += [thing_name] if not inspect.getdoc(thing) else []
        if inspect.isclass(thing):
            inherited = {member for base in thing.__mro__[1:] for member in vars(base)}
            undocumented += [
                f"{thing_name}.{member}" for member, value in vars(thing).items()
                if inspect.isfunction(value) and not member.startswith("_")
                and member not in inherited and not inspect.getdoc(value)]
    assert not undocumented


# What gives back its own frame, or says how to go on, has nothing to show.
WITHOUT_EXAMPLE = {"cache", "clone", "lazy", "load_ipython_extension", "n_chunks", "plot", "rechunk", "set_sorted",
                   "shape", "short", "shrink_dtype", "shrink_to_fit"}


def public_functions():
    """(name, function) of all that people reach through the package's names."""
    expressions = ("strings.StringFunctions", "temporal.TemporalFunctions", "lists.ListFunctions",
                   "structs.StructFunctions", "names.NameFunctions", "bytes_and_categories.BinaryFunctions",
                   "bytes_and_categories.CategoryFunctions")
    named = {name: getattr(doline, name) for name in doline.__dir__() if not name.startswith("_")}
    named |= {f"selectors.{name}": thing for name, thing in vars(doline.selectors).items()
              if inspect.isfunction(thing) and not name.startswith("_") and name != "any_equal"}
    for path in expressions:
        module, name = path.split(".")
        named[name] = getattr(importlib.import_module(f"doline.expr.{module}"), name)
    for name, thing in named.items():
        if inspect.isfunction(thing):
            yield name, thing
        elif inspect.isclass(thing):
            for member in dir(thing):
                found = inspect.getattr_static(thing, member)
                found = getattr(found, "fget", None) or getattr(found, "__func__", found)
                if not member.startswith("_") and inspect.isfunction(found):
                    yield f"{name}.{member}", found


def test_every_public_function_has_an_example_that_runs():
    missing = [name for name, function in public_functions()
               if ">>>" not in (inspect.getdoc(function) or "")
               and not (inspect.getdoc(function) or "").startswith(("Not supported", "No columns"))
               and name.rpartition(".")[2] not in WITHOUT_EXAMPLE]
    assert not missing
