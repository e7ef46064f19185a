"""Every claim of the paper with the computation that decides it."""

from nvprotocol._checks import fail, show
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.claims import (
    bell_state,
    circuits,
    coherent,
    correlations,
    dynamics,
    figures,
    film,
    magnons,
    measures,
    medium,
    monitoring_rate,
    no_jump,
    noise,
    outlook,
    single_spin,
    steady,
    unmonitored,
)

__all__ = ["CLAIMS", "PARTS", "Claim", "Finding", "Verdict", "find"]

PARTS: dict[str, tuple[Claim, ...]] = {
    "The medium and the master equation": medium.CLAIMS,
    "Coherent couplings": coherent.CLAIMS,
    "Unmonitored at zero temperature": unmonitored.CLAIMS,
    "What is left in the end": steady.CLAIMS,
    "The no-jump Hamiltonian": no_jump.CLAIMS,
    "Bell states by monitoring": bell_state.CLAIMS,
    "The figures": figures.CLAIMS,
    "Derivation: one spin": single_spin.CLAIMS,
    "Derivation: correlations of the medium": correlations.CLAIMS,
    "Derivation: a ferromagnet and its magnons": magnons.CLAIMS,
    "Measures of entanglement": measures.CLAIMS,
    "Full dynamics": dynamics.CLAIMS,
    "Discussion: the rate of monitoring": monitoring_rate.CLAIMS,
    "Discussion: noise, detuning, coherent couplings": noise.CLAIMS,
    "Discussion: other media and sensing": outlook.CLAIMS,
    "NV centres over a film": film.CLAIMS,
    "As circuits, on Aer": circuits.CLAIMS,
}
"""The claims by the part of the paper that they belong to."""

CLAIMS: dict[str, Claim] = {claim.key: claim for part in PARTS.values() for claim in part}
"""All claims by their key."""


def find(key: str) -> Claim:
    """The claim with a key.

    Args:
        key: Key of a claim, as `nvprotocol claims` lists them.

    Raises:
        ArgumentError: If there is no such claim.

    Examples:
        >>> nv.paper.claims.find("eq10").where
        'Eq. 10'
    """
    if not isinstance(key, str) or key not in CLAIMS:
        fail("key", "be the key of a claim (`nvprotocol claims` lists them)", f"is {show(key)}")
    return CLAIMS[key]
