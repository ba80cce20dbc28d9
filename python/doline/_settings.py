"""The settings that `Config` makes, which what prints tables asks for."""

made = {}


def current(name, default):
    """A setting's value, or `default`."""
    value = made.get(name)
    return default if value is None else value
