"""Python functions in SQL: what they are given, what they may return, and what becomes of their errors."""

import datetime
import decimal
import threading
import uuid

import doline
import duckdb
import numpy
import pyarrow
import pyarrow.compute
import pytest
from doline import errors


def rows(connection, text):
    return connection.sql(text).fetchall()


# --- a value a row

def test_a_function_of_each_row_takes_its_types_from_hints(connection):
    def inverse(x: int, label: str) -> str | None:
        return None if x == 0 else f"{label}{1 / x:.2f}"

    connection.create_function("inverse", inverse)
    assert rows(connection, "SELECT inverse(i, 'x') FROM range(3) t(i)") == \
        [(None,), ("x1.00",), ("x0.50",)]
    assert rows(connection, "SELECT INVERSE(NULL, 'x')") == [(None,)]


VALUES = [
    ("BOOLEAN", True), ("TINYINT", -5), ("SMALLINT", 300), ("INTEGER", 70_000), ("BIGINT", 2**40),
    ("UTINYINT", 255), ("UBIGINT", 2**64 - 1), ("HUGEINT", -2**100), ("DOUBLE", 1.5), ("FLOAT", 0.25),
    ("DECIMAL(10,3)", decimal.Decimal("12.345")), ("VARCHAR", "žluť 🐎"), ("BLOB", b"\0\xff"),
    ("DATE", datetime.date(2024, 2, 29)), ("TIME", datetime.time(1, 2, 3, 4)),
    ("TIMESTAMP", datetime.datetime(2024, 1, 2, 3, 4, 5, 6)),
    ("TIMESTAMP WITH TIME ZONE", datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)),
    ("UUID", uuid.UUID(int=7)), ("INTEGER[]", [1, None, 3]), ("STRUCT(a INTEGER, b VARCHAR)",
                                                               {"a": 1, "b": "x"}),
    ("DECIMAL(4,1)[]", [decimal.Decimal("1.5")]),
    ("ENUM('a', 'b')", "b"),
]


def test_maps(connection):
    kind = "MAP(VARCHAR, INTEGER)"
    connection.create_function("same", lambda x: x, [kind], kind)
    connection.create_function("same_arrow", lambda x: x, [kind], kind, values="arrow")
    assert rows(connection, "SELECT same(MAP {'k': 1}), same_arrow(MAP {'k': 1})") == \
        [({"k": 1}, {"k": 1})]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[kind for kind, _ in VALUES])
def test_every_type_goes_in_and_comes_back(connection, kind, value):
    seen = []
    connection.create_function("same", lambda x: (seen.append(x), x)[1], [kind], kind)
    cast = f"SELECT same($v::{kind}) AS r"
    assert connection.sql(cast, {"v": value}).fetchall() == [(value,)]
    assert seen == [value]
    assert rows(connection, "SELECT same(NULL)") == [(None,)]
    assert len(seen) == 1
    if not kind.startswith("ENUM"):
        assert connection.sql(cast, {"v": value}).sql_types == [kind]
    connection.create_function("same_arrow", lambda x: x, [kind], kind, values="arrow")
    assert connection.sql(f"SELECT same_arrow($v::{kind})", {"v": value}).fetchall() == [(value,)]
    assert rows(connection, f"SELECT same_arrow(x) FROM (SELECT NULL::{kind} x WHERE false)") == []


def test_nulls_are_seen_only_where_that_is_said(connection):
    connection.create_function("plain", lambda x: x is None, ["INTEGER"], "BOOLEAN")
    connection.create_function("special", lambda x: x is None, ["INTEGER"], "BOOLEAN",
                               null_handling="special")
    text = "SELECT {}(x) FROM (VALUES (1), (NULL), (3)) t(x)"
    assert rows(connection, text.format("plain")) == [(False,), (None,), (False,)]
    assert rows(connection, text.format("special")) == [(False,), (True,), (False,)]


def test_exceptions_become_null_where_that_is_said(connection):
    connection.create_function("inverse", lambda x: 1 / x, ["BIGINT"], "DOUBLE",
                               exception_handling="return_null")
    assert rows(connection, "SELECT inverse(i - 1) FROM range(3) t(i)") == [(-1.0,), (None,), (1.0,)]
    with pytest.raises(errors.NotSupported, match="TRY"):
        connection.create_function("batch", lambda x: x, ["INTEGER"], "DOUBLE", values="numpy",
                                   exception_handling="return_null")


def test_try_gives_null_for_the_rows_that_fail(connection):
    def inverse(x):
        if (x == 0).any():
            raise ZeroDivisionError("a zero")
        return 1 / x

    connection.create_function("inverse", inverse, ["DOUBLE"], "DOUBLE", values="numpy")
    found = rows(connection, "SELECT TRY(inverse(i % 1000)) FROM range(5000) t(i)")
    assert [row for row, (value,) in enumerate(found) if value is None] == list(range(0, 5000, 1000))
    assert found[4] == (0.25,)


def test_a_function_stands_wherever_an_expression_does(connection):
    connection.create_function("twice", lambda x: 2 * x, ["BIGINT"], "BIGINT")
    connection.execute("CREATE TABLE t AS SELECT i FROM range(10) r(i)")
    assert rows(connection, "SELECT i FROM t WHERE twice(i) > 15") == [(8,), (9,)]
    assert rows(connection, "SELECT i FROM t WHERE i > 3 AND twice(i) < 10 AND twice(i) > 0") == [(4,)]
    assert rows(connection, "SELECT twice(i % 2) k, count(*) FROM t GROUP BY ALL ORDER BY k") == \
        [(0, 5), (2, 5)]
    assert rows(connection, "SELECT sum(twice(i)), max(twice(twice(i))) FROM t") == [(90, 36)]
    assert rows(connection, "SELECT i FROM t ORDER BY twice(-i), i LIMIT 2") == [(9,), (8,)]
    assert rows(connection, "SELECT CASE WHEN i > 7 THEN twice(i) ELSE i END FROM t WHERE i > 6") == \
        [(7,), (16,), (18,)]
    assert rows(connection, "SELECT sum(twice(i)) OVER (ORDER BY i) FROM t LIMIT 3") == \
        [(0,), (2,), (6,)]
    assert rows(connection, "SELECT list_transform([1, 2], x -> twice(x))") == [([2, 4],)]
    assert rows(connection, "SELECT a.i FROM t a JOIN t b ON twice(a.i) = b.i + 6 AND b.i = 4") == [(5,)]
    assert rows(connection, "SELECT (SELECT max(twice(i)) FROM t b WHERE b.i < a.i) FROM t a "
                "WHERE i = 3") == [(4,)]
    connection.execute("UPDATE t SET i = twice(i) WHERE twice(i) = 18")
    assert rows(connection, "SELECT max(i) FROM t") == [(18,)]
    assert rows(connection, "SELECT v.twice() FROM (SELECT 21::BIGINT AS v)") == [(42,)]


def test_a_function_without_arguments_is_called_once_a_row(connection):
    calls = []
    connection.create_function("tick", lambda: calls.append(0) or len(calls), [], "BIGINT")
    assert sorted(rows(connection, "SELECT tick() FROM range(5)")) == [(n,) for n in range(1, 6)]
    connection.create_function("seven", lambda: 7, [], "BIGINT", deterministic=True)
    assert rows(connection, "SELECT seven(), count(*) FROM range(3) GROUP BY seven()") == [(7, 3)]


def test_what_is_not_deterministic_is_called_for_each_row_and_place(connection):
    calls = []
    connection.create_function("f", lambda x: calls.append(x) or x, ["INTEGER"], "INTEGER")
    connection.create_function("g", lambda x: calls.append(x) or x, ["INTEGER"], "INTEGER",
                               side_effects=False)
    rows(connection, "SELECT f(1), f(1) FROM range(3)")
    assert len(calls) == 6
    calls.clear()
    rows(connection, "SELECT g(x), g(x) FROM (SELECT 1 AS x FROM range(3))")
    assert 1 <= len(calls) <= 3


# Symptom: the key of a window's range was computed for the order, for the range's edges and for what is
# compared with them, and came out differently; windows that share such a key were refused. So was
# the list of unnest(…) WITH ORDINALITY, for its elements and for their numbers.
def test_what_is_not_deterministic_is_called_once_for_what_is_read_twice(connection):
    calls = []

    def later(x):
        calls.append(x)
        return 1000 * len(calls) - x

    def longer(x):
        calls.append(x)
        return list(range(len(calls)))

    connection.create_function("later", later, ["BIGINT"], "BIGINT")
    connection.create_function("longer", longer, ["BIGINT"], "BIGINT[]")
    for text, expected in [
            ("SELECT i, sum(i) OVER (ORDER BY later(i) RANGE BETWEEN 1 PRECEDING AND 1500 FOLLOWING), "
             "count(*) OVER (ORDER BY later(i)) FROM range(4) t(i) ORDER BY i",
             [(0, 1, 1), (1, 3, 2), (2, 5, 3), (3, 3, 4)]),
            ("SELECT count(*) OVER (PARTITION BY later(i) % 2 ORDER BY i), "
             "sum(i) OVER (PARTITION BY later(i) % 2 ORDER BY i) FROM range(4) t(i) ORDER BY i",
             [(1, 0), (1, 1), (2, 2), (2, 4)]),
            ("SELECT max(n), min(n) FROM (SELECT sum(count(*)) OVER (ORDER BY later(i) RANGE 1500 PRECEDING) AS n "
             "FROM range(4) t(i) GROUP BY i)", [(2, 1)]),
            ("SELECT count(*) OVER (ORDER BY i RANGE later(i) - 1000 PRECEDING) FROM range(1) t(i)", [(1,)]),
            ("SELECT i, count(x), max(x), count(*), max(n) FROM range(4) t(i), "
             "unnest(longer(i)) WITH ORDINALITY u(x, n) GROUP BY i ORDER BY i",
             [(i, i + 1, i, i + 1, i + 1) for i in range(4)])]:
        calls.clear()
        assert rows(connection, text) == expected, text
        assert sorted(calls) == list(range(len(calls))), text
        assert len(calls) in (1, 4), text


# Symptom: what BETWEEN, CASE, IN, NULLIF and ANY compare was computed for each comparison, what an alias or the
# fields of a struct read for each of them.
def test_what_is_written_once_is_called_once_a_row(connection):
    calls = []

    def drawn(x):
        calls.append(x)
        return len(calls) % 3

    def parts(x):
        calls.append(x)
        return {"a": len(calls), "b": len(calls)}

    connection.create_function("drawn", drawn, ["BIGINT"], "BIGINT")
    connection.create_function("parts", parts, ["BIGINT"], "STRUCT(a BIGINT, b BIGINT)")
    connection.execute("SET threads = 1")
    connection.execute("CREATE TABLE t AS SELECT i FROM range(300) r(i)")
    for text, expected in [
            ("SELECT count(*) FROM t WHERE drawn(i) BETWEEN 1 AND 1", 100),
            ("SELECT count(*) FROM t WHERE drawn(i) NOT BETWEEN 1 AND i + 1", 100),
            ("SELECT sum(CASE drawn(i) WHEN 0 THEN 1 WHEN 1 THEN 10 WHEN 2 THEN 100 END) FROM t", 11100),
            ("SELECT sum(CASE drawn(i) WHEN i - i THEN 1 WHEN i - i + 1 THEN 10 ELSE 100 END) FROM t", 11100),
            ("SELECT count(*) FROM t WHERE drawn(i) IN (i - i, 2)", 200),
            ("SELECT sum(nullif(drawn(i), 2)) FROM t", 100),
            ("SELECT count(*) FROM t WHERE drawn(i) >= ANY (SELECT k FROM range(1, 3) s(k))", 200),
            ("SELECT count(*) FROM t WHERE drawn(i) <> ANY (SELECT k FROM range(1) s(k))", 200),
            ("SELECT count(*) FROM t WHERE drawn(i) IN (SELECT k FROM range(1, 3) s(k))", 200),
            ("SELECT count(*) FROM t WHERE (drawn(i), i) IN (SELECT 1, k FROM range(300) s(k))", 100),
            ("SELECT count(*) FROM t WHERE coalesce(drawn(i), 1) = 1", 100),
            ("SELECT count(*) FROM t WHERE drawn(i) IS DISTINCT FROM 1", 200),
            ("SELECT sum(least(drawn(i), 1) + 0 * i) FROM t", 200),
            ("SELECT count(*) FROM t WHERE drawn(i)::VARCHAR SIMILAR TO '[12]'", 200),
            ("SELECT a + b + c FROM (PIVOT t ON drawn(i) IN (0 AS a, 1 AS b, 2 AS c))", 300),
            ("SELECT sum(d + e) FROM (SELECT drawn(i) AS d, d AS e FROM t)", 600),
            ("SELECT sum(d) FROM (SELECT drawn(i) AS d FROM t WHERE d > 1)", 200),
            ("SELECT first(d) FROM (SELECT drawn(i) AS d FROM t ORDER BY -d)", 2),
            ("SELECT sum(d) FROM (SELECT drawn(i) AS d FROM t QUALIFY d > 1 AND row_number() OVER () > 0)", 200),
            ("SELECT sum(k * n) FROM (SELECT drawn(i) AS k, k + 1 AS l, count(*) AS n FROM t GROUP BY k)", 300),
            ("SELECT count(*) FROM (SELECT unnest(parts(i)) FROM t) WHERE a = b", 300)]:
        calls.clear()
        assert rows(connection, text) == [(expected,)], text
        assert sorted(calls) == list(range(300)), text


def test_what_not_every_row_reaches_is_called_where_it_is_reached(connection):
    calls = []
    connection.create_function("f", lambda x: calls.append(x) or x % 3, ["BIGINT"], "BIGINT")
    assert rows(connection, "SELECT sum(CASE WHEN i < 10 THEN CASE f(i) WHEN 0 THEN 1 WHEN 1 THEN 1 ELSE 1 END END) "
                "FROM range(300) t(i)") == [(10,)]
    assert sorted(calls) == list(range(10))


def test_batches_are_large_for_what_is_compared_again_and_again(connection):
    sizes = []
    connection.create_function("f", lambda x: (sizes.append(len(x)), x)[1], ["BIGINT"], "BIGINT", values="arrow")
    connection.execute("SET threads = 1")
    connection.execute("CREATE TABLE t AS SELECT i FROM range(200000) r(i)")
    for text in ["SELECT count(*) FROM t WHERE f(i) BETWEEN 10 AND 19",
                 "SELECT count(CASE f(i) // 10 WHEN 1 THEN 1 WHEN i - i - 1 THEN 2 END) FROM t"]:
        sizes.clear()
        assert rows(connection, text) == [(10,)], text
        assert sum(sizes) == 200_000, text
        assert max(sizes) > 16_384, text


def test_any_number_of_arguments_of_any_type(connection):
    connection.create_function("joined", lambda *parts: "-".join(map(str, parts)), None, "VARCHAR")
    assert rows(connection, "SELECT joined(1, 'a', 2.5), joined()") == [("1-a-2.5", "")]
    connection.create_function("kind", lambda x: type(x).__name__, None, "VARCHAR")
    assert rows(connection, "SELECT kind(1), kind('a'), kind([1]), kind({'a': 1})") == \
        [("int", "str", "list", "dict")]
    with pytest.raises(errors.TypeMismatch, match="takes 1 arguments"):
        rows(connection, "SELECT kind(1, 2)")


# --- arrays

def test_arrays_of_arrow_numpy_lists_and_series_mean_the_same(connection):
    text = "SELECT {}(i, i + 1) FROM (SELECT CASE WHEN i % 10 <> 3 THEN i END AS i FROM range(70000) t(i))"
    expected = [(None if i % 10 == 3 else 2 * i + 1,) for i in range(70_000)]
    functions = {"arrow": pyarrow.compute.add, "numpy": numpy.add, "series": lambda a, b: a + b,
                 "python": lambda a, b: [x + y for x, y in zip(a, b)]}
    for values, function in functions.items():
        connection.create_function(f"add_{values}", function, ["BIGINT", "BIGINT"], "BIGINT",
                                   kind="vectorized", values=values)
        assert rows(connection, text.format(f"add_{values}")) == expected, values


def test_arrays_with_nulls_where_they_are_wanted(connection):
    def filled(x):
        assert isinstance(x, numpy.ma.MaskedArray)
        return x.filled(-1)

    connection.create_function("filled", filled, ["BIGINT"], "BIGINT", values="numpy",
                               null_handling="special")
    assert rows(connection, "SELECT filled(x) FROM (VALUES (1), (NULL)) t(x)") == [(1,), (-1,)]


def test_batches_are_large_in_the_middle_and_small_at_the_begin(connection):
    sizes = []
    connection.create_function("f", lambda x: (sizes.append(len(x)), x)[1], ["BIGINT"], "BIGINT",
                               values="numpy")
    connection.execute("SET threads = 1")
    connection.execute("CREATE TABLE t AS SELECT i FROM range(600000) r(i)")
    assert rows(connection, "SELECT sum(f(i)) FROM t") == [(600000 * 599999 // 2,)]
    assert sum(sizes) == 600_000
    assert max(sizes) == 65_536
    assert len(sizes) < 60
    sizes.clear()
    rows(connection, "SELECT f(i) FROM t LIMIT 5")
    assert sum(sizes) < 100_000


# Symptom: rows gathered for a call were as many however little memory there was, and failed for it. Keys of
# a join that spills were computed twice.
def test_batches_are_small_where_memory_is_short(run_python):
    assert run_python("""
        import doline
        sizes = []
        connection = doline.connect()
        for kind in ["VARCHAR", "BIGINT"]:
            connection.create_function("f" + kind[0], lambda x: (sizes.append(len(x)), x)[1], [kind], kind,
                                       values="arrow")
        connection.execute("SET threads = 1")
        texts = "SELECT sum(length(fV(repeat('x', 500) || i))) FROM range(200000) t(i)"
        keys = "SELECT count(*) FROM range(2000000) a(i) JOIN range(2000000) b(i) ON fB(a.i) = b.i - 1"
        for limit in ["4GB", "64MB"]:
            connection.execute(f"SET memory_limit = '{limit}'")
            for text in [texts, keys]:
                sizes.clear()
                print(connection.sql(text).fetchall()[0][0], sum(sizes), max(sizes) > 16384)
    """).splitlines() == ["101088890 200000 True", "1999999 2000000 True",
                          "101088890 200000 False", "1999999 2000000 True"]


# Symptom: lists that are unnested, and keys of joins, were computed a chunk at a time.
def test_batches_are_large_for_lists_and_keys_of_joins(connection):
    sizes = []
    for name, kind in {"listed": "BIGINT[]", "f": "BIGINT", "same": "BIGINT"}.items():
        connection.create_function(name, lambda x: (sizes.append(len(x)), x)[1], [kind], kind, values="arrow",
                                   deterministic=name == "same")
    connection.execute("SET threads = 1")
    connection.execute("CREATE TABLE t AS SELECT [i, -i] AS l, i FROM range(200000) r(i)")
    for text, expected in [
            ("SELECT sum(x), sum(abs(x)), sum(i) FROM (SELECT unnest(listed(l)) AS x, i FROM t)",
             (0, 200000 * 199999, 200000 * 199999)),
            ("SELECT count(*), sum(b.i - a.i) FROM t a JOIN t b ON f(a.i) = b.i - 1", (199999, 199999)),
            ("SELECT count(*), sum(b.i - a.i) FROM t a LEFT JOIN t b ON b.i - 1 = same(a.i) AND b.i + a.i > 10",
             (200000, 199994)),
            ("SELECT count(*), max(i) FROM t WHERE f(i) IN (SELECT 2 * i FROM t)", (100000, 199998)),
            ("SELECT count(*), max(i) FROM t WHERE f(i) NOT IN (SELECT 2 * i FROM t)", (100000, 199999)),
            ("SELECT count(*), max(a.i - b.i) FROM t a ASOF JOIN t b ON same(a.i) >= b.i", (200000, 0))]:
        sizes.clear()
        found = rows(connection, text)[0]
        assert found[:len(expected)] == expected, text
        assert sum(sizes) == 200_000, text
        assert max(sizes) > 16_384, text


def test_windows_share_the_order_of_a_function(connection):
    connection.create_function("same", lambda x: x, ["BIGINT"], "BIGINT", deterministic=True)
    assert rows(connection, "SELECT sum(i) OVER (PARTITION BY same(i % 2) ORDER BY same(-i)), "
                "count(*) OVER (PARTITION BY same(i % 2) ORDER BY same(-i), i) FROM range(4) t(i) ORDER BY i") == \
        [(2, 2), (4, 2), (2, 1), (3, 1)]


# Symptom: a call over a call that not every row reaches was made a chunk at a time, as that one is.
def test_batches_are_large_over_calls_that_not_every_row_reaches(connection):
    sizes = {"f": [], "g": []}
    for name, seen in sizes.items():
        connection.create_function(name, lambda x, seen=seen: (seen.append(len(x)), x)[1], ["BIGINT"], "BIGINT",
                                   values="numpy")
    connection.execute("SET threads = 1")
    connection.execute("CREATE TABLE t AS SELECT i FROM range(200000) r(i)")
    text = "SELECT sum(f(CASE WHEN i % 2 = 0 THEN g(i) ELSE -i END)) FROM t"
    assert rows(connection, text) == [(-100000,)]
    assert sum(sizes["f"]) == 200_000
    assert sum(sizes["g"]) == 100_000
    assert max(sizes["f"]) > 16_384
    assert max(sizes["g"]) <= 2_048


def test_the_rows_order_is_kept_through_batches(connection):
    connection.create_function("f", lambda x: x, ["BIGINT"], "BIGINT", values="arrow")
    connection.execute("CREATE TABLE t AS SELECT i FROM range(300000) r(i)")
    assert connection.sql("SELECT f(i) AS i FROM t WHERE f(i) % 3 = 0").arrow()["i"].to_pylist() == \
        list(range(0, 300000, 3))


def test_memory_that_a_function_returns_may_be_used_again(connection):
    kept = numpy.empty(70_000)

    def into_the_same(x):
        numpy.multiply(x, 2, out=kept[:len(x)])
        return kept[:len(x)]

    connection.create_function("f", into_the_same, ["DOUBLE"], "DOUBLE", values="numpy")
    connection.execute("CREATE TABLE t AS SELECT i::DOUBLE i FROM range(300000) r(i)")
    assert rows(connection, "SELECT count(*) FROM t WHERE f(i) <> 2 * i") == [(0,)]


def test_a_class_is_made_once_for_each_thread(connection):
    class Model:
        made = []

        def __init__(self, factor, *, offset=0):
            self.factor, self.offset = factor, offset
            Model.made.append(threading.get_ident())

        def __call__(self, x: numpy.ndarray) -> int:
            return x * self.factor + self.offset

    connection.create_function("model", Model, ["BIGINT"], "BIGINT", values="numpy", arguments=(3,),
                               keywords={"offset": 1})
    connection.execute("CREATE TABLE t AS SELECT i FROM range(400000) r(i)")
    assert rows(connection, "SELECT sum(model(i)) FROM t") == [(3 * 400000 * 399999 // 2 + 400000,)]
    rows(connection, "SELECT sum(model(i)) FROM t")
    assert len(Model.made) == len(set(Model.made))


def test_duckdb_means_the_same(connection):
    peer = duckdb.connect()
    for name, function, parameters, returns, options in [
            ("plus", lambda a, b: a + b, ["BIGINT", "BIGINT"], "BIGINT", {}),
            ("arrow_plus", lambda a, b: pyarrow.compute.add(a, b), ["BIGINT", "BIGINT"], "BIGINT", {"type": "arrow"}),
            ("in_angles", lambda a: f"<{a}>", ["VARCHAR"], "VARCHAR", {}),
            ("null_as", lambda a: 0 if a is None else a, ["BIGINT"], "BIGINT",
             {"null_handling": "special"}),
            ("or_null", lambda a: 10 // a, ["BIGINT"], "BIGINT", {"exception_handling": "return_null"}),
    ]:
        connection.create_function(name, function, parameters, returns, **options)
        peer.create_function(name, function, parameters, returns, **options)
    for text in ["SELECT plus(i, i), arrow_plus(i, 1), in_angles(i::VARCHAR) FROM range(5000) t(i)",
                 "SELECT null_as(x), plus(x, 1), or_null(x) FROM (VALUES (1), (NULL), (0)) t(x)",
                 "SELECT plus(i % 3, 0) k, count(*) FROM range(100) t(i) GROUP BY k ORDER BY k",
                 "SELECT i FROM range(50) t(i) WHERE plus(i, i) % 7 = 0"]:
        assert rows(connection, text) == peer.sql(text).fetchall()


# --- what goes wrong

def test_an_exception_tells_row_arguments_and_traceback(connection):
    def inverse(x):
        return 1 / x

    connection.create_function("inverse", inverse, ["BIGINT"], "DOUBLE")
    with pytest.raises(errors.FunctionFailed, match=r"row 7 of a batch of \d+, inverse\(0\), raised "
                       "ZeroDivisionError: division by zero") as caught:
        rows(connection, "SELECT inverse(7 - i) FROM range(20) t(i)")
    cause = caught.value.__cause__
    assert type(cause) is ZeroDivisionError
    names = []
    trace = cause.__traceback__
    while trace is not None:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert "inverse" in names
    assert "^^^^^^^" in str(caught.value)
    assert rows(connection, "SELECT inverse(2)") == [(0.5,)]


LIES = {
    "too few": (lambda x: x[1:], "2 values for 3 rows"),
    "too many": (lambda x: pyarrow.concat_arrays([x, x]), "6 values for 3 rows"),
    "a number": (lambda x: 7, "returned int, where an array"),
    "nothing": (lambda x: None, "returned NoneType, where an array"),
    "texts": (lambda x: pyarrow.array(["a"] * len(x)), "declared to return BIGINT, and returned VARCHAR"),
    "fractions": (lambda x: pyarrow.array([1.5] * len(x)), "declared to return BIGINT, and returned DOUBLE"),
    "structs": (lambda x: pyarrow.array([{"a": 1}] * len(x)), "returned STRUCT"),
    "too large": (lambda x: pyarrow.array([2**63] * len(x), pyarrow.uint64()), "9223372036854775808"),
    "two dimensions": (lambda x: numpy.zeros((3, 2)), "shape .3, 2., where an array"),
    "unions": (lambda x: pyarrow.UnionArray.from_sparse(
        pyarrow.array([0] * len(x), pyarrow.int8()), [x]), "not what it says"),
    "another lie": (lambda x: Lying("raise"), "RuntimeError: no array"),
    "no capsules": (lambda x: Lying("numbers"), "Capsule"),
    "released": (lambda x: Lying("released"), "used up already"),
    "mixed list": (lambda x: [1, "a", None], "."),
}


class Lying:
    def __init__(self, how):
        self.how = how

    def __arrow_c_array__(self, requested_schema=None):
        if self.how == "raise":
            raise RuntimeError("no array")
        if self.how == "numbers":
            return 1, 2
        capsules = pyarrow.array([1, 2, 3]).__arrow_c_array__()
        pyarrow.Array._import_from_c_capsule(*capsules)
        return capsules


@pytest.mark.parametrize("lie", LIES)
def test_results_that_lie_are_refused(connection, lie):
    function, said = LIES[lie]
    connection.create_function("lie", function, ["BIGINT"], "BIGINT", values="arrow")
    with pytest.raises(errors.FunctionFailed, match=said):
        rows(connection, "SELECT lie(i) FROM range(3) t(i)")
    assert rows(connection, "SELECT 1") == [(1,)]


def test_values_that_lie_are_refused(connection):
    for returned in ["a", 1.5, [1], {"a": 1}, object(), b"x", 2**70]:
        connection.create_function("lie", lambda x, it=returned: it, ["BIGINT"], "BIGINT")
        with pytest.raises(errors.FunctionFailed):
            rows(connection, "SELECT lie(1)")
        connection.remove_function("lie")


def test_numbers_of_other_widths_are_taken_where_they_fit(connection):
    for kind in ["TINYINT", "SMALLINT", "UINTEGER", "DOUBLE", "FLOAT", "DECIMAL(9,2)", "HUGEINT"]:
        connection.create_function("f", lambda x: x, ["BIGINT"], kind)
        assert rows(connection, "SELECT f(100)::BIGINT") == [(100,)]
        connection.remove_function("f")
    connection.create_function("f", lambda x: x, ["BIGINT"], "TINYINT")
    with pytest.raises(errors.FunctionFailed, match="f: .*128"):
        rows(connection, "SELECT f(128)")


def test_instants_of_finer_units_are_taken_where_they_are_whole(connection):
    whole = pyarrow.array([1_700_000_000_000_000_000, None], pyarrow.timestamp("ns"))
    part = pyarrow.array([1_700_000_000_000_000_000, 1_700_000_000_000_000_001], pyarrow.timestamp("ns"))
    given = {"whole": (whole, "TIMESTAMP"), "part": (part, "TIMESTAMP"),
             "zoned": (part.cast(pyarrow.timestamp("ns", "UTC")), "TIMESTAMPTZ"),
             "coarse": (whole.cast(pyarrow.timestamp("us")), "TIMESTAMP_S"),
             "fine": (pyarrow.array([1_500, None], pyarrow.timestamp("us")), "TIMESTAMP_MS"),
             "listed": (pyarrow.array([[1_500], []], pyarrow.list_(pyarrow.timestamp("us"))), "TIMESTAMP_MS[]")}
    for name, (values, kind) in given.items():
        connection.create_function(name, lambda i, values=values: values, ["BIGINT"], kind, values="arrow")
    for name in ("whole", "coarse"):
        assert [value and value.timestamp() for value, in rows(
            connection, f"SELECT {name}(i)::TIMESTAMPTZ FROM range(2) t(i)")] == [1_700_000_000.0, None]
    for name in ("part", "zoned", "fine", "listed"):
        with pytest.raises(errors.FunctionFailed, match="more digits|no exact value"):
            rows(connection, f"SELECT {name}(i) FROM range(2) t(i)")


def test_names(connection):
    connection.create_function("mine", lambda: 1, [], "INTEGER")
    with pytest.raises(errors.AlreadyExists, match="there is a function mine already"):
        connection.create_function("Mine", lambda: 2, [], "INTEGER")
    for own in ["upper", "sum", "range", "read_csv"]:
        with pytest.raises(errors.AlreadyExists, match="Doline's own"):
            connection.create_function(own, lambda x: x, ["VARCHAR"], "VARCHAR")
    with pytest.raises(errors.FunctionNotFound, match='did you mean mine'):
        rows(connection, "SELECT mime()")
    connection.remove_function("MINE")
    with pytest.raises(errors.FunctionNotFound):
        rows(connection, "SELECT mine()")
    with pytest.raises(errors.FunctionNotFound):
        connection.remove_function("mine")


def test_all_sessions_of_a_database_know_it_and_no_other_database(connection):
    connection.create_function("mine", lambda: 1, [], "INTEGER")
    assert connection.duplicate().sql("SELECT mine()").fetchall() == [(1,)]
    assert connection.cursor().execute("SELECT mine()").fetchall() == [(1,)]
    with pytest.raises(errors.FunctionNotFound):
        doline.connect().sql("SELECT mine()").fetchall()


def test_bad_declarations(connection):
    for arguments, kind in [
            ((1, [], "INTEGER"), TypeError),
            ((lambda x: x, ["NO SUCH TYPE"], "INTEGER"), errors.InvalidArgument),
            ((lambda x: x, [3.5], "INTEGER"), errors.TypeMismatch),
            ((lambda x: x, ["INTEGER"], None), errors.TypeMismatch),
    ]:
        with pytest.raises(kind):
            connection.create_function("f", *arguments)
    for options in [{"kind": "window"}, {"values": "torch"}, {"null_handling": "none"}, {"type": "jit"}]:
        with pytest.raises(errors.InvalidArgument):
            connection.create_function("f", lambda x: x, ["INTEGER"], "INTEGER", **options)
    with pytest.raises(errors.BindError, match="no aggregate"):
        connection.create_function("g", lambda x: x, ["INTEGER"], "INTEGER")
        rows(connection, "SELECT g(DISTINCT 1)")


def test_explain_names_the_calls(connection):
    connection.create_function("f", lambda x: x, ["BIGINT"], "BIGINT")
    plan = "\n".join(row[-1] for row in rows(connection, "EXPLAIN SELECT f(i) FROM range(3) t(i)"))
    assert "f(i)" in plan
    ran = "\n".join(row[-1] for row in rows(connection, "EXPLAIN ANALYZE SELECT f(i) FROM range(3) t(i)"))
    assert "f(i)" in ran


def test_plans_come_back_from_their_bytes(connection):
    connection.create_function("f", lambda x: x, ["BIGINT"], "BIGINT")
    connection.create_function("total", lambda x: int(x.sum()), ["BIGINT"], "BIGINT", kind="aggregate")

    def counted(n: int):
        yield from range(n)

    connection.create_function("counted", counted, returns={"i": "BIGINT"})
    connection.execute("SET verify_plans = true")
    assert rows(connection, "SELECT total(f(i)) FROM counted(4) WHERE f(i) > 1") == [(5,)]
