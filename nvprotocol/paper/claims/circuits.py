"""The same numbers from Qiskit circuits on Aer: time as `delay`, monitoring as parity checks that are postselected."""

from typing import TYPE_CHECKING, Any

import numpy as np

from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding
from nvprotocol.paper.comparison import equal, vanishes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit

    from nvprotocol.emulation import Estimate
    from nvprotocol.master_equation import MasterEquation

__all__ = ["CLAIMS"]

_KEEP = {"parity": 1}


def _run(circuits: "Sequence[QuantumCircuit]", me: "MasterEquation", **more: Any) -> "list[Estimate]":
    """Emulates circuits without shot noise; Qiskit is imported only where a claim needs it."""
    from nvprotocol.device import Device
    from nvprotocol.emulation import emulate

    return emulate(list(circuits), Device(me), shots=None, engine="aer", **more)


def _concurrences(estimates: "Sequence[Estimate]") -> list[float]:
    return [float(one.concurrence) for one in estimates]


def _unmonitored() -> Finding:
    from nvprotocol.protocols import dissipative_entanglement, exchange

    expected = {0.0: [0.49084, 0.49983, 0.5], 0.3: [0.48003, 0.45504, 0.34664], 1.0: [0.38279, 0.16382, 0.00231]}
    rows = []
    for delta, values in expected.items():
        found = _run([dissipative_entanglement(time) for time in (1.0, 2.0, 5.0)], printed.equation(delta=delta))
        rows.append(equal(f"C(1), C(2), C(5) at δ = {delta:g}", _concurrences(found), values, digits=5))
    times = np.array([0.1, 0.2, 0.5])
    found = _run([exchange(float(time)) for time in times], printed.equation(0.0, 0.0, dm=0.7))
    return Finding(
        (*rows, equal("C(t) by DM coupling alone: |sin 4Dt|", _concurrences(found), np.sin(2.8 * times), digits=5))
    )


def _monitored() -> Finding:
    from nvprotocol.protocols import monitored_bell

    times = (0.25, 0.5, 1.0)
    expected = {0.0: [0.76159, 0.96403, 0.99933], 2.0: [0.74536, 0.94281, 0.99381]}
    rows = []
    for delta, values in expected.items():
        circuits = [monitored_bell(time, checks=20) for time in times]
        found = _run(circuits, printed.equation(2.0, 2.0, delta=delta), postselect=_KEEP)
        rows.append(equal(f"C(.25), C(.5), C(1) at Γ = 2, δ = {delta:g}", _concurrences(found), values, digits=5))
        kept = printed.equation(2.0, 2.0, delta=delta).no_jump("ud", times).probability
        probabilities = [one.success_probability for one in found]
        rows.append(vanishes("success probability − trace of Eq. 13", np.array(probabilities) - kept, 1e-6))
    return Finding(tuple(rows), note="Twenty checks each; at T = 0 any number does.")


def _seldom() -> Finding:
    from nvprotocol.protocols import final_check, finite_rate_monitoring

    hot = printed.equation(1.0, 0.9, 0.5)
    found = [
        _run([finite_rate_monitoring(checks * period, period)], hot, postselect=_KEEP)[0]
        for period, checks in ((0.3, 60), (1.0, 40), (3.0, 30))
    ]
    cold = printed.equation(1.0, 0.9, 0.0, 0.3)
    once = _run([final_check(1.5)], cold, postselect=_KEEP)[0]
    exact = cold.no_jump("ud", 1.5)
    return Finding(
        (
            equal("C after many checks, every .3, 1, 3", _concurrences(found), [0.9436, 0.7665, 0.3345], digits=4),
            equal("T = 0, one check at the end: C", once.concurrence, _concurrence(exact.states[0]), digits=6),
            equal("its success probability", once.success_probability, exact.probability[0], digits=6),
        )
    )


def _concurrence(rho: np.ndarray) -> float:
    from nvprotocol.entanglement import concurrence

    return float(concurrence(rho))


def _echoed() -> Finding:
    from nvprotocol.protocols import echoed_bell

    me = printed.equation(delta=5.0)
    found = _run([echoed_bell(6.0, checks=200, pulses=200)], me, postselect=_KEEP)[0]
    return Finding(
        (
            equal("C at δ = 5Γ with a pulse every .03", found.concurrence, 1.0, digits=2),
            equal("success probability", found.success_probability, 0.48, digits=2),
        )
    )


CLAIMS = (
    Claim("aer-unmonitored", "Fig. 2, below S40", "On Aer: entanglement by waiting", _unmonitored,
          "protocols/test_protocols.py::test_figure_2"),
    Claim("aer-monitored", "Eq. 13, Fig. 3", "On Aer: Bell states by parity checks and postselection", _monitored,
          "protocols/test_protocols.py::test_figure_3"),
    Claim("aer-seldom", "Discussion", "On Aer: checks at a finite rate, and one check at the end", _seldom,
          "protocols/test_physics.py::test_entanglement_that_checks_of_finite_rate_end_in", errata=("E12",)),
    Claim("aer-echo", "Discussion", "On Aer: pulses make a large detuning small", _echoed,
          "protocols/test_physics.py::test_echoes_bring_the_bell_state_back"),
)  # fmt: skip
