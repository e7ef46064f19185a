"""Relaxation and dephasing that NV qubits have without the medium: T1 and T2."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import ROUNDING, fail, numeric_array, plain_array, require_plain_numbers, show
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium

_SHORTEST = 1e-100
"""In µs."""


def with_intrinsic(
    equation: MasterEquation, intrinsic_t1_us: ArrayLike | None, intrinsic_t2_us: ArrayLike | None
) -> MasterEquation:
    """The equation with intrinsic relaxation and dephasing in its medium; itself where there are none.

    Phonons at kT ≫ ħω relax and excite alike: a = ã = 1/(4·T1) by Eq. S17. What 1/T2 has beyond 1/(2·T1) is pure
    dephasing, d = (1/T2 − 1/(2·T1))/4 by Eq. S18.

    Args:
        equation: Medium and detuning.
        intrinsic_t1_us: T1 in µs, one number or shape (…, N), or (…, 1) for qubits alike; None is infinite.
        intrinsic_t2_us: T2 in µs, the same.
    """
    if intrinsic_t1_us is None and intrinsic_t2_us is None:
        return equation
    relaxing = np.zeros(()) if intrinsic_t1_us is None else 1 / np.asarray(intrinsic_t1_us)
    decohering = relaxing / 2 if intrinsic_t2_us is None else 1 / np.asarray(intrinsic_t2_us)
    # Below 0 by rounding, or where T2 is infinite: T1 alone limits it.
    pure = np.maximum(decohering - relaxing / 2, 0.0)
    local, dephasing = (np.eye(equation.n_qubits) * _each_column(rate) / 4 for rate in (relaxing, pure))
    intrinsic = Medium(relaxation=local, excitation=local, dephasing=dephasing)
    return equation.on(equation.medium + intrinsic)


def _each_column(rate: NDArray[np.float64]) -> NDArray[np.float64]:
    return rate[..., None, :] if rate.ndim else rate


def checked_times(value: ArrayLike | None, name: str, n_qubits: int) -> float | tuple[float, ...] | None:
    """A positive time in µs for all qubits, or one for each; None or inf is infinite, and None stands for all of it."""
    if value is None:
        return None
    require_plain_numbers(value, name)
    if not isinstance(value, list | tuple | float | int):
        value = plain_array(value, name)
        value = numeric_array(value, name, real=True) if value.dtype.kind == "c" else value
    given: Any = [np.inf if time is None else time for time in value] if isinstance(value, list | tuple) else value
    endless = _endless(given)
    with np.errstate(over="ignore"):  # long doubles beyond double precision, which are infinite then
        finite = np.where(endless, 1.0, np.asarray(given, dtype=float)) if endless.any() else given
    times = np.where(endless, np.inf, numeric_array(finite, name, real=True))
    if times.shape not in ((), (n_qubits,)):
        fail(name, f"be a number or {n_qubits} numbers, one for each qubit", f"has shape {times.shape}")
    require_times(times, name)
    if np.all(np.isinf(times)):
        return None
    return tuple(times.tolist()) if times.ndim else float(times)


def require_times(times: NDArray[np.float64], name: str) -> None:
    """Refuses times that are no times, or whose rates no number holds."""
    if np.any(times < _SHORTEST):
        worst = times[times < _SHORTEST].flat[0]
        must = "be greater than 0" if worst <= 0 else f"be at least {_SHORTEST:g} us"
        fail(name, must, f"contains {show(worst)}" if times.ndim else f"is {show(worst)}")


def _endless(value: ArrayLike) -> NDArray[np.bool_]:
    """Where a time is infinite; nowhere, if the value is no array of numbers at all, which is for others to say."""
    try:
        with np.errstate(over="ignore"):
            return np.isposinf(np.asarray(value, dtype=float))
    except (TypeError, ValueError, OverflowError):
        return np.zeros((), dtype=bool)


def incoherent(t1: ArrayLike | None, t2: ArrayLike | None) -> tuple[float, float, str] | None:
    """T1 and T2 of the first qubit with T2 > 2·T1, and the words " for qubit …" where each has its own.

    No state can have it: the coherence of a qubit decays at least at half the rate 1/T1. A T2 that is infinite means
    that T1 alone limits it, and fits any T1.
    """
    if t1 is None or t2 is None:
        return None
    first, second = np.broadcast_arrays(np.asarray(t1, dtype=float), np.asarray(t2, dtype=float))
    wrong = np.flatnonzero(np.isfinite(second) & (second > 2 * first * (1 + ROUNDING)))
    if not wrong.size:
        return None
    qubit = f" for qubit {wrong[0]}" if second.ndim == 1 else ""
    return float(first.flat[wrong[0]]), float(second.flat[wrong[0]]), qubit


def check_coherence(t1: ArrayLike | None, t2: ArrayLike | None) -> None:
    """Refuses T2 > 2·T1."""
    if wrong := incoherent(t1, t2):
        fail("intrinsic_t2_us", f"be at most 2·T1 = {show(2 * wrong[0])} us", f"is {show(wrong[1])}{wrong[2]}")
