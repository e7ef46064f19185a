"""The NV centre in a field: an independent diagonalisation, known limits, and what it refuses."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import nvprotocol as nv
from nvprotocol.errors import ArgumentError
from nvprotocol.magnets import NVCentre
from nvprotocol.magnets.constants import GAMMA

D = 2.87
SLOPE = GAMMA / (2e9 * np.pi) * 1e-3
"""γ/2π in GHz/mT."""

components = st.floats(-500, 500).map(lambda x: round(x, 3))
fields = st.tuples(components, components, components)
axes = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


def in_own_frame(axis: np.ndarray, field: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Levels and states of D Sz² + γB·S with z along the axis, and the rotation: another basis than the package's."""
    turn = Rotation.align_vectors([axis], [[0, 0, 1.0]])[0].as_matrix()
    bx, by, bz = turn.T @ field * SLOPE
    h = np.array(
        [
            [D + bz, (bx - 1j * by) / np.sqrt(2), 0],
            [(bx + 1j * by) / np.sqrt(2), 0, (bx - 1j * by) / np.sqrt(2)],
            [0, (bx + 1j * by) / np.sqrt(2), D - bz],
        ]
    )
    values, vectors = np.linalg.eigh(h)
    return values, vectors, turn


def spin() -> np.ndarray:
    up = np.diag([np.sqrt(2), np.sqrt(2)], 1)
    return np.array([(up + up.T) / 2, (up - up.T) / 2j, np.diag([1.0, 0, -1])])


def test_levels_and_matrix_elements_against_the_frame_of_the_axis(rng: np.random.Generator) -> None:
    """200 fields up to 500 mT at any angle: frequencies and |⟨↑|S|↓⟩| along every direction, to 1e-9."""
    for _ in range(200):
        axis = rng.normal(size=3)
        axis /= np.linalg.norm(axis)
        direction = rng.normal(size=3)
        field = rng.uniform(0, 500) * direction / np.linalg.norm(direction)
        values, vectors, turn = in_own_frame(axis, field)
        for transition in ("lower", "upper"):
            centre = NVCentre(tuple(axis), tuple(field), transition)
            up, down, third = centre.levels
            np.testing.assert_allclose(np.diff(centre.levels_ghz), np.diff(values), rtol=0, atol=1e-9)
            assert centre.frequency_ghz == pytest.approx(values[down] - values[up], abs=1e-9)
            element = np.einsum("i,aij,j->a", vectors[:, up].conj(), spin(), vectors[:, down])
            expected = turn @ element
            # A common phase is free: the Hermitian products of the components are not.
            np.testing.assert_allclose(
                np.outer(centre.coupling, centre.coupling.conj()), np.outer(expected, expected.conj()), atol=1e-9
            )
            changes = [np.einsum("i,aij,j->a", vectors[:, k].conj(), spin(), vectors[:, k]).real for k in (down, up)]
            np.testing.assert_allclose(centre.moment_change, turn @ (changes[0] - changes[1]), atol=1e-9)
            bright = np.abs(vectors[1, [up, down]]) ** 2
            np.testing.assert_allclose(centre.bright, bright, atol=1e-9)
            out = centre.leaks
            assert [leak.frequency_ghz for leak in out] == pytest.approx(
                [abs(values[third] - values[up]), abs(values[third] - values[down])], abs=1e-9
            )


@given(field=fields, axis=axes, transition=st.sampled_from(["lower", "upper"]))
@settings(deadline=None)
def test_sensitivity_is_the_slope_of_the_splitting(
    field: tuple[float, float, float], axis: tuple[float, float, float], transition: str
) -> None:
    step = 1e-4  # mT

    def splitting(at: np.ndarray) -> float:
        return NVCentre(axis, tuple(at), transition).frequency_ghz  # pyright: ignore[reportArgumentType]

    here = np.array(field)
    centre = NVCentre(axis, field, transition)  # pyright: ignore[reportArgumentType]
    nearest = np.diff(centre.levels_ghz).min()
    if nearest < 0.02 or abs(SLOPE * abs(np.dot(field, centre.axis)) - D) < 0.01:
        return  # the slope changes within the step
    slopes = [(splitting(here + step * one) - splitting(here - step * one)) / (2e-3 * step) for one in np.eye(3)]
    np.testing.assert_allclose(centre.sensitivity_ghz_per_t, slopes, rtol=0, atol=1e-2)


@pytest.mark.parametrize("strength", [0.0, 5.0, 60.0, 102.0, 103.0, 317.0])
def test_along_the_axis(strength: float) -> None:
    """|D − γB| and the helicity of a transition, which changes where the levels cross."""
    lower, upper = (NVCentre(field_mt=(0, 0, strength), transition=way) for way in ("lower", "upper"))
    assert lower.frequency_ghz == pytest.approx(abs(D - SLOPE * strength), abs=1e-12)
    assert upper.frequency_ghz == pytest.approx(D + SLOPE * strength, abs=1e-12)
    beyond = SLOPE * strength > D
    sense = 1 if beyond else -1
    np.testing.assert_allclose(lower.coupling, np.array([1, sense * 1j, 0]) / np.sqrt(2), atol=1e-12)
    np.testing.assert_allclose(upper.coupling, np.array([1, 1j, 0]) / np.sqrt(2), atol=1e-12)
    assert upper.levels[0] == (1 if beyond else 0)
    np.testing.assert_allclose(lower.bright, [0, 1] if beyond else [1, 0], atol=1e-12)


def test_a_field_of_317_mt_makes_six_gigahertz() -> None:
    assert NVCentre(field_mt=(0, 0, 317)).frequency_ghz == pytest.approx(6.014, abs=5e-4)


def test_the_third_level_is_reached_by_emission_where_it_lies_below() -> None:
    before, beyond = (NVCentre(field_mt=(0, 0, b), transition="upper") for b in (20.0, 317.0))
    assert [leak.emits for leak in before.leaks] == [False, True]
    assert [leak.emits for leak in beyond.leaks] == [True, True]
    assert np.abs(before.leaks[1].coupling).max() < 1e-12  # m = +1 and −1: no matrix element along the axis
    assert np.linalg.norm(beyond.leaks[0].coupling) == pytest.approx(1.0)


def test_strain_splits_the_upper_levels_by_twice_itself() -> None:
    centre = NVCentre((0.3, -0.2, 0.7), strain_mhz=7.0, strain_deg=25.0)
    assert np.diff(centre.levels_ghz)[1] == pytest.approx(0.014, abs=1e-12)
    turned = NVCentre((0.3, -0.2, 0.7), strain_mhz=-7.0, strain_deg=115.0)
    np.testing.assert_allclose(turned.levels_ghz, centre.levels_ghz, atol=1e-12)
    # ⟨↑|S|↓⟩ is linear then, across the direction of the lower of the two levels
    element = centre.coupling
    assert np.abs(np.cross(element, element.conj())).max() < 1e-9


@pytest.mark.parametrize("cut", ["100", "110", "111"])
def test_axes_of_diamond(cut: str) -> None:
    """Four directions at 109.47° from each other, as lines, whatever the cut; turning is a rotation about z."""
    found = nv.magnets.nv_axes(cut)
    vectors = np.array(list(found.values()))
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(4) * 4 / 3 - 1 / 3, atol=1e-12)
    turned = np.array(list(nv.magnets.nv_axes(cut, 30.0).values()))
    expected = Rotation.from_euler("z", 30, degrees=True).apply(vectors)
    np.testing.assert_allclose(turned, expected, atol=1e-12)
    tilts = {"100": [54.7356] * 4, "110": [35.2644, 35.2644, 90, 90], "111": [0, 70.5288, 70.5288, 70.5288]}
    found_tilts = np.sort(np.rad2deg(np.arccos(np.minimum(np.abs(vectors[:, 2]), 1.0))))
    np.testing.assert_allclose(found_tilts, tilts[cut], atol=1e-3)


@pytest.mark.parametrize("transition", ["lower", "upper"])
def test_a_vanishing_field_is_none(transition: Any) -> None:
    """Its direction does not choose the states of two levels of the same energy."""
    none, some = (NVCentre((1, 1, 1), field, transition) for field in ((0, 0, 0), (1e-12, 0, 0)))
    np.testing.assert_allclose(some.coupling, none.coupling, atol=1e-12)


def test_a_centre_in_words() -> None:
    centre = NVCentre((1, 1, 1), (20.0, 0, 0), "upper")
    words = str(centre)
    assert f"{centre.frequency_ghz:.6g} GHz" in words
    assert "levels 0 and 2 by energy" in words
    along = abs(complex(centre.coupling @ np.array(centre.axis))) ** 2
    assert f"{along:.3g} along the axis" in words


BAD = {
    "`axis` must have a length": {"axis": (0, 0, 0)},
    "`axis` must be a vector of three components": {"axis": (0, 1)},
    "`field_mt` must be a vector of three components": {"field_mt": 20.0},
    "`field_mt` must have components up to": {"field_mt": (0, 0, 1e9)},
    "`transition` must be": {"transition": "middle"},
    "`strain_mhz` must": {"strain_mhz": np.nan},
    "`field_mt` must not be where the two levels cross": {"field_mt": (0, 0, D / SLOPE)},
    "`field_mt` must not be where .* the lowest two levels cross": {
        "axis": (1, 1, 1),
        "field_mt": (D / SLOPE / np.sqrt(3),) * 3,
        "transition": "upper",
    },
}


@pytest.mark.parametrize("message", BAD)
def test_what_is_refused(message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        NVCentre(**BAD[message])
