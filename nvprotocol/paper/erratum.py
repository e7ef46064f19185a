"""An error of the paper, or a remark that its reader needs."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Erratum"]


@dataclass(frozen=True)
class Erratum:
    """What is printed, what is right, and which claims hold the evidence.

    Attributes:
        key: E1, E2, ….
        title: What it is about.
        where: Where it is printed.
        kind: "formula" changes numbers, "statement" goes too far, "misprint" misleads a reader only, "remark" corrects
            nothing but has to be known.
        printed: What the paper has.
        right: What is right.
        matters: Where it makes a difference.
        claims: Keys of the claims whose numbers are the evidence.

    Examples:
        >>> one = nv.paper.errata.find("E3")
        >>> one.printed, one.right
        ('C = 2|x + y|', 'C = 2|x + iy|')
    """

    key: str
    title: str
    where: str
    kind: Literal["formula", "statement", "misprint", "remark"]
    printed: str
    right: str
    matters: str
    claims: tuple[str, ...]
