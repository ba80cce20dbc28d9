"""SQL against pandas: a year of (generated) taxi trips, twelve questions, from the Parquet file to the
answer, each in a process of its own whose peak of memory is sampled. pandas reads the columns that a
question needs, and may map 8 GB, which the whole table does not fit; what it does not finish it is
asked again over the largest part of the table with which it finishes all twelve."""

import dataclasses
import json
import sys
from collections.abc import Callable

from bench import processes, taxi_page
from bench.cases import Case, Options, Suite, data_folder, sql
from bench.generate import taxi as generate

WHOLE_ROWS = 100_000_000
MOST_HALVINGS = 6


@dataclasses.dataclass(frozen=True)
class Question:
    """text: SQL over `trips` and `zones`. columns: those of trips that it reads. pandas and polars:
    functions of (module, trips, zones) to the answer; trips is a DataFrame, or a LazyFrame."""

    text: str
    columns: tuple[str, ...]
    pandas: Callable
    polars: Callable


def _boroughs_pandas(pd, trips, zones):
    joined = trips.merge(zones, left_on="pickup_zone", right_on="zone")
    return joined.groupby("borough", as_index=False).agg(trips=("total", "size"), revenue=("total", "sum"))


def _between_boroughs_pandas(pd, trips, zones):
    near = zones[["zone", "borough"]]
    joined = trips.merge(near, left_on="pickup_zone", right_on="zone").merge(
        near, left_on="dropoff_zone", right_on="zone", suffixes=("_from", "_to"))
    return joined.groupby(["borough_from", "borough_to"], as_index=False).agg(
        trips=("distance", "size"), distance=("distance", "mean"))


def _between_boroughs_polars(pl, trips, zones):
    near = zones.select("zone", "borough")
    return (trips.join(near, left_on="pickup_zone", right_on="zone")
            .join(near, left_on="dropoff_zone", right_on="zone", suffix="_to")
            .group_by("borough", "borough_to").agg(pl.len(), pl.mean("distance").alias("d")))


def _speed_pandas(pd, trips, zones):
    minutes = (trips["dropoff"] - trips["pickup"]).dt.total_seconds() / 60
    frame = pd.DataFrame({"hour": trips["pickup"].dt.hour, "distance": trips["distance"], "minutes": minutes})
    sums = frame.groupby("hour", as_index=False).sum()
    return pd.DataFrame({"hour": sums["hour"], "speed": sums["distance"] / sums["minutes"] * 60})


def _daily_polars(pl, trips):
    return trips.group_by(pl.col("pickup").dt.date().alias("day")).agg(pl.sum("total").alias("revenue"))


def _moving_pandas(pd, trips, zones):
    daily = trips.groupby(trips["pickup"].dt.floor("D"))["total"].sum()
    moving = daily.rolling(7, min_periods=1).mean()
    return pd.DataFrame({"day": daily.index.date, "revenue": daily.values, "week": moving.values})


def _gaps_pandas(pd, trips, zones):
    ordered = trips.sort_values(["pickup_zone", "pickup"], kind="stable")
    gap = ordered.groupby("pickup_zone")["pickup"].diff().dt.total_seconds()
    return gap.groupby(ordered["pickup_zone"]).mean().reset_index(name="seconds")


def _best_pandas(pd, trips, zones):
    place = trips.groupby("pickup_zone")["total"].rank(method="min", ascending=False)
    return trips.loc[place <= 3, ["pickup_zone", "total"]]


QUESTIONS = {
    "filter": Question(
        "SELECT count(*), sum(total) FROM trips WHERE distance > 10 AND payment = 'cash'",
        ("distance", "payment", "total"),
        lambda pd, trips, zones: (lambda kept: pd.DataFrame({"n": [len(kept)], "s": [kept["total"].sum()]}))(
            trips[(trips["distance"] > 10) & (trips["payment"] == "cash")]),
        lambda pl, trips, zones: trips.filter(pl.col("distance") > 10, pl.col("payment") == "cash")
        .select(pl.len(), pl.sum("total"))),
    "payments": Question(
        "SELECT payment, count(*), avg(fare), sum(tip) FROM trips GROUP BY payment",
        ("payment", "fare", "tip"),
        lambda pd, trips, zones: trips.groupby("payment", as_index=False).agg(
            n=("fare", "size"), fare=("fare", "mean"), tip=("tip", "sum")),
        lambda pl, trips, zones: trips.group_by("payment").agg(pl.len(), pl.mean("fare"), pl.sum("tip"))),
    "top routes": Question(
        "SELECT pickup_zone, dropoff_zone, count(*) AS n, avg(distance) FROM trips "
        "GROUP BY ALL ORDER BY n DESC, pickup_zone, dropoff_zone LIMIT 10",
        ("pickup_zone", "dropoff_zone", "distance"),
        lambda pd, trips, zones: trips.groupby(["pickup_zone", "dropoff_zone"], as_index=False).agg(
            n=("distance", "size"), distance=("distance", "mean"))
        .sort_values(["n", "pickup_zone", "dropoff_zone"], ascending=[False, True, True]).head(10),
        lambda pl, trips, zones: trips.group_by("pickup_zone", "dropoff_zone")
        .agg(pl.len().alias("n"), pl.mean("distance"))
        .sort("n", "pickup_zone", "dropoff_zone", descending=[True, False, False]).head(10)),
    "months": Question(
        "SELECT month(pickup) AS m, count(*), sum(total), count(passengers) FROM trips GROUP BY m",
        ("pickup", "total", "passengers"),
        lambda pd, trips, zones: trips.groupby(trips["pickup"].dt.month).agg(
            n=("total", "size"), total=("total", "sum"), passengers=("passengers", "count")).reset_index(),
        lambda pl, trips, zones: trips.group_by(pl.col("pickup").dt.month())
        .agg(pl.len(), pl.sum("total"), pl.count("passengers"))),
    "speed by hour": Question(
        "SELECT hour(pickup) AS h, sum(distance) / sum(date_diff('microsecond', pickup, dropoff) / 60e6) * 60 "
        "FROM trips GROUP BY h",
        ("pickup", "dropoff", "distance"),
        _speed_pandas,
        lambda pl, trips, zones: trips.group_by(pl.col("pickup").dt.hour()).agg(
            pl.sum("distance") /
            ((pl.col("dropoff") - pl.col("pickup")).dt.total_microseconds() / 60e6).sum() * 60)),
    "boroughs": Question(
        "SELECT borough, count(*), sum(total) FROM trips JOIN zones ON pickup_zone = zone GROUP BY borough",
        ("pickup_zone", "total"),
        _boroughs_pandas,
        lambda pl, trips, zones: trips.join(zones, left_on="pickup_zone", right_on="zone")
        .group_by("borough").agg(pl.len(), pl.sum("total"))),
    "between boroughs": Question(
        "SELECT a.borough, b.borough, count(*), avg(distance) FROM trips JOIN zones a ON pickup_zone = a.zone "
        "JOIN zones b ON dropoff_zone = b.zone GROUP BY ALL",
        ("pickup_zone", "dropoff_zone", "distance"),
        _between_boroughs_pandas, _between_boroughs_polars),
    "quantiles": Question(
        "SELECT payment, quantile_cont(total, 0.5), quantile_cont(total, 0.99) FROM trips GROUP BY payment",
        ("payment", "total"),
        lambda pd, trips, zones: trips.groupby("payment")["total"].quantile([0.5, 0.99]).unstack().reset_index(),
        lambda pl, trips, zones: trips.group_by("payment").agg(
            pl.col("total").quantile(0.5, "linear").alias("half"),
            pl.col("total").quantile(0.99, "linear").alias("most"))),
    "distinct": Question(
        "SELECT month(pickup) AS m, count(DISTINCT total) FROM trips GROUP BY m",
        ("pickup", "total"),
        lambda pd, trips, zones: trips.groupby(trips["pickup"].dt.month)["total"].nunique().reset_index(),
        lambda pl, trips, zones: trips.group_by(pl.col("pickup").dt.month()).agg(pl.n_unique("total"))),
    "moving week": Question(
        "SELECT day, revenue, avg(revenue) OVER (ORDER BY day ROWS 6 PRECEDING) "
        "FROM (SELECT pickup::DATE AS day, sum(total) AS revenue FROM trips GROUP BY day)",
        ("pickup", "total"),
        _moving_pandas,
        lambda pl, trips, zones: _daily_polars(pl, trips).sort("day").with_columns(
            pl.col("revenue").rolling_mean(7, min_samples=1).alias("week"))),
    "gaps": Question(
        "SELECT pickup_zone, avg(date_diff('microsecond', before, pickup)) / 1e6 FROM (SELECT pickup_zone, pickup, "
        "lag(pickup) OVER (PARTITION BY pickup_zone ORDER BY pickup) AS before FROM trips) GROUP BY pickup_zone",
        ("pickup_zone", "pickup"),
        _gaps_pandas,
        lambda pl, trips, zones: trips.sort("pickup").with_columns(
            pl.col("pickup").diff().over("pickup_zone").dt.total_microseconds().alias("gap"))
        .group_by("pickup_zone").agg(pl.mean("gap") / 1e6)),
    "best of each zone": Question(
        "SELECT pickup_zone, total FROM trips QUALIFY rank() OVER (PARTITION BY pickup_zone ORDER BY total DESC) <= 3",
        ("pickup_zone", "total"),
        _best_pandas,
        lambda pl, trips, zones: trips.filter(
            pl.col("total").rank("min", descending=True).over("pickup_zone") <= 3)
        .select("pickup_zone", "total")),
}


def by_pandas(question, trips, zones):
    def run(session):
        import pandas as pd

        return question.pandas(pd, pd.read_parquet(trips, columns=list(question.columns)), pd.read_parquet(zones))

    return run


def by_polars(question, trips, zones):
    def run(session):
        import polars as pl

        frame = question.polars(pl, pl.scan_parquet(trips), pl.scan_parquet(zones))
        return frame.collect(engine="streaming")

    return run


def build(options: Options):
    whole = int(WHOLE_ROWS * options.scale)
    folder = data_folder() / "taxi"
    zones = folder / "zones.parquet"
    part_file = folder / f"part-of-{whole}.json"

    def trips(rows):
        return folder / f"trips-{rows}-of-{whole}.parquet"

    def cases_over(rows, suffix):
        views = sql([f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM '{path}'"
                     for name, path in (("trips", trips(rows)), ("zones", zones))])
        return [Case(name + suffix,
                     sql(question.text) | {"polars": by_polars(question, trips(rows), zones),
                                           "pandas": by_pandas(question, trips(rows), zones)},
                     before=views, may_fail=("pandas", "polars"))
                for name, question in QUESTIONS.items()]

    def part_rows():
        """None: not looked for yet, or there is none."""
        return json.loads(part_file.read_text())["rows"] if part_file.exists() else None

    def find_part():
        """Halves the table until pandas finishes every question: once a data folder."""
        for halvings in range(MOST_HALVINGS + 1):
            rows = whole >> halvings
            generate.write_trips(trips(rows), rows, whole)
            if all(_finishes(name, trips(rows), zones) for name in QUESTIONS):
                break
            if rows < whole:
                trips(rows).unlink()
        else:
            rows = None
        part_file.write_text(json.dumps({"rows": rows}))

    def make():
        generate.write_zones(zones)
        generate.write_trips(trips(whole), whole, whole)
        if "pandas" in options.against and not part_file.exists():
            find_part()

    cases = cases_over(whole, "")
    if part_rows() not in (None, whole):
        cases += cases_over(part_rows(), taxi_page.OF_PART)
    return Suite(
        title=f"taxi trips (generated), {whole:,} rows in Parquet, pandas within 8 GB of address space",
        cases=cases, generate=make, processes=True, samples_memory=True, default_runs=2,
        writes=lambda results, versions: taxi_page.write(QUESTIONS, whole, part_rows(), options, results, versions))


def _finishes(name, trips, zones):
    arguments = [sys.executable, "-m", "bench.suites.taxi", name, str(trips), str(zones)]
    return processes.run_measured(arguments).exit_code == 0


def main():
    """Asks pandas one question, for _finishes."""
    from bench.engines.pandas_engine import Engine

    name, trips, zones = sys.argv[1:]
    Engine(threads=None, temp_folder=None).run(by_pandas(QUESTIONS[name], trips, zones))


if __name__ == "__main__":
    main()
