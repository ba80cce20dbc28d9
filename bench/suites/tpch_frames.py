"""TPC-H as expressions, for Polars and for Doline's frames: lazy, streaming, joins in the order of
Polars' own PDS-H benchmark.

PDS-H has doubles where these tables have decimals, and rounds its answers. Here products stay exact
where that takes Polars no longer (in all but Q1), and nothing is rounded: answers are compared.
"""

import datetime
import decimal

from bench.generate.tpch import TABLES

pl = col = None  # the library whose expressions these are


def use(module):
    """Has the queries be `module`'s: polars or doline. One of them a process."""
    global pl, col
    pl, col = module, module.col


def scan(session, folder):
    """What a session of either loads: its tables are files."""
    use(session.module)
    for table in TABLES:
        session.tables[table] = pl.scan_parquet(folder / f"{table}.parquet")


def _collect(frame):
    return frame.collect(engine="streaming")


def _exact(name, scale):
    """A decimal column wide enough for the product: Polars keeps the factors' scale."""
    return col(name).cast(pl.Decimal(38, scale))


def _discounted():
    return _exact("l_extendedprice", 4) * (1 - _exact("l_discount", 4))


def _cents(count):
    """An exact decimal: 0.05 as a double lies beside the column's value."""
    return pl.lit(decimal.Decimal(count).scaleb(-2))


def _first(year, month=1):
    return datetime.date(year, month, 1)


def _within(name, begin, end):
    """end is not within."""
    return col(name).is_between(begin, end, closed="left")


def _ratio(part, whole):
    return part.cast(pl.Float64) / whole.cast(pl.Float64)


def q1(session):
    discounted = col("l_extendedprice") * (1 - col("l_discount"))
    return _collect(
        session.tables["lineitem"]
        .filter(col("l_shipdate") <= datetime.date(1998, 9, 2))
        .with_columns(col("l_quantity", "l_extendedprice", "l_discount", "l_tax")
                      .cast(pl.Float64))
        .group_by("l_returnflag", "l_linestatus")
        .agg(
            pl.sum("l_quantity").alias("sum_qty"),
            pl.sum("l_extendedprice").alias("sum_base_price"),
            discounted.sum().alias("sum_disc_price"),
            (discounted * (1 + col("l_tax"))).sum().alias("sum_charge"),
            pl.mean("l_quantity").alias("avg_qty"),
            pl.mean("l_extendedprice").alias("avg_price"),
            pl.mean("l_discount").alias("avg_disc"),
            pl.len().alias("count_order"))
        .sort("l_returnflag", "l_linestatus"))


def q2(session):
    tables = session.tables
    offers = (
        tables["part"]
        .join(tables["partsupp"], left_on="p_partkey", right_on="ps_partkey")
        .join(tables["supplier"], left_on="ps_suppkey", right_on="s_suppkey")
        .join(tables["nation"], left_on="s_nationkey", right_on="n_nationkey")
        .join(tables["region"], left_on="n_regionkey", right_on="r_regionkey")
        .filter(col("p_size") == 15, col("p_type").str.ends_with("BRASS"),
                col("r_name") == "EUROPE"))
    return _collect(
        offers
        .group_by("p_partkey")
        .agg(pl.min("ps_supplycost"))
        .join(offers, on=["p_partkey", "ps_supplycost"])
        .select("s_acctbal", "s_name", "n_name", "p_partkey", "p_mfgr", "s_address", "s_phone",
                "s_comment")
        .sort("s_acctbal", "n_name", "s_name", "p_partkey",
              descending=[True, False, False, False])
        .head(100))


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


def q4(session):
    late = session.tables["lineitem"].filter(col("l_commitdate") < col("l_receiptdate"))
    return _collect(
        session.tables["orders"]
        .join(late, left_on="o_orderkey", right_on="l_orderkey", how="semi")
        .filter(_within("o_orderdate", _first(1993, 7), _first(1993, 10)))
        .group_by("o_orderpriority")
        .agg(pl.len().alias("order_count"))
        .sort("o_orderpriority"))


def q5(session):
    tables = session.tables
    return _collect(
        tables["region"]
        .join(tables["nation"], left_on="r_regionkey", right_on="n_regionkey")
        .join(tables["customer"], left_on="n_nationkey", right_on="c_nationkey")
        .join(tables["orders"], left_on="c_custkey", right_on="o_custkey")
        .join(tables["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
        .join(tables["supplier"], left_on=["l_suppkey", "n_nationkey"],
              right_on=["s_suppkey", "s_nationkey"])
        .filter(col("r_name") == "ASIA",
                _within("o_orderdate", _first(1994), _first(1995)))
        .group_by("n_name")
        .agg(_discounted().sum().alias("revenue"))
        .sort("revenue", descending=True))


def q6(session):
    return _collect(
        session.tables["lineitem"]
        .filter(
            _within("l_shipdate", _first(1994), _first(1995)),
            col("l_discount").is_between(_cents(5), _cents(7)),
            col("l_quantity") < 24)
        .select((_exact("l_extendedprice", 4) * _exact("l_discount", 4)).sum().alias("revenue")))


def q7(session):
    tables = session.tables
    traders = tables["nation"].filter(col("n_name").is_in(["FRANCE", "GERMANY"]))
    return _collect(
        tables["customer"]
        .join(traders, left_on="c_nationkey", right_on="n_nationkey")
        .rename({"n_name": "cust_nation"})
        .join(tables["orders"], left_on="c_custkey", right_on="o_custkey")
        .join(tables["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
        .join(tables["supplier"], left_on="l_suppkey", right_on="s_suppkey")
        .join(traders, left_on="s_nationkey", right_on="n_nationkey")
        .rename({"n_name": "supp_nation"})
        .filter(_within("l_shipdate", _first(1995), _first(1997)),
                col("supp_nation") != col("cust_nation"))
        .with_columns(volume=_discounted(), l_year=col("l_shipdate").dt.year())
        .group_by("supp_nation", "cust_nation", "l_year")
        .agg(pl.sum("volume").alias("revenue"))
        .sort("supp_nation", "cust_nation", "l_year"))


def q8(session):
    tables = session.tables
    buyers = tables["nation"].select("n_nationkey", "n_regionkey")
    sellers = tables["nation"].select("n_nationkey", "n_name")
    from_brazil = pl.when(col("nation") == "BRAZIL").then("volume").otherwise(0)
    return _collect(
        tables["part"]
        .join(tables["lineitem"], left_on="p_partkey", right_on="l_partkey")
        .join(tables["supplier"], left_on="l_suppkey", right_on="s_suppkey")
        .join(tables["orders"], left_on="l_orderkey", right_on="o_orderkey")
        .join(tables["customer"], left_on="o_custkey", right_on="c_custkey")
        .join(buyers, left_on="c_nationkey", right_on="n_nationkey")
        .join(tables["region"], left_on="n_regionkey", right_on="r_regionkey")
        .filter(col("r_name") == "AMERICA")
        .join(sellers, left_on="s_nationkey", right_on="n_nationkey")
        .filter(_within("o_orderdate", _first(1995), _first(1997)),
                col("p_type") == "ECONOMY ANODIZED STEEL")
        .select(col("o_orderdate").dt.year().alias("o_year"), _discounted().alias("volume"),
                col("n_name").alias("nation"))
        .group_by("o_year")
        .agg(_ratio(from_brazil.sum(), pl.sum("volume")).alias("mkt_share"))
        .sort("o_year"))


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


def q10(session):
    tables = session.tables
    return _collect(
        tables["customer"]
        .join(tables["orders"], left_on="c_custkey", right_on="o_custkey")
        .join(tables["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
        .join(tables["nation"], left_on="c_nationkey", right_on="n_nationkey")
        .filter(_within("o_orderdate", _first(1993, 10), _first(1994)),
                col("l_returnflag") == "R")
        .group_by("c_custkey", "c_name", "c_acctbal", "c_phone", "n_name", "c_address",
                  "c_comment")
        .agg(_discounted().sum().alias("revenue"))
        .select("c_custkey", "c_name", "revenue", "c_acctbal", "n_name", "c_address", "c_phone",
                "c_comment")
        .sort("revenue", descending=True)
        .head(20))


def q11(session):
    tables = session.tables
    value = (_exact("ps_supplycost", 2) * col("ps_availqty")).sum()
    german = (
        tables["partsupp"]
        .join(tables["supplier"], left_on="ps_suppkey", right_on="s_suppkey")
        .join(tables["nation"], left_on="s_nationkey", right_on="n_nationkey")
        .filter(col("n_name") == "GERMANY"))
    return _collect(
        german
        .group_by("ps_partkey")
        .agg(value.alias("value"))
        .join(german.select(value.alias("total")), how="cross")
        .filter(col("value") * 10_000 > col("total"))
        .select("ps_partkey", "value")
        .sort("value", descending=True))


def q12(session):
    tables = session.tables
    is_high = col("o_orderpriority").is_in(["1-URGENT", "2-HIGH"])
    return _collect(
        tables["orders"]
        .join(tables["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
        .filter(col("l_shipmode").is_in(["MAIL", "SHIP"]),
                col("l_commitdate") < col("l_receiptdate"),
                col("l_shipdate") < col("l_commitdate"),
                _within("l_receiptdate", _first(1994), _first(1995)))
        .with_columns(is_high=is_high)
        .group_by("l_shipmode")
        .agg(col("is_high").sum().alias("high_line_count"),
             col("is_high").not_().sum().alias("low_line_count"))
        .sort("l_shipmode"))


def q13(session):
    tables = session.tables
    orders = tables["orders"].filter(
        col("o_comment").str.contains("special.*requests").not_())
    return _collect(
        tables["customer"]
        .join(orders, left_on="c_custkey", right_on="o_custkey", how="left")
        .group_by("c_custkey")
        .agg(col("o_orderkey").count().alias("c_count"))
        .group_by("c_count")
        .agg(pl.len().alias("custdist"))
        .sort("custdist", "c_count", descending=[True, True]))


def q14(session):
    tables = session.tables
    promoted = pl.when(col("p_type").str.starts_with("PROMO")).then("revenue").otherwise(0)
    return _collect(
        tables["lineitem"]
        .join(tables["part"], left_on="l_partkey", right_on="p_partkey")
        .filter(_within("l_shipdate", _first(1995, 9), _first(1995, 10)))
        .with_columns(revenue=_discounted())
        .select((100 * _ratio(promoted.sum(), pl.sum("revenue"))).alias("promo_revenue")))


def q15(session):
    tables = session.tables
    revenue = (
        tables["lineitem"]
        .filter(_within("l_shipdate", _first(1996), _first(1996, 4)))
        .group_by("l_suppkey")
        .agg(_discounted().sum().alias("total_revenue")))
    return _collect(
        tables["supplier"]
        .join(revenue, left_on="s_suppkey", right_on="l_suppkey")
        .filter(col("total_revenue") == col("total_revenue").max())
        .select("s_suppkey", "s_name", "s_address", "s_phone", "total_revenue")
        .sort("s_suppkey"))


def q16(session):
    tables = session.tables
    complained_of = tables["supplier"].filter(
        col("s_comment").str.contains("Customer.*Complaints"))
    return _collect(
        tables["part"]
        .join(tables["partsupp"], left_on="p_partkey", right_on="ps_partkey")
        .filter(col("p_brand") != "Brand#45",
                col("p_type").str.starts_with("MEDIUM POLISHED").not_(),
                col("p_size").is_in([49, 14, 23, 45, 19, 3, 36, 9]))
        .join(complained_of, left_on="ps_suppkey", right_on="s_suppkey", how="anti")
        .group_by("p_brand", "p_type", "p_size")
        .agg(col("ps_suppkey").n_unique().alias("supplier_cnt"))
        .sort("supplier_cnt", "p_brand", "p_type", "p_size",
              descending=[True, False, False, False]))


def q17(session):
    tables = session.tables
    yearly = pl.sum("l_extendedprice").cast(pl.Float64) / 7
    lines = (
        tables["part"]
        .filter(col("p_brand") == "Brand#23", col("p_container") == "MED BOX")
        .join(tables["lineitem"], left_on="p_partkey", right_on="l_partkey", how="left"))
    return _collect(
        lines
        .group_by("p_partkey")
        .agg((0.2 * col("l_quantity").mean()).alias("fifth"))
        .join(lines, on="p_partkey")
        .filter(col("l_quantity") < col("fifth"))
        # A sum of no rows is NULL in SQL, 0 here.
        .select(pl.when(pl.len() > 0).then(yearly).alias("avg_yearly")))


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


def q19(session):
    tables = session.tables

    def wanted(brand, containers, quantity, size):
        return (
            (col("p_brand") == brand) & col("p_container").is_in(containers)
            & col("l_quantity").is_between(quantity, quantity + 10)
            & col("p_size").is_between(1, size))

    return _collect(
        tables["part"]
        .join(tables["lineitem"], left_on="p_partkey", right_on="l_partkey")
        .filter(col("l_shipmode").is_in(["AIR", "AIR REG"]),
                col("l_shipinstruct") == "DELIVER IN PERSON",
                wanted("Brand#12", ["SM CASE", "SM BOX", "SM PACK", "SM PKG"], 1, 5)
                | wanted("Brand#23", ["MED BAG", "MED BOX", "MED PKG", "MED PACK"], 10, 10)
                | wanted("Brand#34", ["LG CASE", "LG BOX", "LG PACK", "LG PKG"], 20, 15))
        .select(_discounted().sum().alias("revenue")))


def q20(session):
    tables = session.tables
    shipped = (
        tables["lineitem"]
        .filter(_within("l_shipdate", _first(1994), _first(1995)))
        .group_by("l_partkey", "l_suppkey")
        .agg((pl.sum("l_quantity").cast(pl.Float64) * 0.5).alias("half")))
    canadian = (
        tables["supplier"]
        .join(tables["nation"].filter(col("n_name") == "CANADA"), left_on="s_nationkey",
              right_on="n_nationkey"))
    return _collect(
        tables["part"]
        .filter(col("p_name").str.starts_with("forest"))
        .select(col("p_partkey").unique())
        .join(tables["partsupp"], left_on="p_partkey", right_on="ps_partkey")
        .join(shipped, left_on=["ps_suppkey", "p_partkey"], right_on=["l_suppkey", "l_partkey"])
        .filter(col("ps_availqty") > col("half"))
        .select(col("ps_suppkey").unique())
        .join(canadian, left_on="ps_suppkey", right_on="s_suppkey")
        .select("s_name", "s_address")
        .sort("s_name"))


def q21(session):
    tables = session.tables
    is_late = col("l_receiptdate") > col("l_commitdate")
    lines = tables["lineitem"].select("l_orderkey", "l_suppkey", "l_receiptdate", "l_commitdate")
    late = (
        lines
        .filter(is_late)
        .join(tables["supplier"], left_on="l_suppkey", right_on="s_suppkey")
        .join(tables["nation"].filter(col("n_name") == "SAUDI ARABIA"), left_on="s_nationkey",
              right_on="n_nationkey")
        .join(tables["orders"].filter(col("o_orderstatus") == "F"), left_on="l_orderkey",
              right_on="o_orderkey")
        .select("l_orderkey", "s_name"))
    # PDS-H counts lines, which two of one supplier's would mislead. Here: orders that more than one
    # supplier had a part in, and one alone was late with.
    late_supplier = pl.when(is_late).then("l_suppkey")
    awaited = (
        lines
        .join(late, on="l_orderkey", how="semi")
        .group_by("l_orderkey")
        .agg((pl.min("l_suppkey") < pl.max("l_suppkey")).alias("is_shared"),
             (late_supplier.min() == late_supplier.max()).alias("has_one_late"))
        .filter("is_shared", "has_one_late"))
    return _collect(
        late
        .join(awaited, on="l_orderkey")
        .group_by("s_name")
        .agg(pl.len().alias("numwait"))
        .sort("numwait", "s_name", descending=[True, False])
        .head(100))


def q22(session):
    tables = session.tables
    customers = (
        tables["customer"]
        .with_columns(cntrycode=col("c_phone").str.slice(0, 2))
        .filter(col("cntrycode").is_in(["13", "31", "23", "29", "30", "18", "17"]))
        .select("c_acctbal", "c_custkey", "cntrycode"))
    average = (
        customers
        .filter(col("c_acctbal") > 0)
        .select(col("c_acctbal").mean().alias("average")))
    return _collect(
        customers
        .join(average, how="cross")
        .filter(col("c_acctbal") > col("average"))
        .join(tables["orders"], left_on="c_custkey", right_on="o_custkey", how="anti")
        .group_by("cntrycode")
        .agg(pl.len().alias("numcust"), pl.sum("c_acctbal").alias("totacctbal"))
        .sort("cntrycode"))


QUERIES = {1: q1, 2: q2, 3: q3, 4: q4, 5: q5, 6: q6, 7: q7, 8: q8, 9: q9, 10: q10, 11: q11,
           12: q12, 13: q13, 14: q14, 15: q15, 16: q16, 17: q17, 18: q18, 19: q19, 20: q20,
           21: q21, 22: q22}
