"""Arrow's device protocol: what `__arrow_c_stream__` and `__arrow_c_array__` give, in the CPU's memory."""

from doline import _engine, errors


def device_stream(thing, requested_schema, options):
    """What ``__arrow_c_device_stream__`` gives: a capsule.

    Parameters
    ----------
    thing : object
        With ``__arrow_c_stream__``.
    requested_schema : capsule or None
    options : dict
        Those of a later protocol.

    Raises
    ------
    doline.errors.NotSupported
        For an option that is not None.
    """
    _refuse(options)
    return _engine.device_stream(thing.__arrow_c_stream__(requested_schema))


def device_array(thing, requested_schema, options):
    """The same of ``__arrow_c_device_array__``: a pair of capsules."""
    _refuse(options)
    schema, array = thing.__arrow_c_array__(requested_schema)
    return schema, _engine.device_array(array)


def _refuse(options):
    for name, value in options.items():
        if value is not None:
            raise errors.error(errors.NotSupported, f"the option {name} of Arrow's device protocol",
                               "leave it out: the rows lie in the CPU's memory")
