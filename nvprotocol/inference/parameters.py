"""The free parameters of a model: names, where to start, and between which limits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, mapping, real_number, show

Real = NDArray[np.float64]

_STEP = 1e-6
"""Of a difference quotient, in units of a parameter's scale: its error by curvature is as large, by rounding less."""


@dataclass(frozen=True)
class Parameters:
    """Free parameters in a fixed order.

    Attributes:
        names: Their names.
        start: Where to start, shape (K,).
        low: Lower limits, −∞ for none.
        high: Upper limits.
    """

    names: tuple[str, ...]
    start: Real
    low: Real
    high: Real

    @classmethod
    def checked(cls, start: object, bounds: object, called: str = "start") -> "Parameters":
        """The parameters that a user names.

        Args:
            start: Parameter → value.
            bounds: Parameter → (low, high).
            called: What the first is called in errors.

        Raises:
            ArgumentError: If there is none, one is no number, a limit is not one of a parameter, or excludes its start.
        """
        given = mapping(start, called, "parameters to numbers")  # pyright: ignore[reportArgumentType]
        if not given or not all(isinstance(name, str) and name.strip() and name.isprintable() for name in given):
            fail(called, "name at least one parameter of the model", f"is {show(start)}")
        values = [real_number(value, f"{called}[{name!r}]") for name, value in given.items()]
        limits = mapping(bounds, "bounds", "parameters to pairs of numbers")  # pyright: ignore[reportArgumentType]
        for name in limits:
            if name not in given:
                fail("bounds", f"be of parameters in `start` ({', '.join(given)})", f"has {show(name)}")
        low, high = np.full((2, len(values)), np.inf) * np.array([[-1.0], [1.0]])
        for k, (name, value) in enumerate(zip(given, values, strict=True)):
            if name in limits:
                low[k], high[k] = _limits(limits[name], name)
            if not low[k] <= value <= high[k]:
                must = f"lie within `bounds`, {show(float(low[k]))} to {show(float(high[k]))}"
                fail(f"{called}[{name!r}]", must, f"is {show(value)}")
        return cls(tuple(given), np.array(values), low, high)

    def part(self, names: tuple[str, ...], places: NDArray[np.intp]) -> "Parameters":
        """Some of them, by other names."""
        return Parameters(names, self.start[places], self.low[places], self.high[places])

    @property
    def scale(self) -> Real:
        """How large a parameter is: its start, or where that is 0 a tenth of the width of its limits, or 1."""
        width = np.where(np.isfinite(self.high - self.low), (self.high - self.low) / 10, 1.0)
        return np.where(self.start != 0, np.abs(self.start), width)

    def neighbours(self, point: Real, *, both: bool = False) -> tuple[Real, Real]:
        """A point, and one beside it for each parameter, within the limits, shape (K + 1, K); and how far they are.

        Args:
            point: The parameters.
            both: Whether those on the other side follow, shape (2K + 1, K), limits or not.
        """
        step = _STEP * np.maximum(self.scale, np.abs(point))
        if both:
            step = 10 * step
            return np.vstack([point, point + np.diag(step), point - np.diag(step)]), step
        step = np.where(point + step > self.high, -step, step)
        return np.vstack([point, point + np.diag(step)]), step


def _limits(given: object, name: str) -> tuple[float, float]:
    if isinstance(given, str) or not hasattr(given, "__len__") or len(given) != 2:  # pyright: ignore[reportArgumentType]
        fail(f"bounds[{name!r}]", "be a pair of numbers (low, high)", f"is {show(given)}")
    ends = []
    for one, infinite in zip(given, (-np.inf, np.inf), strict=True):  # pyright: ignore[reportArgumentType]
        ends.append(infinite if one is None or one == infinite else real_number(one, f"bounds[{name!r}]"))
    if not ends[0] < ends[1]:
        fail(f"bounds[{name!r}]", "rise", f"is {show(tuple(ends))}")
    return ends[0], ends[1]
