"""The errata of the paper, each with the claims that hold its evidence."""

from nvprotocol._checks import fail, show
from nvprotocol.paper.errata import formulas, statements
from nvprotocol.paper.erratum import Erratum

__all__ = ["ERRATA", "Erratum", "find"]

ERRATA: dict[str, Erratum] = {
    one.key: one for one in sorted((*formulas.ERRATA, *statements.ERRATA), key=lambda one: int(one.key[1:]))
}
"""All errata by their key, in order."""


def find(key: str) -> Erratum:
    """The erratum with a key.

    Args:
        key: E1, E2, ….

    Raises:
        ArgumentError: If there is no such erratum.

    Examples:
        >>> nv.paper.errata.find("E1").where
        'text below Eq. 15, inset of Fig. 3'
    """
    if not isinstance(key, str) or key not in ERRATA:
        fail("key", f"be one of E1 … E{len(ERRATA)}", f"is {show(key)}")
    return ERRATA[key]
