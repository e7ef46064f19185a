"""The errata as a page of Markdown and as a text for the terminal."""

from collections.abc import Iterable, Mapping

from nvprotocol.paper.claim import Finding, Verdict
from nvprotocol.paper.erratum import Erratum
from nvprotocol.paper.tables import escaped, markdown_table

__all__ = ["errata_page", "erratum_text"]

_HEAD = """\
# Errata of the paper

Where arXiv:2108.07365 (PRB 106, L180406) prints something that is not so, or not always. `nvprotocol errata` makes
this page, and the numbers in it are computed when it does; the tests compute them again. They are those of the
[claims](claims.md) named with them. *Formula*: numbers come out wrong. *Statement*: true under conditions that are
not named. *Misprint*: misleads a reader, no result. *Remark*: not an error. Notebook `05_errata` shows the ones that
change a picture. The text at hand was the arXiv version; the published one may have some of them right.
"""


def errata_page(errata: Iterable[Erratum], findings: Mapping[str, Finding]) -> str:
    """The errata as a page of Markdown.

    Args:
        errata: The errata.
        findings: What has been computed for the claims that they name, by the key of the claim.

    Examples:
        >>> from nvprotocol.paper.errata_page import errata_page
        >>> one = nv.paper.errata.find("E3")
        >>> page = errata_page([one], {key: nv.paper.claims.find(key).compute() for key in one.claims})
        >>> "## E3" in page
        True
    """
    listed = list(errata)
    rows = [(f"[{one.key}](#{one.key.lower()})", one.title, one.kind, one.where) for one in listed]
    lines = [_HEAD, *markdown_table(("", "about", "kind", "where"), rows)]
    for one in listed:
        lines += ["", *_section(one, findings)]
    return "\n".join(lines) + "\n"


def _section(one: Erratum, findings: Mapping[str, Finding]) -> list[str]:
    lines = [f"## {one.key}", "", f"**{one.title}** ({one.kind}; {one.where})", ""]
    texts = {"Printed": f"{one.printed}.", "Right": f"{one.right}.", "Where it matters": one.matters}
    lines += [*(f"- {name}: {escaped(text)}" for name, text in texts.items()), ""]
    rows = [(claim, escaped(quantity), *rest) for claim, quantity, *rest in _rows(one, findings)]
    return lines + markdown_table(("claim", "computed", "expected", "found", ""), rows)


def _rows(one: Erratum, findings: Mapping[str, Finding]) -> list[tuple[str, str, str, str, str]]:
    """The numbers that tell: where a claim needed a correction all of them, else what it was compared with."""
    rows = []
    for key in one.claims:
        finding = findings[key]
        corrected = finding.verdict is Verdict.CORRECTED
        kept = [(number, "as printed" if corrected else "") for number in finding.as_stated]
        kept += [(number, "right form") for number in finding.corrected]
        for position, (number, side) in enumerate(kept):
            mark = ", ".join(filter(None, (side, "agrees" if number.agrees else "does not agree")))
            rows.append(("" if position else key, number.quantity, number.expected_text, number.found_text, mark))
    return rows


def erratum_text(one: Erratum, findings: Mapping[str, Finding]) -> str:
    """An erratum for the terminal.

    Args:
        one: The erratum.
        findings: What has been computed for the claims that it names, by the key of the claim.

    Examples:
        >>> from nvprotocol.paper.errata_page import erratum_text
        >>> one = nv.paper.errata.find("E3")
        >>> text = erratum_text(one, {key: nv.paper.claims.find(key).compute() for key in one.claims})
        >>> text.splitlines()[0]
        'E3  Concurrence from the coherence (misprint; S63)'
    """
    lines = [f"{one.key}  {one.title} ({one.kind}; {one.where})"]
    lines += [f"  printed: {one.printed}", f"  right:   {one.right}", f"  {one.matters}"]
    for _, quantity, expected, found, mark in _rows(one, findings):
        lines.append(f"    {quantity}: found {found}, expected {expected} ({mark})")
    return "\n".join(lines)
