"""One quantum-jump trajectory in sectors too large for exponentials, by Krylov spaces.

Within a space the norm of the ket at any time is that of a few coefficients, so the time of a jump costs no products.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.ket_space import KetSpace
from nvprotocol.master_equation.krylov import TOLERANCE, Step

Kets = dict[int, NDArray[np.complex128]]
"""What a ket has in each sector."""


def followed(
    space: KetSpace,
    ket: NDArray[np.complex128],
    times: NDArray[np.float64],
    draw: Callable[[], float],
    seen: Callable[[int, NDArray[np.complex128]], None],
) -> list[tuple[int, float]]:
    """Follows a trajectory, and returns its jumps and their times.

    Args:
        space: The kets of one medium.
        ket: Where it starts, normalised.
        times: Non-decreasing times in µs, shape (T,).
        draw: The next uniform number.
        seen: Is given each normalised ket, with the number of its time.
    """
    kets: Kets = {sector: ket[space.states(sector)] for sector in space.touched(ket)}
    record: list[tuple[int, float]] = []
    begun, done, bar = 0.0, 0, draw()
    while done < times.size:
        while done < times.size and times[done] <= begun:
            seen(done, _whole(space, kets))
            done += 1
        if done == times.size:
            break
        steps = _steps(space, kets, float(times[-1]) - begun)
        end, jumps = _next(steps, bar)
        while done < times.size and times[done] <= begun + end:
            seen(done, _whole(space, _at(steps, float(times[done]) - begun)))
            done += 1
        kets = _at(steps, end)
        begun = float(times[-1]) if not jumps and end == float(times[-1]) - begun else begun + end
        if jumps:
            number, kets = _jumped(space, kets, draw())
            record.append((number, begun))
            bar = draw()
    return record


def _steps(space: KetSpace, kets: Kets, span: float) -> dict[int, Step]:
    found = {}
    for sector, ket in kets.items():
        found[sector] = Step(space.apply(sector), ket, span, TOLERANCE, relative=True)
        span = min(span, found[sector].reach)
    return found


def _next(steps: dict[int, Step], bar: float) -> tuple[float, bool]:
    """How far the spaces reach, or the time at which the squared norm falls to `bar`; and whether it is that."""
    from scipy.optimize import brentq

    reach = min(step.reach for step in steps.values())
    if _norm(steps, reach) > bar:
        return reach, False
    search: Any = brentq
    return float(search(lambda tau: _norm(steps, tau) - bar, 0.0, reach, xtol=1e-14 * reach, rtol=1e-14)), True


def _norm(steps: dict[int, Step], tau: float) -> float:
    total = 0.0
    for step in steps.values():
        found, decay = step.coefficients(np.array([tau]))
        total += float(np.sum(np.abs(found) ** 2) * np.exp(2 * decay[0]))
    return total


def _at(steps: dict[int, Step], tau: float) -> Kets:
    result = {}
    for sector, step in steps.items():
        found, decay = step.at(np.array([tau]))
        result[sector] = found[0] * np.exp(decay[0])
    return result


def _whole(space: KetSpace, kets: Kets) -> NDArray[np.complex128]:
    result: NDArray[np.complex128] = np.zeros(2**space.n_qubits, dtype=complex)
    for sector, ket in kets.items():
        result[space.states(sector)] = ket
    return result / np.linalg.norm(result)


def _jumped(space: KetSpace, kets: Kets, drawn: float) -> tuple[int, Kets]:
    """Which jump happens, and the normalised ket after it."""
    outcomes: dict[int, Kets] = {}
    for sector, ket in kets.items():
        for jumps in space.jumps(sector):
            applied = (jumps.stacked @ ket).reshape(jumps.numbers.size, -1)
            for number, outcome in zip(jumps.numbers, applied, strict=True):
                if not np.any(outcome):
                    continue
                outcomes.setdefault(int(number), {})[jumps.target] = outcome
    numbers = sorted(outcomes)
    weights = [sum(float(np.vdot(one, one).real) for one in outcomes[number].values()) for number in numbers]
    summed = np.cumsum(weights)
    chosen = min(int((summed <= drawn * summed[-1]).sum()), len(numbers) - 1)
    length = np.sqrt(weights[chosen])
    return numbers[chosen], {sector: ket / length for sector, ket in outcomes[numbers[chosen]].items()}
