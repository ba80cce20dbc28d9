"""The tree keeps the house's rules (house.py), and the rules do catch what they are for."""

import pathlib
import subprocess

import house
import pytest

CMAKE = """
doline_folder(base   MAY       LINK fmt::fmt)
doline_folder(memory MAY base)
doline_folder(io     MAY memory LINK PkgConfig::zstd)
doline_folder(column MAY memory)
doline_folder(engine MAY io column)
"""


@pytest.fixture(scope="module")
def table():
    return house.include_table((house.TOP / "CMakeLists.txt").read_text())


@pytest.fixture(scope="module")
def texts():
    found = {}
    for path in house.project_files():
        try:
            found[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            pass  # a binary fixture
    return found


def relative(path):
    return path.relative_to(house.TOP)


def sources(texts):
    return {path: text for path, text in texts.items()
            if relative(path).parts[0] in house.SOURCE_FOLDERS and
            path.suffix in house.SOURCE_ENDINGS}


# ---- the rules themselves -----------------------------------------------------------------------

def test_the_include_table_is_transitive():
    table = house.include_table(CMAKE)
    assert table["io"] == {"io", "memory", "base"}
    assert table["engine"] == {"engine", "io", "column", "memory", "base"}


def test_a_folder_declared_before_what_it_includes_is_refused():
    with pytest.raises(ValueError, match="memory may include base"):
        house.include_table("doline_folder(memory MAY base)\ndoline_folder(base MAY)")


@pytest.mark.parametrize("folder, line, complaint", [
    ("io", '#include "memory/arena.h"', None),
    ("io", '#include "base/error.h"', None),
    ("io", '#include <vector>', None),
    ("io", '#include "column/type.h"', "io may not include column/type.h"),
    ("memory", '  #  include "io/file.h"', "memory may not include io/file.h"),
    ("io", '#include "file.h"', "should name its folder"),
    ("io", '#include <memory/arena.h>', 'takes "quotes"'),
    ("io", '#include "vendor/x.h"', "lies in no folder"),
    ("engine", '#include "doline/doline.h"', None),
    ("io", '#include "doline/doline.h"', "only engine"),
    ("io", '#include "doline/arrow_c_data.h"', None),
])
def test_includes(folder, line, complaint):
    found = house.check_includes(house.include_table(CMAKE), folder, "x.cpp", line + "\n")
    assert bool(found) == bool(complaint)
    if complaint:
        assert complaint in found[0]


@pytest.mark.parametrize("name, good", [
    ("src/base/error.h", True), ("src/base/string_utils.h", False), ("src/common/error.h", False),
    ("tests/helpers.py", False), ("src/sql/commons.h", True), ("scripts/setup.sh", True),
])
def test_names(name, good):
    assert (house.check_name(pathlib.PurePath(name)) == []) == good


def test_places():
    assert house.check_places("x", "see https://" + "pypi" + ".org/project\n")
    assert house.check_places("x", "cd /" + "work/main\n")
    assert not house.check_places("x", "the network/root/x and network of /tmp/x\n")


def test_headers():
    assert house.check_header("x.h", "struct X {};\n") == ["x.h: no include guard"]
    assert house.check_header("x.h", "#pragma once\n#include <regex>\n")
    assert not house.check_header("x.h", "#pragma once\n#include <vector>\n")


# ---- the tree -----------------------------------------------------------------------------------

def test_sources_include_only_what_the_table_allows(table, texts):
    complaints = []
    for path, text in sources(texts).items():
        parts = relative(path).parts
        if parts[0] != "src" or path.suffix not in (".h", ".cpp"):
            continue
        if parts[1] not in table:
            complaints.append(f"{relative(path)}: {parts[1]} is not in CMakeLists.txt")
        else:
            complaints += house.check_includes(table, parts[1], relative(path), text)
    assert not complaints, "\n".join(complaints)


def test_sources_are_formatted(texts):
    files = [path for path in sources(texts) if path.suffix in (".h", ".cpp")]
    assert files
    run = subprocess.run(["clang-format-19", "--dry-run", "-Werror", "--ferror-limit=3", *files],
                         capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{run.stderr}\nrun ./dev fmt"


def test_scripts_parse(texts):
    shells = [house.TOP / "dev", house.TOP / ".ci" / "run",
              *(path for path in texts if path.suffix == ".sh")]
    for path in shells:
        run = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
    for path in texts:
        if path.suffix == ".py":
            compile(texts[path], path, "exec")


def test_headers_are_guarded_and_light(texts):
    complaints = [complaint for path, text in sources(texts).items() if path.suffix == ".h"
                  for complaint in house.check_header(relative(path), text)]
    assert not complaints, "\n".join(complaints)


def test_files_are_named_after_a_concept(texts):
    complaints = [complaint for path in texts for complaint in house.check_name(relative(path))]
    assert not complaints, "\n".join(complaints)


def test_files_are_short(texts):
    complaints = [complaint for path, text in sources(texts).items()
                  for complaint in house.check_length(relative(path), text)]
    assert not complaints, "\n".join(complaints)


def test_no_machine_and_no_registry_is_named(texts):
    complaints = [complaint for path, text in texts.items()
                  for complaint in house.check_places(relative(path), text)]
    assert not complaints, "\n".join(complaints)


def test_links_in_documents_lead_somewhere(texts):
    complaints = [complaint for path, text in texts.items() if path.suffix == ".md"
                  for complaint in house.check_links(path, text)]
    assert not complaints, "\n".join(complaints)


def test_every_folder_is_in_the_architecture(table):
    document = house.TOP / "docs" / "ARCHITECTURE.md"
    text = document.read_text()
    missing = [folder for folder in table
               if (house.TOP / "src" / folder).is_dir() and f"`{folder}`" not in text
               and f"src/{folder}" not in text]
    assert not missing, f"docs/ARCHITECTURE.md says nothing about {', '.join(missing)}"


def test_every_decision_is_listed():
    folder = house.TOP / "docs" / "decisions"
    listed = (folder / "README.md").read_text()
    missing = [path.name for path in sorted(folder.glob("[0-9]*.md")) if path.name not in listed]
    assert not missing, f"docs/decisions/README.md does not list {', '.join(missing)}"
