"""What each pass of the optimizer is worth: the plans that change without it, and what their queries take with
it and without, in processor seconds of the program, over TPC-H and TPC-DS. The table of
docs/decisions/0003-passes-that-pay.md. By hand: python -m bench.passes [--only PASS,...]"""

import argparse
import dataclasses
import math
import re
import resource
import subprocess
import sys

from bench.cases import PROGRAM, Options
from bench.suites import build_suite

SUITES = ("tpch", "tpcds")
RUNS = 2
GIVE_UP_SECONDS = 5
NAMED = 3  # queries that a line of the table tells of


@dataclasses.dataclass
class Change:
    """Of one query whose plan changes; seconds, GIVE_UP_SECONDS where it was given up."""

    query: str
    with_it: float
    without: float

    @property
    def ratio(self):
        return self.with_it / self.without

    def __str__(self):
        without = f"over {GIVE_UP_SECONDS}" if self.without >= GIVE_UP_SECONDS else f"{self.without:.2f}"
        return f"{self.query} {without} → {self.with_it:.2f}"


def pass_names():
    done = subprocess.run([PROGRAM, "-c", "SET disabled_optimizers = '?'"], capture_output=True, text=True, check=False)
    return [name for name in re.search(r"the passes are (.*)", done.stderr)[1].split(", ") if name != "all"]


def run(suite, disabled, texts, **how):
    """What the program prints; it reads its statements from standard input."""
    statements = [*suite.load["doline"], f"SET disabled_optimizers = '{disabled}'", *texts]
    return subprocess.run([PROGRAM, "--csv", "-f", "/dev/stdin"], input=";\n".join(statements), check=True,
                          stdout=subprocess.PIPE, text=True, **how).stdout


def plans(suite, disabled):
    """The plan of each query, without the passes named."""
    marked = [line for case in suite.cases for text in texts_of(case)
              for line in (f"SELECT '=={case.name}' AS name", f"EXPLAIN {text}")]
    parts = re.split(r"^==(\w+)$", run(suite, disabled, marked), flags=re.MULTILINE)
    told = {}
    for name, plan in zip(parts[1::2], parts[2::2]):
        told[name] = told.get(name, "") + plan
    return told


def texts_of(case):
    work = case.work["doline"]
    return [work] if isinstance(work, str) else list(work)


def seconds(suite, case, disabled):
    """The least of some runs."""
    least = math.inf
    for _ in range(RUNS):
        before = used()
        try:
            run(suite, disabled, texts_of(case), timeout=GIVE_UP_SECONDS)
        except subprocess.TimeoutExpired:
            return GIVE_UP_SECONDS
        least = min(least, used() - before)
    return least


def used():
    of = resource.getrusage(resource.RUSAGE_CHILDREN)
    return of.ru_utime + of.ru_stime


def changes(name, suites, usual):
    """Of every query whose plan changes without the pass."""
    for suite_name, suite in suites.items():
        without = plans(suite, name)
        for case in suite.cases:
            if without[case.name] == usual[suite_name][case.name]:
                continue
            query = f"{'H' if suite_name == 'tpch' else 'DS'} {case.name.upper()}"
            yield Change(query, seconds(suite, case, ""), seconds(suite, case, name))


def row(name, of):
    sums = sum(one.without for one in of), sum(one.with_it for one in of)
    mean = math.exp(sum(math.log(one.ratio) for one in of) / len(of))
    by_ratio = sorted(of, key=lambda one: one.ratio)
    best = ", ".join(str(one) for one in by_ratio[:NAMED] if one.ratio < 0.9) or "–"
    worst = str(by_ratio[-1]) if by_ratio[-1].ratio > 1.1 else "–"
    return f"| `{name}` | {len(of)} | {sums[0]:.2f} → {sums[1]:.2f} | {mean:.2f} | {best} | {worst} |"


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.passes", description=__doc__)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--only", default="", help="names of passes, with commas")
    arguments = parser.parse_args()
    suites = {name: build_suite(Options(suite=name, against=(), scale=arguments.scale, threads=2, all_queries=True))
              for name in SUITES}
    for suite in suites.values():
        suite.generate()
    usual = {name: plans(suite, "") for name, suite in suites.items()}
    print("| Pass | Plans changed | Sum, s | Geometric mean | Most, s | Worst, s |\n|---|---|---|---|---|---|")
    for name in arguments.only.split(",") if arguments.only else pass_names():
        of = list(changes(name, suites, usual))
        print(row(name, of) if of else f"| `{name}` | 0 | – | – | – | – |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
