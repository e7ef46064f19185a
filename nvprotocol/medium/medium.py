"""The medium: what a shared magnet does to N qubits, as rates and couplings."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import batch_shape, bounded_array, fail, nonnegative_array, selected, show
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._typing import ArrayLike
from nvprotocol.medium.blocks import hermitian, off_diagonal, pair_block, positive, square, two_by_two
from nvprotocol.medium.coefficient_matrix import Symmetry, blocks_of, matrix_of, symmetry_of
from nvprotocol.medium.dark_state import DarkState, darkest
from nvprotocol.medium.dark_subspace import DarkSubspace, dark_subspace
from nvprotocol.medium.provenance import Provenance
from nvprotocol.medium.text import described

__all__ = ["Medium"]

_CORE = {"cross": 3}
"""Axes of a block without those of a batch, where these are not two."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
@holds_read_only
class Medium:
    r"""Rates and couplings that a medium induces in N qubits (Eqs. 2–4, arXiv:2108.07365).

    The dissipator is the paper's, with the coefficient matrix h = excitation ⊕ relaxation ⊕ dephasing,

        dρ/dt = −i[H, ρ] + Σ_O Σ_ij h_ij (2 O_i ρ O_j† − O_j†O_i ρ − ρ O_j†O_i),   O = σ⁻, σ⁺, σᶻ,

    in an axial medium; in others O runs over all 3N operators at once, and h has blocks between the three kinds, too
    (`cross`; squeezed and pumped magnets, `from_matrix`). Where there are blocks between σ⁻ and σ⁺ or σᶻ, times and
    phases are those of a frame that rotates at a frequency of the medium's own: half that of its pump. The coherent
    part is H_eff = Σ_{i<j} [Re G_ij (σᵢˣσⱼˣ + σᵢʸσⱼʸ) + Im G_ij ẑ·σ⃗ᵢ×σ⃗ⱼ + K_ij σᵢᶻσⱼᶻ].

    Every argument may have leading batch axes, which broadcast against each other.

    Attributes:
        relaxation: Block of the σᵢ⁺ in rad/µs, Hermitian positive semidefinite, shape (…, N, N). For a pair
            [[a, A*], [A, a]].
        excitation: Block of the σᵢ⁻ in rad/µs, Hermitian positive semidefinite, shape (…, N, N). For a pair
            [[ã, Ã], [Ã*, ã]].
        dephasing: Block of the σᵢᶻ in rad/µs, Hermitian positive semidefinite, shape (…, N, N).
        flip_flop: G in rad/µs: real part J⊥, imaginary part Dzyaloshinskii–Moriya (DM) coupling; Hermitian with a zero
            diagonal, shape (…, N, N).
        ising: K in rad/µs, real symmetric with a zero diagonal, shape (…, N, N).
        cross: The blocks of h above its diagonal in rad/µs: σᵢ⁻ with σⱼ⁺, σᵢ⁻ with σⱼᶻ, σᵢ⁺ with σⱼᶻ, shape
            (…, 3, N, N); 0 for an axial medium. With them the whole h is positive semidefinite.
        provenance: Where the numbers come from; None, the default, where they were given by hand.

    Raises:
        ArgumentError: If a block has the wrong shape, is not finite, not Hermitian, or (the first three, and the whole
            h) not positive semidefinite. A violation below 1e-12 of the block's size is rounding and is repaired.

    Examples:
        >>> medium = nv.Medium(relaxation=[[1.0, 0.9], [0.9, 1.0]])
        >>> medium.n_qubits, medium.t1.tolist()
        (2, [0.5, 0.5])
    """

    relaxation: NDArray[np.complex128]
    excitation: NDArray[np.complex128]
    dephasing: NDArray[np.complex128]
    flip_flop: NDArray[np.complex128]
    ising: NDArray[np.float64]
    cross: NDArray[np.complex128]
    provenance: Provenance | None

    def __init__(
        self,
        *,
        relaxation: ArrayLike,
        excitation: ArrayLike | None = None,
        dephasing: ArrayLike | None = None,
        flip_flop: ArrayLike | None = None,
        ising: ArrayLike | None = None,
        cross: ArrayLike | None = None,
        provenance: Provenance | None = None,
    ) -> None:
        given = {
            "relaxation": relaxation,
            "excitation": excitation,
            "dephasing": dephasing,
            "flip_flop": flip_flop,
            "ising": ising,
        }
        n_qubits = square(bounded_array(relaxation, "relaxation"), "relaxation")
        blocks = {name: _block(value, name, n_qubits) for name, value in given.items()}
        blocks["cross"] = _cross(cross, n_qubits)
        batch_shape(2, **{name: block[..., 0, :, :] if name == "cross" else block for name, block in blocks.items()})
        if np.any(blocks["cross"]):
            whole = matrix_of(blocks)
            repaired = positive(whole, "cross")
            blocks |= {} if repaired is whole else blocks_of(repaired)
        for name, block in blocks.items():
            object.__setattr__(self, name, block)
        if not (provenance is None or isinstance(provenance, Provenance)):
            fail("provenance", "be a Provenance or None", f"is of type {type(provenance).__name__}")
        object.__setattr__(self, "provenance", provenance)
        protect(self)

    @classmethod
    def from_matrix(
        cls,
        h: ArrayLike,
        *,
        flip_flop: ArrayLike | None = None,
        ising: ArrayLike | None = None,
        provenance: Provenance | None = None,
    ) -> Self:
        """The medium of any coefficient matrix h (Eq. 3, arXiv:2108.07365).

        Args:
            h: Hermitian positive semidefinite in rad/µs, shape (…, 3N, 3N), in the order σ₁⁻ … σ_N⁻, σ₁⁺ … σ_N⁺,
                σ₁ᶻ … σ_Nᶻ: dρ/dt = −i[H, ρ] + Σ h_kl (2 O_k ρ O_l† − O_l†O_k ρ − ρ O_l†O_k).
            flip_flop: G in rad/µs, as for `Medium`.
            ising: K in rad/µs, as for `Medium`.
            provenance: Where the numbers come from.

        Raises:
            ArgumentError: If h has no shape (…, 3N, 3N), is not Hermitian or not positive semidefinite, or a coupling
                is not as for `Medium`.

        Examples:
            A pair in a two-mode squeezed reservoir (Kraus and Cirac, DOI 10.1103/PhysRevLett.92.013602):

            >>> cosh, sinh = np.cosh(0.8), np.sinh(0.8)
            >>> jumps = np.array([[0, sinh, cosh, 0, 0, 0], [sinh, 0, 0, cosh, 0, 0]])
            >>> medium = nv.Medium.from_matrix(jumps.T @ jumps / 2)
            >>> medium.symmetry, float(nv.concurrence(nv.MasterEquation(medium).steady_state()).round(6))
            ('parity', 0.921669)
        """
        whole = bounded_array(h, "h")
        size = whole.shape[-1] if whole.ndim else 0
        if whole.ndim < 2 or whole.shape[-2] != size or size == 0 or size % 3:
            fail("h", "have shape (…, 3N, 3N)", f"has shape {whole.shape}")
        blocks = blocks_of(positive(hermitian(whole, "h"), "h"))
        return cls(**blocks, flip_flop=flip_flop, ising=ising, provenance=provenance)

    @classmethod
    def pair(
        cls,
        a: ArrayLike = 1.0,
        A: ArrayLike = 0.0,
        q: ArrayLike | None = None,
        *,
        a_tilde: ArrayLike | None = None,
        A_tilde: ArrayLike | None = None,
        d: ArrayLike = 0.0,
        D: ArrayLike = 0.0,
        J: ArrayLike = 0.0,
        Jz: ArrayLike = 0.0,
        dm: ArrayLike = 0.0,
        m: ArrayLike = 0.0,
        M: ArrayLike = 0.0,
    ) -> Self:
        """The medium of two qubits in the paper's symbols (Eqs. 4 and S38); all arguments broadcast.

        Args:
            a: Local relaxation in rad/µs.
            A: Dissipative coupling by relaxation in rad/µs, may be complex, |A| ≤ a.
            q: e^(−βΔ) in [0, 1]: ã = qa and Ã = qA (fluctuation–dissipation). 0, the default, is zero temperature.
            a_tilde: Local excitation ã in rad/µs, given instead of `q` for a medium out of equilibrium.
            A_tilde: Dissipative coupling by excitation Ã in rad/µs, may be complex, |Ã| ≤ ã; goes with `a_tilde`.
            d: Local pure dephasing in rad/µs.
            D: Correlated pure dephasing in rad/µs, |D| ≤ d.
            J: J⊥ in rad/µs.
            Jz: Ising coupling in rad/µs.
            dm: Dzyaloshinskii–Moriya coupling in rad/µs.
            m: Anomalous noise of a squeezed or pumped magnet at each qubit in rad/µs, may be complex: the entry of h
                between σ₁⁻ and σ₁⁺, and between σ₂⁻ and σ₂⁺.
            M: The same between the qubits: the entry between σ₁⁻ and σ₂⁺, and between σ₂⁻ and σ₁⁺. Without A, Ã and m,
                |M|² ≤ aã.

        Raises:
            ArgumentError: If a rate is negative or not finite, |A| > a, |Ã| > ã, |D| > d, q is outside [0, 1], h is not
                positive semidefinite with m and M, or both
                `q` and `a_tilde` or `A_tilde` are given.

        Examples:
            >>> nv.Medium.pair(a=1.0, A=0.9, q=0.1).excitation.real
            array([[0.1 , 0.09],
                   [0.09, 0.1 ]])
            >>> nv.Medium.pair(a=1.0, A=1.2)
            Traceback (most recent call last):
                ...
            nvprotocol.errors.ArgumentError: Argument `A` must satisfy |A| ≤ a = 1, but |A| is 1.2.
        """
        rates = {"a": a, "d": d} | ({} if a_tilde is None else {"a_tilde": a_tilde})
        couplings = {"A": A, "D": D, "m": m, "M": M} | ({} if A_tilde is None else {"A_tilde": A_tilde})
        coherent = {"J": J, "Jz": Jz, "dm": dm}
        given = {name: nonnegative_array(value, name) for name, value in rates.items()}
        given |= {name: bounded_array(value, name) for name, value in couplings.items()}
        given |= {name: bounded_array(value, name, real=True) for name, value in coherent.items()}
        if a_tilde is None and A_tilde is None:
            ratio = given["q"] = _boltzmann_ratio(0.0 if q is None else q)
            batch_shape(0, **given)
            given |= {"a_tilde": given["a"] * ratio, "A_tilde": given["A"] * ratio}
        elif q is not None:
            fail("q", "not be given together with `a_tilde` or `A_tilde`", f"is {show(q)}")
        given = {"a_tilde": np.zeros(()), "A_tilde": np.zeros(())} | given
        batch_shape(0, **given)
        blocks: dict[str, Any] = {
            "relaxation": pair_block(given, "a", "A", conjugate=True),
            "excitation": pair_block(given, "a_tilde", "A_tilde"),
            "dephasing": pair_block(given, "d", "D", conjugate=True),
            "flip_flop": two_by_two(np.zeros(()), given["J"] + 1j * given["dm"], given["J"] - 1j * given["dm"]),
            "ising": two_by_two(np.zeros(()), given["Jz"], given["Jz"]),
        }
        return cls(**blocks, cross=_anomalous(given, blocks))

    @property
    def n_qubits(self) -> int:
        """Number of qubits N."""
        return self.relaxation.shape[-1]

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Shape of the leading batch axes, () for a single medium."""
        return np.broadcast_shapes(*(block.shape[: -_CORE.get(name, 2)] for name, block in self.blocks.items()))

    @property
    def matrix(self) -> NDArray[np.complex128]:
        """The coefficient matrix h in rad/µs, shape (…, 3N, 3N), in the order σᵢ⁻, σᵢ⁺, σᵢᶻ (Eq. 3).

        Examples:
            >>> nv.Medium.pair(a=1.0, A=0.5j, q=0.1, d=0.2).matrix[2:4, 2:4]
            array([[1.+0.j , 0.-0.5j],
                   [0.+0.5j, 1.+0.j ]])
        """
        return matrix_of(self.blocks)

    @property
    def symmetry(self) -> Symmetry:
        """What the medium conserves: "U(1)" where it is axial, "parity" with σ⁻–σ⁺ blocks, "none" with σᶻ–σ± blocks.

        "U(1)": the number of excitations of ket less that of bra; "parity": whether that is even. Of a batch it is what
        all its media have.
        """
        return symmetry_of(self.cross)

    @property
    def t1(self) -> NDArray[np.float64]:
        """Relaxation time of each qubit alone in µs, 1/T1 = 2(a + ã) (Eq. S17), shape (…, N); ∞ without relaxation."""
        return _inverse(2 * (_diagonal(self.relaxation) + _diagonal(self.excitation)))

    @property
    def t2(self) -> NDArray[np.float64]:
        """Coherence time of each qubit alone in µs, 1/T2 = (a + ã) + 4d (Eq. S18), shape (…, N).

        Of an axial medium; with blocks between σᵢ⁻ and σᵢ⁺ of one qubit this is the mean of two rates.
        """
        rate = _diagonal(self.relaxation) + _diagonal(self.excitation) + 4 * _diagonal(self.dephasing)
        return _inverse(rate)

    @property
    def blocks(self) -> dict[str, Any]:
        """All rates and couplings by their names, the arguments of `Medium`.

        Examples:
            >>> sorted(nv.Medium.pair().blocks)
            ['cross', 'dephasing', 'excitation', 'flip_flop', 'ising', 'relaxation']
        """
        names = ("relaxation", "excitation", "dephasing", "flip_flop", "ising", "cross")
        return {name: getattr(self, name) for name in names}

    @property
    def dark_state(self) -> DarkState:
        """The state of a pair that the medium damps least, and whether it is dark: 𝓛[|Ψ⟩⟨Ψ|] = 0.

        Raises:
            ArgumentError: If the medium is not an axial one of two qubits; `dark_subspace` takes any.
        """
        if self.n_qubits != 2:
            fail("medium", "be one of 2 qubits to have a dark state named", f"has {self.n_qubits}")
        if self.symmetry != "U(1)":
            fail("medium", "be axial to have a dark state named", f"has the symmetry {show(self.symmetry)}")
        return darkest(self.blocks)

    @property
    def dark_subspace(self) -> DarkSubspace:
        """All states of N qubits that the medium leaves as they are, at equal splittings.

        Raises:
            ArgumentError: If the medium is a batch.

        Examples:
            >>> collective = nv.Medium(relaxation=np.ones((4, 4)))  # |A_ij| = a
            >>> collective.dark_subspace.dimension  # C(4, 2)
            6
        """
        if self.batch_shape:
            fail("medium", "be a single one", f"has batch {self.batch_shape}")
        return dark_subspace(self.blocks)

    def __getitem__(self, index: object) -> "Medium":
        """A part of a batch of media, by NumPy's rules for an array of its batch shape."""
        batch, n = self.batch_shape, self.n_qubits
        chosen = selected(np.arange(np.prod(batch, dtype=int)).reshape(batch), index)
        cores = {name: (3, n, n) if name == "cross" else (n, n) for name in self.blocks}
        blocks = {
            name: np.broadcast_to(block, (*batch, *cores[name])).reshape(-1, *cores[name])[chosen]
            for name, block in self.blocks.items()
        }
        origin = None if self.provenance is None else self.provenance.at(index, batch)
        return Medium(**blocks, provenance=origin)

    def __add__(self, other: "Medium") -> "Medium":
        """The medium whose rates and couplings are the sums: two independent baths."""
        if not isinstance(other, Medium):
            return NotImplemented
        if other.n_qubits != self.n_qubits:
            fail("other", f"have {self.n_qubits} qubits", f"has {other.n_qubits}")
        blocks = {name: block + other.blocks[name] for name, block in self.blocks.items()}
        return Medium(**blocks, provenance=Provenance.joined(self.provenance, other.provenance))

    def __str__(self) -> str:
        axial = self.symmetry == "U(1)"
        dark = self.dark_state if self.n_qubits == 2 and not self.batch_shape and axial else None
        times = {"T1": self.t1, "T2": self.t2}
        return described(self.n_qubits, self.batch_shape, self.blocks, times, dark, self.provenance)

    __repr__ = __str__


def _block(value: ArrayLike | None, name: str, n_qubits: int) -> NDArray:
    """One of the blocks that have shape (…, N, N), checked."""
    block = np.zeros((n_qubits, n_qubits)) if value is None else bounded_array(value, name, real=name == "ising")
    if square(block, name) != n_qubits:
        fail(name, f"have shape (…, {n_qubits}, {n_qubits}) as `relaxation` has", f"has shape {block.shape}")
    block = hermitian(block, name)
    block = off_diagonal(block, name) if name in ("flip_flop", "ising") else positive(block, name)
    return block.astype(float if name == "ising" else complex)


def _anomalous(given: dict[str, NDArray], blocks: dict[str, Any]) -> NDArray[np.complex128] | None:
    """The blocks above the diagonal of h that a pair has by its m and M; None without them."""
    if not (np.any(given["m"]) or np.any(given["M"])):
        return None
    squeezed = two_by_two(given["m"], given["M"], given["M"])
    cross = np.stack([squeezed, *[np.zeros_like(squeezed)] * 2], axis=-3)
    name = "M" if np.any(given["M"]) else "m"
    positive(matrix_of(blocks | {"cross": cross}), name, of="leave h positive semidefinite")
    return cross


def _cross(cross: ArrayLike | None, n_qubits: int) -> NDArray[np.complex128]:
    if cross is None:
        return np.zeros((3, n_qubits, n_qubits), dtype=complex)
    blocks = bounded_array(cross, "cross")
    if blocks.ndim < 3 or blocks.shape[-3:] != (3, n_qubits, n_qubits):
        fail("cross", f"have shape (…, 3, {n_qubits}, {n_qubits})", f"has shape {blocks.shape}")
    return blocks.astype(complex)


def _boltzmann_ratio(q: ArrayLike) -> NDArray[np.float64]:
    ratio = nonnegative_array(q, "q")
    if np.any(ratio > 1):
        must = "be at most 1 (for an inverted medium give `a_tilde` and `A_tilde`)"
        fail("q", must, f"is {show(ratio[ratio > 1].flat[0])}")
    return ratio


def _diagonal(block: NDArray) -> NDArray[np.float64]:
    return np.einsum("...ii->...i", block).real


def _inverse(rate: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return 1 / rate
