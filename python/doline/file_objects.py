"""Files that are no paths: bytes and open files, to be read and written."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref

from .errors import NotSupported, error


class SpooledFile:
    """What was given as bytes or as an open file, as a file that goes with the last frame reading it.

    Parameters
    ----------
    source : bytes, or an open file of bytes or of text
        Read to its end from where it stands.
    """

    def __init__(self, source):
        descriptor, self.path = tempfile.mkstemp(prefix="doline-")
        self._removes = weakref.finalize(self, _remove, self.path, os.getpid())
        with open(descriptor, "wb") as file:
            if isinstance(source, (bytes, bytearray, memoryview)):
                file.write(source)
            else:
                _copy(source, file)

    def __reduce__(self):
        raise error(NotSupported, "a query over bytes or an open file is not pickled", "collect() it before")


def _copy(source, file):
    part = source.read(1 << 20)
    while part:
        file.write(part.encode() if isinstance(part, str) else part)
        part = source.read(1 << 20)


def _remove(path, process):
    if os.getpid() == process:  # else it is the parent's
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def is_file_object(thing):
    """Whether it is read, not opened."""
    return isinstance(thing, (bytes, bytearray, memoryview)) or hasattr(thing, "read")


def spooled(source):
    """The same source, to be read more than once."""
    if isinstance(source, (list, tuple)):
        return [spooled(one) for one in source]
    return SpooledFile(source) if is_file_object(source) else source


def path_text(path):
    """A path as text, `~` taken as the person's own folder."""
    return os.path.expanduser(os.fspath(path))


@contextlib.contextmanager
def written(target):
    """A path to write at, whose file goes into `target` afterwards where that is an open file."""
    if not hasattr(target, "write"):
        yield path_text(target)
        return
    with tempfile.TemporaryDirectory(prefix="doline-") as folder:
        path = os.path.join(folder, "out")
        yield path
        with open(path, "rb") as file:
            if _takes_text(target):
                target.write(file.read().decode())
            else:
                shutil.copyfileobj(file, target)


def _takes_text(target):
    import io
    return isinstance(target, io.TextIOBase) or hasattr(target, "encoding")
