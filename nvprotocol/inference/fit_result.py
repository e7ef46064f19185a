"""What a fit says: values, intervals, what the counts leave open, and whether the model holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, one_of, real_number, show
from nvprotocol._read_only import holds_read_only
from nvprotocol._text_table import aligned
from nvprotocol.device import Device
from nvprotocol.inference.maximum import Optimum
from nvprotocol.inference.profile import one_sided_bound
from nvprotocol.inference.task import Task
from nvprotocol.tomography.proportions import checked_level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Real = NDArray[np.float64]

CONTRADICTION = 1e-3
"""p-value below which the counts are said to contradict the model."""

_NEVER = 1e4
"""Residual of what the model says cannot be."""


@dataclass(frozen=True, eq=False)
@holds_read_only
class Fit:
    """Parameters of a model, from counts.

    Attributes:
        names: The free parameters that the counts determine, then those that they do not.
        values: Parameter → value of the largest likelihood; without those that nothing tells.
        intervals: Parameter → (low, high) at the level, by profile likelihood.
        level: Confidence level.
        standard_errors: Parameter → standard error from the Fisher information, for planning; where a limit is near, or
            the likelihood is not quadratic, only the interval is right; inf where there is
            no slope, as that of a square at 0, and in combinations that the counts leave open.
        covariance: The inverse Fisher information of the parameters in `values`, in their order.
        correlation: Their correlation coefficients.
        unidentified: Combinations of parameters that the counts say nothing about, each by its parameters' weights.
        at_limit: Parameters whose value lies on one of their bounds.
        few_events: Parameters about which readings decide that are expected fewer than 5 times.
        mirrored: Parameters whose sign the counts do not tell; the value is the one nearer to the start.
        p_value: Probability that the counts of a true model fit no better (Pearson's X² with its exact moments); None
            where no degree of freedom is left.
        deviance: 2 (log L of a model that fits every number − log L).
        residuals: For each circuit reading → (number − expectation)/√variance; |…| of 3 is rare.
        devices: The model at the values, one of each series.
        units: Parameter → unit; "" or nothing for a number.
        metadata: "starts", how many searches were made; "evaluations", how often the model was asked.

    Examples:
        >>> def model(rate):
        ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
        >>> found = nv.inference.fit(model, [nv.protocols.relaxometry(1.0)], [{"00": 600, "10": 400}], {"rate": 0.5})
        >>> print(found)
              value  95 % interval
        rate  0.458  0.421 to 0.497
        Agreement with the model: no degrees of freedom are left for a goodness-of-fit test
    """

    names: tuple[str, ...]
    values: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    level: float
    standard_errors: dict[str, float]
    covariance: Real
    correlation: Real
    unidentified: tuple[dict[str, float], ...]
    at_limit: tuple[str, ...]
    few_events: tuple[str, ...]
    mirrored: tuple[str, ...]
    p_value: float | None
    deviance: float
    residuals: tuple[dict[str, float], ...]
    devices: tuple[Device, ...]
    units: dict[str, str]
    metadata: dict[str, Any]
    _explained: Callable[[], tuple[Task, Optimum]] | None

    @property
    def device(self) -> Device:
        """The model at the values.

        Raises:
            ArgumentError: If there are several series, each with its own.
        """
        first, *others = self.devices
        if others:
            fail("fit", "be of one series (use `devices`)", f"is of {len(self.devices)}")
        return first

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said besides the numbers."""
        said = [f"{_combination(one)} is not identified by the counts." for one in self.unidentified]
        said += [f"The sign of {name} is not identified by the counts." for name in self.mirrored]
        said += [f"{name} lies on its limit {show(self.values[name])}." for name in self.at_limit]
        said += [
            f"Few events decide about {name}: its interval may hold the truth less often than it says."
            for name in self.few_events
        ]
        if self.p_value is not None and self.p_value < CONTRADICTION:
            worst = max((abs(value), at, key) for at, one in enumerate(self.residuals) for key, value in one.items())
            of = f"{worst[2]} of circuit {worst[1]}"
            why = f"the largest residual, {worst[0]:.1f}, is that of {of}"
            why = f"it says that {of} cannot be, which was counted" if worst[0] > _NEVER else why
            said.append(f"The counts contradict the model (p = {self.p_value:.2g}): {why}.")
        return tuple(said)

    def __str__(self) -> str:
        """A table of the parameters, and what has to be said besides."""
        rows = [("", "value", f"{100 * self.level:g} % interval", "unit" if any(self.units.values()) else "")]
        for name in self.names:
            unit = self.units.get(name, "")
            if name in self.values:
                low, high = self.intervals[name]
                digits = _decimals(high - low)
                rows.append((name, f"{self.values[name]:.{digits}f}", f"{low:.{digits}f} to {high:.{digits}f}", unit))
            else:
                rows.append((name, "not identified", "", unit))
        quality = (
            "no degrees of freedom are left for a goodness-of-fit test"
            if self.p_value is None
            else f"p = {self.p_value:.2g}"
        )
        return "\n".join([*aligned(rows, gap=2), f"Agreement with the model: {quality}", *self.notes])

    def __getstate__(self) -> dict[str, Any]:
        """Without the model, which need not travel."""
        return vars(self) | {"_explained": None}

    def __copy__(self) -> "Fit":
        return self

    def __deepcopy__(self, _: object) -> "Fit":
        return self  # it cannot be changed

    def bound(self, name: str, side: str = "upper", level: float | None = None) -> float:
        """A one-sided bound by profile likelihood: what a parameter is not above, or not below, at a level.

        The deviance has risen by the square of the normal quantile there. Close to a limit it holds the truth more
        often than it says; where few events decide, which `notes` tells of the intervals, less often.

        Args:
            name: A parameter that the counts determine.
            side: "upper" or "lower".
            level: Confidence level, that of the fit by default.

        Raises:
            ArgumentError: If an argument is not as described, or the model was left behind in a pickle.

        Examples:
            >>> def model(rate):
            ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
            >>> circuits, counts = [nv.protocols.relaxometry(1.0)], [{"00": 600, "10": 400}]
            >>> found = nv.inference.fit(model, circuits, counts, {"rate": 0.5})
            >>> print(f"{found.bound('rate', 'lower'):.3f} < rate < {found.bound('rate'):.3f}, each at 95 %")
            0.427 < rate < 0.491, each at 95 %
        """
        task, best = held(self)
        one_of(name, "name", tuple(self.values))
        one_of(side, "side", ("upper", "lower"))
        chosen = self.level if level is None else checked_level(real_number(level, "level", minimum=0.5))
        number = task.parameters.names.index(name)
        return one_sided_bound(task, best, number, 1 if side == "upper" else -1, chosen)

    def plot(self, ax: "Axes | None" = None, *, x: Sequence[float] | None = None, label: str = "circuit") -> "Axes":
        """Draws the measured shares of all readings with their intervals, the model, and below them what is left.

        Args:
            ax: Axes to draw into, without the residuals; by default a new figure, whose second axes have these.
            x: A number of each circuit, such as its delay; its place by default.
            label: What that is, with its unit.

        Raises:
            ArgumentError: If there is not a number for each circuit, or the model was left behind in a pickle.

        Examples:
            >>> def model(rate):
            ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
            >>> counts = [{"00": 300, "10": 700}, {"00": 600, "10": 400}]
            >>> circuits = [nv.protocols.relaxometry(time) for time in (0.4, 1.0)]
            >>> axes = nv.inference.fit(model, circuits, counts, {"rate": 0.5}).plot(x=[0.4, 1.0], label="time (µs)")
            >>> axes.get_ylabel()
            'share of runs'
        """
        from nvprotocol.inference.drawing import draw

        return draw(*held(self), self.level, ax, x, label)


def held(found: Fit) -> tuple[Task, Optimum]:
    """What a fit was asked to explain, and the optimum.

    Raises:
        ArgumentError: If the model has been left behind: it does not travel in a pickle.
    """
    if found._explained is None:
        fail("fit", "hold its model", "has left it behind when it was pickled")
    return found._explained()


def _combination(shares: Mapping[str, float]) -> str:
    """A combination of parameters in words."""
    if len(shares) == 1:
        return next(iter(shares))
    return "a combination of " + " and ".join(shares)


def _decimals(width: float) -> int:
    """Decimals that show two digits of a width."""
    if not np.isfinite(width) or width <= 0:
        return 4
    return int(np.clip(1 - np.floor(np.log10(width / 2)), 0, 12))
