"""Joins, updates, pivots and frames below and beside each other, with all their options."""

import doline as dl
import polars
import pytest
from frames.peer import Frames, both, check


def keyed(pl):
    return (pl.DataFrame({"k": [1, 2, 2], "v": [1, 2, 3]}), pl.DataFrame({"k": [2, 3], "w": [5, 6]}))


def timed(pl):
    return (pl.DataFrame({"t": [1, 5, 10], "v": [1, 2, 3]}),
            pl.DataFrame({"t": [1, 4, 6, 10, 12], "p": [1.0, 2.0, 3.0, 3.5, 4.0]}))


def where(how):
    def example(pl, d):
        left, right = timed(pl)
        return left.join_where(right, pl.col("t") > pl.col("t_right") + 4, how=how).sort(pl.all())
    return example


def asof(strategy, exact):
    def example(pl, d):
        left, right = timed(pl)
        return left.join_asof(right, on="t", strategy=strategy, allow_exact_matches=exact)
    return example


def updated(**options):
    def example(pl, d):
        left, right = keyed(pl)
        return left.update(right.rename({"w": "v"}), **options)
    return example


def pivoted(frame=None, **options):
    def example(pl, d):
        rows = pl.DataFrame({"k": ["a", "a", "b"], "c": ["y", "y", "x"], "v": [1, 2, 3], "w": [4, 5, 6]})
        return rows.pivot("c", index="k", **options)
    return example


EXAMPLES = {
    **{f"where {how}": where(how) for how in ("inner", "left", "right", "full")},
    "where names of both": lambda pl, d: timed(pl)[0].join_where(timed(pl)[1], pl.col("t") < pl.col("t_right"))
        .sort(pl.all()),
    "where a list": lambda pl, d: timed(pl)[0].join_where(timed(pl)[1].rename({"t": "s"}),
        [pl.col("t") > pl.col("s"), pl.col("v") < 3]).sort(pl.all()),
    **{f"asof {how} {exact}": asof(how, exact) for how in ("backward", "forward", "nearest")
       for exact in (True, False)},
    "join m:1": lambda pl, d: keyed(pl)[0].join(keyed(pl)[1], on="k", validate="m:1", maintain_order="left"),
    "join null keys m:1": lambda pl, d: keyed(pl)[0].join(
        pl.DataFrame({"k": [None, None, 2]}, schema={"k": pl.Int64}), on="k", validate="m:1"),
    "join full": lambda pl, d: keyed(pl)[0].join(keyed(pl)[1], on="k", how="full", maintain_order="left_right"),
    "update": updated(), "update on": updated(on="k"), "update full": updated(on="k", how="full"),
    "update inner": updated(on="k", how="inner"),
    "update keys of their own": lambda pl, d: keyed(pl)[0].update(
        keyed(pl)[1].rename({"w": "v", "k": "z"}), left_on="k", right_on="z"),
    "update with nulls": lambda pl, d: keyed(pl)[0].update(
        pl.DataFrame({"k": [2], "v": [None]}, schema={"k": pl.Int64, "v": pl.Int64}), on="k", include_nulls=True),
    "update with other types": lambda pl, d: keyed(pl)[0].update(pl.DataFrame({"v": [0.5]})),
    "update lazily": lambda pl, d: keyed(pl)[0].lazy().update(keyed(pl)[1].lazy().rename({"w": "v"}), on="k"),
    "pivot sorted": pivoted(values="v", aggregate_function="first", sort_columns=True),
    "pivot combined": pivoted(values="v", aggregate_function="sum", column_naming="combine"),
    "pivot two": pivoted(values=["v", "w"], aggregate_function="sum"),
    "pivot len": pivoted(values="v", aggregate_function="len"),
    "merge_sorted": lambda pl, d: keyed(pl)[0].merge_sorted(keyed(pl)[0], "k").select("k"),
    "merge_sorted function": lambda pl, d: pl.merge_sorted([keyed(pl)[0], keyed(pl)[0]], "k").select("k"),
    "union": lambda pl, d: pl.union([keyed(pl)[0], keyed(pl)[0]]).sort(pl.all()),
    "concat with nulls": lambda pl, d: pl.concat([keyed(pl)[0].select("k"), pl.DataFrame({"k": [None]})]),
    "concat series with nulls": lambda pl, d: pl.concat([pl.Series("a", [1]), pl.Series("a", [None])]),
    "diagonal relaxed": lambda pl, d: pl.concat([keyed(pl)[0], pl.DataFrame({"v": [0.5]})],
                                                how="diagonal_relaxed"),
    "diagonal with nulls": lambda pl, d: pl.concat([keyed(pl)[0], pl.DataFrame({"v": [None]})], how="diagonal"),
    "horizontal extended": lambda pl, d: pl.concat([keyed(pl)[0], keyed(pl)[1].rename({"k": "l"})],
                                                   how="horizontal_extend"),
    "aligned": lambda pl, d: pl.align_frames(*keyed(pl), on="k")[0].sort(pl.all()),
    "aligned other": lambda pl, d: pl.align_frames(*keyed(pl), on="k")[1],
    "aligned selected": lambda pl, d: pl.align_frames(*keyed(pl), on="k", select=["k"])[1],
    "aligned falling": lambda pl, d: pl.align_frames(list(keyed(pl)), on="k", descending=True)[1],
    "aligned by null": lambda pl, d: pl.align_frames(*[f.with_columns(k=pl.lit(None, pl.Int64)).head(1)
                                                       for f in keyed(pl)], on="k")[1],
    "unstack": lambda pl, d: d.numbers.unstack(step=4, columns=["i", "f"]),
    "unstack across": lambda pl, d: d.numbers.unstack(step=4, how="horizontal", columns="i", fill_values=0),
    "map_columns": lambda pl, d: d.numbers.map_columns(["i", "n"], lambda s, by: s * by, 10),
    "map_rows": lambda pl, d: d.numbers.map_rows(lambda row: (row[0] * 2, row[3])),
    "map_rows one": lambda pl, d: d.numbers.map_rows(lambda row: row[0] * 2),
    "transposed by a column": lambda pl, d: d.shops.transpose(column_names="shop", include_header=True),
    "transposed numbers": lambda pl, d: d.small.transpose(column_names=["x", "y", "z"]),
    "dummies": lambda pl, d: pl.DataFrame({"x": ["b", "a", None, "b"], "n": [2, 1, 2, 3],
                                           "t": [True, False, None, True]}).to_dummies(),
    "dummies but the first": lambda pl, d: d.people.select("city", "age").to_dummies("city", drop_first=True),
    "dummies but nulls": lambda pl, d: d.people.select("name").to_dummies(drop_nulls=True, drop_first=True),
    "dummies of a series": lambda pl, d: d.people["name"].to_dummies(separator=":", drop_nulls=True),
    "corr of three": lambda pl, d: d.sales.select("amount", "price").with_columns(x=pl.col("price") ** 2).corr(),
    "a struct without a name": lambda pl, d: d.shops.to_struct(),
    "corr with names": lambda pl, d: pl.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}).corr(label="of"),
    "sum_horizontal with nulls": lambda pl, d: d.numbers.select("i", "n").sum_horizontal(ignore_nulls=False),
    "mean_horizontal with nulls": lambda pl, d: d.numbers.select("i", "n").mean_horizontal(ignore_nulls=False),
}


@both(EXAMPLES)
def test_example(example):
    check(example)


REFUSED = {
    "on and left_on": lambda pl, a, b: a.join(b, on="k", left_on="k", right_on="k"),
    "an outer join": lambda pl, a, b: a.join(b, on="k", how="outer"),
    "a cross join with keys": lambda pl, a, b: a.join(b, on="k", how="cross"),
    "other numbers of keys": lambda pl, a, b: a.join(b, left_on=["k", "v"], right_on="k"),
    "validate 1:m": lambda pl, a, b: a.join(b, on="k", validate="1:m"),
    "validate 1:1": lambda pl, a, b: a.join(b, on="k", validate="1:1"),
    "a key of neither": lambda pl, a, b: a.join(b, on="zz"),
    "a time of neither": lambda pl, a, b: a.join_asof(b, on="zz"),
    "a key beside a time": lambda pl, a, b: a.join_asof(b, on="k", by="zz"),
    "another validate": lambda pl, a, b: a.join(b, on="k", validate="2:1"),
    "another build_side": lambda pl, a, b: a.join(b, on="k", build_side="left"),
    "where nothing": lambda pl, a, b: a.join_where(b),
    "where semi": lambda pl, a, b: a.join_where(b, pl.col("k") < pl.col("w"), how="semi"),
    "where a taken name": lambda pl, a, b: a.with_columns(k_right=1).join_where(b, pl.col("k") < pl.col("w")),
    "update by no column": lambda pl, a, b: a.update(b, on="zz"),
    "update right": lambda pl, a, b: a.update(b, on="k", how="right"),
    "a pivot of two values": lambda pl, a, b: a.with_columns(c=pl.lit("x")).pivot("c", index="k", values="v"),
    "a pivot of items": lambda pl, a, b: a.with_columns(c=pl.lit("x")).pivot(
        "c", index="k", values="v", aggregate_function="item"),
    "diagonal of other types": lambda pl, a, b: pl.concat([a, pl.DataFrame({"v": ["x"]})], how="diagonal"),
    "vertical of other types": lambda pl, a, b: pl.concat([a.select("v"), pl.DataFrame({"v": ["x"]})]),
    "series of other types": lambda pl, a, b: pl.concat([pl.Series([1]), pl.Series(["x"])]),
    "horizontal of other heights": lambda pl, a, b: pl.concat([a, b.select("w")], how="horizontal"),
    "horizontal of lazy ones": lambda pl, a, b: pl.concat([a.lazy(), b.lazy().select("w")],
                                                          how="horizontal").collect(),
    "horizontal strict": lambda pl, a, b: pl.concat([a, b.select("w")], how="horizontal", strict=True),
    "horizontal not strict": lambda pl, a, b: pl.concat([a, b.select("w")], how="horizontal", strict=False),
    "aligned by nothing": lambda pl, a, b: pl.concat([a, b.select("w")], how="align"),
    "too few names": lambda pl, a, b: a.transpose(column_names=["x"]),
}


@pytest.mark.parametrize("verb", REFUSED.values(), ids=REFUSED)
def test_both_refuse(verb):
    for pl in polars, dl:
        with pytest.raises(Exception):
            verb(pl, *keyed(pl))
    with pytest.raises((ValueError, dl.errors.Error)) as caught:
        verb(dl, *keyed(dl))
    assert "__doline" not in str(caught.value)


def test_frames_of_other_libraries_are_joined():
    pandas = pytest.importorskip("pandas")
    left, right = keyed(dl)
    for other in (right.to_polars(), right.to_polars().lazy(), right.to_pandas(), right.to_arrow(), {"k": [2]}):
        assert left.join(other, on="k").height == 2
    assert dl.concat([left, left.to_polars()]).height == 6
    with pytest.raises(TypeError, match="table"):
        left.join(7, on="k")
    assert pandas is not None


def test_join_asof_takes_columns():
    left, right = timed(dl)
    with pytest.raises(dl.NotSupported, match="with_columns"):
        left.join_asof(right, left_on=dl.col("t") + 1, right_on="t")
    with pytest.raises(ValueError, match="on"):
        left.join_asof(right, on="t", left_on="t", right_on="t")


def test_a_series_and_an_array_make_a_frame():
    import numpy as np
    column = dl.Series("a", [1, 2])
    assert dl.DataFrame({"a": column + np.array([10, 20])}).rows() == [(11,), (22,)]


def test_a_series_of_another_length_does_not_stand_beside_a_frame():
    for pl in polars, dl:
        frame, short = pl.DataFrame({"a": [1, 2, 3]}), pl.Series("s", [1, 2])
        for verb in (lambda f: f.with_columns(short), lambda f: f.with_columns(x=short + pl.col("a")),
                     lambda f: f.filter(short > 1), lambda f: f.lazy().filter(short > 1).collect(),
                     lambda f: f.lazy().filter([True, False]).collect(),
                     lambda f: f.lazy().with_columns(short).collect()):
            with pytest.raises(Exception, match="length|values"):
                verb(frame)


def test_types_of_structs_by_a_mapping():
    assert dl.struct_with_fields({"a": dl.Int64}) == dl.Struct({"a": dl.Int64})


def test_groups_are_parts_of_one_sorted_frame():
    def parts(pl, **options):
        return [(key, part.rows()) for key, part in Frames(pl).sales.partition_by(
            "shop", "item", as_dict=True, **options).items()]
    assert parts(polars) == parts(dl)
    assert parts(polars, include_key=False) == parts(dl, include_key=False)
    assert sorted(parts(polars, maintain_order=False)) == sorted(parts(dl, maintain_order=False))
    told = [[(key, part.rows()) for key, part in Frames(pl).people.group_by(
        "city", pl.col("age") > 30, maintain_order=True)] for pl in (polars, dl)]
    assert told[0] == told[1]


def test_a_part_is_a_frame_like_any():
    frame = dl.DataFrame({"k": ["b", "a", "b"], "v": [1, 2, 3]})
    first, second = frame.partition_by("k")
    assert first.with_columns(dl.col("v") * 2).rows() == [("b", 2), ("b", 6)]
    assert (first.height, second["v"].to_list(), dl.concat([second, first]).height) == (2, [2], 3)


def test_groups_behind_having_are_not_iterated():
    frame = dl.DataFrame({"k": ["a"], "t": [1], "v": [1]})
    for groups in (frame.group_by("k").having(dl.len() > 1), frame.group_by_dynamic("t", every="1i")):
        with pytest.raises(dl.NotSupported, match="agg"):
            list(groups)


def test_groups_are_completed_with_what_they_have():
    assert {"agg", "head", "first", "map_groups"} <= set(dir(dl.DataFrame({"k": [1]}).group_by("k")))
