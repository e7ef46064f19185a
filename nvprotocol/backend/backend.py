"""The face that a device shows to Qiskit."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

import numpy as np
from qiskit import QuantumCircuit
from qiskit.providers import JobV1
from qiskit_aer import AerError, AerSimulator

from nvprotocol._checks import MOST_SHOTS, fail, show, text, whole_number
from nvprotocol.backend.postselected import CompletedJob, averaged_or_postselected
from nvprotocol.backend.target import target_of
from nvprotocol.compiler.circuit_to_steps import compile_circuits
from nvprotocol.compiler.places import require_in_place
from nvprotocol.device import Device
from nvprotocol.engines.aer import OPTIONS, readout_noise, require_density_matrix

__all__ = ["NVBackend"]


_WITHOUT_EFFECT: dict[str, tuple[object, ...]] = {
    "init_qubits": (True,),
    "job_name": (),
    "job_tags": (),
    "meas_level": (2,),
    "meas_return": (),
    "rep_delay": (),
}
"""Options of other backends that clients pass along → the values that ask for what is done here; none: any."""


class NVBackend(AerSimulator):
    """A Qiskit backend: NV qubits that share a medium, and monitor qubits that do not.

    Physical qubits 0 … N−1 are the NV qubits, the paper's qubit 1 first; the monitors follow. Whatever takes time, a
    delay, a gate, a measurement, lets the medium act on all NV qubits at once.

    Which qubit sits on the medium is physics. `transpile(circuit, backend)` leaves the qubits of a circuit where they
    are, a register `nv` on the NV qubits, unless `initial_layout` says otherwise. A circuit whose layout has them
    elsewhere is refused: one that was transpiled for the target alone, or at level 3 with another scheduling method. A
    circuit without a layout is taken as it stands. A layout tells of the last transpilation only, and a QPY file does
    not tell who asked for it: transpile what was written, not what was transpiled before.

    It runs on Aer's density-matrix method, and is an `AerSimulator` so that Aer's own primitives keep the medium. Only
    this backend knows it: `AerSimulator.from_backend(backend)` and `NoiseModel.from_backend(backend)` read T1, T2 and
    errors from the target and give a device whose qubits relax each on its own; a plain `AerSimulator` gives none.

    Operations happen as soon as their qubits are free: a measurement without a barrier before it does not wait for the
    delays of other qubits. Time does not depend on outcomes: an `if_else` takes as long as the longer of its branches,
    also where it has no `else`. The order of things within a gate or a readout is that of `TimeAsMedium`.

    On a device with quasi-static noise counts are those of runs with a static detuning each, averaged as in `emulate`.

    Args:
        device: The device.

    Raises:
        ArgumentError: If `device` is not a `Device`.

    Examples:
        >>> from qiskit import QuantumCircuit, transpile
        >>> backend = nv.NVBackend(nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.0))))
        >>> circuit = QuantumCircuit(2, 2)
        >>> _ = circuit.x(0)
        >>> _ = circuit.delay(0.5, 0, unit="us")
        >>> _ = circuit.measure([0, 1], [0, 1])
        >>> job = backend.run(transpile(circuit, backend), shots=2000, seed_simulator=1)
        >>> bool(abs(job.result().get_counts()["01"] / 2000 - np.exp(-1)) < 0.05)  # P = e^(−2at), ± 4.6 standard errors
        True
    """

    def __init__(self, device: Device) -> None:
        if not isinstance(device, Device):
            fail("device", "be a Device", f"is of type {type(device).__name__}")
        self._device = device
        super().__init__(target=target_of(device), **OPTIONS)
        self.name = f"nv_backend({device.name})"
        self.description = f"{device.n_qubits} NV qubits on a medium and {device.monitors} monitors, on Aer"

    @property
    def device(self) -> Device:
        """The device."""
        return self._device

    @property
    def num_qubits(self) -> int:
        """Number of NV qubits and monitors."""
        return self._device.n_qubits + self._device.monitors

    def get_translation_stage_plugin(self) -> str:
        """The transpiler stage that keeps every qubit where it is."""
        return "nvprotocol"

    def get_scheduling_stage_plugin(self) -> str:
        """The transpiler stage that leaves delays as they are written, and puts qubits back in their places."""
        return "nvprotocol"

    @classmethod
    def from_backend(cls, backend: object, **_: object) -> NoReturn:
        """Refused: another backend has no medium."""
        fail("backend", "be given as a device: NVBackend(device)", f"is {show(backend)}")

    def set_option(self, key: str, value: object) -> None:
        """Sets an option of Aer, other than those that would lose the medium."""
        _refuse_what_loses_the_medium({text(key, "key"): value})
        name = self.name
        try:
            super().set_option(key, value)
        except AerError:
            fail("key", "be an option of AerSimulator", f"is {show(key)}")
        self.name = name

    def run(  # pyright: ignore[reportIncompatibleMethodOverride]  # Aer's own is untyped
        self,
        circuits: QuantumCircuit | Sequence[QuantumCircuit],
        parameter_binds: Sequence[Mapping[Any, Sequence[float]]] | None = None,
        *,
        postselect: Mapping[str, int | str] | None = None,
        **run_options: Any,
    ) -> JobV1:
        """Runs circuits; with the plain meaning of counts, or only the runs that are kept.

        Args:
            circuits: Circuits on the backend's qubits. One with fewer qubits stands on the first of them.
            parameter_binds: Values of unbound parameters, one mapping for each circuit, as `AerSimulator.run` takes.
            postselect: Register → outcome that is kept: 0 or 1 for every bit of it, or a string of bits. The counts are
                then those of the kept runs. The kept branch is followed once, whatever the number of shots; where that
                is not possible, every shot is run and those that are not kept are dropped. The header of each result
                says in its `metadata` what was done (`method`, `reason`), and gives `kept`, `shots` and, if it is
                known, `success_probability`: `result.results[0].header.metadata` on Qiskit 1, and
                `result.results[0].header["metadata"]` on Qiskit 2.
            run_options: Options of `AerSimulator.run` such as `shots`, `seed_simulator` and `memory`.

        Raises:
            ArgumentError: If an option is not known or would lose the medium, a parameter is unbound, or a circuit does
                not fit.
            UnsupportedCircuitError: If a circuit has something that cannot be followed, or the transpiler has moved a
                qubit of it.
        """
        given = _circuits_of(circuits)
        for one in given:
            require_in_place(one, self._device.n_qubits, "circuits")
        if run_options.get("shots") is not None:
            run_options["shots"] = whole_number(run_options["shots"], "shots", minimum=1, maximum=MOST_SHOTS)
        _refuse_what_loses_the_medium(run_options)
        run_options = _known_options(run_options, list(self.options or ()))
        bound = [self._fitted(one) for one in _bound(given, parameter_binds)]
        plain = compile_circuits(bound, self._device, postselect, to_end=False)
        noise = readout_noise(self._device, max((one.num_qubits for one in bound), default=0))
        run_options.pop("noise_model", None)  # None says nothing
        if postselect is None and self._device.noise is None:
            require_density_matrix(bound)
            return super().run([one.written() for one in plain], noise_model=noise, **run_options)
        set_before = {name: getattr(self.options, name) for name in ("shots", "seed_simulator")}
        options = {**set_before, **run_options}
        return CompletedJob(self, averaged_or_postselected(plain, self._device, postselect, noise, self.name, options))

    def _fitted(self, circuit: QuantumCircuit) -> QuantumCircuit:
        """The circuit with at least as many qubits as there are NV qubits."""
        if circuit.num_qubits > self.num_qubits:
            fail("circuits", f"have at most {self.num_qubits} qubits, as the device has", f"have {circuit.num_qubits}")
        if circuit.num_qubits >= self._device.n_qubits:
            return circuit
        wide = QuantumCircuit(self._device.n_qubits, name=circuit.name, metadata=circuit.metadata)
        wide.add_bits(circuit.clbits)
        for register in circuit.cregs:
            wide.add_register(register)
        wide.compose(circuit, range(circuit.num_qubits), range(circuit.num_clbits), inplace=True)
        return wide


def _refuse_what_loses_the_medium(options: Mapping[str, object]) -> None:
    if options.get("noise_model") is not None:
        fail("noise_model", "not be given to this backend, whose device says what the noise is", "is")
    method = options.get("method", "density_matrix")
    if not (method is None or isinstance(method, str)) or method not in ("density_matrix", "automatic", None):
        fail("method", 'be "density_matrix", the one that runs the medium exactly', f"is {show(method)}")


def _known_options(options: Mapping[str, object], of_aer: Sequence[str]) -> dict[str, object]:
    """The options without those of other backends that ask for what is done anyway.

    Aer passes over names that it does not know: a misspelt `postselect` would give the counts of all runs.
    """
    known = [*of_aer, "parameter_binds", "postselect"]
    for name, value in options.items():
        if name in _WITHOUT_EFFECT:
            allowed = _WITHOUT_EFFECT[name]
            if value is not None and allowed and value not in allowed:
                fail(name, f"be {' or '.join(map(show, allowed))}, as everywhere on Aer", f"is {show(value)}")
        elif name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f'did you mean "{close[0]}"' if close else "options are those of AerSimulator, and `postselect`"
            fail(name, "be an option of this backend", f"is not known; {meant}")
    return {name: value for name, value in options.items() if name in of_aer}


def _circuits_of(circuits: object) -> list[QuantumCircuit]:
    given = []
    for one in circuits if isinstance(circuits, list | tuple) else [circuits]:
        if not isinstance(one, QuantumCircuit):
            fail("circuits", "be a QuantumCircuit or several of them", f"contains a {type(one).__name__}")
        given.append(one)
    if not given:
        fail("circuits", "contain at least one circuit", "is empty")
    return given


def _bound(
    circuits: Sequence[QuantumCircuit], binds: Sequence[Mapping[Any, Sequence[float]]] | None
) -> list[QuantumCircuit]:
    """Every circuit with its parameters bound; one for each set of values."""
    if binds is None or (isinstance(binds, list | tuple) and not binds):
        return list(circuits)
    if not isinstance(binds, Sequence) or isinstance(binds, str):
        fail("parameter_binds", "be a list of mappings of parameters to values", f"is {show(binds)}")
    if len(binds) != len(circuits):
        fail("parameter_binds", f"have one entry for each of {len(circuits)} circuits", f"has {len(binds)}")
    bound = []
    for circuit, values in zip(circuits, binds, strict=True):
        if not isinstance(values, Mapping):
            fail("parameter_binds", "contain a mapping of parameters to values", f"contains a {type(values).__name__}")
        columns = {name: np.atleast_1d(column).tolist() for name, column in values.items()}
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            shown = ", ".join(map(str, sorted(lengths)))
            fail("parameter_binds", "have as many values of each parameter of a circuit", f"has {shown}")
        sets = zip(*columns.values(), strict=True) if columns else [()]
        bound += [circuit.assign_parameters(dict(zip(columns, one, strict=True))) for one in sets]
    return bound
