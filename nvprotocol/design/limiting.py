"""What limits a rate: the rates without one cost or imperfection after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from nvprotocol.design.bell_rate import Asked, answer
from nvprotocol.medium import Medium

_LEAST = 1.05
"""Factor by which a rate has to grow for what was left out to be worth a line."""
_MOST = 3
_ALIKE = 1e-9


def rates_without(asked: Asked) -> dict[str, float]:
    """Rates in 1/s without one cost or imperfection at a time, for a single medium; only of what there is.

    Args:
        asked: The medium and what is asked of it.

    Examples:
        >>> from nvprotocol.design.bell_rate import Asked
        >>> from nvprotocol.design.limiting import rates_without
        >>> asked = Asked.read(nv.Medium.pair(a=1.0, A=0.9, q=0.1), 0.9, nv.design.Cycle(check_duration=0.1), np.inf, 0)
        >>> list(rates_without(asked))
        ['preparation and final readout', 'readout of the checks', 'thermal magnons', 'relaxation beyond |A| = a']
    """
    return {name: float(answer(other, tolerances=False, unlimited=False).rate) for name, other in _without(asked)}


def limits_text(rate: float, without: Mapping[str, float]) -> str:
    """What limits a rate the most, in a line.

    Args:
        rate: The rate.
        without: What `rates_without` gives.

    Examples:
        >>> from nvprotocol.design.limiting import limits_text
        >>> limits_text(100.0, {"thermal magnons": 250.0, "dephasing": 102.0})
        'thermal magnons (2.5 times the rate without)'
    """
    ranked = sorted(((one / rate, name) for name, one in without.items()), reverse=True)[:_MOST]
    worth = [f"{name} ({factor:.3g} times the rate without)" for factor, name in ranked if factor > _LEAST]
    return ", ".join(worth) or "nothing by more than 5 %"


def _without(asked: Asked) -> Iterator[tuple[str, Asked]]:
    cycle, medium = asked.cycle, asked.medium
    if cycle.overhead:
        yield (
            "preparation and final readout",
            replace(asked, cycle=replace(cycle, preparation=0.0, final_readout=0.0, flip_duration=0.0)),
        )
    if cycle.shortest_period:
        yield "readout of the checks", replace(asked, cycle=replace(cycle, check_duration=0.0, gate_duration=0.0))
    if cycle.checks != 0 and (cycle.efficiency < 1 or cycle.false_alarm or cycle.gate_error):
        perfect = replace(cycle, efficiency=1.0, false_alarm=0.0, gate_error=0.0)
        yield "errors of the checks", replace(asked, cycle=perfect)
    if cycle.initialisation_error or cycle.flip_error:
        right = replace(cycle, initialisation_error=0.0, flip_error=0.0)
        yield "errors of the preparation", replace(asked, cycle=right)
    if np.any(asked.dephasing):
        yield "dephasing", asked.on(_changed(medium, dephasing=np.zeros((2, 2))))
    if np.any(asked.delta):
        yield "the difference of the fields", replace(asked, delta=np.zeros_like(asked.delta))
    if np.any(medium.excitation):
        spontaneous = medium.relaxation - medium.excitation.conj()
        yield "thermal magnons", asked.on(_changed(medium, relaxation=spontaneous, excitation=np.zeros((2, 2))))
    if np.any(np.abs(_shared(medium.relaxation) - medium.relaxation) > _ALIKE * np.abs(medium.relaxation).max()):
        whole = _changed(medium, relaxation=_shared(medium.relaxation), excitation=_shared(medium.excitation))
        yield "relaxation beyond |A| = a", asked.on(whole)


def _changed(medium: Medium, **blocks: np.ndarray) -> Medium:
    names = ("relaxation", "excitation", "dephasing", "flip_flop", "ising")
    return Medium(**{name: blocks.get(name, getattr(medium, name)) for name in names})  # pyright: ignore[reportArgumentType]


def _shared(block: np.ndarray) -> np.ndarray:
    """A block in which |A|² is the product of the local rates, its phase kept."""
    result = np.array(block)
    size = np.sqrt(np.abs(block[..., 0, 0] * block[..., 1, 1]))
    turn = np.exp(1j * np.angle(block[..., 0, 1])) * size * (1 - 1e-12)
    result[..., 0, 1], result[..., 1, 0] = turn, turn.conj()
    return result
