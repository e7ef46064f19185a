"""Every column of the data of a design and of an experiment, worked out a second time; none is left out."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from experiments import MONITORED, SYMMETRIC, UNMONITORED, result_of
from numpy.typing import NDArray
from xarray import Dataset

import nvprotocol as nv
from nvprotocol.experiment import parse, run, to_dataset
from nvprotocol.magnets.constants import GAMMA

FAULTY = """
[medium]
a = 1.0
A = [0.5, 0.6]
q = 0.2
[device]
detuning = 0.3
monitor_efficiency = 0.9
readout_error = [0.02, 0.05]
[protocol]
name = "monitored_bell"
checks = 2
[scan]
parameter = "protocol.duration"
values = [0.3, 0.8]
[run]
shots = 500
"""
READ = """
[medium]
a = 0.7
A = 0.4
[device]
readout_error = [0.03, 0.03]
[protocol]
name = "relaxometry"
[scan]
parameter = "protocol.duration"
values = [0.2, 0.9]
[run]
shots = 800
"""


def compared(data: Dataset, expected: dict[str, NDArray], rtol: float = 1e-9) -> None:
    """Holds the columns against others, and sees to it that there are no more of them."""
    assert set(map(str, data.data_vars)) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(data[name], values, rtol=rtol, atol=1e-12, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("heights", [[10.0, 25.0], None], ids=["film", "exchange"])
def test_columns_of_a_survey(heights: list[float] | None) -> None:
    """At equal fields and without chirality every column is a closed form of a, ã, |A| and |Ã| of the media."""
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    magnet = film if heights else nv.magnets.Exchange(2, 2.0, 8e-6, 14.2, 1.24, 0.5)
    separations, cycle = [60.0, 90.0, 150.0], nv.design.Cycle(period=0.0, preparation=30.0)
    asked: dict[str, Any] = {"frequency_ghz": 2.87, "temperature_k": 0.01}
    found = nv.design.survey(magnet, 0.9, separation_nm=separations, height_nm=heights, cycle=cycle, **asked)
    places = [(r, h) for r in separations for h in heights or [None]]
    media = [magnet.medium(r, height_nm=h, **asked) for r, h in places]
    a, both = (np.array([np.real(part[0, 0]) for part in parts]) for parts in zip(
        *((one.relaxation, one.relaxation + one.excitation) for one in media), strict=True
    ))  # fmt: skip
    A = np.array([complex(one.relaxation[0, 1]) for one in media])
    gamma = np.abs(A) + np.abs([one.excitation[0, 1] for one in media])
    J = np.array([np.real(one.flip_flop[0, 1]) for one in media])
    d = np.array([np.real(one.dephasing[0, 0] - one.dephasing[0, 1]) for one in media])
    amplitude = 2 * J - 1j * gamma * np.sign(np.real(A))  # g₁₂ = g₂₁
    direct = np.array([float(one.provenance.numbers["direct J⊥"].value) for one in media if one.provenance is not None])
    data = found.dataset()
    dephased = 4 * d / gamma  # C = √(1 + g²/Γ²) − g/Γ, without J⊥ of another phase
    harmless = np.abs(d) < 1e-9 * gamma
    time = np.log(9) / (4 * gamma)
    expected = {
        "a": a,
        "A_abs": np.abs(A),
        "J": J,
        "probability": (1 / 9) ** ((both - gamma) / (2 * gamma)) / 1.8,
        "time": time,
        "rate": (1 / 9) ** ((both - gamma) / (2 * gamma)) / 1.8 / (time + 30.0) * 1e6,
        "fidelity": (1 + np.sqrt(1 + dephased**2) - dephased) / 2,
        "exceptional_field_nt": 2 * np.abs(amplitude) / (GAMMA * 1e-15),
        "checks": np.full(a.shape, np.inf),
        "period": np.zeros(a.shape),
        "dipole_rate": 1e6 / (np.arcsin(0.8) / (4 * direct) + 30.0),
    }
    assert np.all(harmless)
    assert np.all(np.abs(A) < 0.999 * a), "the columns differ"
    shape = data.a.shape
    assert shape == (3, 2) if heights else (3,)
    alone = [nv.design.bell_yield(medium, 0.9, cycle=cycle) for medium in media]
    for name in ("field_tolerance_nt", "dephasing_budget"):  # which their own tests hold against the dynamics
        expected[name] = np.array([float(getattr(one, name)) for one in alone])
    whole = {name: np.reshape(values, shape) for name, values in expected.items()}
    for one in fields(nv.design.Attempt):  # of both starts and both phases, as their own tests hold against circuits
        each = np.stack([getattr(answer.every, one.name) for answer in alone], axis=-1)
        whole[f"{one.name}_of_each"] = each.reshape(2, 2, *shape)
    whole["unlimited_rate_of_each"] = whole["rate_of_each"]
    compared(data, whole, rtol=1e-6)
    np.testing.assert_array_equal(data.separation, separations)
    told = "monitoring     continuous; each attempt   30 µs of preparation"
    of_question = {"target_fidelity": 0.9, "overhead_us": 30.0, "cycle": told}
    assert data.attrs == {"format_version": 1, "magnet": repr(magnet), **of_question}


@pytest.mark.slow
@pytest.mark.parametrize("text", [MONITORED, UNMONITORED, SYMMETRIC, FAULTY], ids=["monitored", "free", "X", "faulty"])
def test_columns_of_an_experiment_with_tomography(text: str) -> None:
    result = run(parse(text)) if text == FAULTY else result_of(text)
    data = to_dataset(result)
    settings, protocol = data.setting.values.tolist(), result.experiment.content.protocol.name
    counts, shots = data.counts.to_numpy(), result.experiment.content.run.shots
    assert shots is not None
    ansatz = "X" if len(settings) == 5 else "full"
    readout = [[0.98, 0.05], [0.02, 0.95]] if text == FAULTY else None
    tomography = [
        [nv.tomography.estimate(table, settings, readout, ansatz=ansatz) for table in curve] for curve in counts
    ]
    state = np.array([[one.state for one in curve] for curve in tomography])
    kept = counts.sum(axis=(-2, -1))
    low, high = nv.tomography.clopper_pearson(kept, len(settings) * shots)
    ends = np.array([[one.interval for one in curve] for curve in tomography])
    error = np.array([[float(one.standard_error) for one in curve] for curve in tomography])
    expected = {
        "concurrence": np.array([[float(one.concurrence) for one in curve] for curve in tomography]),
        "concurrence_low": ends[..., 0],
        "concurrence_high": ends[..., 1],
        "concurrence_error": error,
        "success_probability": kept / (len(settings) * shots) if protocol == "monitored_bell" else np.ones(kept.shape),
        "success_low": low if protocol == "monitored_bell" else np.full(kept.shape, low),
        "success_high": high if protocol == "monitored_bell" else np.full(kept.shape, high),
        "state": np.stack([state.real, state.imag], axis=-1),
        "counts": counts,
        "p_value": np.array([[float(one.p_value) for one in curve] for curve in tomography]),
        "deviation": (data.concurrence - data.concurrence_exact) / data.concurrence_error,
    }
    exact, fine, ideal = theory(data, text)
    expected |= {"concurrence_exact": exact[0], "success_exact": exact[1]}
    expected |= {"concurrence_fine": fine[0], "success_fine": fine[1]}
    if text == FAULTY:
        expected |= {"concurrence_ideal": ideal[0], "success_ideal": ideal[1]}
        assert np.all(np.abs(ideal[1] - fine[1])[:, 1:] > 1e-3), "the columns differ"
    compared(data, expected, rtol=1e-6)


def theory(data: Dataset, text: str) -> list[tuple[NDArray, NDArray]]:
    """Concurrence and probability at the points and on the fine axis as circuits, and there with ideal instruments."""
    found = []
    for axis, engine in ((data.point, True), (data.fine, True), (data.fine, False)):
        parts = [curve(text, number, axis.to_numpy(), circuits=engine) for number in range(data.sizes["curve"])]
        found.append(tuple(np.array(column) for column in zip(*parts, strict=True)))
    return found


def curve(text: str, number: int, values: NDArray, *, circuits: bool) -> tuple[NDArray, NDArray]:
    if text not in (MONITORED, FAULTY):
        equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=values))
        return nv.concurrence(equation.evolve("ud", 1.5)[:, 0]), np.ones(values.size)
    symbols, delta, checks = (
        ({"a": 2.0, "A": 1.2 + 1j, "q": 0.2}, (0.0, 2.5)[number], 3)
        if text == MONITORED
        else ({"a": 1.0, "A": 0.5 + 0.6j, "q": 0.2}, 0.3, 2)
    )
    equation = nv.MasterEquation(nv.Medium.pair(**symbols), delta)
    if text == FAULTY and circuits:  # a check of efficiency η keeps a run with |σᶻ| = 1 with probability 1 − η
        return missed(equation, values, checks, 0.1)
    kept = [equation.monitored("ud", time, time / checks) if time else equation.no_jump("ud", 0.0) for time in values]
    return np.array([nv.concurrence(one.states[0]) for one in kept]), np.array([one.probability[0] for one in kept])


def missed(equation: nv.MasterEquation, values: NDArray, checks: int, share: float) -> tuple[NDArray, NDArray]:
    inside = np.outer([0, 1, 1, 0], [0, 1, 1, 0])
    outside = np.outer([1, 0, 0, 1], [1, 0, 0, 1])
    states, success = [], []
    for time in values:
        rho, probability = nv.operators.density_matrix("ud"), 1.0
        for _ in range(checks):
            rho = equation.evolve(rho, time / checks)[0]
            rho = inside * rho + share * outside * rho
            probability *= np.trace(rho).real
            rho = rho / np.trace(rho)
        states.append(rho)
        success.append(probability)
    return nv.concurrence(np.array(states)), np.array(success)


def test_columns_of_an_experiment_with_a_readout() -> None:
    """Relaxometry from |↑↓⟩: the probability that the qubits differ, through 3 % of errors each."""
    data = to_dataset(run(parse(READ)))
    equation = nv.MasterEquation(nv.Medium.pair(a=0.7, A=0.4))

    def differ(times: NDArray) -> NDArray:
        return np.diagonal(equation.evolve("ud", times), axis1=-2, axis2=-1).real[:, 1:3].sum(axis=-1)

    odd = 2 * 0.03 * 0.97
    counts = data.counts.to_numpy()[:, :, 0]
    seen = counts[..., 1:3].sum(axis=-1)
    low, high = nv.tomography.clopper_pearson(seen, 800)
    every = nv.tomography.clopper_pearson(800, 800)
    share, one = seen / 800, np.ones((1, 2))
    times, fine = data.point.to_numpy(), data.fine.to_numpy()
    exact = odd + (1 - 2 * odd) * differ(times)[None]
    error = np.sqrt(share * (1 - share) / 800)
    compared(data, {
        "probability": share,
        "probability_low": low,
        "probability_high": high,
        "probability_error": error,
        "success_probability": one,
        "success_low": one * every[0],
        "success_high": one * every[1],
        "probability_exact": exact,
        "success_exact": one,
        "probability_fine": odd + (1 - 2 * odd) * differ(fine)[None],
        "success_fine": np.ones((1, fine.size)),
        "probability_ideal": differ(fine)[None],
        "success_ideal": np.ones((1, fine.size)),
        "deviation": (share - exact) / error,
        "counts": data.counts.to_numpy(),
    })  # fmt: skip
    assert np.all(data.counts.sum("outcome") == 800)
