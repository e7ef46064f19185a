"""Counts come from the exact distribution: drawn from the kept branch, or run shot by shot through every measurement.

Counts are compared in all cells, discarded runs included.
"""

import numpy as np
import pytest
from counting import (
    FALSE_ALARM,
    cells,
    kept_counts,
    multinomial_p_value,
    pearson,
    two_sample_p_value,
    with_discarded,
)
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from scipy.stats import chi2, kstest
from systems import pair, random_symbols

import nvprotocol as nv
from nvprotocol.emulation import Estimate
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.protocols import dissipative_entanglement, monitored_bell

WARM = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8j, q=0.4, J=0.3, dm=0.2), detuning=0.5))


def branching() -> QuantumCircuit:
    """Both NV qubits are measured on the way, one of them twice, and a monitor that nobody looks at again."""
    nv_qubits, monitor = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor")
    circuit = QuantumCircuit(monitor, nv_qubits, ClassicalRegister(2, "c"), ClassicalRegister(1, "unread"))
    circuit.ry(1.1, nv_qubits[0])
    circuit.rx(0.8, nv_qubits[1])
    circuit.cx(nv_qubits[0], nv_qubits[1])
    circuit.delay(0.2, nv_qubits[0], unit="us")
    circuit.measure(nv_qubits[0], 0)
    circuit.delay(300, nv_qubits, unit="ns")
    circuit.h(nv_qubits[0])
    circuit.measure(nv_qubits[1], 1)
    circuit.barrier()
    circuit.h(monitor[0])
    circuit.cx(monitor[0], nv_qubits[1])
    circuit.measure(monitor[0], 2)
    circuit.measure(nv_qubits[0], 0)  # what the first measurement wrote is lost
    circuit.delay(0.4, monitor, unit="us")
    circuit.reset(monitor[0])
    circuit.h(nv_qubits[0])
    return circuit


def exactly(circuit: QuantumCircuit, device: nv.Device, postselect: dict[str, int | str] | None) -> Estimate:
    return nv.emulate(circuit, device, shots=None, postselect=postselect, engine="exact")


def p_value(found: Estimate, exact: Estimate) -> float:
    assert found.shots is not None
    return multinomial_p_value(
        with_discarded(kept_counts(found), found.shots), cells(exact.state, exact.success_probability)
    )


CASES = {
    "monitored": (monitored_bell(0.9, checks=3), {"parity": 1}),
    "monitored, failed": (monitored_bell(0.9, checks=3), {"parity": 0}),
    "monitored, failed once": (monitored_bell(0.9, checks=3), {"parity": "101"}),
    "monitored, unread": (monitored_bell(0.9, checks=3), None),
    "branching 0": (branching(), {"c": 0}),
    "branching 1": (branching(), {"c": 1}),
    "branching 01": (branching(), {"c": "01"}),
    "branching 10": (branching(), {"c": "10", "unread": 1}),
    "unmonitored": (dissipative_entanglement(0.8, initial="+l"), None),
}


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("per_shot", [False, True], ids=["kept branch", "shot by shot"])
@pytest.mark.parametrize("case", CASES)
def test_counts_come_from_the_exact_distribution(case: str, per_shot: bool) -> None:
    circuit, postselect = CASES[case]
    shots = 2000 if per_shot else 100_000
    exact = exactly(circuit, WARM, postselect)
    found = nv.emulate(circuit, WARM, shots=shots, postselect=postselect, seed=11, per_shot=per_shot)
    assert p_value(found, exact) > FALSE_ALARM
    assert np.all(kept_counts(found).sum(axis=1) <= shots)
    assert found.metadata["method"] == ("shot by shot" if per_shot else "kept branch")


def test_the_bits_of_a_string_are_in_qiskits_order() -> None:
    # Each of the four is another branch; to mix up the bits of "01" and "10" would show.
    probabilities = {
        key: exactly(branching(), WARM, {"c": key}).success_probability for key in ("00", "01", "10", "11")
    }
    assert sum(probabilities.values()) == pytest.approx(1, abs=1e-12)
    assert abs(probabilities["01"] - probabilities["10"]) > 0.05
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(2, "c"))
    circuit.x(0)
    circuit.measure([0, 1], [0, 1])
    assert exactly(circuit, WARM, {"c": "01"}).success_probability == pytest.approx(1, abs=1e-12)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("case", range(3))
def test_the_two_ways_draw_from_one_distribution(case: int, rng: np.random.Generator) -> None:
    device = nv.Device(pair(**random_symbols(rng)).equation)
    circuit = monitored_bell(float(rng.uniform(0.1, 0.5)), checks=3, initial="du")
    shots, found = 3000, []
    for per_shot in (False, True):
        one = nv.emulate(circuit, device, shots=shots, postselect={"parity": 1}, seed=case, per_shot=per_shot)
        found.append(with_discarded(kept_counts(one), shots))
    assert two_sample_p_value(found[0], found[1]) > FALSE_ALARM


@pytest.mark.slow
@pytest.mark.statistical
def test_the_way_shot_by_shot_would_show_another_medium() -> None:
    circuit, other = monitored_bell(0.9, checks=3), nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.7j, q=0.4)))
    found = nv.emulate(circuit, WARM, shots=2000, postselect={"parity": 1}, seed=5, per_shot=True)
    exact = exactly(circuit, other, {"parity": 1})
    assert p_value(found, exact) < FALSE_ALARM


@pytest.mark.statistical
def test_p_values_of_many_seeds_are_uniform() -> None:
    # 100 independent tables of 10⁴ shots: a Kolmogorov–Smirnov test of the p values of Pearson's χ² at once.
    circuit, postselect = CASES["monitored"]
    exact = exactly(circuit, WARM, postselect)
    rng, values = np.random.default_rng(2), []
    for _ in range(10):
        drawn = nv.emulate([circuit] * 10, WARM, shots=10_000, postselect=postselect, seed=rng)
        values += [chi2.sf(*pearson(kept_counts(one), 10_000, exact.state, exact.success_probability)) for one in drawn]
    assert kstest(values, "uniform").pvalue > FALSE_ALARM


@pytest.mark.statistical
def test_shots_of_different_settings_are_independent() -> None:
    # With 9 settings the kept totals scatter as binomials: their χ² has 9 degrees of freedom.
    circuit, postselect = CASES["monitored"]
    exact = exactly(circuit, WARM, postselect)
    p, shots = exact.success_probability, 100_000
    found = nv.emulate(circuit, WARM, shots=shots, postselect=postselect, seed=3)
    pulls = (kept_counts(found).sum(axis=1) - shots * p) / np.sqrt(shots * p * (1 - p))
    assert chi2.sf((pulls**2).sum(), 9) > FALSE_ALARM / 2
    assert chi2.cdf((pulls**2).sum(), 9) > FALSE_ALARM / 2, "and not too alike either"


@pytest.mark.statistical
def test_no_kept_shot_says_how_many_were_to_be_expected() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.1)))
    circuit = monitored_bell(12.0, checks=1)
    expected = 9 * 100 * exactly(circuit, device, {"parity": 1}).success_probability
    assert 0 < 3 * expected < FALSE_ALARM
    text = r"Argument `shots` must be large enough to keep some runs, but none of 9 × 100 was kept"
    for per_shot in (False, True):
        with pytest.raises(NoKeptShotsError, match=f"{text}; {expected:.3g} were to be expected"):
            nv.emulate(circuit, device, shots=100, postselect={"parity": 1}, seed=1, per_shot=per_shot)
    with pytest.raises(NoKeptShotsError, match=f"none of 2 × 100 was kept; {expected * 2 / 9:.3g} were to be"):
        nv.emulate(circuit, device, shots=100, postselect={"parity": 1}, seed=1, settings=("XX", "ZZ"))
    with pytest.raises(NoKeptShotsError, match="keep some runs of circuit 1, but none"):
        nv.emulate([monitored_bell(0.1, checks=1), circuit], device, shots=100, postselect={"parity": 1}, seed=1)


@pytest.mark.parametrize("asked", ["state", "register"])
def test_every_seed_is_a_run_of_its_own(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shot by shot the simulator has a seed of its own: of 40 runs none gets that of another."""
    device, seeds = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0))), []

    def recorded(_engine: object, _circuits: object, _shots: int, seed: int) -> None:
        seeds.append(seed)
        raise InterruptedError

    monkeypatch.setattr("nvprotocol.engines.aer.AerEngine.counts", recorded)

    def ask(seed: int) -> None:
        if asked == "state":
            nv.emulate(nv.protocols.dissipative_entanglement(0.7), device, shots=9, seed=seed, per_shot=True)
        else:
            nv.probability(nv.protocols.relaxometry(0.5), device, "01", shots=9, seed=seed, per_shot=True)

    for seed in range(40):
        with pytest.raises(InterruptedError):
            ask(seed)
    assert len(set(seeds)) == 40
