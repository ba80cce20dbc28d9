"""`./dev fuzz plans`, shortly: a fixed seed's first statements, in every configuration, beside
DuckDB and SQLite. What a long run found lies in tests/fuzz/seeds/plans."""

from tests.fuzz.plans import runner

STATEMENTS = 150


def test_random_queries_have_one_answer(library, tmp_path, capfd):
    options = runner.Options(library=library, seed=4, first=0, end=STATEMENTS, seconds=float("inf"),
                             findings=tmp_path, threads=2)
    assert runner.Run(options).run() == 0, capfd.readouterr().out
