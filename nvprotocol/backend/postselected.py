"""Counts of kept runs: drawn from the kept branch, or sorted out of plain shots where it cannot be followed."""

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
from nvprotocol.compiler.kept_branch import KeptBranch, NotFollowedError, kept_branch
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.device import Device
from nvprotocol.engines.aer import OPTIONS, kept_counts, kept_outcomes, require_density_matrix, require_success
from nvprotocol.engines.floor import is_resolved
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


def postselected_result(
    circuits: Sequence[CompiledCircuit],
    device: Device,
    postselect: Mapping[str, int | str],
    noise: NoiseModel | None,
    name: str,
    options: Mapping[str, Any],
) -> Result:
    """The counts of the kept runs of compiled circuits, as Qiskit's `Result`.

    Args:
        circuits: The circuits, with what is kept of each.
        device: The device.
        postselect: Register → outcome that is kept, for the header.
        noise: The readout errors, for what is run shot by shot.
        name: Name of the backend.
        options: `shots`, `seed_simulator`, and other options of Aer for what is run shot by shot.
    """
    if options.get("memory"):
        fail("memory", "not be asked for with `postselect`: shots of the kept branch have no order", "is true")
    if any(isinstance(step.operation, SaveData) for circuit in circuits for step in circuit.steps):
        fail("circuits", "save nothing in a run with `postselect`, whose state is not normalised", "have a save")
    shots = whole_number(options["shots"], "shots", minimum=1, maximum=MOST_SHOTS)
    rng = generator(options["seed_simulator"], "seed_simulator")
    results = []
    for circuit in circuits:
        form, keep = circuit.form, circuit.keep
        try:
            branch = kept_branch(circuit, device, report=range(form.num_clbits))
        except NotFollowedError as reason:
            seeded = {**options, "seed_simulator": int(rng.integers(2**31))}
            counts = _sorted_out(circuit.written(), keep, noise, seeded)
            about: dict[str, Any] = {"method": "shot by shot", "reason": reason.but}
        else:
            counts, probability = _drawn(branch, keep, device, shots, rng)
            about = {"method": "kept branch", "success_probability": probability}
        about |= {"postselect": dict(postselect), "shots": shots, "kept": sum(counts.values())}
        results.append(_experiment(form, counts, about))
    content = {"backend_name": name, "backend_version": "", "job_id": "", "success": True, "results": results}
    return Result.from_dict({**content, "qobj_id": ""} if _takes_qobj_id() else content)


@cache
def _takes_qobj_id() -> bool:
    """Qiskit 1 asks for it."""
    return "qobj_id" in inspect.signature(Result.__init__).parameters


def _drawn(
    branch: KeptBranch, keep: Mapping[int, int], device: Device, shots: int, rng: np.random.Generator
) -> tuple[dict[int, int], float]:
    """Counts of the kept runs by register value, and the probability of keeping one, where it is not 0 to rounding."""
    (table,) = kept_outcomes([branch], device)
    probability = float(np.clip(table.sum(), 0.0, 1.0))
    if not is_resolved(probability):
        return {}, 0.0
    drawn = draw_kept(table.ravel(), shots, rng)
    base = sum(value << bit for bit, value in keep.items())
    counts: dict[int, int] = {}
    for cell in np.flatnonzero(drawn):
        outcome = np.unravel_index(cell, table.shape) if table.ndim else ()
        value = base + sum(int(one) << record.clbit for one, record in zip(outcome, branch.records, strict=True))
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


def _experiment(circuit: QuantumCircuit, counts: Mapping[int, int], about: Mapping[str, Any]) -> dict[str, Any]:
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
        "data": {"counts": {hex(value): count for value, count in counts.items()}},
    }
