"""The kept branch on Aer against the reference engine, which measures and sorts; and what cannot be followed."""

from collections.abc import Mapping, Sequence

import engines_on
import numpy as np
import pytest
from hypothesis import given, settings
from laboratory import Bench, random_device
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.transpiler import PassManager
from strategies import SEEDS
from systems import EVERYTHING, pair, random_symbols

import nvprotocol as nv
from nvprotocol.backend import FollowKept, TimeAsMedium, follow_kept, time_as_medium
from nvprotocol.compiler.kept_branch import KeptBranch, NotFollowedError
from nvprotocol.engines.aer import kept_outcomes, kept_states
from nvprotocol.errors import ArgumentError

IDEAL = nv.Device(EVERYTHING.equation)


def tabulated(branch: KeptBranch, device: nv.Device, keep: Mapping[int, int], report: Sequence[int]) -> NDArray:
    """What Aer says of the reported bits of the kept branch, one axis for each of them."""
    (found,) = kept_outcomes([branch], device)
    table = np.zeros((2,) * len(report))
    read = [record.clbit for record in branch.records]
    for index, chance in np.ndenumerate(found):
        reads = dict(keep) | dict(zip(read, index, strict=True))
        table[tuple(reads.get(bit, 0) for bit in report)] += chance
    return table


def assert_same(plain: QuantumCircuit, device: nv.Device, keep: Mapping[int, int], report: Sequence[int]) -> None:
    (state,) = kept_states([follow_kept(plain, keep, device)], device.n_qubits)
    np.testing.assert_allclose(state, engines_on.kept_state(plain, device, keep), atol=1e-9)
    found = tabulated(follow_kept(plain, keep, device, report), device, keep, report)
    expected = engines_on.distribution(plain, device, keep, report)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert expected.sum() == pytest.approx(np.trace(state).real, abs=1e-9)


@pytest.mark.slow
@settings(max_examples=35)
@given(seed=SEEDS)
def test_any_circuit_on_any_device_as_the_reference_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    device = random_device(rng, pair(**random_symbols(rng)))
    plain = time_as_medium(Bench(rng, 2).grow(18), device)
    keep = {2: int(rng.integers(2))} | {bit: int(rng.integers(2)) for bit in (0, 1) if rng.random() < 0.4}
    assert_same(plain, device, keep, range(3))


def checked(*, then: str = "") -> QuantumCircuit:
    """An NV qubit in a superposition, measured; then used again, or not."""
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(2, "monitor"), ClassicalRegister(3, "c"))
    circuit.ry(1.1, 0)
    circuit.cx(0, 2)
    circuit.measure(0, 0)
    if then == "wait":
        circuit.delay(0.4, 0, unit="us")
        circuit.measure(0, 1)
    elif then == "overwrite":
        circuit.x(2)
        circuit.measure(2, 0)
        circuit.measure(0, 1)
    elif then == "turn":
        circuit.h(0)
        circuit.measure(0, 1)
    return circuit


@pytest.mark.parametrize("then", ["", "wait", "overwrite", "turn"])
@pytest.mark.parametrize("keep", [{}, {0: 0}, {0: 1}], ids=str)
def test_early_outcomes_are_reported_as_they_were_read(
    then: str, keep: dict[int, int], rng: np.random.Generator
) -> None:
    for device in (IDEAL, random_device(rng, EVERYTHING, gate_ns={"rx": 0, "ry": 0, "h": 0}), IDEAL):
        assert_same(time_as_medium(checked(then=then), device), device, keep, (0, 1, 2))


def test_a_copy_is_made_only_where_a_qubit_is_used_again() -> None:
    sizes = {}
    for then in ("", "wait", "turn"):
        plain = time_as_medium(checked(then=then), IDEAL)
        sizes[then] = follow_kept(plain, {}, IDEAL, report=(0, 1)).circuit.num_qubits
    assert sizes == {"": 4, "wait": 5, "turn": 5}


def test_both_outcomes_of_what_is_kept_make_up_all_runs(rng: np.random.Generator) -> None:
    device = random_device(rng, EVERYTHING)
    circuit = Bench(rng, 2, flow=False).grow(15)
    plain = time_as_medium(circuit, device)
    whole = kept_states([follow_kept(plain, {}, device)], 2)[0]
    parts = kept_states([follow_kept(plain, {1: value}, device) for value in (0, 1)], 2)
    np.testing.assert_allclose(parts[0] + parts[1], whole, atol=1e-13)
    assert np.trace(whole).real == pytest.approx(1, abs=1e-13)


def conditioned(value: int) -> QuantumCircuit:
    """Bit 1 is written only where bit 0 reads 1, and both are kept."""
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(2, "c"))
    circuit.ry(1.1, 2)
    circuit.h(0)
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], value)):
        circuit.measure(0, 1)
    return circuit


@pytest.mark.parametrize("value", [0, 1])
def test_a_bit_that_the_kept_branch_never_writes_reads_zero(value: int) -> None:
    plain, one = time_as_medium(conditioned(value), IDEAL), np.sin(0.55) ** 2
    probabilities = {0: 1 - one, 1: one}
    for first in (0, 1):
        for second in (0, 1):
            expected = probabilities[first] / 2 if first == value else probabilities[first] * (second == 0)
            (state,) = kept_states([follow_kept(plain, {0: first, 1: second}, IDEAL)], 2)
            assert np.trace(state).real == pytest.approx(expected, abs=1e-14)
            assert np.trace(engines_on.kept_state(plain, IDEAL, {0: first, 1: second})).real == pytest.approx(expected)


def test_a_bit_that_nothing_writes_cannot_be_kept() -> None:
    plain = time_as_medium(checked(), IDEAL)
    for follow in (
        lambda keep: follow_kept(plain, keep, IDEAL),
        lambda keep: engines_on.kept_state(plain, IDEAL, keep),
    ):
        with pytest.raises(
            ArgumentError, match='`postselect` must name bits that are measured, but bit 2 of "c" is not'
        ):
            follow({2: 0})


def test_the_projection_shows_what_the_readout_errors_make_of_it() -> None:
    # P(1|0) = 0.1 and P(0|1) = 0.3: reading 1 in ry(θ)|0⟩ is right with probability 0.7 sin²(θ/2).
    device = nv.Device(EVERYTHING.equation, readout=[[0.9, 0.3], [0.1, 0.7]])
    circuit, one = QuantumCircuit(2, 1), np.sin(0.4) ** 2
    circuit.ry(0.8, 0)
    circuit.measure(0, 0)
    native = nv.Device(EVERYTHING.equation, readout=device.readout, gate_ns={"ry": 0})
    (state,) = kept_states([follow_kept(time_as_medium(circuit, native), {0: 1}, native)], 2)
    np.testing.assert_allclose(np.diag(state), [0.1 * (1 - one), 0.7 * one, 0, 0], atol=1e-15)


def test_an_outcome_that_is_not_kept_must_not_decide() -> None:
    plain = time_as_medium(conditioned(1), IDEAL)
    with pytest.raises(NotFollowedError, match='bit 0 of "c", which is not kept, decides what happens'):
        follow_kept(plain, {1: 1}, IDEAL)


def test_a_kept_bit_that_is_overwritten_decides_by_what_it_read_before() -> None:
    circuit = conditioned(1)
    circuit.x(2)
    circuit.measure(2, 0)
    plain = time_as_medium(circuit, IDEAL)
    with pytest.raises(NotFollowedError, match="decides what happens"):
        follow_kept(plain, {0: 1, 1: 1}, IDEAL)
    # Read 0 at first, and so 1 at last: bit 1 is not written. Or read 1, written half of the time, and then 0.
    assert np.trace(engines_on.kept_state(plain, IDEAL, {0: 1, 1: 1})).real == 0
    assert np.trace(engines_on.kept_state(plain, IDEAL, {0: 0, 1: 1})).real == pytest.approx(np.sin(0.55) ** 2 / 2)


def test_too_many_copies_are_refused() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(8, "c"))
    for bit in range(8):
        circuit.measure(2, bit)
    circuit.reset(2)
    plain = time_as_medium(circuit, IDEAL)
    assert len(follow_kept(plain, {0: 0}, IDEAL, report=range(8)).records) == 7
    with pytest.raises(NotFollowedError, match="it reports 8 outcomes of qubits that are used again, and at most 7"):
        follow_kept(plain, {}, IDEAL, report=range(8))


def test_the_pass_gives_what_the_function_gives(rng: np.random.Generator) -> None:
    circuit = nv.protocols.monitored_bell(0.9, checks=3)
    native = random_device(rng, EVERYTHING, gate_ns={"x": 10, "cx": 30, "monitor_measure": 20})
    passes = PassManager([TimeAsMedium(native), FollowKept(dict.fromkeys(range(3), 1), native)])
    by_pass = KeptBranch(passes.run(circuit), ())
    by_hand = follow_kept(time_as_medium(circuit, native), dict.fromkeys(range(3), 1), native)
    first, second = kept_states([by_pass, by_hand], 2)
    np.testing.assert_allclose(first, second, atol=1e-15)
