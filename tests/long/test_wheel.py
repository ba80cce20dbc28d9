"""The package as people install it: the wheel in a Debian 12 that holds nothing but python3 and venv, in
whatever interpreters are at hand, and built from its sources. About twenty minutes, most of them the
last test's, which compiles the engine anew."""

import email
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
USE = TOP / "tests" / "long" / "use_installed.py"
USE_IN_THREADS = TOP / "tests" / "long" / "use_in_threads.py"


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], text=True, check=False, timeout=5000,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-5000:]}"
    return done.stdout


def make(*interpreters):
    run(TOP / "dev", "wheel", *interpreters)
    return sorted((TOP / "build" / "dist").iterdir())


def is_interpreter(path):
    wanted = "import sys, sysconfig; print(*sys.version_info[:2], int(bool(sysconfig.get_config_var('Py_GIL_DISABLED'))))"
    told = subprocess.run([path, "-c", wanted], capture_output=True, text=True, check=False).stdout.split()
    return (int(told[0]), int(told[1]), told[2] == "1") if len(told) == 3 else None


@pytest.fixture(scope="module")
def interpreters():
    """(major, minor, without GIL) → path, of 3.10 to 3.14 as far as they are at hand."""
    places = [*pathlib.Path("/usr/bin").glob("python3.1[0-9]"), *pathlib.Path("/usr/local/bin").glob("python3.1[0-9]*"),
              *(pathlib.Path.home() / ".pyenv" / "versions").glob("3.1[0-9]*/bin/python3")]
    found = {}
    for place in places:
        version = is_interpreter(place)
        if version is not None and (3, 10) <= version[:2] <= (3, 14):
            found.setdefault(version, place)
    absent = [f"3.{minor}" for minor in range(10, 15) if (3, minor, False) not in found]
    print(f"interpreters that are not at hand, and not tested: {', '.join(absent) or 'none'}")
    return found


@pytest.fixture(scope="module")
def dist():
    """The project's own wheel and the sources."""
    files = make()
    return {"wheel": next(file for file in files if file.suffix == ".whl"),
            "sdist": next(file for file in files if file.name.endswith(".tar.gz"))}


def names_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def text_in(wheel, name):
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name).decode()


class TestWhatIsInTheWheel:
    def test_it_is_small_and_says_its_platform(self, dist):
        assert dist["wheel"].name.endswith("-manylinux_2_36_x86_64.whl")
        assert dist["wheel"].stat().st_size <= 30e6

    def test_it_needs_nothing_and_is_of_the_one_version(self, dist):
        metadata = next(name for name in names_of(dist["wheel"]) if name.endswith(".dist-info/METADATA"))
        told = email.message_from_string(text_in(dist["wheel"], metadata))
        version = re.search('kVersion = "(.*)"', (TOP / "src" / "base" / "version.h").read_text())[1]
        assert told["Version"] == version
        assert told.get_all("Requires-Dist") is None
        assert told["License-Expression"] == "Apache-2.0"

    def test_every_library_in_it_has_its_licence_in_it(self, dist):
        names = names_of(dist["wheel"])
        libraries = [name for name in names if ".libs/" in name and not name.endswith("/")]
        assert len(libraries) > 5
        licences = {name.split("/licenses/")[1] for name in names if "/licenses/" in name}
        for library in libraries:
            soname = re.sub(r"-[0-9a-f]{8}(?=\.so)", "", library.rpartition("/")[2])
            package = run("dpkg-query", "--search", f"*/{soname}").partition(":")[0]
            source = run("dpkg-query", "-W", "-f", "${source:Package}", package)
            assert f"{source}/copyright" in licences, library
        assert {"LICENSE", "nanobind/LICENSE", "fast-float/copyright", "flatbuffers/copyright"} <= licences

    def test_nothing_has_debug_information(self, dist, tmp_path):
        with zipfile.ZipFile(dist["wheel"]) as archive:
            archive.extractall(tmp_path)
        for library in tmp_path.rglob("*.so*"):
            assert ".debug_info" not in run("readelf", "--section-headers", "--wide", library), library


@pytest.fixture(scope="module")
def debian():
    """A Debian 12 with python3 and venv alone, gone in the end."""
    sources = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: bookworm",
                  "Component: main", "Created-By: Packages").split()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "debian")
        run("debootstrap", "--variant=minbase", "--include=python3,python3-venv", "bookworm", root, sources[0])
        yield root


def test_in_a_bare_debian(dist, debian):
    installed = run("chroot", debian, "dpkg-query", "-W", "-f", "${Package}\n").split()
    assert not [name for name in installed if name.startswith(("libre2", "libsimdjson", "libfmt", "libsnappy"))]
    for file in (dist["wheel"], USE):
        (debian / "tmp" / file.name).write_bytes(file.read_bytes())
    run("chroot", debian, "python3", "-m", "venv", "/tmp/venv")
    run("chroot", debian, "/tmp/venv/bin/pip", "install", "--no-index", f"/tmp/{dist['wheel'].name}")
    assert "all of it works" in run("chroot", debian, "/tmp/venv/bin/python", "/tmp/use_installed.py")


def test_in_every_interpreter_at_hand(interpreters, tmp_path):
    assert len(interpreters) > 1
    wheels = [file for file in make(*interpreters.values()) if file.suffix == ".whl"]
    for version, python in interpreters.items():
        venv = tmp_path / "-".join(map(str, version))
        run(python, "-m", "venv", venv)
        run(venv / "bin" / "pip", "install", "--no-index", "--find-links", wheels[0].parent, "doline")
        assert "all of it works" in run(venv / "bin" / "python", USE, cwd=tmp_path)
        assert "all of it works in threads" in run(venv / "bin" / "python", USE_IN_THREADS, cwd=tmp_path)


def test_built_from_its_sources(dist, tmp_path):
    shutil.unpack_archive(dist["sdist"], tmp_path)
    [sources] = tmp_path.iterdir()
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, sources)
    [wheel] = tmp_path.glob("*.whl")
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", venv)
    run(venv / "bin" / "pip", "install", "--no-index", wheel)
    assert "all of it works" in run(venv / "bin" / "python", USE, cwd=tmp_path)
