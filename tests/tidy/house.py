"""The house's rules as functions over file texts. Each returns a list of complaints."""

import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
LONGEST_FILE = 600
SOURCE_FOLDERS = ("src", "include", "app", "adbc", "python", "tests", "bench", "scripts")
SOURCE_ENDINGS = (".h", ".cpp", ".py", ".sh")

# Words that name no concept: a file called so collects what belongs elsewhere.
EMPTY_NAMES = re.compile(r"(^|[_-])(utils?|helpers?|common|misc|stuff)([_-]|$)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
FOLDER_LINE = re.compile(r"^doline_folder\((?P<body>[^)]*)\)", re.MULTILINE)

# Headers that drag in much for little; bodies go to .cpp files.
HEAVY_HEADERS = ("iostream", "regex", "filesystem")

# Written in pieces so that this file keeps its own rule.
HOSTS = tuple(".".join(parts) for parts in (
    ("pypi", "org"), ("pythonhosted", "org"), ("deb", "debian", "org"), ("maven", "org"),
    ("maven", "apache", "org/maven2"), ("npmjs", "org"), ("crates", "io"),
    ("proxy", "golang", "org")))
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|tmp/setup)/\w")


def project_files(top=TOP):
    """Every file of the project's own folders, without what a build or a run leaves there."""
    left_out = {"build", ".git", ".venv", ".cache", "demo-out", "bench-data", "__pycache__"}
    pending = [top]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            if path.is_symlink() or path.name in left_out:
                continue
            if path.is_dir():
                pending.append(path)
            else:
                yield path


def include_table(cmake_text):
    """folder → the folders it may include, transitively, itself among them.

    Reads the lines `doline_folder(NAME MAY folder… LINK target…)`, lowest folder first.
    """
    table = {}
    for match in FOLDER_LINE.finditer(cmake_text):
        words = match["body"].split()
        name, rest = words[0], words[1:]
        may = []
        if "MAY" in rest:
            may = rest[rest.index("MAY") + 1:]
            if "LINK" in may:
                may = may[:may.index("LINK")]
        allowed = {name}
        for below in may:
            if below not in table:
                raise ValueError(f"{name} may include {below}, which no line above declares")
            allowed |= table[below]
        table[name] = allowed
    return table


def check_includes(table, folder, name, text):
    """Quoted includes go to allowed folders only, and name their folder."""
    complaints = []
    for quote, target in INCLUDE.findall(text):
        top_folder = target.split("/")[0] if "/" in target else None
        if quote == "<":
            if top_folder in table:
                complaints.append(f'{name}: <{target}> is ours and takes "quotes"')
            continue
        if top_folder is None:
            complaints.append(f'{name}: "{target}" should name its folder')
        elif top_folder in table:
            if top_folder not in table[folder]:
                complaints.append(f"{name}: {folder} may not include {target}")
        elif top_folder == "doline":
            if folder != "engine" and target != "doline/arrow_c_data.h":  # not our API
                complaints.append(f"{name}: only engine implements the public API ({target})")
        else:
            complaints.append(f'{name}: "{target}" lies in no folder of the table')
    return complaints


def check_header(name, text):
    complaints = []
    if "#pragma once" not in text and not re.search(r"^#ifndef \w+\n#define ", text, re.MULTILINE):
        complaints.append(f"{name}: no include guard")
    for quote, target in INCLUDE.findall(text):
        if quote == "<" and target in HEAVY_HEADERS:
            complaints.append(f"{name}: <{target}> does not belong into a header")
    return complaints


def check_name(relative):
    """relative: a pathlib path from the top."""
    return [f"{relative}: \"{part}\" names no concept"
            for part in (*relative.parts[:-1], relative.stem) if EMPTY_NAMES.search(part)]


def check_length(name, text):
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        return [f"{name}: {lines} lines; past {LONGEST_FILE} look for the second concept in it"]
    return []


def check_places(name, text):
    """No path of one machine, no host of a package registry."""
    complaints = [f"{name}: names the host {host}" for host in HOSTS if host in text]
    for match in MACHINE_PATHS.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        complaints.append(f"{name}:{line}: {match[0]}… is a path of one machine")
    return complaints


def check_links(path, text, top=TOP):
    """Relative links of a Markdown file lead to something."""
    complaints = []
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"`[^`\n]*`|```.*?```", "", text,
                                                             flags=re.DOTALL)):
        if "://" in target or target.startswith("mailto:"):
            continue
        if not (path.parent / target).exists():
            complaints.append(f"{path.relative_to(top)}: the link to {target} leads nowhere")
    return complaints
