"""The exact values of an experiment: media, detunings and times as arrays, beside the theory at every point."""

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol.experiment import Experiment, parse, run
from nvprotocol.experiment.exact import by_master_equation
from nvprotocol.experiment.file import device_of, parameters_of
from nvprotocol.protocols import GALLERY

MEDIUM = "[medium]\na = 1.0\nA = 0.8\nq = 0.2\n"
FILM = (
    '[magnet]\nkind = "film"\nthickness_nm = 20\ngap_ghz = 2.0\nheight_nm = 10\nseparation_nm = 50\n'
    "frequency_ghz = 2.87\n"
)


def experiment(protocol: str, scan: str, curves: str, medium: str = MEDIUM) -> Experiment:
    """An experiment with two parameters varied, each as "path values"."""
    axes = zip(("scan", "curves"), (scan, curves), strict=True)
    sections = [f'[{name}]\nparameter = "{axis.split()[0]}"\nvalues = {axis.split()[1]}\n' for name, axis in axes]
    return parse(f"{medium}[protocol]\n{protocol}\n{''.join(sections)}[run]\nshots = 'none'\nengine = 'exact'\n")


@pytest.mark.parametrize(
    ("protocol", "scan", "curves"),
    [
        ('name = "dissipative_entanglement"', "protocol.duration [0.5,0.0,2.0]", "device.detuning [0.0,3.0]"),
        ('name = "dissipative_entanglement"', "medium.q [0.0,0.5]", "protocol.duration [2.0,0.5,0.5]"),
        ('name = "dissipative_entanglement"', "medium.a [1.0,2.0]", "medium.A [0.0,0.5,1.0]"),
        ('name = "exchange"', "device.intrinsic_t1 [1.0,3.0]", "device.intrinsic_t2 [0.5,1.0]"),
        ('name = "ramsey"\nqubit = "both"', "protocol.phase [0.0,1.0]", "device.intrinsic_t2 [1.0,2.0]"),
        ('name = "monitored_bell"', "protocol.checks [1,4,4]", "device.detuning [0.0,1.0]"),
        ('name = "finite_rate_monitoring"', "protocol.period [0.1,0.3]", "protocol.duration [1.0,0.2]"),
        ('name = "echoed_bell"', "protocol.pulses [2,4]", "protocol.checks [3,4]"),
        ('name = "no_emitted_magnon"\nsteps = 2', "protocol.A [0.2,0.5]", "medium.a [0.9,1.0]"),
        ('name = "monitored_bell"\ninitial = "uu"', "protocol.duration [0.5,1.0]", "medium.q [0.0,0.1]"),
        ('name = "finite_rate_monitoring"\ninitial = "uu"', "protocol.duration [0.5,1.0]", "medium.q [0.0,0.1]"),
    ],
)
def test_arrays_give_what_every_point_gives(protocol: str, scan: str, curves: str) -> None:
    varied = experiment(protocol, scan, curves)
    check_every_point(varied)


@pytest.mark.parametrize("curves", ["protocol.duration [200.0,900.0]", "magnet.gap_ghz [2.0,2.2]"])
def test_a_magnet_is_asked_at_every_point(curves: str) -> None:
    check_every_point(experiment('name = "final_check"', "magnet.height_nm [10,12]", curves, FILM))


def check_every_point(varied: Experiment) -> None:
    protocol = GALLERY[varied.content.protocol.name]
    kept = by_master_equation(varied, protocol, varied.scan.values)
    for curve in range(varied.n_curves):
        for point in range(varied.scan.values.size):
            settings = varied.settings(curve, point)
            alone = protocol.reference(device_of(settings).dynamics, **parameters_of(settings))
            np.testing.assert_allclose(kept.states[curve, point], alone.states[0], atol=1e-12)
            assert kept.probability[curve, point] == pytest.approx(alone.probability[0], abs=1e-12)


def test_a_device_is_built_once_for_all_points_at_which_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[nv.Device] = []
    check = nv.Device.__post_init__

    def counted(self: nv.Device) -> None:
        built.append(self)
        check(self)

    monkeypatch.setattr(nv.Device, "__post_init__", counted)
    durations = f"[{','.join(f'{value:g}' for value in np.linspace(0.05, 2.05, 41))}]"
    detunings = "[0.0,0.5,1.0,2.0,4.0]"
    varied = experiment('name = "final_check"', f"protocol.duration {durations}", f"device.detuning {detunings}")
    run(varied)
    assert len(built) <= 10
