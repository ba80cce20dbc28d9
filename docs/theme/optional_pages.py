"""Puts pages into the navigation that not every checkout has: what benchmarks write."""

import pathlib

# section → titles and pages, which go behind the section's own
PAGES = {"Background": {"SQL beside pandas": "sql-vs-pandas.md"}}


def on_config(config):
    """Adds those that are there."""
    for section in config.nav:
        for name in section.keys() & PAGES.keys():
            section[name] += [{title: page} for title, page in PAGES[name].items()
                              if (pathlib.Path(config.docs_dir) / page).exists()]
    return config
