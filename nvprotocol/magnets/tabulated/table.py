"""A function of frequency and separation, known on a grid."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, numeric_array, show
from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ
from nvprotocol.units import LARGEST

Array = NDArray[np.float64]

FEWEST = 5
"""Fewest points of an axis; every other one of them still makes a parabola."""


@holds_read_only
class Interpolated(NamedTuple):
    """Values between the points of a table, and how far splines through every other point are from them."""

    value: NDArray
    error: Array


@dataclass(frozen=True, eq=False)
@holds_read_only
class Table:
    """Amplitudes on a grid.

    Attributes:
        frequency: ω in rad/µs, rising, shape (F,).
        separation: r in nm, rising, shape (R,), with 0.
        amplitude: Values, shape (F, R).
    """

    frequency: Array
    separation: Array
    amplitude: NDArray

    @classmethod
    def read(cls, frequency_ghz: ArrayLike, separation_nm: ArrayLike, values: ArrayLike | None, name: str) -> "Table":
        """Checks a table that a user gives."""
        frequency, separation = _rising(frequency_ghz, "frequency_ghz"), _rising(separation_nm, "separation_nm")
        if 1 < frequency.size < FEWEST:
            fail("frequency_ghz", f"have one point or at least {FEWEST}", f"has {frequency.size}")
        if separation.size < FEWEST:
            fail("separation_nm", f"have at least {FEWEST} points", f"has {separation.size}")
        if not np.any(separation == 0):
            fail("separation_nm", "have 0 among its points", "has not: the local rate is needed")
        table = numeric_array(values if values is not None else [], name)
        for each, numbers in (("frequency_ghz", frequency), ("separation_nm", separation), (name, table)):
            if numbers.size and np.abs(numbers).max() > LARGEST:
                must = f"have no number above {LARGEST:g}, whose products would overflow"
                fail(each, must, f"contains {show(float(np.abs(numbers).max()))}")
        if table.shape != (frequency.size, separation.size):
            fail(
                name,
                f"have shape {(frequency.size, separation.size)}, frequencies by separations",
                f"has shape {table.shape}",
            )
        if np.any(frequency == 0):
            fail("frequency_ghz", "differ from 0", "contains 0")
        if name == "green" and np.any(frequency < 0):
            fail("frequency_ghz", "be positive for `green`", f"contains {show(float(frequency[0]))}")
        made = cls(frequency * RAD_PER_US_PER_GHZ, separation, table)
        made._check_real(name)
        return made

    @property
    def directed(self) -> bool:
        """Whether there and back are told apart."""
        return bool(self.separation[0] < 0)

    @property
    def local(self) -> NDArray:
        """Values at r = 0, shape (F,)."""
        return self.amplitude[:, np.flatnonzero(self.separation == 0)[0]]

    def scaled(self, factor: NDArray) -> "Table":
        """The table times a factor that broadcasts to (F, R)."""
        return replace(self, amplitude=self.amplitude * factor)

    def positive(self, name: str) -> "Table":
        """The table at its positive frequencies."""
        chosen = self.frequency > 0
        if np.sum(chosen) != 1 and np.sum(chosen) < FEWEST:
            fail("frequency_ghz", f"have one positive point or at least {FEWEST}", f"has {np.sum(chosen)} for `{name}`")
        return Table(self.frequency[chosen], self.separation, self.amplitude[chosen])

    def at(self, frequency: Array, separation: Array) -> Interpolated:
        """Values at frequencies (…, 1) in rad/µs and separations (…, P) in nm."""
        self._check_inside(frequency, separation)
        shape = np.broadcast_shapes(frequency.shape, separation.shape)
        value, error = np.empty(shape, dtype=self.amplitude.dtype), np.empty(shape)
        frequency, separation = np.broadcast_to(frequency, shape), np.broadcast_to(separation, shape)
        for one in np.unique(frequency):
            here = frequency == one
            fine, coarse = self._row(one, 1), self._row(one, 2)
            value[here] = scipy.interpolate.CubicSpline(self.separation, fine)(separation[here])
            other = scipy.interpolate.CubicSpline(self._every(self.separation, 2), self._every(coarse, 2))(
                separation[here]
            )
            error[here] = np.abs(value[here] - other)
        return Interpolated(value, error)

    def coarseness(self) -> float:
        """The largest error of interpolation at the points of the table, relative to the local value there."""
        frequency = self.frequency[:, None]
        error = self.at(frequency, np.broadcast_to(self.separation, (self.frequency.size, self.separation.size))).error
        local = np.abs(self.local)[:, None]
        return float(np.max(error / np.where(local > 0, local, np.inf)))

    def dephasing(self, values: ArrayLike) -> Callable[[Array], Array]:
        """D(r) by cubic splines, once it is known to be a real table with |D| ≤ d."""
        given = numeric_array(values, "dephasing", real=True)
        if given.shape != self.separation.shape:
            fail("dephasing", f"have shape {self.separation.shape} as `separation_nm` has", f"has shape {given.shape}")
        local = float(given[self.separation == 0][0])
        if np.any(np.abs(given) > local):
            worst = show(float(np.abs(given).max()))
            fail("dephasing", f"satisfy |D| ≤ d = {show(local)}", f"|D| is {worst}")
        outward = self.separation >= 0
        spline = scipy.interpolate.CubicSpline(self.separation[outward], given[outward])
        return lambda r: np.clip(spline(r), -local, local)

    def _row(self, frequency: float, stride: int) -> NDArray:
        """Values along the separations at one frequency."""
        if self.frequency.size == 1:
            return self.amplitude[0]
        return scipy.interpolate.CubicSpline(self._every(self.frequency, stride), self._every(self.amplitude, stride))(
            frequency
        )

    @staticmethod
    def _every(points: NDArray, stride: int) -> NDArray:
        """Every other point, the last one included."""
        if stride == 1:
            return points
        return points[::2] if len(points) % 2 else np.concatenate([points[:-1:2], points[-1:]])

    def _check_inside(self, frequency: Array, separation: Array) -> None:
        for name, asked, points, scale, unit in (
            ("frequency_ghz", frequency, self.frequency, RAD_PER_US_PER_GHZ, "GHz"),
            ("separation_nm", separation, self.separation, 1.0, "nm"),
        ):
            slack = 1e-9 * np.abs(points).max()
            outside = (asked < points[0] - slack) | (asked > points[-1] + slack)
            if np.any(outside):
                low, high = show(float(points[0] / scale)), show(float(points[-1] / scale))
                must = (
                    f"lie within the table, from {low} to {high} {unit}"
                    if low != high
                    else f"be {low} {unit}, as in the table"
                )
                fail(name, must, f"is {show(float(asked[outside].flat[0] / scale))}")

    def _check_real(self, name: str) -> None:
        """A spectrum is real at r = 0, and everywhere unless there and back are told apart."""
        if name == "green" or not np.iscomplexobj(self.amplitude):
            return
        values = self.local if self.directed else self.amplitude
        size = np.abs(values).max(initial=0.0)
        wrong = np.abs(np.imag(values)) > 1e-12 * size
        if np.any(wrong):
            where = "at r = 0" if self.directed else "where separations have no direction"
            fail(name, f"be real {where}", f"contains {show(complex(values[wrong].flat[0]))}")


def _rising(values: ArrayLike, name: str) -> Array:
    points = np.atleast_1d(bounded_array(values, name, real=True))
    if points.ndim != 1 or points.size == 0:
        fail(name, "be one-dimensional and not empty", f"has shape {points.shape}")
    drops = np.flatnonzero(np.diff(points) <= 0)
    if drops.size:
        at = int(drops[0])
        fail(name, "rise", f"{show(float(points[at + 1]))} follows {show(float(points[at]))}")
    return points
