"""Positions, frequencies and axes of the qubits, as arrays in rad/µs and nm; the checks of what a user asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import (
    batch_shape,
    bounded_array,
    fail,
    instances,
    nonnegative_array,
    positive_array,
    require_bounded,
    show,
    whole_number,
)
from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ, RAD_PER_US_PER_K
from nvprotocol.magnets.nv_centre import NVCentre

__all__ = ["Setting"]

Array = NDArray[np.float64]

HOTTEST_K = 1e6
LOWEST_GHZ, HIGHEST_GHZ = 1e-12, 1e6
SHORTEST_NM, LONGEST_NM = 1e-6, 1e9
"""Far beyond what a magnet or a pair of qubits can be: such numbers are slips of the unit, and overflow."""

SAME = 1e-4
"""Relative difference of two values of one frequency or field, up to which they are taken as the same."""


@dataclass(frozen=True, kw_only=True, eq=False)
@holds_read_only
class Setting:
    """N qubits near a magnet: what a magnet needs to know to work out its `Response`.

    The last axis of every array but `positions` runs over the 1 + P displacements: none at all, then r_j − r_i for
    the P = N(N−1)/2 pairs i < j in the order (0,1), (0,2), …, (N−2, N−1).

    Attributes:
        positions: Positions in nm, shape (…, N, dimension).
        displacement: Displacements in nm, shape (…, 1+P, dimension).
        frequency: Splitting Δ of the qubits in rad/µs, shape (…, 1).
        temperature: k_B T/ħ in rad/µs, shape (…, 1).
        chemical_potential: μ/ħ of the magnons in rad/µs, shape (…, 1).
        height: Height of the qubits over a film in nm, shape (…, 1), or None.
        centres: The NV centres that the qubits are, N of them, or none where only a splitting is known.

    Examples:
        >>> from nvprotocol.magnets.setting import Setting
        >>> Setting.read(2, separation_nm=30.0, frequency_ghz=2.87, temperature_k=0.1).distance.tolist()
        [0.0, 30.0]
    """

    positions: Array
    displacement: Array
    frequency: Array
    temperature: Array
    chemical_potential: Array
    height: Array | None = None
    centres: tuple[NVCentre, ...] = ()

    @property
    def n_qubits(self) -> int:
        """Number of qubits N."""
        return self.positions.shape[-2]

    @property
    def distance(self) -> Array:
        """Lengths of the displacements in nm, shape (…, 1+P)."""
        return np.linalg.norm(self.displacement, axis=-1)

    @classmethod
    def read(
        cls,
        dimension: int,
        *,
        separation_nm: ArrayLike | None = None,
        positions_nm: ArrayLike | None = None,
        azimuth_deg: ArrayLike | None = None,
        height_nm: ArrayLike | None = None,
        frequency_ghz: ArrayLike | None = None,
        nv: NVCentre | Sequence[NVCentre] | None = None,
        temperature_k: ArrayLike = 0.0,
        chemical_potential_ghz: ArrayLike = 0.0,
    ) -> "Setting":
        """Converts and checks what a user asks for; see `Magnet.medium` for the arguments.

        Args:
            dimension: Number of coordinates of a position: 1, 2 or 3.
            separation_nm: Distance of a pair.
            positions_nm: Positions of N qubits, given instead of it.
            azimuth_deg: Direction in the xy-plane of the separation of a pair.
            height_nm: Height over a film.
            frequency_ghz: Splitting.
            nv: The NV centre that every qubit is, or one for each, in place of it.
            temperature_k: Temperature.
            chemical_potential_ghz: Chemical potential of the magnons.

        Raises:
            ArgumentError: If one of them has the wrong sign, shape or type, or qubits coincide.

        Examples:
            >>> from nvprotocol.magnets.setting import Setting
            >>> Setting.read(2, separation_nm=-3.0, frequency_ghz=2.87)
            Traceback (most recent call last):
                ...
            nvprotocol.errors.ArgumentError: Argument `separation_nm` must be greater than 0, but is -3.
        """
        dimension = whole_number(dimension, "dimension", minimum=1, maximum=3)
        positions = _positions(dimension, separation_nm, positions_nm, azimuth_deg)
        centres = _centres(nv, positions.shape[-2])
        given = {
            "frequency_ghz": _splitting(frequency_ghz, centres),
            "temperature_k": nonnegative_array(temperature_k, "temperature_k"),
            "chemical_potential_ghz": bounded_array(chemical_potential_ghz, "chemical_potential_ghz", real=True),
        }
        height = None
        if height_nm is not None:
            given["height_nm"] = positive_array(height_nm, "height_nm")
            height = given["height_nm"][..., None]
        name = "positions_nm" if separation_nm is None else "separation_nm"
        _require_values({name: positions, **given})
        batch_shape(0, **{name: positions[..., 0, 0]}, **given)
        between = _between(positions)
        _check_sizes(name, np.linalg.norm(between, axis=-1), given["temperature_k"], given["frequency_ghz"], height)
        return cls(
            positions=positions,
            displacement=np.concatenate([np.zeros_like(positions[..., :1, :]), between], axis=-2),
            frequency=given["frequency_ghz"][..., None] * RAD_PER_US_PER_GHZ,
            temperature=given["temperature_k"][..., None] * RAD_PER_US_PER_K,
            chemical_potential=given["chemical_potential_ghz"][..., None] * RAD_PER_US_PER_GHZ,
            height=height,
            centres=centres,
        )


def _require_values(given: dict[str, Array]) -> None:
    for argument, array in given.items():
        if array.size == 0:
            fail(argument, "contain at least one value", "is empty")


def _between(positions: Array) -> Array:
    """r_j − r_i for the pairs i < j."""
    first, second = np.triu_indices(positions.shape[-2], 1)
    return positions[..., second, :] - positions[..., first, :]


def _centres(nv: NVCentre | Sequence[NVCentre] | None, n_qubits: int) -> tuple[NVCentre, ...]:
    """One NV centre for each qubit, or none at all."""
    if nv is None:
        return ()
    if isinstance(nv, NVCentre):
        return (nv,) * n_qubits
    centres = tuple(instances(nv, "nv", NVCentre, article="an"))
    if len(centres) != n_qubits:
        fail("nv", f"be one NV centre, or one for each of {n_qubits} qubits", f"has {len(centres)}")
    return centres


def _splitting(frequency_ghz: ArrayLike | None, centres: tuple[NVCentre, ...]) -> Array:
    """The splitting as given, or the mean one of NV centres."""
    if not centres:
        if frequency_ghz is None:
            fail("frequency_ghz", "be given, or `nv` in place of it", "neither is")
        return positive_array(frequency_ghz, "frequency_ghz")
    mean: Array = np.array(sum(one.frequency_ghz for one in centres) / len(centres))
    if frequency_ghz is not None:
        given = positive_array(frequency_ghz, "frequency_ghz")
        if not np.allclose(given, mean, rtol=SAME, atol=0.0):
            wrong = float(given.flat[int(np.argmax(np.abs(given - mean)))])
            must = f"be that of the NV centres in their field, {mean:.6g} GHz, or be left out"
            fail("frequency_ghz", must, f"is {show(wrong)}")
    return mean


def _check_sizes(name: str, distance: Array, temperature: Array, frequency: Array, height: Array | None) -> None:
    if np.any(temperature > HOTTEST_K):
        fail("temperature_k", f"be at most {show(HOTTEST_K)}", f"is {show(float(temperature.max()))}")
    if np.any((frequency < LOWEST_GHZ) | (frequency > HIGHEST_GHZ)):
        worst = float(frequency.min() if frequency.min() < LOWEST_GHZ else frequency.max())
        fail("frequency_ghz", f"be between {show(LOWEST_GHZ)} and {show(HIGHEST_GHZ)}", f"is {show(worst)}")
    if height is not None and np.any((height < SHORTEST_NM) | (height > LONGEST_NM)):
        worst = float(height.min() if height.min() < SHORTEST_NM else height.max())
        fail("height_nm", f"be between {show(SHORTEST_NM)} and {show(LONGEST_NM)} nm", f"is {show(worst)}")
    if np.any(distance == 0):
        fail(name, "differ from each other", "two qubits are at the same place")
    if np.any((distance < SHORTEST_NM) | (distance > LONGEST_NM)):
        worst = float(distance.min() if distance.min() < SHORTEST_NM else distance.max())
        must = f"put qubits between {show(SHORTEST_NM)} and {show(LONGEST_NM)} nm from each other"
        fail(name, must, f"two of them are at {show(worst)} nm")


def _positions(
    dimension: int, separation: ArrayLike | None, positions: ArrayLike | None, azimuth: ArrayLike | None
) -> Array:
    if (separation is None) == (positions is None):
        but = "neither is given" if separation is None else "both are given"
        fail("separation_nm", "be given for a pair, or `positions_nm` for any number of qubits", but)
    if positions is not None:
        if azimuth is not None:
            fail("azimuth_deg", "go with `separation_nm`", "comes with `positions_nm`")
        array = bounded_array(positions, "positions_nm", real=True)
        if array.ndim < 2 or array.shape[-1] != dimension or array.shape[-2] == 0:
            fail("positions_nm", f"have shape (…, N, {dimension}), N positions each", f"has shape {array.shape}")
        return array
    distance = positive_array(separation, "separation_nm")  # pyright: ignore[reportArgumentType]
    require_bounded(distance, "separation_nm")
    angle = np.deg2rad(bounded_array(0.0 if azimuth is None else azimuth, "azimuth_deg", real=True))
    if dimension == 1 and azimuth is not None:
        fail("azimuth_deg", "not be given for a magnet of one dimension", f"is {show(azimuth)}")
    batch_shape(0, separation_nm=distance, azimuth_deg=angle)
    parts = [
        distance * np.cos(angle),
        distance * np.sin(angle),
        np.zeros(np.broadcast_shapes(distance.shape, angle.shape)),
    ]
    end = np.stack(parts[:dimension], axis=-1)
    return np.stack([np.zeros_like(end), end], axis=-2)
