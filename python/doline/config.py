"""`Config`: how frames are printed."""

from __future__ import annotations

import inspect
import json

from ._settings import made as _settings
from .errors import InvalidArgument, NotSupported, error
from .table_style import FORMATS

_SIDES = ("LEFT", "CENTER", "RIGHT")
_SWITCHES = {
    "ascii_tables": "Whether tables are drawn with ASCII's signs alone.",
    "tbl_column_data_type_inline": "Whether a column's type stands behind its name, in parentheses.",
    "tbl_dataframe_shape_below": "Whether the shape stands below the table.",
    "tbl_hide_column_data_types": "Whether types of columns are left out.",
    "tbl_hide_column_names": "Whether names of columns are left out.",
    "tbl_hide_dataframe_shape": "Whether the shape is left out.",
    "tbl_hide_dtype_separator": "Whether the line between a column's name and type is left out.",
    "trim_decimal_zeros": "Whether zeros at the end of decimals are left out.",
}
# name → what a value of it may be
_CHOICES = {"tbl_formatting": tuple(FORMATS), "tbl_cell_alignment": _SIDES,
            "tbl_cell_numeric_alignment": _SIDES,
            "fmt_float": ("mixed", "full")}
_OTHERS = {
    "tbl_rows": "How many rows of a frame are printed; -1 for all.",
    "tbl_cols": "How many columns of a frame are printed; -1 for all.",
    "fmt_str_lengths": "How many characters of a text are printed.",
    "fmt_table_cell_list_len": "How many elements of a list are printed; -1 for all.",
    "float_precision": "How many digits floats have behind the point.",
    "decimal_separator": "What stands between a number's whole part and the rest.",
    "thousands_separator": "What stands between thousands; True for a comma.",
}
_KNOWN = ("rounded_corners", *_SWITCHES, *_CHOICES, *_OTHERS)
# What concerns more than how tables are printed.
_REFUSED = {
    "default_credential_provider": "paths of this machine's",
    "engine_affinity": "collect(), which has one engine",
    "expr_depth_warning": "the default: deep expressions are no warning", "streaming_chunk_size": "the default: "
    "the engine chooses", "tbl_width_chars": "tbl_cols and fmt_str_lengths", "verbose": "explain() and profile()",
    "warn_unstable": "the default: no part is unstable", "unstable": "the default: no part is unstable",
}


class Config:
    """How frames are printed; as a context manager, inside it.

    Parameters
    ----------
    restore_defaults : bool, default False
        Whether all settings made before are forgotten first.
    apply_on_context_enter : bool, default False
        Whether the settings hold from `with` on; else at once.
    **options : value
        Settings by their names without `set_`: `tbl_rows=5`.

    Raises
    ------
    doline.NotSupported
        For settings that Doline does not have.
    doline.errors.InvalidArgument
        For values that a setting cannot have.

    Examples
    --------
    >>> with dl.Config(tbl_rows=2, tbl_hide_dataframe_shape=True):
    ...     print(dl.DataFrame({"a": [1, 2, 3, 4]}))
    ┌─────┐
    │ a   │
    │ --- │
    │ i64 │
    ╞═════╡
    │ 1   │
    │ …   │
    │ 4   │
    └─────┘
    """

    def __init__(self, *, restore_defaults=False, apply_on_context_enter=False, **options):
        self._options, self._before, self._restores = options, None, restore_defaults
        for name, value in options.items():
            _checked(name.removeprefix("set_"), value)
        if not apply_on_context_enter:
            self._apply()

    def _apply(self):
        if self._before is None:
            self._before = dict(_settings)
        if self._restores:
            _settings.clear()
        for name, value in self._options.items():
            self._set(name.removeprefix("set_"), value)

    @classmethod
    def _set(cls, name, value):
        _settings[name] = _checked(name, value)

    def __enter__(self):
        self._apply()
        return self

    def __exit__(self, *_):
        _settings.clear()
        _settings.update(self._before)

    @classmethod
    def set_tbl_formatting(cls, format=None, rounded_corners=False):
        """With which lines tables are drawn.

        Parameters
        ----------
        format : str, optional
            As Polars calls it, such as `"UTF8_FULL"`, `"ASCII_MARKDOWN"` or `"NOTHING"`; the usual lines if
            left out.
        rounded_corners : bool, default False
            Whether corners of UTF8's formats are round.

        Returns
        -------
        type
            Config itself.

        Examples
        --------
        >>> with dl.Config() as config:
        ...     _ = config.set_tbl_formatting("ASCII_MARKDOWN")
        ...     print(dl.DataFrame({"a": [1]}))
        shape: (1, 1)
        | a   |
        | --- |
        | i64 |
        |-----|
        | 1   |
        """
        cls._set("tbl_formatting", format)
        cls._set("rounded_corners", rounded_corners)
        return cls

    @classmethod
    def restore_defaults(cls):
        """Forgets all settings.

        Returns
        -------
        type
            Config itself.

        Examples
        --------
        >>> dl.Config.restore_defaults().state(if_set=True)
        {}
        """
        _settings.clear()
        return cls

    @classmethod
    def state(cls, *, if_set=False, env_only=False):
        """The settings.

        Parameters
        ----------
        if_set : bool, default False
            Whether those that were not made are left out; else they are None.
        env_only : bool, default False
            Whether only those are told that the environment keeps, of which there are none.

        Returns
        -------
        dict

        Examples
        --------
        >>> with dl.Config(tbl_rows=2):
        ...     print(dl.Config.state(if_set=True))
        {'tbl_rows': 2}
        """
        if env_only:
            return {}
        return {name: _settings.get(name) for name in _KNOWN if not if_set or _settings.get(name) is not None}

    @classmethod
    def save(cls, *, if_set=False):
        """The settings as a text, for `load`.

        Parameters
        ----------
        if_set : bool, default False
            Whether those that were not made are left out; else `load` forgets them.

        Returns
        -------
        str

        Examples
        --------
        >>> with dl.Config(tbl_rows=2):
        ...     print(dl.Config.save(if_set=True))
        {"tbl_rows": 2}
        """
        return json.dumps(cls.state(if_set=if_set))

    @classmethod
    def load(cls, cfg):
        """Makes the settings of a text of `save`.

        Parameters
        ----------
        cfg : str
            The text.

        Returns
        -------
        Config

        Examples
        --------
        >>> with dl.Config.load('{"tbl_rows": 2}'):
        ...     print(dl.Config.state(if_set=True))
        {'tbl_rows': 2}
        """
        return cls(**json.loads(cfg))

    @classmethod
    def save_to_file(cls, file):
        """Writes the settings into a file, for `load_from_file`.

        Parameters
        ----------
        file : str or path
            Where to.

        Examples
        --------
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "settings.json")
        >>> with dl.Config(tbl_rows=2):
        ...     dl.Config.save_to_file(path)
        >>> with dl.Config.load_from_file(path):
        ...     print(dl.Config.state(if_set=True))
        {'tbl_rows': 2}
        """
        with open(file, "w", encoding="utf-8") as out:
            out.write(cls.save())

    @classmethod
    def load_from_file(cls, file):
        """Makes the settings of a file of `save_to_file`.

        Parameters
        ----------
        file : str or path
            The file.

        Returns
        -------
        Config

        Examples
        --------
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "settings.json")
        >>> dl.Config.save_to_file(path)
        >>> with dl.Config.load_from_file(path):
        ...     print(dl.Config.state(if_set=True))
        {}
        """
        with open(file, encoding="utf-8") as saved:
            return cls.load(saved.read())


def _checked(name, value):
    """The value, where the setting is there and can have it."""
    if name in _REFUSED or name not in _KNOWN:
        instead = _REFUSED.get(name)
        raise error(NotSupported, f"Config has no {name!r}",
                    f"use {instead}" if instead else f"there are {', '.join(_KNOWN)}")
    choices = _CHOICES.get(name)
    if value is not None and choices is not None and value not in choices:
        raise error(InvalidArgument, f"{name} = {value!r} is not supported",
                    f"it is one of {', '.join(choices)}")
    return value


def _setter(name, summary, parameter, default, example):
    """`set_…` of a setting."""
    kinds = inspect.Parameter
    signature = inspect.Signature([kinds("cls", kinds.POSITIONAL_OR_KEYWORD),
                                   kinds(parameter, kinds.POSITIONAL_OR_KEYWORD, default=default)])

    def made(*args, **kwargs):
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        cls = given.arguments["cls"]
        cls._set(name, given.arguments[parameter])
        return cls

    made.__signature__ = signature
    made.__module__, made.__name__, made.__qualname__ = __name__, f"set_{name}", f"Config.set_{name}"
    made.__doc__ = f"""{summary}

        Parameters
        ----------
        {parameter} : value, optional
            None for what is usual.

        Returns
        -------
        type
            Config itself.

        Examples
        --------
        >>> dl.Config.set_{name}({example!r}).state(if_set=True)
        {{{name!r}: {example!r}}}
        >>> _ = dl.Config.restore_defaults()
        """
    return classmethod(made)


def _refusal(name, instead):
    def refuse(cls, *args, **kwargs):
        raise error(NotSupported, f"Config.{name} is not supported", f"use {instead}")
    refuse.__module__, refuse.__name__, refuse.__qualname__ = __name__, name, f"Config.{name}"
    refuse.__doc__ = f"Not supported; use {instead}."
    return classmethod(refuse)


for _name, _summary in _SWITCHES.items():
    setattr(Config, f"set_{_name}", _setter(_name, _summary, "active", True, True))
for _name, _parameter, _default, _example in (
        ("tbl_rows", "n", None, 2), ("tbl_cols", "n", None, 3), ("fmt_str_lengths", "n", None, 50),
        ("fmt_table_cell_list_len", "n", None, 5), ("float_precision", "precision", None, 2),
        ("decimal_separator", "separator", None, ","), ("thousands_separator", "separator", None, "_")):
    setattr(Config, f"set_{_name}", _setter(_name, _OTHERS[_name], _parameter, _default, _example))
for _name, _summary, _parameter, _default, _example in (
        ("tbl_cell_alignment", "At which side cells stand: LEFT, CENTER or RIGHT.", "format", None, "RIGHT"),
        ("tbl_cell_numeric_alignment",
         "At which side numbers stand: LEFT, CENTER or RIGHT.", "format", None, "RIGHT"),
        ("fmt_float", '"full" for floats without exponents, "mixed" for the usual.', "fmt", "mixed", "full")):
    setattr(Config, f"set_{_name}", _setter(_name, _summary, _parameter, _default, _example))
for _name, _instead in _REFUSED.items():
    _called = _name if _name == "warn_unstable" else f"set_{_name}"
    if _name != "unstable":
        setattr(Config, _called, _refusal(_called, _instead))
for _name, _instead in (("enable_monitoring", "progress, which is shown by itself"),
                        ("reload_env_vars", "the settings: none is kept in the environment")):
    setattr(Config, _name, _refusal(_name, _instead))
