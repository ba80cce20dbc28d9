"""Every public thing of the package has a docstring, and every example in one runs."""

import doctest
import importlib
import inspect
import pkgutil

import doline
import pytest

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(doline.__path__, "doline.")
    if not module.name.endswith(("._engine", ".libdoline")))  # which are no Python


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
