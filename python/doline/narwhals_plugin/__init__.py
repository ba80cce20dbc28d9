"""What `narwhals.from_native` needs to accept Doline's frames, and through it Altair, Plotly and
scikit-learn.

Narwhals finds this module by the entry point "doline" of the group "narwhals.plugins", and asks
nothing of it before it meets an object of the package `doline`. Doline's expressions are Polars-shaped
as Narwhals' are, so each call goes on to the method of the same name; what differs is written out.
"""

NATIVE_PACKAGE = "doline"


def is_native(native_object):
    """Whether an object is one of Doline's frames or series."""
    from doline import DataFrame, LazyFrame, Series

    return isinstance(native_object, (DataFrame, LazyFrame, Series))


def __narwhals_namespace__(version):
    """Doline's functions as Narwhals calls them.

    Parameters
    ----------
    version : narwhals.utils.Version
        Of Narwhals' interface: its newest or one of its stable ones.
    """
    from .namespace import DolineNamespace

    return DolineNamespace(version=version)
