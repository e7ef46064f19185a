"""What would take more memory than it may is refused before it takes any: one line names number, need and limit."""

import re
from collections.abc import Callable
from itertools import islice, product
from typing import Any

import numpy as np
import pytest
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import Gate
from qiskit.circuit.library import RXGate

import nvprotocol as nv
from nvprotocol import resources
from nvprotocol.compiler import gates, timing
from nvprotocol.errors import ArgumentError, TooLargeError, UnsupportedCircuitError

MANY = nv.MasterEquation(nv.Medium(relaxation=np.eye(20)))
PAIR = nv.MasterEquation(nv.Medium.pair())
WHOLE = "u" * 20


def twelve_qubits() -> object:
    settings = ["".join(letters) for letters in islice(product("XYZ", repeat=12), 2000)]
    return nv.tomography.from_counts({label: {"0" * 12: 1} for label in settings}, settings)


def with_monitors() -> object:
    device = nv.Device(PAIR, monitors=14)
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(14, "m"))
    circuit.x(range(16))
    return nv.emulate(circuit, device, shots=10)


TOO_LARGE: dict[str, tuple[Callable[[], object], str]] = {
    "evolve": (lambda: MANY.evolve(WHOLE, 1.0), "medium"),
    "no_jump": (lambda: MANY.no_jump(WHOLE, 1.0), "medium"),
    "monitored": (lambda: MANY.monitored(WHOLE, 1.0, 0.1), "medium"),
    "steady_state": (MANY.steady_state, "medium"),
    "liouvillian": (lambda: MANY.liouvillian, "medium"),
    "hamiltonian": (lambda: MANY.hamiltonian, "medium"),
    "jump_operators": (lambda: MANY.jump_operators, "medium"),
    "propagator": (lambda: MANY.propagator(1.0), "medium"),
    "times": (lambda: PAIR.evolve("ud", np.arange(1_000_000.0)), "times"),
    "numbers": (lambda: nv.concurrence(np.broadcast_to(np.eye(4) / 4, (10**8, 4, 4))), "rho"),
    "range": (lambda: nv.concurrence(range(10**15)), "rho"),
    "operator": (lambda: nv.operators.sigma_z(0, 20), "n_qubits"),
    "state": (lambda: nv.operators.state("u" * 30), "label"),
    "density matrix": (lambda: nv.operators.density_matrix("u" * 15), "initial"),
    "Pauli basis": (lambda: nv.operators.pauli_basis(9), "n_qubits"),
    "channel": (lambda: nv.channels.depolarising(9, 0.1), "n_qubits"),
    "channel on": (lambda: nv.channels.preparation(0.1).on([0], 12), "n_qubits"),
    "evolution": (lambda: nv.channels.evolution(nv.MasterEquation(nv.Medium(relaxation=np.eye(7))), 1.0), "medium"),
    "parity check": (lambda: nv.channels.parity_check(10), "n_qubits"),
    "settings": (lambda: nv.tomography.pauli_settings(20), "n_qubits"),
    "projectors": (lambda: nv.tomography.measurement_operators(["X" * 14]), "settings"),
    "counts": (twelve_qubits, "counts_by_setting"),
    "monitors": (with_monitors, "circuit"),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_refused(name: str) -> None:
    call, argument = TOO_LARGE[name]
    with resources.limited_memory("50 MB"), pytest.raises(TooLargeError) as caught:
        call()
    assert caught.value.argument == argument
    assert re.search(r"at most \d+ MB .* but .*\d.* take [\d.e+]+ [kMGTP]?B\.$", str(caught.value))
    assert len(str(caught.value).splitlines()) == 1
    assert isinstance(caught.value, MemoryError)


def test_the_limit_is_a_share_of_the_machine_unless_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NVPROTOCOL_MEMORY", raising=False)
    resources._usual_limit.cache_clear()
    usual = resources.memory_limit()
    assert usual > 2**27
    monkeypatch.setenv("NVPROTOCOL_MEMORY", "3 GiB")
    assert resources.memory_limit() == usual  # it is read once
    resources._usual_limit.cache_clear()
    assert resources.memory_limit() == 3 * 2**30
    with resources.limited_memory(1000):
        assert resources.memory_limit() == 1000
        with resources.limited_memory("2 kB"):
            assert resources.memory_limit() == 2000
        assert resources.memory_limit() == 1000
    assert resources.memory_limit() == 3 * 2**30
    monkeypatch.setenv("NVPROTOCOL_MEMORY", "much")
    resources._usual_limit.cache_clear()
    with pytest.raises(ArgumentError, match=r"`NVPROTOCOL_MEMORY` must be a number of bytes, .* but is \"much\"\.$"):
        resources.memory_limit()
    monkeypatch.undo()
    resources._usual_limit.cache_clear()


@pytest.mark.parametrize("limit", [0, -1, True, 0.5, None, "", "GB", "1.5 GB", "1 XB", "-1 GB", 10**30, "9" * 30])
def test_limits_that_are_none_are_refused(limit: Any) -> None:
    with (
        pytest.raises(ArgumentError, match="Argument `limit` must be a number of bytes"),
        resources.limited_memory(limit),
    ):
        pass


def looped(turns: int, depth: int) -> QuantumCircuit:
    """Loops inside each other, with nothing or a delay in them."""
    circuit = QuantumCircuit(2)
    if depth:
        inner = looped(turns, depth - 1)
        circuit.for_loop(range(turns), None, inner, [0, 1], [])  # pyright: ignore[reportCallIssue]
    return circuit


class Twice(Gate):
    """A gate that consists of two others of its kind, down to a turn about x."""

    def __init__(self, depth: int) -> None:
        super().__init__(f"twice{depth}", 1, [])
        self.depth = depth

    def _define(self) -> None:
        self.definition = QuantumCircuit(1)
        for _ in range(2):
            self.definition.append(Twice(self.depth - 1) if self.depth else RXGate(0.1), [0])


@pytest.mark.parametrize("gate_ns", [{}, {"sx": 20}])
@pytest.mark.parametrize(
    ("depth", "must"),
    [(22, "at most 1000000 operations when its gates are written out"), (400, "inside each other at most 50 deep")],
)
def test_gates_inside_gates_are_bounded(
    monkeypatch: pytest.MonkeyPatch, depth: int, must: str, gate_ns: dict[str, float]
) -> None:
    """However deep the caller stands: what is counted is the circuit, and not Python's stack.

    2²² definitions would take minutes; the limit is lowered, so that it takes less time to be met.
    """
    assert gates._MOST_DEFINITIONS <= 50_000, "which takes some seconds"
    monkeypatch.setattr(gates, "_MOST_DEFINITIONS", 1000)
    circuit = QuantumCircuit(2)
    circuit.append(Twice(depth), [0])
    device = nv.Device(PAIR, gate_ns=gate_ns)

    def deep(frames: int) -> None:
        if frames:
            deep(frames - 1)
        else:
            nv.emulate(circuit, device, shots=None, engine="exact")

    with pytest.raises(UnsupportedCircuitError, match=must):
        deep(600)


@pytest.mark.parametrize("depth", [1, 3])
def test_loops_with_nothing_in_them_are_bounded(monkeypatch: pytest.MonkeyPatch, depth: int) -> None:
    """10⁹ turns would take hours; the limit is lowered, so that it takes less time to be met."""
    assert timing._MOST_VISITS <= 3_000_000, "which takes some seconds"
    monkeypatch.setattr(timing, "_MOST_VISITS", 10_000)
    with pytest.raises(UnsupportedCircuitError, match="operations when its loops are written out"):
        nv.emulate(looped(10**9, depth), nv.Device(PAIR), shots=None, engine="exact")
