"""TPC-H Q1, Q3, Q6, Q9 and Q18 for Polars: lazy, streaming, joins in PDS-H's order."""

import datetime

try:
    import polars as pl
    from polars import col
except ImportError:  # an engine's process that has no Polars still builds the suite
    pl = None

from bench.generate.tpch import TABLES


def scan(session, folder):
    for table in TABLES:
        session.tables[table] = pl.scan_parquet(folder / f"{table}.parquet")


def _collect(frame):
    return frame.collect(engine="streaming")


def _exact(name, scale):
    """A decimal column wide enough for the product: Polars keeps the factors' scale."""
    return col(name).cast(pl.Decimal(38, scale))


def _discounted(scale=4):
    return _exact("l_extendedprice", scale) * (1 - _exact("l_discount", scale))


def q1(session):
    return _collect(
        session.tables["lineitem"]
        .filter(col("l_shipdate") <= datetime.date(1998, 9, 2))
        .group_by("l_returnflag", "l_linestatus")
        .agg(
            pl.sum("l_quantity").alias("sum_qty"),
            pl.sum("l_extendedprice").alias("sum_base_price"),
            _discounted().sum().alias("sum_disc_price"),
            (_discounted(6) * (1 + _exact("l_tax", 6))).sum().alias("sum_charge"),
            pl.mean("l_quantity").alias("avg_qty"),
            pl.mean("l_extendedprice").alias("avg_price"),
            pl.mean("l_discount").alias("avg_disc"),
            pl.len().alias("count_order"))
        .sort("l_returnflag", "l_linestatus"))


def q3(session):
    day = datetime.date(1995, 3, 15)
    tables = session.tables
    return _collect(
        tables["customer"]
        .filter(col("c_mktsegment") == "BUILDING")
        .join(tables["orders"], left_on="c_custkey", right_on="o_custkey")
        .join(tables["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
        .filter(col("o_orderdate") < day, col("l_shipdate") > day)
        .with_columns(revenue=_discounted())
        .group_by("o_orderkey", "o_orderdate", "o_shippriority")
        .agg(pl.sum("revenue"))
        .select(col("o_orderkey").alias("l_orderkey"), "revenue", "o_orderdate", "o_shippriority")
        .sort("revenue", "o_orderdate", descending=[True, False])
        .head(10))


def q6(session):
    return _collect(
        session.tables["lineitem"]
        .filter(
            col("l_shipdate") >= datetime.date(1994, 1, 1),
            col("l_shipdate") < datetime.date(1995, 1, 1),
            col("l_discount").is_between(_cents(5), _cents(7)),
            col("l_quantity") < 24)
        .select((_exact("l_extendedprice", 4) * _exact("l_discount", 4)).sum().alias("revenue")))


def q9(session):
    tables = session.tables
    return _collect(
        tables["part"]
        .filter(col("p_name").str.contains("green", literal=True))
        .join(tables["partsupp"], left_on="p_partkey", right_on="ps_partkey")
        .join(tables["supplier"], left_on="ps_suppkey", right_on="s_suppkey")
        .join(tables["lineitem"], left_on=["p_partkey", "ps_suppkey"],
              right_on=["l_partkey", "l_suppkey"])
        .join(tables["orders"], left_on="l_orderkey", right_on="o_orderkey")
        .join(tables["nation"], left_on="s_nationkey", right_on="n_nationkey")
        .select(
            col("n_name").alias("nation"),
            col("o_orderdate").dt.year().alias("o_year"),
            (_discounted() - _exact("ps_supplycost", 4) * _exact("l_quantity", 4)).alias("amount"))
        .group_by("nation", "o_year")
        .agg(pl.sum("amount").alias("sum_profit"))
        .sort("nation", "o_year", descending=[False, True]))


def q18(session):
    tables = session.tables
    large = (
        tables["lineitem"]
        .group_by("l_orderkey")
        .agg(pl.sum("l_quantity").alias("sum_quantity"))
        .filter(col("sum_quantity") > 300))
    return _collect(
        tables["orders"]
        .join(large, left_on="o_orderkey", right_on="l_orderkey", how="semi")
        .join(tables["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
        .join(tables["customer"], left_on="o_custkey", right_on="c_custkey")
        .group_by("c_name", "o_custkey", "o_orderkey", "o_orderdate", "o_totalprice")
        .agg(pl.sum("l_quantity").alias("quantity"))
        .select("c_name", col("o_custkey").alias("c_custkey"), "o_orderkey", "o_orderdate",
                "o_totalprice", "quantity")
        .sort("o_totalprice", "o_orderdate", descending=[True, False])
        .head(100))


def _cents(count):
    """An exact decimal: 0.05 as a double lies beside the column's value."""
    import decimal

    return pl.lit(decimal.Decimal(count).scaleb(-2))


QUERIES = {1: q1, 3: q3, 6: q6, 9: q9, 18: q18}
