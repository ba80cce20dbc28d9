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
    """Settings of printing; as a context manager they hold inside it.

    Examples
    --------
    >>> import doline as dl
    >>> with dl.Config(tbl_rows=2):
    ...     pass
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
        """How many rows are printed."""
        cls._set("tbl_rows", n)
        return cls

    @classmethod
    def set_tbl_cols(cls, n=None):
        """How many columns are printed."""
        cls._set("tbl_cols", n)
        return cls

    @classmethod
    def set_fmt_str_lengths(cls, n=None):
        """How many characters of a text are printed."""
        cls._set("fmt_str_lengths", n)
        return cls

    @classmethod
    def restore_defaults(cls):
        """All settings as they were."""
        _settings.clear()
        return cls

    @classmethod
    def state(cls, **_):
        """All settings that were made."""
        return dict(_settings)
