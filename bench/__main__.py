"""./dev bench SUITE --against LIST: Doline and its peers side by side in one run."""

import argparse
import re
import sys

from bench.cases import Options
from bench.engines.registry import NAMES
from bench.suites import BESIDE, DEFAULT_AGAINST, DEFAULT_SCALE, MODULES

UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9,
         "kib": 2**10, "mib": 2**20, "gib": 2**30}


def size_bytes(text):
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?i?b?)", text.strip().lower())
    if not match or match[2] not in UNITS:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write 400MB or 256MiB")
    return int(float(match[1]) * UNITS[match[2]])


def peers(text):
    names = tuple(name for name in text.split(",") if name)
    for name in names:
        if name not in NAMES[1:]:
            raise argparse.ArgumentTypeError(f"no peer {name!r}; there are {', '.join(NAMES[1:])}")
    return names


def parse():
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__,
        epilog="Exit code 1: an engine failed or answers differ. A slower time is only printed.")
    parser.add_argument("suite", choices=MODULES)
    parser.add_argument("--against", type=peers, metavar="LIST",
                        help="duckdb,polars (default: both); tpch also knows ceiling, the "
                             "hand-written limit, and pandas has pandas")
    parser.add_argument("--scale", type=float, help="how much data (default 1; spill 10)")
    parser.add_argument("--memory", type=size_bytes, metavar="SIZE",
                        help="a limit: every run is then a process of its own, its peak sampled; "
                             "h2o has its group-bys alone then, from and into Parquet")
    parser.add_argument("--runs", type=int, help="hot runs (default 5; 3 where runs are long)")
    parser.add_argument("--threads", type=int, default=2, help="of every engine (default 2)")
    parser.add_argument("--only", default="", metavar="CASES", help="names of cases, with commas")
    parser.add_argument("--all", action="store_true", help="tpch: all 22 queries, not five")
    parser.add_argument("--only-peers", action="store_true", help="without Doline")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # and do nothing
    return parser.parse_args()


def main():
    arguments = parse()
    if arguments.check:
        return 0
    options = Options(
        suite=arguments.suite,
        against=(arguments.against or DEFAULT_AGAINST.get(arguments.suite, ("duckdb", "polars")))
        + BESIDE.get(arguments.suite, ()),
        scale=arguments.scale or DEFAULT_SCALE.get(arguments.suite, 1), threads=arguments.threads,
        runs=arguments.runs, memory_bytes=arguments.memory, only=arguments.only,
        all_queries=arguments.all, only_peers=arguments.only_peers)

    from bench import report, runner
    from bench.suites import build_suite

    machine = report.machine()
    suite = build_suite(options)
    runner.chosen_cases(suite, options)  # before anything is said or made
    limit = options.memory_bytes or suite.memory_bytes
    print(f"{suite.title} · {options.threads} threads · " +
          (f"limit {limit / 1e6:.0f} MB · " if limit else "") +
          f"{machine['processor']}, {machine['cores']} cores · median of hot runs", flush=True)
    table = report.Table(options.engines)
    table.head()
    suite, results, versions = runner.run_suite(options, table.line)
    print(" · ".join(f"{engine} {version or 'of unknown version'}"
                     for engine, version in versions.items()))
    report.print_summary(suite, results, options.engines)
    if arguments.json:
        report.write_json(arguments.json, suite, options, results, versions)
    if suite.writes and not options.only:
        suite.writes(results, versions)
    may_fail = {case.name: case.may_fail for case in suite.cases}
    bad = any(outcome.wrong or outcome.failure and engine not in may_fail[name]
              for name, outcomes in results.items() for engine, outcome in outcomes.items())
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
