"""Every block of the guide runs, and shows what comes out; every public name is in the reference."""

import os
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from . import page

TOP = pathlib.Path(__file__).resolve().parents[3]
PAGES = sorted([*(TOP / "docs" / "guide").glob("*.md"), *(TOP / "docs" / "coming-from").glob("*.md"),
                TOP / "docs" / "frames-and-sql.md",
                TOP / "docs" / "reference" / "sql-functions.md", TOP / "docs" / "index.md"])


@pytest.fixture(scope="module")
def runs(program):
    """Each page in a Python of its own: settings and tables of one are not another's."""
    def run(path):
        environment = os.environ | {"COLUMNS": "100", "TZ": "UTC", "NO_COLOR": "1"}
        return subprocess.run([sys.executable, page.__file__, "--program", program, path], text=True,
                              env=environment, capture_output=True, timeout=120, check=False)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(PAGES, pool.map(run, PAGES), strict=True))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_page_shows_what_comes_out(runs, path):
    done = runs[path]
    assert done.returncode == 0, done.stderr + "\npython tests/python/pages/page.py --write writes it anew"


class TestThePageRunner:
    @pytest.mark.parametrize("shown, real, same", [
        ("a\n", "a\n", True), ("a \n", "a\n", True), ("a\n", "b\n", False), ("a\n", "a\nb\n", False),
        ("took … ms\n", "took 12 ms\n", True), ("took … ms\n", "took 12 s\n", False),
        ("a\n…\nz\n", "a\nb\nc\nz\n", True), ("a\n…\nz\n", "a\nz\n", True), ("a\n…\n", "a\nb\n", True),
        ("a\n…\nz\n", "a\nb\n", False), ("…\n", "", True), ("a.c\n", "abc\n", False),
    ])
    def test_what_is_shown_is_what_comes_out(self, shown, real, same):
        assert page.matches(shown, real) == same

    def test_numbers_may_be_others_where_the_title_says_so(self):
        shown = "Scan x   0.18 ms  65 % ██▋   10 k\n…\n"
        assert page.matches(shown, "Scan x  1.2 s  9 % ▏  7\ntotal 1 ms\n", about=True)
        assert not page.matches(shown, "Scan y  1.2 s  9 % ▏  7\ntotal 1 ms\n", about=True)

    @pytest.fixture
    def complaints(self, tmp_path, program):
        def run(text):
            path = tmp_path / "page.md"
            path.write_text(text.replace("'''", "```"))
            return page.run_page(path, program)
        return run

    def test_stale_output_is_found(self, complaints):
        assert complaints("'''python\n1 + 1\n'''\n\n'''output\n2\n'''\n") == []
        assert complaints("'''python\n1 + 1\n'''\n\n'''output\n3\n'''\n") != []

    def test_names_go_from_block_to_block(self, complaints):
        assert complaints("'''python\nx = 1\n'''\n\ntext\n\n??? note\n\n    '''python\n    x\n    '''\n\n"
                          "    '''output\n    1\n    '''\n") == []

    def test_an_error_is_shown_or_fails(self, complaints):
        assert complaints("'''python\n1 / 0\n'''\n") != []
        assert complaints("'''python\n1 / 0\n'''\n'''output\nZeroDivisionError: …\n'''\n") == []
        assert complaints("'''sh\nfalse\n'''\n") != []

    def test_shell_and_sql(self, complaints):
        assert complaints("'''sh\ndoline --csv -c 'SELECT 1 AS one'\n'''\n'''output\none\n1\n'''\n") == []
        assert complaints("'''sql\nSELECT 1 AS one\n'''\n'''output\n…\n│       1 │\n…\n'''\n") == []

    def test_tables_compare_answers(self, complaints):
        table = "| | pandas | Doline |\n|---|---|---|\n| sum | `1 + 1` | `{}` |\n"
        assert complaints(table.format("2")) == []
        assert complaints(table.format("3")) != []


def test_every_public_name_is_in_the_reference():
    from doline import _EXPORTS, _RENAMED

    shown, texts = set(), ""  # dotted names, and modules of which everything is shown
    for path in sorted((TOP / "docs" / "reference").glob("*.md")):
        texts += path.read_text() + "\n"
    for name, options in re.findall(r"^::: ([\w.]+)\n((?:    .*\n)*)", texts, re.MULTILINE):
        members = re.findall(r"^        - (\w+)$", options, re.MULTILINE)
        shown |= {f"{name}.{member}" for member in members} if members else {name}
    homes = {name: (module or "doline", name) for name, module in _EXPORTS.items()} | _RENAMED
    missing = [name for name, (module, own_name) in homes.items()
               if not name.startswith("_") and not shown & {module, f"{module}.{own_name}"}
               and not re.search(rf"`(doline\.)?{name}`", texts)]  # or told of in words
    assert not missing


def test_pages_that_benchmarks_write_are_in_the_navigation_where_they_are(tmp_path):
    from types import SimpleNamespace

    hook = {}
    exec((TOP / "docs" / "theme" / "optional_pages.py").read_text(), hook)
    for there in (False, True):
        if there:
            (tmp_path / "sql-vs-pandas.md").write_text("# SQL beside pandas")
        config = SimpleNamespace(docs_dir=str(tmp_path), nav=[{"Doline": "index.md"}, {"Background": [{"A": "a.md"}]}])
        assert hook["on_config"](config).nav[1]["Background"] == \
            [{"A": "a.md"}, *[{"SQL beside pandas": "sql-vs-pandas.md"}] * there]
