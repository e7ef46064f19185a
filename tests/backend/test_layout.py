"""No qubit leaves its place unless the caller asks for it: a transpiler that moves one is put right, or refused."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from placed import (
    LEVELS,
    UNEQUAL,
    assert_reads,
    backend_of,
    checked,
    circuits_with,
    decay,
    on_the_last,
    read,
    refusal,
    three_apart,
)
from qiskit import QuantumCircuit, transpile
from qiskit.transpiler import Layout, generate_preset_pass_manager

from nvprotocol.backend import NVBackend
from nvprotocol.errors import UnsupportedCircuitError

Way = Callable[[QuantumCircuit, NVBackend, int], QuantumCircuit]

ALWAYS: dict[str, Way] = {
    "backend": lambda circuit, backend, level: transpile(circuit, backend, optimization_level=level),
    "list": lambda circuit, backend, level: transpile([decay(), circuit], backend, optimization_level=level)[1],
    "pass manager": lambda circuit, backend, level: generate_preset_pass_manager(level, backend=backend).run(circuit),
    "translation": lambda circuit, backend, level: transpile(
        circuit, backend, optimization_level=level, translation_method="translator"
    ),
    "coupling map": lambda circuit, backend, level: transpile(
        circuit, backend, optimization_level=level, coupling_map=backend.coupling_map
    ),
    "basis gates": lambda circuit, backend, level: transpile(
        circuit, backend, optimization_level=level, basis_gates=list(backend.device.native_gates)
    ),
    "again": lambda circuit, backend, level: transpile(
        transpile(circuit, backend, optimization_level=level), backend, optimization_level=level
    ),
}


@pytest.mark.filterwarnings("ignore:Providing `coupling_map` and/or `basis_gates` along with `backend`:UserWarning")
@pytest.mark.parametrize("way", ALWAYS)
@pytest.mark.parametrize("monitors", [0, 1, 3])
@pytest.mark.parametrize("level", LEVELS)
def test_no_qubit_follows_a_better_readout(level: int, monitors: int, way: str) -> None:
    backend = backend_of(max(monitors, 1))
    for circuit in circuits_with(monitors):
        if level == 0 and monitors == 1 and circuit.qregs[0].name == "monitor":
            # The layout of level 0 is by number, and between the NV qubits that it takes there is no connection.
            with pytest.raises(UnsupportedCircuitError, match=r"must be routed .* \(give `initial_layout=\[2, 0, 1\]`"):
                ALWAYS[way](circuit, backend, level)
        else:
            assert_reads(ALWAYS[way](circuit, backend, level), circuit, backend)


def outcome(transpiled: Callable[[], QuantumCircuit], backend: NVBackend) -> QuantumCircuit | str:
    """The circuit, or what the transpiler or the backend says against it."""
    try:
        found = transpiled()
        read(found, backend)
    except UnsupportedCircuitError as refused:
        return str(refused)
    return found


SOMETIMES: dict[str, Way] = {
    "target": lambda circuit, backend, level: transpile(circuit, target=backend.target, optimization_level=level),
    "pass manager of the target": lambda circuit, backend, level: generate_preset_pass_manager(
        level, target=backend.target
    ).run(circuit),
    "schedule": lambda circuit, backend, level: transpile(
        circuit, backend, optimization_level=level, scheduling_method="asap"
    ),
    "target after backend": lambda circuit, backend, level: transpile(
        transpile(circuit, backend, optimization_level=1), target=backend.target, optimization_level=level
    ),
    "both stages": lambda circuit, backend, level: transpile(
        circuit, backend, optimization_level=level, translation_method="translator", scheduling_method="asap"
    ),
    "connections and gates": lambda circuit, backend, level: transpile(
        circuit,
        coupling_map=backend.coupling_map,
        basis_gates=list(backend.device.native_gates),
        optimization_level=level,
    ),
}


@pytest.mark.parametrize("way", SOMETIMES)
@pytest.mark.parametrize(("monitors", "readout"), [(0, UNEQUAL), (1, None), (2, UNEQUAL)], ids=["0", "1", "2"])
@pytest.mark.parametrize("level", LEVELS)
def test_what_the_backend_has_no_say_in_is_right_or_refused(level: int, monitors: int, readout: Any, way: str) -> None:
    backend = backend_of(max(monitors, 1), readout)
    for circuit in circuits_with(monitors):
        found = outcome(lambda circuit=circuit: SOMETIMES[way](circuit, backend, level), backend)
        if isinstance(found, str):
            assert re.search(r"\((give|transpile the circuit as it was written, with `backend` and) .*\)\.$", found)
        else:
            assert_reads(found, circuit, backend)


@pytest.mark.parametrize("level", [2, 3])
def test_a_circuit_that_was_moved_is_refused_by_every_way_to_run_it(level: int) -> None:
    # The best qubit to read is the monitor, on which the medium does not act: the decay would never come.
    backend = backend_of(1)
    moved = transpile(decay(), target=backend.target, optimization_level=level)
    assert moved.layout is not None
    assert moved.layout.final_index_layout() == [2]
    assert refusal(backend, moved) == (
        "Argument must have qubit 0 on physical qubit 0, since the first 2 are those on the medium, but the transpiler "
        "has put it on 2 (transpile the circuit as it was written, with `backend` and the `initial_layout` that is "
        "wanted, such as [0])."
    )


@pytest.mark.parametrize("options", [{}, {"scheduling_method": "alap"}], ids=str)
@pytest.mark.parametrize("level", LEVELS)
def test_the_way_out_that_a_refusal_tells_is_one(level: int, options: dict[str, Any]) -> None:
    backend, circuit = backend_of(2), checked(2)
    moved = transpile(circuit, target=backend.target, optimization_level=level)
    wanted = re.search(r"such as (\[.*\])\)\.$", refusal(backend, moved))
    assert wanted is not None
    home = [int(one) for one in wanted[1].strip("[]").split(",")]
    assert home == [2, 3, 0, 1]
    found = transpile(circuit, backend, initial_layout=home, optimization_level=level, **options)
    assert_reads(found, circuit, backend)


@pytest.mark.parametrize("level", [2, 3])
def test_monitors_count_as_moved_too(level: int) -> None:
    # Both NV qubits stay where they are: of two connections that are as good, the first goes to the first monitor.
    backend = backend_of(3)
    circuit = QuantumCircuit(4, 1)
    circuit.cx(0, 3)
    circuit.measure(3, 0)
    layout = Layout(dict(zip(circuit.qubits, [0, 1, 2, 4], strict=True)))
    moved = generate_preset_pass_manager(level, target=backend.target, initial_layout=layout).run(circuit)
    assert "must have qubit 3 on physical qubit 3, since" in refusal(backend, moved)


def asked_layouts() -> st.SearchStrategy[list[int]]:
    """Places of an NV qubit, another qubit and a monitor on five: the second is connected with the third."""
    return st.permutations(range(5)).map(lambda places: places[:3]).filter(lambda one: max(one[1], one[2]) > 1)


@pytest.mark.parametrize("options", [{}, {"scheduling_method": "asap"}, {"translation_method": "translator"}], ids=str)
@pytest.mark.parametrize("level", LEVELS)
def test_a_layout_that_the_caller_asks_for_is_run(level: int, options: dict[str, Any]) -> None:
    backend = backend_of(3)
    circuit = three_apart()

    @settings(max_examples=6)
    @given(places=asked_layouts(), form=st.sampled_from(["list", "dict", "Layout", "qubits"]))
    def check(places: list[int], form: str) -> None:
        by_qubit = dict(zip(circuit.qubits, places, strict=True))
        holders = {place: qubit for qubit, place in by_qubit.items()}
        asked: Any = {
            "list": places,
            "dict": by_qubit,
            "Layout": Layout(by_qubit),
            "qubits": [holders.get(k) for k in range(5)],
        }[form]
        placed = QuantumCircuit(5, 3)
        placed.compose(circuit, places, [0, 1, 2], inplace=True)
        found = transpile(circuit, backend, initial_layout=asked, optimization_level=level, **options)
        assert found.layout is not None
        assert found.layout.final_index_layout() == places
        assert_reads(found, placed, backend)

    check()


@pytest.mark.parametrize("method", ["sabre", "dense", "trivial"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_layout_method_moves_nothing(level: int, method: str) -> None:
    backend = backend_of(2)
    options: dict[str, Any] = {"optimization_level": level, "layout_method": method, "seed_transpiler": 5}
    for circuit in (decay(), on_the_last(2)):
        found = outcome(lambda circuit=circuit: transpile(circuit, backend, **options), backend)
        if isinstance(found, str):  # it notes an exchange in any case, and from level 2 on there may have been one
            assert method == "sabre"
            assert level > 1
            assert "(use `optimization_level=1`, or" in found
        else:
            assert_reads(found, circuit, backend)


def test_translation_to_native_gates_does_not_forget_a_layout() -> None:
    # A circuit with branches is translated once more before it is emulated, and bears no layout then.
    backend = backend_of(2)
    circuit = QuantumCircuit(2, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.h(1)
    moved = transpile(circuit, target=backend.target, initial_layout=[2, 0], optimization_level=1)
    assert "must have qubit 0 on physical qubit 0" in refusal(backend, moved)
