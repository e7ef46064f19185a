"""The medium: what a shared magnet does to N qubits, as rates and couplings."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import batch_shape, bounded_array, fail, nonnegative_array, selected, show
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._typing import ArrayLike
from nvprotocol.medium.blocks import hermitian, off_diagonal, pair_block, positive, square, two_by_two
from nvprotocol.medium.dark_state import DarkState, darkest
from nvprotocol.medium.provenance import Provenance
from nvprotocol.medium.text import described

__all__ = ["Medium"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
@holds_read_only
class Medium:
    r"""Rates and couplings that a medium induces in N qubits (Eqs. 2–4, arXiv:2108.07365).

    The dissipator is the paper's, with the coefficient matrix h = excitation ⊕ relaxation ⊕ dephasing,

        dρ/dt = −i[H, ρ] + Σ_O Σ_ij h_ij (2 O_i ρ O_j† − O_j†O_i ρ − ρ O_j†O_i),   O = σ⁻, σ⁺, σᶻ,

    and the coherent part is H_eff = Σ_{i<j} [Re G_ij (σᵢˣσⱼˣ + σᵢʸσⱼʸ) + Im G_ij ẑ·σ⃗ᵢ×σ⃗ⱼ + K_ij σᵢᶻσⱼᶻ].

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
        provenance: Where the numbers come from; None, the default, where they were given by hand.

    Raises:
        ArgumentError: If a block has the wrong shape, is not finite, not Hermitian, or (the first three) not positive
            semidefinite. A violation below 1e-12 of the block's size is rounding and is repaired.

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
    provenance: Provenance | None

    def __init__(
        self,
        *,
        relaxation: ArrayLike,
        excitation: ArrayLike | None = None,
        dephasing: ArrayLike | None = None,
        flip_flop: ArrayLike | None = None,
        ising: ArrayLike | None = None,
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
        for name, value in given.items():
            block = (
                np.zeros((n_qubits, n_qubits)) if value is None else bounded_array(value, name, real=name == "ising")
            )
            if square(block, name) != n_qubits:
                fail(name, f"have shape (…, {n_qubits}, {n_qubits}) as `relaxation` has", f"has shape {block.shape}")
            block = hermitian(block, name)
            block = off_diagonal(block, name) if name in ("flip_flop", "ising") else positive(block, name)
            block = block.astype(float if name == "ising" else complex)
            object.__setattr__(self, name, block)
        batch_shape(2, **{name: getattr(self, name) for name in given})
        if not (provenance is None or isinstance(provenance, Provenance)):
            fail("provenance", "be a Provenance or None", f"is of type {type(provenance).__name__}")
        object.__setattr__(self, "provenance", provenance)
        protect(self)

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

        Raises:
            ArgumentError: If a rate is negative or not finite, |A| > a, |Ã| > ã, |D| > d, q is outside [0, 1], or both
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
        couplings = {"A": A, "D": D} | ({} if A_tilde is None else {"A_tilde": A_tilde})
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
        return cls(
            relaxation=pair_block(given, "a", "A", conjugate=True),
            excitation=pair_block(given, "a_tilde", "A_tilde"),
            dephasing=pair_block(given, "d", "D", conjugate=True),
            flip_flop=two_by_two(np.zeros(()), given["J"] + 1j * given["dm"], given["J"] - 1j * given["dm"]),
            ising=two_by_two(np.zeros(()), given["Jz"], given["Jz"]),
        )

    @property
    def n_qubits(self) -> int:
        """Number of qubits N."""
        return self.relaxation.shape[-1]

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Shape of the leading batch axes, () for a single medium."""
        return np.broadcast_shapes(*(block.shape[:-2] for block in self._blocks.values()))

    @property
    def t1(self) -> NDArray[np.float64]:
        """Relaxation time of each qubit alone in µs, 1/T1 = 2(a + ã) (Eq. S17), shape (…, N); ∞ without relaxation."""
        return _inverse(2 * (_diagonal(self.relaxation) + _diagonal(self.excitation)))

    @property
    def t2(self) -> NDArray[np.float64]:
        """Coherence time of each qubit alone in µs, 1/T2 = (a + ã) + 4d (Eq. S18), shape (…, N)."""
        rate = _diagonal(self.relaxation) + _diagonal(self.excitation) + 4 * _diagonal(self.dephasing)
        return _inverse(rate)

    @property
    def _blocks(self) -> dict[str, NDArray]:
        names = ("relaxation", "excitation", "dephasing", "flip_flop", "ising")
        return {name: getattr(self, name) for name in names}

    @property
    def dark_state(self) -> DarkState:
        """The state of a pair that the medium damps least, and whether it is dark: 𝓛[|Ψ⟩⟨Ψ|] = 0.

        Raises:
            ArgumentError: If the medium is not one of two qubits.
        """
        if self.n_qubits != 2:
            fail("medium", "be one of 2 qubits to have a dark state named", f"has {self.n_qubits}")
        return darkest(self._blocks)

    def __getitem__(self, index: object) -> "Medium":
        """A part of a batch of media, by NumPy's rules for an array of its batch shape."""
        batch, n = self.batch_shape, self.n_qubits
        chosen = selected(np.arange(np.prod(batch, dtype=int)).reshape(batch), index)
        blocks = {
            name: np.broadcast_to(block, (*batch, n, n)).reshape(-1, n, n)[chosen]
            for name, block in self._blocks.items()
        }
        origin = None if self.provenance is None else self.provenance.at(index, batch)
        return Medium(**blocks, provenance=origin)

    def __add__(self, other: "Medium") -> "Medium":
        """The medium whose rates and couplings are the sums: two independent baths."""
        if not isinstance(other, Medium):
            return NotImplemented
        if other.n_qubits != self.n_qubits:
            fail("other", f"have {self.n_qubits} qubits", f"has {other.n_qubits}")
        blocks = {name: block + other._blocks[name] for name, block in self._blocks.items()}
        return Medium(**blocks, provenance=Provenance.joined(self.provenance, other.provenance))

    def __str__(self) -> str:
        dark = self.dark_state if self.n_qubits == 2 and not self.batch_shape else None
        times = {"T1": self.t1, "T2": self.t2}
        return described(self.n_qubits, self.batch_shape, self._blocks, times, dark, self.provenance)

    __repr__ = __str__


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
