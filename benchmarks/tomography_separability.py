"""The size of `separable_p_value`: how often separable truths are called entangled, at the worst that a search finds.

A truth is a separable state with its shots in every setting, its readout errors (0 to 10 %, known exactly) and an
ansatz. The p-value is exp(−drop), with the drop of log-likelihood at the best separable state, so it has size α where
the quantile 1 − α of the drop is at most −log α. The ratio of the two tells how bad a truth is: one where the size is
α, below one where it is smaller. The search

1. draws truths: named ones (both classical mixtures of two levels, dephased Bell states, Werner at the border, products
   of pure and mixed spins), each plain and locally rotated, and random ones of rank 1 to 4, half of them pushed to the
   border of separability along a random direction; nine settings, five with the X ansatz, or XX, YY, ZZ alone;
   50 to 10⁴ shots a setting, unequal between settings in a third of them;
2. keeps those of the largest ratio at α = .05 or .01, and climbs from each by random changes (admixtures, local
   rotations, loss of the smallest eigenvalue, shots, readout), clipped at the border of separability;
3. measures the survivors anew with another seed, as the largest of many noisy numbers is too large;
4. measures the size of `separable_p_value` itself at the worst that are left.

Run:  PYTHONPATH=. python benchmarks/tomography_separability.py --full --seed 602214 --output FILE
Without --full a short search, of a minute.
"""

import time
from typing import NamedTuple

import numpy as np
from _report import Report, made_with, parser
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol.operators import bell_state, density_matrix
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._pauli_vectors import ansatz_projector, to_matrix, to_vector
from nvprotocol.tomography._profile_likelihood import separable_loss

State = NDArray[np.complex128]
Real = NDArray[np.float64]

SETTINGS = {"full": tomography.PAULI, "X": tomography.U1, "three": ("XX", "YY", "ZZ")}
"""Settings by kind; "three" is the full ansatz with settings that leave the state open."""
LEVELS = (0.05, 0.01, 0.001)


class Truth(NamedTuple):
    """A separable state and how it is measured."""

    name: str
    rho: State
    kind: str
    shots: NDArray[np.int64]  # of each setting
    errors: Real  # P(1|0) and P(0|1) of each qubit, shape (2, 2)

    @property
    def readout(self) -> Real | None:
        """Readout matrices, qubit 0 first."""
        if not self.errors.any():
            return None
        return np.array([[[1 - e0, e1], [e0, 1 - e1]] for e0, e1 in self.errors])

    @property
    def ansatz(self) -> str:
        """The ansatz of the fit."""
        return "X" if self.kind == "X" else "full"

    def tables(self, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Simulated tables."""
        joint = None if self.readout is None else np.kron(self.readout[1], self.readout[0])
        copies = np.broadcast_to(self.rho, (number, 4, 4))
        return tomography.sample(copies, self.shots, rng, settings=SETTINGS[self.kind], readout=joint)

    def __str__(self) -> str:
        rank = int(np.sum(np.linalg.eigvalsh(self.rho) > 1e-9))
        least = least_of_transposed(self.rho)
        shots = f"{self.shots.min()}" if np.ptp(self.shots) == 0 else f"{self.shots.min()}-{self.shots.max()}"
        errors = " ".join(f"{100 * error:.1f}" for error in self.errors.ravel())
        return f"{self.kind:<5} {self.name:<22} rank {rank} border {least:7.0e} shots {shots:<10} errors {errors} %"


def least_of_transposed(rho: State) -> float:
    """Least eigenvalue of the partial transpose: 0 at the border, negative where entangled."""
    turned = rho.reshape(2, 2, 2, 2).transpose(0, 3, 2, 1).reshape(4, 4)
    return float(np.linalg.eigvalsh(turned)[0])


def separable(inside: State, outside: State) -> State:
    """The last separable state on the way from a separable state to another one."""
    if least_of_transposed(outside) >= -1e-12:
        return outside
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        rho = (1 - middle) * inside + middle * outside
        low, high = (middle, high) if least_of_transposed(rho) >= -1e-12 else (low, middle)
    return (1 - low) * inside + low * outside


def random_state(rank: int, rng: np.random.Generator) -> State:
    """A random state from a Gaussian factor."""
    factor = rng.normal(size=(4, rank)) + 1j * rng.normal(size=(4, rank))
    rho = factor @ factor.conj().T
    return rho / np.trace(rho).real


def random_product(rng: np.random.Generator) -> State:
    """A random pure product state."""
    kets = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
    ket = np.kron(kets[0], kets[1])
    return np.outer(ket, ket.conj()) / np.vdot(ket, ket).real


def local_rotation(size: float, rng: np.random.Generator) -> State:
    """A product of rotations by angles of about a size."""
    sides = []
    for _ in range(2):
        x, y, z = rng.normal(size=3) * size / 2
        angle = max(float(np.sqrt(x * x + y * y + z * z)), 1e-12)
        axis = np.array([[z, x - 1j * y], [x + 1j * y, -z]]) / angle
        sides.append(np.cos(angle) * np.eye(2) - 1j * np.sin(angle) * axis)
    return np.kron(sides[0], sides[1])


def named() -> dict[str, State]:
    """Separable states that laboratories meet."""
    level = {name: density_matrix(name) for name in ("uu", "ud", "du", "dd")}
    singlet, mixed = density_matrix(bell_state("psi-")), np.eye(4) / 4
    up, half = np.diag([1.0, 0.0]), np.eye(2) / 2
    states = {
        "(uu+dd)/2": (level["uu"] + level["dd"]) / 2,
        "dephased singlet": (level["ud"] + level["du"]) / 2,
        "(uu+dd)/2, 2 % mixed": 0.98 * (level["uu"] + level["dd"]) / 2 + 0.02 * mixed,
        "(3uu+dd)/4": (3 * level["uu"] + level["dd"]) / 4,
        "uu and dephased": (level["uu"] + (level["ud"] + level["du"]) / 2) / 2,
        "uu": level["uu"],
        "ud": level["ud"],
        "u and mixed": np.kron(up, half),
        "u and 95 % u": np.kron(up, np.diag([0.95, 0.05])),
        "95 % u each": np.kron(np.diag([0.95, 0.05]), np.diag([0.95, 0.05])),
        "Werner 1/3": singlet / 3 + 2 / 3 * mixed,
        "mixed": mixed,
    }
    return {name: rho.astype(complex) for name, rho in states.items()}


def within(kind: str, rho: State) -> State:
    """A separable state of the form of the ansatz: averaging over rotations about z keeps it separable."""
    return to_matrix(to_vector(rho) @ ansatz_projector("X")) if kind == "X" else rho


def drawn(rng: np.random.Generator) -> Truth:
    """A random truth."""
    kind = str(rng.choice(["full", "X", "three"], p=[0.5, 0.3, 0.2]))
    choice = rng.integers(3)
    if choice == 0:
        name = str(rng.choice(list(named())))
        rho = named()[name]
        if rng.random() < 0.5:
            turn = local_rotation(2.0, rng)
            rho, name = turn @ rho @ turn.conj().T, f"{name}, rotated"
    else:
        number = int(rng.integers(1, 5))
        weights = rng.dirichlet(np.full(number, 0.7))
        rho, name = np.tensordot(weights, [random_product(rng) for _ in range(number)], 1), f"{number} products"
        if choice == 2:
            rank = int(rng.integers(1, 4))
            rho, name = separable(rho, random_state(rank, rng)), f"{name} to rank {rank}"
    shots = int(np.rint(10 ** rng.uniform(np.log10(50), 4)))
    every = np.full(len(SETTINGS[kind]), shots)
    if rng.random() < 1 / 3:
        every = np.clip(np.rint(shots * np.exp(0.7 * rng.normal(size=len(every)))), 20, 10_000).astype(int)
    return Truth(name, within(kind, rho), kind, every, drawn_errors(rng))


def drawn_errors(rng: np.random.Generator) -> Real:
    """Readout errors: none, symmetric and equal, or all four different."""
    choice = rng.integers(3)
    if choice == 0:
        return np.zeros((2, 2))
    return np.full((2, 2), rng.uniform(0, 0.1)) if choice == 1 else rng.uniform(0, 0.1, size=(2, 2))


def changed(truth: Truth, rng: np.random.Generator) -> Truth:
    """A neighbour."""
    rho, size = truth.rho, 10 ** rng.uniform(-2.5, -0.5)
    choice = rng.integers(6)
    if choice == 0:
        rho = (1 - size) * rho + size * random_product(rng)
    elif choice == 1:
        rho = separable(rho, (1 - size) * rho + size * random_state(1, rng))
    elif choice == 2:
        turn = local_rotation(3 * size, rng)
        rho = turn @ rho @ turn.conj().T
    elif choice == 3:  # the smallest of the eigenvalues that are not zero shrinks, as far as this stays separable
        values, vectors = np.linalg.eigh(rho)
        values = np.maximum(values, 0)
        values[np.flatnonzero(values > 1e-9)[0]] *= rng.choice([0.0, 0.5])
        rho = separable(rho, (vectors * values / values.sum()) @ vectors.conj().T) if values.any() else rho
    if choice == 4:
        factor = np.exp(0.5 * rng.normal(size=len(truth.shots) if rng.random() < 0.5 else 1))
        truth = truth._replace(shots=np.clip(np.rint(truth.shots * factor), 20, 10_000).astype(int))
    if choice == 5:
        near = np.clip(truth.errors + 0.03 * rng.normal(size=(2, 2)), 0, 0.1)
        truth = truth._replace(errors=near if rng.random() < 0.5 else drawn_errors(rng))
    return truth._replace(rho=within(truth.kind, (rho + rho.conj().T) / 2))


def drops(truth: Truth, tables: int, rng: np.random.Generator) -> Real:
    """Drops of log-likelihood at the best separable state, of simulated tables."""
    found = []
    for number in [500] * (tables // 500) + [tables % 500] * (tables % 500 > 0):
        counts = truth.tables(number, rng)
        found.append(separable_loss(fitted(counts, SETTINGS[truth.kind], truth.readout, truth.ansatz).fits))
    return np.concatenate(found)


def ratios(values: Real, levels: tuple[float, ...]) -> Real:
    """Quantile 1 − α of the drops over −log α, for each level."""
    return np.array([np.quantile(values, 1 - level) / -np.log(level) for level in levels])


def search(scale: float, rng: np.random.Generator, say: Report) -> list[Truth]:
    """The truths of the largest ratios, largest first."""
    first, kept, rounds = max(60, int(500 * scale)), max(6, int(12 * scale)), max(2, int(6 * scale))
    truths = [drawn(rng) for _ in range(first)]
    scores = [float(ratios(drops(truth, 150, rng), (0.05,)).max()) for truth in truths]
    largest, median = max(scores), float(np.median(scores))
    say(f"{first} truths of 150 tables: largest ratio at .05 {largest:.2f}, median {median:.2f}")
    best = [truths[k] for k in np.argsort(scores)[::-1][:kept]]
    best_scores = [float(ratios(drops(truth, 500, rng), (0.05, 0.01)).max()) for truth in best]
    for number in range(rounds):
        for k, truth in enumerate(best):
            other = changed(truth, rng)
            score = float(ratios(drops(other, 500, rng), (0.05, 0.01)).max())
            if score > best_scores[k]:
                best[k], best_scores[k] = other, score
        if number % 3 == 2 or number == rounds - 1:
            # Measured anew: of a climb's noisy steps it keeps the lucky ones.
            best_scores = [float(ratios(drops(truth, 1000, rng), (0.05, 0.01)).max()) for truth in best]
            order = np.argsort(best_scores)[::-1]
            half = max(6, len(best) // 2) if number == rounds - 1 else len(best)
            best = [best[k] for k in order[:half]]
            best_scores = [best_scores[k] for k in order[:half]]
            largest, median = best_scores[0], float(np.median(best_scores))
            say(f"round {number + 1}: largest ratio {largest:.2f}, median {median:.2f}")
    return best


def main() -> None:
    options = parser(__doc__, seed=602214)
    options.add_argument("--full", action="store_true", help="the search whose result is committed, of some minutes")
    arguments = options.parse_args()
    say, started = Report(arguments.output), time.process_time()
    search_rng, fresh = np.random.default_rng(arguments.seed).spawn(2)
    say(f"{made_with('numpy', 'scipy')}, seed {arguments.seed}")
    best = search(1.0 if arguments.full else 0.03, search_rng, say)
    many, most = (2000, 20_000) if arguments.full else (500, 1000)
    say(f"\nquantile of the drop over -log(level) at {LEVELS}, {many} fresh tables a truth:")
    # The named states are measured whether or not the search has kept them.
    for name in ("(uu+dd)/2", "dephased singlet", "Werner 1/3", "ud"):
        for shots in (50, 200, 1000):
            best.append(Truth(name, named()[name], "full", np.full(9, shots), np.zeros((2, 2))))
    found_ratios = np.array([ratios(drops(truth, many, fresh), LEVELS) for truth in best])
    order = np.argsort(found_ratios[:, :2].max(axis=1))[::-1]
    for k in order:
        say(f"{best[k]}: " + "  ".join(f"{ratio:5.2f}" for ratio in found_ratios[k]))
    say(f"\nsize of separable_p_value at the five worst, {most} fresh tables each:")
    for k in order[:5]:
        truth, found = best[k], []
        for _ in range(most // 500):
            counts = truth.tables(500, fresh)
            arguments_of = {"settings": SETTINGS[truth.kind], "readout": truth.readout, "ansatz": truth.ansatz}
            found.append(tomography.separable_p_value(counts, **arguments_of))
        p = np.concatenate(found)
        sizes = "  ".join(f"P(p < {level:g}) = {np.mean(p < level):.5f}" for level in LEVELS)
        say(f"{truth}: {sizes}")
        say(f"      state {np.array2string(truth.rho.round(4), separator=',').replace(chr(10), '')}")
    say(f"{time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
