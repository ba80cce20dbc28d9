"""How far a statement is that doline_run carries out, as another thread sees it."""

import ctypes
import threading

import pytest
from c_abi import Progress, Session, load


@pytest.mark.parametrize("statement", ["CREATE TABLE t AS {}", "COPY ({}) TO '/dev/null' (FORMAT csv)"])
def test_how_far_a_statement_inside_run_is(library, statement):
    doline = load(library)
    session, seen, ended = Session(doline), [], threading.Event()

    def look():
        told = Progress()
        while not ended.wait(0.02):
            assert doline.doline_session_progress(session.handle, ctypes.addressof(told), ctypes.sizeof(told)) == 0
            seen.append((told.share, told.rows_read))
    watcher = threading.Thread(target=look)
    watcher.start()
    session.start(statement.format("SELECT max(hash(i) % 1000 + hash(i + 1) % 7) AS m FROM range(80000000) r(i)")).free()
    ended.set()
    watcher.join()
    assert all(0 <= share <= 1 for share, _ in seen)
    assert any(0 < share < 1 and rows > 0 for share, rows in seen)
    assert [rows for _, rows in seen] == sorted(rows for _, rows in seen)
    assert doline.doline_session_progress(None, None, 0) == 1
