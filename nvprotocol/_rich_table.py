"""Tables for the terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def table_of(*columns: str, title: str | None = None, left: int = 1) -> "Table":
    """A table without rows, whose columns are as wide as they need to be.

    Args:
        columns: Their heads.
        title: What stands above.
        left: How many of the columns begin at the left; the others end at the right, as numbers do.

    Examples:
        >>> from nvprotocol._rich_table import table_of
        >>> [column.justify for column in table_of("state", "fidelity").columns]
        ['left', 'right']
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="italic", box=SIMPLE_HEAD, padding=(0, 1))
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number < left else "right", no_wrap=True)
    return table
