"""Linear algebra without rounding, against mpmath, SciPy and rational numbers."""

from fractions import Fraction

import by_mpmath
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SEEDS

from nvprotocol.master_equation.integers import (
    Scaled,
    characteristic,
    combined,
    exponential,
    imaginary_roots,
    null_part,
    nullities,
    power,
)


def as_fractions(scaled: Scaled) -> list[Fraction]:
    return [Fraction(int(entry)) * Fraction(2) ** scaled.exponent for entry in scaled.integers.flat]


def as_mpmath(scaled: Scaled) -> by_mpmath.Matrix:
    rows = scaled.integers.reshape(len(scaled.integers), -1)
    return mpmath.matrix([[mpmath.ldexp(int(entry), scaled.exponent) for entry in row] for row in rows])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_floating_point_numbers_are_taken_as_they_are(numbers: list[float]) -> None:
    assert as_fractions(Scaled.exactly(np.array(numbers))) == [Fraction(number) for number in numbers]


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 5), st.floats(-30, 4))
def test_exponentials_have_a_hundred_digits(seed: int, size: int, exponent: float) -> None:
    """Relative to the largest entry, whatever the norm is."""
    rng = np.random.default_rng(seed)
    matrix = Scaled.exactly(10**exponent * (rng.normal(size=(size, size)) - 2 * np.eye(size)))
    with mpmath.mp.workdps(160):
        expected = mpmath.expm(as_mpmath(matrix), method="taylor")
        found = as_mpmath(exponential(matrix))
        largest = max(abs(entry) for entry in expected)
        assert max(abs(entry) for entry in found - expected) < largest * mpmath.mpf(10) ** -100


@given(SEEDS, st.integers(1, 40))
def test_powers_are_repeated_products(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    step, vector = Scaled.exactly(rng.normal(size=(3, 3))), Scaled.exactly(rng.normal(size=3))
    expected = vector
    for _ in range(count):
        expected = step @ expected
    size = max(abs(entry) for entry in as_fractions(expected))
    for one, other in zip(as_fractions(power(step, vector, count)), as_fractions(expected), strict=True):
        assert abs(one - other) < size * Fraction(1, 2**400)


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 6))
def test_characteristic_polynomials_vanish_on_their_matrix(seed: int, size: int) -> None:
    """Cayley and Hamilton, without rounding."""
    matrix = np.random.default_rng(seed).integers(-(2**40), 2**40, size=(size, size)).astype(object)
    total = np.zeros((size, size), dtype=object)
    for coefficient in characteristic(matrix):
        total = total @ matrix + coefficient * np.eye(size, dtype=int).astype(object)
    assert not np.any(total)


@settings(max_examples=40)
@given(SEEDS, st.integers(0, 4))
def test_null_parts_are_projections(seed: int, rank: int) -> None:
    """M = S diag(λ) S⁻¹ with some λ = 0: the projection is S diag(λ = 0) S⁻¹, here with whole S of determinant 1."""
    rng, size = np.random.default_rng(seed), 4
    lower = np.tril(rng.integers(-3, 4, size=(size, size)), -1) + np.eye(size, dtype=int)
    inverse = np.round(np.linalg.inv(lower)).astype(int)
    eigenvalues = np.where(np.arange(size) < rank, rng.integers(1, 9, size=size), 0)
    vector = rng.integers(-9, 10, size=size)
    matrix = lower @ np.diag(eigenvalues) @ inverse
    multiplicity, part = null_part(matrix.astype(object), Scaled(vector.astype(object), 0))
    assert multiplicity == size - rank
    np.testing.assert_array_equal(part, lower @ np.diag(eigenvalues == 0) @ inverse @ vector)


@settings(max_examples=40)
@given(
    st.lists(st.integers(-9, -1), max_size=3), st.lists(st.integers(1, 9), max_size=2, unique=True), st.integers(0, 2)
)
def test_imaginary_roots_are_counted(real: list[int], imaginary: list[int], zeros: int) -> None:
    """Π (λ − r) Π (λ² + w) λᶻ."""
    polynomial = np.array([1], dtype=object)
    for root in real:
        polynomial = np.convolve(polynomial, [1, -root])
    for square in imaginary:
        polynomial = np.convolve(polynomial, [1, 0, square])
    coefficients = [int(value) for value in polynomial] + [0] * zeros
    assert imaginary_roots(coefficients) == 2 * len(imaginary)


@settings(max_examples=30)
@given(SEEDS)
def test_null_spaces_have_the_dimension_of_their_construction(seed: int) -> None:
    """Σ θ_p C_p with θ over thirty decades, C_p = x_p y_pᵀ of whole numbers: as many dimensions less as θ are not 0."""
    rng, n = np.random.default_rng(seed), 6
    lower, upper = np.tril(rng.integers(-3, 4, size=(2, n, n)), -1) + np.eye(n, dtype=int)
    coefficients = np.array([np.outer(lower[:, p], upper[:, p]) for p in range(n)])
    values = 10 ** rng.uniform(-15, 15, size=(8, n)) * rng.integers(0, 2, size=(8, n))
    found = nullities(values, coefficients)
    np.testing.assert_array_equal(found, n - np.count_nonzero(values, axis=-1))


def test_combinations_are_not_rounded() -> None:
    found = combined(np.array([1.0, 2.0**-80]), np.array([[[1.0]], [[3.0]]]))
    assert as_fractions(found) == [1 + Fraction(3, 2**80)]


def test_empty_sums_are_zero() -> None:
    found = combined(np.zeros(2), np.ones((2, 3, 3)))
    assert as_fractions(exponential(found)) == pytest.approx(np.eye(3).ravel().tolist())
