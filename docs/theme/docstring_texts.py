"""Takes out of the reference what its template and docstrings leave: roles of Sphinx, dashes before nothing."""

import re

ROLE = re.compile(r":(?:attr|class|data|func|meth|mod):(?=<code>)")
NOTHING_SAID = re.compile(r"\s+–\s+<div class=\"doc-md-description\">\s*</div>")


def on_page_content(html, page, config, files):
    """The page's text without them."""
    return NOTHING_SAID.sub("", ROLE.sub("", html))
