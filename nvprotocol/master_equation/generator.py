"""The generator of the master equation, block by block, as a linear function of rates and couplings.

Every block is linear in the real parameters of a medium, so a whole batch of generators is one product with a fixed
matrix, made once per block and number of qubits.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail
from nvprotocol.master_equation.symmetry import Kind, Sector, elements, is_diagonal, sectors
from nvprotocol.master_equation.terms import ParameterLayout, generator_terms
from nvprotocol.medium import Medium
from nvprotocol.medium.coefficient_matrix import Symmetry, symmetry_of


def parameters(
    medium: Medium,
    detuning: NDArray[np.float64],
    drive: NDArray[np.complex128] | None = None,
    offset: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """The real parameters of a medium, the drive of each qubit, and its splitting in the rotating frame, shape (…, P).

    The frame rotates at the mean splitting less the offset. Where there is a drive, or the medium is not axial, the
    splittings of other than two qubits are taken as they are.

    Args:
        medium: The medium.
        detuning: δ of a pair, shape (…), else Δ_i, shape (…, N).
        drive: Ω_i, shape (…, N), or None.
        offset: A splitting that all qubits have in the frame, shape (…), or None.
    """
    n = medium.n_qubits
    upper = np.triu_indices(n, 1)
    parts: list[NDArray] = []
    for block in (medium.relaxation, medium.excitation, medium.dephasing):
        off = block[..., upper[0], upper[1]]
        parts += [np.einsum("...ii->...i", block).real, off.real, off.imag]
    off = medium.flip_flop[..., upper[0], upper[1]]
    parts += [off.real, off.imag, medium.ising[..., upper[0], upper[1]]]
    general = medium.symmetry != "U(1)" or drive is not None
    if general:
        cross = medium.cross.reshape(*medium.cross.shape[:-3], -1)
        driven: NDArray[np.complex128] = np.zeros(n, dtype=complex) if drive is None else drive
        parts += [cross.real, cross.imag, driven.real, driven.imag]
    offsets = _offsets(detuning, n, about_mean=not general)
    parts.append(offsets if offset is None else offsets + offset[..., None])
    try:
        batch = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
    except ValueError:
        must = f"broadcast against the batch shape {medium.batch_shape} of the medium"
        fail("detuning", must, f"has batch {offsets.shape[:-1]}")
    return np.concatenate([np.broadcast_to(part, (*batch, part.shape[-1])) for part in parts], axis=-1)


def symmetry_of_parameters(values: NDArray[np.float64], n_qubits: int) -> Symmetry:
    """What the generators of a batch conserve, all of them."""
    layout = ParameterLayout.of(values, n_qubits)
    if not layout.general:
        return "U(1)"
    crossed = values[..., layout.crossed].reshape(*values.shape[:-1], 2, 3, n_qubits, n_qubits)
    if np.any(values[..., layout.driven]):
        return "none"
    return symmetry_of(crossed)


def _offsets(detuning: NDArray[np.float64], n_qubits: int, *, about_mean: bool) -> NDArray[np.float64]:
    if n_qubits == 2:
        return np.stack([detuning, -detuning], axis=-1)
    if detuning.ndim == 0 and detuning == 0:
        return np.zeros(n_qubits)
    if detuning.ndim == 0 or detuning.shape[-1] != n_qubits:
        fail("detuning", f"have shape (…, {n_qubits}), one splitting for each qubit", f"has shape {detuning.shape}")
    if not about_mean:
        return detuning
    relative = detuning - detuning[..., :1]  # without rounding where splittings are close to each other
    return relative - relative.mean(axis=-1, keepdims=True)


def dephasing_parameters(n_qubits: int) -> slice:
    """Where the block of dephasing stands among the parameters."""
    return slice(2 * n_qubits**2, 3 * n_qubits**2)


def block_generator(
    values: NDArray[np.float64], n_qubits: int, sector: Sector, kind: Kind, *, real: bool = False
) -> NDArray:
    """The generator on one block, shape (…, n, n), in `elements` order or in real coordinates."""
    size = elements(n_qubits, sector)[0].size
    matrix = _coefficients(ParameterLayout.of(values, n_qubits), sector, kind, real)
    if isinstance(matrix, np.ndarray):
        return (values @ matrix).reshape(*values.shape[:-1], size, size)
    flat = values.reshape(-1, values.shape[-1])
    dense = np.stack([matrix.T.dot(row) for row in flat])
    return dense.reshape(*values.shape[:-1], size, size)


def ket_generator(values: NDArray[np.float64], n_qubits: int, excitations: int) -> NDArray[np.complex128]:
    """−iH_eff of relaxation, excitation and all that is coherent on kets with so many excitations, shape (…, h, h).

    Less a common phase: the generator of |i⟩⟨↑…↑| without jumps differs from it by a number, of which the real part is
    half the rate at which |↑…↑⟩⟨↑…↑| decays.
    """
    block = block_generator(values, n_qubits, (excitations, 0), "no_jump")
    decay = block_generator(values, n_qubits, (0, 0), "no_jump", real=True)
    return np.asarray(block - 0.5 * decay * np.eye(block.shape[-1]), dtype=complex)


def ket_coefficients(layout: ParameterLayout, excitations: int) -> NDArray[np.float64]:
    """The integers that take parameters to `ket_generator` as a real matrix, dephasing left out, shape (P, 2h, 2h)."""
    decay = real_coefficients(layout, (0, 0), "no_jump") * np.eye(2)
    result = real_coefficients(layout, (excitations, 0), "no_jump") if excitations else decay
    result = result - 0.5 * decay[:, :1, :1] * np.eye(result.shape[-1])
    result[dephasing_parameters(layout.n)] = 0.0
    return result


def real_coefficients(layout: ParameterLayout, sector: Sector, kind: Kind) -> NDArray[np.float64]:
    """The integers that take parameters to the entries of a block as a real matrix, shape (P, n, n).

    A diagonal block in real coordinates; of others the real parts of a vector, then the imaginary parts.
    """
    diagonal = is_diagonal(sector)
    matrix = _coefficients(layout, sector, kind, diagonal)
    dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    size = elements(layout.n, sector)[0].size
    entries = dense.reshape(-1, size, size)
    if diagonal:
        return entries
    real, imaginary = np.real(entries), np.imag(entries)
    upper, lower = np.concatenate([real, -imaginary], axis=-1), np.concatenate([imaginary, real], axis=-1)
    return np.concatenate([upper, lower], axis=-2)


def liouvillian(values: NDArray[np.float64], n_qubits: int) -> NDArray[np.complex128]:
    """The whole generator on column-stacked density matrices, shape (…, d², d²)."""
    d = 2**n_qubits
    result = np.zeros((*values.shape[:-1], d * d, d * d), dtype=complex)
    found = sectors(n_qubits, "full", symmetry_of_parameters(values, n_qubits))
    mirrored: list[Sector] = [(None, -sector[1]) for sector in found if not isinstance(sector, str) and sector[1]]
    for sector in found + mirrored:
        rows, columns = elements(n_qubits, sector)
        place = columns * d + rows
        result[..., place[:, None], place] = block_generator(values, n_qubits, sector, "full")
    return result


@lru_cache(maxsize=64)
def _coefficients(layout: ParameterLayout, sector: Sector, kind: Kind, real: bool) -> NDArray:
    """The matrix that takes parameters to the entries of the block: dense (P, n²), or sparse where that is large."""
    terms = [np.concatenate(column) for column in zip(*generator_terms(layout, sector, kind), strict=True)]
    if real:
        terms = _real_terms(layout.n, sector, terms)
    row, column, parameter, value = terms
    size = elements(layout.n, sector)[0].size
    shape = (layout.total, size**2)
    if size**2 * shape[0] > 4_000_000:
        from scipy.sparse import coo_array

        return coo_array((value, (parameter, row * size + column)), shape=shape).tocsr()  # pyright: ignore[reportReturnType]
    result = np.zeros(shape, dtype=value.dtype)
    np.add.at(result, (parameter, row * size + column), value)
    result.flags.writeable = False
    return result


def _real_terms(n_qubits: int, sector: Sector, terms: list[NDArray]) -> list[NDArray]:
    """The terms in the real coordinates of `to_coordinates`: ρ_ij = Re + i·s·Im with s = sign(j − i)."""
    i, j = elements(n_qubits, sector)
    place = np.zeros((2**n_qubits, 2**n_qubits), dtype=int)
    place[i, j] = np.arange(i.size)
    re, im = place[np.minimum(i, j), np.maximum(i, j)], place[np.maximum(i, j), np.minimum(i, j)]
    sign = np.sign(j - i)
    row, column, parameter, value = terms
    kept = sign[row] >= 0  # the rows below the diagonal are conjugates
    row, column, parameter, value = row[kept], column[kept], parameter[kept], value[kept]
    a, b = np.real(value), np.imag(value)
    off_row, off_column = sign[row] > 0, sign[column] != 0
    both = off_row & off_column
    parts = [
        (re[row], re[column], parameter, a),
        (im[row][off_row], re[column][off_row], parameter[off_row], b[off_row]),
        (re[row][off_column], im[column][off_column], parameter[off_column], (-b * sign[column])[off_column]),
        (im[row][both], im[column][both], parameter[both], (a * sign[column])[both]),
    ]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]
