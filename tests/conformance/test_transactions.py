"""Transactions of several sessions of one database, each on a thread of its own, through the C ABI."""

import threading

import pytest
from c_abi import Failure, Session, load


@pytest.fixture(scope="session")
def doline(library):
    return load(library)


@pytest.fixture
def session(doline):
    opened = Session(doline)
    yield opened
    opened.close()


def test_transactions_of_many_threads(doline, session):
    session.execute("CREATE TABLE seats AS SELECT i::INTEGER AS seat, NULL::INTEGER AS holder FROM range(200) r(i)")
    taken, wrong = [], []

    def work(number):
        mine = Session(doline, beside=session)
        for turn in range(40):
            try:
                mine.execute("BEGIN")
                free = mine.table("SELECT min(seat) AS seat FROM seats WHERE holder IS NULL")["seat"][0].as_py()
                mine.execute(f"UPDATE seats SET holder = {number} WHERE seat = {free} AND holder IS NULL")
                mine.execute("COMMIT")
                taken.append(free)
            except Failure as failure:
                if failure.code != "conflict":
                    wrong.append(str(failure))
                mine.execute("ROLLBACK")
        mine.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sorted(taken) == session.table("SELECT seat FROM seats WHERE holder IS NOT NULL ORDER BY seat")["seat"].to_pylist()
    gone = session.table("DELETE FROM seats WHERE holder IS NULL RETURNING seat")
    assert gone.num_rows == 200 - len(taken)
    query = session.start("UPDATE seats SET holder = 0")
    assert doline.doline_returns_rows(query.handle) == 0
    query.free()
