"""The formulas of arXiv:2108.07365 (PRB 106, L180406) in their right forms, and some beyond it, one function each.

Where the paper prints a formula that is wrong, the function has the right one and its text says what is wrong.

- Unmonitored: `unmonitored_concurrence`, `unmonitored_state`, `lifetime` at T = 0; `thermal_evolution` at equal fields.
- In the end: `steady_state`, `steady_concurrence`, `singlet_threshold`; temperature: `boltzmann_ratio`.
- Monitored |σᶻ|: `conditional_concurrence`, `success_probability`, `monitored_state`, `eigenkets`, `bell_state`.
- Practice: `generation_rate`, `heralded_concurrence`, `dephased_conditional_concurrence`, `echo_coupling`.

Times are in µs and rates in rad/µs (or any unit and its inverse). The paper's dimensionless plots are read with a = 1.
All arguments broadcast; results have the shape to which they broadcast, states (4, 4) or (4,) more, in Qiskit's order.
|↑⟩ = |0⟩ is the ground state, q = e^(−βΔ), ã = qa, Ã = qA. Every phase of the dynamics is in one formula, which neither
overflows at late times nor has a gap at t = 0, at the exceptional point δ = Γ or at δ = |A|.
"""

from nvprotocol.closed_form.couplings import (
    chiral_conditional_concurrence,
    chiral_steady_concurrence,
    dephased_conditional_concurrence,
    dephased_steady_concurrence,
    dm_concurrence,
    dm_state,
    exchange_concurrence,
    no_jump_couplings,
)
from nvprotocol.closed_form.extras import (
    competing_channels_concurrence,
    competing_channels_state,
    sensing_curvature,
    sensing_population,
    sensing_slope,
    x_state_concurrence,
)
from nvprotocol.closed_form.generation import (
    bell_fidelity,
    echo_coupling,
    generation_rate,
    heralded_concurrence,
    heralded_limit,
    probability_at_fidelity,
    time_to_fidelity,
)
from nvprotocol.closed_form.many_qubits import (
    DarkLimit,
    dark_limit,
    dark_state_count,
    many_qubit_amplitudes,
    many_qubit_concurrence,
    many_qubit_success_probability,
)
from nvprotocol.closed_form.modes import (
    bell_phase,
    bell_state,
    eigenenergies,
    eigenkets,
    growth_rate,
    leak_rate,
)
from nvprotocol.closed_form.monitored import (
    conditional_concurrence,
    exceptional_point_concurrence,
    largest_conditional_concurrence,
    monitored_state,
    net_coupling,
    short_period_exceptional_detuning,
    success_probability,
)
from nvprotocol.closed_form.single_qubit import (
    bloch_vector,
    coherence_time,
    polarisation,
    relaxation_time,
)
from nvprotocol.closed_form.special_points import (
    critical_concurrence,
    equal_field_concurrence,
    peak_concurrence,
    peak_time,
)
from nvprotocol.closed_form.steady import (
    boltzmann_ratio,
    local_rates,
    singlet_threshold,
    singlet_weight,
    steady_concurrence,
    steady_state,
)
from nvprotocol.closed_form.thermal import (
    thermal_concurrence,
    thermal_evolution,
    thermal_populations,
    thermal_rates,
)
from nvprotocol.closed_form.unmonitored import (
    characteristic_frequencies,
    lifetime,
    unmonitored_coherence,
    unmonitored_concurrence,
    unmonitored_state,
)
from nvprotocol.entanglement import eof_of_concurrence

__all__ = [
    "DarkLimit",
    "bell_fidelity",
    "bell_phase",
    "bell_state",
    "bloch_vector",
    "boltzmann_ratio",
    "characteristic_frequencies",
    "chiral_conditional_concurrence",
    "chiral_steady_concurrence",
    "coherence_time",
    "competing_channels_concurrence",
    "competing_channels_state",
    "conditional_concurrence",
    "critical_concurrence",
    "dark_limit",
    "dark_state_count",
    "dephased_conditional_concurrence",
    "dephased_steady_concurrence",
    "dm_concurrence",
    "dm_state",
    "echo_coupling",
    "eigenenergies",
    "eigenkets",
    "eof_of_concurrence",
    "equal_field_concurrence",
    "exceptional_point_concurrence",
    "exchange_concurrence",
    "generation_rate",
    "growth_rate",
    "heralded_concurrence",
    "heralded_limit",
    "largest_conditional_concurrence",
    "leak_rate",
    "lifetime",
    "local_rates",
    "many_qubit_amplitudes",
    "many_qubit_concurrence",
    "many_qubit_success_probability",
    "monitored_state",
    "net_coupling",
    "no_jump_couplings",
    "peak_concurrence",
    "peak_time",
    "polarisation",
    "probability_at_fidelity",
    "relaxation_time",
    "sensing_curvature",
    "sensing_population",
    "sensing_slope",
    "short_period_exceptional_detuning",
    "singlet_threshold",
    "singlet_weight",
    "steady_concurrence",
    "steady_state",
    "success_probability",
    "thermal_concurrence",
    "thermal_evolution",
    "thermal_populations",
    "thermal_rates",
    "time_to_fidelity",
    "unmonitored_coherence",
    "unmonitored_concurrence",
    "unmonitored_state",
    "x_state_concurrence",
]
