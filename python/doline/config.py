"""`Config`: how frames are printed."""

from __future__ import annotations

from .errors import NotSupported

_settings = {}


def settings():
    """All settings that were made."""
    return _settings


def current(name, default):
    """A setting's value, or `default`."""
    value = _settings.get(name)
    return default if value is None else value


class Config:
    """How frames are printed; as a context manager, inside it.

    Parameters
    ----------
    apply_on_context_enter : bool, default False
        Whether the settings hold from `with` on; else at once.
    **options : int
        `tbl_rows`: how many rows are printed, -1 for all; `tbl_cols`: how many columns;
        `fmt_str_lengths`: how many characters of a text.

    Raises
    ------
    doline.NotSupported
        For other settings.

    Examples
    --------
    >>> with dl.Config(tbl_rows=2):
    ...     print(dl.DataFrame({"a": [1, 2, 3, 4]}))
    shape: (4, 1)
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

    _known = {"tbl_rows", "tbl_cols", "fmt_str_lengths"}

    def __init__(self, *, apply_on_context_enter=False, **options):
        self._options, self._before = options, None
        if not apply_on_context_enter:
            self._apply()

    def _apply(self):
        if self._before is None:
            self._before = dict(_settings)
        for name, value in self._options.items():
            self._set(name.removeprefix("set_"), value)

    @classmethod
    def _set(cls, name, value):
        if name not in cls._known:
            raise NotSupported(f"Config has no {name!r}; there are {', '.join(sorted(cls._known))}")
        _settings[name] = value

    def __enter__(self):
        self._apply()
        return self

    def __exit__(self, *_):
        _settings.clear()
        _settings.update(self._before)

    @classmethod
    def set_tbl_rows(cls, n=None):
        """How many rows of a frame are printed.

        Parameters
        ----------
        n : int, optional
            -1 for all; the usual number if left out.

        Returns
        -------
        type
            Config itself.

        Examples
        --------
        >>> dl.Config.set_tbl_rows(2).state()
        {'tbl_rows': 2}
        >>> _ = dl.Config.restore_defaults()
        """
        cls._set("tbl_rows", n)
        return cls

    @classmethod
    def set_tbl_cols(cls, n=None):
        """How many columns of a frame are printed.

        Parameters
        ----------
        n : int, optional
            The usual number if left out.

        Returns
        -------
        type
            Config itself.

        Examples
        --------
        >>> dl.Config.set_tbl_cols(3).state()
        {'tbl_cols': 3}
        >>> _ = dl.Config.restore_defaults()
        """
        cls._set("tbl_cols", n)
        return cls

    @classmethod
    def set_fmt_str_lengths(cls, n=None):
        """How many characters of a text are printed.

        Parameters
        ----------
        n : int, optional
            The usual number if left out.

        Returns
        -------
        type
            Config itself.

        Examples
        --------
        >>> dl.Config.set_fmt_str_lengths(50).state()
        {'fmt_str_lengths': 50}
        >>> _ = dl.Config.restore_defaults()
        """
        cls._set("fmt_str_lengths", n)
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
        >>> dl.Config.restore_defaults().state()
        {}
        """
        _settings.clear()
        return cls

    @classmethod
    def state(cls, **_):
        """The settings that were made.

        Returns
        -------
        dict

        Examples
        --------
        >>> with dl.Config(tbl_rows=2):
        ...     print(dl.Config.state())
        {'tbl_rows': 2}
        """
        return dict(_settings)
