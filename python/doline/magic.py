"""The magics ``%sql`` and ``%%sql`` for IPython and notebooks: ``%load_ext doline``."""

from doline import _sessions
from doline.connection import run


def load(shell):
    """Adds both magics to an IPython shell.

    ``%%sql`` runs its cell; a name behind it (``%%sql result``) keeps the rows in that variable.
    Variables of the notebook can be read as tables.
    """

    def sql(line, cell=None):
        text, target = (line, None) if cell is None else (cell, line.strip() or None)
        variables = shell.user_ns
        result = run(_sessions.database(), _sessions.current(), text, variables=variables)
        if target is None:
            return result
        variables[target] = result
        return None

    shell.register_magic_function(sql, magic_kind="line_cell", magic_name="sql")
