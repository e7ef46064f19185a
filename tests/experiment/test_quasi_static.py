"""Quasi-static noise in experiment files: scanned as any number of a device, and in the exact values beside counts."""

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol.experiment import Experiment, parse, report_text, run
from nvprotocol.experiment.exact import by_master_equation
from nvprotocol.experiment.file import device_of, parameters_of
from nvprotocol.protocols import GALLERY

MEDIUM = "[medium]\na = 1.0\nA = 0.8\nq = 0.2\n"
NOISY = f'{MEDIUM}[device]\nt2_star = ["2 us", 3.0]\nnoise_correlation = 0.3\n'
RAMSEY = """
[medium]
a = 0.2
[device]
t2_star = "800 ns"
readout_error = [0.02, 0.1]
[protocol]
name = "ramsey"
duration = 0.9
[scan]
parameter = "device.t2_star"
values = ["500 ns", 2.0]
[run]
shots = 4000
"""


def varied(protocol: str, scan: str, curves: str, sections: str = NOISY) -> Experiment:
    """An experiment with two parameters varied, each as "path values"."""
    axes = zip(("scan", "curves"), (scan, curves), strict=True)
    axes_text = "".join(
        f'[{name}]\nparameter = "{axis.split()[0]}"\nvalues = {axis.split()[1]}\n' for name, axis in axes
    )
    return parse(f"{sections}[protocol]\n{protocol}\n{axes_text}[run]\nshots = 'none'\nengine = 'exact'\n")


@pytest.mark.parametrize(
    ("protocol", "scan", "curves"),
    [
        ('name = "monitored_bell"', "protocol.duration [0.0,0.5,1.0]", "device.t2_star [0.7,2.0]"),
        ('name = "monitored_bell"\ninitial = "+d"', "device.t2_star [0.7,2.0]", "device.noise_correlation [-1.0,0.5]"),
        ('name = "dissipative_entanglement"', "device.noise_correlation [-0.5,0.0,1.0]", "medium.q [0.0,0.5]"),
        ('name = "ramsey"\nqubit = "both"', "protocol.phase [0.0,1.0]", "device.detuning [0.0,1.0]"),
        ('name = "hahn_echo"', "protocol.duration [0.5,2.0]", "device.intrinsic_t2 [1.0,2.0]"),
        ('name = "echoed_bell"', "protocol.pulses [2,4]", "protocol.checks [3,4]"),
        ('name = "finite_rate_monitoring"', "protocol.period [0.1,0.3]", "protocol.duration [1.0,0.2]"),
        ('name = "relaxometry"', "protocol.duration [0.5,1.0]", "device.drive [0.0,0.6]"),
    ],
)
def test_the_theory_is_what_the_circuits_give_at_every_point(protocol: str, scan: str, curves: str) -> None:
    experiment = varied(protocol, scan, curves)
    known = GALLERY[experiment.content.protocol.name]
    kept = by_master_equation(experiment, known, experiment.scan.values)
    for curve in range(experiment.n_curves):
        for point in range(experiment.scan.values.size):
            settings = experiment.settings(curve, point)
            circuit, device = known.circuit(**parameters_of(settings)), device_of(settings)
            assert device.noise is not None
            if known.outcomes is None:
                alone = nv.emulate(circuit, device, None, known.postselect, "exact")
                np.testing.assert_allclose(kept.states[curve, point], alone.state, atol=1e-9)
                assert kept.probability[curve, point] == pytest.approx(alone.success_probability, abs=1e-10)
            else:
                readings = [one for one in known.outcomes if len(one) == circuit.cregs[0].size]
                alone = nv.probability(circuit, device, readings, "readout", None, engine="exact")
                given = parameters_of(settings)
                read = {"qubit": given["qubit"]} if "qubit" in given else {}
                assert known.signal(kept.states[curve, point], **read) == pytest.approx(alone.value, abs=1e-9)


def test_t2_star_can_be_scanned() -> None:
    """The closed form, readout errors in it; the counts agree with it, and the ideal curve has the noise, too."""
    result = run(parse(RAMSEY))
    (curve,) = result.curves
    assert "Averaged over quasi-static noise: up to 19 static detunings at a point." in report_text(result)
    back = (1 + np.exp(-0.2 * 0.9 - (0.9 / np.array([0.5, 2.0])) ** 2)) / 2
    np.testing.assert_allclose(curve.exact.values, 0.98 * back + 0.1 * (1 - back), atol=1e-10)
    for estimate, wanted in zip(curve.estimates, curve.exact.values, strict=True):
        assert isinstance(estimate, nv.Probability)
        assert abs(estimate.value - wanted) < 4 * estimate.standard_error
        assert estimate.metadata["nodes"] > 3
    assert curve.ideal is not None
    ideal = (1 + np.exp(-0.2 * 0.9 - (0.9 / curve.fine) ** 2)) / 2
    np.testing.assert_allclose(curve.ideal.values, ideal, atol=1e-10)


def test_counts_agree_with_the_exact_distribution_of_gates_that_take_time() -> None:
    """The rotations of the tomography have the detuning of their run, in counts and in what they are compared with."""
    text = (
        f'{NOISY}gate_ns = {{ sx = 200, x = 100 }}\n[protocol]\nname = "dissipative_entanglement"\ninitial = "+r"\n'
        '[scan]\nparameter = "protocol.duration"\nvalues = [0.3, 0.9]\n[run]\nshots = 50000\nseed = 3\n'
    )
    result = run(parse(text))
    assert result.agreement.degrees_of_freedom >= 50
    assert result.agreement.p_value > 1e-3


def test_a_file_says_no_noise_as_none() -> None:
    experiment = parse(
        RAMSEY.replace('"800 ns"', '"none"').replace(
            '"device.t2_star"\nvalues = ["500 ns"', '"medium.a"\nvalues = [0.5'
        )
    )
    assert experiment.noise(experiment.scan.values) is None
    assert device_of(experiment.settings(0, 0)).noise is None
    assert "nodes" not in run(experiment).curves[0].estimates[0].metadata  # pyright: ignore[reportOptionalMemberAccess]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'values = ["500 ns", 2.0]',
            "values = [-1.0]",
            'line 12: key "device.t2_star" must be greater than 0, but is -1.',
        ),
        (
            "readout_error",
            "noise_correlation = 2.0\nreadout_error",
            'line 6: key "device.noise_correlation" must be at',
        ),
        ('"800 ns"', '"800 nm"', 'line 5: key "device.t2_star" must be a time'),
    ],
)
def test_what_is_no_noise_is_refused_at_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(nv.errors.ExperimentFileError) as refused:
        parse(RAMSEY.replace(old, new))
    assert message in str(refused.value)
