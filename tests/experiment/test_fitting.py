"""Fits of experiment files: they find the truth, by every route alike, and what does not fit is said in one line."""

from typing import Any

import numpy as np
import pytest
from counting import FALSE_ALARM, sigmas
from measured_tables import Write, counted, events, tomography, wide

import nvprotocol as nv
from nvprotocol.experiment import ExperimentFit, fit, fit_lines, fitted_text, parse, read_data
from nvprotocol.experiment.free_parameters import free_parameters
from nvprotocol.experiment.measured import measured

READOUT = [[0.97, 0.06], [0.03, 0.94]]
DELAYS = [0.1, 0.3, 0.6, 1.0, 1.6, 2.4]
RELAXING = f"""
title = "Two qubits"  # as they were run
[medium]
a = 0.8               # rad/µs
A = 0.4
q = 0.1
[device]
readout = {READOUT}
[protocol]
name = "relaxometry"
[scan]
parameter = "protocol.duration"
values = {DELAYS}
"""
TRUTH = {"medium.a": 1.1, "medium.A": 0.7}


def device(a: float = 1.1, A: float = 0.7, q: float = 0.1, delta: float = 0.0, **instruments: Any) -> nv.Device:
    medium = nv.Medium.pair(a=a, A=A, q=q)
    given: dict[str, Any] = {"readout": READOUT} | instruments
    return nv.Device(nv.MasterEquation(medium, delta), **given)


CIRCUITS = [nv.protocols.relaxometry(time) for time in DELAYS]
COUNTS = counted(CIRCUITS, device(), 4000, seed=4)


def assert_holds(found: ExperimentFit, truth: dict[str, float], comparisons: int) -> None:
    """Whether every parameter lies within its standard error of the truth, as often as it has to."""
    for name, value in truth.items():
        assert abs(found.values[name] - value) < sigmas(comparisons) * found.fit.standard_errors[name]
        assert found.fit.standard_errors[name] < 0.2 * abs(value)


@pytest.mark.statistical
def test_the_fit_by_hand_and_every_table_of_the_same_counts(write: Write) -> None:
    experiment = parse(RELAXING)
    table = read_data(experiment, write("wide.csv", wide(DELAYS, COUNTS)))
    found = fit(experiment, table, list(TRUTH))
    assert_holds(found, TRUTH, 2)
    by_hand = nv.inference.fit(
        lambda a, A: device(a, A),
        CIRCUITS,
        [{f"{k:02b}": n for k, n in enumerate(row)} for row in COUNTS],
        {"a": 0.8, "A": 0.4},
        {"a": (0.0, np.inf)},
    )
    for name, path in {"a": "medium.a", "A": "medium.A"}.items():
        assert found.values[path] == pytest.approx(by_hand.values[name], rel=1e-6)
        assert found.intervals[path] == pytest.approx(by_hand.intervals[name], rel=1e-4)
    assert found.fit.p_value == pytest.approx(by_hand.p_value, rel=1e-6)
    halves = [write("first.csv", wide(DELAYS[:3], COUNTS[:3])), write("second.csv", wide(DELAYS[3:], COUNTS[3:]))]
    assert fit(experiment, read_data(experiment, halves), list(TRUTH)).values == found.values
    assert found.fit.mirrored == ("medium.A",)
    assert "The sign of medium.A is not identified by the counts." in str(found)
    assert "The phase of medium.A is not identified by the counts, which depend on |medium.A| only." in found.notes


@pytest.mark.statistical
def test_events_averages_and_photons(write: Write) -> None:
    experiment = parse(RELAXING)
    some = fit(experiment, read_data(experiment, write("e.csv", events(DELAYS, COUNTS, (1, 2)))), list(TRUTH))
    assert_holds(some, {"medium.a": TRUTH["medium.a"]}, 1)
    shares = [(row[1] + row[2]) / sum(row) for row in COUNTS]
    lines = [f"{t},{p},{np.sqrt(p * (1 - p) / 4000)}" for t, p in zip(DELAYS, shares, strict=True)]
    averaged = read_data(experiment, write("a.csv", "\n".join(["t,value,error", *lines])))
    weaker = fit(experiment, averaged, list(TRUTH))
    for name in TRUTH:
        assert weaker.values[name] == pytest.approx(some.values[name], abs=0.3 * some.fit.standard_errors[name])
        assert weaker.fit.standard_errors[name] == pytest.approx(some.fit.standard_errors[name], rel=0.2)
    assert "All readings are averages with error bars, taken as normal" in str(weaker)
    assert "averages" not in str(some)
    both = read_data(
        experiment, [write("w.csv", wide(DELAYS, COUNTS)), write("a.csv", "\n".join(["t,value,error", *lines]))]
    )
    assert "6 of 12 readings are averages" in str(fit(experiment, both, list(TRUTH)))


@pytest.mark.statistical
def test_photons_of_one_qubit(write: Write) -> None:
    """A Ramsey fringe told by photons alone: the detuning is found."""
    text = "protocol.name = 'ramsey'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]\nmedium.a = 0.05\n"
    experiment, truth = parse(text + "device.detuning = 1.9"), 2.1
    times = np.linspace(0.2, 3.0, 8).tolist()
    rows = counted([nv.protocols.ramsey(t) for t in times], device(0.05, 0.0, 0.0, truth, readout=None), 20_000, seed=8)
    rng = np.random.default_rng(9)
    lines = [f"{t!r},{rng.poisson(0.3 * row[0] + 0.1 * row[1])},{sum(row)}" for t, row in zip(times, rows, strict=True)]
    file = write("p.csv", "\n".join(["t,photons,shots", *lines]))
    found = fit(experiment, read_data(experiment, file, bright=0.3, dark=0.1), ["device.detuning"])
    assert_holds(found, {"device.detuning": truth}, 1)
    with pytest.raises(nv.errors.FileError, match='column "bright" is missing'):
        read_data(experiment, file)


def test_photons_of_both_qubits_are_told_apart(write: Write) -> None:
    """Two lines of one picture, each with its name."""
    times = DELAYS[:3]
    text = ["t,photons,shots,bit", *(f"{t},{2600 - 300 * bit},100000,{bit}" for t in times for bit in (0, 1))]
    experiment = parse(RELAXING)
    both = read_data(experiment, write("p.csv", "\n".join(text)), bright=0.03, dark=0.02)
    assert [line.label for line in fit_lines(fit(experiment, both, ["medium.a"]))] == ["bit 0", "bit 1"]
    one = read_data(experiment, write("q.csv", "\n".join([text[0], *text[1::2]])), bright=0.03, dark=0.02)
    assert [line.label for line in fit_lines(fit(experiment, one, ["medium.a"]))] == [""]


KEPT = """
[medium]
a = 0.7
A = 0.5
[device]
monitor_efficiency = 0.97
readout = [[0.97, 0.06], [0.03, 0.94]]
gate_ns = { sx = 20, measure = 300 }
detuning = 0.2
[protocol]
name = "monitored_bell"
checks = 3
[scan]
parameter = "protocol.duration"
values = [0.2, 0.6]
"""


@pytest.mark.statistical
def test_tomography_of_kept_runs_with_instruments_that_err(write: Write) -> None:
    truth = {"medium.a": 1.0, "medium.A": 0.8, "device.detuning": 0.4}
    instruments: dict[str, Any] = {"monitor_efficiency": 0.97, "gate_ns": {"sx": 20, "measure": 300}}
    given = device(1.0, 0.8, 0.0, 0.4, **instruments)
    times = [0.2, 0.5, 0.9]
    circuits = [nv.protocols.monitored_bell(time, checks=3) for time in times]
    file = write("t.csv", tomography(times, circuits, given, 3000, 6, {"parity": 1}))
    experiment = parse(KEPT)
    found = fit(experiment, read_data(experiment, file), list(truth))
    assert_holds(found, truth, 5)
    assert found.fit.p_value is not None
    assert found.fit.p_value > FALSE_ALARM / 5
    assert found.notes == ()  # these data tell the phase of A
    unknown = write("u.csv", "\n".join(line.rpartition(",")[0] for line in file.read_text().splitlines()))
    less = fit(experiment, read_data(experiment, unknown), list(truth))
    assert_holds(less, {"medium.A": 0.8}, 5)
    assert less.fit.standard_errors["medium.a"] > found.fit.standard_errors["medium.a"]
    lines = fit_lines(found)
    assert [line.label for line in lines] == list(nv.tomography.PAULI)
    assert {line.quantity for line in lines} == {"share of even readings"}


@pytest.mark.statistical
def test_a_scan_of_the_medium_has_a_device_for_each_row(write: Write) -> None:
    text = RELAXING.replace('"protocol.duration"', '"medium.q"').replace(str(DELAYS), "[0.0, 0.5]")
    experiment = parse(text.replace('name = "relaxometry"', 'name = "relaxometry"\nduration = 0.7'))
    factors, circuit = [0.0, 0.1, 0.2, 0.4], nv.protocols.relaxometry(0.7)
    rows = [counted([circuit], device(q=q), 20_000, seed)[0] for seed, q in enumerate(factors)]
    table = read_data(experiment, write("q.csv", wide(factors, rows, "q")))
    found = fit(experiment, table, list(TRUTH))
    assert len(found.fit.devices) == 4
    assert_holds(found, TRUTH, 2)
    (line,) = fit_lines(found)
    assert line.fine[[0, -1]].tolist() == [0.0, 0.4]
    ends = [nv.probability(circuit, device(*TRUTH.values(), q=q), ("01", "10"), shots=None).value for q in (0.0, 0.4)]
    assert line.model[[0, -1]] == pytest.approx(ends, abs=0.02)


@pytest.mark.statistical
def test_curves_and_a_curve_that_is_free(write: Write) -> None:
    experiment = parse(RELAXING + '[curves]\nparameter = "medium.A"\nvalues = [0.0, 0.7]\n')
    blocks = [wide(DELAYS, counted(CIRCUITS, device(A=A), 3000, 11 + k)) for k, A in enumerate((0.0, 0.7))]
    header, *_ = blocks[0].splitlines()
    body = [f"{line},{A}" for A, block in zip((0.0, 0.7), blocks, strict=True) for line in block.splitlines()[1:]]
    both = write("both.csv", "\n".join([f"{header},A", *body]))
    found = fit(experiment, read_data(experiment, both), ["medium.a", "medium.q"])
    assert_holds(found, {"medium.a": 1.1, "medium.q": 0.1}, 4)
    assert [line.label for line in fit_lines(found)] == ["A = 0 rad/µs", "A = 0.7 rad/µs"]
    assert [len(row) for row in found.residuals[0]] == [4] * 12
    single = read_data(experiment, write("one.csv", blocks[1]))
    assert_holds(fit(experiment, single, list(TRUTH)), TRUTH, 4)
    with pytest.raises(nv.errors.ArgumentError, match='have a column "A", which tells the curves'):
        fit(experiment, single, ["medium.a"])
    with pytest.raises(nv.errors.ArgumentError, match=r'that no column of the data says, but has "medium\.A"'):
        fit(experiment, read_data(experiment, both), list(TRUTH))
    with pytest.raises(
        nv.errors.FileError, match=r"bad.csv, line 2: medium.A must be one of \[curves\], 0, 0.7, but is 0.5"
    ):
        fit(experiment, read_data(experiment, write("bad.csv", "t,A,counts,shots\n1,0.5,2,3\n")), ["medium.a"])


@pytest.mark.statistical
def test_several_files_share_some_parameters_and_have_others_of_their_own(write: Write) -> None:
    text = """
    [protocol]
    name = "ramsey"
    [device]
    detuning = 2.0
    [scan]
    parameter = "protocol.duration"
    values = [1.0]
    """
    times, truth = np.linspace(0.1, 2.5, 12).tolist(), {"monday": 1.8, "tuesday": 2.3}
    experiments = [parse(text, f"{day}.toml") for day in truth]
    tables = []
    for seed, (day, delta) in enumerate(truth.items()):
        rows = counted([nv.protocols.ramsey(t) for t in times], device(0.3, 0.0, 0.0, delta, readout=None), 3000, seed)
        tables.append(read_data(experiments[seed], write(f"{day}.csv", wide(times, rows))))
    found = fit(experiments, tables, {"medium.a": 0.5}, {"device.detuning": (0, 5)}, own=["device.detuning"])
    expected = {"medium.a": 0.3} | {f"device.detuning ({day})": delta for day, delta in truth.items()}
    assert list(found.values) == list(expected)
    assert_holds(found, expected, 3)
    assert found.fit.units["device.detuning (monday)"] == "rad/µs"
    for number, delta in enumerate(truth.values()):
        again = parse(fitted_text(found, number))
        assert again.content.device.detuning == pytest.approx(delta, abs=0.05)
        assert again.content.medium.a == found.values["medium.a"]
    figure = nv.plotting.fit_figure(found)
    legends = [ax.get_legend() for ax in figure.axes[:2]]
    assert [one.get_title().get_text() for one in legends if one is not None] == ["monday", "tuesday"]


FILM = """
[magnet]
kind = "film"
thickness_nm = 20.0
gap_ghz = 2.0
damping = 0.01
separation_nm = 50.0
height_nm = 12.0
frequency_ghz = 2.87
temperature_k = 1.0
[protocol]
name = "relaxometry"
[scan]
parameter = "protocol.duration"
start = "20 us"
stop = "500 us"
points = 5
"""


@pytest.mark.statistical
def test_a_number_of_the_magnet(write: Write) -> None:
    truth, experiment = 15.0, parse(FILM)
    there = parse(FILM.replace("height_nm = 12.0", f"height_nm = {truth}"))
    times = there.scan.values.tolist()
    rows = counted([nv.protocols.relaxometry(t) for t in times], there.device(0, times[0]), 5000, seed=3)
    table = read_data(experiment, write("film.csv", wide(times, rows)))
    found = fit(experiment, table, ["magnet.height_nm"])
    assert_holds(found, {"magnet.height_nm": truth}, 1)
    assert found.fit.units == {"magnet.height_nm": "nm"}
    again = parse(fitted_text(found))
    assert again.content.magnet is not None
    assert getattr(again.content.magnet, "height_nm") == found.values["magnet.height_nm"]  # noqa: B009


def test_the_fitted_file_keeps_what_was_written(write: Write) -> None:
    experiment = parse(RELAXING)
    found = fit(
        experiment,
        read_data(experiment, write("w.csv", wide(DELAYS, COUNTS))),
        list(TRUTH),
    )
    text = fitted_text(found)
    assert f"a = {found.values['medium.a']!r}               # rad/µs" in text
    assert 'title = "Two qubits"  # as they were run' in text
    assert parse(text).content.model_dump() == found.fitted().model_dump()
    dotted = parse(
        "medium = {a = 0.8, A = 0.4, q = 0.1}"
        + RELAXING.replace("\n[medium]\na = 0.8               # rad/µs\nA = 0.4\nq = 0.1", "")
    )
    other = fit(dotted, read_data(dotted, write("w.csv", wide(DELAYS, COUNTS))), list(TRUTH))
    assert parse(fitted_text(other)).content.medium.a == other.values["medium.a"]
    plain = fit(
        experiment,
        read_data(experiment, write("w.csv", wide(DELAYS, COUNTS))),
        {"device.initialisation_error": 0.01, "medium.a": None},
    )
    assert parse(fitted_text(plain)).content.model_dump() == plain.fitted().model_dump()


BAD_FREE: dict[str, tuple[Any, dict[str, Any], str]] = {
    "nothing": ([], {}, "`free` must name at least one parameter, but names none"),
    "unknown": (["medium.b"], {}, 'in experiment, but has "medium.b"; did you mean "medium.'),
    "of another section": (["magnet.damping"], {}, 'but has "magnet.damping"'),
    "of the protocol": (["protocol.duration"], {}, 'has "protocol.duration", which was set in the runs'),
    "a whole number": (["device.gate_slices"], {}, 'but has "device.gate_slices"'),
    "twice": (["medium.a", "medium.a"], {}, 'must name a parameter once, but names "medium.a" 2 times'),
    "own and shared": (["medium.a"], {"own": ["medium.a"]}, "must name parameters that `free` does not"),
    "no start": (["device.t2_star"], {}, "say at which real number device.t2_star starts"),
    "no number": ({"medium.a": "fast"}, {}, "must be a real number"),
    "a text": ("medium.a", {}, "must be a sequence of texts"),
    "negative": ({"medium.a": -0.1}, {}, "must lie within `bounds`, 0 to inf, but is -0.1"),
    "bounds of others": (
        ["medium.a"],
        {"bounds": {"medium.q": (0, 1)}},
        "`bounds` must be of free parameters (medium.a)",
    ),
    "bounds that fall": (["medium.a"], {"bounds": {"medium.a": (2, 1)}}, "must rise"),
    "level": (["medium.a"], {"level": 1.0}, "`level` must be less than 1"),
    "beyond what is": ({"medium.A": 5.0}, {}, "must return a Device at medium.A = 5"),
    "more tables": (["medium.a"], {"data": "two"}, "`data` must be a table for each of 1 experiments, but has 2"),
    "no table": (["medium.a"], {"data": "none"}, "`data` must be a sequence of DataTable"),
}


@pytest.mark.parametrize("name", BAD_FREE)
def test_bad_requests_are_refused_in_one_line(name: str, write: Write) -> None:
    free, more, said = BAD_FREE[name]
    experiment = parse(RELAXING)
    table = read_data(experiment, write("w.csv", wide(DELAYS, COUNTS)))
    data = {"two": [table, table], "none": None}.get(more.get("data", ""), table)
    with pytest.raises(nv.errors.ArgumentError) as caught:
        fit(experiment, data, free, **{key: value for key, value in more.items() if key != "data"})
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.statistical
def test_a_complex_coupling_needs_a_real_start(write: Write) -> None:
    experiment = parse(RELAXING.replace("A = 0.4", "A = [0.3, 0.3]"))
    table = read_data(experiment, write("w.csv", wide(DELAYS, COUNTS)))
    with pytest.raises(nv.errors.ArgumentError, match=r"say at which real number medium.A starts"):
        fit(experiment, table, ["medium.A"])
    assert_holds(fit(experiment, table, {"medium.A": 0.4, "medium.a": None}), TRUTH, 2)


BAD_ROWS: dict[str, tuple[str, str]] = {
    "negative delay": ("t,counts,shots\n1,2,3\n-1,2,3\n", "line 3: duration must be at least 0, but is -1"),
    "discarded": (
        "t,00,01,10,11,discarded\n1,1,1,1,1,5\n",
        "line 2: discarded must be 0, as the protocol keeps all runs",
    ),
    "photons of two": ("t,photons,shots,bright,dark\n1,2,30,0.2,0.1\n", 'column "bit" is missing'),
    "no such bit": ("t,photons,shots,bright,dark,bit\n1,2,30,0.2,0.1,2\n", "bit must be at most 1, as 2 bits are read"),
    "one bit": ("t,0,1\n1,2,3\n", 'a reading must have 2 bits, but is "0"'),
    "wrong unit": ("duration_rad_per_us,counts,shots\n1,2,3\n", "the unit must be a time"),
    "of curves": ("t,A,counts,shots\n1,0.1,2,3\n", 'column "A" is not known'),
    "named twice": ("t,duration,counts,shots\n1,1,2,3\n", "are both scan (duration)"),
    "no column": ("tau_x,counts,shots\n1,2,3\n", 'column "tau_x" is not known'),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_rows_that_no_run_can_have_are_refused(name: str, write: Write) -> None:
    text, said = BAD_ROWS[name]
    experiment = parse(RELAXING)
    with pytest.raises(nv.errors.FileError) as caught:
        fit(experiment, read_data(experiment, write("bad.csv", text)), ["medium.a"])
    assert "bad.csv" in str(caught.value)
    assert said in str(caught.value)


def test_settings_belong_to_tomography_and_to_nothing_else(write: Write) -> None:
    kept, relaxing = parse(KEPT), parse(RELAXING)
    plain, settings = "t,00,01,10,11\n1,1,1,1,1\n", "t,setting,00,01,10,11\n1,ZZ,1,1,1,1\n"
    with pytest.raises(nv.errors.ArgumentError, match='have a column "setting", as "monitored_bell" ends without'):
        measured(kept, read_data(kept, write("a.csv", plain)))
    with pytest.raises(nv.errors.ArgumentError, match='have no column "setting", as "relaxometry" ends with'):
        measured(relaxing, read_data(relaxing, write("a.csv", settings)))
    with pytest.raises(nv.errors.FileError, match="counted must name the readings"):
        read_data(kept, write("a.csv", "t,counts,shots\n1,1,2\n"))


def test_files_of_the_same_name_have_parameters_of_their_own() -> None:
    text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
    files = [nv.experiment.parse(text, name) for name in ("x/run.toml", "y/run.toml", "z/run 2.toml", "run 1.toml")]
    found = free_parameters(files, [], ["medium.a"], None)
    assert len(found.start) == len(files)
