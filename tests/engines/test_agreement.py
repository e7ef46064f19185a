"""The three engines on the same circuits: media with everything, with one thing only, and with nothing."""

from typing import Any, get_args

import engines_on
import numpy as np
import pytest
from hypothesis import given, settings
from laboratory import random_device
from programs import N_BITS, Writer, circuit_of, writes
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from scipy.linalg import expm
from strategies import SEEDS
from systems import pair, random_symbols

import nvprotocol as nv
from nvprotocol import cli
from nvprotocol.backend import NVBackend, follow_kept, time_as_medium
from nvprotocol.compiler.gates import to_native
from nvprotocol.compiler.kept_branch import NotFollowedError
from nvprotocol.compiler.postselection import kept_bits
from nvprotocol.device import Control
from nvprotocol.engines import _CLASSES as ENGINE_CLASSES
from nvprotocol.engines import EngineName, engine_of
from nvprotocol.engines.aer import kept_outcomes, kept_states
from nvprotocol.engines.engine import Engine
from nvprotocol.engines.floor import SMALLEST_PROBABILITY
from nvprotocol.errors import ArgumentError, NoKeptShotsError, UnsupportedCircuitError

ENGINES: tuple[EngineName, ...] = get_args(EngineName)
RATES = {"a", "A", "q", "d", "D"}
COUPLINGS = {"J", "Jz", "dm"}
MEDIA: dict[str, set[str]] = {
    "everything": RATES | COUPLINGS | {"delta"},
    "no detuning": RATES | COUPLINGS,
    "coherent couplings only": COUPLINGS | {"delta"},
    "exchange only": {"J"},
    "Dzyaloshinskii-Moriya only": {"dm"},
    "Ising only": {"Jz", "delta"},
    "dephasing only": {"d", "D", "delta"},
    "local dephasing only": {"d"},
    "relaxation at T = 0 only": {"a", "A"},
    "no correlations": {"a", "q", "d"},
    "a detuning only": {"delta"},
    "nothing": set(),
}
"""What of a random medium and detuning is there; the rest is 0."""
INSTANT = dict.fromkeys(("rz", "sx", "x", "rx", "ry", "cx"), 0)
READOUT = ("measure", "reset", "monitor_measure", "monitor_reset")


def random_medium(rng: np.random.Generator, there: set[str]) -> dict[str, complex]:
    return {name: value if name in there else 0.0 for name, value in random_symbols(rng).items()}


@pytest.mark.slow
@pytest.mark.parametrize("medium", MEDIA)
@settings(max_examples=4)
@given(seed=SEEDS)
def test_the_engines_agree_on_any_circuit(medium: str, seed: int) -> None:
    """Gates that take no time, any number of them at one instant; the rest takes time, or not.

    Conditions on bits that are written never, once or twice. Where an outcome that is not kept decides, Aer's kept
    branch and pulses say so, which is tested elsewhere.
    """
    rng = np.random.default_rng(seed)
    times = {name: int(rng.integers(1, 150)) * int(rng.integers(2)) for name in READOUT}
    device = random_device(rng, pair(**random_medium(rng, MEDIA[medium])), monitors=1, gate_ns=INSTANT | times)
    program = Writer(rng, entangling=False).program(10)
    circuit = to_native(circuit_of(program), device)
    keep = {bit: int(rng.integers(2)) for bit in set(writes(program)) if rng.random() < 0.9}
    free = [bit for bit in range(N_BITS) if bit not in keep]
    plain = time_as_medium(circuit, device)
    state, table = engines_on.kept_state(plain, device, keep), engines_on.distribution(plain, device, keep, free)
    assert np.trace(state).real == pytest.approx(table.sum(), abs=1e-12)
    try:
        (by_aer,) = kept_states([follow_kept(plain, keep, device)], 2)
        branch = follow_kept(plain, keep, device, report=free)
    except NotFollowedError:
        pass
    else:
        np.testing.assert_allclose(by_aer, state, rtol=0, atol=1e-9)
        read = [record.clbit for record in branch.records]
        never = tuple(0 if bit not in read else slice(None) for bit in free)
        order = [read.index(bit) for bit in free if bit in read]
        np.testing.assert_allclose(kept_outcomes([branch], device)[0].transpose(order), table[never], atol=1e-9)
    pulses, compiled = engine_of("pulse", device), engines_on.compiled(circuit, device, keep)
    try:
        (by_pulse,) = pulses.kept_states([compiled])
    except UnsupportedCircuitError:
        return
    except NoKeptShotsError:
        by_pulse = np.zeros_like(state)
    np.testing.assert_allclose(by_pulse, state, rtol=0, atol=1e-9)
    (read_by_pulse,) = pulses.distributions([compiled], [free])
    np.testing.assert_allclose(read_by_pulse, table, rtol=0, atol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("medium", MEDIA)
def test_a_turn_about_z_between_two_waits_as_by_the_master_equation(medium: str, engine: EngineName) -> None:
    """What a medium makes of the phase between two spins, whichever of its parts knows it."""
    rng = np.random.default_rng(list(MEDIA).index(medium))
    system, angle, wait = pair(**random_medium(rng, MEDIA[medium])), 0.9, 0.6
    circuit = QuantumCircuit(2)
    circuit.h([0, 1])
    circuit.rz(angle, 0)
    circuit.delay(wait, unit="us")
    circuit.rz(-2 * angle, 1)
    circuit.delay(wait, unit="us")
    waited = expm(system.generator() * wait)
    first, second = (np.kron(m, m.conj()) for m in _turns(angle))
    plus = np.full(16, 0.25, dtype=complex)
    expected = (waited @ second @ waited @ first @ plus).reshape(4, 4).T
    found = nv.emulate(circuit, nv.Device(system.equation), None, engine=engine)
    np.testing.assert_allclose(found.state, expected, rtol=0, atol=1e-9)


def _turns(angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Rz on NV 0, the right-most factor, and twice as much the other way on NV 1; conjugated, as `kron` takes them."""
    one, other = np.exp([0.5j * angle, -0.5j * angle]), np.exp([-1j * angle, 1j * angle])
    return np.diag(np.kron(np.ones(2), one)), np.diag(np.kron(other, np.ones(2)))


def test_exchange_alone_knows_the_phase_between_two_spins() -> None:
    """J = 1 and nothing else: |++⟩ turned by φ against itself goes on as J turns |↑↓⟩ into |↓↑⟩.

    The block of one flipped spin starts with equal populations 1/4 and coherence e^(±iφ)/4, and goes on under
    H = 2J(|↑↓⟩⟨↓↑| + h.c.): |ρ₁₁ − ρ₂₂| = ½ |sin φ sin 4Jt|.
    """
    device, t = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0, J=1.0))), 0.15
    for phi in (0.7, -1.2, 2.5):
        circuit = QuantumCircuit(2)
        circuit.h([0, 1])
        circuit.rz(phi, 0)
        circuit.delay(t, unit="us")
        for engine in ENGINES:
            populations = nv.emulate(circuit, device, None, engine=engine).state.diagonal().real
            expected = 0.5 * np.sin(phi) * np.sin(4 * t)
            assert abs(populations[1] - populations[2]) == pytest.approx(abs(expected), abs=1e-12)


def tilted(probability: float) -> QuantumCircuit:
    """A spin that reads 1 with a given probability."""
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(1, "c"))
    circuit.ry(2 * np.arcsin(np.sqrt(probability)), 0)
    circuit.measure(0, 0)
    circuit.rz(0.0, 0)
    return circuit


STILL = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("probability", [1e-3, 1e-8, 3e-11, 1.01e-13])
def test_what_can_be_told_from_nothing_is_answered_by_every_engine(engine: EngineName, probability: float) -> None:
    found = nv.emulate(tilted(probability), STILL, None, {"c": 1}, engine)
    assert found.success_probability == pytest.approx(probability, rel=1e-6)
    np.testing.assert_allclose(found.state, nv.operators.density_matrix("du"), atol=1e-3)
    told = nv.probability(tilted(probability), STILL, "1", "c", None, {"c": 1}, engine)
    assert told.success_probability == pytest.approx(probability, rel=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("probability", [0.0, 1e-16, 0.99e-13])
def test_what_cannot_is_refused_by_every_engine_alike(engine: EngineName, probability: float) -> None:
    for ask in (
        lambda: nv.emulate(tilted(probability), STILL, None, {"c": 1}, engine),
        lambda: nv.probability(tilted(probability), STILL, "1", "c", None, {"c": 1}, engine),
    ):
        with pytest.raises(NoKeptShotsError) as refused:
            ask()
        assert "\n" not in str(refused.value)
        if probability:
            assert f"{probability:.1g}, is less than 1e-13 and so below what rounding resolves" in str(refused.value)


def test_the_backend_counts_nothing_below_the_floor() -> None:
    for probability, told in ((SMALLEST_PROBABILITY * 0.9, 0.0), (1e-9, 1e-9)):
        result = NVBackend(STILL).run(tilted(probability), shots=10**12, postselect={"c": 1}, seed_simulator=3).result()
        header = result.results[0].header
        metadata = header["metadata"] if isinstance(header, dict) else header.metadata
        assert metadata["success_probability"] == pytest.approx(told, rel=1e-6)
        assert (metadata["kept"] > 0) == (told > 0)


@pytest.mark.slow
def test_pulses_that_take_time_have_a_floor_of_their_own() -> None:
    """A rotation and back leaves nothing to keep, but for what a pulse of one spin does to the other, and rounding."""
    timed = nv.Device(STILL.equation, gate_ns={"rx": 20, "ry": 20}, control=Control(envelope="square"))
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(1, "c"))
    for _ in range(20):
        circuit.rx(0.7, 0)
        circuit.rx(-0.7, 0)
    circuit.measure(0, 0)
    circuit.rz(0.0, 0)
    with pytest.raises(NoKeptShotsError, match="below 1e-09, what pulses and ramps are followed to"):
        nv.emulate(circuit, timed, None, {"c": 1}, "pulse")
    with pytest.raises(NoKeptShotsError, match=r"^No run of circuit 1 is kept\. The probability of what is kept"):
        nv.emulate([tilted(0.5), circuit], timed, None, {"c": 1}, "pulse")
    told = nv.probability(circuit, timed, "1", "c", None, engine="pulse")
    assert told.value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("first", ["0", "1"])
def test_a_bit_of_two_registers_is_kept_as_one_value(first: str) -> None:
    """Whichever of the two is named first, and whichever of the values."""
    bits = ClassicalRegister(2, "c")
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), bits, ClassicalRegister(name="also", bits=[bits[1]]))
    circuit.measure([0, 1], [0, 1])
    other = "1" if first == "0" else "0"
    with pytest.raises(ArgumentError, match="keep one value of a bit that registers share, but keeps 0 and 1 of one"):
        kept_bits(circuit, {"c": first * 2, "also": other})
    with pytest.raises(ArgumentError, match="keep one value of a bit"):
        nv.probability(circuit, STILL, "00", "c", None, {"also": other, "c": first * 2})
    assert kept_bits(circuit, {"also": first, "c": f"{first}{other}"}) == {1: int(first), 0: int(other)}


def test_every_engine_has_one_name_everywhere() -> None:
    (option,) = [one for one in cli._run.params if one.name == "engine"]
    kind: Any = option.type
    assert list(kind.choices) == list(get_args(EngineName)) == list(ENGINE_CLASSES)
    for name in get_args(EngineName):
        assert isinstance(engine_of(name, nv.Device(nv.MasterEquation(nv.Medium.pair()))), Engine)
