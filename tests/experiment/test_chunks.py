"""An experiment in chunks gives the same numbers however it is cut, interrupted, continued or spread."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray
from command_line import error_of, exit_code, printed
from experiments import MONITORED, UNMONITORED
from repository import ROOT

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, FileError, StoreError
from nvprotocol.experiment import ExperimentResult, load, parse, read_dataset, run, to_dataset
from nvprotocol.experiment.chunks import key_of, plan_of, work_of
from nvprotocol.runs import WorkerPool

LONG = """
[medium]
a = 2.0
A = 1.9
[protocol]
name = "monitored_bell"
checks = 5
[scan]
parameter = "protocol.duration"
start = 0.01
stop = 1.0
points = 470
[run]
shots = 500
tomography = "X"
"""
BESIDE_A_TABLE = """
[magnet]
kind = "tabulated"
file = "green.csv"
separation_nm = 45.0
frequency_ghz = 2.87
[protocol]
name = "dissipative_entanglement"
[scan]
parameter = "protocol.duration"
values = [100.0, 200.0]
"""
READ = MONITORED.replace('name = "monitored_bell"\nchecks = 3', 'name = "ramsey"').replace('"400 ns"', "0.4")
NONE_KEPT = MONITORED.replace("shots = 400", "shots = 1").replace("a = 2.0", "a = 30.0").replace("0.2", "0.9")
ERRING = MONITORED.replace("[protocol]", "[device]\nreadout_error = [0.02, 0.05]\n[protocol]")
TEXTS = {"monitored": MONITORED, "medium": UNMONITORED, "read": READ, "none kept": NONE_KEPT, "erring": ERRING}


def arrays_of(result: ExperimentResult) -> Iterator[np.ndarray]:
    """All numbers of a result, fitted ones included."""
    data = to_dataset(result)
    yield from (data[name].to_numpy() for name in data.data_vars)


def assert_equal(one: ExperimentResult, other: ExperimentResult) -> None:
    for first, second in zip(arrays_of(one), arrays_of(other), strict=True):
        np.testing.assert_array_equal(first, second)
    assert str(one) == str(other)
    for curve, again in zip(one.curves, other.curves, strict=True):
        told = [[None if estimate is None else estimate.metadata for estimate in of.estimates] for of in (curve, again)]
        assert told[0] == told[1]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_result_is_the_same_from_a_store(tmp_path: Path, text: str) -> None:
    once = run(parse(text))
    assert_equal(once, run(parse(text), store=tmp_path / "store"))
    assert_equal(once, run(parse(text), ThreadPoolExecutor(1), store=tmp_path / "store"))


def test_a_result_is_the_same_from_workers(tmp_path: Path) -> None:
    experiment = parse(LONG.replace("points = 470", "points = 40"))
    once = run(experiment)
    with WorkerPool(2) as workers:
        assert_equal(once, run(experiment, workers))


@pytest.mark.parametrize("text", [MONITORED, UNMONITORED, READ])
def test_counts_do_not_depend_on_the_cut(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    whole = run(parse(text))
    monkeypatch.setattr("nvprotocol.experiment.chunks.points_each", lambda n, _: [(k, k + 1) for k in range(n)])
    single = run(parse(text))
    for one, other in zip(whole.curves, single.curves, strict=True):
        for first, second in zip(one.estimates, other.estimates, strict=True):
            assert first is not None
            assert second is not None
            np.testing.assert_array_equal(first.counts, second.counts)
            np.testing.assert_allclose(first.interval, second.interval, atol=1e-9)
            assert abs(first.standard_error - second.standard_error) < 1e-9
        np.testing.assert_allclose(one.exact.values, other.exact.values, atol=1e-13)


def test_a_point_draws_from_its_own_stream() -> None:
    experiment = parse(UNMONITORED)
    result = run(experiment).curves[0].estimates[2]
    assert result is not None
    circuit = nv.protocols.dissipative_entanglement(1.5)
    device = experiment.device(0, experiment.scan.values[2])
    alone = nv.emulate(circuit, device, 300, seed=np.random.default_rng([experiment.content.run.seed, 0, 2]))
    np.testing.assert_array_equal(result.counts, alone.counts)


def test_workers_and_interruptions_do_not_decide_on_the_cut() -> None:
    cut = plan_of(parse(LONG)).parts
    assert [part.stop - part.start for part in cut] == [30] * 15 + [20, 0]
    assert sum(work_of(parse(LONG), plan_of(parse(LONG))).sizes) == 470


@pytest.mark.parametrize("file", sorted((ROOT / "circuits").glob("*.toml")), ids=lambda path: path.stem)
def test_an_experiment_can_be_pickled(file: Path) -> None:
    experiment = load(file)
    again = pickle.loads(pickle.dumps(experiment))
    assert again.content == experiment.content
    assert key_of(again) == key_of(experiment)
    assert work_of(again, plan_of(again)).identity == work_of(experiment, plan_of(experiment)).identity


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('title = "A small experiment"', 'title = "Mine"', True),
        ('"400 ns"', "0.4", True),
        ("a = 2.0", "a = 2", True),
        ("a = 2.0", "a = 2.0000000000000004", False),
        ("seed = 3", "seed = 4", False),
        ("shots = 400", "shots = 401", False),
        ("values = [0.0, 2.5]", "values = [2.5, 0.0]", False),
        ("shots = 400", 'shots = 400\nengine = "exact"', False),
        ("shots = 400", 'shots = 400\ntomography = "X"', False),
        ("q = 0.2", "q = 0.2\nd = 0.0", True),
        ("checks = 3", "checks = 4", False),
    ],
)
def test_the_key_is_that_of_the_numbers(old: str, new: str, same: bool) -> None:
    assert old in MONITORED
    assert (key_of(parse(MONITORED)) == key_of(parse(MONITORED.replace(old, new)))) is same


def test_the_key_has_what_a_table_says_and_not_where_it_is(tmp_path: Path) -> None:
    separation = np.arange(0.0, 200.0, 10.0)
    keys = []
    for name, scale in (("one", 1.0), ("two", 1.0), ("three", 1.1)):
        folder = tmp_path / name
        folder.mkdir()
        green = scale * -1e-3j * np.exp(-((separation / 90) ** 2))
        rows = [f"2.87,{x:g},{g.real:.9g},{g.imag:.9g}" for x, g in zip(separation, green, strict=True)]
        (folder / "green.csv").write_text("\n".join(["frequency_ghz,separation_nm,green_real,green_imag", *rows]))
        (folder / "mine.toml").write_text(BESIDE_A_TABLE)
        keys.append(key_of(load(folder / "mine.toml")))
    assert keys[0] == keys[1] != keys[2]


def test_another_file_does_not_get_into_a_store(tmp_path: Path) -> None:
    run(parse(UNMONITORED), store=tmp_path / "store")
    with pytest.raises(StoreError, match=r"of another run, in which run\.shots is 300, not 301\.$"):
        run(parse(UNMONITORED.replace("shots = 300", "shots = 301")), store=tmp_path / "store")


def test_what_is_no_executor_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `executor` must be a concurrent\.futures\.Executor, or None"):
        run(parse(UNMONITORED), print)  # pyright: ignore[reportArgumentType]


def test_data_that_have_changed_are_refused(tmp_path: Path, rng: np.random.Generator) -> None:
    path = tmp_path / "data.nc"
    result = run(parse(UNMONITORED))
    nv.experiment.write_dataset(result, path)
    assert read_dataset(path).equals(to_dataset(result))
    with xarray.open_dataset(path, engine="h5netcdf") as data:  # what any program that knows NetCDF does
        assert data.equals(to_dataset(result))
    raw = path.read_bytes()
    for place in rng.integers(8 * len(raw), size=200).tolist():
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(FileError, match="has changed since it was written"):
            read_dataset(path)


# The command line.


def command(file: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "nvprotocol", "run", str(file), "-o", str(file.parent / "out" / "mine"), *more]


def chunks_in(folder: Path) -> int:
    return len(list(folder.glob("out/.mine.chunks/*.npz")))


def interrupted(file: Path, after: int, number: int = signal.SIGKILL, *more: str) -> None:
    """Runs a file and ends the run when some more chunks are there."""
    before = chunks_in(file.parent)
    with subprocess.Popen(command(file, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 300
        while chunks_in(file.parent) < before + after and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        process.communicate(timeout=60)


@cache
def data_of_long() -> xarray.Dataset:
    """What an uninterrupted run in this process finds."""
    return to_dataset(run(parse(LONG)))


@pytest.mark.slow
@pytest.mark.xdist_group("long")
@pytest.mark.parametrize(("more", "kills"), [((), (2,)), (("--workers", "2"), (1, 3, 2))], ids=["here", "workers"])
def test_a_run_that_is_killed_goes_on(
    tmp_path: Path, more: tuple[str, ...], kills: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "long.toml"
    file.write_text(LONG, encoding="utf-8")
    for after in kills:
        interrupted(file, after, signal.SIGKILL, *more)
    assert 17 > chunks_in(tmp_path) >= sum(kills), "what was there stays"
    done = subprocess.run(command(file, *more), capture_output=True, text=True, timeout=600, check=True)
    data = read_dataset(tmp_path / "out" / "mine" / "data.nc")
    assert data.equals(data_of_long())
    left = {path.name for path in (tmp_path / "out").iterdir()} - {"mine"}
    assert all(name.startswith(".mine-") for name in left), "of killed runs, cleared when the folder has settled"
    again = printed(capsys, *command(file, *more)[3:])
    assert again.splitlines()[:-1] == done.stdout.splitlines()[:-1]
    assert again.splitlines()[-1].startswith("Nothing was left to do")


@pytest.mark.slow
def test_two_runs_at_once_end_in_one_result(tmp_path: Path) -> None:
    file = tmp_path / "long.toml"
    file.write_text(LONG.replace("points = 470", "points = 64"), encoding="utf-8")
    runs = [
        subprocess.Popen(command(file), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [run.communicate(timeout=300) for run in runs]
    assert [(run.returncode, err) for run, (_, err) in zip(runs, said, strict=True)] == [(0, "")] * 2
    assert said[0][0].splitlines()[:-1] == said[1][0].splitlines()[:-1]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]
    experiment = parse(LONG.replace("points = 470", "points = 64"))
    assert read_dataset(tmp_path / "out" / "mine" / "data.nc").equals(to_dataset(run(experiment)))


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_run_that_is_told_to_end_says_what_is_kept(tmp_path: Path, number: int, code: int) -> None:
    file = tmp_path / "long.toml"
    file.write_text(LONG, encoding="utf-8")
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL); from nvprotocol.cli import main;"
        f"main({command(file)[3:]!r})"
    )
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) as process:
        while not chunks_in(tmp_path) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == code
    kept = 30 * chunks_in(tmp_path)
    assert said == f"nvprotocol: interrupted; {kept} of 470 points are kept, and the same command goes on from there.\n"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".mine.chunks"]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small file in the current folder, with the result of another one in the place of its own."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "small.toml"
    file.write_text(UNMONITORED.replace("A = 1.0", "A = 0.5"), encoding="utf-8")
    assert exit_code("run", "small.toml") == 0
    file.write_text(UNMONITORED, encoding="utf-8")
    return file


def in_results() -> list[str]:
    return sorted(path.name for path in Path("results").iterdir())


def test_a_run_that_replaces_a_result_goes_on(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it says itself: it would compute all anew otherwise, and without --force be refused."""
    old, draw = Path("results", "small", "data.nc").read_bytes(), nv.plotting.experiment_figure
    monkeypatch.setattr("nvprotocol.plotting.experiment_figure", _interrupt)
    capsys.readouterr()
    assert exit_code("run", "small.toml", "--force") == 143
    said = "nvprotocol: interrupted; 3 of 3 points are kept, and the same command goes on from there.\n"
    assert capsys.readouterr().err == said
    assert Path("results", "small", "data.nc").read_bytes() == old
    monkeypatch.setattr("nvprotocol.plotting.experiment_figure", draw)
    with monkeypatch.context() as computing:
        computing.setattr("nvprotocol.experiment.chunks._compute", lambda *_: pytest.fail("computed again"))
        assert exit_code("run", "small.toml", "--force") == 0
    assert in_results() == ["small"]
    assert read_dataset("results/small/data.nc").equals(to_dataset(run(parse(UNMONITORED))))


def test_a_run_that_replaces_a_result_uses_no_chunks_of_others(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(parse(UNMONITORED), store="results/.small.chunks")  # of a run without --force, which is to begin anew
    run(parse(UNMONITORED.replace("A = 1.0", "A = 0.2")), store="results/.small.0a1b2c3d.chunks")
    with monkeypatch.context() as failing:
        failing.setattr("nvprotocol.experiment.run", _interrupt)
        assert exit_code("run", "small.toml", "--force") == 143
    assert in_results() == ["small"]


def _interrupt(*_: object, **__: object) -> None:
    signal.raise_signal(signal.SIGTERM)


def test_an_interrupt_when_all_is_done_says_so(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nvprotocol.runs.ChunkStore.discard", lambda folder: _interrupt() if folder.exists() else None)
    capsys.readouterr()
    assert exit_code("run", "small.toml", "--force") == 143
    assert capsys.readouterr().err == f"nvprotocol: interrupted; {small.parent / 'results/small'} has been written.\n"
    monkeypatch.undo()
    monkeypatch.chdir(small.parent)
    left = Path("results", ".small-0a1b2c3d")  # and what a killed run leaves
    left.mkdir()
    os.utime(left, (0, 0))
    assert exit_code("run", "small.toml") == 0
    assert "Nothing was left to do" in capsys.readouterr().out
    assert in_results() == ["small"]


def test_a_changed_file_does_not_get_into_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(UNMONITORED, encoding="utf-8")
    run(parse(UNMONITORED), store="results/.small.chunks")
    Path("small.toml").write_text(UNMONITORED.replace("A = 1.0", "A = 0.5"), encoding="utf-8")
    said = error_of(capsys, "run", "small.toml")
    assert said.endswith(
        "is not used: it is of another run, in which medium.A[0] is 1, not 0.5; give --force to begin anew."
    )
    assert exit_code("run", "small.toml", "--force") == 0
    assert [path.name for path in Path("results").iterdir()] == ["small"]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_folder_of_somebody_in_the_place_of_the_chunks_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], force: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(UNMONITORED, encoding="utf-8")
    mine = Path("results", ".small.chunks", "letters.txt")
    mine.parent.mkdir(parents=True)
    mine.write_text("dear")
    if force:  # whose chunks are elsewhere
        assert exit_code("run", "small.toml", *force) == 0
    else:
        said = error_of(capsys, "run", "small.toml")
        assert said.endswith("is not used: it holds other things, such as letters.txt.")
    assert mine.read_text() == "dear"


def test_a_run_computes_nothing_where_the_result_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(UNMONITORED, encoding="utf-8")
    assert exit_code("run", "small.toml") == 0
    first = capsys.readouterr().out

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing is computed")

    monkeypatch.setattr("nvprotocol.experiment.run", refuse)
    assert exit_code("run", "small.toml") == 0
    assert capsys.readouterr().out.splitlines()[:-1] == first.splitlines()[:-1]
    data = Path("results", "small", "data.nc")
    data.write_bytes(data.read_bytes()[:-1])
    assert "already holds a result; give --force to replace it" in error_of(capsys, "run", "small.toml")
    assert [path.name for path in Path("results").iterdir()] == ["small"]
