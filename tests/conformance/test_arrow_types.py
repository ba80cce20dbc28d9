"""Types that Arrow has in other words, or whose values decide whether they fit."""

import decimal

import pyarrow as pa
import pytest
from c_abi import Failure, Session, load


@pytest.fixture
def session(library):
    made = Session(load(library))
    yield made
    made.close()


def test_wide_decimals_count_by_their_values(session):
    most = decimal.Decimal("9" * 36 + ".99")
    session.register("t", pa.table({"d": pa.array([most, most.copy_negate(), None], pa.decimal256(76, 2))}))
    found = session.table("FROM t")["d"]
    assert found.type == pa.decimal128(38, 2) and found.to_pylist() == [most, most.copy_negate(), None]
    for value in (decimal.Decimal(10**36), decimal.Decimal(-10**70)):
        with pytest.raises(Failure, match="more digits than DECIMAL.38,2. has") as failure:
            session.register("t", pa.table({"d": pa.array([value], pa.decimal256(76, 2))}))
        assert failure.value.code == "conversion"


def test_an_enum_comes_back_as_one(session):
    """Its values are in the field's metadata, ours or Polars': a dictionary alone comes too late."""
    given = session.table("SELECT x::ENUM ('z', 'it''s', 'a') AS e FROM (VALUES ('a'), (NULL), ('z'), ('it''s')) v(x)")
    session.register("t", given)
    found = session.table("SELECT e, typeof(e) AS t FROM t ORDER BY e")
    assert found["e"].to_pylist() == ["z", "it's", "a", None]
    assert found["t"][0].as_py() == "ENUM('z', 'it''s', 'a')"
    codes = pa.array(["a", "bb", None, "a"]).dictionary_encode()  # in another order than the enum
    for values in (codes, codes.cast(pa.dictionary(pa.int16(), pa.large_string()))):
        field = pa.field("e", values.type, metadata={"_PL_ENUM_VALUES2": "2;bb1;c1;a"})
        session.register("p", pa.Table.from_arrays([values], schema=pa.schema([field])))
        found = session.table("SELECT enum_code(e) AS c, typeof(e) AS t FROM p")
        assert found["c"].to_pylist() == [2, 0, None, 2]
        assert found["t"][0].as_py() == "ENUM('bb', 'c', 'a')"
    field = pa.field("e", codes.type, metadata={"_PL_ENUM_VALUES2": "1;c"})
    with pytest.raises(Failure, match="a dictionary value that its ENUM does not have"):
        session.register("p", pa.Table.from_arrays([codes], schema=pa.schema([field])))
    field = pa.field("e", codes.type, metadata={"_PL_ENUM_VALUES2": "9;c"})
    with pytest.raises(Failure, match="lists no values"):
        session.register("p", pa.Table.from_arrays([codes], schema=pa.schema([field])))
