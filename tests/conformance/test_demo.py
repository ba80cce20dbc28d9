"""The demo, with few generated rows, on files of one's own: what it leaves, and that it checks."""

import csv
import gzip
import signal
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
    assert not (out / "requests.log").exists()


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
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.csv").write_text("of an earlier run")
    done = demo(program, tmp_path, tmp_path / "poem.txt")
    assert done.returncode == 1
    assert "error[format]" in done.stderr and "poem.txt" in done.stderr
    assert (tmp_path / "out" / "report.csv").read_text() == "of an earlier run"


def test_files_of_a_directory_are_known_each_by_itself_and_others_passed_over(program, corpora, tmp_path):
    logs = tmp_path / "logs"
    (logs / "deep").mkdir(parents=True)
    (logs / "access.log").write_bytes((corpora / "real" / "apache_access.log").read_bytes())
    (logs / "deep" / "dpkg.log").write_text("2024-01-01 00:00:00 install zlib1g:amd64 <none> 1:1.2.13\n"
                                            "2024-01-04 00:00:00 install zlib2g:amd64 <none> 1:1.2.13\n" * 20)
    (logs / "rotated.log").write_bytes(b"")
    (logs / "noise").write_bytes(bytes(range(256)) * 20)
    done = demo(program, tmp_path, logs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10,039 rows, 1 rejected, combined, dpkg" in done.stdout
    assert f"it is empty: {logs}/rotated.log" in done.stdout and f"{logs}/noise" in done.stdout
    # Days without lines count as zero.
    days = [(row[1], row[3]) for row in report(tmp_path) if row[0] == "Lines by hour · dpkg.log"]
    assert len(days) == 73 and days[0][1] == "20" and {value for _, value in days[1:-1]} == {"0"}


def test_earlier_runs_leave_nothing_and_what_is_not_theirs_stays(program, corpora, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for name in (".requests.log.0123456789abcdef.part", "logs_7.parquet", "demo.sql", "mine.txt", ".other.part"):
        (out / name).write_text("earlier")
    done = demo(program, tmp_path, corpora / "real" / "apache_access.log")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        ".other.part", "demo.sql", "heatmap.png", "logs_1.parquet", "mine.txt", "report.csv", "report.html", "requests"]


def test_a_run_that_is_stopped_leaves_nothing(program, corpora, tmp_path):
    log = corpora / "real" / "apache_access.log"
    running = subprocess.Popen([str(program), "--demo", "out", "--demo-rows", "20000000", str(log)], cwd=tmp_path,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while "[1/3]" not in running.stdout.readline():  # the second step is begun after that line
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=300)
    finally:
        running.kill()
    assert running.returncode == 130
    assert "nothing of this run is left" in said
    assert list((tmp_path / "out").iterdir()) == []
