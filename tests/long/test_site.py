"""The site of docs/ as `./dev docs` makes it: strictly built, and looked at in a browser."""

import os
import shutil
import struct
import subprocess
import sys

import pytest

from conftest import TOP

PAGES = ["index", "guide/index", "guide/first-contact", "coming-from/pandas", "reference/data-frame",
         "reference/sql-functions", "decisions/index", "frames-and-sql"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    environment = os.environ | {"PYTHONPATH": str(TOP / "build" / "release" / "python"), "PYTHONDONTWRITEBYTECODE": "1",
                                "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder], cwd=TOP,
                          env=environment, text=True, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = shutil.which("chromium")
    assert program, "chromium is not installed: scripts/packages/docs.txt"
    profile = tmp_path_factory.mktemp("profile")

    def run(*arguments):
        return subprocess.run(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}",
             "--virtual-time-budget=5000", *arguments], text=True, capture_output=True, timeout=120, check=True)
    return run


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stands_in_the_browser(site, browser, page):
    shown = browser("--dump-dom", f"file://{site}/{page}.html").stdout
    assert 'class="md-content"' in shown and "</html>" in shown
    assert "highlight" in shown or "/" in page


def test_a_page_asks_no_other_machine(site):
    for path in site.rglob("*.html"):
        text = path.read_text()
        for loading in ('src="http', 'rel="stylesheet" href="http', "@import url(http"):
            assert loading not in text, path


@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
def test_a_page_is_drawn_in_the_reader_s_colours(site, browser, tmp_path, scheme):
    picture = tmp_path / "page.png"
    browser("--window-size=1280,1000", f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={picture}",
            f"file://{site}/guide/first-contact.html")
    data = picture.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (1280, 1000) and len(data) > 40_000  # an empty page takes 5,000
    shown = browser("--dump-dom", f"--blink-settings=preferredColorScheme={scheme}", f"file://{site}/index.html").stdout
    assert f'data-md-color-scheme="{("slate", "default")[scheme]}"' in shown


def test_the_reference_has_every_sql_function(site):
    import doline

    text = (site / "reference" / "sql-functions.html").read_text()
    for name, in doline.sql("SELECT function_name FROM duckdb_functions() WHERE function_name ~ '^[a-z]+$'").fetchall():
        assert f'<code class="doline-name">{name}</code>' in text, name
