"""The shell as a person uses it: the real program at a pseudo-terminal, and in tmux."""

import os
import shutil
import subprocess
import time

import pytest

from pseudo_terminal import PseudoTerminal

PROMPT = "doline> "
MORE = "   ...> "


@pytest.fixture
def state(tmp_path):
    """Where the shell keeps its history."""
    return tmp_path / "state"


@pytest.fixture
def shell(program, state):
    """Opens a shell that shows its first prompt; all are closed in the end."""
    opened = []

    def open_shell(*arguments, environment=None, **size):
        terminal = PseudoTerminal([str(program), *arguments],
                                  {"XDG_STATE_HOME": str(state), "NO_COLOR": "", **(environment or {})}, **size)
        opened.append(terminal)
        terminal.expect(PROMPT)
        return terminal

    yield open_shell
    for terminal in opened:
        terminal.__exit__()


def test_a_statement_goes_over_lines_until_its_semicolon(shell):
    terminal = shell()
    terminal.line("SELECT 40 + 2")
    terminal.expect(MORE)
    terminal.line("AS answer;")
    assert "int32" in terminal.expect("│     42 │")
    terminal.expect(PROMPT)
    terminal.send("\x04")
    assert terminal.close() == 0


def test_errors_have_a_caret_and_do_not_end_the_shell(shell):
    terminal = shell()
    terminal.line("SELEC 1;")
    assert "^^^^^" in terminal.expect("did you mean SELECT?")
    terminal.expect(PROMPT)
    terminal.line("SELECT 'still ' || 'here';")
    terminal.expect("│ still here")
    terminal.line(".quit")
    assert terminal.close() == 0


def test_ctrl_c_stops_the_query_and_not_the_shell(shell):
    terminal = shell()
    for slow in ("SELECT sum(i) FROM range(100000000000) t(i);",
                 "CREATE TABLE t AS SELECT sum(i) FROM range(100000000000) t(i);"):
        terminal.line(slow)
        shown = terminal.expect(" rows/s")  # it runs, and says how fast
        assert " %" in shown
        terminal.send("\x03")
        terminal.expect("error[cancelled]")
        terminal.expect(PROMPT)
    terminal.line("SELECT 'alive' AS s;")
    terminal.expect("│ alive")


def test_ctrl_c_stops_a_result_that_flows_faster_than_it_is_waited_for(shell):
    for mode in (".mode csv", ".mode box"):
        terminal = shell()
        terminal.line(mode)
        terminal.line("SELECT i AS a_number FROM range(100000000000) t(i);")
        terminal.expect("\r\na_number\r\n" if mode == ".mode csv" else " %")
        terminal.send("\x03")
        terminal.expect("error[cancelled]")
        terminal.expect(PROMPT)


def test_ctrl_z_puts_the_shell_aside(program, state):
    """Started by another shell, as it is by people, and brought back by it."""
    environment = {"XDG_STATE_HOME": str(state), "PS1": "$ "}
    with PseudoTerminal(["/bin/bash", "--norc", "--noprofile", "-i"], environment) as terminal:
        terminal.line(f"'{program}'")
        terminal.expect(PROMPT)
        terminal.send("SELECT 'kept' AS\x1a")
        terminal.expect("Stopped")
        terminal.line("echo $((6 * 7))")
        terminal.expect("42\r\n")
        terminal.line("fg")
        terminal.expect(PROMPT)
        terminal.line(" s;")
        terminal.expect("│ kept")


def test_the_progress_bar_is_gone_when_the_result_comes(shell):
    terminal = shell("--threads", "1")
    terminal.line("SELECT count(*) AS n FROM range(1000000000) t(i) WHERE hash(i) % 2 < 2;")
    terminal.expect(" %", raw=True)
    terminal.expect("\r\x1b[K\x1b[2m┌", raw=True)  # the line is erased, then the box begins
    terminal.expect("1000000000", raw=True)


def test_ctrl_c_gives_up_the_line(shell):
    terminal = shell()
    terminal.send("SELECT nonsense")
    terminal.send("\x03")
    terminal.expect("^C")
    terminal.expect(PROMPT)
    terminal.line("SELECT 'next' AS s;")
    terminal.expect("│ next")


def test_history_is_kept_between_shells(shell, state):
    terminal = shell()
    terminal.line("SELECT 'first' AS s,")
    terminal.line("1 AS n;")
    terminal.expect("│ first")
    terminal.line("SELECT 'second' AS s;")
    terminal.expect("│ second")
    terminal.expect(PROMPT)
    terminal.send("\x04")
    assert terminal.close() == 0
    assert (state / "doline" / "history").read_text() == "SELECT 'first' AS s,\\n1 AS n;\nSELECT 'second' AS s;\n"

    again = shell()
    again.send("\x1b[A\r")  # the last
    again.expect("│ second")
    again.expect(PROMPT)
    again.send("\x12FIRST")  # searched for, without regard to case
    again.expect("(search) 'FIRST': SELECT 'first'")
    again.send("\r")
    again.expect("│ first")


def test_editing_takes_characters_as_people_see_them(shell):
    terminal = shell()
    terminal.send("SELECT '漢字é' AS s;")
    terminal.send("\x1b[D" * 7)  # to behind é
    terminal.send("\x7f")        # é
    terminal.send("\x1b[D\x7f")  # over 字, then 漢
    terminal.send("x\r")
    terminal.expect("│ x字 ")


def test_what_is_pasted_is_text_until_enter(shell):
    terminal = shell()
    terminal.send("\x1b[200~SELECT 'one' AS s;\rSELECT 'two' AS s;\x1b[201~")
    shown = terminal.expect("SELECT 'two' AS s;")
    assert "│" not in shown
    terminal.send("\r")
    terminal.expect("│ one")
    terminal.expect("│ two")


def test_tab_completes_columns_tables_functions_files_and_commands(shell, tmp_path):
    (tmp_path / "measurements.csv").write_text("place,degrees\nhere,21\n")
    terminal = shell()
    terminal.line("CREATE TABLE orders(id INTEGER, unit_price DOUBLE);")
    terminal.expect(PROMPT)
    terminal.send("SELECT unit_ FROM ord\t;")
    terminal.send("\x01\x1bf\x1bf\t")  # back to behind "unit_"
    terminal.expect("SELECT unit_price FROM orders")
    terminal.send("\r")
    terminal.expect("0 rows")
    terminal.send(f"SELECT degr FROM '{tmp_path}/meas\t;\x01\x1bf\x1bf\t\r")
    terminal.expect("│      21 │")
    terminal.send("SELECT regexp_ma\t'abc', 'b') AS found;\r")
    terminal.expect("│ true")
    terminal.send(".hel\t\r")
    terminal.expect("Tab completes")


def test_several_candidates_are_listed(shell):
    terminal = shell()
    terminal.send(".m\t")
    shown = terminal.expect(".maxrows")
    shown += terminal.expect(".mode")
    assert ".manual" in shown


def test_dot_commands(shell):
    terminal = shell()
    terminal.line("CREATE TABLE orders(id INTEGER, \"unit price\" DOUBLE); CREATE VIEW cheap AS FROM orders;")
    terminal.expect(PROMPT)
    terminal.line(".tables")
    terminal.expect("cheap   view")
    terminal.expect("orders  2 columns, 0 rows")
    terminal.line(".tables ch*")
    assert "orders" not in terminal.expect("cheap  view").split(".tables ch*")[-1]
    terminal.line(".schema orders")
    terminal.expect('CREATE TABLE orders(id INTEGER, "unit price" DOUBLE);')
    terminal.line(".schema order")
    terminal.expect('did you mean "orders"?')
    terminal.line(".mode csv")
    terminal.line("SELECT 1 AS a, NULL AS b;")
    terminal.expect("a,b\r\n1,\r\n")
    terminal.line(".nullvalue -")
    terminal.line(".headers off")
    terminal.line("SELECT 2 AS a, NULL AS b;")
    terminal.expect("\r\n2,-\r\n")
    terminal.line(".mode jsn")
    terminal.expect('did you mean "json"?')
    terminal.line(".timer on")
    terminal.line("SELECT 3;")
    terminal.expect("Run Time (s): real ")
    terminal.line(".manual upper")
    shown = terminal.expect("upper('Hello')  →  HELLO")
    assert "upper(VARCHAR) → VARCHAR" in shown
    terminal.line(".manual uper")
    terminal.expect("did you mean upper?")
    terminal.line(".tabels")
    terminal.expect("did you mean .tables?")
    terminal.line(".timer")
    terminal.expect("it is .timer on|off")


def test_read_runs_a_file_and_safe_mode_refuses_it(shell, tmp_path):
    script = tmp_path / "s.sql"
    script.write_text(".mode line\nSELECT 'read' AS what;\n")
    terminal = shell()
    terminal.line(f".read {script}")
    terminal.expect("what = read")
    terminal.line(".read nosuchfile.sql")
    terminal.expect("error[file_not_found]")
    safe = shell("--safe")
    safe.line(f".read {script}")
    safe.expect("error[permission]: safe mode")
    safe.expect(PROMPT)
    safe.send(f"FROM '{tmp_path}/\t\x03")
    assert "s.sql" not in safe.expect("^C").rsplit(PROMPT, 1)[-1]


@pytest.mark.parametrize("environment, coloured", [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_are_left_out_on_request(shell, environment, coloured):
    terminal = shell(environment=environment)
    terminal.line("SELECT 1 AS one;")
    shown = terminal.expect("┘", raw=True)
    assert ("\x1b[1;34mSELECT" in shown) == coloured
    assert ("\x1b[2m" in shown) == coloured


def test_boxes_fit_the_terminal_whatever_its_size_becomes(shell):
    columns = ", ".join(f"{i} AS a_rather_long_name_{i}" for i in range(20))
    terminal = shell(columns=100)
    for width in (100, 60, 30):
        terminal.resize(width, 40)
        terminal.line(f"SELECT {columns};")
        terminal.expect("┌")
        box = "┌" + terminal.expect(" shown)")
        lines = box.split("\r\n")
        assert all(len(line) <= width for line in lines), box
        assert len(lines) == 7
        terminal.expect(PROMPT)


@pytest.fixture
def tmux(program, state, tmp_path):
    """Opens the shell in a tmux of its own: function keys → screen."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    socket = ["tmux", "-S", str(tmp_path / "tmux")]
    environment = {**os.environ, "XDG_STATE_HOME": str(state), "LC_ALL": "C.UTF-8"}

    def command(*arguments):
        return subprocess.run([*socket, *arguments], env=environment, capture_output=True, text=True, timeout=60,
                              check=True).stdout

    def screen(*arguments):
        return command("capture-pane", "-p", *arguments).rstrip("\n").split("\n")

    def wait_for(found):
        until = time.monotonic() + 60
        while not found(screen()):
            assert time.monotonic() < until, "\n".join(screen())
        return screen()

    def start(columns, rows):
        command("-u", "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), str(program))
        wait_for(lambda lines: PROMPT.strip() in lines)

    yield start, command, screen, wait_for
    subprocess.run([*socket, "kill-server"], capture_output=True, check=False)


def typed(command, text):
    command("send-keys", "-l", text.removesuffix(";") + ("\\;" if text.endswith(";") else ""))


def test_the_screen_is_as_it_should_be(tmux):
    start, command, screen, wait_for = tmux
    start(40, 12)
    typed(command, "SELECT 'a text that is longer than the terminal is wide' AS t;")
    lines = wait_for(lambda now: any("wide' AS t;" in line for line in now))
    assert lines[1:] == ["doline> SELECT 'a text that is longer th", "an the terminal is wide' AS t;"]
    command("send-keys", "C-a", "C-k")
    wait_for(lambda now: now[1:] == ["doline>"])  # nothing is left of it
    typed(command, "SELECT 1 AS n")
    command("send-keys", "Enter")
    wait_for(lambda now: now[-1] == "   ...>")
    typed(command, ";")
    command("send-keys", "Enter")
    lines = wait_for(lambda now: now[-1] == "doline>")
    assert lines[1:] == ["doline> SELECT 1 AS n", "   ...> ;", "┌───────┐", "│   n   │", "│ int32 │", "├───────┤",
                         "│     1 │", "└───────┘", "doline>"]


def test_a_narrower_terminal_is_drawn_anew(tmux):
    start, command, screen, wait_for = tmux
    start(80, 12)
    typed(command, "SELECT 'abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz'")
    wait_for(lambda now: now[-1].endswith("xyz'"))
    command("resize-window", "-x", "30", "-y", "12")
    typed(command, " AS t")
    lines = wait_for(lambda now: now[-1].endswith("AS t"))
    begin = next(i for i, line in enumerate(lines) if line.startswith(PROMPT))
    assert "".join(lines[begin:]).replace(PROMPT, "", 1) == "SELECT 'abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz' AS t"
    assert sum(line.startswith(PROMPT) for line in lines) == 1
