"""How far the numbers of a medium can be trusted, in numbers."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol._warnings import warn as give
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ
from nvprotocol.magnets.response import Response, own_entries
from nvprotocol.magnets.setting import Setting
from nvprotocol.medium import Note

Array = NDArray[np.float64]

LONGEST_DETOUR = 0.01
"""Largest (a + ã)r/v_g without a warning: the concurrence is off by about 1.5 of it."""

SMALLEST_EDGE = 0.03
"""Largest (a + ã)/|Δ − Ω| without a warning; at 0.04 the concurrence is off by 0.04."""

LARGEST_DETUNING = 30.0
"""Largest |Δ₁ − Δ₂|/2 in units of the largest rate or coupling of a pair: beyond it less than 0.1 % is exchanged."""

MOST_LEAKAGE = 0.01
"""Largest share of the rate to the third level of the spin in the relaxation rate without a warning."""

RARE = 1e-6
"""Rate in 1/µs to the third level, once a second, that is not worth a warning where nothing else happens to a qubit."""


def retardation(setting: Setting, response: Response, occupation: Array) -> Array:
    """(a + ã)·r/v_g for the largest distance, shape (…): how much a qubit changes while a magnon is on its way."""
    rate = (1 + 2 * occupation) * response.own_rate(setting.n_qubits)
    return (rate * np.max(setting.distance, axis=-1, keepdims=True) / response.group_velocity)[..., 0]


def edge_ratio(response: Response, occupation: Array) -> Array:
    """(a + ã)/|Δ − Ω|, shape (…): the share of magnon in the dressed qubit; below the gap that of T = 0."""
    thermal = np.where(np.isfinite(response.group_velocity), 2 * occupation, 0.0)
    return ((1 + thermal) * response.dressing / response.edge)[..., 0]


def notes_on(setting: Setting, response: Response, occupation: Array, direct: Array | None) -> list[Note]:
    """Notes on a medium, validity warnings first.

    Args:
        setting: Where the qubits are.
        response: What the magnet answers.
        occupation: n, shape (…, 1).
        direct: The direct dipole coupling J⊥ of the pairs in rad/µs, None where it was left out.
    """
    detour, edge = retardation(setting, response, occupation), edge_ratio(response, occupation)
    at_zero = float(np.max(retardation(setting, response, np.zeros_like(occupation))))
    rate = (1 + 2 * occupation) * response.own_rate(setting.n_qubits)
    warnings_found = [
        validity_note(
            detour,
            LONGEST_DETOUR,
            "Magnons take time: (a + ã)·r/v_g is {}, above {}; concurrences are off by about 1.5 of it, and at T = 0 "
            f"those for |A| = a end at ½(1 + a₀r/v_g)⁻² = {show(0.5 / (1 + at_zero) ** 2)}.",
        ),
        validity_note(
            edge,
            SMALLEST_EDGE,
            "The band edge is close to the splitting: (a + ã)/|Δ − Ω| is {}, above {}; concurrences are off by it.",
        ),
    ]
    warnings_found += _third_level(setting, response, rate, direct)
    remarks = [_temperature(setting, occupation, rate), _direct(direct, rate)]
    return [note for note in (*warnings_found, *remarks) if note is not None]


def require_coupled(setting: Setting, response: Response, occupation: Array, flip_flop: Array) -> None:
    """Refuses NV centres whose splittings differ by more than what couples them: their coupling averages out.

    Raises:
        ArgumentError: If two of them do, with both splittings.
    """
    splittings = np.array([one.frequency_ghz for one in setting.centres]) * RAD_PER_US_PER_GHZ
    if splittings.size < 2 or np.ptp(splittings) == 0:
        return
    rate = (1 + 2 * occupation) * response.own_rate(setting.n_qubits)
    largest = max(float(np.max(rate)), 2 * float(np.max(np.abs(flip_flop))))
    if np.ptp(splittings) / 2 > LARGEST_DETUNING * largest:
        low, high = (f"{one / RAD_PER_US_PER_GHZ:.9g}" for one in (splittings.min(), splittings.max()))
        must = f"have splittings that the largest rate, {show(largest)} rad/µs, can bridge, to be coupled at all"
        fail("nv", must, f"has {low} and {high} GHz")


def validity_note(value: Array | float, limit: float, text: str) -> Note | None:
    """A serious note where a number exceeds its limit anywhere; {} of the text are the worst value and the limit."""
    worst = float(np.max(value))
    return Note(text.format(show(worst), show(limit)), serious=True) if worst > limit else None


def warn(notes: list[Note]) -> None:
    """Gives the serious notes as Python warnings, too, so that a user can filter them or make them errors."""
    for note in notes:
        if note.serious:
            give(note.text, ValidityWarning, stacklevel=4)


def _third_level(setting: Setting, response: Response, rate: Array, direct: Array | None) -> list[Note | None]:
    """Notes on the leakage against 1/T1, and where the qubits do not relax against what they exchange."""
    if response.leakage is None:
        return []
    leaking = response.leakage.max(axis=-1, keepdims=True)
    alone = np.where(rate > 0, 0.0, leaking)
    exchange = np.asarray(response.flip_flop)[..., own_entries(response.relaxation, setting.n_qubits) :]
    coupling = 4 * np.max(
        np.abs(exchange if direct is None else exchange + direct), axis=-1, keepdims=True, initial=0.0
    )
    text = "The third level of the spin is left out: it is reached at {} "
    return [
        validity_note(leaking / np.where(rate > 0, 2 * rate, np.inf), MOST_LEAKAGE, text + "of 1/T1, above {}."),
        validity_note(
            alone / np.where(coupling > 0, coupling, np.inf), MOST_LEAKAGE, text + "of the exchange 4|J⊥|, above {}."
        ),
        validity_note(np.where(coupling > 0, 0.0, alone), RARE, text + "1/µs where nothing else happens, above {}."),
    ]


def _temperature(setting: Setting, occupation: Array, rate: Array) -> Note | None:
    if not np.any((setting.temperature > 0) & (rate > 0)):
        return None  # where nothing relaxes, thermal magnons of that energy do nothing
    ratios = occupation / (1 + occupation)
    q, coldest = float(np.max(ratios)), float(np.min(ratios))
    if setting.n_qubits == 1:
        return Note(f"Thermal magnons: q is up to {show(q)}; unmonitored, the qubit relaxes to ⟨σᶻ⟩ = (1 − q)/(1 + q).")
    left = (1 - coldest) ** 2 / (2 * (1 + coldest + coldest**2))
    return Note(
        f"Thermal magnons: q is up to {show(q)}; unmonitored, the steady C from |↑↓⟩ is at most "
        f"(1 − q)²/2(1 + q + q²) = {show(left)}, and checks must come faster than 2(a + ã)."
    )


def _direct(direct: Array | None, rate: Array) -> Note | None:
    if direct is None or not direct.size:
        return None
    largest = float(np.max(np.abs(direct)))
    share = float(np.max(np.abs(direct).max(axis=-1, keepdims=True) / np.where(rate > 0, rate, np.nan), initial=0.0))
    compared = f", up to {show(share)} of a + ã" if np.isfinite(share) and share > 0 else ""
    return Note(
        f"The direct dipole coupling of the qubits is in J⊥ and J_z, up to {show(largest)} rad/µs{compared}; it leaves "
        "S and T₀ as they are at δ = 0 only."
    )
