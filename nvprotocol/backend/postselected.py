"""Counts of kept runs: drawn from the kept branch, or sorted out of plain shots where it cannot be followed."""

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.result import Result
from qiskit_aer import AerSimulator
from qiskit_aer.library.save_instructions.save_data import SaveData
from qiskit_aer.noise import NoiseModel

from nvprotocol._checks import MOST_SHOTS, fail, generator, mapping, show, whole_number
from nvprotocol.backend.aer import OPTIONS, kept_outcomes, require_success
from nvprotocol.backend.floor import is_resolved
from nvprotocol.backend.kept_branch import KeptBranch, NotFollowedError, follow_kept
from nvprotocol.backend.steps import Timeless
from nvprotocol.device import Device
from nvprotocol.tomography.settings import draw_kept


def kept_bits(circuit: QuantumCircuit, postselect: Mapping[str, int | str] | None) -> dict[int, int]:
    """Index of each postselected bit → the value that is kept; None keeps every run.

    Raises:
        ArgumentError: If a register is not there, or a value is not a bit or a string of as many bits as it has.
    """
    registers = {register.name: register for register in circuit.cregs}
    keep: dict[int, int] = {}
    for name, value in mapping(postselect, "postselect", "registers to outcomes").items():
        if name not in registers:
            has = ", ".join(show(known) for known in registers) or "none"
            fail(
                "postselect",
                "name a classical register of the circuit",
                f"names {show(name)}, and the circuit has {has}",
            )
        bits = list(registers[name])
        if isinstance(value, str):
            values: list[int | str] = list(reversed(value))
        else:  # a number other than 0 and 1 is not a string of bits
            values = [value] * len(bits)
        if len(values) != len(bits) or any(str(bit) not in ("0", "1") for bit in values) or isinstance(value, bool):
            must = f"keep 0, 1 or a string of {len(bits)} bits of register {show(name)}"
            fail("postselect", must, f"keeps {show(value)}")
        for bit, kept in zip(bits, values, strict=True):
            if keep.setdefault(circuit.find_bit(bit).index, int(kept)) != int(kept):
                fail("postselect", "keep one value of a bit that registers share", "keeps 0 and 1 of one")
    return keep


def postselected_result(
    circuits: Sequence[Timeless],
    device: Device,
    postselect: Mapping[str, int | str],
    noise: NoiseModel | None,
    name: str,
    options: Mapping[str, Any],
) -> Result:
    """The counts of the kept runs of circuits without time, as Qiskit's `Result`.

    Args:
        circuits: The steps of what `time_as_medium` gives.
        device: The device.
        postselect: Register → outcome that is kept.
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
        form = circuit.form
        keep = kept_bits(form, postselect)
        try:
            branch = follow_kept(circuit, keep, device, report=range(form.num_clbits))
        except NotFollowedError as reason:
            counts = _sorted_out(
                circuit.written(), keep, noise, {**options, "seed_simulator": int(rng.integers(2**31))}
            )
            told: dict[str, Any] = {"method": "shot by shot", "reason": f"{reason}"}
        else:
            counts, probability = _drawn(branch, keep, device, shots, rng)
            told = {"method": "kept branch", "success_probability": probability}
        told |= {"postselect": dict(postselect), "shots": shots, "kept": sum(counts.values())}
        results.append(_experiment(form, counts, told))
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
    result = AerSimulator(**OPTIONS).run(circuit, noise_model=noise, **options).result()
    require_success(result)
    return kept_counts(result, 0, keep)


def kept_counts(result: Result, number: int, keep: Mapping[int, int]) -> dict[int, int]:
    """Counts by register value of one circuit of a result, of the runs in which every kept bit reads its value."""
    counts = {int(key, 16): count for key, count in result.data(number)["counts"].items()}
    return {value: count for value, count in counts.items() if all(value >> b & 1 == v for b, v in keep.items())}


def _experiment(circuit: QuantumCircuit, counts: Mapping[int, int], told: Mapping[str, Any]) -> dict[str, Any]:
    header = {
        "name": circuit.name,
        "creg_sizes": [[register.name, register.size] for register in circuit.cregs],
        "memory_slots": circuit.num_clbits,
        "metadata": {**(circuit.metadata or {}), **told},
    }
    return {
        "shots": told["shots"],
        "success": True,
        "status": "DONE",
        "header": header,
        "data": {"counts": {hex(value): count for value, count in counts.items()}},
    }
