"""Which Pauli settings `emulate` measures, what it assumes of the state, and that counts say where that is wrong."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from counting import FALSE_ALARM, fewest_inside, kept_counts, multinomial_p_value, two_sample_p_value, with_discarded
from qiskit import QuantumCircuit
from scipy.stats import kstest

import nvprotocol as nv
from nvprotocol._checks import MOST_SHOTS
from nvprotocol.errors import ArgumentError
from nvprotocol.protocols import dissipative_entanglement, monitored_bell

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8j, q=0.2), detuning=0.5)
DEVICE = nv.Device(EQUATION)
READING = nv.Device(EQUATION, readout=[[0.97, 0.05], [0.03, 0.95]])
KEEP: dict[str, int | str] = {"parity": 1}
U1 = nv.tomography.U1
FIVE: dict[str, Any] = {"settings": U1, "ansatz": "X"}
CIRCUIT = monitored_bell(0.6, checks=3)


@pytest.mark.parametrize("engine", ["aer", "exact"])
def test_without_noise_settings_and_ansatz_change_nothing(engine: Any) -> None:
    plain = nv.emulate(CIRCUIT, DEVICE, None, KEEP, engine)
    cases: list[dict[str, Any]] = [FIVE, {"settings": ["ZZ"]}, {"ansatz": "X"}]
    for how in cases:
        one = nv.emulate(CIRCUIT, DEVICE, None, KEEP, engine, **how)
        np.testing.assert_array_equal(one.state, plain.state)
        assert (one.concurrence, one.interval) == (plain.concurrence, plain.interval)
        assert one.settings == tuple(how.get("settings", nv.tomography.PAULI))
        assert one.ansatz == how.get("ansatz", "full")
        assert np.isnan(one.p_value)
        assert not one.contradicted
        assert str(one) == str(plain)


def test_counts_have_one_row_for_each_setting() -> None:
    found = nv.emulate([CIRCUIT] * 3, DEVICE, 1000, KEEP, seed=1, **FIVE)
    assert np.stack([kept_counts(one) for one in found]).shape == (3, 5, 4)
    for one in found:
        assert (one.settings, one.ansatz) == (U1, "X")
        assert one.success_probability == kept_counts(one).sum() / 5000
        low, high = nv.tomography.clopper_pearson(kept_counts(one).sum(), 5000)
        assert one.success_interval == (float(low), float(high))
        assert "1000 shots in each of 5 settings, X ansatz)" in str(one)
        inside = np.zeros((4, 4), dtype=bool)
        inside[[0, 1, 2, 3, 1, 2], [0, 1, 2, 3, 2, 1]] = True
        assert np.abs(one.state[~inside]).max() < 1e-12, "the ansatz"


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("per_shot", [False, True], ids=["kept branch", "shot by shot"])
@pytest.mark.parametrize("device", [DEVICE, READING], ids=["ideal", "with readout errors"])
def test_rows_are_the_settings_that_are_asked_for(device: nv.Device, per_shot: bool) -> None:
    # Every row, discarded runs as the fifth cell, against the exact state measured in that setting.
    shots, settings = 3000, ("YX", "ZZ", "XZ")
    exact = nv.emulate(CIRCUIT, device, None, KEEP, "exact")
    found = nv.emulate(CIRCUIT, device, shots, KEEP, seed=4, per_shot=per_shot, settings=settings)
    matrix = np.eye(4) if device is DEVICE else np.kron([[0.97, 0.05], [0.03, 0.95]], [[0.97, 0.05], [0.03, 0.95]])
    success = exact.success_probability
    cells = success * nv.tomography.probabilities(exact.state, settings) @ matrix.T
    expected = np.concatenate([cells, np.full((3, 1), 1 - success)], axis=1)
    assert multinomial_p_value(with_discarded(kept_counts(found), shots), expected) > FALSE_ALARM


@pytest.mark.slow
@pytest.mark.statistical
def test_the_two_ways_draw_five_settings_from_one_distribution() -> None:
    shots, found = 4000, []
    for per_shot in (False, True):
        one = nv.emulate(CIRCUIT, READING, shots, KEEP, seed=9, per_shot=per_shot, **FIVE)
        found.append(with_discarded(kept_counts(one), shots))
    assert two_sample_p_value(found[0], found[1]) > FALSE_ALARM


@pytest.mark.statistical
def test_five_settings_with_the_ansatz_beat_nine_at_equal_cost() -> None:
    # 20 runs each, 18,000 shots in all, of the rank-2 steady state (|↑↑⟩⟨↑↑| + singlet)/2: the mean width falls by a
    # fifth, which is six times what the difference of the means scatters.
    device, circuits = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))), [dissipative_entanglement(8.0)] * 20
    nine = nv.emulate(circuits, device, 2000, seed=5)
    five = nv.emulate(circuits, device, 3600, seed=5, **FIVE)
    width = {len(one[0].settings): np.mean([np.diff(k.interval) for k in one]) for one in (nine, five)}
    assert width[5] < width[9]
    for estimates in (nine, five):
        inside = sum(one.interval[0] <= 0.5 <= one.interval[1] for one in estimates)
        assert inside >= fewest_inside(20, 0.93, comparisons=4)


@pytest.mark.statistical
@pytest.mark.parametrize("shots", [300, 3000])
def test_a_state_that_breaks_the_symmetry_is_flagged(shots: int) -> None:
    circuit = dissipative_entanglement(0.3, initial="++")
    found = nv.emulate(circuit, DEVICE, shots, seed=2, **FIVE)
    assert found.p_value < 1e-10
    assert found.contradicted
    assert str(found).endswith(
        f"{shots} shots in each of 5 settings, X ansatz), "
        f"but the counts contradict the X ansatz, or else the readout (p-value {found.p_value:.1g})"
    )
    nine = nv.emulate(circuit, DEVICE, shots, seed=2)
    assert nine.p_value > FALSE_ALARM
    assert "contradict" not in str(nine)


@pytest.mark.statistical
def test_p_values_of_a_protocol_that_keeps_the_symmetry_are_uniform() -> None:
    # The state has full rank at q > 0, so nothing is lost to boundaries: Kolmogorov–Smirnov test of 100 of them.
    found = nv.emulate([dissipative_entanglement(0.8)] * 100, DEVICE, 20_000, seed=3, **FIVE)
    assert kstest([one.p_value for one in found], "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize("duration", [0.5, 20.0])
def test_the_most_shots_do_not_contradict_a_true_model(duration: float) -> None:
    # At zero temperature the states have rank 2 and less, where rounding stops a fit first.
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    for how in ({}, FIVE):
        found = nv.emulate(dissipative_entanglement(duration), device, MOST_SHOTS, seed=1, **how)
        assert found.p_value > 1e-5
        assert not found.contradicted


def test_without_an_ansatz_it_is_the_readout_that_is_doubted() -> None:
    found = nv.emulate(CIRCUIT, DEVICE, 1000, KEEP, seed=1)
    assert "contradict" not in str(found)
    doubted = replace(found, p_value=2e-9)
    assert str(doubted) == f"{found}, but the counts contradict the model of the readout (p-value 2e-09)"


def test_entanglement_of_formation() -> None:
    found = nv.emulate(CIRCUIT, DEVICE, 1000, KEEP, seed=1, **FIVE)
    low, value, high = found.entanglement_of_formation
    assert 0 < low < value < high < 1
    ends = [(1 + np.sqrt(1 - c**2)) / 2 for c in (found.interval[0], found.concurrence, found.interval[1])]
    expected = [-x * np.log2(x) - (1 - x) * np.log2(1 - x) for x in ends]
    np.testing.assert_allclose([low, value, high], expected, rtol=1e-12)
    alone = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.eye(1))))
    assert np.isnan(nv.emulate(QuantumCircuit(1), alone, None).entanglement_of_formation).all()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"ansatz": "Y"}, '`ansatz` must be one of "full", "X", but is "Y"'),
        ({"ansatz": None}, "`ansatz` must be one of"),
        ({"settings": ["ZZZ"]}, '`settings` must be labels of 2 letters, one for each NV qubit, but contain "ZZZ"'),
        ({"settings": ["ZZ", "ZZ"]}, "`settings` must be different labels"),
        ({"settings": ["ZW"]}, "`settings` must be labels out of X, Y and Z"),
        ({"settings": []}, "`settings` must contain at least one setting, but is empty"),
    ],
)
@pytest.mark.parametrize("shots", [None, 100])
def test_what_is_refused(how: dict[str, Any], message: str, shots: int | None) -> None:
    with pytest.raises(ArgumentError, match=f"^Argument {message}"):
        nv.emulate(CIRCUIT, DEVICE, shots, KEEP, **how)


def test_the_ansatz_is_one_of_two_qubits() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.eye(3))))
    with pytest.raises(ArgumentError, match=r'^Argument `ansatz` must be "full" for a device of other than two'):
        nv.emulate(QuantumCircuit(3), device, None, ansatz="X")


def test_settings_that_leave_the_state_open_say_so() -> None:
    found = nv.emulate(CIRCUIT, DEVICE, 1000, KEEP, seed=1, settings=["ZZ"])
    low, high = found.interval
    assert low == 0  # some product has these populations, and some state as entangled as the true one
    assert high > nv.emulate(CIRCUIT, DEVICE, None, KEEP).concurrence
    assert np.isnan(found.standard_error)
    assert str(found).startswith(f"concurrence not determined [0.0000, {high:.4f}], ")
