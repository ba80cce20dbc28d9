"""Query texts of TPC-H and TPC-DS as Apache Spark's test artifact has them, taken at run time and
kept in .cache: they are never committed."""

import re
import subprocess
import zipfile

from bench.cases import TOP

ARTIFACT = "org.apache.spark:spark-sql_2.13:4.0.0:jar:tests"
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


def fetch(family):
    """name → text of every query of the artifact's folder `family`, comments and the last
    semicolon left out, in the order of their numbers."""
    folder = TOP / ".cache" / family
    complete = folder / "complete"
    if not complete.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["mvn", "-q", "-B", COPY_GOAL, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}",
             "-Dmdep.useBaseVersion=true"], check=True, stdin=subprocess.DEVNULL)
        jar = next(folder.glob("spark-sql_*-tests.jar"))
        with zipfile.ZipFile(jar) as archive:
            for entry in archive.namelist():
                if match := re.fullmatch(rf"{family}/(q\d+[ab]?\.sql)", entry):
                    (folder / match[1]).write_bytes(archive.read(entry))
        jar.unlink()
        complete.touch()
    return {path.stem: _bare(path.read_text())
            for path in sorted(folder.glob("q*.sql"), key=_number)}


def _number(path):
    match = re.fullmatch(r"q(\d+)([ab]?)", path.stem)
    return int(match[1]), match[2]


def _bare(text):
    return "\n".join(line.split("--")[0] for line in text.splitlines()).strip().rstrip(";")


def rewritten(name, text, rewrites):
    """The text with (query, pattern, replacement) applied where query is its name or "" for all.
    Raises RuntimeError where a pattern made for one query is no longer found in it."""
    for query, pattern, replacement in rewrites:
        if query in ("", name):
            text, count = re.subn(pattern, replacement, text)
            if query and count == 0:
                raise RuntimeError(f"{name} no longer holds {pattern!r}")
    return text
