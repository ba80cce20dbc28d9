"""Runs the sqllogictest files of a folder under several configurations.

Each (configuration, file) pair is a process of its own, so that a crash or a hang costs one file
and is reported with its name. One closing line per configuration: `NAME: N passed, N failed`.
Exit codes: 0 all passed, 1 something failed, 3 there was nothing to run.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

# The corpus proves the same answers whatever the engine chooses to do inside.
CONFIGURATIONS = {
    "default": [],
    "chunk_2": ["chunk_size=2"],
    "one_thread": ["threads=1"],
    "unoptimized": ["disabled_optimizers=all"],
    "spilling": ["force_spill=true"],
    "plan_bytes": ["verify_plans=true"],
}
# As CONFIGURATIONS, but run by hand and by ./dev fuzz plans, with other seeds: steps of four tasks, of
# few rows each, in an order that is drawn from a seed and comes again with it.
SEEDED = {
    "seeded": ["threads=4", "chunk_size=2", "scheduling_seed=7"],
    "seeded_spilling": ["threads=4", "chunk_size=2", "scheduling_seed=7", "force_spill=true"],
}
SECONDS_PER_FILE = 600
CLOSING_LINE = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)


def run_file(runner, corpora, settings, path):
    """Returns (passed, failed, skipped, output); a file that ends abnormally counts as failed."""
    command = [str(runner)]
    if corpora:
        command += ["--corpora", corpora]
    for setting in settings:
        command += ["--set", setting]
    command.append(str(path))
    try:
        done = subprocess.run(
            command, env={**os.environ, "DOLINE_ABORT_ON_ASSERT": "1"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=SECONDS_PER_FILE, check=False)
    except subprocess.TimeoutExpired as expired:
        output = (expired.stdout or b"").decode("utf-8", "replace")
        return 0, 1, 0, f"{output}\nno end after {SECONDS_PER_FILE} s"
    output = done.stdout.decode("utf-8", "replace")
    closing = CLOSING_LINE.findall(output)
    if not closing:
        return 0, 1, 0, f"{output}\nended with code {done.returncode} and no count of tests"
    passed, failed, skipped = (int(count or 0) for count in closing[-1])
    if done.returncode != 0 and failed == 0:
        return passed, 1, skipped, f"{output}\nended with code {done.returncode}"
    return passed, failed, skipped, output


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("configurations", nargs="+", choices=sorted(CONFIGURATIONS | SEEDED))
    arguments.add_argument("--also", type=pathlib.Path, action="append", default=[], help="another folder")
    arguments.add_argument("--runner", type=pathlib.Path, required=True)
    arguments.add_argument("--corpora")
    arguments.add_argument("--filter", default="")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--fail-on-skip", action="store_true")
    arguments.add_argument("--log", type=pathlib.Path, required=True)
    options = arguments.parse_args()

    files = sorted(
        path for folder in (options.folder, *options.also)
        for pattern in ("*.test", "*.slt") for path in folder.rglob(pattern)
        if options.filter in str(path.relative_to(options.folder.parent.parent)))
    if not files:
        return 3
    if not options.runner.exists():
        print(f"there is no {options.runner}: build it first", file=sys.stderr)
        return 1

    work = [(name, path) for name in options.configurations for path in files]
    totals = {name: [0, 0, 0] for name in options.configurations}
    shown = started = time.monotonic()
    with options.log.open("w") as log, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {
            pool.submit(run_file, options.runner, options.corpora, (CONFIGURATIONS | SEEDED)[name], path):
            (name, path) for name, path in work}
        for count, future in enumerate(concurrent.futures.as_completed(running), start=1):
            name, path = running[future]
            passed, failed, skipped, output = future.result()
            for index, number in enumerate((passed, failed, skipped)):
                totals[name][index] += number
            log.write(f"== {name} {path}\n{output}\n")
            if failed:
                tail = "\n".join(f"  | {line}" for line in output.splitlines()[-40:])
                print(f"{name}: {path}\n{tail}")
            now = time.monotonic()
            if now - shown >= 5:
                shown = now
                left = (now - started) * (len(work) - count) / count
                print(f"  {count * 100 // len(work):3d} %  {count} of {len(work)} files  "
                      f"{left:.0f} s left", flush=True)

    for name, (passed, failed, skipped) in totals.items():
        print(f"{name}: {passed} passed, {failed} failed" +
              (f", {skipped} skipped" if skipped else ""))
    if any(failed for _, failed, _ in totals.values()):
        print(f"  the whole output is in {options.log}")
        return 1
    if options.fail_on_skip and any(skipped for _, _, skipped in totals.values()):
        print("  skipped tests count as failures here")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
