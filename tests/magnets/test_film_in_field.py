"""Films magnetised in any direction: equilibrium, waves, noise of every component of the field, NV centres on top."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import hbar, mu_0
from scipy.constants import k as boltzmann
from scipy.integrate import simpson

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, ValidityWarning
from nvprotocol.magnets import YIG, YIG_COLD, Film, NVCentre
from nvprotocol.magnets.film.dispersion import dispersion
from nvprotocol.magnets.film.equilibrium import equilibrium
from nvprotocol.magnets.setting import Setting

TESLA = mu_0 * YIG_COLD.magnetisation_a_per_m
GHZ = 2e9 * np.pi


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        yield


def tilted(field: Any, **given: Any) -> Film:
    return Film.in_field(YIG_COLD, given.pop("thickness_nm", 20.0), field, **given)


# ---- equilibrium ----


@given(
    strength=st.floats(1, 1000),
    polar=st.floats(0.02, np.pi - 0.02),
    azimuth=st.floats(-3, 3),
    effective=st.floats(-0.5, 400),
)
@settings(deadline=None)
def test_the_magnetisation_lies_at_the_least_energy(
    strength: float, polar: float, azimuth: float, effective: float
) -> None:
    """Against all directions of a fine grid in the plane through field and normal, and the torque is 0."""
    if abs(polar - np.pi / 2) < 1e-3:
        return
    field = strength * np.array([np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)])
    found = equilibrium(tuple(field), effective)

    def energy(direction: np.ndarray) -> np.ndarray:
        return -direction @ field + effective / 2 * direction[..., 2] ** 2

    angles = np.linspace(-np.pi, np.pi, 20001)
    plane = np.stack([np.sin(angles) * np.cos(azimuth), np.sin(angles) * np.sin(azimuth), np.cos(angles)], axis=-1)
    direction = np.array(found.direction)
    assert energy(direction) <= energy(plane).min() + 1e-9 * strength
    effective_field = field - np.array([0, 0, effective * direction[2]])
    assert np.linalg.norm(np.cross(direction, effective_field)) < 2e-5 * (strength + abs(effective))
    assert found.internal_mt == pytest.approx(float(direction @ effective_field), abs=1e-4 * strength)


def test_a_strong_field_aligns_the_film_and_a_weak_one_leaves_it_in_its_plane() -> None:
    strong, weak = equilibrium((5e3, 0.0, 5e3), 180.0), equilibrium((1e-2, 0.0, 1e-2), 180.0)
    assert np.rad2deg(np.arccos(strong.cosine)) == pytest.approx(45.0, abs=1.0)
    assert np.rad2deg(np.arccos(weak.cosine)) == pytest.approx(90.0, abs=0.01)


def test_kittel_along_the_normal_and_in_the_plane() -> None:
    """The frequency of the uniform mode in the two limits, and continuity on the way from one to the other."""
    ms = 1e3 * TESLA
    slope = YIG_COLD.gyromagnetic_ghz_per_t * 1e-3
    assert tilted((0, 0, 400.0)).gap_ghz == pytest.approx(slope * (400 - ms), rel=1e-12)
    assert tilted((0, 30.0, 0)).gap_ghz == pytest.approx(slope * np.sqrt(30 * (30 + ms)), rel=1e-12)
    assert tilted((0, 30.0, 0), anisotropy_mt=50.0).gap_ghz == pytest.approx(slope * np.sqrt(30 * (ms - 20)), rel=1e-12)
    for angle in (1e-4, 1e-3):
        near = tilted((400 * np.sin(angle), 0.0, 400 * np.cos(angle)))
        assert near.gap_ghz == pytest.approx(slope * (400 - ms), rel=20 * angle)


# ---- the same numbers as before in the two limits ----


@pytest.mark.parametrize("damping", [0.0, 2e-2])
@pytest.mark.parametrize("transition", ["lower", "upper"])
@pytest.mark.parametrize("azimuth", [0.0, 50.0])
@pytest.mark.parametrize("turn", [0.0, 70.0])
def test_in_plane_whatever_the_direction_in_the_plane(
    damping: float, transition: Any, azimuth: float, turn: float
) -> None:
    """Field, axes and separation turned together change nothing; NV centres are spins with their axis along M."""
    options: dict[str, Any] = {"height_nm": 10.0, "dipole": True, "temperature_k": 0.1}
    plain = Film.in_field(YIG_COLD, 20.0, 20.0, "in-plane", transition=transition, damping=damping)
    angle = np.deg2rad(turn)
    direction = (float(np.cos(angle)), float(np.sin(angle)), 0.0)
    field: Any = tuple(20.0 * one for one in direction)
    centre = NVCentre(direction, field, transition)
    film = tilted(field, damping=damping)
    one = plain.medium([40.0, 80.0], azimuth_deg=azimuth, frequency_ghz=centre.frequency_ghz, **options)
    other = film.medium([40.0, 80.0], azimuth_deg=azimuth + turn, nv=centre, **options)
    for name in ("relaxation", "excitation", "dephasing", "flip_flop", "ising"):
        found, expected = getattr(other, name), getattr(one, name)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * np.abs(expected).max())


@pytest.mark.parametrize("damping", [0.0, 2e-2])
def test_upright(damping: float) -> None:
    plain = Film.in_field(YIG_COLD, 60.0, 317.0, damping=damping)
    centre = NVCentre(field_mt=(0, 0, 317.0))
    options: dict[str, Any] = {"height_nm": 10.0, "temperature_k": 0.1}
    one = plain.medium(40.0, frequency_ghz=centre.frequency_ghz, **options)
    other = tilted((0, 0, 317.0), thickness_nm=60.0, damping=damping).medium(40.0, nv=centre, **options)
    for name in ("relaxation", "excitation", "dephasing", "flip_flop", "ising"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), rtol=1e-9, atol=1e-15)


# ---- every component of the field, from the linearised equation of motion ----


def noise_tensors(film: Film, delta: float, height: float, places: np.ndarray) -> np.ndarray:
    """g_ab(r) of the components B_a and B_b: the field of a film whose magnetisation obeys dM/dt = −γ M × B.

    A sum over the plane of waves; the response of a wave comes from solving two linear equations. Places (…, 2) in the
    plane give tensors (…, 3, 3).
    """
    waves, state = film.geometry.waves, film._state
    k = np.concatenate([np.linspace(1e3, 1.6e8, 1601), np.linspace(1.6e8, 1.6e9, 801)[1:]])
    phi = 2 * np.pi * np.arange(384) / 384
    kk = k[:, None]
    volume = 1 + np.expm1(-kk * waves.thickness) / (kk * waves.thickness)
    omega = waves.gyromagnetic * 1e-3 * state.internal_mt + waves.stiffness * kk**2 - 1j * waves.damping * delta
    c, s, wm = state.cosine, state.sine, waves.magnetisation
    out = np.stack([np.cos(phi), np.sin(phi), np.zeros_like(phi)])
    frame = np.array([[c, 0, -s], [0, 1, 0]])
    easy = np.array([0, 0, 1.0])
    along, normal = frame @ out, frame @ easy

    def stiffness(e: int, f: int) -> np.ndarray:
        """The element H_ef of every wave (k, φ)."""
        dipolar = volume * along[e] * along[f] + (1 - volume - waves.anisotropy) * normal[e] * normal[f]
        return wm * dipolar + omega * (e == f)

    # ṁ₁ = −∂E/∂m₂, ṁ₂ = ∂E/∂m₁ with E = ½ m·H·m − h·m: M turns to the right about its field.
    to_solve = [[stiffness(0, 0), stiffness(0, 1) + 1j * delta], [stiffness(1, 0) - 1j * delta, stiffness(1, 1)]]
    determinant = to_solve[0][0] * to_solve[1][1] - to_solve[0][1] * to_solve[1][0]
    n = -1j * out + easy[:, None]
    h = (frame @ n).conj()
    m = [to_solve[1][1] * h[0] - to_solve[0][1] * h[1], to_solve[0][0] * h[1] - to_solve[1][0] * h[0]]
    strength = -(h[0].conj() * m[0] + h[1].conj() * m[1]) / determinant
    weight = waves.noise_strength * kk / (4 * np.pi**2) * waves.height_filter(kk, height) * strength
    components = (n.conj()[:, None] * n).reshape(9, -1).T * 2 * np.pi / phi.size
    integrands = [weight * np.exp(1j * kk * (place @ out[:2])) @ components for place in places]
    return np.asarray(simpson(np.array(integrands), x=k, axis=1)).reshape(-1, 3, 3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_film_against_the_noise_tensor(seed: int) -> None:
    """Random field, anisotropy, thickness and two axes; R and G of a pair are components of the tensor, to 1e-6."""
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=3)
    field = tuple(rng.uniform(40, 400) * direction / np.linalg.norm(direction))
    film = tilted(
        field, damping=float(rng.uniform(0.05, 0.2)), anisotropy_mt=float(rng.uniform(-50, 100)),
        thickness_nm=float(rng.uniform(10, 60)),
    )  # fmt: skip
    height, r, azimuth = float(rng.uniform(15, 50)), float(rng.uniform(20, 100)), float(rng.uniform(0, 360))
    axes = rng.normal(size=(2, 3))
    centres = [NVCentre(tuple(axis), field) for axis in axes]
    setting = Setting.read(2, separation_nm=r, azimuth_deg=azimuth, height_nm=height, nv=centres)
    response = film.response(setting, dephasing=False)
    delta = float(setting.frequency[0]) * 1e6
    angle = np.deg2rad(azimuth) - film._state.azimuth
    frame = film.geometry.azimuth
    turn = np.array([[np.cos(frame), np.sin(frame), 0], [-np.sin(frame), np.cos(frame), 0], [0, 0, 1]])
    c = [turn @ centre.coupling for centre in centres]
    there = r * 1e-9 * np.array([np.cos(angle), np.sin(angle)])
    here, there, back = noise_tensors(film, delta, height * 1e-9, np.array([0 * there, there, -there]))
    forward = 1j * np.einsum("a,ab,b->", c[0], there, c[1].conj())
    backward = 1j * np.einsum("a,ab,b->", c[1], back, c[0].conj())
    own = [(1j * np.einsum("a,ab,b->", one, here, one.conj())).real for one in c]
    expected = np.array([*own, (forward + backward.conj()) / 2]) * 1e-6
    scale = np.abs(expected).max()
    np.testing.assert_allclose(response.relaxation, expected, rtol=0, atol=1e-6 * scale)
    exchange = -0.25j * (forward - backward.conj()) * 1e-6
    assert abs(response.flip_flop[-1] - exchange) < 1e-6 * max(scale, abs(exchange))


@given(
    field=st.tuples(*[st.floats(-400, 400).map(lambda x: round(x, 2))] * 3),
    thickness=st.floats(5, 100),
    damping=st.sampled_from([0.0, 1e-3, 0.1]),
    height=st.floats(5, 60),
    r=st.floats(5, 300),
    azimuth=st.floats(0, 360),
    temperature=st.sampled_from([0.0, 0.01, 4.0]),
    transition=st.sampled_from(["lower", "upper"]),
    axis=st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1),
)
@settings(max_examples=60, deadline=None)
@pytest.mark.slow
def test_blocks_are_positive_and_obey_detailed_balance(
    field: Any, thickness: float, damping: float, height: float, r: float, azimuth: float, temperature: float,
    transition: Any, axis: Any,
) -> None:  # fmt: skip
    """`Medium` refuses a negative eigenvalue; ã/a = e^(−ħΔ/k_BT) element by element."""
    try:
        film = tilted(field, thickness_nm=thickness, damping=damping)
        centre = NVCentre(axis, field, transition)
    except ArgumentError:
        return
    medium = film.medium(
        r, azimuth_deg=azimuth, height_nm=height, nv=centre, temperature_k=temperature, dephasing=False
    )
    delta = centre.frequency_ghz * GHZ
    ratio = np.exp(-hbar * delta / (boltzmann * temperature)) if temperature else 0.0
    np.testing.assert_allclose(medium.excitation, ratio * medium.relaxation.conj(), rtol=1e-9, atol=0)


@pytest.mark.parametrize("field", [(0.0, 0.0, 350.0), (30.0, 10.0, 0.0), (80.0, -30.0, 200.0)])
def test_the_three_components_make_the_trace(field: tuple[float, float, float]) -> None:
    """Σ_a g_aa = ∫ (n·n*) …: what spins along x, y and z relax by does not depend on the frame of the three."""
    film, delta = tilted(field, damping=1e-2), 3.1 * GHZ
    frames = [np.eye(3), np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]]
    x, y, height = np.array([0.0, 4e-8]), np.array([0.0, -3e-8]), np.array([1e-8])
    sums = [
        sum(film.geometry.transfer(delta, x, y, height, [(one, one)])[0] for one in frame.astype(complex))
        for frame in frames
    ]
    np.testing.assert_allclose(sums[0], sums[1], rtol=0, atol=1e-7 * np.abs(sums[0]).max())
    # A field that is the gradient of a potential above the film is circular: |n|² = 2, and B_z has half of the power.
    normal = np.array([0, 0, 1.0], dtype=complex)
    vertical = film.geometry.transfer(delta, x, y, height, [(normal, normal)])[0]
    np.testing.assert_allclose(sums[0], 2 * vertical, rtol=0, atol=1e-7 * np.abs(sums[0]).max())


def test_frequencies_of_waves_are_those_of_kalinikos_and_slavin() -> None:
    """ω² = W(W + ω_M F), F = P + sin²θ[1 − P(1 + cos²φ) + (ω_M/W) P(1 − P) sin²φ], without an easy axis."""
    film = tilted((80.0, -30.0, 200.0))
    waves, state = film.geometry.waves, film._state
    k, phi = np.geomspace(1e4, 1e9, 40)[:, None], np.linspace(0, np.pi, 13)
    p = 1 + np.expm1(-k * waves.thickness) / (k * waves.thickness)
    w = waves.gyromagnetic * 1e-3 * state.internal_mt + waves.stiffness * k**2
    ratio = waves.magnetisation / w
    f = p + state.sine**2 * (1 - p * (1 + np.cos(phi) ** 2) + ratio * p * (1 - p) * np.sin(phi) ** 2)
    np.testing.assert_allclose(
        dispersion(waves, k, np.sin(phi) ** 2), np.sqrt(w * (w + waves.magnetisation * f)), rtol=1e-9
    )


@pytest.mark.parametrize("damping", [0.0, 1e-9, 1e-2])
@pytest.mark.parametrize("strength", [317.0, 350.0])
def test_a_film_tilted_by_little_is_close_to_one_along_its_normal(strength: float, damping: float) -> None:
    """R and G change linearly with the tilt from 2 µrad on, where all waves of a frequency have nearly one length."""

    def found(tilt: float) -> np.ndarray:
        field = (strength * np.sin(tilt), 0.0, strength * np.cos(tilt))
        film = tilted(field, thickness_nm=60.0, damping=damping)
        centre = NVCentre((0.3, 0.2, 1), field)
        setting = Setting.read(2, separation_nm=[40.0, 150.0], azimuth_deg=35.0, height_nm=10.0, nv=centre)
        response = film.response(setting, dephasing=False)
        return np.concatenate([response.relaxation.ravel(), response.flip_flop[..., 1:].ravel()])

    upright = found(0.0)
    slopes = {tilt: (found(tilt) - upright) / (tilt * np.abs(upright).max()) for tilt in (1e-5, 1e-4, 1e-3)}
    for tilt, slope in slopes.items():
        np.testing.assert_allclose(slope, slopes[1e-3], rtol=0, atol=2e-2 + 2e-8 / tilt)


@pytest.mark.parametrize("frequency", [9.2, 9.35, 12.0])
def test_an_easy_axis_that_outweighs_the_shape(frequency: float) -> None:
    """Waves across the magnetisation are the slow ones then; undamped is the limit of damped all the same."""
    film = tilted((168.0, 269.0, -63.0), thickness_nm=800.0, anisotropy_mt=600.0)
    assert film.band_bottom_ghz < 9.1
    x, y, height = np.array([0.0, 4e-8]), np.array([0.0, -3e-8]), np.array([1e-8])
    vector = np.array([1.0, 0.5j, -0.3])
    values = [
        film.geometry._replace(waves=replace(film.geometry.waves, damping=damping)).transfer(
            frequency * GHZ, x, y, height, [(vector, vector)]
        )[0]
        for damping in (0.0, 1e-5, 2e-5)
    ]
    assert -values[0][0].imag > 0
    first, second = (np.abs(value - values[0]).max() for value in values[1:])
    assert first < 1e-2 * np.abs(values[0]).max()
    assert second / first == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize(
    ("field", "thickness_nm", "anisotropy_mt"),
    [((0.0, 0.0, -16.5), 657.0, 117.0), ((0.0, 0.0, 0.005), 111.0, 213.0), ((0.0, 1e-4, 1e-5), 666.0, 66.0)],
)
def test_stripes_are_refused(field: Any, thickness_nm: float, anisotropy_mt: float) -> None:
    """In a weak field short waves of a thick film with an easy axis cost no energy: it is not magnetised uniformly."""
    tilted_field = (field[0], field[1] - 1e-6, field[2])  # decides between the directions in the plane
    with pytest.raises(ArgumentError, match="`field_mt` must be one in which the film is magnetised uniformly"):
        tilted(tilted_field, thickness_nm=thickness_nm, anisotropy_mt=anisotropy_mt)


# ---- NV centres on it ----


def test_centres_with_different_axes_at_equal_angles_to_the_field() -> None:
    """All four axes of a (100) diamond see the same |B∥| in a field along [001]: same splitting, other elements."""
    field = (0.0, 0.0, 320.0)
    axes = nv.magnets.nv_axes("100")
    centres = [NVCentre(axes["[111]"], field), NVCentre(axes["[1-1-1]"], field)]
    film = tilted(field, thickness_nm=60.0)
    assert centres[0].frequency_ghz == pytest.approx(centres[1].frequency_ghz, abs=1e-12)
    pair = film.medium(40.0, height_nm=10.0, nv=centres, temperature_k=0.1)
    ones = [film.qubit(height_nm=10.0, nv=centre, temperature_k=0.1) for centre in centres]
    own = [one.relaxation[0, 0].real for one in ones]
    np.testing.assert_allclose(np.diagonal(pair.relaxation).real, own, rtol=1e-9)
    swapped = film.medium(40.0, azimuth_deg=180.0, height_nm=10.0, nv=centres[::-1], temperature_k=0.1)
    np.testing.assert_allclose(swapped.relaxation, pair.relaxation[::-1, ::-1], rtol=0, atol=1e-9 * max(own))
    np.testing.assert_allclose(swapped.flip_flop, pair.flip_flop[::-1, ::-1], rtol=0, atol=1e-9 * max(own))


def test_the_phase_of_a_level_is_a_choice() -> None:
    """|A| and C of two centres with different axes stay when the field's frame is turned about the normal."""
    found = []
    for turn in (0.0, 40.0):
        axes = nv.magnets.nv_axes("100", turn)
        centres = [NVCentre(axes[name], (0, 0, 320.0)) for name in ("[111]", "[-1-11]")]
        film = tilted((0, 0, 320.0), thickness_nm=60.0)
        medium = film.medium(40.0, azimuth_deg=turn, height_nm=10.0, nv=centres)
        late = nv.MasterEquation(medium).no_jump("ud", 3000.0).states[-1]
        found.append((abs(medium.relaxation[0, 1]), float(nv.concurrence(late))))
    assert found[0] == pytest.approx(found[1], rel=1e-6)


def test_leakage_is_that_of_the_other_transitions() -> None:
    """The upper qubit of a tilted centre decays to its middle level at T = 0 where a wave of that frequency exists."""
    field = (0.0, 50.0, 5.0)
    centre = NVCentre((1, 1, 1), field, "upper")
    film = tilted(field, damping=1e-3)
    setting = Setting.read(2, separation_nm=50.0, height_nm=10.0, nv=centre)
    leak = next(one for one in centre.leaks if one.emits)
    other = film.geometry.local_rate(leak.frequency_ghz * GHZ, np.array([10e-9]), leak.coupling)
    found = film.response(setting).leakage
    assert found is not None
    assert found.tolist() == pytest.approx([0.0, 2e-6 * float(other[0])], rel=1e-9)
    medium = film.medium(50.0, height_nm=10.0, nv=centre)
    assert medium.provenance is not None
    assert float(medium.provenance.numbers["leakage"].value) == pytest.approx(float(found[1]), rel=1e-9)
    assert float(other[0]) > 0


def test_no_magnons_lead_to_a_level_below_the_chemical_potential() -> None:
    """A damped film answers at 0.64 GHz, below its band, but a Bose function has no value under μ."""
    field = (0.0, 20.0, 0.0)
    centre = NVCentre((1, 1, 1), field)
    film, third = tilted(field, damping=1e-2), centre.leaks[1]
    assert third.frequency_ghz < 1.0 < film.band_bottom_ghz
    place: Any = {"separation_nm": 50.0, "height_nm": 10.0, "nv": centre, "temperature_k": 4.0}
    pumped, without = (
        film.response(Setting.read(2, chemical_potential_ghz=potential, **place)).leakage for potential in (1.0, 0.0)
    )
    assert pumped is not None
    assert without is not None
    assert pumped[1] == 0.0 < without[1]
    assert without[0] < pumped[0] < 2 * without[0]


def test_what_is_taken_is_told() -> None:
    field = (0.0, 20.0, 0.0)
    film = tilted(field)
    centre = NVCentre((1, 1, 1), field, "upper")
    medium = film.medium(50.0, height_nm=10.0, nv=centre)
    assert medium.provenance is not None
    notes = " ".join(note.text for note in medium.provenance.notes)
    where = f"axis (0.5774, 0.5774, 0.5774), upper transition, {centre.frequency_ghz:.6g} GHz"
    assert f"NV centre in (0, 20, 0) mT: {where}" in notes
    bare = film.medium(50.0, height_nm=10.0, frequency_ghz=2.5)
    assert bare.provenance is not None
    assert any("not tied to a field" in note.text for note in bare.provenance.notes)
    beyond = tilted((0, 0, 317.0)).medium(50.0, height_nm=10.0, nv=NVCentre(field_mt=(0, 0, 317.0), transition="upper"))
    assert beyond.provenance is not None
    assert any("not its ground state" in note.text for note in beyond.provenance.notes)


FIELD = (0.0, 20.0, 0.0)
OWN: Any = {"height_nm": 10.0, "separation_nm": 50.0}
CENTRE = NVCentre((1, 1, 1), FIELD)


def bad() -> dict[str, Any]:
    film = tilted(FIELD)
    elsewhere = NVCentre((1, 1, 1), (0, 25.0, 0))
    apart = [NVCentre((0, 1, 0), FIELD), NVCentre((1, 0, 0), FIELD)]
    return {
        "`frequency_ghz` must be that of the NV centres in their field, 2.65645 GHz": lambda: film.medium(
            nv=CENTRE, frequency_ghz=2.87, **OWN
        ),
        r"`nv` must be in the field of the film, \(0, 20, 0\) mT, but is in \(0, 25, 0\) mT": lambda: film.medium(
            nv=elsewhere, **OWN
        ),
        "`nv` must stand over a film whose field is known": lambda: Film(YIG, 20, 2.0).medium(nv=CENTRE, **OWN),
        "`gap_ghz` must be that of the film in its field": lambda: Film(YIG, 20, 2.0, "in-plane", field_mt=FIELD),
        "`orientation` must be how the field magnetises the film, in-plane": lambda: Film.in_field(
            YIG, 20, FIELD, "normal"
        ),
        "`orientation` must be normal or in-plane": lambda: Film(YIG, 20, 2.0, "oblique"),
        "`nv` must have splittings that the largest rate": lambda: film.medium(nv=apart, **OWN),
        "`nv` must be one NV centre, or one for each of 2": lambda: film.medium(nv=[CENTRE] * 3, **OWN),
        "`nv` must be a sequence of NVCentre": lambda: film.medium(nv=cast("Any", "NV"), **OWN),
        "`nv` must not be given": lambda: nv.magnets.Exchange(
            2, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=10
        ).medium(50.0, nv=CENTRE),
        "`frequency_ghz` must be given, or `nv`": lambda: film.medium(**OWN),
        "`field_mt` must have a strength": lambda: tilted((0, 0, 0)),
        "`field_mt` must decide on the direction": lambda: tilted((0, 0, 100.0)),
        "`height_nm` must": lambda: film.medium(50.0, nv=CENTRE, height_nm=-3.0),
        "`field_mt` must be a vector": lambda: tilted((1.0, 2.0)),
        "`field_mt` must be a rectangular array": lambda: tilted([1.0, [2.0, 3.0]]),
        "`field_mt` must be between": lambda: tilted(1e300),
        "`orientation` must be one of": lambda: Film.in_field(YIG, 20, 20.0, cast("Any", np.array(["normal", "x"]))),
        '`orientation` must be .* but is ""': lambda: Film.in_field(YIG, 20, FIELD, cast("Any", "")),
        "`anisotropy_mt` must leave": lambda: Film(YIG, 200, 0.3, "in-plane", anisotropy_mt=500.0),
        r"`nv\[1\]` must be an NVCentre": lambda: film.medium(nv=[CENTRE, cast("Any", None)], **OWN),
    }


@pytest.mark.parametrize("message", bad())
def test_what_is_refused(message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        bad()[message]()
