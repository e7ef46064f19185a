"""What there is to say of a film's numbers: how far they hold, what the qubits are, and one-way waves."""

import numpy as np

from nvprotocol._checks import show
from nvprotocol.magnets.film.geometry import Geometry
from nvprotocol.magnets.film.response import emitted
from nvprotocol.magnets.response import Response, own_entries
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.validity import validity_note
from nvprotocol.medium import Note

THICKEST = 1.0
"""Largest k₀t with which waves are taken as uniform through the film without a warning."""

ONE_WAY = 0.95
"""Concurrence under monitoring below which a medium is said to be one-way."""


def notes_of(geometry: Geometry, setting: Setting, response: Response) -> list[Note]:
    """Validity of the lowest thickness mode, and what is special: below the band, one-way media."""
    waves = geometry.waves
    delta = setting.frequency * 1e6
    bottom = geometry.band_bottom
    along, across = (emitted(geometry, np.unique(delta), sine_squared)[:, 0] for sine_squared in (0.0, 1.0))
    standing = bottom + waves.stiffness * (np.pi / waves.thickness) ** 2
    notes = [
        validity_note(
            np.nan_to_num(np.fmax(along, across)) * waves.thickness,
            THICKEST,
            "The film is thick: waves with k₀t up to {} are taken as uniform through it, above {}.",
        ),
        validity_note(
            delta / standing,
            1.0,
            "The film is thick: standing waves of the next thickness mode, which are left out, are resonant, too; "
            "the splitting is {} of their lowest frequency, above {}.",
        ),
    ]
    if waves.damping == 0 and np.any(delta <= bottom):
        notes.append(Note("The splitting is below the band: no spin wave of that energy, so only J⊥ is left."))
    if not waves.isotropic and setting.n_qubits > 1:
        notes.append(_one_way(response, setting.n_qubits))
    return [note for note in notes if note is not None]


def qubit_notes(setting: Setting, transition: str) -> list[Note]:
    """What the qubits are, and which of them is not in its ground state."""
    if not setting.centres:
        text = f"The splitting is as given, not tied to a field: {transition} transition, NV axis along the "
        return [Note(f"{text}magnetisation.")]
    notes = []
    for centre in dict.fromkeys(setting.centres):
        axis = ", ".join(f"{one:.4g}" for one in centre.axis)
        where = f"axis ({axis}), {centre.transition} transition, {centre.frequency_ghz:.6g} GHz"
        notes.append(Note(f"NV centre in {field_text(centre.field_mt)}: {where}."))
        if centre.levels[0] != 0:
            text = "The NV centre is beyond its anticrossing: |↑⟩ is not its ground state, and decays at T = 0, too."
            notes.append(Note(text))
    return notes


def field_text(field_mt: tuple[float, float, float]) -> str:
    """A field in words."""
    return f"({', '.join(f'{one:.6g}' for one in field_mt)}) mT"


def _one_way(response: Response, n_qubits: int) -> Note | None:
    """A note where the amplitudes there and back differ: then |A| alone misleads."""
    own = own_entries(response.relaxation, n_qubits)
    flip_flop, rate = response.flip_flop[..., own:], response.relaxation[..., own:]
    there, back = 2 * flip_flop - 1j * rate, 2 * np.conj(flip_flop) - 1j * np.conj(rate)
    low, high = np.minimum(np.abs(there), np.abs(back)), np.maximum(np.abs(there), np.abs(back))
    ratio = float(np.min(np.where(high > 0, low / np.where(high > 0, high, 1.0), 1.0)))
    root = np.sqrt(ratio)
    limit = 2 * root / (1 + ratio)
    if limit > ONE_WAY:
        return None
    return Note(
        f"The film is one-way: |g₁₂/g₂₁| of its waves is {show(ratio)} or its inverse at worst; at T = 0 and δ = 0 "
        f"the monitored C saturates at 2/(x + 1/x) = {show(float(limit))}, x = √|g₁₂/g₂₁|, whatever |A|/a."
    )
