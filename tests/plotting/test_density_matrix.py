"""The drawing of a density matrix shows its own numbers: areas, phases and labels."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol.errors import ArgumentError
from nvprotocol.plotting import COLUMN_WIDTH, density_matrix_figure, draw_density_matrix
from nvprotocol.plotting.density_matrix import PHASES

# What a dichromat sees of linear RGB (DOI 10.1109/TVCG.2009.113, severity 1).
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def random_state(seed: int, n_qubits: int) -> NDArray[np.complex128]:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(2, 2**n_qubits, 2**n_qubits)) @ np.diag(rng.random(2**n_qubits) ** 3)
    rho = (root[0] + 1j * root[1]) @ (root[0] + 1j * root[1]).conj().T
    return rho / np.trace(rho)


def squares_of(figure: Figure) -> dict[tuple[int, int], tuple[float, float]]:
    """Row and column of each square → its area and its phase."""
    (drawn,) = [one for one in figure.axes[0].collections if isinstance(one, PatchCollection)]
    boxes = [path.get_extents() for path in drawn.get_paths()]
    phases = drawn.get_array()
    assert phases is not None
    return {
        (round((box.y0 + box.y1) / 2), round((box.x0 + box.x1) / 2)): (box.width * box.height, float(phase))
        for box, phase in zip(boxes, phases, strict=True)
    }


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_areas_are_magnitudes_and_colours_are_phases(seed: int, n_qubits: int) -> None:
    rho = random_state(seed, n_qubits)
    squares = squares_of(density_matrix_figure(rho))
    seen = {(int(row), int(column)) for row, column in np.argwhere(np.abs(rho) >= 5e-4)}
    assert set(squares) == seen
    largest = max(area for area, _ in squares.values())
    for place, (area, phase) in squares.items():
        value = rho[place]
        np.testing.assert_allclose(area / largest, abs(value) / np.abs(rho).max(), rtol=1e-9)
        np.testing.assert_allclose(np.exp(1j * phase), value / abs(value), atol=1e-8)
        assert 0 <= phase < 2 * np.pi


def test_numbers_and_labels() -> None:
    figure = density_matrix_figure("ud")
    (ax, _) = figure.axes
    assert [text.get_text() for text in ax.texts] == ["1.000"]
    labels = ["↑↑\n00", "↓↑\n01", "↑↓\n10", "↓↓\n11"]
    assert [text.get_text() for text in ax.get_xticklabels()] == labels
    assert [text.get_text() for text in ax.get_yticklabels()] == labels
    (place,) = squares_of(figure)
    assert labels[place[0]] == "↑↓\n10", "qubit 0 is up, the paper's order, and the right-most bit is its"
    assert ax.yaxis_inverted(), "rows count downwards, as in a matrix"
    assert not ax.xaxis_inverted()


@pytest.mark.parametrize("n_qubits", [1, 2, 3, 4])
def test_it_is_a_column_wide_and_nothing_overlaps(n_qubits: int) -> None:
    figure = density_matrix_figure(random_state(1, n_qubits))
    assert figure.get_figwidth() == COLUMN_WIDTH
    figure.draw_without_rendering()
    ax = figure.axes[0]
    for labels in (ax.get_xticklabels(), ax.get_yticklabels(), ax.texts):
        boxes = [label.get_window_extent() for label in labels]
        hits = [(one, other) for one, box in enumerate(boxes) for other in range(one) if box.overlaps(boxes[other])]
        assert not hits
        assert all(figure.bbox.padded(1).contains(*corner) for box in boxes for corner in box.corners())


def test_rounding_is_no_phase() -> None:
    rho = nv.operators.density_matrix("psi+").copy()
    rho[1, 2], rho[2, 1] = 0.5 - 1e-17j, 0.5 + 1e-17j
    assert max(phase for _, phase in squares_of(density_matrix_figure(rho)).values()) < 1e-12


@pytest.mark.parametrize("sight", BLINDNESS)
def test_opposite_phases_look_different_to_everybody(sight: str) -> None:
    """Phases that differ by a quarter turn or more differ by ΔE ≥ 20 (CIE 1976), ten times what the eye can tell."""
    phases = np.arange(32) / 32
    srgb = np.array([PHASES(phase)[:3] for phase in phases])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(BLINDNESS[sight]), 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = seen @ to_xyz.T / to_xyz.sum(axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=-1)
    difference = np.linalg.norm(lab[:, None] - lab[None], axis=-1)
    turn = np.abs((phases[:, None] - phases[None] + 0.5) % 1 - 0.5)
    assert difference[turn >= 0.25].min() > 20


@pytest.mark.parametrize(
    ("rho", "message"),
    [
        (np.eye(32) / 32, "be one state of at most 4 qubits, but has shape (32, 32)"),
        (np.broadcast_to(np.eye(4) / 4, (3, 4, 4)), "be one state of at most 4 qubits, but has shape (3, 4, 4)"),
        (np.eye(4), "have trace 1, but its trace is 4"),
        (np.ones(3), "have shape (4,) for a ket or (…, 4, 4) for a density matrix, but has shape (3,)"),
    ],
)
def test_what_is_no_state(rho: NDArray, message: str) -> None:
    ax = Figure().subplots()
    with pytest.raises(ArgumentError, match=f"^{re.escape(f'Argument `rho` must {message}.')}$"):
        draw_density_matrix(ax, rho)
    assert not ax.collections
