"""What a model expects of every number that was measured, and how that changes with its parameters."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.device import Device
from nvprotocol.errors import ArgumentError
from nvprotocol.inference.likelihood import Averaged, Counted
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.readings import Cells, Counts, Reading, names_of_rows
from nvprotocol.inference.readings import rows as rows_of
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
        self._circuits, self._postselect, self._discarded = circuits, postselect, discarded
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
        if not self._discarded:
            return np.hstack([kept / success, np.zeros_like(success)])
        return np.hstack([kept, np.clip(1 - success, 0.0, None)])


class Task:
    """A model and what was measured: deviance, its slope, and what the numbers tell.

    Args:
        prediction: The model.
        readings: What was measured with each circuit.
        discarded: As for `Prediction`.
    """

    def __init__(self, prediction: Prediction, readings: Sequence[Reading], *, discarded: bool) -> None:
        self.prediction, self.parameters = prediction, prediction.parameters
        rows = [
            rows_of(one, cells, f"counts[{k}]", discarded=discarded)
            for k, (one, cells) in enumerate(zip(readings, prediction.cells, strict=True))
        ]
        self._matrices = [matrix for matrix, _ in rows]
        sizes = [len(matrix) for matrix in self._matrices]
        self.is_table = [isinstance(one, Counts) for one in readings]
        runs = [getattr(one, "shots", matrix.max()) for one, matrix in zip(readings, self._matrices, strict=True)]
        self.runs: Real = np.repeat(np.array(runs, dtype=float), sizes)
        each = zip(readings, prediction.cells, strict=True)
        self.names = [names_of_rows(one, cells, discarded=discarded) for one, cells in each]
        self.circuit_of: NDArray[np.intp] = np.repeat(np.arange(len(rows)), sizes)
        self._place: dict[type, NDArray[np.intp]] = {}
        self._families: dict[type, Any] = {}
        for kind, attributes in ((Counted, ("numbers",)), (Averaged, ("values", "errors"))):
            own = [k for k, (_, family) in enumerate(rows) if isinstance(family, kind)]
            if own:
                self._place[kind] = np.flatnonzero(np.isin(self.circuit_of, own))
                arrays = [np.concatenate([getattr(rows[k][1], name) for k in own]) for name in attributes]
                self._families[kind] = kind(*arrays)

    def expectations(self, points: Real) -> Real:
        """Expectation of every number, shape (P, R); NaN where the model has none."""
        tables = self.prediction.probabilities(points)
        return np.hstack([table @ matrix.T for table, matrix in zip(tables, self._matrices, strict=True)])

    def linearised(self, point: Real) -> tuple[Real, Real]:
        """Expectations, shape (R,), and their derivatives, (R, K); NaN where the model has none."""
        points, step = self.parameters.neighbours(point)
        values = self.expectations(points)
        refused: NDArray[np.bool_] = np.any(np.isnan(values), axis=1)
        if refused[1:].any() and not refused[0]:  # a limit that only the model knows
            for k in np.flatnonzero(refused[1:]):
                step[k] = -step[k]
                points[k + 1, k] = point[k] + step[k]
                values[k + 1] = self.expectations(points[[k + 1]])[0]
        return values[0], ((values[1:] - values[0]) / step[:, None]).T

    def deviance(self, expected: Real) -> float:
        """2 (log L of a model that fits every number − log L)."""
        if np.isnan(expected).any():
            return np.inf
        return float(np.sum(self._each("deviance", expected)))

    def score(self, expected: Real) -> Real:
        """The derivative of log L by each expectation."""
        return self._each("score", expected)

    def information(self, expected: Real) -> Real:
        """Inverse variance of each number."""
        return self._each("information", expected)

    def pearson(self, expected: Real) -> Real:
        """(number − expectation)/√variance."""
        return self._each("pearson", expected)

    def fisher(self, expected: Real, jacobian: Real) -> Real:
        """The Fisher information of the parameters, shape (K, K)."""
        return jacobian.T @ (self.information(expected)[:, None] * jacobian)

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which numbers are counts."""
        return np.isin(np.arange(self.circuit_of.size), self._place.get(Counted, np.zeros(0, dtype=int)))

    @property
    def counts(self) -> Real:
        """All counts; 0 in the place of an average."""
        found = np.zeros(self.circuit_of.size)
        if Counted in self._place:
            found[self._place[Counted]] = self._families[Counted].numbers
        return found

    def averages(self, index: NDArray[np.intp]) -> tuple[Real, Real]:
        """Averages at some places, and their standard errors."""
        found = np.zeros((2, self.circuit_of.size))
        found[:, self._place[Averaged]] = self._families[Averaged].values, self._families[Averaged].errors
        return found[0, index], found[1, index]

    def _each(self, what: str, expected: Real) -> Real:
        found = np.empty(expected.shape)
        for kind, family in self._families.items():
            place = self._place[kind]
            found[place] = getattr(family, what)(expected[place])
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
