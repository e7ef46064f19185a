"""Postselected counts: following the kept branch against running every shot and sorting, on the same backend.

Every protocol of the gallery that postselects, with 50 checks or steps where it has any, on a medium with a = 1,
A = 0.9 and q = 0.2 (rad/µs; q = 0 where monitor qubits play it), 1 µs, 10⁴ shots, and a readout of both NV qubits at
the end. Both ways are `NVBackend.run`, with and without `postselect`. Shot by shot takes seconds, so it gets fewer
turns. The counts of both must come from one distribution, discarded runs included (χ², p > 1e-4), or there is no table.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/postselection.py [--shots 10000]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit
from qiskit.result import Result
from scipy.stats import chi2_contingency

import nvprotocol as nv
from nvprotocol.backend import follow_kept, time_as_medium
from nvprotocol.compiler.kept_branch import KeptBranch
from nvprotocol.engines.aer import kept_outcomes, run

SHOTS, SEED, ROUNDS, SLOW_ROUNDS = 10_000, 11, 15, 3
GOAL_RATIO, GOAL_GROWTH, SIGNIFICANCE = 200, 1.5, 1e-4
SCALING = tuple(10**k for k in range(3, 8))
STEPS = {"checks": 50, "steps": 50, "pulses": 50, "period": 0.02}

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.2))
NO_MEDIUM = nv.MasterEquation(nv.Medium.pair(a=0.0))
PLAYED = {"a": 1.0, "A": 0.9}
"""The medium where monitor qubits play it: cold, since warm it takes twice as many collisions."""


class Case:
    """A protocol on its device, with the NV qubits read out at its end."""

    def __init__(self, name: str) -> None:
        self.protocol = nv.protocols.GALLERY[name]
        known = {one.name for one in nv.protocols.parameters.PARAMETERS[name]}
        played = name == "no_emitted_magnon"
        steps = {key: value for key, value in STEPS.items() if key in known}
        self.circuit = self.protocol.circuit(duration=1.0, **steps, **(PLAYED if played else {}))
        self.circuit.add_register(ClassicalRegister(2, "end"))
        self.circuit.measure([0, 1], self.circuit.cregs[-1])
        self.device = nv.Device(NO_MEDIUM if played else EQUATION, monitors=self.circuit.num_qubits - 2)
        self.backend = nv.NVBackend(self.device)
        self.kept: Mapping[str, int | str] = dict(self.protocol.postselect or {})
        self.bits = self.circuit.num_clbits - 2

    def kept_branch(self, shots: int) -> dict[str, int]:
        job = self.backend.run(self.circuit, shots=shots, seed_simulator=SEED, postselect=self.kept)
        return self._ends(job.result())

    def sorted_shots(self, shots: int) -> dict[str, int]:
        return self._ends(self.backend.run(self.circuit, shots=shots, seed_simulator=SEED).result())

    def _ends(self, result: Result) -> dict[str, int]:
        """Counts of the readout at the end, of the runs that are kept: every postselected bit reads 1."""
        counts: Any = result.get_counts()
        found: dict[str, int] = {}
        for key, count in counts.items():
            end, *checks = key.split()
            if checks == ["1" * self.bits]:
                found[end] = found.get(end, 0) + count
        return found


def cases() -> dict[str, Case]:
    return {name: Case(name) for name, one in nv.protocols.GALLERY.items() if one.postselect}


def same_distribution(one: Mapping[str, int], other: Mapping[str, int], shots: int) -> float:
    """p value of the hypothesis that two sets of counts come from one distribution, discarded runs included."""
    cells = ("00", "01", "10", "11")
    table = np.array([[counts.get(cell, 0) for cell in cells] for counts in (one, other)])
    table = np.concatenate([table, shots - table.sum(axis=1, keepdims=True)], axis=1)
    _, p_value, _, _ = chi2_contingency(table[:, table.sum(axis=0) >= 10], correction=False)
    return float(p_value)  # pyright: ignore[reportArgumentType]


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def medians(works: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median times of works that take turns, so that a slow minute hits them all; the first round is not counted."""
    spent = [{name: seconds(work) for name, work in works.items()} for _ in range(rounds + 1)]
    return {name: statistics.median(times[name] for times in spent[1:]) for name in works}


def ratio_of(case: Case, shots: int) -> tuple[float, float]:
    """Median times of the kept branch and of sorting; turns are taken, so that both see the same machine."""
    fast, slow = [], []
    case.kept_branch(shots)
    for _ in range(SLOW_ROUNDS):
        fast += [seconds(lambda: case.kept_branch(shots)) for _ in range(ROUNDS // SLOW_ROUNDS)]
        slow.append(seconds(lambda: case.sorted_shots(shots)))
    return statistics.median(fast), statistics.median(slow)


def parts(case: Case) -> dict[str, Callable[[], object]]:
    """The steps of a postselected run, one by one."""
    keep = dict.fromkeys(range(case.bits), 1)
    plain = time_as_medium(case.circuit, case.device, to_end=False)
    branch = follow_kept(plain, keep, case.device, report=range(case.circuit.num_clbits))
    rng, chances = np.random.default_rng(SEED), np.full(5, 0.2)
    prepared = saved(branch)
    return {
        "time becomes the medium": lambda: time_as_medium(case.circuit, case.device, to_end=False),
        "measurements become projections": lambda: follow_kept(plain, keep, case.device, report=range(case.bits + 2)),
        "Aer as a whole": lambda: kept_outcomes([branch], case.device),
        "  of which without our own part": lambda: run([prepared], shots=1),
        "draw counts": lambda: rng.multinomial(SHOTS, chances),
        "all of it": lambda: case.kept_branch(SHOTS),
    }


def saved(branch: KeptBranch) -> QuantumCircuit:
    circuit = branch.circuit.copy()
    circuit.save_probabilities([record.qubit for record in branch.records])  # pyright: ignore[reportAttributeAccessIssue]
    return circuit


def print_ratios(every: Mapping[str, Case], shots: int) -> None:
    agree = {
        name: same_distribution(case.kept_branch(shots), case.sorted_shots(shots), shots)
        for name, case in every.items()
    }
    if min(agree.values()) < SIGNIFICANCE:
        sys.exit(f"The counts disagree; there is nothing to compare: {agree}")
    print(f"{shots} shots; medians of {ROUNDS} and {SLOW_ROUNDS} runs")
    print(f"{'protocol':30}{'kept branch ms':>16}{'sorted shots s':>16}{'ratio':>8}{'χ² p':>8}")
    for name, case in every.items():
        fast, slow = ratio_of(case, shots)
        short = "" if slow / fast >= GOAL_RATIO else f"  short of {GOAL_RATIO}"
        print(f"{name:30}{1e3 * fast:16.2f}{slow:16.2f}{slow / fast:8.0f}{agree[name]:8.2g}{short}")


def print_scaling(case: Case) -> None:
    """Cost against shots, with the drawing of counts and without it."""
    whole = medians({str(shots): lambda shots=shots: case.kept_branch(shots) for shots in SCALING})
    rng, chances = np.random.default_rng(SEED), np.full(5, 0.2)
    draws = medians({str(shots): lambda shots=shots: rng.multinomial(shots, chances) for shots in SCALING})
    print(f"\n{'shots (monitored_bell)':30}{'ms':>16}{'without drawing':>16}{'ratio':>8}")
    for name, spent in whole.items():
        alone = spent - draws[name]
        print(f"{float(name):<30.0e}{1e3 * spent:16.2f}{1e3 * alone:16.2f}{spent / whole[str(SCALING[0])]:8.2f}")
    for text, times in (("drawn", whole), ("not drawn", {name: whole[name] - draws[name] for name in whole})):
        growth = max(times.values()) / min(times.values())
        reached = "within" if growth <= GOAL_GROWTH else "beyond"
        print(f"{text}: slowest over fastest {growth:.2f}, {reached} {GOAL_GROWTH}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shots", type=int, default=SHOTS, help="shots of each run [10000]")
    every = cases()
    print_ratios(every, parser.parse_args().shots)
    print_scaling(every["monitored_bell"])
    print(
        f"\n{'where the time goes, ms':34}" + "".join(f"{name:>20}" for name in ("monitored_bell", "no_emitted_magnon"))
    )
    both = [medians(parts(every[name])) for name in ("monitored_bell", "no_emitted_magnon")]
    for name in both[0]:
        print(f"{name:34}" + "".join(f"{1e3 * one[name]:20.2f}" for one in both))


if __name__ == "__main__":
    main()
