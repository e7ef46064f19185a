"""What has to be said of a medium over a film."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol.magnets.film_response import Geometry, emitted
from nvprotocol.magnets.response import Response
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.validity import doubt
from nvprotocol.provenance import Note

Array = NDArray[np.float64]

THICKEST = 1.0
"""Largest k₀t with which waves are taken as uniform through the film without a warning."""

ONE_WAY = 0.95
"""Concurrence under monitoring below which a medium is said to be one-way."""


def film_notes(geometry: Geometry, setting: Setting, response: Response) -> list[Note]:
    """What `Film.remarks` says."""
    waves = geometry.waves
    delta = setting.frequency * 1e6
    bottom = geometry.band_bottom
    largest = np.fmax(*(emitted(geometry, np.unique(delta), sine_squared)[:, 0] for sine_squared in (0.0, 1.0)))
    standing = bottom + waves.stiffness * (np.pi / waves.thickness) ** 2
    notes = [
        doubt(
            np.nan_to_num(largest) * waves.thickness,
            THICKEST,
            "The film is thick: waves with k₀t up to {} are taken as uniform through it, above {}.",
        ),
        doubt(
            delta / standing,
            1.0,
            "The film is thick: standing waves of the next thickness mode, which are left out, are resonant, too; the "
            "splitting is {} of their lowest frequency, above {}.",
        ),
    ]
    if waves.damping == 0 and np.any(delta <= bottom):
        notes.append(Note("The splitting is below the band: no spin wave of that energy, so only J⊥ is left."))
    if geometry.in_plane and setting.n_qubits > 1:
        notes.append(_one_way(response))
    return [note for note in notes if note is not None]


def _one_way(response: Response) -> Note | None:
    """A note where the amplitudes there and back differ: then |A| alone misleads."""
    there, back = amplitudes(response.flip_flop[..., 1:], response.relaxation[..., 1:])
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


def amplitudes(flip_flop: NDArray, rate: NDArray) -> tuple[NDArray, NDArray]:
    """g₁₂ = 2G₁₂ − iR₁₂ and g₂₁ = 2G₂₁ − iR₂₁ from elements of Hermitian blocks; R the net rate of both directions."""
    return 2 * flip_flop - 1j * rate, 2 * np.conj(flip_flop) - 1j * np.conj(rate)
