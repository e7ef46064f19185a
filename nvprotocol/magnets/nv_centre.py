"""An NV centre in a magnetic field: the spin 1 of its ground state, and the two of its levels that make a qubit."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, one_of, real_number, show
from nvprotocol._read_only import holds_read_only, protect, read_only
from nvprotocol._text_table import aligned
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.constants import GAMMA, ZERO_FIELD_SPLITTING_GHZ

__all__ = ["Leak", "NVCentre"]

Transition = Literal["lower", "upper"]
Vector = tuple[float, float, float]

GAMMA_GHZ_PER_T = GAMMA / (2e9 * np.pi)
STRONGEST_MT = 1e5
"""A hundred tesla: more is a slip of the unit."""

MOST_STRAIN_MHZ = 1e6
ALIKE_GHZ = 1e-9
"""Splitting below which two levels are taken for one."""

_PLANAR = 1e-9
"""Component of a unit vector that is taken for 0 when a phase is chosen."""

_ROOT = 1 / np.sqrt(2)
_SPIN = np.array(
    [
        [[0, _ROOT, 0], [_ROOT, 0, _ROOT], [0, _ROOT, 0]],
        [[0, -1j * _ROOT, 0], [1j * _ROOT, 0, -1j * _ROOT], [0, 1j * _ROOT, 0]],
        [[1, 0, 0], [0, 0, 0], [0, 0, -1]],
    ]
)
"""Sˣ, Sʸ, Sᶻ of spin 1 in the states m = 1, 0, −1 along z of the laboratory."""


@holds_read_only
class Leak(NamedTuple):
    """A way out of the qubit, into the third level of the spin.

    Attributes:
        start: "up" or "down", the level of the qubit that is left.
        frequency_ghz: Distance of the third level from it.
        emits: Whether the third level lies below, so that it is reached by emission at T = 0, too.
        coupling: ⟨lower|S|higher⟩ of the two levels, as `NVCentre.coupling`.

    Examples:
        >>> [round(leak.frequency_ghz, 2) for leak in nv.magnets.NVCentre(field_mt=(0, 0, 20)).leaks]
        [3.43, 1.12]
    """

    start: Literal["up", "down"]
    frequency_ghz: float
    emits: bool
    coupling: NDArray[np.complex128]


@dataclass(frozen=True, eq=True)
@holds_read_only
class NVCentre:
    r"""An NV centre in a field vector, as a qubit: H/h = D(S·n)² + E((S·p)² − (S·q)²) + (γ/2π)B·S, at any angle.

    D/2π = 2.87 GHz at zero field (Doherty et al., DOI 10.1016/j.physrep.2013.02.001), n is the axis, p and q stand
    across it; the field is in the laboratory's frame, over a film with z along its normal. The three levels are
    found exactly. "lower" is the pair of the two lowest, |↑⟩ the ground state. "upper" is the lowest and the highest
    as long as γ|B·n| < D, the pair {m = 0, +1} along the axis. Beyond that anticrossing (102.4 mT along the axis) it is
    the two highest: then |↑⟩ is not the ground state, and decays by emission at T = 0.

    Args:
        axis: Direction of the axis, or the vector of `nv_axes`; its length does not matter.
        field_mt: Field B in mT.
        transition: "lower" or "upper".
        strain_mhz: Transverse strain (or electric field) E in MHz.
        strain_deg: Direction of p about the axis, in degrees from the projection of the laboratory's z (of x if the
            axis is along z).

    Raises:
        ArgumentError: If the axis has no length, a number is out of range, or the lowest two levels cross so that there
            is no qubit.

    Examples:
        >>> centre = nv.magnets.NVCentre(axis=(0, 0, 1), field_mt=(0, 0, 20), transition="lower")
        >>> round(centre.frequency_ghz, 4), np.abs(centre.coupling).round(4).tolist()
        (2.3095, [0.7071, 0.7071, 0.0])
        >>> tilted = nv.magnets.NVCentre(axis=(1, 1, 1), field_mt=(0, 0, 20))
        >>> round(tilted.frequency_ghz, 4), round(float(tilted.bright[0]), 3)
        (2.6564, 0.976)
    """

    axis: Vector = (0.0, 0.0, 1.0)
    field_mt: Vector = (0.0, 0.0, 0.0)
    transition: Transition = "lower"
    strain_mhz: float = 0.0
    strain_deg: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "axis", direction_vector(self.axis, "axis"))
        object.__setattr__(self, "field_mt", field_vector(self.field_mt))
        one_of(self.transition, "transition", ("lower", "upper"))
        strain = real_number(self.strain_mhz, "strain_mhz", minimum=-MOST_STRAIN_MHZ, maximum=MOST_STRAIN_MHZ)
        object.__setattr__(self, "strain_mhz", strain)
        object.__setattr__(self, "strain_deg", real_number(self.strain_deg, "strain_deg"))
        if self.levels_ghz[1] - self.levels_ghz[0] < ALIKE_GHZ:
            crossing = "the two levels" if self.transition == "lower" else "|↑⟩ is not known, as the lowest two levels"
            fail("field_mt", f"not be where {crossing} cross", f"is {show(self.field_mt)}, where they do")
        protect(self)

    @cached_property
    def _spectrum(self) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
        """Energies in GHz, rising, and states as columns in the basis m = 1, 0, −1 along the laboratory's z."""
        along = np.einsum("a,aij->ij", np.array(self.axis), _SPIN)
        field = np.array(self.field_mt)
        largest = 1e-3 * max(GAMMA_GHZ_PER_T * float(np.linalg.norm(field)), abs(self.strain_mhz))
        if largest < ALIKE_GHZ:
            # m = ±1 have the same energy: those of a vanishing field along the axis, m = −1 the lower one.
            vectors = np.linalg.eigh(along)[1]
            return read_only((np.array([0.0, 1.0, 1.0]) * ZERO_FIELD_SPLITTING_GHZ, vectors[:, [1, 0, 2]]))
        first, second = self._across
        squares = [np.linalg.matrix_power(np.einsum("a,aij->ij", one, _SPIN), 2) for one in (first, second)]
        energy = ZERO_FIELD_SPLITTING_GHZ * along @ along + 1e-3 * self.strain_mhz * (squares[0] - squares[1])
        zeeman = 1e-3 * GAMMA_GHZ_PER_T * np.einsum("a,aij->ij", field, _SPIN)
        values, vectors = np.linalg.eigh(energy + zeeman)
        return read_only((values, vectors))

    @property
    def _across(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The directions p and q."""
        axis = np.array(self.axis)
        reference = np.array([0.0, 0.0, 1.0]) if np.hypot(axis[0], axis[1]) > _PLANAR else np.array([1.0, 0.0, 0.0])
        zero = reference - (reference @ axis) * axis
        zero /= np.linalg.norm(zero)
        angle, other = np.deg2rad(self.strain_deg), np.cross(axis, zero)
        return np.cos(angle) * zero + np.sin(angle) * other, np.cos(angle) * other - np.sin(angle) * zero

    @property
    def beyond_anticrossing(self) -> bool:
        """Whether γ|B·n| > D, beyond 102.4 mT along the axis."""
        along = abs(float(np.dot(self.field_mt, self.axis)))
        return 1e-3 * GAMMA_GHZ_PER_T * along > ZERO_FIELD_SPLITTING_GHZ

    @property
    def levels(self) -> tuple[int, int, int]:
        """Numbers by energy of |↑⟩, |↓⟩ and the third level, 0 the ground state.

        Examples:
            >>> nv.magnets.NVCentre(field_mt=(0, 0, 317), transition="upper").levels
            (1, 2, 0)
        """
        if self.transition == "lower":
            return 0, 1, 2
        return (1, 2, 0) if self.beyond_anticrossing else (0, 2, 1)

    @property
    def levels_ghz(self) -> NDArray[np.float64]:
        """Energies of the three levels in GHz, rising."""
        return self._spectrum[0]

    @cached_property
    def states(self) -> NDArray[np.complex128]:
        """|↑⟩, |↓⟩ and the third level as columns, in the basis m = 1, 0, −1 along the laboratory's z, shape (3, 3)."""
        chosen = self._spectrum[1][:, list(self.levels)]
        element = np.einsum("i,aij,j->a", chosen[:, 0].conj(), _SPIN, chosen[:, 1])
        leading = element[np.argmax(np.abs(element) > _PLANAR)]
        phase = np.abs(leading) / leading if leading != 0 else 1.0
        return read_only(chosen * np.array([1.0, phase, 1.0]))

    @property
    def frequency_ghz(self) -> float:
        """Splitting of the qubit in GHz.

        Examples:
            >>> round(nv.magnets.NVCentre(field_mt=(0, 0, 317)).frequency_ghz, 3)  # γB − D, not 2.87
            6.014
        """
        up, down, _ = self.levels
        return float(self._spectrum[0][down] - self._spectrum[0][up])

    @property
    def coupling(self) -> NDArray[np.complex128]:
        """⟨↑|S|↓⟩, shape (3,): the part of the spin that relaxes the qubit.

        In the laboratory's frame; its first component that is not 0 is real and positive.

        Examples:
            >>> nv.magnets.NVCentre((1, 0, 0), (20, 0, 0)).coupling.round(4).tolist()  # the lower transition sees B⁻
            [-0j, (0.7071+0j), -0.7071j]
        """
        return self._element(0, 1)

    @property
    def moment_change(self) -> NDArray[np.float64]:
        """⟨↓|S|↓⟩ − ⟨↑|S|↑⟩, shape (3,): the part of the spin that dephases the qubit."""
        return read_only((self._element(1, 1) - self._element(0, 0)).real)

    @property
    def sensitivity_ghz_per_t(self) -> NDArray[np.float64]:
        """dΔ/dB in GHz/T as a vector, (γ/2π) times `moment_change` (Hellmann–Feynman).

        Examples:
            >>> nv.magnets.NVCentre(field_mt=(0, 0, 20)).sensitivity_ghz_per_t.round(1).tolist()
            [0.0, 0.0, -28.0]
        """
        return read_only(GAMMA_GHZ_PER_T * self.moment_change)

    @property
    def bright(self) -> NDArray[np.float64]:
        """Weights of m = 0 along the axis in |↑⟩ and |↓⟩, shape (2,): what light prepares, and reads out as bright."""
        along = np.einsum("a,aij->ij", np.array(self.axis), _SPIN)
        qubit = self.states[:, :2]
        return read_only(1 - np.einsum("is,ij,js->s", qubit.conj(), along @ along, qubit).real)

    @property
    def leaks(self) -> tuple[Leak, Leak]:
        """The ways from |↑⟩ and from |↓⟩ into the third level."""
        return self._leak(0), self._leak(1)

    def _leak(self, start: int) -> Leak:
        levels, energies = self.levels, self._spectrum[0]
        difference = float(energies[levels[2]] - energies[levels[start]])
        low, high = (start, 2) if difference > 0 else (2, start)
        return Leak("down" if start else "up", abs(difference), difference < 0, self._element(low, high))

    def _element(self, bra: int, ket: int) -> NDArray[np.complex128]:
        states = self.states
        return read_only(np.einsum("i,aij,j->a", states[:, bra].conj(), _SPIN, states[:, ket]))

    def __str__(self) -> str:
        up, down, _ = self.levels
        along = abs(complex(np.dot(self.coupling, self.axis))) ** 2
        across = float(np.sum(np.abs(self.coupling) ** 2)) - along
        sensitivity = ", ".join(f"{one:.4g}" for one in self.sensitivity_ghz_per_t)
        rows = [
            ("axis", ", ".join(f"{one:.4g}" for one in self.axis)),
            ("field", ", ".join(f"{one:.4g}" for one in self.field_mt) + " mT"),
            ("qubit", f"{self.transition} transition, levels {up} and {down} by energy, {self.frequency_ghz:.6g} GHz"),
            ("coupling", f"|⟨↑|S|↓⟩|² is {along:.3g} along the axis, {across:.3g} across it"),
            ("field slope", f"dΔ/dB = ({sensitivity}) GHz/T"),
            ("bright", f"m = 0 has the weight {self.bright[0]:.3g} in |↑⟩, {self.bright[1]:.3g} in |↓⟩"),
        ]
        return "\n".join(aligned(rows, least=10))


def direction_vector(value: ArrayLike, name: str) -> Vector:
    """A unit vector along another one.

    Raises:
        ArgumentError: If it is no vector, or has no length.
    """
    array = bounded_array(value, name, real=True)
    if array.shape != (3,):
        fail(name, "be a vector of three components", f"has shape {array.shape}")
    largest = float(np.abs(array).max())
    if largest == 0:
        fail(name, "have a length", f"is {show(value)}")
    x, y, z = (float(one) for one in array / largest / np.linalg.norm(array / largest))
    return x, y, z


def field_vector(value: ArrayLike, name: str = "field_mt") -> Vector:
    """A field in mT as three numbers.

    Raises:
        ArgumentError: If it is something else, or stronger than any magnet.
    """
    array = bounded_array(value, name, real=True)
    if array.shape != (3,):
        fail(name, "be a vector of three components", f"has shape {array.shape}")
    if np.any(np.abs(array) > STRONGEST_MT):
        fail(name, f"have components up to {show(STRONGEST_MT)} mT", f"is {show(value)}")
    x, y, z = (float(one) for one in array)
    return x, y, z
