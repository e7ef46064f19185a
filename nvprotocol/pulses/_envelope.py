"""What every envelope of a pulse can do."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, numeric_array, real_number, whole_number
from nvprotocol._typing import ArrayLike

__all__ = ["Envelope"]


class Envelope(ABC):
    """A complex function of time s(t), 0 ≤ t ≤ duration, whose real part is at most 1 in size.

    The Rabi rate of a pulse times s(t) is its drive: the real part turns about the axis that the phase of the pulse
    says, the imaginary part about the one a quarter turn ahead.

    Attributes:
        duration_ns: Duration in ns.

    Examples:
        >>> issubclass(nv.pulses.Gaussian, nv.pulses.Envelope), issubclass(nv.pulses.Samples, nv.pulses.Envelope)
        (True, True)
    """

    duration_ns: float

    @abstractmethod
    def shape(self, t: Any) -> Any:
        """The envelope at times in ns within the duration, an array of NumPy or JAX, of the same shape."""

    @property
    def knots_ns(self) -> tuple[float, ...]:
        """Times in ns between beginning and end at which s(t) is not smooth."""
        return ()

    @cached_property
    def area_ns(self) -> complex:
        """∫ s dt in ns; times the Rabi rate, the angle of a resonant rotation if s is real."""
        from scipy.integrate import quad

        edges = (0.0, *self.knots_ns, self.duration_ns)
        pieces = [
            quad(lambda t: complex(self.shape(np.asarray(t))), low, high, complex_func=True, epsabs=1e-13)[0]
            for low, high in pairwise(edges)
        ]
        return complex(sum(pieces))

    @cached_property
    def peak(self) -> float:
        """The largest |s|."""
        times = np.linspace(0.0, self.duration_ns, 2001)
        return float(np.abs(self.shape(np.sort(np.concatenate([times, self.knots_ns])))).max())

    @cached_property
    def steepness(self) -> float:
        """How fast s(t) changes between its knots in 1/ns: the largest |ds/dt| over the largest |s|.

        What follows the pulse takes steps so short that none passes over a narrow feature in a long envelope. Unless
        a subclass knows better, 2000 differences find it.
        """
        if not self.peak:
            return 0.0
        slopes = []
        for low, high in pairwise((0.0, *self.knots_ns, self.duration_ns)):
            inside = np.linspace(low, high, 2001)[1:-1]  # at a knot itself s(t) may jump
            slopes.append(np.abs(np.diff(self.shape(inside))).max() * 2000 / (high - low))
        return float(max(slopes) / self.peak)

    def __call__(self, times_ns: ArrayLike) -> NDArray[np.complex128]:
        """The envelope at times in ns, 0 outside the duration."""
        times = numeric_array(times_ns, "times_ns", real=True)
        inside = (times >= 0) & (times <= self.duration_ns)
        values = np.asarray(self.shape(np.clip(times, 0.0, self.duration_ns)), dtype=complex)
        return np.where(inside, values, 0.0)

    def samples(self, count: int) -> NDArray[np.complex128]:
        """The envelope in the middle of so many equal pieces, as a waveform generator plays it, shape (count,).

        Examples:
            >>> nv.pulses.RaisedCosine(40.0).samples(4).real.round(3).tolist()
            [0.146, 0.854, 0.854, 0.146]
        """
        count = whole_number(count, "count", minimum=1)
        return self((np.arange(count) + 0.5) * self.duration_ns / count)


def set_fields(target: object, **values: Any) -> None:
    """Sets fields of a frozen object while it is made."""
    for name, value in values.items():
        object.__setattr__(target, name, value)


def checked_envelope(value: object) -> None:
    """Refuses what is no envelope, or one of a user's own that cannot be told from others."""
    if not isinstance(value, Envelope):
        fail("envelope", "be an Envelope", f"is of type {type(value).__name__}")
    if not isinstance(value, Hashable):
        fail("envelope", "have a hash, as a frozen dataclass has", f"is of type {type(value).__name__}, which has none")


def positive_duration(value: object) -> float:
    """A duration in ns, which is not 0."""
    return real_number(value, "duration_ns", above=0.0)


def namespace_of(t: Any) -> Any:
    """NumPy, or JAX where the array is one of its."""
    return np if isinstance(t, np.ndarray | np.generic | float) else t.__array_namespace__()
