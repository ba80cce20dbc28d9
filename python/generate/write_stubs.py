"""Writes the package's stubs (`.pyi`) from the package itself, so that they cannot drift.

    write_stubs.py PACKAGE_FOLDER OUT_FOLDER [--strict]

Names and signatures are what the imported package has. Types come from docstrings where they say one,
from what a parameter is called (`stub_types.py`), and from defaults. A parameter of which none of these
tells a type is `Any`, and named; that is an error where it is `--strict`, as a test says. `_engine.pyi`
is nanobind's own.
"""

import ast
import importlib
import inspect
import keyword
import pathlib
import pkgutil
import re
import sys
import textwrap

import stub_types as table

# What people import from, beside the modules that the package itself exports from; modules whose classes
# these need are found.
MODULES = "_rows adbc dbapi errors functions interchange progress testing selectors".split()
# Modules whose functions are the package's own, beside classes that people call. So are those found.
CLASSES_ONLY = ["config", "data_frame", "expr.expression", "lazy_frame", "series"]
INTERNAL = ("_", "lib", "narwhals_plugin", "sqlalchemy_dialect", "expr.nodes", "expr.lower", "expr.build")
SHOWN_THOUGH_PRIVATE = {"_When", "_Columns"}
BUILTIN_TYPES = r"\b(str|int|float|bool|bytes|list|dict|tuple|set|type|object)\b(?!\.)"
ABSENT = inspect.Parameter.empty

PLACES = {}  # public class → its module
missing = []  # what has no type


def by_word(rows):
    """word → type, of rows type → words."""
    return {word: kind for kind, words in rows.items() for word in words.split()}


BY_NAME, BY_STARRED_NAME = by_word(table.BY_NAME), by_word(table.BY_STARRED_NAME)


def tail_lookup(entries, name):
    """The entry whose key ends the dotted name, the longest first."""
    parts = name.split(".")
    for begin in range(len(parts)):
        found = entries.get(".".join(parts[begin:]))
        if found is not None:
            return found
    return None


def docstring_types(thing):
    """parameter → what its docstring says of the type; "return" too."""
    found, section = {}, None
    lines = (inspect.getdoc(thing) or "").splitlines()
    for line, following in zip(lines, lines[1:] + [""]):
        if re.fullmatch("-{3,}", following):
            section = line
        elif section == "Parameters" and (match := re.match(r"(\w+(?:, \w+)*) : (.*)", line)):
            for name in match[1].split(", "):
                found[name] = match[2]
        elif section == "Returns" and line and not line.startswith((" ", "-")):
            found.setdefault("return", line)
    return {name: kind for name, text in found.items() if (kind := type_of_words(text))}


WORDS = {"str": "str", "int": "int", "bool": "bool", "float": "float", "object": "object", "list of str":
         "list[str]", "list of tuple": "list[tuple[Any, ...]]", "tuple or None": "tuple[Any, ...] | None",
         "sequence": "Sequence[Any]", "sequence or mapping": "Parameters", "DataFrame": "DataFrame",
         "LazyFrame": "LazyFrame", "list of DataFrame": "list[DataFrame]", "Result or None": "Result | Any",
         "Connection": "Connection", "Cursor": "Cursor", "doline.dbapi.Cursor": "Cursor", "doline.LazyFrame":
         "LazyFrame", "pyarrow.Table": "Any", "polars.DataFrame": "Any", "pandas.DataFrame": "Any",
         "dict of str to numpy.ndarray": "dict[str, Any]", "iterable": "Iterable[Any]", "None": "None"}


def type_of_words(text):
    """The type that a docstring's words mean, where they are ones of ours."""
    kind = WORDS.get(text.removesuffix(", optional"))
    return f"{kind} | None" if kind and text.endswith(", optional") and "None" not in kind else kind


def type_of_default(default):
    if default is None or default is ABSENT:
        return None
    kind = type(default).__name__
    return kind if kind in ("bool", "int", "float", "str", "bytes") else None


def parameter_type(name, parameter, told):
    """The type of a parameter of the function `name`."""
    full = f"{name}.{parameter.name}"
    if parameter.annotation is not ABSENT:
        annotation = parameter.annotation
        return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    found = tail_lookup(table.PARAMETERS, full)
    if found is None and parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        found = BY_STARRED_NAME.get(parameter.name)
    elif found is None:
        found = told.get(parameter.name)
        if found is None and type(parameter.default) is bool:
            found = "bool | Sequence[bool]" if parameter.name in ("descending", "nulls_last") else "bool"
        found = found or BY_NAME.get(parameter.name) or type_of_default(parameter.default)
    if found is None:
        missing.append(full)
        return "Any"
    if parameter.default is None and "None" not in found and found != "Any":
        found += " | None"
    return found


def default_text(default):
    if isinstance(default, (str, int, float, bool, bytes, type(None))) or default == ():
        return repr(default)
    return "..."


def parameters_text(name, function, told):
    """`(self, a: int, *, b: str = "x")`."""
    parts, star = [], False
    signature = inspect.signature(function)
    kinds = inspect.Parameter
    named = list(signature.parameters.values())
    for position, parameter in enumerate(named):
        if position and named[position - 1].kind is kinds.POSITIONAL_ONLY is not parameter.kind:
            parts.append("/")
        if parameter.kind is kinds.KEYWORD_ONLY and not star:
            parts.append("*")
        star = star or parameter.kind in (kinds.KEYWORD_ONLY, kinds.VAR_POSITIONAL)
        prefix = {kinds.VAR_POSITIONAL: "*", kinds.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        if position == 0 and parameter.name in ("self", "cls"):
            parts.append(parameter.name)
            continue
        text = f"{prefix}{parameter.name}: {parameter_type(name, parameter, told)}"
        if parameter.default is not ABSENT:
            text += f" = {default_text(parameter.default)}"
        parts.append(text)
    if named and named[-1].kind is kinds.POSITIONAL_ONLY:
        parts.append("/")
    return f"({', '.join(parts)})"


def return_type(name, function, told):
    """What the function `name` returns."""
    annotation = inspect.signature(function).return_annotation
    if annotation is not ABSENT:
        return inspect.formatannotation(annotation)
    if name.endswith("__init__"):
        return "None"
    found = tail_lookup(table.RETURNS, name)
    if found is None and name.rpartition(".")[2].split("_")[0] + "_" in table.RETURNS:
        found = table.RETURNS[name.rpartition(".")[2].split("_")[0] + "_"]
    if found is None:
        found = told.get("return")
    if found is None and returns_nothing(function):
        last = ast.parse(textwrap.dedent(source_of(function))).body[0].body[-1]
        found = "NoReturn" if isinstance(last, ast.Raise) else "None"
    parts = name.split(".")
    while found is None and parts:
        parts.pop()
        found = table.DEFAULT_RETURN.get(".".join(parts))
    if found is None:
        missing.append(f"{name} returns")
        return "Any"
    return found


def source_of(function):
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


def returns_nothing(function):
    """Whether the function's own text has no `return` of a value, and no `yield`."""
    try:
        [made] = ast.parse(textwrap.dedent(source_of(function))).body
    except (SyntaxError, ValueError):
        return False  # a lambda amid something
    if not isinstance(made, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    inner = {node for part in ast.walk(made) if part is not made and isinstance(part, (ast.FunctionDef, ast.Lambda))
             for node in ast.walk(part)}
    return not any(isinstance(node, ast.Return) and node.value is not None or isinstance(node, (ast.Yield, ast.YieldFrom))
                   for node in ast.walk(made) if node not in inner)


class Stub:
    """One module's stub, line by line."""

    def __init__(self, name, module):
        self.name, self.module = name, module
        self.lines, self.used = [], set()

    def function(self, name, function, indent="", decorator="", shadowed=(), ignored=""):
        """A function or method; `name` is the whole dotted name."""
        own = name.rpartition(".")[2]
        whole = tail_lookup(table.WHOLE, name)
        if whole is not None:
            self.lines += [indent + line for line in whole.splitlines()]
            return
        told = docstring_types(function)
        is_async = "async " if inspect.iscoroutinefunction(function) else ""
        eager = inspect.signature(function).parameters.get("eager")
        returns = return_type(name, function, told)
        arguments = parameters_text(name, function, told)
        heads = [("", arguments, returns)]
        if eager is not None and eager.default is False and returns == "Expr":
            text = "eager: bool = False"
            heads = [("@overload", arguments.replace(text, "eager: Literal[False] = False"), "Expr"),
                     ("@overload", arguments.replace(text, "eager: Literal[True]"), "Series")]
        for overload, its_arguments, its_return in heads:
            if decorator:
                self.lines.append(indent + decorator)
            if overload:
                self.lines.append(indent + overload)
            text = f"{its_arguments} -> {its_return}"
            self.lines.append(f"{indent}{is_async}def {own}{unshadowed(text, shadowed)}: ...{ignored}")

    def constant(self, name, value, indent=""):
        kind = type(value)
        known = {str: "str", int: "int", bool: "bool", frozenset: "frozenset[Any]", tuple: "tuple[Any, ...]"}
        self.lines.append(f"{indent}{name}: {known.get(kind, kind.__name__ if kind.__module__ == self.module.__name__ else 'Any')}")

    def klass(self, cls):
        """A class with what it adds to its bases."""
        if issubclass(cls, tuple):
            return  # a named one: what there is of it stands in the table
        bases = [text for base in cls.__bases__ if (text := self.base_name(base))]
        extra = table_methods(cls)
        if extra:
            bases = [extra, *bases]
        if type(cls) is not type and type(cls).__module__ == self.module.__name__ \
                and not any(type(base) is type(cls) for base in cls.__bases__):
            bases.append(f"metaclass={type(cls).__name__}")
        head = f"class {cls.__name__}{'(' + ', '.join(bases) + ')' if bases else ''}:"
        if cls.__name__ in table.OVERRIDES_BETWEEN_BASES:
            head += "  # pyright: ignore[reportIncompatibleMethodOverride]"
        begin = len(self.lines)
        self.lines.append(head)
        members = {name: value for name, value in vars(cls).items() if is_shown(name, value)}
        shadowed = set(members) | set(getattr(cls, "__annotations__", ()))
        for name, value in members.items():
            self.member(cls, name, value, shadowed)
        for name, kind in getattr(cls, "__annotations__", {}).items() if "__annotations__" in vars(cls) else ():
            if not name.startswith("_"):
                self.lines.append(f"    {name}: {unshadowed(kind if isinstance(kind, str) else kind.__name__, shadowed - {'str'} | {'str'} & set(members))}")
        for name, text in docstring_attributes(cls):
            if name not in members:
                self.lines.append(f"    {name}: {unshadowed(text, shadowed)}")
        if len(self.lines) == begin + 1:
            self.lines[-1] += " ..."
        self.lines.append("")

    def base_name(self, base):
        if base.__module__ == "builtins":
            return None if base is object else f"builtins.{base.__name__}"
        return base.__name__ if base.__name__ in PLACES else None

    def member(self, cls, name, value, shadowed):
        full = f"{table.PARTS.get(cls.__name__, f'{cls.__module__}.{cls.__name__}')}.{name}"
        indent = "    "
        if isinstance(value, property):
            returns = return_type(full, value.fget, docstring_types(value.fget))
            before = any(name in vars(base) and not isinstance(vars(base)[name], property) for base in cls.__mro__[1:])
            ignored = "  # type: ignore[override]" if before else ""
            self.lines.append(f"{indent}@property{ignored}")
            self.lines.append(f"{indent}def {name}(self) -> {unshadowed(returns, shadowed)}: ...{ignored}")
            if value.fset is not None:
                told = parameters_text(full, value.fset, {})
                self.lines += [f"{indent}@{name}.setter",
                               f"{indent}def {name}{unshadowed(told, shadowed)} -> None: ..."]
        elif name in table.DUNDERS and value is not None:
            self.lines.append(f"{indent}def {name}{unshadowed(table.DUNDERS[name], shadowed)}: ...")
        elif name.startswith("__") and (operator := name.strip("_")) in (*table.OPERATORS, *table.COMPARISONS):
            self.operator(cls, name, operator in table.COMPARISONS, shadowed)
        elif name.startswith("__") and name.strip("_") in table.UNARY:
            self.lines.append(f"{indent}def {name}(self) -> Self: ...")
        elif name == "__exit__":
            names = [f"{word}: object" for word in
                     str(inspect.signature(value)).strip("()").split(", ")[1:]]
            self.lines.append(f"{indent}def __exit__(self, {', '.join(names)}) -> None: ...")
        elif name == "__hash__":
            self.lines.append(f"{indent}__hash__: ClassVar[None]  # type: ignore[assignment]")
        elif isinstance(value, (classmethod, staticmethod)):
            kind = "classmethod" if isinstance(value, classmethod) else "staticmethod"
            self.function(full, value.__func__, indent, f"@{kind}", shadowed)
        elif inspect.isfunction(value):
            if value.__name__ != name and is_shown(value.__name__, value) and vars(cls).get(value.__name__) is value:
                self.lines.append(f"{indent}{name} = {value.__name__}")  # `add = __add__`
            else:
                overrides = not name.startswith("__") and any(
                    inspect.isfunction(vars(base).get(name)) for base in cls.__mro__[1:])
                self.function(full, value, indent, shadowed=shadowed,
                              ignored="  # type: ignore[override]" if overrides else "")
        elif not name.startswith("__") and not any(
                name in vars(base).get("__annotations__", ()) for base in cls.__mro__):
            self.constant(name, value, indent)

    def operator(self, cls, name, is_comparison, shadowed):
        kind = "bool" if not is_expression(cls) else "Self" if cls.__name__ == "Series" else "Expr"
        if cls.__name__ == "FrameArithmetic":
            kind = "DataFrame"
        other = "object" if is_comparison and not is_expression(cls) else "IntoExpr" if is_expression(cls) else "Any"
        ignored = "  # type: ignore[override]" if is_comparison and kind != "bool" else ""
        if cls.__name__ == "Selector":
            kind, other, ignored = "Any", "Any", "  # type: ignore[override]"
        self.lines.append(f"    def {name}(self, other: {unshadowed(other, shadowed)}) -> "
                          f"{unshadowed(kind, shadowed)}: ...{ignored}")


def is_expression(cls):
    return any(base.__name__ in ("Expr", "Series") for base in cls.__mro__)


def table_methods(cls):
    """The name of a class of this stub alone, which has the methods that `cls` answers by itself."""
    return {"Series": "_SeriesMethods", "GroupBy": "_GroupByMethods", "Pending": "Expr",
            "Connection": "_LastCursor", "Result": "LazyFrame"}.get(cls.__name__)


def docstring_attributes(cls):
    """What the section Attributes of a docstring names."""
    text = inspect.getdoc(cls) or ""
    if "doc" not in vars(cls) and cls.__doc__ is None:
        return
    match = re.search(r"Attributes\n-+\n(.*?)(?:\n\n\w|\Z)", text, re.DOTALL)
    for line in match[1].splitlines() if match and vars(cls).get("__doc__") else ():
        if found := re.match(r"(\w+) : (.*)", line):
            kind = {"tuple of (int, int)": "tuple[int, int]"}.get(found[2]) or WORDS.get(found[2], "Any")
            yield found[1], kind


def is_shown(name, value):
    if name in ("__init__", "__getitem__", "__iter__", "__call__", "__hash__", "__exit__"):
        return True
    if name.startswith("__"):
        bare = name.strip("_")
        return name in table.DUNDERS or bare in (*table.OPERATORS, *table.COMPARISONS, *table.UNARY)
    if name.startswith("_") and name not in ("_repr_html_", "_repr_svg_"):
        return False
    return not inspect.ismemberdescriptor(value)


def unshadowed(text, shadowed):
    """The types among `text` spelt so that members of the same names do not stand for them."""
    if not shadowed:
        return text
    head = re.compile(BUILTIN_TYPES)
    return head.sub(lambda m: f"builtins.{m[0]}" if m[0] in shadowed else m[0], text) \
        if not re.match(r"\(", text) else annotations_unshadowed(text, shadowed)


def annotations_unshadowed(text, shadowed):
    """The same of a whole signature, whose parameters may be called as types are."""
    return re.sub(r"(?<=: )[^=,()]+|(?<=-> ).+|(?<=\[)[^]]*(?=\])|(?<=\| )\w+", lambda part: re.sub(
        BUILTIN_TYPES, lambda m: f"builtins.{m[0]}" if m[0] in shadowed else m[0], part[0]), text)


def is_own(module, name, value):
    """Whether a stub of the module tells of the name."""
    if name.startswith("_") and name not in SHOWN_THOUGH_PRIVATE:
        return False
    if inspect.ismodule(value) or keyword.iskeyword(name):
        return False
    if inspect.isfunction(value) and value.__module__ == table.PARTS_OF_MODULES.get(module.__name__):
        return True
    if inspect.isclass(value) or inspect.isfunction(value):
        return value.__module__ == module.__name__
    return type(value).__module__ == module.__name__ or isinstance(value, (str, int, tuple)) \
        and name not in ("annotations",) and name.islower()


def imports_of(lines, own_names):
    """The imports that a stub's text takes, of the package's own names. What the head says is what it says."""
    text = "\n".join(lines)
    words = set(re.findall(r"\b[A-Z_]\w+\b", re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "", text)))
    return [f"from {PLACES[word]} import {word} as {word}" for word in sorted(words & set(PLACES))
            if word not in own_names and not re.search(rf"\b{word}\b", table.HEAD)]


def write_module(name, folder):
    """Writes a module's stub. Returns the modules it imports from."""
    module = importlib.import_module(f"doline.{name}")
    stub = Stub(name, module)
    shadowed = set()
    own = {key: value for key, value in vars(module).items() if is_own(module, key, value)}
    if name in CLASSES_ONLY:
        own = {key: value for key, value in own.items() if inspect.isclass(value)}
    shadowed = set(own) & {"str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "set", "object"}
    for key, value in own.items():
        if inspect.isclass(value):
            if key == value.__name__:
                stub.klass(value)
            else:
                stub.lines.append(f"{key} = {value.__name__}")
        elif inspect.isfunction(value):
            if value.__name__ in own and value.__name__ != key and own[value.__name__] is value:
                stub.lines.append(f"{key} = {value.__name__}")
            else:
                stub.function(f"{module.__name__}.{key}", value, shadowed=shadowed)
        else:
            stub.constant(key, value)
    stub.lines += table.BESIDE.get(name, "").splitlines() if not generated(name) else generated(name)
    exported = [exported_line(key, vars(module)[key]) for key in getattr(module, "__all__", ()) if key not in own]
    lines = [table.HEAD, *imports_of(stub.lines, set(own) | set(getattr(module, "__all__", ()))),
             *exported, "", *stub.lines]
    path = folder / (name.replace(".", "/") + (".pyi" if not hasattr(module, "__path__") else "/__init__.pyi"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return re.findall(r"^from doline\.([\w.]+) import", "\n".join(lines[1:]), re.M)


def exported_line(name, value):
    """A public name of a module for something of another one."""
    if value.__module__.startswith("doline"):
        return f"from {value.__module__} import {name} as {name}"
    return f"{name} = {'_dt' if value.__module__ == 'datetime' else value.__module__}.{value.__name__}"


def generated(name):
    """The methods that a class answers by itself, as a class that is in the stub alone."""
    if name == "series":
        return series_methods()
    if name == "group_by":
        return group_by_methods()
    if name == "functions":
        return engine_functions()
    return []


def engine_functions():
    """Every function of the engine, by the registry's overloads."""
    from doline.engine_functions import made, registry

    lines = []
    for name, declared in sorted(registry().items()):
        if not name.isidentifier() or keyword.iskeyword(name):
            continue
        text = [declared.summary, "", *declared.signatures]
        lines += [f"def {name}{parameters_text(f'functions.{name}', made(name, declared), {})} -> Expr:",
                  '    r"""' + text[0], *("    " + line if line else "" for line in text[1:]), '    """']
    return lines


def series_methods():
    """Those of expressions: of a series they give values where an expression is an aggregate."""
    from doline.expr.expression import Expr
    from doline.series import Series

    stub = Stub("series", importlib.import_module("doline.series"))
    spaces = {"str": "StringFunctions", "dt": "TemporalFunctions", "list": "ListFunctions", "arr":
              "ArrayFunctions", "struct": "StructFunctions", "bin": "BinaryFunctions", "cat": "CategoryFunctions"}
    expression = importlib.import_module("doline.expr.expression")
    lines = []
    for space, cls_name in spaces.items():
        cls = type(getattr(expression.expression(None), space))
        lines += ["@type_check_only", f"class _Series{cls_name}:"]
        lines += answered(cls, lambda name: f"{cls.__module__}.{cls.__name__}.{name}", set(), "Series")
    lines += ["@type_check_only", "class _SeriesMethods:"]
    shadowed = set(dir(Expr)) | set(spaces)
    for space, cls_name in spaces.items():
        lines += ["    @property", f"    def {space}(self) -> _Series{cls_name}: ..."]
    lines += answered(Expr, lambda name: f"doline.expr.expression.Expr.{name}",
                      {name for base in Series.__mro__[:-1] for name in vars(base)} | set(spaces) | {"name", "meta"},
                      "Series", shadowed)
    del stub
    return lines


def answered(cls, full_name, left_out, returns, shadowed=()):
    """The methods of a class, as one that answers for another has them."""
    lines = []
    shadowed = set(shadowed) or set(dir(cls))
    for name in dir(cls):
        value = inspect.getattr_static(cls, name)
        if name.startswith("_") or name in left_out or not inspect.isfunction(value):
            continue
        told = {key: kind for key, kind in docstring_types(value).items() if key != "return"}
        kind = "Any" if "_aggregate(" in source_of(value) or name in ("pipe", "first", "last", "get") else returns
        if value.__name__.startswith("__"):
            arguments = "(self, other: Any)" if value.__code__.co_argcount == 2 else "(self)"
        else:
            arguments = parameters_text(full_name(name), value, told)
        lines.append(f"    def {name}{annotations_unshadowed(arguments, shadowed)} -> {kind}: ...")
    return lines


def group_by_methods():
    from doline.group_by import GroupBy, LazyGroupBy

    return ["@type_check_only", "class _GroupByMethods:",
            *answered(LazyGroupBy, lambda name: f"doline.group_by.LazyGroupBy.{name}",
                      {*vars(GroupBy), "having"}, "DataFrame"),
            "    def having(self, *predicates: IntoExprs) -> GroupBy: ..."]


def write_package(folder, doline):
    """`__init__.pyi`: what is imported when it is first asked for."""
    lines = [table.HEAD]
    for name, module in sorted(doline._EXPORTS.items()):
        lines.append(f"from {module} import {name} as {name}" if module else
                     f"from doline import {name} as {name}")
    for name, (module, own) in doline._RENAMED.items():
        lines += [f"from {module} import {own} as _{own}", f"{name} = _{own}"]
    lines += ["", "__version__: str", "", "def load_ipython_extension(shell: object) -> None: ...", ""]
    (folder / "__init__.pyi").write_text("\n".join(lines), encoding="utf-8")


def find_places(doline, first):
    """Where each class of the package is; of several with one name, that of the modules named first."""
    every = [found.name.removeprefix("doline.") for found in pkgutil.walk_packages(doline.__path__, "doline.")]
    for name in (*first, *every):
        if name.startswith(INTERNAL) and name not in first:
            continue
        module = importlib.import_module(f"doline.{name}")
        for key, value in vars(module).items():
            if inspect.isclass(value) and value.__module__ == module.__name__:
                PLACES.setdefault(key, module.__name__)


def remove_stale(folder, written):
    """Stubs of modules that have none any more."""
    for path in folder.rglob("*.pyi"):
        name = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        if name not in written and name != "__init__" and path.read_text(encoding="utf-8").startswith(table.HEAD.partition("\n")[0]):
            path.unlink()


def main():
    package, folder = map(pathlib.Path, sys.argv[1:3])
    sys.path.insert(0, str(package.parent))
    import doline

    exporting = {module.removeprefix("doline.") for key, module in doline._EXPORTS.items()
                 if module and not key.startswith("_")}
    queue = sorted({*MODULES, *exporting})
    find_places(doline, queue)
    written = set()
    while queue:
        name = queue.pop(0)
        if name not in written:
            written.add(name)
            if name not in MODULES and name not in exporting:
                CLASSES_ONLY.append(name)
            queue += write_module(name, folder)
    write_package(folder, doline)
    remove_stale(folder, written)
    if missing:
        print("write_stubs: say in python/generate/stub_types.py what these are:", *sorted(set(missing)),
              sep="\n  ", file=sys.stderr)
        sys.exit("--strict" in sys.argv)


if __name__ == "__main__":
    main()
