"""The optimal geometry of the qubits, with its uncertainty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from nvprotocol._checks import fail, mapping, real_number, show
from nvprotocol._read_only import holds_read_only
from nvprotocol._text_table import aligned
from nvprotocol.design.bare_dipole import BareDipole
from nvprotocol.design.climb import best_inputs, most_faithful_inputs
from nvprotocol.design.cycle import Cycle
from nvprotocol.design.limiting import limits_text, rates_without
from nvprotocol.design.question import Question, Range, checked_range, question
from nvprotocol.design.yields import BellYield, answer_rows, best_text
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.nv_centre import NVCentre
from nvprotocol.medium import Medium

__all__ = ["Optimum", "optimise"]

_EDGE = 1e-3
_NEGLIGIBLE = 1e-4
_UNSEEN = 1e-3
"""Relative change of the rate that is not worth a number."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
@holds_read_only
class Optimum:
    """The inputs at which a magnet gives the most Bell pairs per second, as `optimise` finds them.

    Attributes:
        inputs: The best value of each input that was varied.
        at_edge: Inputs whose best value is an end of their range: a wider range would do better.
        result: What is found there.
        dipole: What the direct dipole coupling alone gives there, without the magnet.
        rates_without: Cost or imperfection → rate in 1/s without it.
        medium: The medium there, with its provenance.
        uncertainties: Of inputs, as they were given.
        contributions: For each of them, the rates in 1/s with the input lowered and raised by its uncertainty.
        question: What was asked, with the best inputs filled in.

    Examples:
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
        >>> best = nv.design.optimise(film, separation_nm=(50, 90), height_nm=10.0, frequency_ghz=2.87)
        >>> print(best.inputs, best.at_edge, best.rate == best.result.rate)
        {'separation_nm': 50.0} ('separation_nm',) True
    """

    inputs: Mapping[str, float]
    at_edge: tuple[str, ...]
    result: BellYield
    dipole: BareDipole
    rates_without: Mapping[str, float]
    medium: Medium
    uncertainties: Mapping[str, float]
    contributions: Mapping[str, tuple[float, float]]
    question: Question

    @property
    def rate(self) -> float:
        """Bell pairs per second."""
        return float(self.result.rate)

    @property
    def rate_range(self) -> tuple[float, float]:
        """The rate less and plus what the uncertain inputs change, added in squares on each side.

        An input that lowers the rate both when it is raised and when it is lowered counts on the lower side only.
        """
        changes = np.array([[one - self.rate for one in pair] for pair in self.contributions.values()]).reshape(-1, 2)
        down, up = np.minimum(changes, 0.0).min(axis=1, initial=0.0), np.maximum(changes, 0.0).max(axis=1, initial=0.0)
        return max(self.rate - float(np.hypot.reduce(down, initial=0.0)), 0.0), self.rate + float(
            np.hypot.reduce(up, initial=0.0)
        )

    def _effect(self, name: str) -> str:
        """What lowering and raising one input does to the rate."""
        share = show(self.uncertainties[name])
        changes = [one / self.rate - 1 for one in self.contributions[name]]
        if max(map(abs, changes)) < _UNSEEN:
            return f"{name} ± {share} changes less than {_UNSEEN:.1%}"
        lower, upper = (f"{change:+.1%}".replace("-", "−") for change in changes)
        return f"{name} − {share}: {lower}, + {share}: {upper}"

    @property
    def beats_dipole(self) -> bool:
        """Whether the magnet gives more pairs than the direct dipole coupling would without it."""
        return max(self.rate, float(self.result.attempt(phase="free").rate)) > float(self.dipole.rate)

    def _headline(self) -> str:
        """Where the magnet stands against the bare dipole coupling."""
        best = max(self.rate, float(self.result.attempt(phase="free").rate))
        alone = float(self.dipole.rate)
        if not alone:
            return f"the magnet wins: the dipole coupling alone does not reach F = {show(self.result.target_fidelity)}"
        wins = "the magnet wins" if self.beats_dipole else "the dipole coupling alone wins"
        ratio = max(best / alone, alone / best)
        there = f"without a magnet {alone:.4g} per second after {self.dipole.time:.4g} µs"
        return f"{wins}, by a factor {ratio:.3g}: {there}"

    def __str__(self) -> str:
        rows = [*answer_rows(self.result), ("limited by", limits_text(self.rate, self.rates_without))]
        rows.insert(1, ("dipole", self._headline()))
        for name, value in self.inputs.items():
            edge = ", an end of its range" if name in self.at_edge else ""
            rows.append(("at", f"{name} = {value:.4g}{edge}"))
        text = aligned(rows, least=10)
        if self.contributions:
            low, high = self.rate_range
            text.append(f"uncertain  {low:.4g} to {high:.4g} per second:")
            text += [f"           {self._effect(name)}" for name in self.contributions]
        return "\n".join(text)

    __repr__ = __str__


def optimise(
    magnet: Magnet,
    target_fidelity: float = 0.95,
    *,
    separation_nm: float | Range = (20.0, 500.0),
    height_nm: float | Range | None = None,
    azimuth_deg: float | Range | None = None,
    frequency_ghz: float | Range | None = None,
    nv: NVCentre | Sequence[NVCentre] | None = None,
    temperature_k: float = 0.0,
    chemical_potential_ghz: float = 0.0,
    cycle: Cycle | None = None,
    dephasing_time: float = np.inf,
    field_difference_nt: float = 0.0,
    vary: Mapping[str, Range] | None = None,
    uncertainties: Mapping[str, float] | None = None,
) -> Optimum:
    """Where a pair gives the most Bell pairs of a fidelity per second.

    The rate is that of `bell_yield`, success probability over the time of an attempt. A grid over all ranges comes
    first, since |A| ∝ |J₀(k₀r)| has several lobes; the best of its peaks are then climbed.

    Args:
        magnet: The magnet.
        target_fidelity: F.
        separation_nm: Distance of the qubits in nm, or its range.
        height_nm: Height over a film in nm, or its range.
        azimuth_deg: Direction of the separation in the plane, in degrees from x, or its range.
        frequency_ghz: Splitting as measured, or its range.
        nv: Over a film in a known field, the NV centre that both qubits are, or one for each, in place of it.
        temperature_k: Temperature in K.
        chemical_potential_ghz: Chemical potential of the magnons.
        cycle: What an attempt consists of, as for `bell_yield`.
        dephasing_time: T_φ in µs of each qubit on its own.
        field_difference_nt: Difference of the fields at the qubits in nT.
        vary: Ranges of numbers of the magnet, such as {"gap_ghz": (1.0, 2.8)}, or in a field {"field_mt": (5.0, 50.0)}.
        uncertainties: Uncertainty of inputs, of attributes of the magnet too, whose effect on the rate is worked out.

    Raises:
        ArgumentError: If an argument is out of range, names no input, nothing is left to vary, or F is never reached.

    Examples:
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
        >>> best = nv.design.optimise(film, 0.95, separation_nm=(50, 200), height_nm=10.0, frequency_ghz=2.87,
        ...     temperature_k=0.01, uncertainties={"height_nm": 1.0})
        >>> best.at_edge, bool(best.rate_range[0] < best.rate < best.rate_range[1])
        (('separation_nm',), True)
    """
    given = {
        "separation_nm": separation_nm,
        "height_nm": height_nm,
        "azimuth_deg": azimuth_deg,
        "frequency_ghz": frequency_ghz,
        "temperature_k": temperature_k,
        "chemical_potential_ghz": chemical_potential_ghz,
        "dephasing_time": dephasing_time,
        "field_difference_nt": field_difference_nt,
    }
    ranges, asked = _read(magnet, target_fidelity, cycle, given, mapping(vary, "vary", "names to ranges"), nv)
    shares = mapping(uncertainties, "uncertainties", "names to numbers")
    return _optimum(asked, ranges, _checked_uncertainties(asked, shares))


def _optimum(asked: Question, ranges: Mapping[str, Range], shares: Mapping[str, float]) -> Optimum:
    """The best inputs, and what follows from them.

    Raises:
        ArgumentError: If the target is not reached anywhere.
    """
    best = _searched(asked, ranges)
    found = asked.with_inputs(**best)
    medium = found.medium()
    result = found.answer_of(medium)
    if not result.reached:
        _refuse_unreached(asked, ranges)
    edges = tuple(name for name, (low, high) in ranges.items() if _at_edge(best[name], low, high))
    return Optimum(
        inputs=best,
        at_edge=edges,
        result=result,
        dipole=found.dipole_of(medium),
        rates_without=rates_without(found.asked_of(medium)),
        medium=medium,
        uncertainties=shares,
        contributions={name: _changed(found, name, share) for name, share in shares.items()},
        question=found,
    )


def _refuse_unreached(asked: Question, ranges: Mapping[str, Range]) -> NoReturn:
    """Says what is reached, and where."""
    best = most_faithful_inputs(asked, ranges)
    there = asked.with_inputs(**best)
    place = ", ".join(f"{name} = {value:.4g}" for name, value in best.items())
    but = f"is {show(asked.target_fidelity)}; {best_text(there.answer_of(there.medium()))}, at {place}"
    fail("target_fidelity", "be one that is reached somewhere", but)


def _read(
    magnet: Magnet,
    target_fidelity: float,
    cycle: Cycle | None,
    given: Mapping[str, float | Range | None],
    vary: Mapping[str, Range],
    nv: NVCentre | Sequence[NVCentre] | None,
) -> tuple[dict[str, Range], Question]:
    """The ranges, and the question with the inputs that have none."""
    every = {**given, **vary}
    ranges = {name: checked_range(one, name) for name, one in every.items() if isinstance(one, tuple | list)}
    fixed = {name: one for name, one in every.items() if not isinstance(one, tuple | list)}
    asked = question(magnet, target_fidelity, cycle, fixed, nv)
    if nv is not None and "frequency_ghz" in ranges:
        fail("frequency_ghz", "be left out where `nv` is given, which has its own", "is a range")
    for name in vary:
        if not asked.of_magnet(name):
            names = ", ".join(magnet.numbers)
            fail(
                "vary",
                f"name numbers of the magnet: {names}" if names else "be empty for this magnet",
                f"names {show(name)}",
            )
    if not ranges:
        fail("separation_nm", "be a range, or another input be one, for something to vary", "is a number")
    return ranges, asked


def _searched(asked: Question, ranges: Mapping[str, Range]) -> dict[str, float]:
    # Dephasing by the magnet is an integral, and mostly of no consequence where anything is worth building.
    best = best_inputs(replace(asked, dephasing=False), ranges)
    return best_inputs(asked, ranges) if _matters(asked.with_inputs(**best)) else best


def _checked_uncertainties(asked: Question, uncertainties: Mapping[str, float]) -> dict[str, float]:
    for name in uncertainties:
        if name not in asked.known:
            must = f"name inputs of the magnet or of the qubits' positions: {', '.join(asked.known)}"
            fail("uncertainties", must, f"names {show(name)}")
    return {name: real_number(one, f'uncertainties["{name}"]', minimum=0.0) for name, one in uncertainties.items()}


def _matters(found: Question) -> bool:
    """Whether the magnet's own dephasing changes the rate at the optimum."""
    without, within = (float(one.answer().rate) for one in (replace(found, dephasing=False), found))
    return abs(within - without) > _NEGLIGIBLE * without


def _value(asked: Question, name: str) -> float:
    return float(asked.inputs[name] if name in asked.inputs else asked.magnet.numbers.get(name, 0.0))


def _changed(asked: Question, name: str, share: float) -> tuple[float, float]:
    """Rates with an input lowered and raised; nothing that must not be negative is lowered below 0."""
    value = _value(asked, name)
    lower = value - share if value > share else value / 2
    low, high = (asked.rate({name: one}) for one in (lower, value + share))
    return low, high


def _at_edge(value: float, low: float, high: float) -> bool:
    return min(value - low, high - value) < _EDGE * (high - low)
