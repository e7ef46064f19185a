"""The numbers of a laboratory that can be varied: how each is written and measured, declared once.

Experiment files take them as parameters of a scan; tables, legends, axes and data sets say them as they stand here.
"""

from dataclasses import dataclass
from math import inf

from nvprotocol.units import UNIT_NAMES, Dimension

__all__ = ["PARAMETERS", "Quantity"]


@dataclass(frozen=True)
class Quantity:
    """A number that can be varied.

    Attributes:
        symbol: How tables and legends write it, such as "δ".
        label: What an axis is called, with formulas as Matplotlib takes them.
        dimension: "time" in µs, "rate" in rad/µs, or "number".
        named_unit: The unit that the name of a plain number says, such as "nm".
        is_whole: Whether it counts something.
        bounds: Between which values it makes sense by itself, whatever the others are.

    Examples:
        >>> from nvprotocol.device.parameters import PARAMETERS
        >>> detuning, height = PARAMETERS["device.detuning"], PARAMETERS["magnet.height_nm"]
        >>> (detuning.symbol, detuning.unit), (height.symbol, height.unit)
        (('δ', 'rad/µs'), ('h', 'nm'))
    """

    symbol: str
    label: str
    dimension: Dimension = "number"
    named_unit: str = ""
    is_whole: bool = False
    bounds: tuple[float, float] = (-inf, inf)

    @property
    def unit(self) -> str:
        """Unit of the values, "" for a number."""
        return UNIT_NAMES[self.dimension] or self.named_unit


_POSITIVE, _SHARE = (0.0, inf), (0.0, 1.0)

PARAMETERS: dict[str, Quantity] = {
    "medium.a": Quantity("a", "local relaxation $a$", "rate", bounds=_POSITIVE),
    "medium.A": Quantity("A", "dissipative coupling $A$", "rate"),
    "medium.q": Quantity("q", "Boltzmann factor $q$", bounds=_SHARE),
    "medium.a_tilde": Quantity("ã", r"local excitation $\tilde a$", "rate", bounds=_POSITIVE),
    "medium.A_tilde": Quantity("Ã", r"dissipative coupling $\tilde A$", "rate"),
    "medium.d": Quantity("d", "dephasing $d$", "rate", bounds=_POSITIVE),
    "medium.D": Quantity("D", "correlated dephasing $D$", "rate"),
    "medium.J": Quantity("J", r"exchange $J_\perp$", "rate"),
    "medium.Jz": Quantity("Jz", "Ising coupling $J_z$", "rate"),
    "medium.dm": Quantity("DM", "DM coupling", "rate"),
    "medium.m": Quantity("m", "anomalous noise $m$", "rate"),
    "medium.M": Quantity("M", "shared anomalous noise $M$", "rate"),
    "magnet.separation_nm": Quantity("r", "separation $r$", named_unit="nm", bounds=_POSITIVE),
    "magnet.height_nm": Quantity("h", "height $h$", named_unit="nm", bounds=_POSITIVE),
    "magnet.azimuth_deg": Quantity("φ", r"direction $\varphi$", named_unit="°"),
    "magnet.frequency_ghz": Quantity("Δ/2π", r"splitting $\Delta/2\pi$", named_unit="GHz", bounds=_POSITIVE),
    "magnet.temperature_k": Quantity("T", "temperature $T$", named_unit="K", bounds=_POSITIVE),
    "magnet.chemical_potential_ghz": Quantity("μ/2π", r"chemical potential $\mu/2\pi$", named_unit="GHz"),
    "magnet.gap_ghz": Quantity("Ω/2π", r"magnon gap $\Omega/2\pi$", named_unit="GHz", bounds=_POSITIVE),
    "magnet.field_mt": Quantity("B", "field $B$", named_unit="mT", bounds=_POSITIVE),
    "magnet.thickness_nm": Quantity("t", "thickness $t$", named_unit="nm", bounds=_POSITIVE),
    "magnet.damping": Quantity("α", r"Gilbert damping $\alpha$", bounds=_POSITIVE),
    "magnet.coupling_mhz": Quantity("λ/2π", r"exchange coupling $\lambda/2\pi$", named_unit="MHz"),
    "device.detuning": Quantity("δ", r"detuning $\delta$", "rate"),
    "device.drive": Quantity("Ω_d", r"drive $\Omega_\mathrm{d}$", "rate"),
    "device.offset": Quantity("Δ₀", r"offset $\Delta_0$", "rate"),
    "device.single_qubit_error": Quantity("r₁", "infidelity of one-qubit gates", bounds=_SHARE),
    "device.two_qubit_error": Quantity("r₂", "infidelity of two-qubit gates", bounds=_SHARE),
    "device.initialisation_error": Quantity("e", "initialisation error", bounds=_SHARE),
    "device.intrinsic_t1": Quantity("intrinsic T₁", "intrinsic $T_1$", "time", bounds=_POSITIVE),
    "device.intrinsic_t2": Quantity("intrinsic T₂", "intrinsic $T_2$", "time", bounds=_POSITIVE),
    "device.t2_star": Quantity("T₂*", "$T_2^*$ by static detunings", "time", bounds=_POSITIVE),
    "device.noise_correlation": Quantity("c", "correlation of static detunings $c$", bounds=(-1.0, 1.0)),
    "device.monitor_efficiency": Quantity("η", r"efficiency of a check $\eta$", bounds=_SHARE),
    "device.monitor_false_alarm": Quantity("f", "false alarms of a check", bounds=_SHARE),
    "device.gate_slices": Quantity("slices", "pieces of a gate", is_whole=True),
}
"""Path in a file → what can be varied there."""
