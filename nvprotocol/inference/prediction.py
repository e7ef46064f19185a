"""What a model says of the readings of every circuit."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.device import Device
from nvprotocol.errors import ArgumentError
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.readings import Cells
from nvprotocol.master_equation.stacked import stacked

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.compiler.steps import CompiledCircuit

Real = NDArray[np.float64]
Model = Callable[..., Device]

MOST_BITS = 12
"""Measured bits of a circuit that are not postselected."""

_DYNAMICS = {"equation", "intrinsic_t1_us", "intrinsic_t2_us", "name"}
"""Fields of a device that only say what happens while time passes, or nothing."""


class Prediction:
    """Expectations of a model on compiled circuits.

    Circuits are compiled once. Devices that differ only in what happens while time passes are followed together, as
    media; others are compiled for each.

    Args:
        model: Parameters → device.
        parameters: Its free parameters.
        circuits: The circuits.
        postselect: Register → outcome that is kept.
        discarded: Whether runs that are not kept are counted; else only what is kept is compared with the model.

    Raises:
        ArgumentError: If the model gives no device at the start, or a circuit has nothing to compare.
    """

    def __init__(
        self,
        model: Model,
        parameters: Parameters,
        circuits: "Sequence[QuantumCircuit]",
        postselect: Mapping[str, int | str] | None,
        *,
        discarded: bool,
    ) -> None:
        self.model, self.parameters = model, parameters
        self._circuits, self._postselect, self.discards = circuits, postselect, discarded
        self.evaluations = 0
        self._n_qubits: int | None = None
        self._reference = self.device_at(parameters.start)
        self._n_qubits = self._reference.n_qubits
        self._followed = self._following(self._reference)
        self.cells = [_cells(one, k) for k, one in enumerate(self._compiled)]

    def device_at(self, point: Real) -> Device:
        """The device of a point.

        Raises:
            ArgumentError: If the model refuses it, or returns something else.
        """
        given = dict(zip(self.parameters.names, point.tolist(), strict=True))
        where = ", ".join(f"{name} = {show(value)}" for name, value in given.items())
        try:
            device = self.model(**given)
        except TypeError as error:
            raise ArgumentError("model", f"take the arguments {', '.join(given)}", f"says: {error}") from None
        except Exception as error:
            why = str(error).rstrip(".") or type(error).__name__
            raise ArgumentError("model", f"return a Device at {where}", f"raises: {why}") from None
        if not isinstance(device, Device):
            fail("model", "return a Device", f"returns an object of type {type(device).__name__}")
        if self._n_qubits is not None and device.n_qubits != self._n_qubits:
            fail("model", f"return devices of {self._n_qubits} qubits", f"returns one of {device.n_qubits}")
        return device

    def probabilities(self, points: Real) -> list[Real]:
        """The probabilities of every reading that is kept, and of being discarded, of each circuit, (P, cells + 1).

        NaN where the model has no device.
        """
        self.evaluations += len(points)
        devices = [self._device_or_none(point) for point in points]
        possible = [k for k, one in enumerate(devices) if one is not None]
        found = [np.full((len(points), one.size + 1), np.nan) for one in self.cells]
        given: list[Any] = [devices[k] for k in possible]
        if given and all(_same_instruments(one, self._reference) for one in given):
            for k, tables in self._together(possible, given):
                for table, place in zip(tables, found, strict=True):
                    place[k] = self._flat(table)
        else:
            for k, device in zip(possible, given, strict=True):
                for table, place in zip(self._alone(device), found, strict=True):
                    place[k] = self._flat(table[None])[0]
        return found

    def _together(self, places: list[int], devices: list[Device]) -> Iterator[tuple[list[int], list[Real]]]:
        """Tables of devices with the same instruments; nothing of those whose rates are too high for the durations."""
        try:
            yield places, self._followed.distributions(stacked([one.dynamics for one in devices]))
        except ArgumentError:
            if len(devices) > 1:
                for place, device in zip(places, devices, strict=True):
                    yield from self._together([place], [device])

    @property
    def durations_us(self) -> list[float]:
        """How long each circuit takes on the device of the start, in µs."""
        from nvprotocol.compiler.timing import timed

        return [timed(one.native, self._reference).duration for one in self._compiled]

    def _device_or_none(self, point: Real) -> Device | None:
        try:
            return self.device_at(point)
        except ArgumentError:
            return None

    def _following(self, device: Device) -> Any:
        from nvprotocol.compiler.circuit_to_steps import compile_circuits
        from nvprotocol.engines.exact import ManyMedia

        self._compiled = compile_circuits(self._circuits, device, self._postselect, translate=True, to_end=False)
        return ManyMedia(self._compiled, device, [_free_bits(one) for one in self._compiled])

    def _alone(self, device: Device) -> list[Real]:
        """Tables of a device with instruments of its own, or whose splittings are not the same in all runs."""
        from nvprotocol.compiler.circuit_to_steps import compile_circuits
        from nvprotocol.engines import engine_of

        compiled = compile_circuits(self._circuits, device, self._postselect, translate=True, to_end=False)
        return engine_of("exact", device).distributions(compiled, [_free_bits(one) for one in compiled])

    def _flat(self, table: Real) -> Real:
        """A table (P, 2, 2, …) by reading, and what is discarded after it."""
        kept = np.clip(table.transpose(0, *range(table.ndim - 1, 0, -1)).reshape(len(table), -1), 0.0, None)
        success = kept.sum(axis=1, keepdims=True)
        if not self.discards:
            return np.hstack([kept / success, np.zeros_like(success)])
        return np.hstack([kept, np.clip(1 - success, 0.0, None)])


class JointPrediction:
    """Expectations of several models that have parameters in common, one after the other.

    Args:
        parameters: All parameters.
        parts: The predictions, each with the places of its parameters among all.
    """

    def __init__(self, parameters: Parameters, parts: Sequence[tuple[Prediction, NDArray[np.intp]]]) -> None:
        self.parameters, self._parts = parameters, parts
        self.cells = [cells for part, _ in parts for cells in part.cells]
        self.discards = [part.discards for part, _ in parts for _ in part.cells]

    @property
    def evaluations(self) -> int:
        """How often a model was asked."""
        return sum(part.evaluations for part, _ in self._parts)

    def devices_at(self, point: Real) -> tuple[Device, ...]:
        """The device of each model.

        Raises:
            ArgumentError: If one refuses the point.
        """
        return tuple(part.device_at(point[places]) for part, places in self._parts)

    def probabilities(self, points: Real) -> list[Real]:
        """As for `Prediction`; a model whose own parameters are the same at several points is asked once."""
        if len(self._parts) == 1:
            part, places = self._parts[0]
            return part.probabilities(points[:, places])
        found = []
        for part, places in self._parts:
            own, of_point = np.unique(points[:, places], axis=0, return_inverse=True)
            found += [table[of_point.reshape(-1)] for table in part.probabilities(own)]
        return found


def _same_instruments(device: Device, reference: Device) -> bool:
    """Whether two devices differ only in what happens while time passes, the same in all runs."""
    if device.noise is not None or reference.noise is not None:
        return False
    return _same_fields(device, reference, without=_DYNAMICS)


def _same_fields(one: Any, other: Any, without: Collection[str] = ()) -> bool:
    return all(
        _equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(one) if each.name not in without
    )


def _equal(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    if is_dataclass(one) and type(one) is type(other):
        return _same_fields(one, other)
    return bool(one == other)


def _free_bits(compiled: "CompiledCircuit") -> list[int]:
    """Bits that are measured and not postselected, the lowest first."""
    return sorted({bit for step in compiled.steps for bit in step.clbits}.difference(compiled.keep))


def _cells(compiled: "CompiledCircuit", number: int) -> Cells:
    bits = _free_bits(compiled)
    if not bits and not compiled.keep:
        fail(f"circuits[{number}]", "measure something", "measures nothing")
    if len(bits) > MOST_BITS:
        must = f"measure at most {MOST_BITS} bits that are not postselected (name registers in `postselect`)"
        fail(f"circuits[{number}]", must, f"measures {len(bits)}")
    form = compiled.form
    in_registers = [bit for register in form.cregs for bit in register] == list(form.clbits)
    sizes = [register.size for register in reversed(form.cregs)] if in_registers else [form.num_clbits]
    return Cells(tuple(sizes), tuple(bits), dict(compiled.keep))
