"""Each kind of argument has one check: what it takes, and what it refuses."""

import fractions
from collections.abc import Callable

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol import _checks as checks
from nvprotocol.errors import ArgumentError

PAIR = nv.MasterEquation(nv.Medium.pair())
FILM = nv.magnets.Film(nv.magnets.YIG, 20.0, 2.0)
HUGE: dict[str, tuple[Callable[[object], object], object]] = {
    "number": (lambda value: nv.channels.preparation(value), 0.5),  # pyright: ignore[reportArgumentType]
    "array": (lambda value: nv.Medium.pair(a=value), 1.0),  # pyright: ignore[reportArgumentType]
    "list": (lambda value: PAIR.evolve("ud", [0.0, value]), 1.0),  # pyright: ignore[reportArgumentType]
    "whole": (lambda value: nv.operators.sigma_z(value), 1),  # pyright: ignore[reportArgumentType]
}


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize(
    "value",
    [10**400, -(10**400), 10**5000, fractions.Fraction(10**400, 3)],
    ids=["400 digits", "less", "5000 digits", "fraction"],
)
def test_numbers_beyond_floats_are_refused_in_a_short_line(name: str, value: object) -> None:
    call, good = HUGE[name]
    call(good)
    with pytest.raises(ArgumentError) as caught:
        call(value)
    assert len(str(caught.value)) < 320
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "must"),
    [
        (lambda: nv.Medium.pair(a=1e308), "`a` must be at most|`relaxation` must be at most 1e\\+100 in size"),
        (
            lambda: nv.MasterEquation(nv.Medium.pair(), 1e200),
            "`detuning` must be at most 1e\\+100 in size, but is 1e\\+200",
        ),
        (lambda: nv.closed_form.conditional_concurrence(1e308, 1.0), "`t` must be at most 1e\\+100 in size"),
        (lambda: nv.closed_form.exchange_concurrence(1.0, [1.0, -1e308]), "`J` must be .* contains 1e\\+308"),
        (lambda: nv.closed_form.bloch_vector(1.0, [0, 0, 1e308], 1.0), "`initial` must be at most 1e\\+100"),
        (lambda: nv.closed_form.probability_at_fidelity(0.9, 1.0, 1e-320), "`A` must not be 0"),
        (lambda: nv.concurrence(1e308 * np.eye(4)), "`rho` must be at most 1e\\+100"),
        (lambda: nv.tomography.nearest_state(1e308 * np.eye(4)), "`matrix` must be at most 1e\\+100"),
        (lambda: nv.operators.kraus_superoperator(1e308 * np.eye(2)), "`operator` must be at most 1e\\+100"),
        (lambda: nv.channels.Channel(np.full((4, 4), 1e308 + 0j)), "`superoperator` must be at most 1e\\+100"),
        (lambda: checks.unit_vector([0, 0, 1e308], "axis"), "`axis` must be at most 1e\\+100"),
        (lambda: nv.Device(PAIR, intrinsic_t1_us=1e-320), "`intrinsic_t1_us` must be at least 1e-100 us"),
        (lambda: nv.magnets.Film(nv.magnets.YIG, 1e99, 2.0), "`thickness_nm` must be between 1e-06 and 1e\\+09"),
        (lambda: nv.magnets.Film(nv.magnets.YIG, 20.0, 1e160), "`gap_ghz` must be between"),
        (lambda: nv.magnets.Film.in_field(nv.magnets.YIG, 20.0, 1e308), "`field_mt` must be between"),
        (lambda: nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1e99), "`coupling_mhz` must be at most 1e\\+12"),
        (
            lambda: nv.magnets.Material(name="x", magnetisation_a_per_m=1e99, exchange_t_m2=5e-17),
            "`magnetisation_a_per_m` must be between",
        ),
        (lambda: FILM.medium(1e308, height_nm=10.0, frequency_ghz=2.87), "`separation_nm` must be at most 1e\\+100"),
        (
            lambda: nv.magnets.Tabulated([1e308], [0.0], green=np.array([[-1j]])),
            "`frequency_ghz` must be at most 1e\\+100",
        ),
        (lambda: PAIR.monitored("ud", [1.0], [np.zeros(2), np.zeros((2, 2))]), "`period` must be"),
        (lambda: PAIR.evolve("ud", [1.0], int), "`observable` must be a function"),  # pyright: ignore[reportArgumentType]
        (lambda: nv.pulses.Gaussian(1e308), "`duration_ns` must be at most 1e\\+100"),
        (lambda: nv.pulses.Gaussian(1e-320), "`duration_ns` must be at least 1e-100"),
        (lambda: nv.pulses.Gaussian(40.0, 1e308), "`sigma_ns` must be at most 1e\\+100"),
        (lambda: FILM.wavelength_nm(-128), "`frequency_ghz` must be greater than 0"),
    ],
)
def test_numbers_whose_products_overflow_are_refused(call: Callable[[], object], must: str) -> None:
    with pytest.raises(ArgumentError, match=must):
        call()


def test_whole_numbers_of_many_digits_are_numbers() -> None:
    assert nv.Medium.pair(a=10**20).relaxation[0, 0] == 1e20
    assert checks.numeric_array([10**20, fractions.Fraction(1, 2)], "x").tolist() == [1e20, 0.5]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("value", [np.timedelta64(1, "us"), np.datetime64("2021-08-16"), b"x", "x", {1.0}, None])
def test_what_is_no_number_is_refused(value: object) -> None:
    for check in (checks.real_number, checks.numeric_array):
        with pytest.raises(ArgumentError, match=r"Argument `x` must be (a real number|numeric)"):
            check(value, "x")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match=r"Argument `x` must be a whole number"):
        checks.whole_number(value, "x", minimum=0)


@pytest.mark.parametrize("value", [np.array(["full", "X"]), np.array("full"), ["full"], {}, None, len])
def test_a_choice_is_a_text(value: object) -> None:
    """An array would be compared entry by entry."""
    with pytest.raises(ArgumentError, match=r'Argument `ansatz` must be one of "full", "X"'):
        checks.one_of(value, "ansatz", ("full", "X"))


def test_lists_inside_each_other_end() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(ArgumentError, match=r"must have at most 24 axes, but is nested deeper"):
        checks.numeric_array(circle, "x")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("value", ["", "a\0b", "x" * 10_000, b"x", 3, None])
def test_what_is_no_path_is_refused(value: object) -> None:
    for call in (nv.Device.from_toml, nv.tomography.read_counts, nv.magnets.Tabulated.from_file):
        with pytest.raises(ArgumentError, match=r"Argument `path` must be (the path|.*path)"):
            call(value)  # pyright: ignore[reportArgumentType]


def test_an_index_ends_an_iteration_and_selects_by_the_rules_of_numpy() -> None:
    media = nv.Medium.pair(a=[1.0, 2.0])
    assert [medium.relaxation[0, 0].real for medium in media] == [1.0, 2.0]
    with pytest.raises(ArgumentError, match=r"Argument `index` must select from a batch of shape \(2,\)"):
        media["a"]
