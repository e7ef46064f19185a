"""Evolution on condition that no quantum of relaxation or excitation is exchanged (Eq. 13).

Without dephasing kets evolve, ρ(t) = W(t) W(t)† with W(t) = e^(−iH_eff t) W, so that no eigenvalue falls below zero.
Where jumps of dephasing go on density matrices do.
"""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation import precise
from nvprotocol.master_equation.conditional import SURE, Conditional, at, made_positive, made_sure
from nvprotocol.master_equation.evolution import evolved, touched_sectors
from nvprotocol.master_equation.exponential import propagate
from nvprotocol.master_equation.generator import (
    block_generator,
    dephasing_parameters,
    ket_generator,
    symmetry_of_parameters,
)
from nvprotocol.master_equation.modes import Modes, log_norm, log_weight
from nvprotocol.master_equation.no_jump_blocks import no_jump_by_blocks
from nvprotocol.master_equation.no_jump_kets import LEAST_QUBITS, conditional_by_kets
from nvprotocol.master_equation.symmetry import (
    Sector,
    elements,
    from_coordinates,
    holds_populations,
    is_diagonal,
    matrices_of_block,
    sectors,
    to_coordinates,
)


def no_jump(values: NDArray[np.float64], factor: NDArray[np.complex128], times: NDArray[np.float64]) -> Conditional:
    """States and probabilities at every time.

    Args:
        values: Parameters of the generator, shape (…, P).
        factor: W with ρ = W W†, shape (…, d, R).
        times: Non-decreasing times in µs, shape (T,).

    Raises:
        NoKeptShotsError: Where rounding of W decides what the state is.
    """
    d = factor.shape[-2]
    n_qubits, batch = d.bit_length() - 1, np.broadcast_shapes(values.shape[:-1], factor.shape[:-2])
    states, probability = np.empty((*batch, times.size, d, d), dtype=complex), np.empty((*batch, times.size))
    if not probability.size:
        return Conditional(states, probability)
    dephasing = np.any(values[..., dephasing_parameters(n_qubits)], axis=-1)
    if n_qubits >= LEAST_QUBITS and not np.any(dephasing):
        return conditional_by_kets(values, factor, times)
    if symmetry_of_parameters(values, n_qubits) != "U(1)":
        return _by_maps(values, factor, times)
    if n_qubits >= LEAST_QUBITS:
        return no_jump_by_blocks(values, factor @ np.swapaxes(factor.conj(), -1, -2), times)
    if not np.any(dephasing):
        return _by_kets(values, factor, times)
    if np.all(dephasing):
        return _by_maps(values, factor, times)
    values = np.broadcast_to(values, (*batch, values.shape[-1]))
    factor = np.broadcast_to(factor, (*batch, *factor.shape[-2:]))
    chosen = np.broadcast_to(dephasing, batch)
    for mask, route in ((chosen, _by_maps), (~chosen, _by_kets)):
        part = route(values[mask], factor[mask], times)
        states[mask], probability[mask] = part.states, part.probability
    return Conditional(states, probability)


def _by_kets(values: NDArray[np.float64], factor: NDArray[np.complex128], times: NDArray[np.float64]) -> Conditional:
    n_qubits = factor.shape[-2].bit_length() - 1
    rows = {charge: elements(n_qubits, (charge, 0))[0] for charge in range(n_qubits + 1)}
    present = {charge: np.any(factor[..., place, :], axis=(-2, -1)) for charge, place in rows.items()}
    modes = Modes({n: ket_generator(values, n_qubits, n) for n, here in present.items() if np.any(here)}, present)
    kets = {}
    for charge, generator in modes.shifted.items():
        start = np.swapaxes(factor[..., rows[charge], :], -1, -2)
        kets[charge] = propagate(generator[..., None, :, :], start, times)
    weight = np.sum([np.sum(np.abs(ket) ** 2, axis=(-3, -2)) for ket in kets.values()], axis=0)
    log_probability = 2 * modes.slowest[..., None] * times + log_weight(weight) - log_norm(factor)
    error = modes.error(times, log_probability / 2)
    inverse = 1 / np.sqrt(np.where(weight > 0, weight, 1.0))
    states = _densities({charge: ket * inverse[..., None, None, :] for charge, ket in kets.items()}, n_qubits)

    def precisely(place: tuple[int, ...]) -> precise.Kept:
        return precise.without_jumps(at(values, place[:-1], 1), at(factor, place[:-1], 2), float(times[place[-1]]))

    made_sure(states, log_probability, error, precisely)
    return Conditional(states, np.exp(np.minimum(log_probability, 0.0)))


def _by_maps(values: NDArray[np.float64], factor: NDArray[np.complex128], times: NDArray[np.float64]) -> Conditional:
    rho = factor @ np.swapaxes(factor.conj(), -1, -2)
    n_qubits = rho.shape[-1].bit_length() - 1
    touched = touched_sectors(rho, n_qubits, "no_jump", symmetry_of_parameters(values, n_qubits))
    kept: list[Sector] = [sector for sector in touched if holds_populations(sector)]
    present = {sector: np.any(to_coordinates(rho, n_qubits, sector), axis=-1) for sector in kept}
    modes = Modes({one: block_generator(values, n_qubits, one, "no_jump", real=True) for one in kept}, present)
    states = evolved(values, rho, times, kind="no_jump", shift=modes.slowest)
    weight = np.einsum("...ii->...", states).real
    states /= np.where(weight > 0, weight, 1.0)[..., None, None]
    log_probability = modes.slowest[..., None] * times + log_weight(weight) - log_norm(factor)
    error = modes.error(times, log_probability)

    def precisely(place: tuple[int, ...]) -> precise.Kept:
        return precise.with_dephasing(at(values, place[:-1], 1), at(factor, place[:-1], 2), float(times[place[-1]]))

    made_sure(states, log_probability, error, precisely)
    made_positive(states, np.where(error <= SURE, error, 0.0))
    return Conditional(states, np.exp(np.minimum(log_probability, 0.0)))


def _densities(kets: dict[int, NDArray], n_qubits: int) -> NDArray[np.complex128]:
    """Σ_r |W_r⟩⟨W_r| from kets (…, R, h, T) with so many excitations: shape (…, T, d, d)."""
    states = None
    conjugates = {charge: ket.conj() for charge, ket in kets.items()}
    for sector in sectors(n_qubits, "no_jump"):
        left, right = sector
        if left is None or left not in kets or right not in kets:
            continue
        ket, bra = kets[left], conjugates[right]
        size, other = ket.shape[-2], bra.shape[-2]
        real = is_diagonal(sector)
        vectors = np.empty((*ket.shape[:-3], size * other, ket.shape[-1]), dtype=float if real else complex)
        for i in range(size):
            for j in range(i if real else 0, other):
                entry = _summed(ket[..., i, :], bra[..., j, :])
                vectors[..., i * other + j, :] = np.real(entry) if real else entry
                if real and i < j:
                    vectors[..., j * other + i, :] = np.imag(entry)
        if states is None:
            states = matrices_of_block(vectors, n_qubits, sector)
        else:
            from_coordinates(vectors, n_qubits, sector, states)
    assert states is not None
    return states


def _summed(left: NDArray, right: NDArray) -> NDArray:
    """Σ_r a_r b_r of (…, R, T)."""
    return left[..., 0, :] * right[..., 0, :] if left.shape[-2] == 1 else np.einsum("...rt,...rt->...t", left, right)
