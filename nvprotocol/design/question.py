"""What is asked of a magnet: where the qubits may stand, and what counts as a Bell pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nvprotocol._checks import fail, instance, instances, real_number, show
from nvprotocol._read_only import holds_read_only
from nvprotocol._warnings import muted
from nvprotocol.design.bare_dipole import BareDipole, bare_dipole
from nvprotocol.design.bell_rate import Asked, answer, checked_fidelity, dephasing_rate
from nvprotocol.design.cycle import Cycle
from nvprotocol.design.yields import RAD_PER_US_PER_NT, BellYield
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets.magnet import DIRECT, Magnet
from nvprotocol.magnets.nv_centre import NVCentre
from nvprotocol.medium import Medium

__all__ = ["Question"]

PLACES = ("separation_nm", "height_nm", "frequency_ghz", "temperature_k", "chemical_potential_ghz", "azimuth_deg")
ASKED = ("dephasing_time", "field_difference_nt")
Range = tuple[float, float]
Centres = tuple[NVCentre, ...]
_NONE = (("dephasing_time", np.inf), ("field_difference_nt", 0.0))
_EXACT = 1e-9
"""Difference of rates up to which fewer checks are preferred where rates are compared with each other."""


@dataclass(frozen=True)
@holds_read_only
class Question:
    """Bell pairs per second of a magnet, as a function of named inputs.

    Attributes:
        magnet: The magnet.
        target_fidelity: F.
        cycle: What an attempt consists of.
        inputs: Values of what `Magnet.medium` and `bell_yield` take, and of numbers of the magnet.
        nv: The NV centres over a film in a known field, in place of a splitting; None for one.
        dephasing: Whether the magnet's own dephasing is worked out, an integral that takes most of the time.

    Examples:
        >>> from nvprotocol.design.question import Question
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
        >>> asked = Question(film, 0.95, nv.design.Cycle(), {"height_nm": 10.0, "frequency_ghz": 2.87})
        >>> near, far = asked.answer({"separation_nm": np.array([50.0, 100.0])}).rate
        >>> bool(near > far)
        True
    """

    magnet: Magnet
    target_fidelity: float
    cycle: Cycle
    inputs: Mapping[str, float] = field(default_factory=dict)
    nv: Centres | None = None
    dephasing: bool = True

    def of_magnet(self, name: str) -> bool:
        """Whether an input is a number of the magnet."""
        return name in self.magnet.numbers

    @property
    def known(self) -> list[str]:
        """Names of all inputs."""
        return [*(one for one in PLACES if self.magnet.over_film or one != "height_nm"), *ASKED, *self.magnet.numbers]

    def tuned_magnet(self, given: Mapping[str, Any] | None = None) -> Magnet:
        """The magnet with those of its numbers that are inputs."""
        inputs = self.inputs if given is None else given
        own = {name: value for name, value in inputs.items() if self.of_magnet(name)}
        return self.magnet.with_numbers(**own) if own else self.magnet

    def centres(self, magnet: Magnet | None = None) -> Centres | None:
        """The NV centres in the field of a tuned magnet."""
        if self.nv is None:
            return None
        tuned = self.tuned_magnet() if magnet is None else magnet
        factor = tuned.numbers.get("field_mt", 1.0) / self.magnet.numbers.get("field_mt", 1.0)
        if factor == 1:
            return self.nv
        return tuple(_in_field(one, factor) for one in self.nv)

    def medium(self, changed: Mapping[str, Any] | None = None) -> Medium:
        """The medium with some inputs changed; arrays are welcome for all but numbers of the magnet."""
        given = {**self.inputs, **(changed or {})}
        magnet = self.tuned_magnet(given)
        with muted(ValidityWarning):  # each of many points would give it; what is returned keeps the notes
            places = {name: value for name, value in given.items() if name in PLACES}
            return magnet.medium(**places, nv=self.centres(magnet), dephasing=self.dephasing)

    def answer(self, changed: Mapping[str, Any] | None = None) -> BellYield:
        """The yield with some inputs changed, as a function of them that does not jump: rates and fidelities alone."""
        asked = self.asked_of(self.medium(changed), changed)
        return answer(asked, tolerances=False, thorough=False, alike=_EXACT, unlimited=False)

    def rate(self, changed: Mapping[str, Any] | None = None) -> float:
        """The rate in 1/s with some inputs changed."""
        asked = self.asked_of(self.medium(changed), changed)
        return float(answer(asked, tolerances=False, unlimited=False).rate)

    def answer_of(self, medium: Medium, changed: Mapping[str, Any] | None = None) -> BellYield:
        """The yield of a medium that is already known."""
        return answer(self.asked_of(medium, changed), tolerances=True)

    def asked_of(self, medium: Medium, changed: Mapping[str, Any] | None = None) -> Asked:
        """What is asked of a medium."""
        given = self._of_qubits(changed)
        return Asked.read(medium, self.target_fidelity, self.cycle, *(given.get(name, none) for name, none in _NONE))

    def dipole_of(self, medium: Medium, changed: Mapping[str, Any] | None = None) -> BareDipole:
        """What the direct dipole coupling, which is in the provenance of a medium, gives without the magnet."""
        given, batch = self._of_qubits(changed), medium.batch_shape
        numbers = {} if medium.provenance is None else medium.provenance.numbers
        coupling = 2 * np.broadcast_to(numbers[DIRECT].value, batch) if DIRECT in numbers else np.zeros(batch)
        rate = dephasing_rate(given.get("dephasing_time", np.inf))
        delta = given.get("field_difference_nt", 0.0) * RAD_PER_US_PER_NT / 2
        return bare_dipole(coupling, self.target_fidelity, self.cycle, own_dephasing=rate, delta=delta)

    def _of_qubits(self, changed: Mapping[str, Any] | None) -> dict[str, Any]:
        return {name: value for name, value in {**self.inputs, **(changed or {})}.items() if name in ASKED}

    @property
    def fixed_inputs(self) -> dict[str, float]:
        """The inputs that are neither attributes of the magnet nor on the axes of a map."""
        return {
            name: value
            for name, value in self.inputs.items()
            if name not in ("separation_nm", "height_nm") and not self.of_magnet(name)
        }

    def with_inputs(self, **inputs: float) -> "Question":
        """The question with other inputs."""
        return replace(self, inputs={**self.inputs, **inputs})


def question(
    magnet: Magnet,
    target_fidelity: float,
    cycle: Cycle | None,
    inputs: Mapping[str, float | None],
    nv: NVCentre | Sequence[NVCentre] | None = None,
) -> Question:
    """Checks what is asked; inputs that are None are left out, but for the frequency where no NV centre has one.

    Raises:
        ArgumentError: If the magnet is none, an input no number, or there are not two NV centres.
    """
    if not isinstance(magnet, Magnet):
        fail("magnet", "be a magnet such as magnets.Film", f"is {show(magnet)}")
    given = {
        name: real_number(value, name, above=0.0, infinite=True)
        if name == "dephasing_time"
        else real_number(value, name)
        for name, value in inputs.items()
        if value is not None or (name == "frequency_ghz" and nv is None)
    }
    used = Cycle() if cycle is None else instance(cycle, "cycle", Cycle)
    centres = None if nv is None else (nv, nv) if isinstance(nv, NVCentre) else tuple(instances(nv, "nv", NVCentre))
    return Question(magnet, checked_fidelity(target_fidelity), used, given, centres)


def checked_range(value: object, name: str) -> Range:
    """Two numbers, the second the larger.

    Raises:
        ArgumentError: If they are not.
    """
    if not isinstance(value, tuple | list) or len(value) != 2:
        fail(name, "be a range, (lowest, highest)", f"is {show(value)}")
    low, high = (real_number(one, name) for one in value)
    if not low < high:
        fail(name, "be a range whose first number is the smaller", f"is ({show(low)}, {show(high)})")
    return low, high


def _in_field(centre: NVCentre, factor: float) -> NVCentre:
    x, y, z = centre.field_mt
    return replace(centre, field_mt=(factor * x, factor * y, factor * z))
