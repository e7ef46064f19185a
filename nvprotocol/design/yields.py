"""How many Bell pairs a medium gives when |σᶻ| is monitored, and what it forgives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import (
    batch_shape,
    bounded_array,
    fail,
    nonnegative_array,
    numeric_array,
    plain_array,
    real_number,
    show,
    truth,
)
from nvprotocol._read_only import holds_read_only
from nvprotocol._text_table import aligned
from nvprotocol._typing import ArrayLike
from nvprotocol.design.crossing import first_crossing
from nvprotocol.design.sector import Array, bell_phase, imbalance, largest_dephasing, largest_detuning, steady_fidelity
from nvprotocol.magnets.constants import GAMMA
from nvprotocol.magnets.nonreciprocity import chirality
from nvprotocol.medium import Medium

__all__ = ["BellYield", "bell_yield"]

OVERHEAD = 20.0
"""Time of an attempt besides the wait for F, in µs, where nothing else is said."""
RAD_PER_US_PER_NT = GAMMA * 1e-15
"""Precession in rad/µs by a field of 1 nT."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
@holds_read_only
class BellYield:
    """Bell pairs from a monitored medium; every attribute that is an array has the batch shape of the medium.

    Attributes:
        target_fidelity: Fidelity F that is waited for.
        overhead: Time of an attempt besides, in µs.
        fidelity: Long-time fidelity under monitoring, NaN where it oscillates. In a chiral medium it may pass
            through F on its way and end below.
        time: Time t_F in µs at which F is reached, NaN where it never is.
        probability: Probability P that a run is kept up to t_F, NaN where F is not reached.
        rate: Kept Bell pairs per second, P/(t_F + overhead), 0 where F is not reached.
        phase: Relative phase φ in rad of the Bell state (|↑↓⟩ + e^(iφ)|↓↑⟩)/√2.
        field_tolerance_nt: Largest difference of the fields at the two qubits, in nT, at which the long-time fidelity
            is at least F, without an echo; NaN where it is below F at equal fields.
        exceptional_field_nt: Difference of the fields in nT at δ = √|g₁₂g₂₁|, for J⊥ = 0 the exceptional point δ = Γ.
        dephasing_budget: Shortest dephasing time T_φ of each qubit in µs, 1/T_φ = 4(d − D), at which monitoring still
            saturates at F at δ = 0; NaN where it does not at all.

    Examples:
        >>> found = nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=[0.9e-3, 0.5e-3, 0.0]))
        >>> found.reached.tolist(), bool(found.rate[0] > 2 * found.rate[1])
        ([True, True, False], True)
    """

    target_fidelity: float
    overhead: float
    fidelity: Array
    time: Array
    probability: Array
    rate: Array
    phase: Array
    field_tolerance_nt: Array
    exceptional_field_nt: Array
    dephasing_budget: Array

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Whether the target is reached."""
        return np.isfinite(self.time)

    @property
    def _end(self) -> str:
        if np.isfinite(self.fidelity):
            return f"F saturates at {show(float(self.fidelity))}"
        return "the monitored state oscillates without a limit"

    def __str__(self) -> str:
        if self.rate.ndim:
            best = f", at best {show(float(self.rate.max()))} pairs/s" if self.rate.size else ""
            return f"Bell pairs of F = {show(self.target_fidelity)}, batch {self.rate.shape}{best}"
        if not self.reached:
            return f"F = {show(self.target_fidelity)} is not reached: {self._end}"
        stays = np.isfinite(self.dephasing_budget)
        tolerances = [
            ("field", f"tolerated difference between the qubits (no echo): {self.field_tolerance_nt:.3g} nT"),
            ("dephasing", f"T_φ of each qubit at least {self.dephasing_budget:.4g} µs"),
        ]
        rows = [
            ("rate", f"{self.rate:.4g} Bell pairs of F = {show(self.target_fidelity)} per second"),
            ("time", f"{self.time:.4g} µs to F, and {show(self.overhead)} µs besides"),
            ("kept", f"{self.probability:.4g} of all runs"),
            *(tolerances if stays else [("beyond", self._end)]),
        ]
        return "\n".join(aligned(rows, least=10))

    __repr__ = __str__


def bell_yield(
    medium: Medium,
    target_fidelity: float = 0.95,
    *,
    overhead: float = OVERHEAD,
    dephasing_time: ArrayLike = np.inf,
    field_difference_nt: ArrayLike = 0.0,
    tolerances: bool = True,
) -> BellYield:
    r"""Rate of kept Bell pairs from |↑↓⟩ under continuous monitoring of |σᶻ| (Eq. 13), and what it forgives.

    In the sector |σᶻ| = 0 the no-jump evolution has amplitudes g₁₂ and g₂₁ (Eq. 12). Without chirality and detuning the
    fidelity is F = 1/(1 + e^(−4Γt)), so that t_F = ln(F/(1−F))/4Γ and P = ((1−F)/F)^((a+ã−Γ)/2Γ)/2F; with chirality, a
    detuning or dephasing t_F is found by root finding on the exact evolution.

    Args:
        medium: The medium of two qubits; batches are welcome.
        target_fidelity: F between 1/2 and 1, with the Bell state of the medium's own phase.
        overhead: Time of an attempt besides t_F in µs: preparation and readout; 20 everywhere where nothing is said.
        dephasing_time: T_φ in µs of each qubit on its own, besides the medium's dephasing.
        field_difference_nt: Difference B₁ − B₂ of the fields along the NV axes in nT, δ = γ(B₁ − B₂)/2.
        tolerances: Whether tolerances are worked out, which takes most of the time; else they are NaN.

    Raises:
        ArgumentError: If the medium is not that of two qubits, or an argument lies outside its range.

    Examples:
        >>> nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=0.9e-3), 0.95, overhead=20.0)
        rate       533.4 Bell pairs of F = 0.95 per second
        time       817.9 µs to F, and 20 µs besides
        kept       0.4469 of all runs
        field      tolerated difference between the qubits (no echo): 4.46 nT
        dephasing  T_φ of each qubit at least 5263 µs
    """
    target = real_number(target_fidelity, "target_fidelity", above=0.5)
    if target >= 1:
        fail("target_fidelity", "be less than 1, which is reached only after endless time", f"is {show(target)}")
    overhead, tolerances = real_number(overhead, "overhead", minimum=0.0), truth(tolerances, "tolerances")
    g12, g21 = chirality(medium)  # which refuses other numbers of qubits
    own = _rate(dephasing_time, "dephasing_time")
    delta = bounded_array(field_difference_nt, "field_difference_nt", real=True) * RAD_PER_US_PER_NT / 2
    batch_shape(0, medium=g12, dephasing_time=own, field_difference_nt=delta)
    g12, g21, delta, own = np.broadcast_arrays(g12, g21, delta, own)
    phase, dephased = bell_phase(g12, g21), _dephased(medium, own)
    dephasing = 2 * np.einsum("...ij,ij->...", dephased.dephasing.real, [[1, -1], [-1, 1]])  # g = 4(d − D)
    eta = np.broadcast_to(imbalance(medium), phase.shape)
    fidelity = steady_fidelity(g12, g21, phase, delta, dephasing, eta)
    time, probability = first_crossing(dephased, delta, eta, g12, g21, target, end=fidelity)
    with np.errstate(invalid="ignore"):
        rate = np.where(np.isfinite(time), probability / ((time + overhead) * 1e-6), 0.0)
    unknown = np.full(phase.shape, np.nan)
    detuning = largest_detuning(g12, g21, phase, dephasing, target, eta) if tolerances else unknown
    budget = largest_dephasing(g12, g21, phase, target, eta) if tolerances else unknown
    return BellYield(
        target_fidelity=target,
        overhead=overhead,
        fidelity=fidelity,
        time=time,
        probability=probability,
        rate=rate,
        phase=phase,
        field_tolerance_nt=2 * detuning / RAD_PER_US_PER_NT,
        exceptional_field_nt=2 * np.sqrt(np.abs(g12 * g21)) / RAD_PER_US_PER_NT,
        dephasing_budget=1 / budget,
    )


_SHORTEST = 1e-100
"""In µs: of a time whose rate a number holds."""


def _rate(time: ArrayLike, name: str) -> Array:
    """1/T, 0 for T = ∞."""
    array = plain_array(time, name)
    given = array if array.dtype.kind == "f" else numeric_array(array, name, real=True)
    endless = np.isposinf(given)
    finite = nonnegative_array(np.where(endless, 1.0, given), name)
    if np.any(finite < _SHORTEST):
        fail(name, f"be greater than 0, at least {_SHORTEST:g} us", f"is {show(finite.min())}")
    return np.where(endless, 0.0, 1 / finite)


def _dephased(medium: Medium, rate: Array) -> Medium:
    """The medium with pure dephasing at 1/T_φ = 4d of each qubit on its own."""
    return medium + Medium(relaxation=np.zeros((2, 2)), dephasing=rate[..., None, None] / 4 * np.eye(2))
