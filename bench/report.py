"""The table a person reads, the verdict over the bars, and the same as JSON."""

import json
import math
import os
import pathlib
import platform
import subprocess

from bench.cases import TOP
from bench.engines.registry import PEERS

OURS = "doline"


def format_seconds(seconds):
    if seconds is None:
        return "–"
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 0.1:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds:.3f} s" if seconds < 10 else f"{seconds:.1f} s"


def best_peer(outcomes):
    """The fastest other engine that ran this case, or None."""
    ran = [engine for engine, outcome in outcomes.items()
           if engine in PEERS and outcome.median is not None and not outcome.failure]
    return min(ran, key=lambda engine: outcomes[engine].median, default=None)


def ratio(outcomes, peer):
    """Our median over a peer's; None when either did not run."""
    if peer == "best":
        peer = best_peer(outcomes)
    ours, theirs = outcomes.get(OURS), outcomes.get(peer)
    if not ours or not theirs or ours.failure or theirs.failure or not theirs.median:
        return None
    return ours.median / theirs.median if ours.median else None


def geometric_mean(numbers):
    return math.exp(sum(map(math.log, numbers)) / len(numbers)) if numbers else None


class Table:
    """Prints line by line, so that a long suite shows what it has."""

    def __init__(self, engines, width=18):
        self.engines = engines
        self.width = width

    def head(self):
        cells = "".join(f"{engine:<24}" for engine in self.engines)
        print(f"{'':<{self.width}}{cells}{'ratio to the best peer':<24}answers")

    def line(self, case, outcomes):
        cells = ""
        for engine in self.engines:
            outcome = outcomes.get(engine)
            if outcome is None:
                text = "takes no part"
            elif outcome.failure:
                text = "FAILED"
            else:
                text = f"{format_seconds(outcome.median)} ±{outcome.spread * 100:.0f} %"
                if outcome.peak_bytes:
                    text += f" {outcome.peak_bytes / 1e6:.0f} MB"
            cells += f"{text:<24}"
        against = ratio(outcomes, "best")
        if against is None:
            verdict = "–"
        else:
            verdict = f"{against:.2f} × {best_peer(outcomes)} {'win' if against <= 1 else 'LOSS'}"
        wrong = [engine for engine, outcome in outcomes.items() if outcome.wrong]
        if wrong:
            answers = f"DIFFER ({', '.join(wrong)})"
        elif any(outcome.compared for outcome in outcomes.values()):
            answers = "equal"
        else:
            answers = "not compared"
        print(f"{case.name:<{self.width}}{cells}{verdict:<24}{answers}", flush=True)
        for engine, outcome in outcomes.items():
            if outcome.failure:
                for text in outcome.failure.splitlines()[:12]:
                    print(f"  {engine}: {text}")
            for text in outcome.wrong:
                print(f"  {engine}: {text}")


def print_summary(suite, results, engines):
    for peer in engines:
        if peer == OURS:
            continue
        ratios = [found for found in (ratio(outcomes, peer) for outcomes in results.values())
                  if found is not None]
        if ratios:
            print(f"geometric mean: {geometric_mean(ratios):.2f} × {peer} "
                  f"({len(ratios)} of {len(results)} cases, worst {max(ratios):.2f} ×)")
    for text in suite.notes:
        print(f"note: {text}")
    if OURS in engines:
        for bar in suite.bars:
            print(judge(bar, results))


def judge(bar, results):
    """One line: the bar, what was reached, met or missed."""
    covered = {name: outcomes for name, outcomes in results.items() if bar.covers(name)}
    if bar.over == "peak":
        peaks = [outcomes[OURS].peak_bytes for outcomes in covered.values()
                 if OURS in outcomes and not outcomes[OURS].failure]
        return _verdict(f"peak memory ≤ {bar.limit / 1e6:.0f} MB", max(peaks, default=None),
                        bar.limit, lambda value: f"{value / 1e6:.0f} MB",
                        len(peaks) == len(covered))
    if bar.peer == "":
        times = [outcomes[OURS].median for outcomes in covered.values()
                 if OURS in outcomes and outcomes[OURS].median is not None]
        return _verdict(f"≤ {format_seconds(bar.limit)}", max(times, default=None), bar.limit,
                        format_seconds, len(times) == len(covered))
    peer = "the better peer" if bar.peer == "best" else bar.peer
    ratios = [found for found in (ratio(outcomes, bar.peer) for outcomes in covered.values())
              if found is not None]
    value = geometric_mean(ratios) if bar.over == "geomean" else max(ratios, default=None)
    what = "geometric mean" if bar.over == "geomean" else "each case"
    names = f" ({', '.join(bar.cases)})" if bar.cases else ""
    return _verdict(f"{what}{names} ≤ {bar.limit:g} × {peer}", value, bar.limit,
                    lambda number: f"{number:.2f} ×", len(ratios) == len(covered))


def _verdict(text, value, limit, shown, complete):
    if value is None:
        return f"bar: {text}: not measured"
    met = "met" if value <= limit and complete else "MISSED"
    return f"bar: {text}: {shown(value)}, {met}" + ("" if complete else " (cases are missing)")


def machine():
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")}


def revision():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=TOP, check=False,
                          capture_output=True, text=True)
    return done.stdout.strip()


def write_json(path, suite, options, results, versions):
    document = {
        "suite": options.suite, "title": suite.title, "scale": options.scale,
        "threads": options.threads, "memory_bytes": options.memory_bytes or suite.memory_bytes,
        "machine": machine(), "revision": revision(), "versions": versions,
        "cases": {
            name: {
                "engines": {
                    engine: {
                        "seconds": outcome.seconds, "median": outcome.median,
                        "spread": outcome.spread, "peak_bytes": outcome.peak_bytes or None,
                        "failure": outcome.failure or None, "wrong": outcome.wrong,
                    } for engine, outcome in outcomes.items()},
                "ratio_to_best_peer": ratio(outcomes, "best"),
            } for name, outcomes in results.items()},
        "bars": [judge(bar, results) for bar in suite.bars],
    }
    pathlib.Path(path).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
