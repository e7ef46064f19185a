"""What a small bias must cost: a lower bound on the RMSE of any estimate of the concurrence beside the steady state.

Maximum likelihood has a bias b at the steady state (uu+S)/2, and nearly none where a warm magnet adds a little |dd⟩.
Whoever takes the bias off at the first is wrong at the second, and few shots do not tell them apart. For an estimate T
of a table of counts, with values in [0, 1], let r be the largest ratio of its RMSE to that of maximum likelihood over a
family of states, with spins as they are or turned,

    ρ(p, e) = (1−e) [(1−p) |uu⟩⟨uu| + p |S⟩⟨S|] + e |dd⟩⟨dd|,   |p−1/2| ≤ 1/(2√N), e ≤ 4/N (N shots a setting),

while at ρ(1/2, 0) the bias of T is at least −c|b|. Minimising r² over all T is a convex problem. Its Lagrangian is
minimal at a T in closed form, a ratio of sums of likelihoods, so every set of multipliers bounds r from below; the best
set is found here. Expectations are over simulated tables, which leaves an error of about 0.005. This T knows the family
and the axes of the spins, which no real estimate does: the bound holds for all of them, and none may reach it. "ours"
is `tomography.estimate`: its bias at ρ(1/2, 0) over that of maximum likelihood, r, and its largest bias in the family.

Run:  PYTHONPATH=. python benchmarks/tomography_bound.py --tables 500 --seed 271828 --output FILE
"""

import argparse
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from _states import readout_of, turned
from numpy.typing import NDArray
from scipy.optimize import minimize

from nvprotocol import tomography
from nvprotocol.entanglement import concurrence
from nvprotocol.operators import bell_state, density_matrix

Real = NDArray[np.float64]

CASES = ((200, 0.0, True), (1000, 0.0, True), (200, 0.03, True), (200, 0.0, False), (200, 0.03, False))
"""Shots a setting, readout error a qubit, whether the spins are turned."""
LIMITS = (1 / 3, 1 / 2, 1.0)
WEIGHTS = np.arange(-2, 3) * 0.25
"""p − 1/2, in units of 1/√N."""
EXCITED = np.array([0.0, 0.4, 1.0, 2.0, 3.0, 4.0])
"""e, in units of 1/N: about the number of |dd⟩ that a setting shows."""
SCALE = 10.0
"""Of the multiplier of the bias, whose size is about that of the others times this."""


class Family(NamedTuple):
    """What the simulated tables of all states tell; arrays have T tables or S states, the steady state first."""

    truth: Real  # (S,)
    likelihood: Real  # (T, S), over that of the mixture of all states and over T
    bias: Real  # (S,), of maximum likelihood, as are the errors
    error: Real  # (S,)
    bias_ours: Real
    error_ours: Real


def family(shots: int, error: float, turn: bool, tables: int, seed: int) -> Family:
    """Simulates the tables of every state and weighs each table by its likelihood under every state."""
    up, down, singlet = density_matrix("uu"), density_matrix("dd"), density_matrix(bell_state("psi-"))
    pairs = [(p, e) for p in 0.5 + WEIGHTS / np.sqrt(shots) for e in EXCITED / shots]
    pairs.sort(key=lambda pair: (pair[1] > 0, abs(pair[0] - 0.5)))
    states = np.array([(1 - e) * ((1 - p) * up + p * singlet) + e * down for p, e in pairs])
    if turn:
        states = turned(states)
    readout, truth = readout_of(error), concurrence(states)
    counts = np.concatenate(
        [
            tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, seed + k, readout=readout)
            for k, rho in enumerate(states)
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tomography.ModelWarning)
        found = tomography.estimate(counts, readout=readout)
    read = None if readout is None else np.kron(readout, readout)
    log_likelihood = tomography.log_likelihood(states, counts[:, None], readout=read)
    mixture = np.logaddexp.reduce(log_likelihood, axis=1, keepdims=True) - np.log(len(states))
    likelihood = np.exp(log_likelihood - mixture)
    likelihood /= likelihood.sum(axis=0)
    moments = [
        (likelihood.T @ values - truth, _rmse(likelihood, values, truth))
        for values in (concurrence(found.state), found.concurrence)
    ]
    return Family(truth, likelihood, *moments[0], *moments[1])


def bound(of: Family, limit: float) -> float:
    """The largest lower bound on r that the multipliers give."""
    states, scaled = len(of.truth), 1 / of.error**2
    target = of.truth[0] - limit * abs(of.bias[0])

    def dual(multipliers: Real) -> tuple[float, Real]:
        weights, push = multipliers[:-1] * scaled, SCALE * multipliers[-1]
        best = of.likelihood @ (weights * of.truth) + push / 2 * of.likelihood[:, 0]
        best = np.clip(best / np.maximum(of.likelihood @ weights, 1e-12), 0, 1)
        squared = _rmse(of.likelihood, best, of.truth) ** 2 * scaled
        missing = target - best @ of.likelihood[:, 0]
        return -(multipliers[:-1] @ squared + push * missing), -np.append(squared, SCALE * missing)

    start = np.append(np.full(states, 1 / states), 0.05)
    whole = {"type": "eq", "fun": lambda y: y[:-1].sum() - 1, "jac": lambda y: np.append(np.ones(len(y) - 1), 0.0)}
    limits = [(0.0, 1.0)] * states + [(0.0, 5.0)]
    found = minimize(
        dual, start, jac=True, method="SLSQP", bounds=limits, constraints=[whole], options={"maxiter": 500}
    )
    return float(np.sqrt(-found.fun))


def _rmse(likelihood: Real, values: Real, truth: Real) -> Real:
    mean, square = likelihood.T @ values, likelihood.T @ values**2
    return np.sqrt(np.maximum(square - 2 * truth * mean + truth**2, 0))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tables", type=int, default=200, help="simulated tables of every state")
    parser.add_argument("--seed", type=int, default=30_000)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {arguments.tables} tables a state, seed {arguments.seed}",
        f"{'shots a setting, readout error, spins':40}"
        + "".join(f"{f'bias < {limit:.2f}':>13}" for limit in LIMITS)
        + f"{'ours: bias':>14}{'RMSE':>8}{'most':>8}",
    ]
    print(*lines, sep="\n")
    for shots, error, turn in CASES:
        of = family(shots, error, turn, arguments.tables, arguments.seed)
        bounds = "".join(f"{bound(of, limit):13.3f}" for limit in LIMITS)
        ours = f"{of.bias_ours[0] / of.bias[0]:14.2f}{np.max(of.error_ours / of.error):8.2f}{of.bias_ours.max():+8.3f}"
        lines.append(f"{shots:5}  {error:.2f}  {'turned' if turn else 'as they are':25}" + bounds + ours)
        print(lines[-1], flush=True)
    if arguments.output:
        arguments.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
