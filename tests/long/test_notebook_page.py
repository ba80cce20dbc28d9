"""What a notebook looks like: executed, made a page of, light and dark, and looked at in a browser."""

import shutil
import subprocess

import nbclient
import nbformat
import pytest

CELLS = ["import doline as dl, datetime as dt\nframe = dl.DataFrame({'name': ['Ada', 'a <b>long</b> text ' * 9, None], "
         "'n': [1, -2, 300_000], 'f': [1.5, None, float('nan')], 'day': [dt.date(2024, 1, 1), None, dt.date(2024, 2, 2)]})\nframe",
         "frame.lazy().join(frame.lazy(), on='n').group_by('name').agg(dl.len()).sort('name')",
         "dl.DataFrame({f'column_{i}': range(1000) for i in range(30)})", "%load_ext doline",
         "%%sql\nSELECT range AS i, range / 3 AS third, [range] AS l FROM range(100)", "frame['n']"]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    nbclient.NotebookClient(made, timeout=120, kernel_name="python3").execute()
    nbformat.write(made, folder / "life.ipynb")
    return folder / "life.ipynb"


def picture_of(page, width=1000, height=2200):
    """The page's pixels, as (width, height, bytes of RGB)."""
    picture = page.with_suffix(".png")
    subprocess.run([shutil.which("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                    f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri()],
                   check=True, timeout=120, capture_output=True)
    return picture


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(notebook, theme):
    from nbconvert import HTMLExporter
    page = notebook.with_name(f"{theme}.html")
    page.write_text(HTMLExporter(theme=theme).from_filename(str(notebook))[0], encoding="utf-8")
    # The page measures itself: each cell's colour against the first ground behind it that is not clear.
    script = """<pre id="measured"></pre><script>
    function channels(c) { return (c.match(/[\\d.]+/g) || [0, 0, 0]).map(Number); }
    function light(c) { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
      return .2126 * r + .7152 * g + .0722 * b; }
    function ground(e) { for (; e; e = e.parentElement) { const c = channels(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > .5) return c.slice(0, 3); } return [255, 255, 255]; }
    const cells = [...document.querySelectorAll('table.doline-table td:not(.doline-missing), table.doline-table th')];
    const least = Math.min(...cells.map(e => { const a = light(channels(getComputedStyle(e).color).slice(0, 3)),
      b = light(ground(e)); return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); }));
    const wide = [...document.querySelectorAll('div.doline')].filter(e => e.getBoundingClientRect().right > innerWidth).length;
    document.getElementById('measured').textContent = JSON.stringify([cells.length, least, wide,
      document.querySelectorAll('svg[role=img] g').length]);
    </script></body>"""
    measured = notebook.with_name(f"{theme}-measured.html")
    measured.write_text(page.read_text(encoding="utf-8").replace("</body>", script), encoding="utf-8")
    dumped = subprocess.run([shutil.which("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1000,2200",
                             "--virtual-time-budget=5000", "--dump-dom", measured.as_uri()],
                            check=True, timeout=120, capture_output=True, text=True).stdout
    import json
    cells, least, wide, boxes = json.loads(dumped.split('<pre id="measured">')[1].split("</pre>")[0])
    assert cells > 100 and boxes >= 6
    assert least > 7  # WCAG's AAA
    assert wide == 0  # what is wide scrolls within its frame
    assert picture_of(page).stat().st_size > 50_000
