"""Aer, the exact engine, the master equation and Qiskit's own matrices give one state and one probability."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import CXGate, PermutationGate, UnitaryGate
from qiskit.quantum_info import DensityMatrix, Operator, SuperOp, partial_trace
from scipy.linalg import expm
from strategies import SEEDS
from systems import System, many, pair, random_symbols, random_unitary

import nvprotocol as nv
from nvprotocol.compiler.timing import timed
from nvprotocol.emulation import Estimate
from nvprotocol.errors import ArgumentError, NoKeptShotsError
from nvprotocol.protocols import GALLERY, dissipative_entanglement, monitored_bell, relaxometry

LABELS = ("ud", "du", "++", "+d", "rl", "-u", "l+")
GATES = (
    "x",
    "h",
    "sdg",
    "t",
    "sx",
    "cx",
    "cz",
    "ecr",
    "iswap",
    "cswap",
    "ccx",
    "open control",
    "permutation",
    "matrix",
)


def random_circuit(rng: np.random.Generator) -> QuantumCircuit:
    """Four qubits, of which the NV qubits are the second and the fourth; two bits, each measured at least once."""
    nv_qubits, others = QuantumRegister(2, "nv"), QuantumRegister(2, "q")
    qubits = [qubit for both in zip(others, nv_qubits, strict=True) for qubit in both]
    circuit = QuantumCircuit(qubits, nv_qubits, others, ClassicalRegister(2, "c"))
    for number in range(30):
        chosen = [qubits[k] for k in rng.permutation(4)]
        kind = rng.choice(["gate", "delay", "measure", "reset", "barrier"], p=[0.55, 0.25, 0.08, 0.06, 0.06])
        if kind == "measure" or number in (20, 25):
            circuit.measure(chosen[0], number % 2)
        elif kind == "gate":
            append_gate(circuit, str(rng.choice(GATES)), chosen, rng)
        elif kind == "delay":
            circuit.delay(float(rng.uniform(0, 0.4)), chosen[0], unit="us")
        elif kind == "reset":
            circuit.reset(chosen[0])
        elif kind == "barrier":
            circuit.barrier()
    circuit.sx(nv_qubits)  # a circuit that ends by measuring them is refused
    return circuit


def append_gate(circuit: QuantumCircuit, name: str, qubits: list, rng: np.random.Generator) -> None:
    special = {
        "open control": (CXGate(ctrl_state=0), 2),
        "permutation": (PermutationGate([2, 0, 1]), 3),
        "matrix": (UnitaryGate(random_unitary(rng, 4)), 2),
    }
    if name in special:
        gate, size = special[name]
        circuit.append(gate, qubits[:size])
    else:
        size = {"cx": 2, "cz": 2, "ecr": 2, "iswap": 2, "cswap": 3, "ccx": 3}.get(name, 1)
        getattr(circuit, name)(*qubits[:size])


def by_matrices(circuit: QuantumCircuit, system: System, keep: dict[int, int]) -> NDArray[np.complex128]:
    """The unnormalised kept state of the NV qubits, by Qiskit's quantum_info and the exponential of the generator."""
    plan, now = timed(circuit, nv.Device(system.equation)), 0.0
    nv_qubits, rho = list(plan.order[: system.n_qubits]), DensityMatrix.from_int(0, 2**circuit.num_qubits)
    last = {event.clbits[0]: k for k, event in enumerate(plan.operations) if event.operation.name == "measure"}
    for k, event in enumerate(plan.operations):
        qubits = [plan.order[number] for number in event.qubits]
        rho = rho.evolve(SuperOp(expm(system.generator() * (event.time - now))), nv_qubits)
        now = event.time
        if event.operation.name == "measure" and last[event.clbits[0]] == k and event.clbits[0] in keep:
            value = keep[event.clbits[0]]
            rho = rho.evolve(Operator(np.diag([1 - value, value])), qubits)
        elif event.operation.name == "measure":
            rho = rho.evolve(SuperOp(np.diag([1, 0, 0, 1])), qubits)
        elif event.operation.name == "reset":
            rho = rho.reset(qubits)
        else:
            rho = rho.evolve(Operator(event.operation), qubits)
    rho = rho.evolve(SuperOp(expm(system.generator() * (plan.duration - now))), nv_qubits)
    return np.asarray(partial_trace(rho, [k for k in range(circuit.num_qubits) if k not in nv_qubits]).data)


@pytest.mark.slow
@pytest.mark.parametrize("case", range(20))
def test_both_engines_and_the_reference_agree(case: int, rng: np.random.Generator) -> None:
    system = pair(**random_symbols(rng))
    device = nv.Device(system.equation)
    for name, extra in (("monitored_bell", {"checks": int(rng.integers(1, 9))}), ("dissipative_entanglement", {})):
        protocol = GALLERY[name]
        durations, label = np.sort(rng.uniform(0, 2, size=3)), str(rng.choice(LABELS))
        circuits = [protocol.circuit(duration=float(t), initial=label, **extra) for t in durations]
        expected = protocol.reference(system.equation, durations, initial=label, **extra)
        for engine in ("aer", "exact"):
            found = nv.emulate(circuits, device, shots=None, postselect=protocol.postselect, engine=engine)
            np.testing.assert_allclose([one.state for one in found], expected.states, atol=1e-12)
            probability = [one.success_probability for one in found]
            np.testing.assert_allclose(probability, expected.probability, atol=1e-13, rtol=1e-11)
            np.testing.assert_allclose([one.concurrence for one in found], nv.concurrence(expected.states), atol=1e-7)


@pytest.mark.slow
@settings(max_examples=25)
@given(seed=SEEDS)
def test_any_circuit_is_followed_alike(seed: int) -> None:
    rng = np.random.default_rng(seed)
    system, circuit = pair(**random_symbols(rng)), random_circuit(rng)
    keep = {0: int(rng.integers(2)), 1: int(rng.integers(2))}
    kept = by_matrices(circuit, system, keep)
    probability = np.trace(kept).real
    device, postselect = nv.Device(system.equation), {"c": f"{keep[1]}{keep[0]}"}
    assume(probability > 1e-9)
    for engine in ("aer", "exact"):
        found = nv.emulate(circuit, device, shots=None, postselect=postselect, engine=engine)
        assert found.success_probability == pytest.approx(probability, abs=1e-13)
        np.testing.assert_allclose(found.state * found.success_probability, kept, atol=1e-12)
        unread = nv.emulate(circuit, device, shots=None, engine=engine)
        np.testing.assert_allclose(unread.state, by_matrices(circuit, system, {}), atol=1e-12)
        assert unread.success_probability == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("n_qubits", [1, 3])
@pytest.mark.parametrize("engine", ["aer", "exact"])
def test_devices_of_other_sizes(n_qubits: int, engine: str, rng: np.random.Generator) -> None:
    system = many(rng, n_qubits)
    circuit = QuantumCircuit(n_qubits + 1)
    circuit.ry(0.7, n_qubits - 1)
    circuit.cx(n_qubits - 1, n_qubits)
    circuit.delay(0.8, 0, unit="us")
    circuit.h(0)
    estimate = nv.emulate(circuit, nv.Device(system.equation), shots=None, engine=engine)  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert isinstance(estimate, Estimate)
    np.testing.assert_allclose(estimate.state, by_matrices(circuit, system, {}), atol=1e-13)
    assert np.isnan(estimate.concurrence)


def test_a_list_is_its_circuits_one_by_one(rng: np.random.Generator) -> None:
    device = nv.Device(pair(**random_symbols(rng)).equation)
    circuits = [monitored_bell(t, checks=n) for t, n in ((0.5, 3), (0.2, 1), (1.1, 6))]
    for engine in ("aer", "exact"):
        together = nv.emulate(circuits, device, shots=None, postselect={"parity": 1}, engine=engine)
        assert isinstance(together, list)
        for circuit, one in zip(circuits, together, strict=True):
            alone = nv.emulate(circuit, device, shots=None, postselect={"parity": 1}, engine=engine)
            np.testing.assert_allclose(one.state, alone.state, atol=1e-15)
            assert one.success_probability == pytest.approx(alone.success_probability, abs=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("per_shot", [False, True])
def test_seeds_reproduce(per_shot: bool) -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.3)))
    circuit = monitored_bell(0.5, checks=2)

    def counts(seed: int | np.random.Generator) -> NDArray[np.int64]:
        one = nv.emulate(circuit, device, shots=500, postselect={"parity": 1}, seed=seed, per_shot=per_shot)
        assert one.counts is not None
        return one.counts

    np.testing.assert_array_equal(counts(3), counts(3))
    np.testing.assert_array_equal(counts(3), counts(np.random.default_rng(3)))
    assert np.any(counts(3) != counts(4))
    generator = np.random.default_rng(3)
    assert np.any(counts(generator) != counts(generator)), "a generator goes on"


@pytest.mark.parametrize("per_shot", [False, True])
def test_a_seed_for_each_circuit(per_shot: bool) -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    circuits = [dissipative_entanglement(time) for time in (0.5, 1.0, 1.5)]
    read = [relaxometry(time) for time in (0.5, 1.0, 1.5)]

    def counts(chosen: list[int], seeds: list[int | np.random.Generator]) -> list[list]:
        how: Any = {"shots": 300, "seed": seeds, "per_shot": per_shot}
        of_states = nv.emulate([circuits[k] for k in chosen], device, **how)
        of_register = nv.probability([read[k] for k in chosen], device, "10", **how)
        return [np.asarray(one.counts).tolist() for one in [*of_states, *of_register]]

    together = counts([0, 1, 2], [5, 6, 7])
    apart = [counts([k], [5 + k]) for k in range(3)]
    assert together == [one[0] for one in apart] + [one[1] for one in apart]
    assert together[:2] == counts([0, 1], [np.random.default_rng(5), 6])[:2]
    assert together[0] != counts([0], [6])[0]


def test_a_device_for_each_circuit() -> None:
    medium = nv.Medium.pair(a=1.0, A=[0.3, 0.6, 1.0])
    plain = [nv.Device(nv.MasterEquation(medium[k])) for k in range(3)]
    erring = [
        nv.Device(one.equation, readout=[[0.98, 0.05 + 0.01 * k], [0.02, 0.95 - 0.01 * k]])
        for k, one in enumerate(plain)
    ]
    devices = [plain[0], plain[0], erring[1], plain[2], erring[1], erring[2]]
    circuits = [dissipative_entanglement(time) for time in (0.5, 1.0, 1.5, 0.5, 0.7, 1.0)]
    read = [relaxometry(time) for time in (0.5, 1.0, 1.5, 0.5, 0.7, 1.0)]
    seeds = list(range(6))
    together = nv.emulate(circuits, devices, 500, seed=seeds)
    exact = nv.emulate(circuits, devices, None)
    counted = nv.probability(read, devices, "10", shots=500, seed=seeds)
    for k, device in enumerate(devices):
        alone = nv.emulate(circuits[k], device, 500, seed=k)
        np.testing.assert_array_equal(together[k].counts, alone.counts)
        np.testing.assert_allclose(together[k].state, alone.state, atol=1e-9)
        np.testing.assert_allclose(together[k].interval, alone.interval, atol=1e-9)
        np.testing.assert_allclose(exact[k].state, nv.emulate(circuits[k], device, None).state, atol=1e-15)
        np.testing.assert_array_equal(
            counted[k].counts, nv.probability(read[k], device, "10", shots=500, seed=k).counts
        )


def test_devices_that_do_not_fit() -> None:
    pair, single = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0))), nv.Medium(relaxation=[[1.0]])
    circuit = dissipative_entanglement(1.0)
    for circuits, devices, said in (
        ([circuit] * 2, [pair], "be one device, or one for each of 2 circuits, but is a list of 1."),
        (circuit, [pair], "be one device, or one for each of several circuits, but is a list of 1."),
        ([circuit] * 2, [pair, "ideal"], "be a Device, but is of type str."),
        (
            [circuit] * 2,
            [pair, nv.Device(nv.MasterEquation(single))],
            "be devices of one number of qubits, but has 1 and 2.",
        ),
    ):
        arguments: Any = circuits, devices, None
        with pytest.raises(ArgumentError) as raised:
            nv.emulate(*arguments)
        assert str(raised.value) == f"Argument `device` must {said}"


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        ([1], "`seed` must be one seed, or one for each of 2 circuits, but is a list of 1."),
        ([1, -1], "`seed[1]` must be at least 0, but is -1."),
        ("ab", '`seed` must be a whole number, but is "ab".'),
    ],
)
def test_seeds_that_are_none(seeds: Any, said: str) -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    with pytest.raises(ArgumentError) as raised:
        nv.emulate([dissipative_entanglement(1.0)] * 2, device, 100, seed=seeds)
    assert str(raised.value) == f"Argument {said}"


def test_what_an_estimate_says() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)))
    circuit = monitored_bell(0.5, checks=5)
    noiseless = nv.emulate(circuit, device, shots=None, postselect={"parity": 1}, engine="exact")
    assert (noiseless.counts, noiseless.shots, noiseless.standard_error) == (None, None, 0.0)
    assert noiseless.interval == (noiseless.concurrence, noiseless.concurrence)
    assert noiseless.concurrence == pytest.approx(np.tanh(2.0), abs=1e-12)
    singlet = nv.operators.bell_state("psi-")
    assert noiseless.fidelity(singlet) == pytest.approx(1 / (1 + np.exp(-8 * 0.5)), abs=1e-12)
    assert str(noiseless) == (
        "concurrence 0.9640, success probability 0.5092 keeping parity = 1 (exact, no sampling noise)"
    )
    drawn = nv.emulate(circuit, device, shots=1000, postselect={"parity": 1}, seed=8)
    assert drawn.counts is not None
    assert drawn.counts.shape == (9, 4)
    assert drawn.success_probability == drawn.counts.sum() / 9000
    low, high = nv.tomography.clopper_pearson(drawn.counts.sum(), 9000)
    assert drawn.success_interval == (float(low), float(high))
    assert drawn.interval[0] <= drawn.concurrence <= drawn.interval[1]
    assert f"{drawn.concurrence:.4f} [{drawn.interval[0]:.4f}, " in str(drawn)
    assert str(drawn).endswith("(aer, 1000 shots in each of 9 settings)")
    assert drawn.metadata == {"engine": "aer", "method": "kept branch", "postselect": {"parity": 1}, "seed": 8}


def test_the_circuits_of_a_list_share_nothing_random() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    first, second = nv.emulate([dissipative_entanglement(1.0)] * 2, device, shots=1000, seed=1)
    assert first.counts is not None
    assert second.counts is not None
    assert np.any(first.counts != second.counts)


@pytest.mark.parametrize("engine", ["aer", "exact"])
def test_nothing_is_kept_of_what_cannot_be(engine: str) -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5)))  # at T = 0 ↑↑ stays what it is
    circuits = [monitored_bell(1.0, checks=2), monitored_bell(1.0, checks=2, initial="uu")]
    with pytest.raises(NoKeptShotsError, match="No run of circuit 1 is kept: the probability"):
        nv.emulate(circuits, device, shots=None, postselect={"parity": 1}, engine=engine)  # pyright: ignore[reportArgumentType, reportCallIssue]
