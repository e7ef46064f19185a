"""What becomes of a layout that a circuit bears: copied, written to a file, transpiled again, swapped, estimated."""

import copy
import pickle
from collections.abc import Callable
from io import BytesIO
from typing import Any

import engines_on
import numpy as np
import pytest
from placed import LEVELS, SYSTEM, UNEQUAL, assert_reads, backend_of, decay, exchanged, read, refusal
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qpy, transpile
from qiskit.primitives import BackendEstimatorV2
from qiskit.quantum_info import SparsePauliOp
from qiskit.transpiler import PassManager, generate_preset_pass_manager
from qiskit.transpiler.passes import (
    ApplyLayout,
    ElidePermutations,
    EnlargeWithAncilla,
    FullAncillaAllocation,
    TrivialLayout,
    VF2PostLayout,
)

import nvprotocol as nv
from nvprotocol.backend import NVBackend, TimeAsMedium
from nvprotocol.errors import UnsupportedCircuitError


def asked_for(level: int, backend: NVBackend) -> QuantumCircuit:
    """The decay of the second NV qubit, in a circuit of three that are called as the transpiler calls physical ones."""
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1))
    circuit.x(0)
    circuit.delay(500, 0, unit="dt")
    circuit.barrier()
    circuit.measure(0, 0)
    return transpile(circuit, backend, initial_layout=[1, 0, 2], optimization_level=level)


def placed_by_hand() -> QuantumCircuit:
    circuit = QuantumCircuit(3, 1)
    circuit.x(1)
    circuit.delay(0.5, 1, unit="us")
    circuit.barrier()
    circuit.measure(1, 0)
    return circuit


def rebuilt(circuit: QuantumCircuit) -> QuantumCircuit:
    """The circuit in another, which has no layout and is taken as it stands."""
    result = QuantumCircuit(circuit.num_qubits, circuit.num_clbits)
    result.compose(circuit, inplace=True)
    assert result.layout is None
    return result


COPIES: dict[str, Callable[[QuantumCircuit], QuantumCircuit]] = {
    "copy": lambda circuit: circuit.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": lambda circuit: pickle.loads(pickle.dumps(circuit)),
    "parameters": lambda circuit: circuit.assign_parameters([]),
    "rebuilt": rebuilt,
}


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("level", LEVELS)
def test_copies_run_as_the_circuit_does(level: int, way: str) -> None:
    backend = backend_of(1)
    assert_reads(COPIES[way](asked_for(level, backend)), placed_by_hand(), backend)


@pytest.mark.parametrize("level", LEVELS)
def test_the_callers_circuit_and_metadata_are_left_alone(level: int) -> None:
    backend = backend_of(1)
    for metadata in (None, {}, {"xval": 0.5}):
        circuit = decay()
        circuit.metadata = metadata or {}
        found = transpile(circuit, backend, initial_layout=[1], optimization_level=level)
        assert found.metadata == circuit.metadata == (metadata or {})
        assert circuit.layout is None


def from_file(circuit: QuantumCircuit) -> QuantumCircuit:
    file = BytesIO()
    qpy.dump(circuit, file)
    file.seek(0)
    (loaded,) = qpy.load(file)
    assert isinstance(loaded, QuantumCircuit)
    return loaded


def test_a_file_of_circuits_forgets_who_asked_for_a_layout() -> None:
    backend = backend_of(1)
    assert "must have qubit 0 on physical qubit 0" in refusal(backend, from_file(asked_for(1, backend)))


@pytest.mark.parametrize("level", [1, 3])
def test_a_file_of_circuits_knows_the_qubits_in_their_places(level: int) -> None:
    backend = backend_of(2)
    circuit = QuantumCircuit(QuantumRegister(1, "monitor"), QuantumRegister(2, "nv"), ClassicalRegister(2))
    circuit.x(1)
    circuit.barrier()
    circuit.delay(400, 1, unit="dt")
    circuit.barrier()
    circuit.cx(1, 0)
    circuit.barrier()
    circuit.measure([0, 1], [0, 1])
    assert_reads(from_file(transpile(circuit, backend, optimization_level=level)), circuit, backend)
    moved = transpile(circuit, target=backend.target, initial_layout=[0, 2, 1], optimization_level=level)
    assert "must have qubit 0 on physical qubit 2" in refusal(backend, from_file(moved))


@pytest.mark.parametrize("level", LEVELS)
def test_a_layout_that_was_asked_for_does_not_speak_for_the_next(level: int) -> None:
    # The same exchange once more brings the NV qubit back to where the caller did not want it.
    backend = backend_of(1)
    asked = asked_for(level, backend)
    again = generate_preset_pass_manager(level, target=backend.target, initial_layout=[1, 0, 2]).run(asked)
    assert again.layout is not None
    assert again.layout.final_index_layout() == [1, 0, 2]
    assert "must have qubit 0 on physical qubit 0" in refusal(backend, again)
    assert_reads(transpile(asked, backend, optimization_level=level), placed_by_hand(), backend)


@pytest.mark.parametrize("there_and_back", [False, True])
@pytest.mark.parametrize(("first", "second"), [(2, 3), (0, 2)])
@pytest.mark.parametrize("level", LEVELS)
def test_a_swap_is_carried_out_or_refused_for_what_it_is(
    level: int, first: int, second: int, there_and_back: bool
) -> None:
    backend, circuit = backend_of(2), exchanged(first, second)
    if there_and_back:  # nothing is exchanged in the end, but the qubit was away
        circuit.swap(first, second)
    carried_out = QuantumCircuit(4, 1)
    for entry in circuit.data:
        if entry.operation.name == "swap":
            for control, target in ((first, second), (second, first), (first, second)):
                carried_out.cx(control, target)
        else:
            carried_out.append(entry)
    plain: dict[str, Any] = {"optimization_level": level}
    trivial: dict[str, Any] = {"layout_method": "trivial", "optimization_level": level}
    if level < 2:
        for options in (plain, trivial):
            assert_reads(transpile(circuit, backend, **options), carried_out, backend)
        return
    for options in (plain, trivial):
        with pytest.raises(UnsupportedCircuitError, match=r"no `swap`.*`optimization_level=1`, or write") as caught:
            transpile(circuit, backend, **options)
        assert "\n" not in str(caught.value)
    moved = transpile(circuit, target=backend.target, **trivial)
    assert "keep its qubits where they are, but the transpiler has exchanged some" in refusal(backend, moved)


@pytest.mark.parametrize("level", LEVELS)
def test_a_gate_between_nv_qubits_is_refused_by_target_too(level: int) -> None:
    backend, circuit = backend_of(1), QuantumCircuit(2, 1)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.delay(0.1, 0, unit="us")
    circuit.measure(0, 0)
    refusal(backend, transpile(circuit, target=backend.target, optimization_level=level))
    with pytest.raises(UnsupportedCircuitError, match=r"three CX .* run the circuit without transpiling it\)\.$"):
        transpile(circuit, backend, optimization_level=level)


def test_ideal_instruments_run_such_a_gate_without_the_transpiler() -> None:
    backend, bell = NVBackend(nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))), QuantumCircuit(2, 2)
    bell.h(0)
    bell.cx(0, 1)
    bell.barrier()
    bell.measure([0, 1], [0, 1])
    np.testing.assert_allclose(read(bell, backend), [[0.5, 0.0], [0.0, 0.5]], atol=1e-12)


def test_passes_put_together_by_hand() -> None:
    backend = backend_of(1)
    native = transpile(decay(), backend, optimization_level=1)
    fill = [TrivialLayout(backend.target), FullAncillaAllocation(backend.target), EnlargeWithAncilla(), ApplyLayout()]
    post = PassManager([*fill, VF2PostLayout(backend.target, seed=-1), ApplyLayout()]).run(decay())
    assert "must have qubit 0 on physical qubit 0" in refusal(backend, post)
    assert_reads(PassManager(fill).run(native), native, backend)
    elided = PassManager([ElidePermutations()]).run(exchanged(0, 2))
    assert "must keep its qubits where they are" in refusal(backend_of(2), elided)


@pytest.mark.parametrize("options", [{}, {"layout_method": "trivial"}], ids=str)
def test_time_passes_on_no_circuit_that_passes_before_have_moved(options: dict[str, Any]) -> None:
    backend, circuit = backend_of(2), exchanged(0, 2)
    passes = generate_preset_pass_manager(3, target=backend.target, **options)
    passes.scheduling = PassManager([TimeAsMedium(backend.device)])
    with pytest.raises(UnsupportedCircuitError, match=r"^Argument `circuit` must keep its qubits where they are"):
        passes.run(circuit)
    moved = generate_preset_pass_manager(3, target=backend.target, initial_layout=[2])
    moved.scheduling = PassManager([TimeAsMedium(backend.device)])
    with pytest.raises(UnsupportedCircuitError, match=r"^Argument `circuit` must have qubit 0 on physical qubit 0"):
        moved.run(decay())


@pytest.mark.parametrize("level", LEVELS)
def test_time_passes_where_the_qubits_are_in_place(level: int) -> None:
    backend = backend_of(1)
    passes = generate_preset_pass_manager(level, backend=backend)
    passes.post_scheduling = PassManager([TimeAsMedium(backend.device)])
    found = engines_on.distribution(passes.run(decay()), backend.device, {}, [0])
    np.testing.assert_allclose(found, read(decay(), backend), atol=1e-9)
    asked = generate_preset_pass_manager(level, backend=backend, initial_layout=[1])
    asked.post_scheduling = PassManager([TimeAsMedium(backend.device)])
    found = engines_on.distribution(asked.run(decay()), backend.device, {}, [0])
    np.testing.assert_allclose(found, read(placed_by_hand(), backend), atol=1e-9)


@pytest.mark.parametrize("level", [1, 3])
def test_an_estimator_takes_the_layout_that_was_asked_for(level: int) -> None:
    # ⟨Z⟩ of the second NV qubit within 5 standard errors; its circuits carry other metadata than ours.
    backend = NVBackend(
        nv.Device(SYSTEM.equation, intrinsic_t1_us=[3.0, 1.0], readout=[UNEQUAL[0], np.eye(2).tolist()])
    )
    circuit = QuantumCircuit(1)
    circuit.x(0)
    circuit.delay(0.5, 0, unit="us")
    found = transpile(circuit, backend, initial_layout=[1], optimization_level=level)
    assert found.layout is not None
    estimator: Any = BackendEstimatorV2(backend=backend, options={"seed_simulator": 3})
    (result,) = estimator.run([(found, SparsePauliOp("Z").apply_layout(found.layout))], precision=0.005).result()
    probabilities = read(placed_by_hand(), backend)
    assert float(result.data.evs) == pytest.approx(probabilities[0] - probabilities[1], abs=0.025)
    moved = transpile(circuit, target=backend.target, optimization_level=3)
    assert moved.layout is not None
    with pytest.raises(UnsupportedCircuitError, match="must have qubit 0 on physical qubit 0"):
        estimator.run([(moved, SparsePauliOp("Z").apply_layout(moved.layout))], precision=0.1).result()
