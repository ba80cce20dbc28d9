"""Makes wheels of the Python package, and its sdist: what `./dev wheel` runs.

A wheel is built by scikit-build-core around the engine of build/release, which is not compiled again;
auditwheel puts the libraries of Debian into it that it needs, and here come the licences of all that
is in it. The sdist builds everything.

    wheel.py OUT [--licences-of LIST…] [PYTHON…]
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

TOP = pathlib.Path(__file__).resolve().parent.parent
PLATFORM = "manylinux_2_36_x86_64"  # Debian 12's C library
LARGEST_MB = 30
ENVIRONMENT = os.environ | {"PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def run(*command):
    """Runs a program, and ends with what it said when it fails."""
    done = subprocess.run(command, env=ENVIRONMENT, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\nwheel: this failed: {' '.join(map(str, command))}")
    return done.stdout


def build(python, folder):
    """A wheel for an interpreter, as it comes from the build. Returns its path."""
    # Our own environment has what the build takes; another interpreter's is made by its pip.
    isolation = ["--no-build-isolation"] if python == sys.executable else []
    run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--disable-pip-version-check", *isolation,
        f"--config-settings=cmake.define.DOLINE_ENGINE={TOP / 'build' / 'release'}",
        f"--config-settings=build-dir={TOP / 'build' / 'wheel'}/{{wheel_tag}}",
        "--wheel-dir", folder, TOP)
    return next(folder.glob("*.whl"))


def repair(wheel, folder):
    """The wheel with the shared libraries it needs beside it. Returns its path."""
    run(sys.executable, "-m", "auditwheel", "repair", "--plat", PLATFORM, "--only-plat",
        "--wheel-dir", folder, wheel)
    return next(folder.glob("*.whl"))


def source_package(package):
    """The source package, whose parts share one licence."""
    return run("dpkg-query", "-W", "-f", "${source:Package}", package).strip()


def licence_text(package):
    """What Debian says of a package's licences, with the texts that it only refers to."""
    text = pathlib.Path(f"/usr/share/doc/{package}/copyright").read_text(encoding="utf-8")
    for named in sorted(set(re.findall(r"/usr/share/common-licenses/([\w.-]*\w)", text))):
        shared = pathlib.Path("/usr/share/common-licenses") / named
        text += f"\n\n======== {shared}\n\n{shared.read_text(encoding='utf-8')}"
    return text


def bundled_packages(names):
    """The Debian packages of the libraries that auditwheel put in: `libre2-0a1b2c3d.so.9.0.0` is of
    the package that installed libre2.so.9.0.0."""
    packages = set()
    for name in names:
        if ".libs/" not in name or name.endswith("/"):
            continue
        installed = re.sub(r"-[0-9a-f]{8}(?=\.so)", "", name.rpartition("/")[2])
        owner = run("dpkg-query", "--search", f"*/x86_64-linux-gnu/{installed}").partition(":")[0]
        packages.add(owner)
    return packages


def licences(names, development):
    """path under licenses/ → text: of the libraries that are bundled, and of those whose headers are
    compiled in, which `development` names among others."""
    texts, have = {}, set()
    for package in sorted(bundled_packages(names)) + sorted(development):
        source = source_package(package)
        if source not in have:
            have.add(source)
            texts[f"{source}/copyright"] = licence_text(package)
    nanobind = next(pathlib.Path(sys.prefix).glob("lib/python*/site-packages/nanobind-*.dist-info"))
    for path in nanobind.rglob("LICENSE*"):
        texts[f"nanobind/{path.name}"] = path.read_text(encoding="utf-8")
    return texts


def add_licences(wheel, development):
    """Puts the licences of all that is in a wheel into it, as PEP 639 wants them."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
        run(sys.executable, "-m", "wheel", "unpack", "--dest", folder, wheel)
        unpacked = next(folder.iterdir())
        metadata = next(unpacked.glob("*.dist-info/METADATA"))
        head, blank, body = metadata.read_text(encoding="utf-8").partition("\n\n")
        for path, text in licences(names, development).items():
            target = metadata.parent / "licenses" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            head += f"\nLicense-File: {path}"
        metadata.write_text(head + blank + body, encoding="utf-8")
        run(sys.executable, "-m", "wheel", "pack", "--dest-dir", wheel.parent, unpacked)


def make_wheel(python, out, development):
    """Builds, repairs and completes a wheel. Returns its path."""
    with tempfile.TemporaryDirectory() as folder:
        plain, repaired = pathlib.Path(folder, "plain"), pathlib.Path(folder, "repaired")
        wheel = repair(build(python, plain), repaired)
        add_licences(wheel, development)
        megabytes = wheel.stat().st_size / 1e6
        if megabytes > LARGEST_MB:
            sys.exit(f"wheel: {wheel.name} has {megabytes:.1f} MB, more than {LARGEST_MB}")
        return pathlib.Path(shutil.copy2(wheel, out))


def make_sdist(out):
    """The sources. Returns the archive's path."""
    return out / run(sys.executable, "-c", "import sys; from scikit_build_core.build import build_sdist; "
                     "print(build_sdist(sys.argv[1]))", out).split()[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--licences-of", nargs="*", default=[], metavar="PACKAGE")
    parser.add_argument("python", nargs="*", default=[sys.executable])
    given = parser.parse_args()
    given.out = given.out.resolve()
    shutil.rmtree(given.out, ignore_errors=True)
    given.out.mkdir(parents=True)
    os.chdir(TOP)
    for python in given.python:
        wheel = make_wheel(python, given.out, given.licences_of)
        print(f"{wheel.relative_to(TOP)}  {wheel.stat().st_size / 1e6:.1f} MB")
    sdist = make_sdist(given.out)
    print(f"{sdist.relative_to(TOP)}  {sdist.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
