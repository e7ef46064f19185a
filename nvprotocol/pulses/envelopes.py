"""Envelopes of pulses: what multiplies the Rabi rate while a pulse lasts."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, numeric_array, real_number, show, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.resources import require_memory

__all__ = ["Drag", "Envelope", "Gaussian", "RaisedCosine", "Samples", "Square"]


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
        require_memory(6 * 16 * count, "count", f"6 × {count} samples")
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


_SHORTEST, _LONGEST = 1e-100, 1e100
"""In ns: of times whose squares, and what is divided by them, are finite."""


def positive_duration(value: object, name: str = "duration_ns") -> float:
    """A time in ns, which is not 0."""
    duration = real_number(value, name, above=0.0, maximum=_LONGEST)
    if duration < _SHORTEST:
        fail(name, f"be at least {_SHORTEST:g}", f"is {show(duration)}")
    return duration


_MANY = 100_000
"""Times of which it is asked whether they fit into memory."""


def taken(t: Any, duration: float) -> tuple[Any, Any]:
    """NumPy and the times, as floats within the duration; or JAX and its array, as it is."""
    if not isinstance(t, np.ndarray | np.generic | float | int) and hasattr(t, "__array_namespace__"):
        return t.__array_namespace__(), t
    size = getattr(t, "size", 0)
    if size > _MANY:
        require_memory(6 * 16 * size, "t", f"6 × {size} times")
    if isinstance(t, float):
        inside = 0 <= t <= duration
    else:
        inside = type(t) is np.ndarray and t.dtype == float and np.all((t >= 0) & (t <= duration))
    return np, t if inside else np.clip(numeric_array(t, "t", real=True), 0.0, duration)[()]


@dataclass(frozen=True)
class Square(Envelope):
    """A constant, with edges of half a period of a cosine where it has a rise.

    Attributes:
        duration_ns: Duration in ns, edges included.
        rise_ns: Duration of each edge in ns, at most half of the whole.

    Raises:
        ArgumentError: If a duration is out of range.

    Examples:
        >>> nv.pulses.Square(50.0, rise_ns=10.0).area_ns
        (40+0j)
    """

    duration_ns: float
    rise_ns: float = 0.0

    def __post_init__(self) -> None:
        set_fields(self, duration_ns=positive_duration(self.duration_ns))
        set_fields(self, rise_ns=real_number(self.rise_ns, "rise_ns", minimum=0.0, maximum=self.duration_ns / 2))

    def shape(self, t: Any) -> Any:
        """The envelope at times in ns."""
        xp, t = taken(t, self.duration_ns)
        if self.rise_ns == 0:
            return xp.ones_like(t)
        from_edge = xp.minimum(t, self.duration_ns - t) / self.rise_ns
        return (1 - xp.cos(np.pi * xp.clip(from_edge, 0.0, 1.0))) / 2

    @property
    def knots_ns(self) -> tuple[float, ...]:
        """Where the edges end."""
        return tuple(sorted({self.rise_ns, self.duration_ns - self.rise_ns} - {0.0, self.duration_ns}))

    @cached_property
    def area_ns(self) -> complex:
        """∫ s dt in ns."""
        return complex(self.duration_ns - self.rise_ns)


@dataclass(frozen=True)
class Gaussian(Envelope):
    """A Gaussian about the middle, lowered and stretched so that it begins and ends at 0 and reaches 1.

    Attributes:
        duration_ns: Duration in ns.
        sigma_ns: Standard deviation in ns; a quarter of the duration unless given, and at least a thousandth of it.

    Raises:
        ArgumentError: If one of them is not positive, or the bell is lost in its duration.

    Examples:
        >>> nv.pulses.Gaussian(40.0, sigma_ns=8.0)([0.0, 20.0, 40.0]).real.tolist()
        [0.0, 1.0, 0.0]
    """

    duration_ns: float
    sigma_ns: float | None = None

    def __post_init__(self) -> None:
        set_fields(self, duration_ns=positive_duration(self.duration_ns))
        sigma = self.duration_ns / 4 if self.sigma_ns is None else positive_duration(self.sigma_ns, "sigma_ns")
        if sigma < self.duration_ns / 1000:
            fail("sigma_ns", f"be at least a thousandth of the {show(self.duration_ns)} ns", f"is {show(sigma)}")
        set_fields(self, sigma_ns=sigma)

    def _bell(self, t: Any) -> Any:
        xp, t = taken(t, self.duration_ns)
        return xp.exp(-(((t - self.duration_ns / 2) / self._sigma) ** 2) / 2)

    @property
    def _sigma(self) -> float:
        assert self.sigma_ns is not None
        return self.sigma_ns

    @property
    def _height(self) -> float:
        """How far the bell rises above its edges; all its digits, also where it is so wide that this is little."""
        return float(-np.expm1(-((self.duration_ns / 2 / self._sigma) ** 2) / 2))

    def shape(self, t: Any) -> Any:
        """The envelope at times in ns."""
        xp, t = taken(t, self.duration_ns)
        above_edge = -xp.expm1(-t * (self.duration_ns - t) / (2 * self._sigma**2))
        return self._bell(t) * above_edge / self._height

    @cached_property
    def area_ns(self) -> complex:
        """∫ s dt in ns."""
        from scipy.special import erf

        if self._sigma > self.duration_ns:  # the difference below would lose its digits
            return super().area_ns
        bell = np.sqrt(2 * np.pi) * self._sigma * erf(self.duration_ns / (2 * np.sqrt(2) * self._sigma))
        return complex((bell - (1 - self._height) * self.duration_ns) / self._height)


@dataclass(frozen=True)
class Drag(Gaussian):
    r"""A Gaussian g with its derivative as imaginary part, s = g + iβ dg/dt (DRAG, doi:10.1103/PhysRevLett.103.110501).

    A spin that is off resonance by D is turned, to first order, by the Fourier component ∫ s e^(iDt) dt, which is
    (1 + βD) times that of g: β = −1/D takes it away.

    Attributes:
        duration_ns: Duration in ns.
        sigma_ns: Standard deviation of g in ns; a quarter of the duration unless given.
        beta_ns: β in ns.

    Raises:
        ArgumentError: If a time is out of range.

    Examples:
        >>> pulse = nv.pulses.Drag.against(offset=100.0, duration_ns=40.0)  # the other NV is 100 rad/µs higher
        >>> pulse.beta_ns
        -10.0
    """

    beta_ns: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        set_fields(self, beta_ns=real_number(self.beta_ns, "beta_ns"))

    @classmethod
    def against(cls, offset: float, duration_ns: float, sigma_ns: float | None = None) -> "Drag":
        """The envelope that spares a spin whose splitting is larger by `offset`, in rad/µs, than the one addressed.

        Raises:
            ArgumentError: If the offset is 0.

        Examples:
            >>> nv.pulses.Drag.against(-200.0, 30.0).beta_ns
            5.0
        """
        offset = real_number(offset, "offset")
        if offset == 0:
            fail("offset", "not be 0, for one spin to be spared", "is 0")
        return cls(duration_ns, sigma_ns, beta_ns=-1000.0 / offset)

    def shape(self, t: Any) -> Any:
        """The envelope at times in ns."""
        _, t = taken(t, self.duration_ns)
        slope = -(t - self.duration_ns / 2) / self._sigma**2 * self._bell(t) / self._height
        return super().shape(t) + 1j * self.beta_ns * slope


@dataclass(frozen=True)
class RaisedCosine(Envelope):
    """One period of a cosine, s = (1 − cos(2πt/duration))/2, also known as a Hann window.

    Attributes:
        duration_ns: Duration in ns.

    Raises:
        ArgumentError: If it is not positive.

    Examples:
        >>> nv.pulses.RaisedCosine(30.0).area_ns
        (15+0j)
    """

    duration_ns: float

    def __post_init__(self) -> None:
        set_fields(self, duration_ns=positive_duration(self.duration_ns))

    def shape(self, t: Any) -> Any:
        """The envelope at times in ns."""
        xp, t = taken(t, self.duration_ns)
        return (1 - xp.cos(2 * np.pi * t / self.duration_ns)) / 2

    @cached_property
    def area_ns(self) -> complex:
        """∫ s dt in ns."""
        return complex(self.duration_ns / 2)


@dataclass(frozen=True, init=False)
class Samples(Envelope):
    """Samples of equal length, each held until the next, as an arbitrary waveform generator plays them.

    Attributes:
        values: The samples, none larger than 1.
        sample_ns: Length of each in ns.

    Raises:
        ArgumentError: If there is no sample, one is larger than 1, or the length is not positive.

    Examples:
        >>> envelope = nv.pulses.Samples([0.5, 1.0, 0.5j], sample_ns=2.0)
        >>> envelope.duration_ns, envelope.area_ns, envelope([1.0, 3.0]).real.tolist()
        (6.0, (3+1j), [0.5, 1.0])
    """

    values: tuple[complex, ...]
    sample_ns: float

    def __init__(self, values: ArrayLike, sample_ns: float) -> None:
        array = numeric_array(values, "values").astype(complex)
        if array.ndim != 1 or array.size == 0:
            fail("values", "be one-dimensional with at least one sample", f"has shape {array.shape}")
        largest = float(np.abs(array).max())
        if largest > 1 + 1e-12:
            fail("values", "be at most 1 in size (the Rabi rate of the pulse scales them)", f"one is {show(largest)}")
        set_fields(self, values=tuple(array.tolist()), sample_ns=real_number(sample_ns, "sample_ns", above=0.0))

    @property
    def duration_ns(self) -> float:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Duration in ns."""
        return len(self.values) * self.sample_ns

    def shape(self, t: Any) -> Any:
        """The envelope at times in ns."""
        xp, t = taken(t, self.duration_ns)
        place = xp.clip(xp.floor(t / self.sample_ns).astype(int), 0, len(self.values) - 1)
        return xp.asarray(self.values)[place]

    @property
    def knots_ns(self) -> tuple[float, ...]:
        """Where one sample gives way to the next."""
        return tuple(self.sample_ns * k for k in range(1, len(self.values)))

    @cached_property
    def steepness(self) -> float:
        """0 between knots."""
        return 0.0

    @cached_property
    def peak(self) -> float:
        """The largest |s|."""
        return float(np.abs(self.values).max())

    @cached_property
    def area_ns(self) -> complex:
        """∫ s dt in ns."""
        return complex(sum(self.values) * self.sample_ns)
