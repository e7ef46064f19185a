"""The files of the gallery: experiments that agree with theory, and circuits that are the functions' own."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from counting import FALSE_ALARM, fewest_inside
from protocol_runs import before_readout
from repository import ROOT

import nvprotocol as nv
from nvprotocol.cli import main
from nvprotocol.experiment import Experiment, ExperimentResult, from_qasm, load, to_qasm
from nvprotocol.experiment.file import device_of, parameters_of
from nvprotocol.protocols import GALLERY
from nvprotocol.protocols.gallery import Protocol

pytestmark = pytest.mark.xdist_group("gallery")  # each experiment is run once
CIRCUITS = ROOT / "circuits"
NAMES = [*sorted(GALLERY), "film_to_bell", "squeezed_reservoir"]
MOST_BYTES = 60_000


@pytest.fixture(autouse=True)
def _coarse_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The values between the points, for a smooth curve, are computed as those at the points: here few are enough."""
    monkeypatch.setattr("nvprotocol.experiment.exact._FINE", 21)
    monkeypatch.setattr("nvprotocol.experiment.exact._FINE_BY_CIRCUITS", 7)


def thinned(experiment: Experiment, points: int = 3) -> Experiment:
    """The experiment at a few points of its scan, first and last among them."""
    values = experiment.scan.values
    chosen = np.linspace(0, values.size - 1, points).round().astype(int)
    return replace(experiment, scan=replace(experiment.scan, values=values[chosen]))


def protocol_of(name: str) -> Protocol:
    return GALLERY[load(CIRCUITS / f"{name}.toml").content.protocol.name]


@cache
def result_of(name: str) -> ExperimentResult:
    return nv.experiment.run(thinned(load(CIRCUITS / f"{name}.toml")))


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("name", NAMES)
def test_aer_agrees_with_the_exact_distribution(name: str) -> None:
    # Pearson's χ² over all points, settings and outcomes, discarded runs included, at 10⁴ shots.
    result = result_of(name)
    assert result.experiment.content.run.shots == 10_000
    assert result.experiment.content.run.engine == "aer"
    assert result.agreement.degrees_of_freedom >= 9
    assert np.nanmin(result.p_values, initial=1.0) > FALSE_ALARM / 4 / 12, "of at most 12 points, by Bonferroni"
    assert FALSE_ALARM / 4 < result.agreement.p_value < 1 - FALSE_ALARM / 4
    inside, total = result.covered
    assert total == 3 * result.experiment.n_curves
    assert inside >= fewest_inside(total, 0.93, comparisons=4)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_exact_values_are_those_of_the_circuits(name: str) -> None:
    # Two routes: the master equation (or the exact engine on the whole circuit), and Aer's kept branch without noise.
    experiment = thinned(load(CIRCUITS / f"{name}.toml"), points=2)
    run = experiment.content.run.model_copy(update={"shots": None})
    result = nv.experiment.run(replace(experiment, content=experiment.content.model_copy(update={"run": run})))
    said = re.search(r"differ by (\S+) at most", str(result))
    assert said is not None
    assert float(said[1]) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_observable_is_the_protocols(name: str) -> None:
    protocol, observable = protocol_of(name), result_of(name).observable
    assert observable.symbol == protocol.symbol
    assert (observable.name == "probability") == (protocol.outcomes is not None)
    data = nv.experiment.to_dataset(result_of(name))
    assert np.isfinite(data[observable.name]).all()
    assert ("state" in data) == (protocol.outcomes is None)
    assert data.counts.dims == ("curve", "point", "setting", "outcome")
    assert f"{protocol.symbol} emulated" in nv.experiment.report_text(result_of(name))
    label = nv.plotting.experiment_figure(result_of(name)).axes[0].get_ylabel()
    assert label.startswith(f"{observable.name} ${protocol.symbol[0]}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name in NAMES if protocol_of(name).outcomes is None and name != "squeezed_reservoir"]
)
def test_five_settings_are_enough_where_the_total_spin_is_conserved(name: str) -> None:
    # The circuits on the devices of the file, by the exact engine: nothing but ρ₀₀ ρ₁₁ ρ₂₂ ρ₃₃ and ρ₁₂.
    experiment, protocol = thinned(load(CIRCUITS / f"{name}.toml"), points=2), protocol_of(name)
    assert experiment.content.run.tomography == "X"
    assert result_of(name).observable.settings == nv.tomography.U1
    outside = ~np.eye(4, dtype=bool)
    outside[[1, 2], [2, 1]] = False
    for curve in range(experiment.n_curves):
        for point in range(2):
            sections = experiment.settings(curve, point)
            circuit = protocol.circuit(**parameters_of(sections))
            how = {"shots": None, "engine": "exact", "postselect": protocol.postselect}
            state = nv.emulate(circuit, device_of(sections), **how).state
            assert np.abs(state[outside]).max() < 1e-13


def test_numbers_of_the_theory() -> None:
    """Closed forms at points of the committed files, independent of any run."""
    t = result_of("final_check").curves[0].fine
    np.testing.assert_allclose(result_of("final_check").curves[0].fine_exact.values, np.tanh(2 * t), atol=1e-9)
    free = result_of("exchange").curves[0]
    np.testing.assert_allclose(free.fine_exact.values, np.abs(np.sin(4 * 0.25 * free.fine)), atol=1e-9)
    hahn = result_of("hahn_echo").curves[1]
    assert hahn.ideal is not None
    np.testing.assert_allclose(hahn.ideal.values, (1 + np.exp(-(0.2 + 4 * 0.05) * hahn.fine)) / 2, atol=1e-9)
    alone = result_of("relaxometry").curves[0]  # without coupling each qubit relaxes by itself, to populations 1 : 0.4
    left = np.exp(-2 * (1 + 0.4) * alone.fine)
    first, second = (1 + 0.4 * left) / 1.4, (1 - left) / 1.4  # |↑⟩ of the one that starts there, and of the other
    expected = first * (1 - second) + (1 - first) * second
    np.testing.assert_allclose(alone.fine_exact.values, expected, atol=1e-9)


def test_a_detector_of_magnons_leaves_what_it_does_not_see() -> None:
    # C → 1/(2 − η) for many steps; eight of the file's make less than 0.01 of it.
    for curve, eta in zip(result_of("no_emitted_magnon").curves, (1.0, 0.71, 0.43), strict=True):
        assert curve.exact.values[-1] == pytest.approx(1 / (2 - eta), abs=0.01)


def test_checks_at_a_finite_rate_cross_over() -> None:
    experiment = load(CIRCUITS / "finite_rate_monitoring.toml")
    assert experiment.curves is not None
    warm = experiment.curves.values.tolist().index(0.5)
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
    long = {tau: nv.concurrence(equation.monitored("ud", [20 * tau], tau).states)[0] for tau in (1.0, 3.0)}
    np.testing.assert_allclose([long[1.0], long[3.0]], [0.7665, 0.3345], atol=1e-4)  # after many checks
    axis = replace(experiment.scan, values=np.array([1.0, 3.0]))
    after_six, after_two = nv.experiment.run(replace(experiment, scan=axis)).curves[warm].exact.values
    assert after_six == pytest.approx(long[1.0], abs=0.005)
    assert after_two < long[3.0], "two checks in 6 µs have not come to their end"


def rounded(text: str) -> str:
    """The text with numbers of twelve digits: the last ones differ between machines."""
    return re.sub(r"\d+\.\d{8,}(e-?\d+)?", lambda number: f"{float(number[0]):.12g}", text)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_committed_circuit_is_what_the_function_gives(name: str) -> None:
    committed = (CIRCUITS / f"{name}.qasm").read_text(encoding="utf-8")
    assert rounded(committed) == rounded(to_qasm(load(CIRCUITS / f"{name}.toml")))
    assert len(committed.encode()) < MOST_BYTES


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_command_on_top_shows_what_the_circuit_is_for(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command of the comment, run, against the protocol's reference by the master equation."""
    monkeypatch.chdir(CIRCUITS)
    comment = [line for line in Path(f"{name}.qasm").read_text(encoding="utf-8").splitlines() if line[:2] == "//"]
    (command,) = (line.removeprefix("//").split() for line in comment if "nvprotocol run" in line)
    assert command[2:5] == [f"{name}.qasm", "--device", f"{name}.toml"]
    with pytest.raises(SystemExit) as end:
        main([*command[1:], "--shots", "none", "--engine", "exact"])
    printed = capsys.readouterr().out
    assert end.value.code == 0
    experiment, protocol = load(f"{name}.toml"), protocol_of(name)
    device, parameters = device_of(experiment.settings(0, 0)), parameters_of(experiment.content)
    states = protocol.reference(device.equation, **parameters).states
    if protocol.outcomes is None:
        assert printed.startswith("concurrence ")
        wanted = nv.concurrence(states)[0]
    else:
        qubit = parameters.get("qubit", "both")
        asked = [one for one in protocol.outcomes if len(one) == (2 if qubit == "both" else 1)]
        assert printed.startswith(f"probability of readout = {' or '.join(asked)} ")
        wanted = protocol.signal(states, qubit)[0]
        if not device.is_ideal:  # what the reference does not know
            circuit = protocol.circuit(**parameters)
            wanted = nv.probability(circuit, device, asked, shots=None).value
    found = re.search(r"\d+\.\d+", printed)
    assert found is not None
    assert float(found[0]) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_committed_circuit_reads_back(name: str) -> None:
    experiment = load(CIRCUITS / f"{name}.toml")
    device, protocol = device_of(experiment.settings(0)), protocol_of(name)
    ideal, parameters = nv.Device(device.equation), parameters_of(experiment.content)
    read, made = from_qasm(CIRCUITS / f"{name}.qasm"), protocol.circuit(**parameters)
    assert [register.name for register in read.cregs] == [register.name for register in made.cregs]
    states = [
        nv.emulate(before_readout(one), ideal, shots=None, engine="exact", postselect=protocol.postselect)
        for one in (read, made)
    ]
    np.testing.assert_allclose(states[0].state, states[1].state, atol=1e-10)
    assert states[0].success_probability == pytest.approx(states[1].success_probability, abs=1e-10)
    if protocol.outcomes is not None:
        bits = read.cregs[0].size
        on_device = [
            nv.probability(one, device, "0" * bits, shots=None, engine="exact").distribution for one in (read, made)
        ]
        ideally = [nv.probability(one, ideal, "0" * bits, shots=None).distribution for one in (read, made)]
        np.testing.assert_allclose(ideally[0], ideally[1], atol=1e-10)
        np.testing.assert_allclose(on_device[0], on_device[1], atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_every_protocol_has_its_three_files(name: str) -> None:
    for ending in ("toml", "qasm", "png"):
        assert (CIRCUITS / f"{name}.{ending}").is_file()
