"""Running an experiment: every point emulated, the master equation beside it, and how the two agree."""

from dataclasses import replace

import numpy as np
import pytest
from counting import FALSE_ALARM, pearson
from experiments import HARDLY_ANY, MONITORED, SYMMETRIC, UNMONITORED, result_of, without_noise
from scipy.stats import chi2

import nvprotocol as nv
from nvprotocol.experiment import Curve, Exact, ExperimentResult, parse, report_text, run, to_dataset
from nvprotocol.runs import Progress


def counts_of(result: ExperimentResult) -> list[np.ndarray]:
    return [one.counts for curve in result.curves for one in curve.estimates if one and one.counts is not None]


def test_the_exact_side_is_the_master_equation() -> None:
    result = result_of(MONITORED)
    assert [curve.label for curve in result.curves] == ["δ = 0 rad/µs", "δ = 2.5 rad/µs"]
    for curve, delta in zip(result.curves, (0.0, 2.5), strict=True):
        equation = nv.MasterEquation(nv.Medium.pair(a=2.0, A=1.2 + 1j, q=0.2), detuning=delta)
        for point, duration in enumerate((0.2, 0.4, 0.1)):  # the order of the file, though time runs back in it
            kept = equation.monitored("ud", [duration], duration / 3)
            np.testing.assert_allclose(curve.exact.states[point], kept.states[0], atol=1e-13)
            assert curve.exact.probability[point] == pytest.approx(kept.probability[0], rel=1e-12)
        np.testing.assert_allclose(curve.fine, np.linspace(0, 0.4, 201))
        np.testing.assert_allclose(curve.fine_exact.states[100], curve.exact.states[0], atol=1e-12)
        np.testing.assert_allclose(curve.fine_exact.states[0], nv.operators.density_matrix("ud"), atol=1e-15)


def test_other_parameters_can_be_on_the_axis() -> None:
    (curve,) = result_of(UNMONITORED).curves
    for point, A in enumerate((0.0, 0.5, 1.0)):
        expected = nv.MasterEquation(nv.Medium.pair(a=1.0, A=A)).evolve("ud", 1.5)[0]
        np.testing.assert_allclose(curve.exact.states[point], expected, atol=1e-13)
    assert (curve.label, curve.fine[0], curve.fine[-1]) == ("", 0.0, 1.0)
    np.testing.assert_allclose(curve.fine_exact.states[100], curve.exact.states[1], atol=1e-13)


@pytest.mark.statistical
@pytest.mark.parametrize("text", [MONITORED, UNMONITORED], ids=["monitored", "unmonitored"])
def test_agreement_is_taken_over_all_counts(text: str) -> None:
    result = result_of(text)
    total, freedom, inside = 0.0, 0, 0
    for curve in result.curves:
        for point, one in enumerate(curve.estimates):
            assert isinstance(one, nv.Estimate)
            assert one.counts is not None
            assert one.shots is not None
            probability = float(curve.exact.probability[point])
            value, cells = pearson(one.counts, one.shots, curve.exact.states[point], probability)
            total, freedom = total + value, freedom + cells
            inside += one.interval[0] <= nv.concurrence(curve.exact.states[point]) <= one.interval[1]
    assert result.agreement.chi_squared == pytest.approx(total, rel=1e-9)
    assert result.agreement.degrees_of_freedom == freedom
    assert chi2.sf(total, freedom) > FALSE_ALARM / 10
    assert result.covered == (inside, len(counts_of(result)))
    points = result.covered[1]
    assert str(result).splitlines() == [
        str(result.agreement),
        f"{inside} of {points} intervals (95 %) contain the exact concurrence.",
        "Tomography: 9 settings (XX XY XZ YX YY YZ ZX ZY ZZ); "
        f"the lowest of {points} p-values of the model is {result.p_values.min():.2g}.",
    ]


@pytest.mark.statistical
def test_five_settings_measure_the_same_with_the_x_ansatz() -> None:
    five, nine = result_of(SYMMETRIC), result_of(UNMONITORED)
    np.testing.assert_allclose(five.curves[0].exact.values, nine.curves[0].exact.values, atol=1e-13)
    for one in five.curves[0].estimates:
        assert isinstance(one, nv.Estimate)
        assert (one.settings, one.ansatz) == (nv.tomography.U1, "X")
    # The agreement is taken over five settings: three independent cells each for nothing discarded, fewer where rare.
    exact = five.curves[0].exact
    assert exact.outcomes is not None
    np.testing.assert_allclose(exact.outcomes, nv.tomography.probabilities(exact.states, nv.tomography.U1), atol=1e-15)
    assert 5 * 3 <= five.agreement.degrees_of_freedom <= 3 * 5 * 3
    assert five.agreement.p_value > FALSE_ALARM / 10
    assert "Tomography: 5 settings (ZZ XX YY XY YX), X ansatz; the lowest of 3 p-values" in report_text(five, 200)


@pytest.mark.slow
@pytest.mark.statistical
def test_a_protocol_that_breaks_the_symmetry_is_told_on() -> None:
    # |++⟩ has the coherences that the ansatz leaves out: ⟨XX⟩ = 1 with ⟨X1⟩ = 1, which no X state has.
    text = SYMMETRIC.replace("duration = 1.5", 'duration = 0.1\ninitial = "++"')
    result = run(parse(text))
    assert result.p_values.max() < 1e-20
    assert "the counts contradict it: the lowest of 3 p-values of the model is" in str(result)
    assert "the states do not have the form of the ansatz, or instruments err" in str(result)
    nine = run(parse(text.replace('tomography = "X"', 'tomography = "full"')))
    assert nine.p_values.min() > FALSE_ALARM / 10
    assert "contradict" not in str(nine)


def test_deviations_are_in_standard_errors() -> None:
    curve = result_of(MONITORED).curves[0]
    for point, one in enumerate(curve.estimates):
        assert isinstance(one, nv.Estimate)
        difference = one.concurrence - float(nv.concurrence(curve.exact.states[point]))
        assert curve.deviations[point] == pytest.approx(difference / one.standard_error)
    exact = Exact(curve.exact.values[:2], curve.exact.probability[:2], curve.exact.states[:2])
    first = curve.estimates[0]
    assert first is not None
    without = Curve("", [None, replace(first, standard_error=0.0)], exact, curve.fine, curve.fine_exact)
    assert np.isnan(without.deviations).all(), "no estimate, no error: no deviation"


@pytest.mark.slow
def test_the_outcome_depends_on_the_file_alone() -> None:
    again = run(parse(MONITORED, "elsewhere.toml"))
    for one, other in zip(counts_of(result_of(MONITORED)), counts_of(again), strict=True):
        np.testing.assert_array_equal(one, other)
    other_seed = run(parse(MONITORED.replace("seed = 3", "seed = 4")))
    assert any(np.any(a != b) for a, b in zip(counts_of(again), counts_of(other_seed), strict=True))


@pytest.mark.slow
def test_curves_and_points_draw_independently() -> None:
    same = MONITORED.replace("values = [0.0, 2.5]", "values = [1.0, 1.0]").replace('[0.2, "400 ns", 0.1]', "[0.2, 0.2]")
    tables = [table.tobytes() for table in counts_of(run(parse(same)))]
    assert len(set(tables)) == len(tables) == 4


@pytest.mark.slow
def test_progress_is_told_chunk_by_chunk() -> None:
    text = UNMONITORED.replace("points = 3", "points = 10").replace("shots = 300", "shots = 30")
    told: list[Progress] = []
    result = run(parse(text), progress=told.append)
    assert told == [Progress(done, 0, 10) for done in (0, 8, 10, 10)]
    assert len(result.curves[0].estimates) == 10


def test_points_of_which_nothing_is_kept_leave_the_others_alone() -> None:
    result = result_of(HARDLY_ANY)
    (curve,) = result.curves
    first, *rest = curve.estimates
    assert first is not None
    assert rest == [None, None]
    assert np.isnan(curve.deviations[1:]).all()
    assert np.isfinite(curve.deviations[0])
    assert result.covered[1] == 1
    assert first.counts is not None
    probability = float(curve.exact.probability[0])
    value, freedom = pearson(first.counts, 200, curve.exact.states[0], probability)
    assert result.agreement.chi_squared == pytest.approx(value)
    assert result.agreement.degrees_of_freedom == freedom, "where 5·10⁻⁴ runs were foretold, none is no surprise"


@pytest.mark.slow
@pytest.mark.statistical
def test_the_exact_engine_draws_from_the_same_distribution() -> None:
    result = run(parse(MONITORED + 'engine = "exact"\n'))
    assert result.agreement.p_value > FALSE_ALARM / 10
    one = result.curves[0].estimates[0]
    assert isinstance(one, nv.Estimate)
    assert one.metadata["engine"] == "exact"


@pytest.mark.slow
@pytest.mark.parametrize("text", [MONITORED, UNMONITORED], ids=["monitored", "unmonitored"])
def test_without_noise_the_circuits_are_the_master_equation(text: str) -> None:
    result = without_noise(text)
    for curve in result.curves:
        for point, one in enumerate(curve.estimates):
            assert isinstance(one, nv.Estimate)
            np.testing.assert_allclose(one.state, curve.exact.states[point], atol=1e-12)
            assert one.success_probability == pytest.approx(curve.exact.probability[point], rel=1e-11)
    assert result.agreement.degrees_of_freedom == 0
    assert str(result).startswith("Without sampling noise")
    assert "counts" not in to_dataset(result)
    assert "Without sampling noise" in report_text(result)


def test_the_number_of_checks_can_be_scanned() -> None:
    text = (
        MONITORED.split("[scan]")[0] + '[scan]\nparameter = "protocol.checks"\nvalues = [8, 1, 2]\n[run]\nshots = 100\n'
    )
    (curve,) = run(parse(text)).curves
    assert curve.fine.tolist() == [8, 1, 2]
    equation = nv.MasterEquation(nv.Medium.pair(a=2.0, A=1.2 + 1j, q=0.2))
    expected = [equation.monitored("ud", [1.0], 1 / n).states[0] for n in (8, 1, 2)]
    np.testing.assert_allclose(curve.exact.states, expected, atol=1e-13)


@pytest.mark.slow
def test_a_curve_of_which_nothing_is_kept_spoils_no_other() -> None:
    text = """
    curves.parameter = "medium.q"
    curves.values = [0.3, 0.0]
    [protocol]
    name = "monitored_bell"
    checks = 2
    initial = "uu"
    [scan]
    parameter = "protocol.duration"
    values = [0.5, 1.0]
    [run]
    shots = 500
    """
    result = nv.experiment.run(nv.experiment.parse(text))
    warm, cold = result.curves
    assert all(estimate is not None for estimate in warm.estimates)
    assert cold.estimates == [None, None], "at T = 0 nothing leaves the ground state"
    assert np.all(np.isnan(cold.exact.values))
    assert np.all(cold.exact.probability == 0)
    assert "none kept" in nv.experiment.report_text(result)
    assert np.all(np.isnan(nv.experiment.to_dataset(result).concurrence.values[1]))
    assert nv.plotting.experiment_figure(result).axes


def test_without_sampling_noise_the_difference_is_told() -> None:
    text = """
    [protocol]
    name = "monitored_bell"
    [scan]
    parameter = "protocol.duration"
    values = [0.5]
    [run]
    shots = "none"
    """
    said = str(nv.experiment.run(nv.experiment.parse(text)))
    assert float(said.split("differ by ")[1].split()[0]) < 1e-12


def test_of_many_points_the_table_lists_some() -> None:
    text = UNMONITORED.replace("points = 3", "points = 210").replace("shots = 300", "shots = 20")
    said = report_text(run(parse(text)))
    assert "one in 5 of 210 points; the data have all" in said
    assert said.count("0.9797–1.0000") == 42, "a row has the interval of a success probability of 1 in 180 runs"
