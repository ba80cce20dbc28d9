"""Narwhals' own tests, run with its DuckDB backend and with Doline's plugin in the same run.

    .venv/bin/python tests/long/narwhals_suite.py              prints what only DuckDB passes
    .venv/bin/python tests/long/narwhals_suite.py docs/narwhals.md    writes the page, too

The suite is in Narwhals' source distribution on PyPI, of the version that is installed; it is fetched
once into .cache.
"""

import collections
import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
_BACKEND = "uv_build>=0.11,<0.12"  # builds Narwhals' metadata, without which pip gives out no source


def sources():
    """The folder of Narwhals' sources and tests, of the installed version."""
    version = importlib.metadata.version("narwhals")
    cache = TOP / ".cache" / "narwhals"
    folder = cache / f"narwhals-{version}"
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    tools = cache / "tools"
    subprocess.run([*pip, "install", "--target", tools, _BACKEND], check=True, timeout=300)
    found = {"PYTHONPATH": str(tools), "PATH": f"{tools / 'bin'}:{os.environ['PATH']}"}
    subprocess.run([*pip, "download", "--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--dest", cache,
                    f"narwhals=={version}"], check=True, timeout=300, env=os.environ | found)
    shutil.unpack_archive(cache / f"narwhals-{version}.tar.gz", cache)
    return folder


def run(where=None):
    """Runs the suite.

    Returns
    -------
    dict
        Name of a test → backend ("duckdb", "doline") → {"became", "reason"}.
    """
    folder = sources()
    results = (where or folder.parent) / "results.json"
    package = pathlib.Path(os.environ.get("DOLINE_PYTHON", TOP / "build" / "release" / "python"))
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(package), str(HERE), str(folder / "src")]),
        "DOLINE_NARWHALS_RESULTS": str(results), "TZ": "UTC", "DOLINE_PROGRESS": "0"}
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "narwhals_constructors",
         "-W", "ignore::pytest.PytestConfigWarning", "--no-header", "--tb=line", "--constructors", "duckdb,doline",
         "--ignore=tests/hypothesis", "tests"],
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=1800, check=False)
    return json.loads(results.read_text(encoding="utf-8"))


def compared(results):
    """Of the tests that DuckDB's backend passes: those that ours passes, and those that it does not."""
    duckdb = {name: entry for name, entry in results.items() if entry.get("duckdb", {}).get("became") == "passed"}
    nothing = {"became": "not run", "reason": ""}
    both = sorted(n for n, entry in duckdb.items() if entry.get("doline", nothing)["became"] == "passed")
    failed = {n: entry.get("doline", nothing) for n, entry in sorted(duckdb.items()) if n not in set(both)}
    return both, failed


def page(results):
    """docs/narwhals.md."""
    both, failed = compared(results)
    total = len(both) + len(failed)
    ours = sum(entry.get("doline", {}).get("became") == "passed" for entry in results.values())
    folders = collections.Counter(name.split("::")[0] for name in both)
    missed = collections.Counter(name.split("::")[0] for name in failed)
    version = importlib.metadata.version
    lines = [
        "# Narwhals", "",
        "`narwhals.from_native` accepts Doline's frames and series, through an entry point that Narwhals finds by",
        "itself; Altair, Plotly and scikit-learn take them that way. Lazy frames stay lazy: what Narwhals builds is",
        "a query of Doline's, and `collect()` gives a Doline frame.", "",
        f"Measured with Narwhals {version('narwhals')}'s own tests, its DuckDB backend (DuckDB {version('duckdb')})",
        "and Doline's plugin in one run (`.venv/bin/python tests/long/narwhals_suite.py docs/narwhals.md`, which",
        "wrote this page):", "",
        "| Tests | |", "|---|---:|",
        f"| passed by the DuckDB backend | {total} |",
        f"| of these passed by Doline | {len(both)} ({100 * len(both) / max(total, 1):.1f} %) |",
        f"| passed by Doline in all, those that DuckDB's backend fails or skips among them | {ours} |", "",
        "## Passed by DuckDB's backend alone", ""]
    lines += ["| Test | Why Doline does not |", "|---|---|"] if failed else ["None."]
    for name, entry in failed.items():
        reason = " ".join(entry["reason"].replace(f"{TOP}/", "").split()).replace("|", "\\|")
        lines.append(f"| `{name.removeprefix('tests/')}` | {entry['became']}: {reason[:160]} |")
    lines += ["", "## By file", "", "| File | Passed by both | By DuckDB's backend alone |", "|---|---:|---:|"]
    for name in sorted(set(folders) | set(missed)):
        lines.append(f"| `{name.removeprefix('tests/')}` | {folders[name]} | {missed[name]} |")
    return "\n".join(lines) + "\n"


def main():
    """Runs, prints, and writes the page if one is named."""
    results = run()
    both, failed = compared(results)
    for name, entry in failed.items():
        print(f"{name}\n    {entry['became']}: {' '.join(entry['reason'].split())[:300]}")
    print(f"{len(both)} of {len(both) + len(failed)} tests that DuckDB's backend passes pass with Doline")
    if len(sys.argv) > 1:
        pathlib.Path(sys.argv[1]).write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
