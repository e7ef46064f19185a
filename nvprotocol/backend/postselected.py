"""Counts drawn from what is kept, or sorted out of plain shots where that cannot be followed on its own."""

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import uuid4

import numpy as np
from qiskit import QuantumCircuit
from qiskit.providers import BackendV2, JobStatus, JobV1
from qiskit.result import Result
from qiskit_aer import AerSimulator
from qiskit_aer.library.save_instructions.save_data import SaveData
from qiskit_aer.noise import NoiseModel

from nvprotocol._checks import MOST_SHOTS, fail, generator, whole_number
from nvprotocol.compiler.kept_branch import NotFollowedError
from nvprotocol.compiler.postselection import last_writes
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.device import Device
from nvprotocol.engines import engine_of
from nvprotocol.engines.aer import OPTIONS, kept_counts, require_density_matrix, require_success
from nvprotocol.engines.engine import Engine
from nvprotocol.tomography.settings import draw_kept


class CompletedJob(JobV1):
    """A job whose result is there already."""

    def __init__(self, backend: BackendV2, result: Result) -> None:
        super().__init__(backend, str(uuid4()))
        self._result = result

    def submit(self) -> None:
        """Does nothing: the work is done."""

    def result(self) -> Result:
        """The result."""
        return self._result

    def status(self) -> JobStatus:
        """Done."""
        return JobStatus.DONE


def averaged_or_postselected(
    circuits: Sequence[CompiledCircuit],
    device: Device,
    postselect: Mapping[str, int | str] | None,
    noise: NoiseModel | None,
    name: str,
    options: Mapping[str, Any],
) -> Result:
    """The counts of the kept runs of compiled circuits, of all of them for None, as Qiskit's `Result`.

    Args:
        circuits: The circuits, with what is kept of each.
        device: The device.
        postselect: Register → outcome that is kept, for the header.
        noise: The readout errors, for what is run shot by shot.
        name: Name of the backend.
        options: `shots`, `seed_simulator`, and other options of Aer for what is run shot by shot.
    """
    if options.get("memory") and postselect is not None:
        fail("memory", "not be asked for with `postselect`: shots of the kept branch have no order", "is true")
    if any(isinstance(step.operation, SaveData) for circuit in circuits for step in circuit.steps):
        why = "with `postselect`, whose state is not normalised"
        why = "of a device with quasi-static noise, whose state is none of single runs" if postselect is None else why
        fail("circuits", f"save nothing in a run {why}", "have a save")
    shots = whole_number(options["shots"], "shots", minimum=1, maximum=MOST_SHOTS)
    rng, engine = generator(options["seed_simulator"], "seed_simulator"), engine_of("aer", device)
    results = []
    for circuit in circuits:
        try:
            counts, probability = _drawn(circuit, engine, shots, rng)
            about: dict[str, Any] = {"method": "kept branch", "success_probability": probability}
        except NotFollowedError as reason:
            seed = int(rng.integers(2**31))
            if device.noise is None:
                counts = _sorted_out(circuit.written(), circuit.keep, noise, {**options, "seed_simulator": seed})
            else:
                (counted,) = engine.counts([circuit], shots, seed)
                counts = dict(counted)
            about = {"method": "shot by shot", "reason": reason.but}
        about |= {"postselect": dict(postselect or {}), "shots": shots, "kept": sum(counts.values())}
        if engine.nodes:
            about["nodes"] = engine.nodes
        memory = _in_random_order(counts, rng) if options.get("memory") else None
        results.append(_experiment(circuit.form, counts, about, memory))
    content = {"backend_name": name, "backend_version": "", "job_id": "", "success": True, "results": results}
    return Result.from_dict({**content, "qobj_id": ""} if _takes_qobj_id() else content)


def _in_random_order(counts: Mapping[int, int], rng: np.random.Generator) -> list[str]:
    """What each shot reads: shots are independent of each other, in whatever order they were counted."""
    values = np.repeat(np.arange(len(counts)), list(counts.values()))
    texts = [hex(value) for value in counts]
    return [texts[k] for k in rng.permutation(values)]


@cache
def _takes_qobj_id() -> bool:
    """Qiskit 1 asks for it."""
    return "qobj_id" in inspect.signature(Result.__init__).parameters


def _drawn(
    circuit: CompiledCircuit, engine: Engine, shots: int, rng: np.random.Generator
) -> tuple[dict[int, int], float]:
    """Counts of the kept runs by register value, and the probability of keeping one, where it is not 0 to rounding."""
    written = last_writes(circuit.steps)
    report = sorted((bit for bit in written if bit not in circuit.keep), key=lambda bit: written[bit])
    (table,) = engine.distributions([circuit], [report])
    probability = float(np.clip(table.sum(), 0.0, 1.0))
    if probability < engine.smallest_probability:
        return {}, 0.0
    drawn = draw_kept(table.ravel(), shots, rng)
    base = sum(value << bit for bit, value in circuit.keep.items())
    counts: dict[int, int] = {}
    for cell in np.flatnonzero(drawn):
        outcome = np.unravel_index(cell, table.shape) if table.ndim else ()
        value = base + sum(int(one) << bit for one, bit in zip(outcome, report, strict=True))
        counts[value] = counts.get(value, 0) + int(drawn[cell])
    return counts, probability


def _sorted_out(
    circuit: QuantumCircuit, keep: Mapping[int, int], noise: NoiseModel | None, options: Mapping[str, Any]
) -> dict[int, int]:
    """Counts by register value of the runs that are kept, every shot run."""
    require_density_matrix([circuit])
    result = AerSimulator(**OPTIONS).run(circuit, noise_model=noise, **options).result()
    require_success(result)
    return kept_counts(result, 0, keep)


def _experiment(
    circuit: QuantumCircuit, counts: Mapping[int, int], about: Mapping[str, Any], memory: list[str] | None
) -> dict[str, Any]:
    header = {
        "name": circuit.name,
        "creg_sizes": [[register.name, register.size] for register in circuit.cregs],
        "memory_slots": circuit.num_clbits,
        "metadata": {**(circuit.metadata or {}), **about},
    }
    return {
        "shots": about["shots"],
        "success": True,
        "status": "DONE",
        "header": header,
        "data": {"counts": {hex(value): count for value, count in counts.items()}}
        | ({} if memory is None else {"memory": memory}),
    }
