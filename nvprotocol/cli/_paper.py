"""The claims and the errata of the paper, computed."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from nvprotocol.cli._progress import progress_bar

if TYPE_CHECKING:
    from nvprotocol.paper.claim import Claim
    from nvprotocol.paper.tables import Computed

_WIDTH = 160
"""Columns of a table that no terminal limits."""
Row = TypeVar("Row")


def run_claims(keys: Sequence[str], output: Path | None, *, quiet: bool) -> None:
    """Computes the claims with the given keys, or all; prints them, and writes a page of Markdown where asked."""
    from rich.console import Console

    from nvprotocol.paper.claims import CLAIMS, PARTS
    from nvprotocol.paper.tables import claims_page, claims_tables, summary

    _picked(keys, CLAIMS, "a claim")
    _check(output)
    chosen = {part: [claim for claim in claims if not keys or claim.key in keys] for part, claims in PARTS.items()}
    computed = _with_progress({part: claims for part, claims in chosen.items() if claims}, quiet=quiet)
    _write(output, claims_page(computed))
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    for table in claims_tables(computed):
        console.print(table)
    for rows in computed.values():
        for claim, finding in rows:
            if keys and finding.note:
                console.print(f"{claim.key}: {finding.note}", markup=False, highlight=False)
    click.echo(summary(computed) + (f" The page is in {output}." if output else ""))


def run_errata(keys: Sequence[str], output: Path | None, *, quiet: bool) -> None:
    """Computes the evidence of the errata with the given keys, or of all; prints it, and writes a page where asked."""
    from nvprotocol.paper.claims import CLAIMS
    from nvprotocol.paper.errata import ERRATA
    from nvprotocol.paper.errata_texts import errata_page, erratum_text

    chosen = _picked(keys, ERRATA, "an erratum")
    _check(output)
    evidence = {key: CLAIMS[key] for one in chosen for key in one.claims}
    computed = _with_progress({"": list(evidence.values())}, quiet=quiet)
    findings = {claim.key: finding for claim, finding in computed[""]}
    _write(output, errata_page(chosen, findings))
    click.echo("\n\n".join(erratum_text(one, findings) for one in chosen))
    if output:
        click.echo(f"\nThe page is in {output}.")


def _picked(keys: Sequence[str], known: Mapping[str, Row], what: str) -> list[Row]:
    """The rows with the given keys in the order of all rows; all of them where no key is given."""
    from nvprotocol._checks import fail, show
    from nvprotocol._toml import suggestion

    for key in keys:
        if key not in known:
            fail("KEY", f"be the key of {what}", f"is {show(key)}{suggestion(key, [*known])}")
    return [row for key, row in known.items() if not keys or key in keys]


def _check(output: Path | None) -> None:
    from nvprotocol._writing import check_writable

    if output is not None:
        check_writable(output)


def _write(output: Path | None, page: str) -> None:
    from nvprotocol._writing import write_file

    if output is not None:
        write_file(output, page)


def _with_progress(chosen: "Mapping[str, Iterable[Claim]]", *, quiet: bool) -> "Computed":
    from nvprotocol.paper.tables import compute

    with progress_bar("claims", sum(len([*claims]) for claims in chosen.values()), quiet=quiet) as advance:
        return compute(chosen, lambda: advance(1, "claims"))
