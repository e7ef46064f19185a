"""Schedules: where events stand, what a schedule reads like, and what neither it nor a device lets pass."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulse_laboratory import one_still_spin, still

import nvprotocol as nv
from nvprotocol import pulses as p
from nvprotocol.errors import ArgumentError, MissingExtraError
from nvprotocol.pulses.propagation.timeline import Timeline

FLIP = p.Pulse(p.Square(50.0), rabi=60.0, qubit=0)
loose: Any = p  # for what the types already forbid
PAIR = nv.MasterEquation(nv.Medium.pair())


def test_events_follow_one_another() -> None:
    schedule = p.Schedule([p.Wait(1.0), FLIP, p.Check(), p.Wait(0.5), p.Check(start=0.2), p.Wait(0.1)], duration=2.0)
    assert [event.start for event in schedule] == pytest.approx([0.0, 0.2, 0.2, 1.0, 1.05, 1.05])
    assert [type(event).__name__ for event in schedule] == ["Wait", "Check", "Wait", "Pulse", "Check", "Wait"]
    assert (len(schedule), schedule.duration) == (6, 2.0)
    assert schedule.of(p.Pulse)[0].centre == pytest.approx(1.025)
    assert p.Schedule([]).duration == 0.0
    assert str(p.Schedule([])) == "Schedule of 0 events, 0 µs"


@given(st.lists(st.floats(0.0, 2.0), max_size=5), st.lists(st.floats(0.0, 2.0), max_size=5), st.floats(0.0, 1.0))
def test_one_schedule_after_another(first: list[float], second: list[float], more: float) -> None:
    one = p.Schedule(map(p.Wait, first), duration=sum(first) + more)
    two = p.Schedule(map(p.Wait, second))
    both = one.then(two)
    assert both.duration == pytest.approx(sum(first) + more + sum(second))
    assert [event.begin for event in both][len(first) :] == pytest.approx([e.begin + one.duration for e in two])


def test_a_slot_holds_the_pulse_in_its_middle() -> None:
    pulse = dataclasses.replace(FLIP, slot_ns=80.0, start=1.0)
    assert (pulse.on[0], pulse.on[1], pulse.end) == pytest.approx((1.015, 1.065, 1.08))
    turned = p.rotation(p.Gaussian(30.0), slot_ns=100.0)
    bare = p.rotation(p.Gaussian(30.0))
    runs = [p.Propagation(p.Schedule(events, 0.1), one_still_spin()) for events in ([turned], [p.Wait(0.035), bare])]
    np.testing.assert_allclose(runs[0].propagator(), runs[1].propagator(), atol=1e-12)


def test_a_schedule_reads_as_a_table() -> None:
    events = [
        p.GradientRamp(80.0, duration=0.5, shape="cosine"),
        p.rotation(p.Drag(40.0), phase=0.5, qubit=1),
        p.Pulse(p.Samples([1.0, 0.5], 10.0), rabi=1.0, tone_ghz=2.875, start=0.6),
        p.Pulse(p.Gaussian(20.0), rabi=2.0, detuning=-3.0),
        p.MediumRamp(0.5, coherent=1.0),
        p.Wait(1.0),
        p.Check(keep=None),
        p.Act(nv.channels.preparation(0.0).on([0], 2), "reset NV 0"),
    ]
    text = str(p.Schedule(events))
    assert text.startswith("Schedule of 8 events, 1.64 µs\n")
    described = (
        "gradient to δ = 80 rad/µs, cosine",
        f"pulse on NV 1: DRAG, 40 ns, Ω = {p.calibrate(p.Drag(40.0)).rabi:.6g} rad/µs, phase 0.5",
        "pulse on all at 2.875 GHz: 2 samples, 20 ns, Ω = 1 rad/µs, phase 0",
        "pulse on all at -3 rad/µs: Gaussian, 20 ns",
        "medium times 0.5, couplings times 1",
        "check of |σz|, not kept",
        "reset NV 0",
    )
    rows = [next(row for row in text.splitlines() if what in row) for what in described]
    assert len({row.index(what) for row, what in zip(rows, described, strict=True)}) == 1
    assert "… 140 more …" in str(p.Schedule([p.Wait(0.1)] * 200))
    assert repr(p.Schedule(events)) == text


def test_schedules_are_frozen_and_can_be_sent_elsewhere() -> None:
    schedule = p.Schedule([FLIP, p.Wait(1.0), p.Check()])
    with pytest.raises(dataclasses.FrozenInstanceError):
        schedule.duration = 3.0  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(dataclasses.FrozenInstanceError):
        FLIP.rabi = 3.0  # pyright: ignore[reportAttributeAccessIssue]
    for twin in (pickle.loads(pickle.dumps(schedule)), copy.deepcopy(schedule)):
        assert twin.events == schedule.events


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: loose.Wait(-1.0), r"`duration` must be at least 0, but is -1\."),
        (lambda: loose.Wait(1.0, start=np.inf), r"`start` must be finite, but is inf\."),
        (lambda: loose.Pulse(p.Square(50.0), rabi=-1.0), r"`rabi` must be at least 0, but is -1\."),
        (lambda: loose.Pulse(50.0, rabi=1.0), r"`envelope` must be an Envelope, but is of type float\."),
        (lambda: loose.Pulse(p.Square(5.0), rabi=1.0, qubit=-1), r"`qubit` must be at least 0, but is -1\."),
        (
            lambda: loose.Pulse(p.Square(50.0), rabi=1.0, slot_ns=30.0),
            r"`slot_ns` must be at least the 50 ns of the pulse, but is 30\.",
        ),
        (
            lambda: loose.Pulse(p.Square(5.0), 1.0, detuning=2.0, tone_ghz=2.8),
            r"`tone_ghz` must not be given together with `detuning`",
        ),
        (lambda: loose.GradientRamp("5"), r"`detuning` must be numeric"),
        (lambda: loose.GradientRamp(1.0, duration=-1.0), r"`duration` must be at least 0, but is -1\."),
        (lambda: loose.GradientRamp(1.0, shape="step"), r'`shape` must be one of "linear", "cosine", but is "step"\.'),
        (lambda: loose.MediumRamp(-0.5), r"`scale` must be at least 0, but is -0\.5\."),
        (lambda: loose.Check(keep=2), r"`keep` must be 0, 1 or None, but is 2\."),
        (lambda: loose.Act(np.eye(16)), r"`channel` must be a Channel, but is of type ndarray\."),
        (lambda: loose.Schedule(FLIP), r"`events` must be a sequence of events, but is of type Pulse\."),
        (lambda: loose.Schedule([FLIP, "x"]), r"`events` must be pulses, waits, .*, but has one of type str\."),
        (
            lambda: loose.Schedule([p.Wait(2.0)], duration=1.0),
            r"`duration` must be at least 2 µs, where the last event ends, but is 1\.",
        ),
        (
            lambda: loose.Schedule([FLIP, dataclasses.replace(FLIP, start=0.02)]),
            r"do not overlap on one tone: the one at 0 µs lasts until 0\.05 µs, but the next begins at 0\.02 µs\.",
        ),
        (
            lambda: loose.Schedule([p.GradientRamp(1.0, 2.0), p.GradientRamp(1.0, start=1.0)]),
            r"ramps of the gradient one after another: one lasts until 2 µs, but the next begins at 1 µs\.",
        ),
    ],
)
def test_events_and_schedules_that_there_are_not(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


@pytest.mark.parametrize(
    ("events", "device", "message"),
    [
        (
            [p.Pulse(p.Square(5.0), 1.0, qubit=2)],
            still(),
            r"`qubit` must be less than the 2 NV qubits of the device, but is 2\.",
        ),
        ([FLIP], still(max_rabi=50.0), r"`rabi` must be at most the device's 50 rad/µs, but reaches 60 at 0 µs\."),
        (
            [FLIP, p.Pulse(p.Square(20.0), 50.0, qubit=1, detuning=40.0, start=0.01)],
            still(max_rabi=100.0),
            r"100 rad/µs, but of 2 pulses together reaches 110 at 0\.01 µs\.",
        ),
        ([FLIP, p.Pulse(p.Square(20.0), 5.0, qubit=1, start=0.01)], still(), "do not overlap on one tone"),
        ([FLIP, p.Pulse(p.Square(20.0), 5.0, tone_ghz=2.87, start=0.01)], still(), "do not overlap on one tone"),
        (
            [p.GradientRamp(300.0)],
            still(max_detuning=200.0),
            r"`detuning` must be at most the device's 200 rad/µs in size, but is 300 at 0 µs\.",
        ),
        (
            [p.GradientRamp((1.0, 2.0))],
            still(),
            r"`detuning` must be one number, δ, for a pair, but has shape \(2,\)\.",
        ),
        (
            [p.rotation(p.Square(20.0))],
            still(crosstalk=np.eye(2)),
            r"`qubit` must be an NV where the antenna of NV 0 does not reach NV 1, but is None, for all of them\.",
        ),
        (
            [p.Pulse(p.Square(20.0), 1.0, tone_ghz=2870.0)],  # MHz
            still(),
            r"`tone_ghz` must be less than 5\.74 GHz, twice the mean splitting, but is 2870\.",
        ),
        ([p.Check()], one_still_spin(), r"`n_qubits` must be "),
        (
            [p.Act(nv.channels.preparation(0.0))],
            still(),
            r"`channel` must act on the 2 NV qubits of the device, but acts on 1\.",
        ),
    ],
)
def test_what_a_device_cannot_play(events: list[p.Event], device: nv.Device, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        p.evolve(p.Schedule(events), device)


def test_tones_that_do_not_meet_may_sound_together() -> None:
    other = p.Pulse(p.Square(20.0), 5.0, qubit=1, start=0.01)
    p.Propagation(p.Schedule([FLIP, other]), still(5.0))  # the splittings differ
    p.Propagation(p.Schedule([FLIP, other]), still(crosstalk=np.eye(2)))  # an antenna each


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frame": "labor"}, r'`frame` must be one of "rwa", "rotating", "lab", but is "labor"\.'),
        ({"method": "euler"}, r'`method` must be one of "magnus", "dynamics", but is "euler"\.'),
        ({"no_jump": "no"}, r'`no_jump` must be True or False, but is "no"\.'),
        ({"tolerance": 0.0}, r"`tolerance` must be at least 1e-13, but is 0\."),
        ({"initial": "uuu"}, r"`initial` must have 2 letters"),
        ({"times": [1.0, 5.0]}, r"`times` must be within the 2 µs of the schedule, but has 5\."),
        ({"times": [1.0, 0.5]}, r"`times` must not decrease"),
    ],
)
def test_runs_that_there_are_not(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        p.evolve(p.Schedule([p.Wait(2.0)]), still(), **arguments)  # pyright: ignore[reportArgumentType]


def test_arguments_of_the_wrong_type() -> None:
    for schedule, device, name in (([FLIP], still(), "schedule"), (p.Schedule([FLIP]), PAIR, "device")):
        with pytest.raises(ArgumentError, match=f"`{name}` must be a "):
            p.evolve(schedule, device)  # pyright: ignore[reportArgumentType]
    run = p.Propagation(p.Schedule([p.Wait(1.0)]), still())
    with pytest.raises(ArgumentError, match="`schedule` must be a Schedule, but is of type list"):
        run.of([FLIP])  # pyright: ignore[reportArgumentType]
    for start, end, name in ((0.5, 0.2, "start"), (0.0, 1.5, "end")):
        with pytest.raises(ArgumentError, match=f"`{name}` must be at most"):
            run.propagator(start, end)
    with pytest.raises(ArgumentError, match="`schedules` must contain at least one"):
        p.scan([], still())
    large = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.zeros((5, 5)))))
    with pytest.raises(ArgumentError, match="`device` must have at most 4 NV qubits for pulses, but has 5"):
        p.evolve(p.Schedule([FLIP]), large)


def test_without_qiskit_dynamics_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nvprotocol.pulses.propagation.model.find_spec", lambda _name: None)
    for call in (
        lambda: p.evolve(p.Schedule([FLIP]), still(), method="dynamics"),
        lambda: p.lindblad_model(still()),
        lambda: p.non_hermitian_model(still()),
    ):
        with pytest.raises(MissingExtraError, match=r'^[^\n]*pip install "nvprotocol\[pulse\]"[^\n]*$'):
            call()
    assert p.evolve(p.Schedule([FLIP]), still()).states.shape == (1, 4, 4)


def test_long_trains_stay_cheap_to_lay_out() -> None:
    # Cuts grow with the events, not with their square: every segment knows its tones without a search.
    flips = [event for _ in range(3000) for event in (p.Wait(0.1), FLIP)]
    timeline = Timeline(p.Schedule(flips), still())
    assert len(timeline.segments) == 6000
    assert {len(segment.tones) for segment in timeline.segments} == {0, 1}


def test_gradient_and_medium_at_any_time() -> None:
    ramps = [p.GradientRamp(4.0, duration=2.0), p.MediumRamp(0.5, coherent=0.0), p.Wait(1.0), p.GradientRamp(-1.0)]
    timeline = Timeline(p.Schedule(ramps), still(2.0))
    times = np.array([0.0, 1.0, 2.0, 2.5, 3.0])
    delta = np.array([2.0, 3.0, 4.0, 4.0, -1.0])
    np.testing.assert_allclose(timeline.offsets(times), [delta, -delta])
    np.testing.assert_allclose(timeline.scales(times), [[1, 1, 0.5, 0.5, 0.5], [1, 1, 0, 0, 0]])


def test_crosstalk_is_what_the_other_spin_sees() -> None:
    # Spin 1 sees 0.3 of the field on spin 0, both on resonance: it turns by 0.3 of the angle, about y.
    device = still(crosstalk=[[1, 0.5], [0.3j, 1]])
    state = p.evolve(p.Schedule([p.rotation(p.RaisedCosine(30.0), np.pi, qubit=0)]), device, "uu").states[-1]
    ket = np.kron([np.cos(0.15 * np.pi), -1j * 1j * np.sin(0.15 * np.pi)], [0.0, -1j])
    np.testing.assert_allclose(state, np.outer(ket, ket.conj()), atol=1e-9)
