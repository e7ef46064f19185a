"""The claims of the paper, computed."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nvprotocol.paper.claim import Claim
    from nvprotocol.paper.tables import Computed

_WIDTH = 160
"""Columns of a table that no terminal limits."""


def run_claims(keys: Sequence[str], output: Path | None, *, quiet: bool) -> None:
    """Computes the claims with the given keys, or all, prints them and writes a page of Markdown where asked to."""
    from nvprotocol.errors import OutputError
    from nvprotocol.paper.tables import claims_page, claims_tables, summary

    computed = _with_progress(_chosen(keys), quiet=quiet)
    if output is not None:
        try:
            output.write_text(claims_page(computed), encoding="utf-8")
        except OSError as error:
            raise OutputError(f"The file {output} cannot be written: {error.strerror or error}.") from None
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    for table in claims_tables(computed):
        console.print(table)
    for rows in computed.values():
        for claim, finding in rows:
            if keys and finding.note:
                console.print(f"{claim.key}: {finding.note}", markup=False, highlight=False)
    click.echo(summary(computed) + (f" The page is in {output}." if output else ""))


def _chosen(keys: Sequence[str]) -> "dict[str, list[Claim]]":
    """The claims by part; all of them where no key is given."""
    from nvprotocol._toml import suggestion
    from nvprotocol.errors import ArgumentError
    from nvprotocol.paper.claims import CLAIMS, PARTS

    for key in keys:
        if key not in CLAIMS:
            known = suggestion(key, [*CLAIMS])  # ends the sentence by itself
            raise ArgumentError(f'Argument `KEY` must be the key of a claim, but is "{key}"{known}')
    chosen = {part: [claim for claim in claims if not keys or claim.key in keys] for part, claims in PARTS.items()}
    return {part: claims for part, claims in chosen.items() if claims}


def _with_progress(chosen: "dict[str, list[Claim]]", *, quiet: bool) -> "Computed":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from nvprotocol.paper.tables import compute

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("claims", total=sum(map(len, chosen.values())))
        return compute(chosen, lambda: progress.advance(task))
