"""Runs a Markdown page as its reader would: block by block, in one folder, in one Python.

    python tests/python/pages/page.py PAGE.md…           says where a page's output is not what comes out
    python tests/python/pages/page.py --write PAGE.md…   writes what comes out into the pages

A page's blocks, by what stands behind the three backticks:

- `python` is executed; the value of a last expression is shown as at a prompt. An exception ends the
  page unless the output that follows shows it.
- `sql` is what `doline.sql("…").show()` prints.
- `sh` is a shell's, with the program `doline` in its path.
- `output` behind one of these is what it prints: `…` stands for any text, a line of `…` alone for any
  lines; with a `title="…"`, which tells the reader so, numbers and spaces may be others. A block
  without output behind it may print what it likes, or nothing.
- anything else is not looked at.

A table whose head names another library beside Doline is run too: each row's code in the column
`pandas`, `Polars` or `DuckDB` gives what its code in the column `Doline` gives.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass

TOP = pathlib.Path(__file__).resolve().parents[3]
FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>[\w-]*)(?P<rest>.*)$")
PEERS = ("pandas", "Polars", "DuckDB")


@dataclass
class Block:
    """A fenced block: its text without indentation, and between which lines of the page it stands."""

    kind: str
    options: str
    text: str
    indent: str
    first: int  # of the text, from 0
    end: int  # behind its last line


def blocks_of(lines):
    """The fenced blocks of a page's lines."""
    found, opening = [], None
    for number, line in enumerate(lines):
        fence = FENCE.match(line)
        if opening is None and fence:
            opening = fence, number
        elif opening is not None and fence and not fence["kind"] and fence["indent"] == opening[0]["indent"]:
            begin, first = opening
            width = len(begin["indent"])
            text = "".join(one[width:] + "\n" for one in lines[first + 1:number])
            found.append(Block(begin["kind"], begin["rest"], text, begin["indent"], first + 1, number))
            opening = None
    if opening is not None:
        raise ValueError(f"line {opening[1] + 1}: the block has no end")
    return found


def matches(shown, real, about=False):
    """Whether what a page shows is what came out; `…` stands for anything. With `about` numbers, bars and
    spaces are not compared."""
    shown, real = (("\n".join(line.rstrip() for line in text.splitlines())).strip("\n") for text in (shown, real))
    if about:
        shown, real = (re.sub(r"[ \u2581-\u258f]*~?[\d.]+( ([kKMG]i?B?|bytes|[mµn]?s)\b)?[ \u2581-\u258f]*", "#", text)
                       for text in (shown, real))
    pattern = "".join("(?:[^\n]*\n)*" if line.strip() == "…" else
                      re.escape(line).replace("…", "[^\n]*") + "\n" for line in shown.split("\n"))
    return re.fullmatch(pattern, real + "\n") is not None


class Reader:
    """Who reads a page: a Python namespace, and a folder that is the current one."""

    def __init__(self, program):
        self.names = {"__name__": "__main__"}
        self.program = program

    def run(self, block):
        """What the block prints, and whether it ended by an error."""
        if block.kind == "sh":
            return self._shell(block.text)
        code = block.text
        if block.kind == "sql":
            code = f"import doline as _doline\n_shown = _doline.sql({code!r})\n" \
                   "if _shown is not None: _shown.show()\n"
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                self._python(code)
        except Exception as error:
            last = traceback.format_exception_only(error)
            return printed.getvalue() + "".join(last), True
        return printed.getvalue(), False

    def _python(self, code):
        tree = ast.parse(code)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        exec(compile(tree, "<page>", "exec"), self.names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<page>", "eval"), self.names)
            if value is not None:
                print(repr(value))

    def _shell(self, text):
        path = f"{self.program.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(["bash", "-c", text], env=os.environ | {"PATH": path}, text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60)
        return done.stdout, done.returncode != 0

    def value(self, code):
        """What an expression of a table gives, as plain values."""
        return plain(eval(code, self.names))


def plain(value):
    """What any library calls a table or a column, as lists, so that answers can be compared."""
    kind = type(value).__module__.partition(".")[0]
    if kind == "pandas" and hasattr(value, "itertuples"):
        return [plain(tuple(row)) for row in value.itertuples(index=False, name=None)]
    if kind == "doline" and hasattr(value, "lazy") and not hasattr(value, "rows"):
        value = value.lazy().collect()
    if kind in ("doline", "polars") and hasattr(value, "collect") and not hasattr(value, "rows"):
        value = value.collect()
    if hasattr(value, "rows"):
        return [plain(row) for row in value.rows()]
    if hasattr(value, "fetchall"):
        return [plain(row) for row in value.fetchall()]
    if hasattr(value, "to_list"):
        return plain(value.to_list())
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    if value is None or value != value:
        return None
    if isinstance(value, float) or type(value).__name__ == "Decimal":
        return float(f"{float(value):.12g}")
    return value


def table_rows(lines):
    """(line, the other library's code, ours) of each row of a comparison."""
    columns = None
    for number, line in enumerate(lines):
        if not line.lstrip().startswith("|"):
            columns = None
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        peers = [i for i, cell in enumerate(cells) if cell in PEERS]
        if peers and "Doline" in cells:
            columns = peers[0], cells.index("Doline")
        elif columns is not None and len(cells) > max(columns):
            theirs, ours = (re.fullmatch(r"`(.+)`", cells[i]) for i in columns)
            if theirs and ours:
                yield number, theirs[1], ours[1]


def run_page(path, program, write=False):
    """Runs a page in a folder of its own.

    Returns
    -------
    list of str
        What is wrong, each with the line. With `write` outputs are written into the page instead.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    blocks = blocks_of(lines)
    complaints, replaced = [], []
    steps = [(block.first, block, blocks[i + 1] if i + 1 < len(blocks) else None)
             for i, block in enumerate(blocks) if block.kind in ("python", "sql", "sh")]
    steps += [(number, theirs, ours) for number, theirs, ours in table_rows(lines)]
    reader = Reader(program)
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for at, block, behind in sorted(steps, key=lambda step: step[0]):
                where = f"{path.name}:{at + 1}"
                if isinstance(block, str):
                    complaints += compared(reader, where, block, behind)
                    continue
                real, failed = reader.run(block)
                follows = behind is not None and behind.kind == "output" and not any(
                    line.strip() for line in lines[block.end + 1:behind.first - 1])
                if follows and not matches(behind.text, real, "title=" in behind.options):
                    replaced.append((behind, real))
                    complaints.append(f"{where}: this comes out:\n{real}and not:\n{behind.text}")
                elif failed and not follows:
                    complaints.append(f"{where}: {real}")
        finally:
            os.chdir(before)
    if write:
        for block, real in reversed(replaced):
            lines[block.first:block.end] = [(block.indent + line).rstrip() for line in real.rstrip().splitlines()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return complaints


def compared(reader, where, theirs, ours):
    """A row of a comparison."""
    try:
        one, other = reader.value(theirs), reader.value(ours)
    except Exception as error:
        return [f"{where}: {type(error).__name__}: {error}"]
    return [] if one == other else [f"{where}: `{theirs}` gives\n{one}\n`{ours}` gives\n{other}"]


def main():
    parser = argparse.ArgumentParser(description="Runs the code of Markdown pages.")
    parser.add_argument("--write", action="store_true", help="write what comes out into the pages")
    parser.add_argument("--program", type=pathlib.Path, default=TOP / "build/release/app/doline")
    parser.add_argument("pages", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    failed = False
    for page in arguments.pages:
        if len(arguments.pages) > 1:  # each in a Python of its own
            flags = ["--write"] if arguments.write else []
            done = subprocess.run([sys.executable, __file__, *flags, "--program", arguments.program, page], check=False)
            failed |= done.returncode != 0
            continue
        for complaint in run_page(page.resolve(), arguments.program.resolve(), arguments.write):
            print(complaint, file=sys.stderr)
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
