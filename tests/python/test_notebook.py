"""Life in a notebook: a real kernel, what it shows, and that it stops when it is told to."""

import time

import doline as dl
import nbclient
import nbformat
import polars as pl
import pytest
from jupyter_client.manager import start_new_kernel

SLOW = "SELECT sum(hash(a.i + b.i)) AS s FROM range(1000000) a(i), range(1000000) b(i)"
SHOW_SOON = "import doline; doline.progress._SHOWN_AFTER_S = 0.05; doline.progress._EVERY_S = 0.05"
WORK = "SELECT hash(i) AS h FROM range({}) t(i)"


class Kernel:
    """A kernel, asked cell by cell."""

    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="python3")

    def run(self, source):
        """What the kernel answered, and all messages it sent meanwhile."""
        messages = []
        reply = self.client.execute_interactive(source, timeout=60, allow_stdin=False, output_hook=messages.append)
        return reply["content"], messages

    def stop(self):
        """Ends it."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernel():
    """A kernel with doline imported."""
    made = Kernel()
    assert made.run("import doline, doline as dl, pandas\n%load_ext doline")[0]["status"] == "ok"
    yield made
    made.stop()


def shown(messages):
    """The MIME bundles among messages, those that replace others too."""
    return [m["content"]["data"] for m in messages
            if m["msg_type"] in ("execute_result", "display_data", "update_display_data")]


def test_a_notebook_runs_and_shows_tables(tmp_path):
    cells = ["import doline as dl\nframe = dl.DataFrame({'name': ['<b>', None], 'n': [1, 2]})\nframe",
             "%load_ext doline", "%%sql\nSELECT name, sum(n) AS total FROM frame GROUP BY ALL ORDER BY total",
             "frame['n']", "frame.lazy().filter(dl.col('n') > 1)", "frame.plot.bar(x='name', y='n').to_dict()['mark']"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    table, _, answer, series, query, mark = (cell.outputs[0].data if cell.outputs else None for cell in notebook.cells)
    assert "<small>str</small>" in table["text/html"] and "2 rows × 2 columns" in table["text/html"]
    assert "&lt;b&gt;" in table["text/html"] and "<b>" not in table["text/html"]
    assert "shape: (2, 2)" in table["text/plain"]
    assert "<small>VARCHAR</small>" in answer["text/html"] and 'doline-missing">NULL' in answer["text/html"]
    assert 'doline-number">2' in series["text/html"]
    assert "<svg" in query["text/html"] and "Filter" not in query["text/plain"]  # nothing ran
    assert mark["text/plain"] == "{'type': 'bar', 'tooltip': True}"


def test_the_magics_of_ipython(kernel):
    _, messages = kernel.run("%sql SELECT 40 + 2 AS answer")
    assert ">42<" in shown(messages)[0]["text/html"]
    kernel.run("values = {'v': [1, 2, 3]}")
    assert shown(kernel.run("%%sql kept\nSELECT sum(v) FROM values")[1]) == []
    assert shown(kernel.run("kept.fetchall()")[1])[0]["text/plain"] == "[(6,)]"
    wrong, _ = kernel.run("%%sql\nSELECT w FROM values")
    assert wrong["ename"] == "ColumnNotFound" and "no column" in wrong["evalue"]


@pytest.mark.parametrize("statement", ["doline.sql('{}').fetchall()", "doline.sql('CREATE OR REPLACE TABLE made AS {}')",
                                       "doline.sql('{}').lazy().collect().height"], ids=["rows", "CREATE", "collect"])
def test_progress_with_widgets(kernel, statement):
    kernel.run(SHOW_SOON)
    labels = []
    for rows in (8_000_000, 32_000_000, 128_000_000):  # until the work outlasts the making of a widget
        reply, messages = kernel.run(statement.format(WORK.format(rows)))
        assert reply["status"] == "ok"
        labels = [m["content"]["data"]["state"]["value"] for m in messages if m["msg_type"] == "comm_msg"
                  and m["content"]["data"].get("method") == "update"
                  and isinstance(m["content"]["data"]["state"].get("value"), str)]
        if labels:
            break
    assert any("rows/s" in label and "GiB" in label for label in labels)
    bars = [bundle for bundle in shown(messages) if "application/vnd.jupyter.widget-view+json" in bundle]
    assert len(bars) == 1
    assert {"text/plain": ""} in shown(messages)  # which is what a saved notebook keeps


def test_progress_without_widgets(kernel):
    kernel.run(SHOW_SOON + "\nimport sys; sys.modules['ipywidgets'] = None")
    _, messages = kernel.run(f"doline.sql('COPY ({WORK.format(8_000_000)}) TO \\'/dev/null\\' (FORMAT csv)')")
    kernel.run("del sys.modules['ipywidgets']")
    lines = [bundle["text/plain"] for bundle in shown(messages)]
    assert any("rows/s" in line for line in lines) and lines[-1] == ""


@pytest.mark.parametrize("statement", ["display(doline.sql('{}'))", "doline.sql('CREATE TABLE never AS {}')",
                                       "doline.sql('{}').df()", "doline.sql('{}').lazy().collect()"],
                         ids=["shown", "CREATE", "pandas", "collect"])
def test_the_stop_button(kernel, statement):
    client = kernel.client
    client.execute(f"""
import time
print("at work", flush=True)
try:
    {statement.format(SLOW)}
except KeyboardInterrupt:
    print("stopped at", time.time())
""", allow_stdin=False)
    told = ""
    while "at work" not in told:
        message = client.get_iopub_msg(timeout=30)
        told += message["content"].get("text", "")
    time.sleep(0.3)  # into the work
    begin = time.time()
    kernel.manager.interrupt_kernel()
    while "stopped at" not in told or not told.endswith("\n"):
        message = client.get_iopub_msg(timeout=30)
        assert message["msg_type"] != "error", message["content"]["evalue"]
        told += message["content"].get("text", "")
    assert float(told.split("stopped at ")[1]) - begin < 1
    assert shown(kernel.run("6 * 7")[1])[0]["text/plain"] == "42"


def test_large_frames_show_their_ends():
    frame = dl.DataFrame({"i": range(100_000)})
    page = frame._repr_html_()
    assert page.count("<tr") <= 15 and ">99999<" in page and "100,000 rows × 1 column" in page
    wide = dl.DataFrame({f"c{i}": [i] for i in range(100)})._repr_html_()
    assert wide.count("<th") <= 11 and "92 more" in wide and ">99<" in wide


def test_looking_runs_no_more_than_is_shown():
    begin = time.monotonic()
    endless = dl.sql("SELECT i FROM range(1000000000000) t(i)")
    assert "the first 20 rows" in endless._repr_html_()
    assert "1000000000000" not in repr(endless.lazy()) and "<svg" in endless.lazy()._repr_html_()
    assert time.monotonic() - begin < 5


CHARTS = {
    "bar": lambda f: f.plot.bar("a", "b", color="g"), "line": lambda f: f.plot.line(x="a", y="b", order="a"),
    "point": lambda f: f.plot.point("a", "b", size="a"), "scatter": lambda f: f.plot.scatter(x="a", y="b"),
    "any mark": lambda f: f.plot.boxplot(x="g", y="b"), "area": lambda f: f.plot.area(x="a", y="b"),
    "hist": lambda f: f["b"].plot.hist(), "kde": lambda f: f["b"].plot.kde(), "series": lambda f: f["b"].plot.line(),
    "series' mark": lambda f: f["b"].plot.area(),
}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_charts_are_those_of_polars(chart):
    columns = {"a": [1, 2, 3], "b": [2.5, None, 1.0], "g": ["x", "y", "x"]}

    def told(frame):
        whole = chart(frame).to_dict()
        (rows,) = whole.pop("datasets").values()
        whole["data"].pop("name")
        whole["params"] = [param | {"name": ""} for param in whole.get("params", [])]
        return whole, rows
    ours, theirs = told(dl.DataFrame(columns)), told(pl.DataFrame(columns))
    assert ours[1] == theirs[1]
    if chart is CHARTS["kde"]:
        theirs[0]["encoding"]["x"] = ours[0]["encoding"]["x"]  # named with its type or without
    assert ours[0] == theirs[0]


def test_charts_without_altair_say_what_is_missing(run_python):
    told = run_python("""
        import doline as dl
        try:
            dl.DataFrame({"a": [1]}).plot.bar(x="a")
        except dl.NotSupported as failure:
            print(failure)
        """, missing=["altair"])
    assert ".plot needs altair" in told and "pip install altair" in told


def test_a_plan_is_drawn_as_a_tree(tmp_path):
    from xml.etree import ElementTree
    left = dl.LazyFrame({"k": [1, 2], "v": ["<&>", "b"]})
    query = left.join(left.filter(dl.col("k") > 1), on="k").group_by("v").agg(dl.len()).sort("v")
    drawing = query.show_graph(output_path=tmp_path / "plan.svg")
    root = ElementTree.fromstring((tmp_path / "plan.svg").read_text(encoding="utf-8"))
    name = "{http://www.w3.org/2000/svg}"
    boxes = [group.find(f"{name}title").text for group in root.iter(f"{name}g")]
    assert len([box for box in boxes if box.startswith("Scan")]) == 2
    assert any("join" in box for box in boxes) and any("Aggregate" in box for box in boxes)
    edges = list(root.iter(f"{name}path"))
    assert len(edges) == len(boxes) - 1
    estimates = [text.text for text in root.iter(f"{name}text") if text.text.startswith("~")]
    assert len(estimates) == len(edges)
    corners = [(float(r.get("x")), float(r.get("y")), float(r.get("width")), float(r.get("height")))
               for g in root.iter(f"{name}g") for r in [g.find(f"{name}rect")]]
    for i, (x, y, w, h) in enumerate(corners):
        assert x >= 0 and x + w <= float(root.get("width")) and y + h <= float(root.get("height"))
        for x2, y2, w2, h2 in corners[i + 1:]:  # no two lie over each other
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    assert drawing._repr_svg_().startswith("<svg") and "Scan" in repr(drawing)
