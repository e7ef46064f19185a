"""The style of figures, and the labels of their axes."""

from typing import Any

COLUMN_WIDTH = 3.4
"""Width in inches of a journal column."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours, which the colour-blind can tell apart."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
FONT = 8.0
"""Size of text in points."""
NOTEBOOK: dict[str, Any] = {
    "figure.figsize": (COLUMN_WIDTH, 2.5),
    "figure.dpi": 200,
    "figure.constrained_layout.use": True,
    "font.size": 8,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
}
"""Matplotlib's settings for pictures in a notebook, for `pyplot.rcParams.update`."""
NAMES = {
    "medium.a": "local relaxation $a$",
    "medium.A": "dissipative coupling $A$",
    "medium.q": "Boltzmann factor $q$",
    "medium.a_tilde": r"local excitation $\tilde a$",
    "medium.A_tilde": r"dissipative coupling $\tilde A$",
    "medium.d": "dephasing $d$",
    "medium.D": "correlated dephasing $D$",
    "medium.J": r"exchange $J_\perp$",
    "medium.Jz": "Ising coupling $J_z$",
    "medium.dm": "DM coupling",
    "magnet.separation_nm": "separation $r$",
    "magnet.height_nm": "height $h$",
    "magnet.azimuth_deg": r"direction $\varphi$",
    "magnet.frequency_ghz": r"splitting $\Delta/2\pi$",
    "magnet.temperature_k": "temperature $T$",
    "magnet.chemical_potential_ghz": r"chemical potential $\mu/2\pi$",
    "magnet.gap_ghz": r"magnon gap $\Omega/2\pi$",
    "magnet.field_mt": "field $B$",
    "magnet.thickness_nm": "thickness $t$",
    "magnet.damping": r"Gilbert damping $\alpha$",
    "magnet.coupling_mhz": r"exchange coupling $\lambda/2\pi$",
    "device.detuning": r"detuning $\delta$",
    "device.single_qubit_error": "infidelity of one-qubit gates",
    "device.two_qubit_error": "infidelity of two-qubit gates",
    "device.initialisation_error": "initialisation error",
    "device.intrinsic_t1": "intrinsic $T_1$",
    "device.intrinsic_t2": "intrinsic $T_2$",
    "device.monitor_efficiency": r"efficiency of a check $\eta$",
    "device.monitor_false_alarm": "false alarms of a check",
    "device.gate_slices": "pieces of a gate",
    "protocol.duration": "time $t$",
    "protocol.checks": "number of checks",
    "protocol.pulses": "number of pulses",
    "protocol.steps": "number of steps",
    "protocol.period": r"time between checks $\tau$",
    "protocol.phase": r"phase $\varphi$ (rad)",
    "protocol.a": "played relaxation $a$",
    "protocol.A": "played coupling $A$",
    "protocol.q": "played Boltzmann factor $q$",
}
"""What the horizontal axis is called."""
WIDE = 30.0
"""Ratio of the limits of a scan from which its axis is logarithmic."""
NARROW = 0.2
"""Ratio of the least to the largest success probability down to which their axis is linear."""
