"""The page docs/sql-vs-pandas.md and its charts, from a run of the suite `pandas`."""

import math

from bench.cases import TOP
from bench.report import OURS, finished, format_seconds, machine

PAGE = TOP / "docs" / "sql-vs-pandas.md"
CHARTS = TOP / "docs" / "charts"
OF_PART = " of the part"
COLOURS = {"doline": "#0b7285", "duckdb": "#b08900", "polars": "#5f3dc4", "pandas": "#c92a2a"}


def write(questions, whole, part, options, results, versions):
    """whole, part: rows of the table, and of its largest part that pandas finishes (None: of none tried)."""
    sizes = [("whole", "", whole)]
    if part not in (None, whole):
        sizes.append(("part", OF_PART, part))
    sections = []
    for name, suffix, rows in sizes:
        found = {question: results[question + suffix] for question in questions}
        sections.append(_section(name, rows, found, options.engines))
    PAGE.write_text(_head(whole, part, versions) + "".join(sections) + _questions(questions))


def _head(whole, part, versions):
    where = machine()
    engines = ", ".join(f"{engine} {version}" for engine, version in versions.items())
    if part is None:
        borne = "It finishes all twelve with no part of the table that was tried."
    elif part == whole:
        borne = "It finishes all twelve over the whole table."
    else:
        borne = (f"Halving the table until it finishes all twelve leaves the first {part:,} rows, over which all "
                 "engines are asked again.")
    return f"""# SQL against pandas

Twelve questions to a year of taxi trips. The trips are generated, not anybody's: {whole:,} rows of
twelve columns in one Parquet file. `./dev bench pandas` makes them, asks pandas, Polars, DuckDB and
Doline in turn, compares the answers, and writes this page.

Every figure is of a process of its own, from the file to the answer: the median of its runs, and the
most memory it held of its own (RssAnon + RssShmem, sampled every ten milliseconds). pandas reads only
the columns that a question needs, and may map 8 GB of memory, as on a laptop that does other things as
well. {borne}
A question that an engine does not finish says so. The start of its process counts in Doline's time; the
others' clock starts once they are imported.

{where["processor"]}, {where["cores"]} cores; {engines}.
"""


def _section(name, rows, found, engines):
    def figures_of(figure):
        return {question: {engine: figure(outcomes[engine]) if _counts(outcomes.get(engine)) else None
                           for engine in engines} for question, outcomes in found.items()}

    seconds = figures_of(lambda outcome: outcome.median)
    megabytes = figures_of(lambda outcome: outcome.peak_bytes / 1e6)
    for what, figures, unit in (("time", seconds, "s"), ("memory", megabytes, "MB")):
        CHARTS.mkdir(exist_ok=True)
        (CHARTS / f"sql-vs-pandas-{name}-{what}.svg").write_text(_chart(figures, engines, unit))
    lines = [f"\n## {rows:,} rows\n",
             f"![Seconds of each question, by engine](charts/sql-vs-pandas-{name}-time.svg)\n",
             f"![Peak memory of each question, by engine](charts/sql-vs-pandas-{name}-memory.svg)\n",
             "| question | " + " | ".join(engines) + " | best |",
             "|---|" + "---|" * (len(engines) + 1)]
    wins = 0
    for question, times in seconds.items():
        cells = [f"{format_seconds(times[engine])}, {megabytes[question][engine]:.0f} MB"
                 if times[engine] else _failure(found[question].get(engine)) for engine in engines]
        best = min((engine for engine in engines if times[engine]), key=times.get, default="none")
        wins += best == OURS
        lines.append(f"| {question} | " + " | ".join(cells) + f" | {best} |")
    lines.append(f"\nDoline is the fastest in {wins} of {len(seconds)}.\n")
    return "\n".join(lines)


def _counts(outcome):
    return finished(outcome) and not outcome.wrong


def _failure(outcome):
    return "another answer" if outcome and outcome.wrong else "does not finish"


def _questions(questions):
    lines = ["\n## The questions\n"]
    for name, question in questions.items():
        lines.append(f"**{name}**\n\n```sql\n{question.text}\n```\n")
    return "\n".join(lines)


# A dot an engine on a logarithmic line a question: bars would need a zero.
LEFT, RIGHT, TOP_EDGE, LINE, WIDTH = 150, 30, 46, 26, 760


def _chart(figures, engines, unit):
    shown = [value for of_question in figures.values() for value in of_question.values() if value] or [1]
    low = math.floor(math.log10(min(shown)))
    high = math.ceil(math.log10(max(shown)))
    height = TOP_EDGE + LINE * len(figures) + 30

    def x(value):
        return LEFT + (math.log10(value) - low) / max(high - low, 1) * (WIDTH - LEFT - RIGHT)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           'font-family="system-ui, sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>']
    for place, engine in enumerate(engines):
        at = LEFT + 110 * place
        out.append(f'<circle cx="{at}" cy="18" r="5" fill="{COLOURS[engine]}"/>'
                   f'<text x="{at + 10}" y="22">{engine}</text>')
    for power in range(low, high + 1):
        at = x(10.0**power)
        label = f"{10.0**power:g} {unit}"
        out.append(f'<line x1="{at:.1f}" y1="{TOP_EDGE - 10}" x2="{at:.1f}" y2="{height - 24}" stroke="#dddddd"/>'
                   f'<text x="{at:.1f}" y="{height - 8}" text-anchor="middle" fill="#555555">{label}</text>')
    for row, (question, values) in enumerate(figures.items()):
        y = TOP_EDGE + LINE * row + 8
        ends = [x(value) for value in values.values() if value]
        missing = ", ".join(engine for engine, value in values.items() if not value)
        title = question + (f" (without {missing})" if missing else "")
        out.append(f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{question}<title>{title}</title></text>')
        if ends:
            out.append(f'<line x1="{min(ends):.1f}" y1="{y}" x2="{max(ends):.1f}" y2="{y}" stroke="#bbbbbb"/>')
        for engine, value in values.items():
            if value:
                out.append(f'<circle cx="{x(value):.1f}" cy="{y}" r="5" fill="{COLOURS[engine]}">'
                           f'<title>{engine}: {value:.3g} {unit}</title></circle>')
    return "\n".join([*out, "</svg>\n"])
