"""A statement of the paper, and what a computation says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from nvprotocol.paper.comparison import Comparison

__all__ = ["Claim", "Finding", "Verdict"]


class Verdict(StrEnum):
    """What the computation says of a statement.

    Examples:
        >>> from nvprotocol.paper.claim import Verdict
        >>> print(Verdict.CORRECTED)
        holds with correction
    """

    HOLDS = "holds"
    CORRECTED = "holds with correction"
    FAILS = "does not hold"


@dataclass(frozen=True)
class Finding:
    """What has been computed for a claim.

    Attributes:
        as_stated: Numbers against what the paper states or prints.
        corrected: Numbers against the right form, where the paper's is wrong.
        note: A sentence that goes with the numbers.

    Examples:
        >>> from nvprotocol.paper.claim import Finding
        >>> from nvprotocol.paper.comparison import equal
        >>> found = Finding((equal("C_max", 0.8, 0.66, digits=2),), (equal("C_max", 0.8, 4 / 5, digits=2),))
        >>> print(found.verdict)
        holds with correction
    """

    as_stated: tuple[Comparison, ...]
    corrected: tuple[Comparison, ...] = ()
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Follows from the numbers alone: as stated if all agree, else as corrected if all of those agree."""
        if self.as_stated and all(one.agrees for one in self.as_stated):
            return Verdict.HOLDS if all(one.agrees for one in self.corrected) else Verdict.FAILS
        corrected = self.corrected and all(one.agrees for one in self.corrected)
        return Verdict.CORRECTED if corrected else Verdict.FAILS


@dataclass(frozen=True)
class Claim:
    """A statement of the paper, how it is computed, and what is expected to come out.

    Attributes:
        key: Short name.
        where: Where the paper says it.
        statement: What it says, in our words.
        compute: Computes the finding; takes nothing, since the parameters are part of the claim.
        proof: The test that proves it more widely than this one computation, "room/test_file.py::test_name".
        verdict: What the computation is expected to say; the tests compare.
        errata: Keys of the errata that correct it.

    Examples:
        >>> claim = nv.paper.claims.find("eq10")
        >>> print(claim.where, "|", claim.compute().verdict)
        Eq. 10 | holds
    """

    key: str
    where: str
    statement: str
    compute: Callable[[], Finding]
    proof: str
    verdict: Verdict = Verdict.HOLDS
    errata: tuple[str, ...] = ()
