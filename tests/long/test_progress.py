"""That the progress shown is true, where people look at it: queries of seconds, with little memory."""

from bench import progress

SCALE = 10  # 4 GB of Parquet in DOLINE_BENCH_DATA, made once


def test_progress_rises_with_the_time_that_passes(library):
    """Never falls; of all samples of TPC-H's queries that take over a second, nine tenths lie within
    a fifth of the share of the time that had passed."""
    traces = list(progress.traces(SCALE, threads=1, memory="400MB", library=library))
    assert len(traces) == 22
    assert not [trace.name for trace in traces if trace.falls]
    within = {trace.name: trace.within for trace in traces
              if trace.seconds > progress.LONG_QUERY_SECONDS}
    samples = [one for trace in within.values() for one in trace]
    poor = {name: f"{sum(trace)} of {len(trace)}" for name, trace in within.items() if not all(trace)}
    assert sum(samples) >= 0.9 * len(samples), poor
