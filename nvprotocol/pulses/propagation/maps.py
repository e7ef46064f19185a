"""Maps of segments on Pauli coordinates, each made once."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nvprotocol.errors import NoKeptShotsError
from nvprotocol.master_equation.exponential import expm
from nvprotocol.operators import unvec, vec
from nvprotocol.pulses.magnus import magnus_propagator
from nvprotocol.pulses.propagation.generator import DrivenGenerator, pauli_columns
from nvprotocol.pulses.propagation.timeline import Segment

_VANISHING = 1e-280
_RESOLVED = 1e-9
"""Probability above which a state after driven or ramped segments has digits left: of no jump, seven;
of what checks and other maps keep, one, since segments are followed to 1e-10 unless another tolerance is asked for."""


class Integrator(Protocol):
    """Whatever follows driven segments."""

    def maps(self, segments: Sequence[Segment]) -> list[NDArray[np.float64]]:
        """The maps of segments on Pauli coordinates, in the frame of the generator, each of shape (d², d²)."""
        ...


class MagnusIntegrator:
    """Maps of driven segments by `magnus`.

    Args:
        generator: The generator.
        tolerance: Largest error let pass in a segment.
    """

    def __init__(self, generator: DrivenGenerator, tolerance: float) -> None:
        self._generator, self._tolerance = generator, tolerance

    def maps(self, segments: Sequence[Segment]) -> list[NDArray[np.float64]]:
        """The maps of segments on Pauli coordinates, in the frame of the generator, each of shape (d², d²)."""
        return [self._map(segment) for segment in segments]

    def _map(self, segment: Segment) -> NDArray[np.float64]:
        generator = self._generator
        rate = generator.rate(segment)
        return magnus_propagator(lambda t: generator.at(segment, t), segment.start, segment.end, rate, self._tolerance)


class SegmentMaps:
    """The maps of segments, one for all segments that are equal but for their time.

    Args:
        generator: The generator.
        integrator: What follows the driven ones.
    """

    def __init__(self, generator: DrivenGenerator, integrator: Integrator) -> None:
        self._generator, self._integrator = generator, integrator
        self._made: dict[object, NDArray[np.float64]] = {}

    def of(self, segment: Segment) -> NDArray[np.float64]:
        """The map of a segment in the rotating frame, shape (d², d²)."""
        key = self._key(segment)
        if key not in self._made:
            self.prepare([segment])
        return self._made[key]

    def prepare(self, segments: Iterable[Segment]) -> None:
        """Makes the maps of many segments at once, which an integrator that compiles does faster than one by one."""
        missing = {self._key(one): one for one in segments if self._key(one) not in self._made}
        driven = {key: one for key, one in missing.items() if not one.constant}
        found = self._integrator.maps(list(driven.values())) if driven else []
        for key, matrix in zip(driven, found, strict=True):
            self._made[key] = self._in_rotating_frame(missing[key], matrix)
        for key, one in missing.items():
            if one.constant:
                self._made[key] = expm(self._generator.idle(one) * (one.end - one.start))

    def _key(self, segment: Segment) -> object:
        # Counter-rotating terms know what time it is; everything else only how long ago something began.
        timeless = self._generator.frame == "rwa" or not segment.tones
        return segment.key() if timeless else (segment.start, *segment.key())

    def _in_rotating_frame(self, segment: Segment, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        if self._generator.frame != "lab":
            return matrix
        return self._generator.to_lab(segment.end).T @ matrix @ self._generator.to_lab(segment.start)


def applied(matrix: NDArray[np.float64], rho: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """A map on Pauli coordinates of density matrices (…, d, d)."""
    basis = pauli_columns(rho.shape[-1].bit_length() - 1)
    coordinates = (vec(rho) @ basis.conj()).real @ matrix.T
    return unvec(coordinates @ basis.T)


def require_resolved(probability: NDArray[np.float64]) -> None:
    """Refuses probabilities of no jump, or of what is kept, so small that what cancels in other states covers them.

    Raises:
        NoKeptShotsError: If there are.
    """
    least = float(probability.min())
    if least < _RESOLVED:
        raise NoKeptShotsError(
            f"The probability of what is kept, {least:.1g}, is below {_RESOLVED:g}, "
            "what pulses and ramps are followed to."
        )


def normalised(rho: NDArray[np.complex128]) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """Density matrices of trace 1, and the traces that they had.

    Raises:
        NoKeptShotsError: If there is next to nothing left of one.
    """
    weight = np.einsum("...ii->...", rho).real
    if np.any(weight < _VANISHING):
        raise NoKeptShotsError("What is kept has vanishing probability, so there is no state to return.")
    return rho / weight[..., None, None], weight
