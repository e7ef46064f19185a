"""The claims as a page of Markdown and as tables of the terminal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import Comparison

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["Computed", "claims_page", "claims_tables", "compute", "summary"]

Computed = dict[str, list[tuple[Claim, Finding]]]
"""Claims with their findings, by the part of the paper."""

_HEAD = """\
# The claims of the paper

What arXiv:2108.07365 (PRB 106, L180406) states, and what this package computes of it. `nvprotocol claims` makes this
page; every row is computed when asked, and the tests compute it again. A verdict follows from the numbers: *holds*
where every number agrees with the paper, *holds with correction* where a number of the paper is wrong or goes too far
and the right form agrees, *does not hold* otherwise. Numbers are rounded to the digits that are compared; "< 1e-13"
is a residual below that bound. Lines that begin with → are the right form, and E1, E2, … are the [errata](errata.md).
The last column names the test that proves the claim beyond this one computation.
"""


def compute(parts: Mapping[str, Iterable[Claim]], advance: Callable[[], None] = lambda: None) -> Computed:
    """Computes claims.

    Args:
        parts: Claims by the part of the paper.
        advance: Called after each claim, to show progress.

    Examples:
        >>> from nvprotocol.paper.tables import compute
        >>> computed = compute({"one": [nv.paper.claims.find("eq10")]})
        >>> [finding.verdict.value for _, finding in computed["one"]]
        ['holds']
    """
    computed: Computed = {}
    for part, claims in parts.items():
        rows = computed[part] = []
        for claim in claims:
            rows.append((claim, claim.compute()))
            advance()
    return computed


def summary(computed: Computed) -> str:
    """How many claims got which verdict, in a sentence.

    Examples:
        >>> from nvprotocol.paper.tables import compute, summary
        >>> summary(compute({"one": [nv.paper.claims.find("eq10")]}))
        '1 claim: 1 holds.'
    """
    found = [finding.verdict for rows in computed.values() for _, finding in rows]
    counts = [(found.count(verdict), verdict) for verdict in Verdict]
    listed = ", ".join(f"{count} {_plural(verdict, count)}" for count, verdict in counts if count)
    return f"{len(found)} claim{'s' * (len(found) != 1)}: {listed}."


def _plural(verdict: Verdict, count: int) -> str:
    if count == 1:
        return verdict.value
    return verdict.value.replace("holds", "hold").replace("does not hold", "do not hold")


def claims_page(computed: Computed) -> str:
    """The claims as a page of Markdown.

    Examples:
        >>> from nvprotocol.paper.tables import claims_page, compute
        >>> page = claims_page(compute({"The end": [nv.paper.claims.find("eq10")]}))
        >>> "| **eq10**<br>Eq. 10 |" in page
        True
    """
    parts = [_HEAD, f"**{summary(computed)}**\n"]
    for part, rows in computed.items():
        cells = [row for claim, finding in rows for row in _markdown_rows(claim, finding)]
        columns = ("claim", "statement", "computed", "expected", "found", "verdict", "test")
        parts += [f"## {part}\n", *markdown_table(columns, cells), ""]
    return "\n".join(parts).rstrip() + "\n"


def _markdown_rows(claim: Claim, finding: Finding) -> list[list[str]]:
    """A row for each comparison; what belongs to the claim as a whole stands in the first."""
    verdict = f"{finding.verdict}" + "".join(f" [{key}](errata.md#{key.lower()})" for key in claim.errata)
    first = [f"**{claim.key}**<br>{claim.where}", _with_note(claim, finding)]
    last = [verdict, f"`{claim.proof}`"]
    rows = []
    for number, (mark, one) in enumerate(_marked(finding)):
        cells = [*(first if number == 0 else ["", ""]), mark + escaped(one.quantity), one.expected_text, one.found_text]
        cells += last if number == 0 else ["", ""]
        rows.append(cells)
    return rows


def _with_note(claim: Claim, finding: Finding) -> str:
    note = f"<br>*{escaped(finding.note)}*" if finding.note else ""
    return f"{escaped(claim.statement)}.{note}"


def escaped(text: str) -> str:
    """A text in which Markdown must not see emphasis, such as λ₁λ₂*."""
    return text.replace("*", r"\*")


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, with the bars of |A| kept apart from those of the table."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"

    return [line(columns), "|" + "---|" * len(columns), *map(line, rows)]


def _marked(finding: Finding) -> list[tuple[str, Comparison]]:
    return [("", one) for one in finding.as_stated] + [("→ ", one) for one in finding.corrected]


def claims_tables(computed: Computed) -> list["Table"]:
    """The claims as tables for the terminal, one for each part.

    Examples:
        >>> from nvprotocol.paper.tables import claims_tables, compute
        >>> (table,) = claims_tables(compute({"The end": [nv.paper.claims.find("eq10")]}))
        >>> table.title
        'The end'
    """
    return [_table(part, rows) for part, rows in computed.items()]


def _table(part: str, rows: list[tuple[Claim, Finding]]) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title=part, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1))
    table.add_column("claim", no_wrap=True)
    for name, ratio in (("statement", 3), ("computed", 3), ("expected", 2), ("found", 2), ("verdict", 1)):
        table.add_column(name, ratio=ratio)
    styles = {Verdict.HOLDS: "green", Verdict.CORRECTED: "yellow", Verdict.FAILS: "red"}
    for claim, finding in rows:
        verdict = " ".join([finding.verdict, *claim.errata])
        for number, (mark, one) in enumerate(_marked(finding)):
            left = [claim.key, f"{claim.statement} ({claim.where})"] if number == 0 else ["", ""]
            right = Text(verdict if number == 0 else "", styles[finding.verdict])
            texts = [*left, mark + one.quantity, one.expected_text, one.found_text]
            table.add_row(*map(Text, texts), right, end_section=number + 1 == len(_marked(finding)))
    return table
