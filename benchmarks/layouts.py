"""Layouts: does any way through Qiskit's transpiler take an NV qubit off the medium without a word?

Two NV qubits that differ in lifetime and readout, a device with 1–3 monitors, circuits that use 0–3 of them, on perfect
instruments and on such whose errors lure the layout passes, at every optimisation level. A circuit is right if its bits
have the exact distribution, within 1e-9, of the circuit as it is written, or as it is placed by hand where the caller
asks for a layout; it may be refused instead, in one line. Everything else would be silent, and ends the run with an
error. The table belongs to one version of Qiskit: `layouts_qiskit1.txt` and `layouts_qiskit2.txt` lie beside.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/layouts.py
"""

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import qiskit
from qiskit import QuantumCircuit, transpile
from qiskit.transpiler import Layout, TranspilerError, generate_preset_pass_manager

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "oracles"))

from placed import LEVELS, SYSTEM, UNEQUAL, checked, decay, read, three_apart

import nvprotocol as nv
from nvprotocol.backend import NVBackend
from nvprotocol.errors import UnsupportedCircuitError

SEED, LAYOUTS, WITHIN = 271828, 6, 1e-9
ERRORS: dict[str, Any] = {
    "readout": UNEQUAL,
    "single_qubit_error": 0.01,
    "two_qubit_error": 0.02,
    "initialisation_error": 0.02,
    "monitor_efficiency": 0.95,
}
Way = Callable[..., QuantumCircuit]


def by(**options: Any) -> Way:
    """`transpile` for the backend, with options."""
    return lambda circuit, backend, level, **asked: transpile(
        circuit, backend, optimization_level=level, seed_transpiler=SEED, **options, **asked
    )


def for_target(circuit: QuantumCircuit, backend: NVBackend, level: int, **asked: Any) -> QuantumCircuit:
    """`transpile` for the target of the backend alone."""
    return transpile(circuit, target=backend.target, optimization_level=level, seed_transpiler=SEED, **asked)


def by_pass_manager(circuit: QuantumCircuit, backend: NVBackend, level: int, **asked: Any) -> QuantumCircuit:
    """The pass manager that is made for the backend."""
    return generate_preset_pass_manager(level, backend=backend, seed_transpiler=SEED, **asked).run(circuit)


def with_connections(circuit: QuantumCircuit, backend: NVBackend, level: int, **asked: Any) -> QuantumCircuit:
    """`transpile` for the backend, its connections given once more, which takes the rest of its target away."""
    return by(coupling_map=backend.coupling_map)(circuit, backend, level, **asked)


def with_gates(circuit: QuantumCircuit, backend: NVBackend, level: int, **asked: Any) -> QuantumCircuit:
    """The same for its gates."""
    return by(basis_gates=list(backend.device.native_gates))(circuit, backend, level, **asked)


def without_backend(circuit: QuantumCircuit, backend: NVBackend, level: int) -> QuantumCircuit:
    """`transpile` for what the backend connects and its gates, without the backend."""
    gates = list(backend.device.native_gates)
    return transpile(
        circuit,
        coupling_map=backend.coupling_map,
        basis_gates=gates,
        optimization_level=level,
        seed_transpiler=SEED,
    )


WAYS: dict[str, Way] = {
    "backend": by(),
    "pass manager": by_pass_manager,
    "target": for_target,
    "schedule alap": by(scheduling_method="alap"),
    "schedule asap": by(scheduling_method="asap"),
    "translator": by(translation_method="translator"),
    "translator, alap": by(translation_method="translator", scheduling_method="alap"),
    "layout dense": by(layout_method="dense"),
    "layout sabre": by(layout_method="sabre"),
    "layout trivial": by(layout_method="trivial"),
    "routing basic": by(routing_method="basic"),
    "routing none": by(routing_method="none"),
    "coupling map": with_connections,
    "basis gates": with_gates,
    "dt": by(dt=1e-9),
    "without a backend": without_backend,
    "twice": lambda circuit, backend, level: by()(by()(circuit, backend, level), backend, level),
    "then target": lambda circuit, backend, level: for_target(by()(circuit, backend, level), backend, level),
}
ASKED = ("backend", "pass manager", "target", "schedule alap", "translator", "translator, alap", "coupling map")


class Case(NamedTuple):
    """A circuit, what it is to be placed by hand, and the options that ask the transpiler for that."""

    circuit: QuantumCircuit
    placed: QuantumCircuit
    options: dict[str, Any]


def circuits(monitors: int) -> Iterator[QuantumCircuit]:
    """Circuits that use so many monitors."""
    yield decay()
    yield _pair()
    if monitors:
        yield _on_the_last(monitors)
        yield checked(monitors)
        yield _from_a_monitor(monitors)


def _pair() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2)
    circuit.x(1)
    circuit.sx(0)
    circuit.delay(0.5, [0, 1], unit="us")
    circuit.measure([0, 1], [0, 1])
    return circuit


def _on_the_last(monitors: int) -> QuantumCircuit:
    last = monitors + 1
    circuit = QuantumCircuit(last + 1, 2)
    circuit.x(1)
    circuit.delay(0.4, 1, unit="us")
    circuit.barrier()
    circuit.cx(1, last)
    circuit.barrier()
    circuit.delay(0.3, [0, 1], unit="us")
    circuit.barrier()
    circuit.measure([1, last], [0, 1])
    return circuit


def _from_a_monitor(monitors: int) -> QuantumCircuit:
    circuit = QuantumCircuit(monitors + 2, 2)
    circuit.sx(2)
    circuit.barrier()
    circuit.cx(2, 0)
    circuit.barrier()
    circuit.delay(0.4, 0, unit="us")
    circuit.barrier()
    circuit.measure([0, 2], [0, 1])
    return circuit


def three_placed(monitors: int, rng: np.random.Generator) -> Iterator[Case]:
    """A circuit of three qubits on layouts at random, the second of them connected with the third."""
    circuit = three_apart()
    n_qubits, found = monitors + 2, 0
    while found < LAYOUTS:
        places = rng.permutation(n_qubits)[:3].tolist()
        if max(places[1:]) < 2:
            continue
        placed = QuantumCircuit(n_qubits, 3)
        placed.compose(circuit, places, [0, 1, 2], inplace=True)
        layout = Layout(dict(zip(circuit.qubits, places, strict=True))) if found % 2 else places
        yield Case(circuit, placed, {"initial_layout": layout})
        found += 1


def verdict(case: Case, way: Way, backend: NVBackend, level: int) -> str:
    """What becomes of a circuit: right, refused by the transpiler or by the run, or silent."""
    try:
        found = way(case.circuit, backend, level, **case.options)
    except (UnsupportedCircuitError, TranspilerError) as error:
        return "refused" if "\n" not in str(error) else "silent"
    try:
        backend.run(found, shots=1)
    except UnsupportedCircuitError as error:
        return "refused" if "\n" not in str(error) else "silent"
    off = np.abs(read(found, backend) - read(case.placed, backend)).max()
    return "right" if off < WITHIN else "silent"


def main() -> int:
    """Prints the table; 1 if anything was silent."""
    warnings.simplefilter("ignore")  # Qiskit's own, where gates and connections are given beside a backend
    rng, found = np.random.default_rng(SEED), dict[str, dict[int, Counter[str]]]()

    def counted(name: str, level: int) -> Counter[str]:
        return found.setdefault(name, {}).setdefault(level, Counter())

    for monitors in range(4):
        for errors in ({}, ERRORS):
            backend = NVBackend(
                nv.Device(SYSTEM.equation, monitors=max(monitors, 1), intrinsic_t1_us=[3.0, 1.0], **errors)
            )
            for level in LEVELS:
                for circuit in circuits(monitors):
                    for name, way in WAYS.items():
                        counted(name, level)[verdict(Case(circuit, circuit, {}), way, backend, level)] += 1
                for case in three_placed(max(monitors, 1), rng):
                    for name in ASKED:
                        counted(f"{name}: asked", level)[verdict(case, WAYS[name], backend, level)] += 1
    made = f"{datetime.now(UTC):%Y-%m-%d}, Qiskit {qiskit.__version__}, seed {SEED}"
    print(f"{made}: circuits that are right / refused / silent")
    print(f"{'transpiled by':24}" + "".join(f"{f'level {level}':>16}" for level in LEVELS))
    for name, levels in found.items():
        cells = (" / ".join(str(levels[level][said]) for said in ("right", "refused", "silent")) for level in LEVELS)
        print(f"{name:24}" + "".join(f"{cell:>16}" for cell in cells))
    silent = sum(counter["silent"] for levels in found.values() for counter in levels.values())
    print(f"{silent} of {sum(sum(c.values()) for levels in found.values() for c in levels.values())} are silent")
    return int(silent > 0)


if __name__ == "__main__":
    sys.exit(main())
