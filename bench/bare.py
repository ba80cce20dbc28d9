"""A peer in a bare Python process: loads, runs one case once, prints the seconds.

Imports nothing but the engine until the clock has stopped: what it holds is what it needs.
"""

import json
import pathlib
import sys
import time


def main():
    request = json.loads(sys.argv[1])

    from bench.cases import Options
    from bench.engines import registry
    from bench.suites import build_suite

    options = Options(**{**request["options"], "against": tuple(request["options"]["against"])})
    suite = build_suite(options)
    case = next(case for case in suite.cases if case.name == request["case"])
    engine_class = registry.load(suite.engines.get(request["engine"], request["engine"]))

    started = time.perf_counter()
    engine = engine_class(options.threads, request["temp_folder"], request["memory_bytes"])
    engine.name = request["engine"]
    if engine.name in suite.load:
        engine.execute(suite.load[engine.name])
    if engine.name in case.before:
        engine.execute(case.before[engine.name])
    result = engine.run(case.work[engine.name])
    print(json.dumps({"seconds": time.perf_counter() - started}))

    if request["answer_path"] and (engine.name in case.answer or not case.leaves):
        import pyarrow.parquet as pq

        if engine.name in case.answer:
            result = engine.run(case.answer[engine.name])
        pq.write_table(engine.answer(result), pathlib.Path(request["answer_path"]))


if __name__ == "__main__":
    main()
