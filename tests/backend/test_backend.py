"""The backend as Qiskit sees it: counts of every kind of circuit, options, copies, jobs."""

import copy
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import engines_on
import numpy as np
import pytest
from counting import FALSE_ALARM, counts_of, multinomial_p_value
from hypothesis import given, settings
from laboratory import Bench, random_device
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Clbit, Gate, Parameter
from qiskit.providers import BackendV2, JobStatus
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel
from strategies import SEEDS
from systems import EVERYTHING, many, pair, random_symbols

import nvprotocol as nv
from nvprotocol.backend import NVBackend, time_as_medium
from nvprotocol.errors import ArgumentError, UnsupportedCircuitError

IDEAL = nv.Device(EVERYTHING.equation)
BACKEND = NVBackend(IDEAL)


def expected(circuit: QuantumCircuit, device: nv.Device) -> NDArray[np.float64]:
    """Distribution of all bits, by the reference engine; the first bit is the last axis, as in Qiskit's numbers."""
    plain = time_as_medium(circuit, device)
    return engines_on.distribution(plain, device, {}, range(circuit.num_clbits)[::-1]).ravel()


def table(counts: Mapping[str, int], n_bits: int) -> NDArray[np.int64]:
    found = np.zeros(2**n_bits, dtype=np.int64)
    for key, count in counts.items():
        found[int(key.replace(" ", ""), 2)] += count
    return found


def waiting(*, parameter: Parameter | float = 0.6) -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2, name="waiting")
    circuit.x(0)
    circuit.delay(parameter, [0, 1], unit="us")
    circuit.measure([0, 1], [0, 1])
    return circuit


@pytest.mark.slow
@pytest.mark.statistical
@settings(max_examples=8)
@given(seed=SEEDS)
def test_counts_of_any_circuit_on_any_device(seed: int) -> None:
    rng = np.random.default_rng(seed)
    device = random_device(rng, pair(**random_symbols(rng)))
    circuit = Bench(rng, 2).grow(10)
    result = NVBackend(device).run(circuit, shots=600, seed_simulator=seed % 2**31).result()
    found = table(counts_of(result), 3)
    assert multinomial_p_value(found, expected(circuit, device)) > FALSE_ALARM / 8


@pytest.mark.statistical
@pytest.mark.parametrize("n_qubits", [1, 3])
def test_devices_of_other_sizes(n_qubits: int, rng: np.random.Generator) -> None:
    device = random_device(rng, many(rng, n_qubits), monitors=1)
    circuit = Bench(rng, n_qubits, monitors=1).grow(8)
    found = table(counts_of(NVBackend(device).run(circuit, shots=1000, seed_simulator=5).result()), 3)
    assert multinomial_p_value(found, expected(circuit, device)) > FALSE_ALARM


@pytest.mark.statistical
def test_the_readout_reads_as_the_devices_matrices_say() -> None:
    # Columns of different matrices on different qubits: to swap or to transpose them would show.
    matrices = np.array([[[0.9, 0.3], [0.1, 0.7]], [[0.95, 0.15], [0.05, 0.85]]])
    device = nv.Device(IDEAL.equation, readout=matrices, monitor_efficiency=0.8, monitor_false_alarm=0.35)
    monitor = np.array([[0.8, 0.35], [0.2, 0.65]])
    for true in np.ndindex(2, 2, 2):
        circuit = QuantumCircuit(3, 3)
        for qubit in np.flatnonzero(true).tolist():
            circuit.x(qubit)
        circuit.measure(range(3), range(3))
        probabilities = np.kron(monitor[:, true[2]], np.kron(matrices[1][:, true[1]], matrices[0][:, true[0]]))
        found = table(counts_of(NVBackend(device).run(circuit, shots=20_000, seed_simulator=3).result()), 3)
        assert multinomial_p_value(found, probabilities) > FALSE_ALARM / 8


@pytest.mark.statistical
def test_the_nv_register_may_stand_anywhere() -> None:
    nv_qubits, monitor = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor")
    device = nv.Device(EVERYTHING.equation, readout=[[[1, 0.4], [0, 0.6]], [[1, 0], [0, 1]]])
    circuit = QuantumCircuit(monitor, nv_qubits, ClassicalRegister(2, "c"))
    circuit.x(nv_qubits[0])
    circuit.delay(0.4, monitor, unit="us")
    circuit.barrier()
    circuit.measure(nv_qubits, [0, 1])
    found = table(counts_of(NVBackend(device).run(circuit, shots=20_000, seed_simulator=3).result()), 2)
    assert multinomial_p_value(found, expected(circuit, device)) > FALSE_ALARM


@pytest.mark.statistical
def test_a_circuit_of_fewer_qubits_stands_on_the_first_of_them() -> None:
    # Alone qubit 0 would relax as e^(−2at); beside an idle partner it loses what that one gains.
    narrow, wide = QuantumCircuit(1, 1), QuantumCircuit(2, 1)
    for circuit in (narrow, wide):
        circuit.x(0)
        circuit.delay(0.9, 0, unit="us")
        circuit.measure(0, 0)
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    found = table(counts_of(NVBackend(device).run(narrow, shots=20_000, seed_simulator=1).result()), 1)
    assert multinomial_p_value(found, expected(wide, device)) > FALSE_ALARM
    assert abs(expected(wide, device)[1] - np.exp(-1.8)) > 0.05


@pytest.mark.statistical
def test_parameters_are_bound_late() -> None:
    time, angle = Parameter("t"), Parameter("θ")
    circuit = waiting(parameter=time)
    circuit.metadata = {"kind": "T1"}
    other = QuantumCircuit(2, 2)
    other.rx(angle, 1)
    other.measure([0, 1], [0, 1])
    binds = [{time: [0.1, 0.9]}, {angle: [0.4]}]
    result = BACKEND.run([circuit, other], parameter_binds=binds, shots=20_000, seed_simulator=2).result()
    bound = [waiting(parameter=0.1), waiting(parameter=0.9), other.assign_parameters({angle: 0.4})]
    for k, one in enumerate(bound):
        assert multinomial_p_value(table(counts_of(result, k), 2), expected(one, IDEAL)) > FALSE_ALARM / 3


def test_what_a_backend_is() -> None:
    assert isinstance(BACKEND, BackendV2)
    assert BACKEND.device is IDEAL
    assert BACKEND.num_qubits == 3
    assert BACKEND.name == f"nv_backend({IDEAL.name})"
    assert BACKEND.description == "2 NV qubits on a medium and 1 monitors, on Aer"


def test_seeds_reproduce_and_memory_has_every_shot() -> None:
    first, second, third = (
        BACKEND.run(waiting(), shots=300, seed_simulator=seed, memory=True).result() for seed in (7, 7, 8)
    )
    assert first.get_memory() == second.get_memory() != third.get_memory()
    assert len(first.get_memory()) == 300


def test_options_are_kept_from_run_to_run() -> None:
    backend = NVBackend(IDEAL)
    name = backend.name
    backend.set_options(shots=77, seed_simulator=5)
    counts = counts_of(backend.run(waiting()).result())
    assert sum(counts.values()) == 77
    assert counts_of(backend.run(waiting()).result()) == counts
    assert backend.name == name
    kept = backend.run(waiting(), postselect={"c": "01"}).result()
    assert kept.results[0].shots == 77
    assert sum(counts_of(BACKEND.run(waiting()).result()).values()) == 1024, "options of another are its own"


def test_a_job_is_a_job() -> None:
    given: list[dict[str, Any]] = [{}, {"postselect": {"c": 1}}]
    for options in given:
        job = BACKEND.run(waiting(), shots=10, **options)
        result = job.result()
        assert job.status() == JobStatus.DONE
        assert job.backend() is BACKEND
        assert result.success
        assert result.results[0].shots == 10
        assert isinstance(job.job_id(), str)
        assert job.job_id() != ""


COPIES: dict[str, Callable[[NVBackend], NVBackend]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda backend: pickle.loads(pickle.dumps(backend)),
}


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_keeps_the_medium(way: str, rng: np.random.Generator) -> None:
    device = random_device(rng, EVERYTHING)
    backend = NVBackend(device)
    backend.set_options(shots=200, seed_simulator=3)
    made = COPIES[way](backend)
    circuit = Bench(rng, 2).grow(8)
    assert type(made) is NVBackend
    assert counts_of(made.run(circuit).result()) == counts_of(backend.run(circuit).result())
    made.set_options(shots=5)
    assert sum(counts_of(made.run(circuit).result()).values()) == 5
    assert made.num_qubits == backend.num_qubits


@pytest.mark.statistical
@pytest.mark.parametrize("options", [{"noise_model": None}, {"method": "automatic"}, {"method": None}], ids=str)
def test_options_that_say_nothing_lose_nothing(options: dict[str, Any]) -> None:
    found = table(counts_of(BACKEND.run(waiting(), shots=20_000, seed_simulator=3, **options).result()), 2)
    assert multinomial_p_value(found, expected(waiting(), IDEAL)) > FALSE_ALARM


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("noise_model", NoiseModel(), "not be given to this backend, whose device says what the noise is, but is"),
        ("method", "statevector", 'be "density_matrix", the one that runs the medium exactly, but is "statevector"'),
        ("method", "stabilizer", 'be "density_matrix", the one that runs the medium exactly, but is "stabilizer"'),
    ],
)
def test_options_that_would_lose_the_medium_are_refused(name: str, value: Any, message: str) -> None:
    options: dict[str, Any] = {name: value}
    for give in (lambda: BACKEND.run(waiting(), **options), lambda: BACKEND.set_options(**options)):
        with pytest.raises(ArgumentError, match=f"^Argument `{name}` must {message}"):
            give()


def test_another_backend_has_no_medium() -> None:
    with pytest.raises(
        ArgumentError, match=r"^Argument `backend` must be given as a device: NVBackend\(device\), but is"
    ):
        NVBackend.from_backend(AerSimulator())


DERIVED: dict[str, Callable[[NVBackend], AerSimulator]] = {
    "simulator": AerSimulator.from_backend,
    "noise model": lambda backend: AerSimulator(noise_model=NoiseModel.from_backend(backend)),
}


@pytest.mark.statistical
@pytest.mark.parametrize("way", DERIVED)
def test_what_aer_derives_from_the_target_has_no_correlations(way: str) -> None:
    # Aer reads nothing but the target there, and a target has no place for what acts on two qubits while they wait.
    # With A = a the antisymmetric state is dark, and half of what is put on one qubit stays for ever.
    backend = NVBackend(nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))))
    circuit = waiting(parameter=20.0)
    kept = table(counts_of(backend.run(circuit, shots=20_000, seed_simulator=1).result()), 2)
    assert multinomial_p_value(kept, np.array([0.5, 0.25, 0.25, 0.0])) > FALSE_ALARM
    lost = table(counts_of(DERIVED[way](backend).run(circuit, shots=20_000, seed_simulator=1).result()), 2)
    assert lost[1] + lost[2] in (0, 20_000), "either nothing happens, or each qubit decays on its own"


@pytest.mark.parametrize("shots", [0, -1, 2.5])
@pytest.mark.parametrize("postselect", [None, {"meas": 0}])
def test_shots_are_a_whole_number(shots: float, postselect: dict[str, int] | None) -> None:
    circuit = waiting()
    with pytest.raises(ArgumentError, match="Argument `shots` must be"):
        BACKEND.run(circuit, shots=shots, postselect=postselect)


def test_what_is_saved_is_not_lost_without_a_word() -> None:
    circuit = QuantumCircuit(2, 1)
    circuit.save_density_matrix()  # pyright: ignore[reportAttributeAccessIssue]  # added by Aer
    circuit.measure(0, 0)
    with pytest.raises(ArgumentError, match="must save nothing in a run with `postselect`"):
        BACKEND.run(circuit, postselect={"c": 0})


def test_a_gate_without_a_matrix_is_named() -> None:
    circuit = QuantumCircuit(2)
    circuit.append(Gate("mine", 1, []), [0])
    with pytest.raises(UnsupportedCircuitError, match='"mine" has neither a matrix nor a definition'):
        BACKEND.run(circuit)


def test_parameters_are_bound_by_lists_of_mappings() -> None:
    circuit = waiting(parameter=Parameter("t"))
    with pytest.raises(ArgumentError, match="Argument `parameter_binds` must"):
        BACKEND.run(circuit, parameter_binds={circuit.parameters[0]: [0.5]})  # pyright: ignore[reportArgumentType]


def test_a_shared_bit_is_kept_at_one_value() -> None:
    bits = [Clbit(), Clbit()]
    circuit = QuantumCircuit(QuantumRegister(2), bits, ClassicalRegister(bits=bits, name="a"))
    circuit.add_register(ClassicalRegister(bits=bits[:1], name="b"))
    circuit.measure([0, 1], [0, 1])
    with pytest.raises(ArgumentError, match="must keep one value of a bit that registers share"):
        BACKEND.run(circuit, postselect={"a": "00", "b": 1})
