"""What holds for every protocol: declaration, circuit against master equation, files, and what is refused."""

import inspect
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from protocol_runs import before_readout, count, exactly, pair_equation
from qiskit import QuantumCircuit, qasm3
from qiskit.circuit import Gate
from repository import ROOT
from strategies import numbers, pairs
from systems import System

import nvprotocol as nv
from nvprotocol import protocols
from nvprotocol.errors import ArgumentError, NoKeptShotsError
from nvprotocol.protocols import GALLERY
from nvprotocol.protocols.parameters import PARAMETERS, checked

CONVERGES = "no_emitted_magnon"
"""The one protocol whose circuit only goes to its reference as the steps shorten: see the tests of collisions."""
EXACT = sorted(set(GALLERY) - {CONVERGES})
MEASURED = [name for name in GALLERY if GALLERY[name].outcomes]
SMALL: dict[str, dict[str, Any]] = {
    "echoed_bell": {"checks": 3, "pulses": 2},
    "finite_rate_monitoring": {"period": 0.4},
    "monitored_bell": {"checks": 3},
    "no_emitted_magnon": {"steps": 2, "A": 0.5 + 0.3j, "order": 2},
    "ramsey": {"qubit": "both", "phase": 0.3},
    "hahn_echo": {"qubit": 1, "phase": 0.3},
}
"""Parameters of a small circuit of each protocol, beside its duration."""
VALUES: dict[str, st.SearchStrategy] = {
    "checks": st.integers(1, 6),
    "pulses": st.integers(1, 6),
    "period": st.floats(0.05, 4.0),
    "qubit": st.sampled_from([0, 1, "both"]),
    "phase": numbers(-4.0, 4.0),
    "initial": st.text("ud+-rl", min_size=2, max_size=2),
}


@pytest.mark.parametrize("name", GALLERY)
def test_signatures_are_as_declared(name: str) -> None:
    declared = PARAMETERS[name]
    function = inspect.signature(getattr(protocols, name)).parameters
    reference = inspect.signature(GALLERY[name].reference).parameters
    assert list(function) == [parameter.name for parameter in declared]
    assert list(reference) == ["equation", *function]
    for parameter in declared:
        default = inspect.Parameter.empty if parameter.required else parameter.default
        assert function[parameter.name].default == default
        assert reference[parameter.name].default == default
        assert parameter.check(parameter.default) == parameter.default, "a default is allowed"
    assert GALLERY[name].circuit is getattr(protocols, name)


def test_every_protocol_is_declared_and_in_the_gallery() -> None:
    functions = {name for name in dir(protocols) if inspect.isfunction(getattr(protocols, name))}
    of_many_qubits = {"w_state", "driven_dark_state", "winding_drive"}  # experiment files are about pairs
    assert set(PARAMETERS) == set(GALLERY) == functions - of_many_qubits


@pytest.mark.slow
def test_declarations_need_no_qiskit() -> None:
    script = (
        "import sys\nimport nvprotocol.protocols.parameters\nprint(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"qiskit", "qiskit_aer", "scipy"} & set(done.stdout.split())


@pytest.mark.parametrize("name", GALLERY)
def test_what_a_circuit_is_made_of(name: str) -> None:
    circuit = GALLERY[name].circuit(duration=1.0, **SMALL.get(name, {}))
    assert circuit.name == name
    assert [register.name for register in circuit.qregs] in (["nv"], ["nv", "monitor"])
    assert circuit.qregs[0].size == 2
    written = [register.name for register in circuit.cregs]
    kept = list(GALLERY[name].postselect or {})
    assert written == kept + ["readout"] * (GALLERY[name].outcomes is not None)
    bits = [bit for entry in circuit.data for bit in entry.clbits]
    assert bits == list(circuit.clbits), "every bit is written once, in order"
    waited = [
        e.operation.params[0] for e in circuit.data if e.operation.name == "delay" and e.qubits[0] == circuit.qubits[0]
    ]
    assert sum(waited) == pytest.approx(1.0, rel=1e-11)


@pytest.mark.parametrize("name", GALLERY)
def test_gates_are_between_an_nv_qubit_and_a_monitor(name: str) -> None:
    circuit = GALLERY[name].circuit(duration=1.0, **SMALL.get(name, {}))
    nvs = set(circuit.qregs[0])
    pairs_of_gates = {
        entry.qubits for entry in circuit.data if isinstance(entry.operation, Gate) and len(entry.qubits) > 1
    }
    assert {len(qubits) for qubits in pairs_of_gates} <= {2}
    assert {len(nvs & set(qubits)) for qubits in pairs_of_gates} <= {1}, (
        "far apart, NV qubits have no gate of their own"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), system=pairs(), duration=numbers(0.0, 3.0))
def test_circuits_do_what_the_master_equation_says(
    name: str, data: st.DataObject, system: System, duration: float
) -> None:
    parameters = {one.name: data.draw(VALUES[one.name], one.name) for one in PARAMETERS[name][1:]}
    reference = GALLERY[name].reference(system.equation, duration, **parameters)
    assume(reference.probability[0] > 1e-12)
    kept = exactly(name, system.equation, duration=duration, **parameters)
    assert kept.success_probability == pytest.approx(reference.probability[0], abs=1e-10)
    weighted = reference.states[0] * reference.probability[0]
    np.testing.assert_allclose(kept.state * kept.success_probability, weighted, atol=1e-10)


@pytest.mark.parametrize("name", GALLERY)
def test_aer_does_what_the_exact_engine_does(name: str) -> None:
    circuit = before_readout(GALLERY[name].circuit(duration=1.1, **SMALL.get(name, {})))
    device, keep = nv.Device(pair_equation(0.4, A=0.6j, q=0.3, J=0.2)), GALLERY[name].postselect
    aer, exact = (nv.emulate(circuit, device, None, keep, engine) for engine in ("aer", "exact"))
    np.testing.assert_allclose(aer.state, exact.state, atol=1e-12)
    assert aer.success_probability == pytest.approx(exact.success_probability, abs=1e-12)


@pytest.mark.parametrize("name", GALLERY)
def test_references_take_batches_of_media(name: str) -> None:
    durations, parameters = [0.0, 0.3, 0.9], SMALL.get(name, {})
    together = GALLERY[name].reference(pair_equation(0.7, a=[1.0, 2.0], A=[0.5, 2.0], q=0.2), durations, **parameters)
    assert together.states.shape == (2, 3, 4, 4)
    for k, (a, A) in enumerate([(1.0, 0.5), (2.0, 2.0)]):
        alone = GALLERY[name].reference(pair_equation(0.7, a=a, A=A, q=0.2), durations, **parameters)
        np.testing.assert_allclose(together.states[k], alone.states, atol=1e-14)
        np.testing.assert_allclose(together.probability[k], alone.probability, atol=1e-14)


@pytest.mark.parametrize("name", ["monitored_bell", "final_check", "finite_rate_monitoring", "echoed_bell"])
def test_where_nothing_is_kept(name: str) -> None:
    cold, parameters = pair_equation(), SMALL.get(name, {})
    reference = GALLERY[name].reference(cold, [0.5, 1.0], initial="uu", **parameters)
    np.testing.assert_array_equal(reference.probability, 0.0)
    assert np.all(np.isnan(reference.states))
    with pytest.raises(NoKeptShotsError):
        exactly(name, cold, duration=1.0, initial="uu", **parameters)


@pytest.mark.parametrize("name", MEASURED)
def test_the_readout_has_the_probabilities_of_the_state_before_it(name: str) -> None:
    equation, protocol = pair_equation(0.8, A=0.6, q=0.3, J=0.2), GALLERY[name]
    choices = [{"qubit": qubit} for qubit in (0, 1, "both")] if name != "relaxometry" else [{}]
    for parameters in choices:
        circuit = protocol.circuit(duration=0.7, **parameters)
        outcomes = [outcome for outcome in protocol.outcomes or () if len(outcome) == circuit.cregs[0].size]
        probabilities = []
        for outcome in outcomes:
            run = {"shots": None, "engine": "exact", "postselect": {"readout": outcome}}
            probabilities.append(nv.emulate(circuit, nv.Device(equation), **run).success_probability)
        states = protocol.reference(equation, 0.7, **parameters).states
        assert sum(probabilities) == pytest.approx(float(protocol.signal(states, **parameters)[0]), abs=1e-12)


def test_a_signal_needs_a_readout_and_states() -> None:
    with pytest.raises(ArgumentError, match='of a protocol that writes into "readout"'):
        GALLERY["monitored_bell"].signal(np.eye(4) / 4)
    with pytest.raises(ArgumentError, match=r"Argument `states` must have shape \(…, 4, 4\), but has shape \(2, 2\)"):
        GALLERY["relaxometry"].signal(np.eye(2) / 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", GALLERY)
def test_circuits_survive_openqasm(name: str) -> None:
    pytest.importorskip("qiskit_qasm3_import")
    circuit = GALLERY[name].circuit(duration=1.1, **SMALL.get(name, {}))
    again = qasm3.loads(qasm3.dumps(circuit))

    def kept(one: QuantumCircuit) -> np.ndarray:
        device, postselect = nv.Device(pair_equation(0.4, A=0.6, q=0.3)), GALLERY[name].postselect
        run = nv.emulate(before_readout(one), device, shots=None, postselect=postselect, engine="exact")
        return run.state * run.success_probability

    np.testing.assert_allclose(kept(again), kept(circuit), atol=1e-12)


@pytest.mark.parametrize("name", GALLERY)
def test_openqasm_says_what_is_in_the_circuit(name: str) -> None:
    circuit = GALLERY[name].circuit(duration=1.0, **SMALL.get(name, {}))
    text = qasm3.dumps(circuit)
    assert text.count("delay[") == count(circuit, "delay")
    assert text.count("= measure") == count(circuit, "measure")
    assert "input" not in text, "every value is bound"


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("finite_rate_monitoring", {"period": 0.0}, r"Argument `period` must be greater than 0, but is 0\."),
    ("finite_rate_monitoring", {"period": 1e-6}, r"Argument `period` must be at least duration/100000 = 1e-05, but is"),
    ("finite_rate_monitoring", {"period": "1 us"}, r"Argument `period` must be a number of µs, but is \"1 us\"\."),
    ("echoed_bell", {"checks": 0, "pulses": 1}, r"Argument `checks` must be at least 1, but is 0\."),
    ("echoed_bell", {"checks": 1, "pulses": 0}, r"Argument `pulses` must be at least 1, but is 0\."),
    ("echoed_bell", {"checks": 1, "pulses": 2.5}, r"Argument `pulses` must be a whole number, but is 2\.5\."),
    ("echoed_bell", {"checks": 1, "pulses": 10**6}, r"Argument `pulses` must be at most 100000, but is 1000000\."),
    ("ramsey", {"qubit": 2}, r"Argument `qubit` must be one of 0, 1, \"both\", but is 2\."),
    ("ramsey", {"qubit": 3}, r"Argument `qubit` must be one of 0, 1, \"both\", but is 3\."),
    ("ramsey", {"qubit": True}, r"Argument `qubit` must be one of 0, 1, \"both\", but is True\."),
    ("hahn_echo", {"qubit": "all"}, r"Argument `qubit` must be one of 0, 1, \"both\", but is \"all\"\."),
    ("hahn_echo", {"phase": np.inf}, r"Argument `phase` must be finite, but is inf\."),
    ("no_emitted_magnon", {"steps": 0}, r"Argument `steps` must be at least 1, but is 0\."),
    ("no_emitted_magnon", {"steps": 2, "order": 3}, r"Argument `order` must be one of 1, 2, but is 3\."),
    ("no_emitted_magnon", {"steps": 2, "a": 0.0}, r"Argument `a` must be greater than 0, but is 0\."),
    ("no_emitted_magnon", {"steps": 2, "A": 1.2}, r"Argument `A` must satisfy \|A\| ≤ a = 1, but \|A\| is 1\.2\."),
    ("no_emitted_magnon", {"steps": 2, "A": "1"}, r"Argument `A` must be a number, but is \"1\" of type str\."),
    ("no_emitted_magnon", {"steps": 2, "A": [1.0]}, r"Argument `A` must be a number, but has shape \(1,\)\."),
    ("no_emitted_magnon", {"steps": 2, "q": 1.5}, r"Argument `q` must be at most 1, but is 1\.5\."),
]


@pytest.mark.parametrize(("name", "parameters", "message"), BAD)
def test_arguments_that_are_refused(name: str, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        GALLERY[name].circuit(1.0, **parameters)


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize("duration", [-1.0, np.inf, np.nan, "1 us", None])
def test_durations_that_are_refused(name: str, duration: object) -> None:
    with pytest.raises(ArgumentError, match="Argument `duration` must be"):
        GALLERY[name].circuit(duration, **SMALL.get(name, {}))


@pytest.mark.parametrize("name", GALLERY)
def test_references_refuse_what_is_no_time(name: str) -> None:
    reference, parameters = GALLERY[name].reference, SMALL.get(name, {})
    with pytest.raises(ArgumentError, match="Argument `duration` must be at least 0"):
        reference(pair_equation(), -1.0, **parameters)
    with pytest.raises(ArgumentError, match=r"Argument `duration` must not decrease, but 0\.5 follows 1"):
        reference(pair_equation(), [1.0, 0.5], **parameters)


def test_names_that_are_not_declared() -> None:
    with pytest.raises(ArgumentError, match=r"Argument `protocol` must be one of dissipative_.*, but is \"bell\"\."):
        checked("bell", duration=1.0)
    with pytest.raises(
        ArgumentError, match=r"must be parameters of ramsey: duration, qubit, phase, but include \"t\"\."
    ):
        checked("ramsey", t=1.0)
