"""Writes what pip would say of an installed package, from pyproject.toml, so that a build folder has
the package's entry points, too.

    python write_metadata.py PYPROJECT VERSION FOLDER
"""

import pathlib
import re
import sys


def main(pyproject, version, folder):
    """Makes FOLDER/doline-VERSION.dist-info."""
    text = pathlib.Path(pyproject).read_text(encoding="utf-8")
    name = re.search(r'^name = "([^"]+)"', text, re.M).group(1)
    entries = []
    for group, body in re.findall(r'^\[project\.entry-points\."([^"]+)"\]\n((?:.+\n)+)', text, re.M):
        entries.append(f"[{group}]\n" + body.replace('"', "") + "\n")
    target = pathlib.Path(folder) / f"{name}-{version}.dist-info"
    target.mkdir(parents=True, exist_ok=True)
    (target / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (target / "entry_points.txt").write_text("".join(entries), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
