"""The dialect of SQLAlchemy, reflection, and pandas' read_sql and to_sql through it."""

import datetime as dt

import pandas as pd
import pytest
import sqlalchemy as sa

sa.dialects.registry.register("doline", "doline.sqlalchemy_dialect", "DolineDialect")


@pytest.fixture
def engine():
    made = sa.create_engine("doline://")
    yield made
    made.dispose()


def test_core_statements(engine):
    metadata = sa.MetaData()
    items = sa.Table("items", metadata, sa.Column("name", sa.String, nullable=False),
                     sa.Column("price", sa.Numeric(10, 2)), sa.Column("since", sa.DateTime))
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(items.insert(), [
            {"name": "tea", "price": "2.50", "since": dt.datetime(2024, 1, 1)},
            {"name": "milk", "price": "1.25", "since": None}])
        assert connection.execute(items.update().where(items.c.name == "milk").values(price=1)).rowcount == 1
    with engine.connect() as connection:
        found = connection.execute(sa.select(items.c.name, items.c.price * 2)
                                   .where(items.c.price > 1).order_by(items.c.name).limit(5)).all()
        assert [(name, float(twice)) for name, twice in found] == [("tea", 5.0)]
        assert connection.scalar(sa.select(sa.func.count()).select_from(items)) == 2


def test_a_transaction_is_rolled_back(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (i INTEGER)")
    with pytest.raises(RuntimeError), engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        raise RuntimeError
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0


def test_reflection(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (i INTEGER NOT NULL, d DECIMAL(10,2), l INTEGER[], "
                                   "m TIMESTAMPTZ('Europe/Paris')[], e ENUM('a')[], n DECIMAL(4,1)[2])")
        connection.exec_driver_sql("CREATE VIEW v AS FROM t")
    inspector = sa.inspect(engine)
    assert (inspector.get_table_names(), inspector.get_view_names()) == (["t"], ["v"])
    assert inspector.has_table("t") and not inspector.has_table("u")
    columns = {column["name"]: column for column in inspector.get_columns("t")}
    assert isinstance(columns["i"]["type"], sa.Integer) and not columns["i"]["nullable"]
    assert (columns["d"]["type"].precision, columns["d"]["type"].scale) == (10, 2)
    assert all(type(columns[name]["type"]) is sa.types.NullType for name in "lmen")
    table = sa.Table("t", sa.MetaData(), autoload_with=engine)
    assert list(table.columns.keys()) == ["i", "d", "l", "m", "e", "n"]
    with pytest.raises(sa.exc.NoSuchTableError):
        inspector.get_columns("u")


def test_pandas_writes_and_reads(engine):
    frame = pd.DataFrame({"n": [1, 2], "s": ["x", None], "f": [0.5, 1.5],
                          "t": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    frame.to_sql("written", engine, index=False)
    frame.to_sql("written", engine, index=False, if_exists="append")
    frame.to_sql("with_index", engine)
    back = pd.read_sql("SELECT * FROM written WHERE n = 2", engine)
    assert back["s"].isna().all() and back["f"].tolist() == [1.5, 1.5]
    assert len(pd.read_sql_table("with_index", engine)) == 2
    assert pd.read_sql(sa.text("SELECT count(*) AS n FROM written"), engine)["n"].tolist() == [4]


def test_what_the_engine_does_not_have_is_refused(engine):
    metadata = sa.MetaData()
    sa.Table("keyed", metadata, sa.Column("id", sa.Integer, primary_key=True))
    with pytest.raises(sa.exc.NotSupportedError, match="PRIMARY KEY is not supported yet"):
        metadata.create_all(engine)


def test_errors_are_sqlalchemys(engine):
    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="no table"):
        connection.exec_driver_sql("FROM nowhere").all()
