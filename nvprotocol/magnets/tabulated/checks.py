"""What a table of noise has to obey: detailed balance, and no negative rate."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz

from nvprotocol._checks import fail, show
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ
from nvprotocol.magnets.response import hermitian_block
from nvprotocol.magnets.tabulated.table import Table

MOST_REPAIRED = 0.1
"""Largest part of the local rate that errors of interpolation may have taken from an eigenvalue."""

MOST_QUBITS = 64
"""Largest number of qubits in a row for which positivity is checked."""


class Report(NamedTuple):
    """How well a table obeys what it has to obey.

    Attributes:
        lowest_eigenvalue: Of the relaxation blocks of qubits on the points of the table, relative to a.
        frequency_ghz: Where it is found.
        balance: Largest deviation from S(−ω) = e^(−ħω/k_BT) S(ω)*, relative to the local value; None if not checked.
        interpolation: Largest error of interpolation, relative to a.

    Examples:
        >>> from nvprotocol.magnets.tabulated.checks import Report
        >>> print(Report(0.1, 2.87, 2e-4, 1e-3))
        lowest eigenvalue of the relaxation   0.1 of a, at 2.87 GHz
        fluctuation–dissipation               off by up to 0.0002 of a
        error of interpolation                up to 0.001 of a
    """

    lowest_eigenvalue: float
    frequency_ghz: float
    balance: float | None
    interpolation: float

    def __str__(self) -> str:
        balance = (
            "not checked: no negative frequencies"
            if self.balance is None
            else f"off by up to {show(self.balance)} of a"
        )
        where = f"at {show(self.frequency_ghz)} GHz"
        return (
            f"lowest eigenvalue of the relaxation   {show(self.lowest_eigenvalue)} of a, {where}\n"
            f"fluctuation–dissipation               {balance}\n"
            f"error of interpolation                up to {show(self.interpolation)} of a"
        )


def check_balance(table: Table, temperature: float, tolerance: float, name: str) -> float | None:
    """The largest deviation of S(−ω, r) from e^(−ħω/k_BT) S(ω, r)*, relative to the local S(ω); T as k_B T/ħ."""
    negative = table.frequency < 0
    upper = table.frequency[~negative]
    inside = (
        negative & (-table.frequency >= upper.min(initial=np.inf)) & (-table.frequency <= upper.max(initial=-np.inf))
    )
    if not np.any(inside):
        return None
    mirrored = -table.frequency[inside]
    above = table.positive(name)
    separation = np.broadcast_to(table.separation, (mirrored.size, table.separation.size))
    emitted = above.at(mirrored[:, None], separation).value
    here = np.flatnonzero(table.separation == 0)[0]
    with np.errstate(divide="ignore"):
        ratio = np.exp(-mirrored / np.float64(temperature))[:, None]
    absorbed = table.amplitude[inside]
    size = np.abs(emitted[:, here : here + 1])
    deviation = np.abs(absorbed - ratio * emitted.conj()) / np.where(size > 0, size, 1.0)
    worst, at = np.unravel_index(np.argmax(deviation), deviation.shape)
    if deviation[worst, at] > tolerance:
        found = show(complex(absorbed[worst, at] / emitted[worst, at]).real)
        fail(
            name,
            f"obey S(−ω) = e^(−ħω/k_BT) S(ω)* within {show(tolerance)} of S(ω)",
            f"at {show(mirrored[worst] / RAD_PER_US_PER_GHZ)} GHz and {show(table.separation[at])} nm the ratio is "
            f"{found} instead of {show(float(ratio[worst, 0]))}",
        )
    return float(deviation[worst, at])


def check_hermitian(table: Table, tolerance: float, name: str) -> None:
    """Refuses a spectrum with S(ω, −r) ≠ S(ω, r)*, which no noise has."""
    if not table.directed:
        return
    common = min(table.separation[-1], -table.separation[0])
    inside = np.flatnonzero(np.abs(table.separation) <= common)
    mirrored = np.broadcast_to(-table.separation[inside], (table.frequency.size, inside.size))
    other = table.at(table.frequency[:, None], mirrored)
    deviation = np.abs(table.amplitude[:, inside] - other.value.conj()) - other.error
    excess = deviation / np.abs(table.local)[:, None]
    if np.any(excess > tolerance):
        at = np.unravel_index(np.argmax(excess), excess.shape)
        where = (
            f"{show(table.frequency[at[0]] / RAD_PER_US_PER_GHZ)} GHz and {show(table.separation[inside[at[1]]])} nm"
        )
        fail(name, f"obey S(−r) = S(r)* within {show(tolerance)} of S(0)", f"is off by {show(excess[at])} at {where}")


def check_positive(table: Table, tolerance: float, name: str) -> tuple[float, float]:
    """The lowest eigenvalue, relative to a, of the relaxation of qubits on the table's points, and where it is found.

    Every pair that the table knows is looked at; where the separations are equally spaced, a row of qubits is, too.
    """
    absorbing = absorption(table)
    local = np.real(absorbing[:, 0])
    if np.any(local < 0):
        at = int(np.argmin(local))
        value, where = show(float(local[at])), show(table.frequency[at] / RAD_PER_US_PER_GHZ)
        fail(name, "make no rate negative", f"the local rate at {where} GHz has the eigenvalue {value} rad/µs")
    lowest = local - np.abs(absorbing[:, 1:]).max(axis=1)
    steps = np.diff(table.separation[table.separation >= 0])
    if np.allclose(steps, steps[0], rtol=1e-9):
        row = absorbing[:, :MOST_QUBITS]
        lowest = np.minimum(lowest, [np.linalg.eigvalsh(toeplitz(one.conj(), one))[0] for one in row])
    relative = lowest / np.where(local > 0, local, 1.0)
    at = int(np.argmin(relative))
    where = float(table.frequency[at] / RAD_PER_US_PER_GHZ)
    if relative[at] < -max(tolerance, 1e-12):
        fail(
            name,
            f"make every relaxation block positive semidefinite within {show(tolerance)} of a",
            f"at {show(where)} GHz one has the eigenvalue {show(float(lowest[at]))} rad/µs, "
            f"{show(float(relative[at]))} of a",
        )
    return float(relative[at]), where


def absorption(table: Table) -> NDArray:
    """R(ω, r) = (s(r) + s(−r)*)/2 at the separations r ≥ 0 of the table, shape (F, R₊)."""
    outward = table.separation >= 0
    there = table.amplitude[:, outward].astype(complex)
    if not table.directed:
        return (there + there.conj()) / 2
    separation = np.broadcast_to(-table.separation[outward], there.shape)
    return (there + table.at(table.frequency[:, None], separation).value.conj()) / 2


def lifted(relaxation: NDArray, error: NDArray, n_qubits: int, tolerance: float, name: str) -> NDArray:
    """Relaxation (…, 1+P) with the local rate raised by what interpolation and noise have taken from an eigenvalue."""
    block = hermitian_block(relaxation, n_qubits, diagonal=True)
    missing = np.maximum(-np.linalg.eigvalsh(block)[..., 0], 0.0)
    rate = np.real(relaxation[..., 0])
    interpolation = np.minimum(n_qubits * np.max(error, axis=-1), MOST_REPAIRED * rate)
    wrong = missing > interpolation + (n_qubits * tolerance + 1e-15) * rate
    if np.any(wrong):
        worst = show(float(-missing[wrong].max()))
        fail(name, "make every relaxation block positive semidefinite", f"one has the eigenvalue {worst} rad/µs")
    raised = relaxation.copy()
    raised[..., 0] = rate + missing
    return raised
