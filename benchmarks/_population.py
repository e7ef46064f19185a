"""The population of truths on which the tomography is measured: states, readout errors and numbers of shots, by seed.

A cell is one truth, one set of readout errors and one number of shots for every setting. Its state is drawn from

- mixture     p·S + (1−p)·|uu⟩, what collective decay and monitoring leave, with 1−p from 0.01 to 0.7 and in half of the
              cells up to 5 % of |dd⟩;
- decay       a pair on its medium with |A|/a from 0.85 to 1, at finite temperature in half of the cells, with and
              without detuning and dephasing, after some time (`MasterEquation.evolve`);
- monitored   the same pair while parity is checked (`MasterEquation.monitored`);
- detector    the branch without a click of a detector with efficiency below 1: where a photon is missed, |uu⟩ is kept;
- X           states with ρ₁₂ beside the diagonal only, of rank 2, 3 or 4, from border to border of what ρ₁₂ can be;
- random      Gaussian factors of rank 1, 2, 3 or 4;
- separable   mixtures of 1 to 4 product states, in half of the cells of spins along ±z;
- Werner      p from 0.2 to 0.99;
- Bell.

Half of the cells of nine settings turn each spin by a random rotation. A quarter of all cells is measured in five
settings within the X ansatz: the same states as they are, where they commute with the total σᶻ. Readout is exact,
symmetric up to 10 % for each qubit, or asymmetric up to 10 % for each qubit and outcome. Shots a setting are 50 to
10,000, and in half of the cells they differ between settings, up to a factor of ten.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import unitary_group

import nvprotocol as nv
from nvprotocol import tomography

State = NDArray[np.complex128]
Generator = np.random.Generator

UP, DOWN = nv.operators.density_matrix("uu"), nv.operators.density_matrix("dd")
SINGLET = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
SYMMETRIC = ("mixture", "decay", "monitored", "detector", "X", "Werner", "Bell")
"""Families that commute with the total σᶻ."""
FAMILIES = (*SYMMETRIC, "mixture", "random", "random", "separable", "separable")
"""Families by weight."""
HALVES = {"first": 299_792_458, "second": 662_607_015}
"""Seeds: constants are chosen on the first half and reported on the second."""


class Cell(NamedTuple):
    """One truth and how it is measured."""

    family: str
    rho: State
    turned: bool
    shots: NDArray[np.int64]  # (S,)
    readout: NDArray[np.float64] | None  # (2, 2, 2)
    ansatz: str
    seed: int

    @property
    def settings(self) -> tuple[str, ...]:
        return tomography.U1 if self.ansatz == "X" else tomography.PAULI

    @property
    def truth(self) -> float:
        return float(nv.concurrence(self.rho))

    def tables(self, number: int, seed: int = 0) -> NDArray[np.int64]:
        """Simulated tables of counts, shape (number, S, 4)."""
        rng = np.random.default_rng([self.seed, seed])
        copies = np.broadcast_to(self.rho, (number, 4, 4))
        return tomography.sample(copies, self.shots, rng, settings=self.settings, readout=self.readout)

    def __str__(self) -> str:
        rank = int(np.sum(np.linalg.eigvalsh(self.rho) > 1e-9))
        errors = 0.0 if self.readout is None else 100 * np.mean([self.readout[:, 1, 0], self.readout[:, 0, 1]])
        shots = f"{self.shots.min()}" + (f"-{self.shots.max()}" if np.ptp(self.shots) else "")
        turned = "turned" if self.turned else ""
        return (
            f"{self.ansatz:4} {self.family:9} {turned:6} rank {rank} C {self.truth:.3f} N {shots:>11} {errors:4.1f} %"
        )


def population(cells: int, seed: int) -> list[Cell]:
    """Cells of the population; the same seed begins with the same cells."""
    return [cell(np.random.default_rng([seed, k]), [seed, k]) for k in range(cells)]


def cell(rng: Generator, seeds: list[int]) -> Cell:
    """One cell of the population."""
    ansatz = "X" if rng.random() < 0.25 else "full"
    family = str(rng.choice(SYMMETRIC if ansatz == "X" else FAMILIES))
    rho = state(family, rng)
    turned = ansatz == "full" and family not in ("random", "separable") and rng.random() < 0.5
    if turned:
        turn = np.kron(unitary_group.rvs(2, random_state=rng), unitary_group.rvs(2, random_state=rng))
        rho = turn @ rho @ turn.conj().T
    n_settings = len(tomography.U1 if ansatz == "X" else tomography.PAULI)
    spread = 10 ** rng.uniform(-0.5, 0.5, n_settings) if rng.random() < 0.5 else np.ones(n_settings)
    shots = np.rint(np.clip(10 ** rng.uniform(np.log10(50), 4) * spread, 50, 10_000)).astype(int)
    return Cell(
        family, rho, turned, shots, _readout(rng), ansatz, int(np.random.SeedSequence(seeds).generate_state(1)[0])
    )


def state(family: str, rng: Generator) -> State:
    """A state of a family."""
    if family == "mixture":
        other = 10 ** rng.uniform(-2, np.log10(0.7))
        excited = 10 ** rng.uniform(-3, np.log10(0.05)) if rng.random() < 0.5 else 0.0
        return (1 - excited) * ((1 - other) * SINGLET + other * UP) + excited * DOWN
    if family in ("decay", "monitored"):
        theory = _pair(rng, q=10 ** rng.uniform(-3, -0.5) if rng.random() < 0.5 else 0.0)
        time = 10 ** rng.uniform(-1, 1)
        if family == "decay":
            return theory.evolve("ud", [0.0, time])[-1]
        return theory.monitored("ud", [0.0, time], 10 ** rng.uniform(-2, 0)).states[-1]
    if family == "detector":
        # At most one photon leaves |ud⟩, and it leaves |uu⟩: the missed ones are what decay has and no jump lacks.
        theory, time, missed = _pair(rng, dephased=False), [0.0, 10 ** rng.uniform(-1, 0.5)], rng.uniform(0.02, 0.5)
        every, (states, kept) = theory.evolve("ud", time)[-1], _no_jump(theory, time)
        rho = kept * states + missed * (every - kept * states)
        return rho / np.trace(rho).real
    if family == "X":
        rank = int(rng.integers(2, 5))
        populations = rng.dirichlet([0.7] * 4)
        if rank == 2 or (rank == 3 and rng.random() < 0.5):
            populations[3] = 0
        edge = 1.0 if rank == 2 or (rank == 3 and populations[3] > 0) else rng.uniform(0, 1)
        rho = np.diag(populations / populations.sum()).astype(complex)
        rho[1, 2] = edge * np.sqrt(rho[1, 1] * rho[2, 2]) * np.exp(2j * np.pi * rng.random())
        rho[2, 1] = rho[1, 2].conj()
        return rho
    if family == "random":
        factor = _gaussian(rng, 4, int(rng.integers(1, 5)))
        return factor @ factor.conj().T / np.sum(np.abs(factor) ** 2)
    if family == "separable":
        number = int(rng.integers(1, 5))
        weights = rng.dirichlet([1.0] * number)
        if rng.random() < 0.5:
            return np.diag(rng.permutation(np.append(weights, np.zeros(4 - number)))).astype(complex)
        parts = [_gaussian(rng, 2, number) for _ in range(2)]
        kets = np.einsum("ik,jk->ijk", *(part / np.linalg.norm(part, axis=0) for part in parts)).reshape(4, number)
        return (weights * kets) @ kets.conj().T
    p = 1.0 if family == "Bell" else rng.uniform(0.2, 0.99)
    return p * SINGLET + (1 - p) * np.eye(4) / 4


def _pair(rng: Generator, q: float = 0.0, *, dephased: bool = True) -> nv.MasterEquation:
    coupling = 1.0 if rng.random() < 0.5 else rng.uniform(0.85, 1)
    dephasing = 10 ** rng.uniform(-3, -1) if dephased and rng.random() < 0.5 else 0.0
    medium = nv.Medium.pair(a=1.0, A=coupling, q=q, d=dephasing)
    return nv.MasterEquation(medium, detuning=rng.uniform(0, 1) if rng.random() < 0.5 else 0.0)


def _no_jump(theory: nv.MasterEquation, time: list[float]) -> tuple[State, float]:
    found = theory.no_jump("ud", time)
    return found.states[-1], float(found.probability[-1])


def _readout(rng: Generator) -> NDArray[np.float64] | None:
    kind = rng.choice(["exact", "symmetric", "asymmetric"])
    if kind == "exact":
        return None
    errors = rng.uniform(0, 0.1, (2, 2))
    if kind == "symmetric":
        errors[:, 1] = errors[:, 0]
    return np.array([[[1 - up, down], [up, 1 - down]] for up, down in errors])


def _gaussian(rng: Generator, *shape: int) -> State:
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)
