"""Fills the page of SQL's functions from the engine's own table of them, when the site is built."""

import html
from itertools import groupby

PAGE = "reference/sql-functions.md"


def on_page_markdown(markdown, page, config, files):
    """Adds the tables to the page."""
    return markdown + tables() if page.file.src_uri == PAGE else markdown


def tables():
    """A table for each topic."""
    import doline

    rows = doline.sql("""
        SELECT CASE function_type WHEN 'table' THEN 'table' ELSE category END AS topic,
               function_name, description, example, example_result
        FROM duckdb_functions() ORDER BY topic, function_name
    """).fetchall()
    parts = []
    for topic, functions in groupby(rows, key=lambda row: row[0]):
        parts.append(f"\n## {topic.capitalize()}\n\n| Name | | Example |\n|---|---|---|")
        for _, name, description, example, result in functions:
            shown = code(example) + (f" → {code(result)}" if result else "")
            named = code(name).replace("<code>", '<code class="doline-name">')
            parts.append(f"| {named} | {html.escape(description)} | {shown} |")
    return "\n".join(parts) + "\n"


def code(text):
    """Text as code inside a table's cell."""
    return "<code>" + html.escape(text).replace("|", "&#124;").replace("*", "&#42;").replace("_", "&#95;") \
        .replace("`", "&#96;").replace("[", "&#91;").replace("\\", "&#92;") + "</code>" if text else ""
