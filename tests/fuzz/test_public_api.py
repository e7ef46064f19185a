"""Whatever the public API is given, it answers with a result or with an error of this package in one line.

`make fuzz` tries everything public; here is a sample, the same every time.
"""

import contextlib
import inspect
import pickle
from typing import Any

import api_fuzzer
import numpy as np
import public_calls
import pytest
from hostile_values import VALUES

import nvprotocol as nv
from nvprotocol._checks import show


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_hostile_arguments_are_refused_in_one_line(seed: int) -> None:
    report = api_fuzzer.run(["--names", "30", "--sample", "500", "--seed", str(seed)])
    assert report.tried > 200
    assert report.wrong == {}


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> public_calls.Recorder:
    """The calls of all examples, which need the files of the gallery."""
    pytest.importorskip("qiskit_dynamics")
    folder = tmp_path_factory.mktemp("examples")
    for name in ("circuits", "designs"):
        (folder / name).symlink_to(public_calls.ROOT / name)
    with contextlib.chdir(folder):
        return public_calls.recorded()


@pytest.mark.slow
@pytest.mark.xdist_group("examples")
def test_everything_public_is_fuzzed(recorder: public_calls.Recorder) -> None:
    """Of each public thing there is a valid call, in whose place hostile ones can be put."""
    takes = {name for name, thing in recorder.public.items() if inspect.signature(thing).parameters}
    assert takes - set(recorder.calls) <= public_calls.REFUSED


@pytest.mark.slow
@pytest.mark.xdist_group("examples")
def test_whatever_is_public_travels_between_processes(recorder: public_calls.Recorder) -> None:
    assert len(recorder.made) > 40
    for thing in recorder.public.values():
        if "." not in thing.__qualname__:
            assert pickle.loads(pickle.dumps(thing)) is thing
    lost = {}
    for name, made in recorder.made.items():
        try:
            copy = pickle.loads(pickle.dumps(made))
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            lost[name] = str(error)
        else:
            assert type(copy) is type(made), name
            assert str(copy) == str(made) or " at 0x" in str(made), name
    # Works and series of the examples compute with functions of the page, a pool of processes is one of its own.
    stay = (
        "nvprotocol.inference.series.Series",
        "nvprotocol.runs.work.Work",
        "nvprotocol.runs.store.",
        "nvprotocol.runs.worker_pool.",
    )
    assert {name: why for name, why in lost.items() if not name.startswith(stay)} == {}


@pytest.mark.parametrize("label", VALUES)
def test_whatever_is_shown_is_one_short_line(label: str) -> None:
    shown = show(VALUES[label]())
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= 160
    assert shown.isprintable() or not shown


@pytest.mark.parametrize("error", [nv.errors.TooLargeError, nv.errors.SelectionError])
def test_new_errors_are_arguments_errors_and_travel(error: type[nv.errors.ArgumentError]) -> None:
    made = error("times", "be few", "are many")
    copy = pickle.loads(pickle.dumps(made))
    assert isinstance(copy, nv.errors.ArgumentError)
    assert str(copy) == str(made) == "Argument `times` must be few, but are many."


@pytest.mark.parametrize("value", [0, 1, "", "parity", [], (), False, True, np.array(0)])
def test_a_postselection_that_is_no_mapping_is_refused(value: Any) -> None:
    """What is false, and is not None, would keep every run without a word."""
    circuit = nv.protocols.monitored_bell(duration=0.1, checks=1)
    device = nv.Device(nv.MasterEquation(nv.Medium.pair()))
    for call in (
        lambda: nv.emulate(circuit, device, shots=10, postselect=value, engine="exact"),
        lambda: nv.NVBackend(device).run(circuit, postselect=value),
        lambda: nv.pulses.schedule(circuit, device, value),
    ):
        with pytest.raises(nv.errors.ArgumentError, match=r"Argument `postselect` must be a mapping of registers"):
            call()
