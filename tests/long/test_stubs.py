"""Stubs and package agree, and pyright reads them as mypy does. Half a minute."""

import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
PYTHON = TOP / "build" / "release" / "python"
PATHS = os.environ | {"PYTHONPATH": f"{PYTHON}{os.pathsep}{TOP / 'tests' / 'python'}", "MYPYPATH": str(PYTHON),
                      "PYTHONDONTWRITEBYTECODE": "1"}
# nanobind's classes and functions are of kinds of their own, and a data type's class has this method as
# its objects do; these modules are nobody's to call.
ALLOWED = r"""doline\._engine\..*
doline\.data_type\.DataType\.__arrow_c_schema__
doline\.(expr\.(build|literals)|type_texts)\..*
doline\.narwhals_plugin\..*
"""


def run(*command):
    return subprocess.run([sys.executable, *map(str, command)], env=PATHS, text=True, check=False, cwd=TOP,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)


def test_stubs_and_package_agree(tmp_path):
    (tmp_path / "allowed.txt").write_text(ALLOWED)
    (tmp_path / "mypy.ini").write_text("[mypy]\nignore_errors = True\n")
    done = run("-m", "mypy.stubtest", "doline", "--concise", "--ignore-missing-stub", "--ignore-unused-allowlist",
               "--allowlist", tmp_path / "allowed.txt", "--mypy-config-file", tmp_path / "mypy.ini")
    assert done.returncode == 0, done.stdout


def test_pyright_is_content_with_examples_and_stubs(tmp_path):
    made = run("-c", f"import pathlib, typed_examples; "
                     f"pathlib.Path({str(tmp_path / 'examples.py')!r}).write_text(typed_examples.examples_module())")
    assert made.returncode == 0, made.stdout
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({
        "include": ["examples.py", os.path.relpath(PYTHON / "doline", tmp_path) + "/**/*.pyi"],
        "extraPaths": [str(PYTHON)], "pythonVersion": "3.10", "reportMissingModuleSource": False,
        "reportUnusedExpression": False,  # examples show what it is
        "venvPath": str(TOP), "venv": ".venv"}))
    done = run("-m", "pyright", "--outputjson", "-p", tmp_path)
    told = json.loads(done.stdout[done.stdout.index("{"):])
    assert told["summary"]["filesAnalyzed"] > 30, told["summary"]
    assert not told["generalDiagnostics"], json.dumps(told["generalDiagnostics"], indent=1)[:5000]
