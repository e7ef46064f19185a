"""Tables as text for people: columns side by side, in which the last one may run over several lines."""

import textwrap
from collections.abc import Iterable, Sequence


def aligned(
    rows: Iterable[Sequence[str]],
    *,
    least: int = 0,
    gap: int = 1,
    indent: str = "",
    right: bool = False,
    width: int | None = None,
) -> list[str]:
    """The lines of a table: each cell but a row's last is as wide as the widest of its column.

    Args:
        rows: Rows of equally many cells.
        least: Least width of a column.
        gap: Spaces between columns.
        indent: What every line begins with.
        right: Whether cells stand at the right of their columns, the last ones excepted.
        width: Length of a line from which the last cell is wrapped; never by default.

    Examples:
        >>> from nvprotocol._text_table import aligned
        >>> aligned([("rate", "500 pairs/s"), ("dephasing", "5 ms")])
        ['rate      500 pairs/s', 'dephasing 5 ms']
    """
    table = [tuple(row) for row in rows]
    widths = [max(least, *map(len, column)) for column in zip(*(row[:-1] for row in table), strict=True)]
    lines = []
    for *cells, text in table:
        placed = (cell.rjust(size) if right else cell.ljust(size) for cell, size in zip(cells, widths, strict=True))
        head = indent + "".join(cell + " " * gap for cell in placed)
        parts = text.split("\n") if width is None else textwrap.wrap(text, width - len(head), break_long_words=False)
        lines += [f"{' ' * len(head) if k else head}{part}".rstrip() for k, part in enumerate(parts or [""])]
    return lines
