"""Media that are not axial, and drives: the generator against the paper's double sum, and what follows from it."""

from functools import cached_property

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm
from squeezed import squeezed
from strategies import SEEDS
from systems import SINGLE, SX, SY, SZ, hermitian, on_site, positive, random_ket, random_state, reversed_qubits, stacked

import nvprotocol as nv

KINDS = ("-", "+", "z")


class General:
    """N qubits on a medium with any h, driven, written down from Eqs. 2 and 3 in the paper's order."""

    def __init__(self, seed: int, n_qubits: int, kind: str) -> None:
        rng, n = np.random.default_rng(seed), n_qubits
        self.n, self.rng = n, rng
        self.h = positive(rng, 3 * n)
        if kind == "parity":
            self.h[: 2 * n, 2 * n :] = self.h[2 * n :, : 2 * n] = 0.0
        self.g, self.k = hermitian(rng, n), hermitian(rng, n).real
        np.fill_diagonal(self.g, 0)
        np.fill_diagonal(self.k, 0)
        self.drive = rng.normal(size=n) + 1j * rng.normal(size=n) if kind == "driven" else np.zeros(n)
        self.offset = float(rng.normal())
        delta = rng.normal(size=n)
        splittings = np.array([delta[0], -delta[0]]) if n == 2 else delta
        self.splittings = splittings + self.offset
        medium = nv.Medium.from_matrix(self.h, flip_flop=self.g, ising=self.k)
        detuning = delta[0] if n == 2 else delta
        drive = self.drive if kind == "driven" else None
        self.equation = nv.MasterEquation(medium, detuning, drive, offset=self.offset)

    @cached_property
    def hamiltonian(self) -> NDArray[np.complex128]:
        x, y, z = ([on_site(matrix, i, self.n) for i in range(self.n)] for matrix in (SX, SY, SZ))
        result = np.zeros_like(x[0])
        for i in range(self.n):
            result = result - self.splittings[i] * z[i] / 2
            result = result + (np.real(self.drive[i]) * x[i] + np.imag(self.drive[i]) * y[i]) / 2
            for j in range(i + 1, self.n):
                result = result + self.g[i, j].real * (x[i] @ x[j] + y[i] @ y[j]) + self.k[i, j] * z[i] @ z[j]
                result = result + self.g[i, j].imag * (x[i] @ y[j] - y[i] @ x[j])
        return result

    @cached_property
    def operators(self) -> list[NDArray[np.complex128]]:
        return [on_site(SINGLE[kind], i, self.n) for kind in KINDS for i in range(self.n)]

    def derivative(self, rho: NDArray) -> NDArray[np.complex128]:
        """Eqs. 2 and 3, the double sum over all 3N operators, for matrices (…, d, d)."""
        result = -1j * (self.hamiltonian @ rho - rho @ self.hamiltonian)
        for k, left in enumerate(self.operators):
            for m, right in enumerate(self.operators):
                both = right.conj().T @ left
                result = result + self.h[k, m] * (2 * left @ rho @ right.conj().T - both @ rho - rho @ both)
        return result

    def generator(self) -> NDArray[np.complex128]:
        d = 2**self.n
        basis = np.eye(d * d).reshape(d * d, d, d)
        images = stacked(reversed_qubits(self.derivative(reversed_qubits(basis))))
        return images.T @ stacked(basis)

    def jumps(self) -> list[NDArray[np.complex128]]:
        """√(2λ) Σ v_k O_k: h diagonalised."""
        rates, vectors = np.linalg.eigh(self.h)
        pairs = zip(rates, vectors.T, strict=True)
        return [
            np.sqrt(2 * max(rate, 0.0)) * sum(v * o for v, o in zip(vector, self.operators, strict=True))
            for rate, vector in pairs
        ]


def generals(max_qubits: int = 3) -> st.SearchStrategy[General]:
    kinds = st.sampled_from(["none", "parity", "driven"])
    return st.builds(General, SEEDS, st.integers(1, max_qubits), kinds)


@settings(max_examples=100)
@given(generals())
def test_the_generator_is_the_papers_double_sum(system: General) -> None:
    generator = system.equation.liouvillian
    np.testing.assert_allclose(generator, system.generator(), rtol=0, atol=1e-12 * np.abs(generator).max())


@settings(max_examples=100)
@given(generals())
def test_jumps_and_coefficients_are_one_generator(system: General) -> None:
    """h as a double sum, and h diagonalised into jumps: one generator, which keeps the trace."""
    equation, d = system.equation, 2**system.n
    jumps, h_eff = equation.jump_operators, equation.effective_hamiltonian
    assert jumps.shape == (3 * system.n, d, d)
    by_jumps = nv.operators.hamiltonian_superoperator(h_eff) + sum(np.kron(jump.conj(), jump) for jump in jumps)
    size = np.abs(equation.liouvillian).max()
    np.testing.assert_allclose(by_jumps, equation.liouvillian, rtol=0, atol=1e-12 * size)
    assert np.abs(np.eye(d).ravel() @ equation.liouvillian).max() < 1e-13 * size


@settings(max_examples=30)
@given(generals(), st.floats(0.01, 2.0))
def test_states_evolve_as_the_exponential_says(system: General, time: float) -> None:
    equation = system.equation
    rho = random_state(system.rng, system.n, 2)
    states = equation.evolve(rho, [0.3 * time, time])
    expected = nv.operators.unvec(expm(system.generator() * time) @ nv.operators.vec(rho))
    np.testing.assert_allclose(states[1], expected, rtol=0, atol=1e-11)
    assert np.linalg.eigvalsh(states).min() > -1e-12
    np.testing.assert_allclose(np.trace(states, axis1=-2, axis2=-1), 1.0, atol=1e-12)
    channel = nv.channels.evolution(equation, time)
    np.testing.assert_allclose(channel(rho), expected, rtol=0, atol=1e-11)


@settings(max_examples=15)
@given(generals())
def test_qutip_agrees(system: General) -> None:
    """On the jumps into which h is diagonalised, as QuTiP's own rates for pairs of operators lose the trace."""
    rho, dims = random_state(system.rng, system.n, 2), [[2] * system.n] * 2
    jumps = [qutip.Qobj(one, dims=dims) for one in system.jumps()]
    start = qutip.Qobj(reversed_qubits(rho), dims=dims)
    options = {"rtol": 1e-11, "atol": 1e-13, "method": "vern9", "nsteps": 10**6}
    found = qutip.mesolve(qutip.Qobj(system.hamiltonian, dims=dims), start, [0.0, 0.5], c_ops=jumps, options=options)
    theirs = reversed_qubits(found.states[-1].full())
    np.testing.assert_allclose(system.equation.evolve(rho, [0.5])[0], theirs, rtol=0, atol=1e-9)


@settings(max_examples=30)
@given(generals())
def test_a_steady_state_does_not_change(system: General) -> None:
    steady = system.equation.steady_state()
    size = np.abs(system.generator()).max()
    assert np.abs(system.derivative(reversed_qubits(steady))).max() < 1e-10 * size
    assert np.linalg.eigvalsh(steady)[0] > -1e-12


@settings(max_examples=30)
@given(SEEDS, st.sampled_from(["parity", "driven axial"]), st.integers(1, 3), st.floats(0.01, 1.0))
def test_no_jump_is_the_non_hermitian_evolution(seed: int, kind: str, n_qubits: int, time: float) -> None:
    """Eq. 13 with H_eff of the relaxation and excitation alone; without dephasing a ket stays one."""
    system = General(seed, n_qubits, "parity")
    medium = system.equation.medium
    blocks = {name: block for name, block in medium.blocks.items() if name != "dephasing"}
    if kind == "driven axial":
        blocks.pop("cross")
    drive = 0.7 + 0.2j if kind == "driven axial" else None
    equation = nv.MasterEquation(nv.Medium(**blocks), system.equation.detuning, drive, offset=system.offset)
    ket = random_ket(system.rng, n_qubits)
    expected = expm(-1j * equation.effective_hamiltonian * time) @ ket
    kept = equation.no_jump(ket, [time])
    weight = np.vdot(expected, expected).real
    assert kept.probability[0] == pytest.approx(weight, rel=1e-9)
    np.testing.assert_allclose(kept.states[0], np.outer(expected, expected.conj()) / weight, rtol=0, atol=1e-10)
    assert np.linalg.eigvalsh(kept.states[0])[0] >= -1e-12


@settings(max_examples=20)
@given(SEEDS, st.sampled_from(["none", "parity", "driven"]))
def test_monitoring_is_evolution_and_projection(seed: int, kind: str) -> None:
    system = General(seed, 2, kind)
    step, inside = expm(system.generator() * 0.2), np.diag([0.0, 1.0, 1.0, 0.0])
    rho, probability = nv.operators.density_matrix("ud"), 1.0
    for _ in range(4):
        rho = inside @ nv.operators.unvec(step @ nv.operators.vec(rho)) @ inside
    probability = np.trace(rho).real
    kept = system.equation.monitored("ud", [0.8], 0.2)
    assert kept.probability[0] == pytest.approx(probability, rel=1e-9)
    np.testing.assert_allclose(kept.states[0], rho / probability, rtol=0, atol=1e-10)


def test_late_conditions_keep_their_digits() -> None:
    """Where floating point gives up, whole numbers go on: the state lasts, the probability falls exponentially."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1), 0.3, [0.2, 0.1j])
    kept = equation.monitored("ud", [100.0, 200.0, 300.0], 0.1)
    first, second, third = np.log(kept.probability)
    assert second - first == pytest.approx(third - second, rel=1e-9)
    np.testing.assert_allclose(kept.states[1], kept.states[2], rtol=0, atol=1e-9)


def test_batches_are_single_runs() -> None:
    """Media, drives and offsets broadcast; of a batch the weakest symmetry decides how, and not what, is found."""
    medium = nv.Medium.pair(a=[1.0, 2.0], A=0.5, q=0.1)
    equation = nv.MasterEquation(medium, 0.3, [[[0.0, 0.0]], [[0.2, 0.1j]]], offset=0.4)
    assert equation.batch_shape == (2, 2)
    states, steady = equation.evolve("u+", [0.0, 0.7]), equation.steady_state()
    for k in range(2):
        for m in range(2):
            one = nv.MasterEquation(medium[m], 0.3, [[0.0, 0.0], [0.2, 0.1j]][k], offset=0.4)
            np.testing.assert_allclose(states[k, m], one.evolve("u+", [0.0, 0.7]), rtol=0, atol=1e-13)
            np.testing.assert_allclose(steady[k, m], one.steady_state(), rtol=0, atol=1e-12)


def test_no_drive_is_no_drive() -> None:
    axial = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.2), 0.5)
    still = nv.MasterEquation(axial.medium, 0.5, 0.0)
    assert axial.symmetry == still.symmetry == "U(1)"
    np.testing.assert_allclose(axial.evolve("+u", [1.0]), still.evolve("+u", [1.0]), rtol=0, atol=1e-14)
    np.testing.assert_allclose(axial.no_jump("+u", [1.0]).states, still.no_jump("+u", [1.0]).states, atol=1e-14)


def test_the_offset_turns_coherences_between_numbers_of_excitations() -> None:
    """In the frame of an axial medium an offset is nothing but a turn of all qubits."""
    medium, time = nv.Medium.pair(a=1.0, A=0.9, q=0.2), 0.7
    plain, off = nv.MasterEquation(medium, 0.5), nv.MasterEquation(medium, 0.5, offset=0.8)
    z = sum(nv.operators.sigma_z(k).diagonal().real for k in range(2))
    turn = np.exp(0.5j * 0.8 * time * z)
    expected = turn[:, None] * plain.evolve("++", [time])[0] * turn.conj()
    np.testing.assert_allclose(off.evolve("++", [time])[0], expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("r", "expected"), [(0.3, 0.537050), (0.8, 0.921669), (1.5, 0.995055)])
def test_a_squeezed_reservoir_prepares_a_pure_state(r: float, expected: float) -> None:
    """Kraus and Cirac (DOI 10.1103/PhysRevLett.92.013602): C = tanh 2r, unique."""
    steady = nv.MasterEquation(squeezed(r)).steady_state()
    assert float(nv.concurrence(steady)) == pytest.approx(np.tanh(2 * r), abs=1e-12)
    assert float(nv.concurrence(steady)) == pytest.approx(expected, abs=1e-6)
    assert np.trace(steady @ steady).real == pytest.approx(1.0, abs=1e-12)


def test_the_common_offset_of_a_squeezed_reservoir_is_physical() -> None:
    """A detuning of the sum spoils the state, one of the difference does nothing."""
    medium = squeezed(0.8)
    of_sum = nv.concurrence(nv.MasterEquation(medium, offset=[0.1, 0.5, 1.0]).steady_state())
    np.testing.assert_allclose(of_sum, [0.873, 0.282, 0.0], atol=1e-3)
    of_difference = nv.concurrence(nv.MasterEquation(medium, detuning=[0.1, 0.5, 2.0]).steady_state())
    np.testing.assert_allclose(of_difference, np.tanh(1.6), atol=1e-10)


def test_what_spoils_a_squeezed_reservoir() -> None:
    thermal = [float(nv.concurrence(nv.MasterEquation(squeezed(0.8, n=n)).steady_state())) for n in (0.05, 0.1)]
    np.testing.assert_allclose(thermal, [0.675, 0.487], atol=1e-3)
    assert float(nv.concurrence(nv.MasterEquation(squeezed(0.8, f=0.95)).steady_state())) == pytest.approx(
        0.387, abs=1e-3
    )
    assert float(nv.concurrence(nv.MasterEquation(squeezed(1.5, f=0.99)).steady_state())) == 0.0


DRIVE = 0.3 * (1 + np.exp(2j * np.pi * np.arange(3) / 3))


def w_state() -> NDArray[np.complex128]:
    """(|duu⟩ + ω*|udu⟩ + ω|uud⟩)/√3, ω = e^(2πi/3)."""
    omega = np.exp(2j * np.pi / 3)
    return sum(f * nv.operators.state(s) for f, s in ((1, "duu"), (np.conj(omega), "udu"), (omega, "uud"))) / np.sqrt(3)


def driven(coupling: float = 1.0, q: float = 0.0, J: float = 0.0) -> nv.MasterEquation:
    off = 1 - np.eye(3)
    relaxation = np.eye(3) + coupling * off
    medium = nv.Medium(relaxation=relaxation, excitation=q * relaxation, flip_flop=J * off)
    return nv.MasterEquation(medium, drive=DRIVE)


def test_the_driven_dark_state_of_three_qubits() -> None:
    equation = driven()
    steady = equation.steady_state()
    assert nv.operators.fidelity(steady, w_state()) == pytest.approx(0.806626, abs=1e-6)
    assert np.trace(steady @ steady).real == pytest.approx(0.72252, abs=1e-5)
    for initial in ("uuu", "ddd", "duu", "+-r"):
        np.testing.assert_allclose(equation.steady_state(initial), steady, rtol=0, atol=1e-9)
    eigenvalues = np.sort(np.linalg.eigvals(equation.liouvillian).real)
    assert -eigenvalues[-2] == pytest.approx(0.0457, abs=1e-4)
    dims = [[2] * 3] * 2
    jumps = [qutip.Qobj(one, dims=dims) for one in equation.jump_operators]
    theirs = qutip.steadystate(qutip.Qobj(equation.hamiltonian, dims=dims), jumps).full()
    np.testing.assert_allclose(steady, theirs, rtol=0, atol=1e-10)
    lowest = [np.linalg.eigvalsh(transposed(steady, k)) for k in range(3)]
    negativity = min(-one[one < 0].sum() for one in lowest)
    assert negativity == pytest.approx(0.33269, abs=1e-5)


def transposed(rho: NDArray, qubit: int) -> NDArray:
    """The partial transpose of one qubit of three."""
    axis = 2 - qubit
    return np.swapaxes(rho.reshape((2,) * 6), axis, axis + 3).reshape(8, 8)


@pytest.mark.parametrize("changed", [{"coupling": 0.97}, {"q": 0.05}, {"J": 0.2}, {"J": 1.0}])
def test_what_spoils_the_driven_dark_state(changed: dict[str, float]) -> None:
    equation, dims = driven(**changed), [[2] * 3] * 2
    steady = equation.steady_state()
    jumps = [qutip.Qobj(one, dims=dims) for one in equation.jump_operators]
    theirs = qutip.steadystate(qutip.Qobj(equation.hamiltonian, dims=dims), jumps).full()
    np.testing.assert_allclose(steady, theirs, rtol=0, atol=1e-10)
    assert nv.operators.fidelity(steady, w_state()) < 0.8


BAD = {
    "not Hermitian": (
        lambda: nv.Medium.from_matrix(np.triu(np.full((6, 6), 1j))),
        "`h` must be Hermitian, but differs",
    ),
    "not positive": (
        lambda: nv.Medium.from_matrix(np.eye(6) - 2 * np.eye(6, k=0)[::-1]),
        "`h` must be positive semidefinite, but has the eigenvalue -1.",
    ),
    "wrong size": (
        lambda: nv.Medium.from_matrix(np.eye(4)),
        r"`h` must have shape \(…, 3N, 3N\), but has shape \(4, 4\)",
    ),
    "a vector": (lambda: nv.Medium.from_matrix([1.0, 2.0, 3.0]), r"`h` must have shape \(…, 3N, 3N\)"),
    "cross blocks alone": (
        lambda: nv.Medium(relaxation=np.eye(2), cross=np.ones((3, 2, 2))),
        "`cross` must be positive semidefinite",
    ),
    "cross of another size": (
        lambda: nv.Medium(relaxation=np.eye(2), cross=np.ones((3, 3, 3))),
        r"`cross` must have shape \(…, 3, 2, 2\), but has shape \(3, 3, 3\)",
    ),
    "a drive that is not finite": (
        lambda: nv.MasterEquation(nv.Medium.pair(), drive=np.inf),
        "`drive` must be finite, but contains inf",
    ),
    "a drive of another size": (
        lambda: nv.MasterEquation(nv.Medium.pair(), drive=[1.0, 2.0, 3.0]),
        r"`drive` must be a number or have shape \(…, 2\), one for each qubit, but has shape \(3,\)",
    ),
    "a complex offset": (lambda: nv.MasterEquation(nv.Medium.pair(), offset=1j), "`offset` must be real"),
    "no jump without a meaning": (
        lambda: nv.MasterEquation(nv.Medium.from_matrix(np.ones((6, 6)))).no_jump("ud", [1.0]),
        "`medium` must have no blocks between σᶻ and σ±",
    ),
    "a dark state without a name": (
        lambda: squeezed(0.3).dark_state,
        "`medium` must be axial to have a dark state named",
    ),
    "a batch": (lambda: nv.Medium.pair(a=[1.0, 2.0]).dark_subspace, "`medium` must be a single one"),
    "chirality": (lambda: nv.magnets.chirality(squeezed(0.3)), "`medium` must be axial"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused(case: str) -> None:
    call, message = BAD[case]
    with pytest.raises(nv.errors.ArgumentError, match=message):
        call()
