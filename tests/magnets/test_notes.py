"""Numbers inside notes and warnings, worked out a second time: read out of the text and compared with a formula."""

import re
import warnings
from typing import Any

import numpy as np
import pytest
from lattice import exchange
from scipy.constants import h, hbar, k
from scipy.integrate import quad
from scipy.interpolate import CubicSpline
from scipy.special import j0

import nvprotocol as nv
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets.constants import GAMMA
from nvprotocol.magnets.film import quadrature

GHZ = 2e3 * np.pi
"""1 GHz in rad/µs."""
SHOWN = 1e-5
"""Texts show six digits."""
NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"


def made(magnet: nv.magnets.Magnet, *args: Any, **asked: Any) -> nv.Medium:
    """A medium, whatever it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        return magnet.medium(*args, **({"frequency_ghz": 2.87, "dephasing": False, "dipole": False} | asked))


def numbers(medium: nv.Medium, beginning: str, pattern: str) -> list[float]:
    """The numbers of the one note that begins so, in the place of each # of a pattern."""
    assert medium.provenance is not None
    texts = [note.text for note in medium.provenance.notes if note.text.startswith(beginning)]
    assert len(texts) == 1, [note.text for note in medium.provenance.notes]
    found = re.search(re.escape(pattern).replace(r"\#", NUMBER), texts[0])
    assert found is not None, texts[0]
    return [float(number) for number in found.groups()]


def local(medium: nv.Medium) -> tuple[float, float]:
    """a and ã of the first qubit."""
    return float(medium.relaxation[..., 0, 0].real.max()), float(medium.excitation[..., 0, 0].real.max())


def thermal(frequency_ghz: float, temperature_k: float) -> float:
    """q = e^(−hf/k_BT)."""
    return float(np.exp(-h * frequency_ghz * 1e9 / (k * temperature_k)))


def test_the_detour_of_a_magnon() -> None:
    magnet = exchange(1, coupling_mhz=100.0, damping=0.0)
    medium = made(magnet, [30.0, 400.0], temperature_k=0.3)
    a, a_tilde = local(medium)
    velocity = 2 * 8e6 * np.sqrt(0.87 * GHZ / 8e6)  # ∂ω/∂k of Ω + Dk², nm/µs
    detour, limit = numbers(medium, "Magnons take time", "(a + ã)·r/v_g is #, above #;")
    assert detour == pytest.approx((a + a_tilde) * 400 / velocity, rel=SHOWN)
    assert limit == 0.01
    (end,) = numbers(medium, "Magnons take time", "end at ½(1 + a₀r/v_g)⁻² = #.")
    assert end == pytest.approx(0.5 / (1 + (a - a_tilde) * 400 / velocity) ** 2, rel=SHOWN)


@pytest.mark.parametrize("side", [1, -1])
def test_the_distance_from_the_band_edge(side: int) -> None:
    """Below the gap the weight of magnons in the qubit is that of as far above it, without thermal ones."""
    magnet = exchange(1, coupling_mhz=100.0, damping=0.0)
    below, above = (made(magnet, 30.0, frequency_ghz=2.0 + sign * 0.02, temperature_k=0.3) for sign in (side, 1))
    a, a_tilde = local(above)
    share, limit = numbers(below, "The band edge is close", "(a + ã)/|Δ − Ω| is #, above #;")
    assert share == pytest.approx((a + a_tilde if side > 0 else a - a_tilde) / (0.02 * GHZ), rel=SHOWN)
    assert limit == 0.03


@pytest.mark.parametrize("orientation", ["normal", "in-plane"])
def test_the_third_level(orientation: Any) -> None:
    """|0⟩ leaves by absorption on the other transition, at 2D − Δ, which a film of that transition gives as its own."""
    films = [nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0, orientation, transition=one) for one in ("lower", "upper")]
    medium = made(films[0], 60.0, height_nm=20.0, frequency_ghz=2.5, temperature_k=2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        other = films[1].qubit(height_nm=20.0, frequency_ghz=2 * 2.87 - 2.5, temperature_k=2.0, dephasing=False)
    leaving = 2 * float(other.excitation[0, 0].real)
    share, limit = numbers(medium, "The third level", "reached at # of 1/T1, above #.")
    assert share == pytest.approx(leaving * float(medium.t1[0]), rel=SHOWN)
    assert limit == 0.01


def test_thermal_magnons_of_a_pair() -> None:
    medium = made(exchange(), 30.0, temperature_k=[0.05, 0.1])
    (most,) = numbers(medium, "Thermal magnons", "q is up to #;")
    assert most == pytest.approx(thermal(2.87, 0.1), rel=SHOWN)
    (left,) = numbers(medium, "Thermal magnons", "is at most (1 − q)²/2(1 + q + q²) = #,")
    dark = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, q=thermal(2.87, 0.05))).steady_state("ud")
    assert left == pytest.approx(nv.concurrence(dark), rel=SHOWN)


def test_thermal_magnons_of_a_single_qubit() -> None:
    medium = exchange().qubit(frequency_ghz=2.87, temperature_k=0.1, chemical_potential_ghz=0.5, dephasing=False)
    (q,) = numbers(medium, "Thermal magnons", "q is up to #;")
    assert q == pytest.approx(thermal(2.87 - 0.5, 0.1), rel=SHOWN)
    (up, _), (_, down) = nv.MasterEquation(medium).steady_state().real
    assert down / up == pytest.approx(q, rel=SHOWN)


def test_the_direct_coupling() -> None:
    asked: dict[str, Any] = {"frequency_ghz": [2.5, 2.87], "temperature_k": 0.1}
    with_it, without = (made(exchange(coupling_mhz=30.0), 25.0, dipole=dipole, **asked) for dipole in (True, False))
    direct = np.abs((with_it.flip_flop - without.flip_flop)[:, 0, 1])
    both = (without.relaxation + without.excitation)[:, 0, 0].real
    largest, share = numbers(with_it, "The direct dipole", "up to # rad/µs, up to # of a + ã;")
    assert largest == pytest.approx(direct.max(), rel=SHOWN)
    assert share == pytest.approx((direct / both).max(), rel=SHOWN)
    below = made(exchange(damping=0.0), 25.0, frequency_ghz=1.5, dipole=True)  # where nothing relaxes
    (largest,) = numbers(below, "The direct dipole", "up to # rad/µs; it leaves")
    assert largest == pytest.approx(1e-7 * GAMMA**2 * hbar / 25e-9**3 / 4 * 1e-6, rel=SHOWN)  # across the axis: ν/4


def test_limits_of_an_exchange_magnet() -> None:
    short, limit = numbers(made(exchange(stiffness_m2_per_s=2e-8), 30.0), "Waves are short", "is #, above #.")
    assert (short, limit) == (pytest.approx(1.24 * np.sqrt(0.87 * GHZ / 2e4), rel=1e-4), 0.4)
    near, limit = numbers(made(exchange(), [0.8, 30.0]), "Qubits are closer", "it is # of their distance, above #.")
    assert (near, limit) == (pytest.approx(1.24 / 0.8, rel=SHOWN), 1.0)


@pytest.mark.parametrize("spin", [1.0, 0.2])  # also where the formula takes away more than there is
@pytest.mark.parametrize(("dimension", "aligned"), [(2, True), (3, True), (3, False)])
def test_spin_lost_to_thermal_magnons(dimension: int, aligned: bool, spin: float) -> None:
    """∫d^dk/(2π)^d n(k) magnons in the volume of a site."""
    magnet = exchange(dimension, lattice_nm=2.0, spin=spin, aligned=aligned)
    medium = made(magnet, 30.0, temperature_k=150.0)
    lost, limit = numbers(medium, "Linear spin-wave theory", "thermal magnons reduce the magnet's spin by #, above #.")
    area = {2: 2 * np.pi, 3: 4 * np.pi}[dimension]

    def magnons(wave: float) -> float:
        return area * wave ** (dimension - 1) / np.expm1((2.0 * GHZ + 8e6 * wave**2) * 1e6 * hbar / (k * 150.0))

    each_site = quad(magnons, 0, 40, limit=400)[0] * (2.0 / (2 * np.pi)) ** dimension
    assert (lost, limit) == (pytest.approx(each_site / spin, rel=1e-4), 0.1)


def test_thick_films() -> None:
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 3000.0, 1.0)
    medium = made(film, 60.0, height_nm=20.0, frequency_ghz=[2.5, 2.87])
    product, limit = numbers(medium, "The film is thick: waves", "up to # are taken as uniform through it, above #.")
    assert (product, limit) == (pytest.approx(3000 * 2 * np.pi / float(film.wavelength_nm(2.87)), rel=SHOWN), 1.0)
    standing, limit = numbers(medium, "The film is thick: standing", "is # of their lowest frequency, above #.")
    # γ(2A/M)k² at k = π/t above the uniform mode of 1 GHz.
    material = nv.magnets.YIG_COLD
    exchange_ghz = material.gyromagnetic_ghz_per_t * material.exchange_t_m2 * (np.pi / 3000e-9) ** 2
    assert (standing, limit) == (pytest.approx(2.87 / (1.0 + exchange_ghz), rel=SHOWN), 1.0)


def test_one_way_films() -> None:
    film = nv.magnets.Film(nv.magnets.YIG, 20.0, 1.77, "in-plane")
    medium = made(film, [100.0, 200.0, 400.0], azimuth_deg=90.0, height_nm=20.0, frequency_ghz=2.31)
    there, back = (np.abs(amplitude) for amplitude in nv.magnets.chirality(medium))
    ratio = np.minimum(there / back, back / there).min()
    said, end = numbers(medium, "The film is one-way", "its waves is # or its inverse at worst; at T = 0 and δ = 0 "
        "the monitored C saturates at 2/(x + 1/x) = #,")  # fmt: skip
    assert said == pytest.approx(ratio, rel=SHOWN)
    assert end == pytest.approx(2 / (ratio**0.5 + ratio**-0.5), rel=SHOWN)


def test_a_coarse_table() -> None:
    """The error is how far splines through every other point are from those through all."""
    frequency, separation = np.linspace(2.4, 3.4, 9), np.linspace(0.0, 600.0, 13)
    wave_number = np.sqrt((frequency - 2.0) * GHZ / 8e6)
    green = -1j * j0(np.outer(wave_number, separation))
    medium = made(nv.magnets.Tabulated(frequency, separation, green=green), 77.0)
    said, limit = numbers(medium, "The table is coarse", "off by up to # of a, above #.")

    def at(stride: int, places: list[float]) -> np.ndarray:
        row = CubicSpline(frequency[::stride], green[::stride])(2.87)
        return CubicSpline(separation[::stride], row[::stride])(places)

    errors = np.abs(at(1, [0.0, 77.0]) - at(2, [0.0, 77.0]))
    assert said == pytest.approx(errors.max() / abs(at(1, [0.0])[0]), rel=SHOWN)
    assert limit == 0.01


def test_the_temperature_of_a_spectrum() -> None:
    separation = np.linspace(0, 100, 11)
    magnet = nv.magnets.Tabulated([2.87], separation, spectrum=[1 - separation / 200], temperature_k=1.5)
    assert numbers(made(magnet, 50.0, temperature_k=0.5), "The spectrum was", "taken at # K;") == [1.5]
    same = made(magnet, 50.0, temperature_k=1.5).provenance
    assert same is not None
    assert not any(note.text.startswith("The spectrum was") for note in same.notes)


def test_integrals_say_how_far_they_have_come() -> None:
    with pytest.warns(ValidityWarning, match="An integral over the film's waves") as record:
        _, error = quadrature.integral(lambda x: np.array([x**-0.9]), 1e-12, 1.0, 1e-14, limit=2)
    said = re.search(f"an error of {NUMBER}, not {NUMBER}", str(record[0].message))
    assert said is not None
    assert [float(number) for number in said.groups()] == [pytest.approx(error, rel=SHOWN), 1e-14]


def test_dephasing_says_how_well_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scipy.integrate.quad_vec", lambda *_, **__: (np.ones((2, 2)), 0.0123456))
    with pytest.warns(ValidityWarning, match=r"is known to 0\.0123456 of d only"):
        exchange(damping=0.0).medium(30.0, frequency_ghz=2.87, temperature_k=0.1)


def test_the_numbers_beside_a_medium() -> None:
    medium = made(exchange(1, damping=0.0), 30.0, temperature_k=0.1, chemical_potential_ghz=0.3, dipole=True)
    assert medium.provenance is not None
    found = {name: float(number.value) for name, number in medium.provenance.numbers.items()}
    a, a_tilde = local(medium)
    q = thermal(2.87 - 0.3, 0.1)
    polarisation = -found.pop("static shift") / (2 * 3e-3)  # which its own test works out
    assert 0 < polarisation < 14.2
    expected = {
        "frequency": 2.87,
        "a₀": a - a_tilde,
        "n": q / (1 - q),
        "q": a_tilde / a,
        "(a+ã)·r/v_g": (a + a_tilde) * 30 / (2 * np.sqrt(8e6 * 0.87 * GHZ)),
        "(a+ã)/|Δ−Ω|": (a + a_tilde) / (0.87 * GHZ),
        "direct J⊥": 1e-7 * GAMMA**2 * hbar / 30e-9**3 / 4 * 1e-6,
    }
    assert found == pytest.approx(expected, rel=1e-9)
    assert found["q"] == pytest.approx(q, rel=1e-9)


def test_a_check_of_the_markov_approximation_in_words() -> None:
    magnet = exchange(1, coupling_mhz=100.0, damping=0.0)
    check = magnet.markov_check(40.0, frequency_ghz=2.87, modes=100)
    a = made(magnet, 40.0).relaxation[0, 0].real
    pattern = (
        f"off by up to {NUMBER} in the concurrence until {NUMBER} µs \\(a·r/v_g = {NUMBER}, a/\\|Δ−Ω\\| = {NUMBER}\\)"
    )
    said = re.search(pattern, str(check))
    assert said is not None
    expected = [
        np.abs(check.exact - check.master).max(),
        8 / a,
        a * 40 / (2 * np.sqrt(8e6 * 0.87 * GHZ)),
        a / (0.87 * GHZ),
    ]
    np.testing.assert_allclose([float(number) for number in said.groups()], expected, rtol=SHOWN)


NO_EASY_AXIS = ("anisotropy_mt", 0.0)
"""What goes without saying."""


@pytest.mark.parametrize(
    "magnet",
    [
        nv.magnets.Film(nv.magnets.YIG, 21.5, 1.75, "in-plane", transition="upper", damping=3e-4),
        exchange(3, gap_ghz=1.25, damping=2e-3, aligned=False),
    ],
    ids=["film", "exchange"],
)
def test_a_magnet_in_words_has_the_numbers_it_was_made_of(magnet: Any) -> None:
    words = magnet.describe()[0]
    given = [
        value for name, value in vars(magnet).items() if isinstance(value, float) and (name, value) != NO_EASY_AXIS
    ]
    for value in given:
        assert f" {value:.6g}" in words, value
    assert len(re.findall(NUMBER, re.sub(r"m²|2π|in \dD", "", words))) == len(given)


def test_a_yield_in_words() -> None:
    medium = nv.Medium.pair(a=2e-3, A=1.8e-3)
    found = nv.design.bell_yield(medium, 0.9, cycle=nv.design.Cycle(preparation=12.5))
    rows = dict(re.split(r"\s{2,}", line, maxsplit=1) for line in str(found).splitlines())
    gamma, contrast = 1.8e-3, 0.8
    time = np.log(0.9 / 0.1) / (4 * gamma)
    probability = (0.1 / 0.9) ** ((2e-3 - gamma) / (2 * gamma)) / 1.8
    field = 2 * gamma * np.sqrt(1 - contrast**2) / (GAMMA * 1e-15)
    budget = contrast / (gamma * (1 - contrast**2))
    assert rows == {
        "rate": f"{probability / (time + 12.5) * 1e6:.4g} Bell pairs of F = 0.9 per second",
        "time": f"{time:.4g} µs to F, and 12.5 µs besides",
        "checks": "1, at the end",
        "kept": f"{probability:.4g} of all runs",
        "start": "|↑↓⟩ or |↓↑⟩",
        "field": f"tolerated difference between the qubits (no echo): {field:.3g} nT",
        "dephasing": f"T_φ of each qubit at least {budget:.4g} µs",
    }


def test_a_yield_that_is_not_reached_in_words() -> None:
    found = nv.design.bell_yield(nv.Medium.pair(a=1.0, A=1.0, dm=-0.45), 0.95)
    assert str(found.start()) == "du"
    bare = nv.design.bell_yield(nv.Medium.pair(a=1.0, A=0.3, q=0.5, d=0.2), 0.95, cycle=nv.design.Cycle(1, 2.0))
    state = nv.MasterEquation(bare_medium := nv.Medium.pair(a=1.0, A=0.3, q=0.5, d=0.2)).monitored("ud", [2.0], 2.0)
    assert bare_medium.batch_shape == ()
    reached = 0.5 - state.states[0, 1, 2].real
    assert str(bare) == f"F = 0.95 not reached; best F = {reached:.4g} from |↑↓⟩ after 2 µs, 1 check"
    several = nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=[0.9e-3, 0.5e-3]), 0.95)
    time = np.log(19) / (4 * 0.9e-3)
    best = (1 / 19) ** (0.1 / 1.8) / 1.9 / (time + 20.0) * 1e6
    assert str(several) == f"Bell pairs of F = 0.95, batch (2,), at best {best:.6g} pairs/s"


@pytest.mark.slow
def test_a_survey_in_words() -> None:
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    asked: dict[str, Any] = {"frequency_ghz": 2.87, "temperature_k": 0.01}
    separations, heights = [150.0, 60.0, 90.0], [25.0, 10.0]
    found = nv.design.survey(
        film, 0.9, separation_nm=separations, height_nm=heights, cycle=nv.design.Cycle(preparation=30.0), **asked
    )
    rates = {
        (r, h): float(nv.design.bell_yield(film.medium(r, height_nm=h, **asked), 0.9, cycle=found.question.cycle).rate)
        for r in separations
        for h in heights
    }
    best = max(rates, key=lambda place: rates[place])
    more = int((np.maximum(found.result.rate, found.result.attempt(phase="free").rate) > found.dipole.rate).sum())
    assert str(found) == (
        "6 places, F = 0.9 reached at 6 of them\n"
        f"most: {rates[best]:.4g} Bell pairs per second at separation {best[0]:g} nm, height {best[1]:g} nm\n"
        f"more than the dipole coupling gives without a magnet: at {more} places"
    )


@pytest.mark.slow
def test_an_optimum_in_words() -> None:
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    asked: dict[str, Any] = {"frequency_ghz": 2.87, "temperature_k": 0.01}
    uncertain = {"height_nm": 3.0, "gap_ghz": 0.1}
    best = nv.design.optimise(film, 0.9, separation_nm=(60, 90), height_nm=20.0, uncertainties=uncertain, **asked)

    def rate(height: float, gap: float) -> float:
        medium = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, gap).medium(60.0, height_nm=height, **asked)
        return float(nv.design.bell_yield(medium, 0.9).rate)

    here, changed = rate(20, 2), np.array([[rate(17, 2), rate(23, 2)], [rate(20, 1.9), rate(20, 2.1)]])
    shares = (changed / here - 1) * 100
    low = here - np.sqrt(np.sum(np.minimum(changed - here, 0).min(axis=1) ** 2))
    high = here + np.sqrt(np.sum(np.maximum(changed - here, 0).max(axis=1) ** 2))
    lines = str(best).replace("−", "-").splitlines()
    assert lines[0] == f"rate       {here:.4g} Bell pairs of F = 0.9 per second"
    assert lines[-4] == "at         separation_nm = 60, an end of its range"
    assert lines[-3:] == [
        f"uncertain  {low:.4g} to {high:.4g} per second:",
        f"           height_nm - 3: {shares[0, 0]:+.1f}%, + 3: {shares[0, 1]:+.1f}%",
        f"           gap_ghz - 0.1: {shares[1, 0]:+.1f}%, + 0.1: {shares[1, 1]:+.1f}%",
    ]


def test_a_probability_and_a_plan_in_words() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    found = nv.probability(nv.protocols.relaxometry(duration=0.5), device, ["01", "10"], shots=500, seed=1)
    assert found.counts is not None
    seen = found.counts[0, 1:3].sum()
    low, high = nv.tomography.clopper_pearson(seen, 500)
    numbers = f"{seen / 500:.4f} [{low:.4f}, {high:.4f}]"
    assert str(found) == f"probability of readout = 01 or 10 {numbers}, nothing discarded (aer, 500 shots)"
    plan = nv.tomography.Plan(shots=1234, runs=22212, hours=0.617, half_width=0.0512)
    assert str(plan) == "1234 kept shots a setting, 22212 runs, 0.62 h: interval ± 0.051"


def test_a_third_level_that_is_reached_where_nothing_relaxes() -> None:
    """Below the band |↑⟩ absorbs at the other frequency of the spin all the same: against 4|J⊥|, by hand."""
    field = (59.0, 59.0, 59.0)
    film = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, 20, field)
    centre = nv.magnets.NVCentre((1, 1, 1), field)
    assert centre.frequency_ghz < film.band_bottom_ghz
    place: Any = {"separation_nm": 50.0, "height_nm": 10.0, "nv": centre}
    with pytest.warns(ValidityWarning, match=r"it is reached at [^ ]+ of the exchange 4\|J⊥\|, above 0.01"):
        hot = film.medium(temperature_k=1.0, **place)
    share, limit = numbers(hot, "The third level", "reached at # of the exchange 4|J⊥|, above #.")
    assert not np.any(hot.relaxation)
    assert hot.provenance is not None
    leaking = float(hot.provenance.numbers["leakage"].value)  # from |↑⟩ only: the other way is closed
    assert share == pytest.approx(leaking / (4 * abs(hot.flip_flop[0, 1])), rel=1e-3)
    assert limit == 0.01
    film.medium(temperature_k=0.01, **place)
    with pytest.warns(ValidityWarning, match=r"it is reached at [^ ]+ 1/µs where nothing else happens, above 1e-06"):
        film.qubit(height_nm=10.0, nv=centre, temperature_k=1.0)
    film.qubit(height_nm=10.0, nv=centre, temperature_k=0.01)
