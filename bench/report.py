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


def fastest(outcomes, engines=PEERS):
    """Which of the engines ran this case in the least time, or None."""
    return min((engine for engine in engines if finished(outcomes.get(engine))),
               key=lambda engine: outcomes[engine].median, default=None)


def finished(outcome):
    return bool(outcome and not outcome.failure and outcome.median)


def ratio(outcomes, peers=PEERS):
    """Our median over that of the fastest of the peers; None when either did not run."""
    peer = fastest(outcomes, peers)
    if peer is None or not finished(outcomes.get(OURS)):
        return None
    return outcomes[OURS].median / outcomes[peer].median


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
        against = ratio(outcomes)
        if against is None:
            verdict = "–"
        else:
            verdict = f"{against:.2f} × {fastest(outcomes)} {'win' if against <= 1 else 'LOSS'}"
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
        both = [outcomes for outcomes in results.values() if ratio(outcomes, (peer,))]
        ratios = [ratio(outcomes, (peer,)) for outcomes in both]
        if ratios:
            ours, theirs = (format_seconds(sum(outcomes[engine].median for outcomes in both))
                            for engine in (OURS, peer))
            print(f"geometric mean: {geometric_mean(ratios):.2f} × {peer} ({len(ratios)} of "
                  f"{len(results)} cases, worst {max(ratios):.2f} ×, sums {ours} and {theirs})")
    for text in suite.notes:
        print(f"note: {text}")
    if OURS in engines:
        for bar in suite.bars:
            print(judge(bar, results))


def judge(bar, results):
    """One line: the bar, what was reached, met or missed. A case that we fail or answer wrongly
    meets no bar; one that no peer ran is nothing to hold ours against."""
    covered = {name: outcomes for name, outcomes in results.items()
               if bar.covers(name) and OURS in outcomes}
    ran = {name: outcomes for name, outcomes in covered.items()
           if finished(outcomes[OURS]) and not outcomes[OURS].wrong}
    text, value, shown, remarks = (_beside_peers if bar.peers else _absolute)(bar, ran)
    if value is None:
        return f"bar: {text}: not measured"
    if len(ran) < len(covered):
        remarks = [f"{len(covered) - len(ran)} of {len(covered)} cases are missing", *remarks]
    met = "met" if value <= bar.limit and len(ran) == len(covered) else "MISSED"
    return f"bar: {text}: {shown(value)}, {met}" + (f" ({'; '.join(remarks)})" if remarks else "")


def _absolute(bar, ran):
    """(the bar's words, what was reached, how to show that, remarks)."""
    if bar.over == "peak":
        peaks = [outcomes[OURS].peak_bytes for outcomes in ran.values()]
        return f"peak memory ≤ {_megabytes(bar.limit)}", max(peaks, default=None), _megabytes, []
    times = [outcomes[OURS].median for outcomes in ran.values()]
    names = f"{', '.join(bar.cases)} " if bar.cases else ""
    return f"{names}≤ {format_seconds(bar.limit)}", max(times, default=None), format_seconds, []


def _beside_peers(bar, ran):
    """The same for a bar over the times of peers."""
    what = {"each": "each case", "geomean": "geometric mean", "sum": "sum"}[bar.over]
    names = f" ({', '.join(bar.cases)})" if bar.cases else ""
    best_of = "the better of " if len(bar.peers) > 1 else ""
    text = f"{what}{names} ≤ {bar.limit:g} × {best_of}{' and '.join(bar.peers)}"
    compared = {name: outcomes for name, outcomes in ran.items() if fastest(outcomes, bar.peers)}
    ratios = {name: ratio(outcomes, bar.peers) for name, outcomes in compared.items()}
    at_the_bar = []
    if not compared:
        value = None
    elif bar.over == "each":
        value = max(ratios.values())
    elif bar.over == "sum":
        value = (sum(outcomes[OURS].median for outcomes in compared.values()) /
                 sum(outcomes[fastest(outcomes, bar.peers)].median
                     for outcomes in compared.values()))
    else:
        at_the_bar = [name for name, outcomes in compared.items()
                      if _limit_is_above(bar, outcomes)]
        value = geometric_mean([bar.limit if name in at_the_bar else ratios[name]
                                for name in compared])
    remarks = []
    if len(compared) < len(ran):
        remarks.append(f"{len(ran) - len(compared)} of {len(ran)} cases no peer ran")
    idle = [peer for peer in bar.peers
            if not any(finished(outcomes.get(peer)) for outcomes in compared.values())]
    if idle:
        remarks.append(f"without {' and '.join(idle)}")
    if at_the_bar:
        remarks.append(f"near to the hand-written limit, counted as {bar.limit:g}: "
                       f"{', '.join(at_the_bar)}")
    return text, value, "{:.2f} ×".format, remarks


# Nobody can be asked for more than a query by hand reaches; for this much of it one can.
OVER_ITS_LIMIT = 1.2


def _limit_is_above(bar, outcomes):
    """Whether the hand-written query, no slower than the peers, misses the bar as well, and ours is
    near to it. Such a case enters a mean as the bar itself."""
    ceiling = outcomes.get("ceiling")
    if not finished(ceiling):
        return False
    ours = ratio(outcomes, bar.peers)
    limit = ours * ceiling.median / outcomes[OURS].median
    return bar.limit < limit <= 1 and bar.limit < ours <= OVER_ITS_LIMIT * limit


def _megabytes(size_bytes):
    return f"{size_bytes / 1e6:.0f} MB"


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
                "ratio_to_best_peer": ratio(outcomes),
            } for name, outcomes in results.items()},
        "bars": [judge(bar, results) for bar in suite.bars],
    }
    pathlib.Path(path).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
