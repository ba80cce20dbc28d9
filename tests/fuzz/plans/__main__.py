"""python -m tests.fuzz.plans run|work|show; `./dev fuzz plans` calls it."""

import argparse
import pathlib
import random
import sys

from tests.fuzz.plans import oracles, runner, statements, worker

TOP = pathlib.Path(__file__).resolve().parent.parent.parent.parent
NO_END = 10**12


def main():
    arguments = argparse.ArgumentParser(prog="plans", description="random queries over random data")
    arguments.add_argument("what", choices=("run", "work", "show"))
    arguments.add_argument("--seconds", type=float, default=float("inf"), help="of processor time")
    arguments.add_argument("--seed", type=int, help="repeats a run; drawn when it is not given")
    arguments.add_argument("--first", type=int, default=0, help="the statement to begin with")
    arguments.add_argument("--end", type=int, default=NO_END, help="the statement to end before")
    arguments.add_argument("--threads", type=int, default=2, help="that Doline may use")
    arguments.add_argument("--library", type=pathlib.Path,
                           default=TOP / "build" / "release" / "libdoline.so")
    arguments.add_argument("--findings", type=pathlib.Path, default=TOP / ".cache" / "fuzz" / "findings" / "plans")
    options = arguments.parse_args()
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    if options.what == "work":
        worker.work(options.library, seed, options.first, options.end, options.seconds, options.threads)
        return 0
    if options.what == "show":
        show(seed, options.first)
        return 0
    print(f"plans: seed {seed}, {', '.join(oracles.VARIANTS)}", flush=True)
    return min(1, runner.Run(runner.Options(
        options.library, seed, options.first, options.end, options.seconds, options.findings, options.threads)).run())


def show(seed, number):
    """The statement, and the oracles that judge it."""
    of = statements.universe_of(seed, number)
    case, names = statements.case_of(seed, number, of)
    for table in of.tables:
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
        print(f"-- {table.name}({columns}): {len(table.rows)} rows, {table.storage}")
    print(f"-- {case.kind}: {', '.join(names)}")
    texts = [str(case.node)] if case.kind == "query" else oracles.split_texts(case)
    print(";\n".join(texts) + ";")


if __name__ == "__main__":
    sys.exit(main())
