"""The demo, with few generated rows, on files of one's own: what it leaves, and that it checks."""

import csv
import gzip
import subprocess

FEW_ROWS = "50000"


def demo(program, folder, *files):
    return subprocess.run([str(program), "--demo", "out", "--demo-rows", FEW_ROWS, *map(str, files)], cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)


def report(folder):
    with open(folder / "out" / "report.csv", encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def test_it_reports_on_a_log_and_its_script_reports_the_same(program, corpora, tmp_path):
    log = tmp_path / "access.log.gz"
    log.write_bytes(gzip.compress((corpora / "real" / "apache_access.log").read_bytes()))
    done = demo(program, tmp_path, log)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9,999 rows, 1 rejected, combined" in done.stdout
    assert "ok  rejected = damaged lines planted     500 = 500" in done.stdout
    assert "ok  rows written = rows read back        49,500" in done.stdout
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "demo.sql", "heatmap.png", "logs_1.parquet", "report.csv", "report.html", "requests"]
    rows = report(tmp_path)
    assert rows[0] == ["part", "item", "measure", "value"]
    assert ["status · access.log.gz", "200", "rows", "9125"] in rows
    assert [row[3] for row in rows if row[1] == "damaged lines" and row[0] == "The week in numbers"] == ["500"]

    (out / "report.csv").unlink()
    again = subprocess.run([str(program), "-f", "out/demo.sql"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, timeout=300, check=False)
    assert again.returncode == 0, again.stderr
    assert report(tmp_path) == rows


def test_the_page_needs_no_network_and_the_picture_is_one(program, corpora, tmp_path):
    done = demo(program, tmp_path, corpora / "real" / "apache_access.log")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for outside in ("src=", "<script", "<link", "@import", "url("):
        assert outside not in page
    assert "prefers-color-scheme:dark" in page and "data:image/png;base64," in page
    picture = (tmp_path / "out" / "heatmap.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")) == (512, 512)


def test_a_file_that_is_no_log_is_named(program, tmp_path):
    (tmp_path / "poem.txt").write_text("no log\nat all\n", encoding="utf-8")
    done = demo(program, tmp_path, tmp_path / "poem.txt")
    assert done.returncode == 1
    assert "poem.txt" in done.stderr or "format" in done.stderr
