"""Files that are no paths: bytes and open files, to be read and written."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import shutil
import stat
import tempfile
import weakref

from .errors import NotSupported, error


class GivenFile:
    """A file that was given as bytes or as an open one: as long as somebody keeps this, it is at `path`."""

    def __reduce__(self):
        raise error(NotSupported, "a query over bytes or an open file is not pickled", "collect() it before")


class SpooledFile(GivenFile):
    """A copy on disk that goes with the last frame reading it.

    Parameters
    ----------
    source : bytes, bytearray, memoryview or file
        What is in it.
    """

    def __init__(self, source):
        descriptor, self.path = tempfile.mkstemp(prefix="doline-")
        self._removes = weakref.finalize(self, _remove, self.path, os.getpid())
        with open(descriptor, "wb") as file:
            if isinstance(source, (bytes, bytearray, memoryview)):
                file.write(source)
            else:
                _copy(source, file)


class OpenFile(GivenFile):
    """A file of the disk that somebody has open, read in place by a descriptor of our own: whether it still
    has a name, and whether it is closed meanwhile, does not matter."""

    def __init__(self, source):
        descriptor = os.dup(source.fileno())
        self._closes = weakref.finalize(self, os.close, descriptor)
        self.path = f"/proc/self/fd/{descriptor}"


def _is_read_in_place(source):
    """Whether it is a file of bytes on disk that stands at its begin and has nothing that is not written."""
    raw = source.raw if isinstance(source, io.BufferedReader) else source
    if type(raw) is not io.FileIO or not os.path.exists("/proc/self/fd"):
        return False  # others may unpack what they read, and give the packed file's descriptor
    try:
        return stat.S_ISREG(os.fstat(source.fileno()).st_mode) and source.readable() and source.tell() == 0
    except (OSError, ValueError, AttributeError):
        return False


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
    if _is_read_in_place(source):
        return OpenFile(source)
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
            shutil.copyfileobj(codecs.getreader("utf-8")(file) if _takes_text(target) else file, target)


def _takes_text(target):
    return isinstance(target, io.TextIOBase) or hasattr(target, "encoding")
