"""Every example of the package's docstrings and of the documents as one Python file, for type checkers."""

import doctest
import importlib
import pathlib
import pkgutil
import re
import textwrap

import doline

TOP = pathlib.Path(__file__).resolve().parents[2]
# Of each page the blocks go on from each other.
DOCUMENTS = (TOP / "README.md", *sorted((TOP / "docs").rglob("*.md")))


def docstring_examples():
    """(where it is, its source) of each docstring that has examples."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    for found in pkgutil.walk_packages(doline.__path__, "doline."):
        if found.name.startswith(("doline._engine", "doline.lib")):
            continue
        for test in finder.find(importlib.import_module(found.name)):
            lines = []
            for example in test.examples:
                # What raises in its own example is no mistake of types.
                lines.append(example.source if example.exc_msg is None else f"if True: {example.source}")
            if lines:
                yield test.name, "".join(lines)


def document_examples():
    """The same of a document's fenced blocks of Python, which go on from each other."""
    for path in DOCUMENTS:
        blocks = re.findall(r"^( *)```python\n(.*?)^\1```", path.read_text(), re.DOTALL | re.MULTILINE)
        if blocks:
            yield str(path.relative_to(TOP)), "".join(textwrap.dedent(block) for _, block in blocks)


def examples_module():
    """The text of a module with a function for each example."""
    text = "from __future__ import annotations\nimport doline as dl\nfrom doline import selectors as cs\n"
    for name, source in (*docstring_examples(), *document_examples()):
        body = textwrap.indent(source, "    ")
        text += f"\n\ndef {re.sub(r'[^a-zA-Z0-9]+', '_', name)}() -> None:\n{body}"
    return text
