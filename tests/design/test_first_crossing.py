"""The first time at which the fidelity reaches a target, against dense scans of the sector's own evolution."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol._typing import ArrayLike
from nvprotocol.design.sector import bell_phase, largest_detuning, steady_fidelity
from nvprotocol.magnets.constants import GAMMA

MANY = settings(max_examples=30, deadline=None)
MOST_SAMPLES = 100_000
SIGN = st.sampled_from((-1.0, 1.0))


@dataclass(frozen=True)
class Pair:
    """A pair by the numbers of its sector, and its fidelity from the eigenvectors of ρ ↦ −i(Hρ − ρH†) − 2g(…)."""

    local: float = 1.0
    other: float = 1.0
    coupling: complex = 0.5
    q: float = 0.0
    J: float = 0.0
    dm: float = 0.0
    d: float = 0.0
    detuning: float = 0.0

    @property
    def medium(self) -> nv.Medium:
        a, A, g = (self.local, self.other), self.coupling * np.sqrt(self.local * self.other), self.J + 1j * self.dm
        relaxation = np.array([[a[0], A], [np.conj(A), a[1]]])
        flip_flop = np.array([[0, g], [np.conj(g), 0]])
        return nv.Medium(
            relaxation=relaxation,
            excitation=self.q * relaxation.conj(),
            flip_flop=flip_flop,
            dephasing=self.d * np.eye(2),
        )

    def bell_yield(self, target: float, tolerances: bool = False) -> nv.design.BellYield:
        difference = 2 * self.detuning / (GAMMA * 1e-15)
        asked: dict[str, Any] = {"field_difference_nt": difference, "tolerances": tolerances}
        return nv.design.bell_yield(self.medium, target, cycle=nv.design.Cycle(period=0.0), **asked)

    @property
    def amplitudes(self) -> tuple[complex, complex]:
        shared = self.coupling * np.sqrt(self.local * self.other)
        there, back = shared + self.q * shared, np.conj(shared) + self.q * np.conj(shared)
        return 2 * (self.J + 1j * self.dm) - 1j * there, 2 * (self.J - 1j * self.dm) - 1j * back

    @property
    def hamiltonian(self) -> NDArray[np.complex128]:
        g12, g21 = self.amplitudes
        first = self.other + self.q * self.local  # ↓ decays, ↑ is excited
        second = self.local + self.q * self.other
        return np.array([[-self.detuning - 1j * first, g12], [g21, self.detuning - 1j * second]])

    @property
    def generator(self) -> NDArray[np.complex128]:
        h, one = self.hamiltonian, np.eye(2)
        return -1j * (np.kron(h, one) - np.kron(one, h.conj())) - 8 * self.d * np.diag([0, 1, 1, 0])

    @property
    def frequency(self) -> float:
        return float(np.abs(np.linalg.eigvals(self.generator).imag).max())

    @property
    def gap(self) -> float:
        rates = np.sort(np.linalg.eigvals(self.generator).real)
        return float(rates[-1] - rates[-2])

    def fidelity(self, times: ArrayLike, phase: float, start: str = "ud") -> NDArray[np.float64]:
        values, vectors = np.linalg.eig(self.generator)
        weights = np.linalg.solve(vectors, np.eye(4)[0 if start == "ud" else 3])
        values = values - np.real(values).max()
        rho = (np.exp(np.multiply.outer(np.asarray(times, float), values)) * weights) @ vectors.T
        return 0.5 + (rho[..., 2] * np.exp(-1j * phase)).real / (rho[..., 0] + rho[..., 3]).real

    def rounding(self, time: float) -> float:
        """What rounding of the eigenvalues, as large as their eigenvectors are alike, makes of the fidelity later."""
        return 4 * float(np.finfo(float).eps * np.abs(self.generator).max()) * time * self.alike

    @property
    def alike(self) -> float:
        """Condition number of the eigenvectors."""
        return float(np.linalg.cond(np.linalg.eig(self.generator)[1]))

    @property
    def exceptional(self) -> bool:
        """Whether eigenvectors are too much alike for double precision."""
        return self.alike > 1e3

    def end(self, phase: float) -> float:
        """The fidelity of the slowest state, the long-time limit."""
        values, vectors = np.linalg.eig(self.generator)
        slowest = vectors[:, np.argmax(np.real(values))]
        return 0.5 + float((slowest[2] / (slowest[0] + slowest[3]) * np.exp(-1j * phase)).real)

    def scan(self, last: float, phase: float, first: float = 0.0, start: str = "ud") -> NDArray[np.float64]:
        """The fidelity at up to MOST_SAMPLES times, 40 a period at least, or at the latest of them."""
        rates = np.abs(np.linalg.eigvals(self.generator - np.trace(self.generator) / 4 * np.eye(4))).max()
        step = 0.05 / max(self.frequency, 0.5 * float(rates))
        count = int(min((last - first) / step + 200, MOST_SAMPLES))
        return self.fidelity(np.linspace(max(first, last - step * count), last, count + 1), phase, start)


def power(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda x: 10.0**x)


COUPLINGS = st.builds(lambda r, p: r * np.exp(1j * p), st.floats(0.05, 1.0), st.floats(-3.0, 3.0))
SIGNED = st.one_of(st.just(0.0), st.builds(lambda s, x: s * x, SIGN, power(-2, 1.7)))
PAIRS = st.builds(
    Pair,
    other=st.one_of(st.just(1.0), st.floats(0.3, 3.0)),
    coupling=COUPLINGS,
    q=st.one_of(st.just(0.0), st.floats(1e-12, 0.8)),
    J=SIGNED,
    dm=SIGNED,
    d=st.one_of(st.just(0.0), power(-4, 0.5)),
    detuning=SIGNED,
)
LATE = Pair(coupling=0.4999999999999991 - 2.9802322387695296e-08j, dm=-1.0, detuning=-3.1622776601683795)
ALMOST_NEVER = Pair(coupling=0.75 + 4e-10j, dm=-0.4216965034285822)
STEPPED_OVER = Pair(coupling=np.exp(2.09375j), q=0.2, J=0.8125, dm=-0.46875)


@pytest.mark.slow
@MANY
@given(pair=PAIRS, target=st.floats(0.51, 0.995), start=st.sampled_from(("ud", "du")))
@example(pair=STEPPED_OVER, target=0.7, start="ud")
@example(pair=LATE, target=0.75, start="ud")
@example(pair=ALMOST_NEVER, target=0.75, start="ud")
def test_the_fidelity_reaches_the_target_then_and_not_before(pair: Pair, target: float, start: str) -> None:
    if pair.exceptional:
        return
    found = pair.bell_yield(target)
    phase, g = float(found.phase), pair.amplitudes
    attempt = found.attempt(start)
    if attempt.reached:
        time = float(attempt.time)
        close = 1e-8 + pair.rounding(time)
        assert pair.fidelity(time, phase, start) == pytest.approx(target, abs=close)
        assert np.all(pair.scan(time * (1 - 1e-12), phase, start=start) < target + close)
    elif abs(g[0] * g[1]) > 1e-12:
        last = min(40 / max(pair.gap, 1e-9), 1e4)
        assert np.all(pair.scan(last, phase, start=start) < target + 1e-8 + pair.rounding(last))


@pytest.mark.slow
@pytest.mark.parametrize("strength", [30.0, 1e3, 3e4, 1e6])
@pytest.mark.parametrize("by", ["detuning", "exchange"])
def test_however_many_periods_pass_before(strength: float, by: str) -> None:
    """The fidelity grows by less from period to period than it oscillates: no time may be stepped over."""
    if by == "detuning":  # 2F − 1 saturates near √|g₁₂g₂₁|/δ
        pair, top = Pair(coupling=0.6, J=0.3 * strength, detuning=strength), 0.65
    else:  # chirality and exchange
        pair, top = Pair(coupling=0.8 * np.exp(0.3j), J=strength, dm=0.2 * strength, detuning=0.1 * strength), 0.95
    for target in np.linspace(0.55, top, 4):
        answer = pair.bell_yield(float(target))
        found = answer.attempt("ud")
        time, phase, period = float(found.time), float(answer.phase), 2 * np.pi / pair.frequency
        end = time if found.reached else 40 / pair.gap
        rounding = 1e-9 + 1e-15 * pair.frequency * end
        if found.reached:
            assert pair.fidelity(time, phase) == pytest.approx(target, abs=rounding)
        for last in (end * (1 - 1e-12), *(end * np.linspace(0.1, 0.9, 5))):
            assert np.all(pair.scan(last, phase, max(last - 4 * period, 0.0)) < target + rounding)


@pytest.mark.slow
def test_a_batch_is_its_members() -> None:
    rng = np.random.default_rng(11)
    shape = (40,)
    numbers = {
        "a": np.ones(shape),
        "A": rng.uniform(0, 1, shape) * np.exp(1j * rng.uniform(-3, 3, shape)),
        "J": rng.choice([0, 1, 30.0], shape) * rng.normal(size=shape),
        "dm": rng.choice([0, 1], shape) * rng.normal(size=shape),
        "d": rng.choice([0, 0.1], shape),
    }
    fields = rng.choice([0.0, 1.0, 1e3], shape) * 1e4
    asked: dict[str, Any] = {"cycle": nv.design.Cycle(period=0.0), "tolerances": False}
    together = nv.design.bell_yield(nv.Medium.pair(**numbers), 0.7, field_difference_nt=fields, **asked)
    for k in range(40):
        one = nv.Medium.pair(**{name: value[k] for name, value in numbers.items()})
        alone = nv.design.bell_yield(one, 0.7, field_difference_nt=fields[k], **asked)
        np.testing.assert_allclose(together.time[k], alone.time, rtol=1e-9)
        np.testing.assert_allclose(together.probability[k], alone.probability, rtol=1e-9)


@pytest.mark.slow
@MANY
@given(pair=PAIRS)
def test_what_monitoring_ends_in_where_the_qubits_differ(pair: Pair) -> None:
    """The slowest state of the pair's own master equation, also where one qubit relaxes faster than the other."""
    found, gap = pair.bell_yield(0.9), pair.gap
    if pair.exceptional or gap < 1e-3:
        return
    assert found.fidelity == pytest.approx(pair.end(float(found.phase)), abs=1e-8)
    equation = nv.MasterEquation(pair.medium, pair.detuning).effective_hamiltonian[1:3, 1:3]
    np.testing.assert_allclose(equation[::-1, ::-1] - equation[1, 1] * np.eye(2), _relative(pair), atol=1e-12)


def _relative(pair: Pair) -> NDArray[np.complex128]:
    """H less its first diagonal element."""
    return pair.hamiltonian - pair.hamiltonian[0, 0] * np.eye(2)


@pytest.mark.slow
@MANY
@given(there=COUPLINGS, back=COUPLINGS, eta=SIGNED, exchange=SIGNED, target=st.floats(0.505, 0.97))
def test_field_tolerances_are_where_the_target_is_lost(
    there: complex, back: complex, eta: float, exchange: float, target: float
) -> None:
    """Also for targets near 1/2, which outlast detunings of many exchange rates, and for qubits that differ."""
    g12, g21, none = np.array(exchange + there), np.array(exchange + back), np.array(0.0)
    phase = bell_phase(g12, g21)
    edge = largest_detuning(g12, g21, phase, none, target, eta)
    inside = edge * np.linspace(-1, 1, 201) * (1 - 1e-6)
    beyond = edge * np.array([-1.001, 1.001])
    if np.isfinite(edge) and edge > 0:
        assert np.all(steady_fidelity(g12, g21, phase, inside, none, eta) >= target - 1e-9)
        assert not np.all(steady_fidelity(g12, g21, phase, beyond, none, eta) >= target)


@pytest.mark.slow
@MANY
@given(pair=PAIRS, target=st.floats(0.51, 0.97))
def test_dephasing_budgets_are_where_the_target_is_lost(pair: Pair, target: float) -> None:
    """1/T_φ = 4(d − D) on top of an undephased pair without detuning, also for qubits that relax at different rates."""
    still = replace(pair, d=0.0, detuning=0.0)
    found = still.bell_yield(target, tolerances=True)
    edge, phase = 1 / float(found.dephasing_budget), float(found.phase)
    if not edge > 0:  # NaN where the target is not reached at all
        return
    inside, beyond = (replace(still, d=factor * edge / 4) for factor in (1 - 1e-4, 1 + 1e-3))
    if min(inside.gap, beyond.gap) > 1e-6:
        assert inside.end(phase) >= target - 1e-8
        assert beyond.end(phase) < target
