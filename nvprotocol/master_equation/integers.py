"""Linear algebra in whole numbers, for the few matrices at which floating point cannot be sure.

Rates, couplings and times are floating-point numbers, so each is a whole number times a power of two, and so is
everything that sums and products make of them. NumPy arrays of Python integers hold them without rounding. Where an
exponential needs rounding it is done after 448 bits.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[Any]
"""An array of Python integers (dtype object)."""

BITS = 448
"""Bits that are carried: 134 digits."""

_TAYLOR_BITS = 20
"""The exponential is expanded where the norm is below 2⁻²⁰."""

_PRIME = 2**31 - 1


@dataclass(frozen=True)
class Scaled:
    """An array of integers times 2^exponent.

    Attributes:
        integers: Python integers, shape (…).
        exponent: The power of two that they are multiplied by.
    """

    integers: Whole
    exponent: int

    @classmethod
    def exactly(cls, array: NDArray) -> Self:
        """The numbers of a real array of finite floating-point numbers, without rounding."""
        mantissas, exponents = np.frexp(array)
        whole = np.ldexp(mantissas, 53).astype(np.int64).astype(object)
        lowest = int(exponents[mantissas != 0].min(initial=10**6)) if np.any(mantissas) else 0
        shifts = np.where(mantissas != 0, exponents - lowest, 0).astype(object)
        return cls(np.asarray(whole << shifts, dtype=object), lowest - 53)

    def __matmul__(self, other: "Scaled") -> "Scaled":
        """The matrix product."""
        return Scaled(self.integers @ other.integers, self.exponent + other.exponent)

    def __mul__(self, other: "Scaled") -> "Scaled":
        """The product entry by entry."""
        return Scaled(self.integers * other.integers, self.exponent + other.exponent)

    def __getitem__(self, index: Any) -> "Scaled":
        """A part of the array."""
        return Scaled(np.asarray(self.integers[index], dtype=object), self.exponent)

    @property
    def bits(self) -> int:
        """Bits of the largest entry."""
        return max((abs(entry).bit_length() for entry in self.integers.flat), default=0)

    def rounded(self, bits: int = BITS) -> "Scaled":
        """The same numbers with no more than so many bits in the largest entry."""
        excess = self.bits - bits
        return Scaled(self.integers >> excess, self.exponent + excess) if excess > 0 else self

    def at(self, exponent: int) -> Whole:
        """The integers that belong to another power of two."""
        shift = self.exponent - exponent
        return self.integers << shift if shift >= 0 else self.integers >> -shift

    def floats(self) -> tuple[NDArray[np.float64], int]:
        """Floating-point numbers of at most 1 and the power of two that they are multiplied by."""
        bits = self.bits
        one = 1 << bits
        return np.array([entry / one for entry in self.integers.flat]).reshape(
            self.integers.shape
        ), self.exponent + bits


def combined(parameters: NDArray[np.float64], coefficients: NDArray) -> Scaled:
    """Σ_p θ_p C_p without rounding, for parameters of shape (P,) and whole coefficients of shape (P, n, n)."""
    exact = Scaled.exactly(parameters)
    whole = np.round(coefficients).astype(np.int64).astype(object)
    return Scaled(np.tensordot(exact.integers, whole, axes=1), exact.exponent)


def exponential(generator: Scaled, bits: int = BITS) -> Scaled:
    """exp(G) of a real matrix, with entries right to about 2^−bits of the largest: Taylor's series, then squaring."""
    size = generator.integers.shape[-1]
    norm_bits = generator.bits + generator.exponent + size.bit_length()
    squarings = max(0, norm_bits + _TAYLOR_BITS)
    working = bits + squarings
    small = Scaled(generator.integers, generator.exponent - squarings).at(-working)
    term = np.array([[int(i == j) << working for j in range(size)] for i in range(size)], dtype=object)
    total = term
    for order in range(1, working // _TAYLOR_BITS + 2):
        term = (term @ small >> working) // order
        total = total + term
        if not np.any(term):
            break
    result = Scaled(total, -working)
    for _ in range(squarings):
        result = (result @ result).rounded(working)
    return result


def power(step: Scaled, vector: Scaled, count: int) -> Scaled:
    """stepᵏ·vector."""
    while True:
        if count % 2:
            vector = (step @ vector).rounded()
        count //= 2
        if not count:
            return vector
        step = (step @ step).rounded()


def characteristic(matrix: Whole) -> list[int]:
    """The coefficients of det(λ − M) for a matrix of integers, the highest power first (Faddeev and LeVerrier)."""
    size = len(matrix)
    coefficients, product = [1], matrix
    for order in range(1, size + 1):
        coefficients.append(-int(np.trace(product)) // order)
        if order < size:
            shifted = product.copy()
            shifted[np.diag_indices(size)] += coefficients[-1]
            product = matrix @ shifted
    return coefficients


def null_part(matrix: Whole, vector: Scaled) -> tuple[int, NDArray[np.float64]]:
    """The multiplicity of the eigenvalue 0, and the part of a vector in its null space.

    For λᵐr(λ), the characteristic polynomial, that part is r(M)x/r(0): r(M) annihilates what belongs to any other
    eigenvalue. Exact where the eigenvalue 0 has no Jordan block, as in every generator of a master equation.
    """
    rest = characteristic(matrix)
    size = len(matrix)
    while len(rest) > 1 and rest[-1] == 0:
        rest.pop()
    multiplicity = size + 1 - len(rest)
    if multiplicity == 0:
        return 0, np.zeros(size)
    part = rest[0] * vector.integers
    for coefficient in rest[1:]:
        part = matrix @ part + coefficient * vector.integers
    scale = Fraction(2) ** vector.exponent / rest[-1]
    return multiplicity, np.array([float(int(entry) * scale) for entry in part])


def imaginary_roots(coefficients: list[int]) -> int:
    """How many roots of a real polynomial are imaginary and not zero, if none has a positive real part.

    λ and −λ are both roots where λ² is a common root of the even and the odd part.
    """
    while coefficients[-1] == 0:
        coefficients = coefficients[:-1]
    even, odd = coefficients[::-1][::2][::-1], coefficients[::-1][1::2][::-1]
    return 2 * (len(_common_divisor(even, odd)) - 1)


def _common_divisor(first: list[int], second: list[int]) -> list[int]:
    """The greatest common divisor of two polynomials with integer coefficients, the highest power first."""
    while any(second):
        second = second[next(k for k, value in enumerate(second) if value) :]
        remainder = list(first)
        while len(remainder) >= len(second):
            lead = remainder[0]
            remainder = [value * second[0] for value in remainder]
            for k, value in enumerate(second):
                remainder[k] -= lead * value
            remainder = remainder[1:]
        common = gcd(*remainder) or 1
        first, second = second, [value // common for value in remainder]
    return first


def nullities(values: NDArray[np.float64], coefficients: NDArray) -> NDArray[np.intp]:
    """The dimensions of the null spaces of matrices, a batch at a time, by elimination modulo a prime.

    Args:
        values: Parameters, shape (B, P).
        coefficients: Integers that take them to the entries of real matrices, shape (P, n, n).

    Returns:
        Dimensions of shape (B,). One is never too small; the chance that the prime makes it too large is about n/2³¹.
    """
    mantissas, exponents = np.frexp(values)
    powers, inverse = exponents - 53, exponents < 53
    residues = np.ldexp(mantissas, 53).astype(np.int64) % _PRIME
    two = np.where(inverse, (_PRIME + 1) // 2, 2)
    residues = residues * _powers_modulo(two, np.abs(powers)) % _PRIME
    whole = np.round(coefficients).astype(np.int64)
    matrices = np.zeros((len(values), *whole.shape[1:]), dtype=np.int64)
    for residue, matrix in zip(residues.T, whole, strict=True):
        if np.any(matrix):
            matrices = (matrices + residue[:, None, None] * matrix) % _PRIME
    return whole.shape[-1] - _ranks_modulo(matrices)


def _powers_modulo(base: NDArray[np.int64], exponent: NDArray[np.int64]) -> NDArray[np.int64]:
    result, base, exponent = np.ones_like(base), base % _PRIME, exponent.copy()
    while np.any(exponent):
        result = np.where(exponent % 2 == 1, result * base % _PRIME, result)
        base, exponent = base * base % _PRIME, exponent // 2
    return result


def _ranks_modulo(matrices: NDArray[np.int64]) -> NDArray[np.intp]:
    """Ranks of (B, n, n) matrices of residues, by elimination with each column in turn."""
    batch, size = np.arange(len(matrices)), matrices.shape[-1]
    ranks = np.zeros(len(matrices), dtype=np.intp)
    rows = np.arange(size)
    for column in range(size):
        usable = (matrices[:, :, column] != 0) & (rows >= ranks[:, None])
        pivot, found = np.argmax(usable, axis=-1), usable.any(axis=-1)
        target = np.minimum(ranks, size - 1)
        pivot = np.where(found, pivot, target)
        lead = matrices[batch, pivot].copy()
        matrices[batch, pivot] = matrices[batch, target]
        matrices[batch, target] = lead
        inverse = _powers_modulo(lead[:, column], np.full(len(lead), _PRIME - 2))
        factors = np.where(rows > target[:, None], matrices[:, :, column] * inverse[:, None] % _PRIME, 0)
        factors = np.where(found[:, None], factors, 0)
        matrices = (matrices - factors[:, :, None] * lead[:, None, :]) % _PRIME
        ranks += found
    return ranks
