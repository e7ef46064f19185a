"""The device: what the laboratory has."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import one_of, show, truth
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._text_table import aligned
from nvprotocol._typing import ArrayLike
from nvprotocol.device._checked import checked_fields
from nvprotocol.device.catalogue import BUILTIN, NOT_GATES, TWO_QUBIT_GATES, VIRTUAL_GATES
from nvprotocol.device.control import Control
from nvprotocol.device.intrinsic import with_intrinsic
from nvprotocol.master_equation import MasterEquation
from nvprotocol.quasi_static import QuasiStaticNoise

if TYPE_CHECKING:
    from nvprotocol.device.file import Description

__all__ = ["Device"]


@dataclass(frozen=True, eq=False, repr=False)
@holds_read_only
class Device:
    """NV qubits on a medium, and the instruments that act on them; perfect and instantaneous unless said otherwise.

    Attributes:
        equation: Medium and detuning, without batch axes.
        dt_ns: Clock of the control electronics in ns, the unit of a `delay` given in "dt".
        gate_ns: Durations in ns of the native gates, "measure" and "reset", merged over rz, sx, x, cx, measure and
            reset of 0 ns. Any standard gate of one or two qubits named here is native too. "monitor_measure" and
            "monitor_reset" are durations on monitor qubits, by default the same.
        single_qubit_error: Average infidelity r of a native gate of one qubit that is not diagonal: a depolarising
            channel of probability p = r·d/(d−1) with d = 2 (Nielsen, doi:10.1016/S0375-9601(02)01272-0).
        two_qubit_error: The same for two qubits, d = 4.
        readout: P(read | true) of an NV qubit with the true outcome on the columns, shape (2, 2) for all of them or
            (N, 2, 2), P(1|0) + P(0|1) ≤ 1; None is perfect.
        initialisation_error: Probability that an NV qubit starts, or is reset, in |↓⟩ instead of |↑⟩.
        intrinsic_t1_us: T1 in µs without the medium, one number or one for each NV qubit; None, for all of them or for
            one, and np.inf are infinite.
        intrinsic_t2_us: T2 in µs without the medium, at most 2·T1, of noise that is fast, which no echo undoes;
            infinite means that T1 alone limits it.
        t2_star_us: T2* in µs by quasi-static noise alone, detunings that are the same during one run and new in each,
            which an echo undoes; a Ramsey signal decays as exp(−t/T2 − (t/T2*)²). One number or one for each NV qubit;
            None and np.inf are none.
        noise_correlation: Correlation coefficient of these detunings between any two NV qubits, from −1/(N − 1) to 1: 1
            is a common field, 0 a field of its own at each.
        monitors: Number of monitor qubits.
        monitor_efficiency: Probability that a check rejects a pair with |σz| ≠ 0, as it should.
        monitor_false_alarm: Probability that a check rejects a pair with |σz| = 0; at most the efficiency.
        frequency_ghz: Mean splitting of the NV qubits in GHz, in cycles.
        gate_slices: Number of equal pieces that a gate of finite duration is cut into; the medium acts between them.
        control: What antenna and field gradient can do, for pulses.
        name: What the device is called.

    Raises:
        ArgumentError: If the equation is not a `MasterEquation` of a single medium, a time is negative, a probability
            outside its range, a readout not stochastic, a gate unknown, or T2 above 2·T1.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=0.25, A=0.25))
        >>> device = nv.Device(equation, gate_ns={"sx": 20, "measure": 300}, intrinsic_t1_us=2.0)
        >>> device.duration_us("measure"), device.total_t1_us.tolist()
        (0.3, [1.0, 1.0])
    """

    equation: MasterEquation
    dt_ns: float = 1.0
    _: KW_ONLY
    gate_ns: Mapping[str, float] = field(default_factory=dict)
    single_qubit_error: float = 0.0
    two_qubit_error: float = 0.0
    readout: ArrayLike | None = None
    initialisation_error: float = 0.0
    intrinsic_t1_us: ArrayLike | None = None
    intrinsic_t2_us: ArrayLike | None = None
    t2_star_us: ArrayLike | None = None
    noise_correlation: float = 0.0
    monitors: int = 1
    monitor_efficiency: float = 1.0
    monitor_false_alarm: float = 0.0
    frequency_ghz: float = 2.87
    gate_slices: int = 1
    control: Control = field(default_factory=Control)
    name: str = "device"

    def __post_init__(self) -> None:
        for name, value in checked_fields({each.name: getattr(self, each.name) for each in fields(self)}).items():
            object.__setattr__(self, name, value)
        protect(self)

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Reads a device file: TOML with a section [medium] and, where the instruments are not ideal, [device].

        Args:
            path: The file. Its keys are the arguments of `Medium.pair` and of this class, with `intrinsic_t1`,
                `intrinsic_t2` and `t2_star` (in µs, as "5 ms", or "none"), `detuning`, `offset`, `drive` (a number,
                [real, imaginary] or a list of such pairs, one for each qubit), `readout_error` = [P(1|0), P(0|1)], and
                `base`, the name of a built-in device or the path of another file, from which everything is taken that
                is not given.

        Raises:
            ArgumentError: If `path` is no path.
            DeviceFileError: If the file cannot be read, is not TOML, or says what it must not; names key and line.

        Examples:
            >>> nv.Device.from_toml("nowhere.toml")
            Traceback (most recent call last):
                ...
            nvprotocol.errors.DeviceFileError: nowhere.toml: there is no such file.
        """
        from nvprotocol.device.file import read  # pydantic takes its time

        return cls._of(read(path))

    @classmethod
    def builtin(cls, name: str, equation: MasterEquation | None = None) -> Self:
        """A device that comes with the package; its file gives the source of every number.

        Args:
            name: One of `nv.device.BUILTIN`.
            equation: Another medium and detuning than the file's.

        Raises:
            ArgumentError: If there is no such device.

        Examples:
            >>> nv.Device.builtin("ideal").is_ideal
            True
        """
        from nvprotocol.device.file import read_builtin

        device = cls._of(read_builtin(one_of(name, "name", BUILTIN)))
        return device if equation is None else device.with_equation(equation)

    @classmethod
    def _of(cls, description: "Description") -> Self:
        with description.locating():
            return cls(**description.arguments())

    @property
    def n_qubits(self) -> int:
        """Number of NV qubits."""
        return self.equation.n_qubits

    @cached_property
    def dynamics(self) -> MasterEquation:
        """All that acts while time passes at given detunings: the equation, with intrinsic decay in its medium.

        Intrinsic relaxation is that of a hot bath, a = ã = 1/(4·T1); d = (1/T2 − 1/(2·T1))/4 (Eqs. S17 and S18).

        Examples:
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()), intrinsic_t1_us=0.5)
            >>> device.dynamics.medium.excitation.real.tolist()
            [[0.5, 0.0], [0.0, 0.5]]
        """
        return with_intrinsic(self.equation, self.intrinsic_t1_us, self.intrinsic_t2_us)

    @cached_property
    def noise(self) -> QuasiStaticNoise | None:
        """The quasi-static noise, over which `emulate`, `probability` and `NVBackend.run` average; None for none.

        Examples:
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()), t2_star_us=5.0, noise_correlation=1.0)
            >>> device.noise.covariance(2).round(4).tolist()  # σ² = 2/T2*²
            [[0.08, 0.08], [0.08, 0.08]]
        """
        if self.t2_star_us is None:
            return None
        return QuasiStaticNoise(self.t2_star_us, self.noise_correlation)

    @property
    def total_t1_us(self) -> NDArray[np.float64]:
        """T1 of each NV qubit in µs by medium and intrinsic relaxation together, shape (N,)."""
        return self.dynamics.medium.t1

    @property
    def total_t2_us(self) -> NDArray[np.float64]:
        """T2 of each NV qubit in µs by medium and intrinsic times together, without quasi-static noise, shape (N,)."""
        return self.dynamics.medium.t2

    @property
    def frequencies_ghz(self) -> NDArray[np.float64]:
        """Splitting of each NV qubit in GHz, in cycles: the mean and the offset Δ_i/2π of each, shape (N,)."""
        offsets = self.equation.splittings
        return self.frequency_ghz + (offsets - offsets.mean()) / (2 * np.pi * 1000)

    @cached_property
    def readout_matrices(self) -> NDArray[np.float64]:
        """P(read | true) of each NV qubit, true outcome on the columns, shape (N, 2, 2), read-only."""
        single = np.eye(2) if self.readout is None else np.asarray(self.readout)
        return np.broadcast_to(single, (self.n_qubits, 2, 2))

    @cached_property
    def monitor_readout(self) -> NDArray[np.float64]:
        """P(read | true) of a check, true outcome on the columns; 0 is rejected, 1 accepted (|σz| = 0); (2, 2)."""
        first = np.array([self.monitor_efficiency, self.monitor_false_alarm])
        return np.broadcast_to(np.stack([first, 1 - first]), (2, 2))

    @property
    def native_gates(self) -> tuple[str, ...]:
        """Names of the native gates, without "measure" and "reset"."""
        return tuple(name for name in self.gate_ns if name not in NOT_GATES)

    @property
    def is_instantaneous(self) -> bool:
        """Whether everything but a delay takes no time."""
        return not any(self.gate_ns.values())

    @cached_property
    def is_ideal(self) -> bool:
        """Whether gates, readout, initialisation and checks are instantaneous and perfect."""
        errors = (self.single_qubit_error, self.two_qubit_error, self.initialisation_error)
        confusion = np.concatenate([self.readout_matrices, self.monitor_readout[None]]) - np.eye(2)
        return self.is_instantaneous and not any(errors) and not np.any(confusion)

    def duration_us(self, name: str, *, monitor: bool = False) -> float:
        """Duration of a native operation in µs.

        Args:
            name: A native gate, "measure" or "reset".
            monitor: Whether it acts on a monitor qubit.

        Raises:
            ArgumentError: If the operation is not native.

        Examples:
            >>> times = {"measure": 500, "monitor_measure": 200}
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()), gate_ns=times)
            >>> device.duration_us("measure"), device.duration_us("measure", monitor=True), device.duration_us("x")
            (0.5, 0.2, 0.0)
        """
        name = one_of(name, "name", (*self.native_gates, "measure", "reset"))
        own = self.gate_ns[name]
        return (self.gate_ns.get(f"monitor_{name}", own) if truth(monitor, "monitor") else own) / 1000

    def gate_error(self, name: str) -> float:
        """Average infidelity of a native gate; 0 for diagonal gates of one qubit, which only change the frame.

        Raises:
            ArgumentError: If the gate is not native.

        Examples:
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()), single_qubit_error=1e-3, two_qubit_error=1e-2)
            >>> device.gate_error("rz"), device.gate_error("sx"), device.gate_error("cx")
            (0.0, 0.001, 0.01)
        """
        name = one_of(name, "name", self.native_gates)
        if name in VIRTUAL_GATES:
            return 0.0
        return self.two_qubit_error if name in TWO_QUBIT_GATES else self.single_qubit_error

    def with_equation(self, equation: MasterEquation) -> Self:
        """The same instruments on another medium, or at another detuning.

        Examples:
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()), name="mine")
            >>> detuned = device.with_equation(nv.MasterEquation(nv.Medium.pair(), detuning=2.0))
            >>> float(detuned.equation.detuning), detuned.name
            (2.0, 'mine')
        """
        return replace(self, equation=equation)

    def __str__(self) -> str:
        return _text(self)

    __repr__ = __str__


def _text(device: Device) -> str:
    """One line that says whether the instruments are ideal, a row for each of their properties; then the equation."""
    name = "" if device.name == "device" else f' "{device.name}"'
    kind = "ideal" if device.is_ideal else "real"
    head = f"Device{name} with clock {device.dt_ns:g} ns and {kind} instruments"
    table = aligned((_instruments(device) | _qubits(device)).items(), gap=2, indent="  ")
    return "\n".join([head, *table, str(device.equation)])


def _instruments(device: Device) -> dict[str, str]:
    durations = [f"{name} {show(value)}" for name, value in device.gate_ns.items()]
    readout = device.readout_matrices
    return {
        "durations": f"{', '.join(durations)} ns",
        "slices per gate": str(device.gate_slices),
        "one-qubit error": show(device.single_qubit_error),
        "two-qubit error": show(device.two_qubit_error),
        "initialisation error": show(device.initialisation_error),
        "readout P(1|0)": _each(readout[:, 1, 0]),
        "readout P(0|1)": _each(readout[:, 0, 1]),
        "monitor qubits": str(device.monitors),
        "monitor efficiency": show(device.monitor_efficiency),
        "monitor false alarm": show(device.monitor_false_alarm),
    } | _limits(device)


def _limits(device: Device) -> dict[str, str]:
    """What antenna and gradient can do; only where it is limited or told."""
    control = device.control
    rows = {"largest Rabi rate": control.max_rabi, "largest detuning": control.max_detuning}
    if control.gradient is not None:
        rows["gradient"] = control.gradient
    limits = {label: f"{show(value)} rad/µs" for label, value in rows.items() if np.isfinite(value)}
    if control.envelope != Control.envelope:
        limits["envelope"] = control.envelope
    if control.crosstalk is None:
        return limits
    rows_of = (", ".join(show(entry) for entry in row) for row in _real_if_real(control.field(device.n_qubits)))
    return limits | {"crosstalk": "[" + ", ".join(f"[{row}]" for row in rows_of) + "]"}


def _real_if_real(matrix: NDArray) -> NDArray:
    return matrix if np.any(np.imag(matrix)) else np.real(matrix)


def _qubits(device: Device) -> dict[str, str]:
    """What is told of the NV qubits themselves; intrinsic times only where there are any."""
    rows = {"splitting": f"{_each(device.frequencies_ghz, digits=9)} GHz"}
    if device.intrinsic_t1_us is not None:
        rows["intrinsic T1"] = f"{_each(device.intrinsic_t1_us)} µs"
    if device.intrinsic_t2_us is not None:
        rows["intrinsic T2"] = f"{_each(device.intrinsic_t2_us)} µs"
    if device.t2_star_us is not None:
        rows["T2*"] = f"{_each(device.t2_star_us)} µs"
        rows["noise correlation"] = show(device.noise_correlation)
    if device.intrinsic_t1_us is not None or device.intrinsic_t2_us is not None:
        rows["total T1"] = f"{_each(device.total_t1_us)} µs"
        rows["total T2"] = f"{_each(device.total_t2_us)} µs"
    return rows


def _each(values: object, digits: int = 6) -> str:
    """One value if all qubits have the same, else one for each."""
    texts = [f"{value:.{digits}g}" for value in np.atleast_1d(np.asarray(values, dtype=float))]
    return texts[0] if len(set(texts)) == 1 else ", ".join(texts)
