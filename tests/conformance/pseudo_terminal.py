"""A program at a pseudo-terminal: what it shows is read, keys are typed."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]")


class PseudoTerminal:
    """Waits for what it is told to expect, and never for time to pass."""

    PATIENCE_S = 120

    def __init__(self, arguments, environment, columns=100, rows=40):
        self.seen = b""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execvpe(arguments[0], arguments, {**os.environ, "TERM": "xterm-256color", **environment})
        self.resize(columns, rows)

    def resize(self, columns, rows):
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def send(self, keys):
        os.write(self.descriptor, keys.encode())

    def line(self, text):
        self.send(text + "\r")

    def _read(self, until):
        left = until - time.monotonic()
        if left <= 0 or not select.select([self.descriptor], [], [], left)[0]:
            return False
        try:
            block = os.read(self.descriptor, 65536)
        except OSError:  # the other side is closed
            return False
        self.seen += block
        return bool(block)

    def expect(self, text, raw=False):
        """Reads until `text` is shown; returns what was shown up to and with it, and forgets that.

        Escape sequences count only when `raw`.
        """
        until = time.monotonic() + self.PATIENCE_S
        while True:
            shown = self.seen.decode(errors="replace")
            plain = shown if raw else ESCAPES.sub("", shown)
            at = plain.find(text)
            if at >= 0:
                # What is left is kept without its escapes; nobody looks at both.
                self.seen = plain[at + len(text):].encode()
                return plain[:at + len(text)]
            if not self._read(until):
                raise AssertionError(f"{text!r} was not shown, but {plain!r}")

    def close(self):
        """Reads to the end; the exit code. Who does not end is killed, and that is its exit code."""
        until = time.monotonic() + self.PATIENCE_S
        while self._read(until):
            pass
        if time.monotonic() >= until:
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.descriptor)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.descriptor)
