"""What cannot be read twice: standard input and named pipes, as the program meets them."""

import array
import fcntl
import gzip
import json
import os
import signal
import subprocess
import termios
import threading

import pytest

LINE = '10.0.0.{} - - [10/Oct/2024:13:55:36 +0000] "GET /{} HTTP/1.1" 200 512 "-" "curl/8"\n'
# More than the MiB that is looked at to find out what it is.
LOG = "".join(LINE.format(i % 250, i) for i in range(20_000)).encode()


def run(program, text, *statements):
    arguments = [argument for statement in statements for argument in ("-c", statement)]
    done = subprocess.run([program, "--csv", "--noheader", *arguments], input=text, capture_output=True, timeout=60)
    return done.stdout.decode().splitlines(), done.stderr.decode()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("arguments", ["'-'", "'/dev/stdin', format => 'combined'"])
def test_a_log_from_a_pipe_loses_no_line(program, packed, arguments):
    # Symptom: the first MiB, read to find out the format, was missing.
    text = gzip.compress(LOG, 1) if packed else LOG
    assert run(program, text, f"SELECT count(*), min(path) FROM read_log({arguments})") == (["20000,/0"], "")


def test_a_log_from_a_named_pipe(program, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(LOG))
    writer.start()
    assert run(program, b"", f"SELECT count(*) FROM read_log('{pipe}')") == (["20000"], "")
    writer.join()


def test_a_view_of_standard_input_has_its_first_rows(program):
    # Symptom: what making the view looked at was gone.
    made = "CREATE VIEW v AS FROM read_csv('-')"
    assert run(program, b"a,b\n1,2\n3,4\n", made, "FROM v") == (["1,2", "3,4"], "")


def test_whole_content_of_a_pipe(program):
    query = "SELECT filename, length(content), size, last_modified IS NULL FROM read_text('-')"
    assert run(program, LOG, query) == ([f"-,{len(LOG)},{len(LOG)},true"], "")
    assert run(program, b"", "SELECT size FROM read_blob('/dev/stdin')") == (["0"], "")


@pytest.mark.parametrize("asked, given", [("count(*)", "1"), ("filename", "-"), ("last_modified", "")])
def test_a_pipe_whose_content_nobody_asks_for(program, asked, given):
    # Symptom: the program crashed.
    assert run(program, LOG, f"SELECT {asked} FROM read_blob('-')") == ([given], "")


@pytest.mark.parametrize("text, rows", [
    ('{"a": 1}\n{"a": 2}\n', ["1", "2"]),
    (json.dumps([{"a": i} for i in range(3)], indent=1), ["0", "1", "2"]),
    ("a\n7\n", ["7"]),
])
def test_standard_input_is_json_or_csv_by_how_it_begins(program, text, rows):
    assert run(program, text.encode(), "FROM '-'") == (rows, "")


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_a_copy_that_cannot_be_written_is_an_error(program, format):
    # Symptom: with two tasks the second met what the first had left behind, and crashed.
    copy = f"COPY (SELECT i FROM range(3_000_000) t(i)) TO '/dev/full' (FORMAT {format})"
    done = subprocess.run([program, "--threads", "2", "-c", copy], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("error[disk_limit]: cannot write /dev/full")


def is_full(descriptor):
    """Whether a pipe holds all it can but less than a page."""
    held = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, held)
    return held[0] > fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ) - 4096


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_write_that_nobody_reads_can_be_interrupted(program, tmp_path, threads, kind):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDWR)  # takes nothing
    try:
        sql = f"COPY (SELECT i, hash(i) AS h FROM range(3000000) t(i)) TO '{path}' (FORMAT {kind})"
        running = subprocess.Popen([program, "--threads", threads, "-c", sql], stderr=subprocess.PIPE)
        while running.poll() is None and not is_full(reader):
            os.sched_yield()
        running.send_signal(signal.SIGINT)
        _, error = running.communicate(timeout=60)
        assert running.returncode == 130 and b"cancelled" in error
    finally:
        os.close(reader)


def test_a_write_into_a_pipe_waits_for_its_reader(program, tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    running = subprocess.Popen([program, "-c", f"COPY (SELECT i FROM range(100000) t(i)) TO '{path}' (FORMAT csv)"])
    with path.open("rb") as reader:
        text = reader.read()
    assert running.wait(timeout=60) == 0
    assert text == b"i\n" + b"".join(b"%d\n" % i for i in range(100000))


def test_looking_at_a_pipe_that_sends_nothing_can_be_interrupted(program, tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    for function in ("read_csv", "read_json", "read_log"):
        writer = os.open(path, os.O_RDWR)
        os.write(writer, b"a,b\n")
        running = subprocess.Popen([program, "-c", f"FROM {function}('{path}')"], stderr=subprocess.PIPE)
        left = array.array("i", [1])
        while left[0] > 0:  # it took what there is, and wants more
            os.sched_yield()
            fcntl.ioctl(writer, termios.FIONREAD, left)
        running.send_signal(signal.SIGINT)
        _, error = running.communicate(timeout=60)
        os.close(writer)
        assert running.returncode == 130 and b"cancelled" in error, function
