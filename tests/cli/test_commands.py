"""The command line: what it leaves behind, and that an error is one line, exit code 2 and nothing else."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray
from command_line import error_of, exit_code, only_line, printed
from experiments import MONITORED, result_of

from nvprotocol.cli import main
from nvprotocol.cli._experiments import FILES
from nvprotocol.errors import ArgumentError, NoKeptShotsError, NVProtocolError, OutputError
from nvprotocol.experiment import report_text, to_dataset


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory with one experiment file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(MONITORED, encoding="utf-8")
    return tmp_path


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_run_leaves_figure_data_table_and_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("run", "small.toml") == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    target = folder / "results" / "small"
    assert {path.name for path in folder.iterdir()} == {"small.toml", "results"}
    assert {path.name for path in target.iterdir()} == set(FILES)
    assert (target / "experiment.toml").read_text(encoding="utf-8") == f"format_version = 1\n{MONITORED}"
    assert (target / "table.txt").read_text(encoding="utf-8") == report_text(result_of(MONITORED))
    assert (target / "figure.pdf").read_bytes().startswith(b"%PDF")
    assert (target / "figure.png").read_bytes().startswith(b"\x89PNG")
    with xarray.open_dataset(target / "data.nc") as data:
        xarray.testing.assert_identical(data.load(), to_dataset(result_of(MONITORED)))
    shown = " ".join(printed.out.split())
    assert shown.startswith("A small experiment δ = 0 rad/µs")
    assert " ".join(str(result_of(MONITORED)).split()) in shown
    assert shown.endswith(f"Figure, data and table are in {Path('results', 'small')}.")


@pytest.mark.slow
def test_the_seed_decides(folder: Path) -> None:
    (folder / "other.toml").write_text(MONITORED.replace("seed = 3", "seed = 4"), encoding="utf-8")
    for file, target in (("small", "one"), ("small", "two"), ("other", "three")):
        assert exit_code("run", f"{file}.toml", "--output", target, "--quiet") == 0
    data = [xarray.load_dataset(folder / target / "data.nc") for target in ("one", "two", "three")]
    xarray.testing.assert_identical(data[0], data[1])
    assert np.any(data[0].counts != data[2].counts)
    assert (folder / "one" / "table.txt").read_bytes() == (folder / "two" / "table.txt").read_bytes()


@pytest.mark.slow
def test_a_result_is_replaced_by_force_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = folder / "mine"
    target.mkdir()
    (target / "table.txt").write_text("old")
    message = f"nvprotocol: The output folder {target} already holds a result; give --force to replace it."
    assert error_of(capsys, "run", "small.toml", "-o", "mine") == message
    assert everything(target) == {"table.txt": b"old"}
    assert exit_code("run", "small.toml", "-o", "mine", "--force") == 0
    assert set(everything(target)) == set(FILES)
    assert {path.name for path in folder.iterdir()} == {"small.toml", "mine"}


@pytest.mark.parametrize("options", [[], ["--force"]])
def test_a_folder_with_other_things_stays(folder: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    before = everything(folder)
    line = error_of(capsys, "run", "small.toml", "-o", folder, *options)
    assert line.endswith("is not replaced: it holds other things, such as small.toml.")
    assert everything(folder) == before


@pytest.mark.parametrize("place", ["small.toml/result", "small.toml", "x" * 300])
def test_where_nothing_can_be_written(folder: Path, capsys: pytest.CaptureFixture[str], place: str) -> None:
    before = everything(folder)
    line = error_of(capsys, "run", "small.toml", "-o", place)
    assert line.startswith(f"nvprotocol: The output folder {folder / place} cannot be written: ")
    assert everything(folder) == before
    assert [path.name for path in folder.iterdir()] == ["small.toml"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("failing", "error", "message", "left"),
    [
        ("nvprotocol.experiment.run", NoKeptShotsError("No run is kept"), "No run is kept", []),
        ("nvprotocol.experiment.report_text", OutputError("The disk is full"), "The disk is full", [".mine.chunks"]),
        (
            "nvprotocol.plotting.experiment_figure",
            ArgumentError("result", "be drawn", "is not"),
            "must be drawn",
            [".mine.chunks"],
        ),
    ],
)
def test_what_is_computed_is_left_of_a_run_that_fails(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    failing: str,
    error: NVProtocolError,
    message: str,
    left: list[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(failing, fail)
        line = error_of(capsys, "run", "small.toml", "-o", "mine")
    assert message in line
    assert line.startswith("nvprotocol: ")
    assert sorted(path.name for path in folder.iterdir()) == [*left, "small.toml"]
    if left:
        monkeypatch.setattr("nvprotocol.experiment.chunks._compute", lambda *_: pytest.fail("computed again"))
    assert exit_code("run", "small.toml", "-o", "mine") == 0
    assert sorted(path.name for path in folder.iterdir()) == ["mine", "small.toml"]


@pytest.mark.slow
def test_no_result_is_left_of_a_crash(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("nvprotocol.experiment.to_dataset", crash)
    with pytest.raises(ZeroDivisionError, match="a bug"):  # a bug is no user's error: it keeps its traceback
        main(["run", "small.toml", "-o", "mine"])
    assert sorted(path.name for path in folder.iterdir()) == [".mine.chunks", "small.toml"]


def test_an_interrupted_run_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nvprotocol.experiment.run", interrupt)
    assert exit_code("run", "small.toml", "-o", "mine") == 130
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.strip() == "nvprotocol: interrupted; nothing has been written."
    assert [path.name for path in folder.iterdir()] == ["small.toml"]


def test_errors_of_the_file_are_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wrong.toml").write_text(MONITORED.replace("checks", "chekcs"), encoding="utf-8")
    line = error_of(capsys, "run", "wrong.toml")
    assert line == 'nvprotocol: wrong.toml, line 9: key "protocol.chekcs" is not known; did you mean "checks"?'
    (folder / "wrong.toml").write_text(MONITORED.replace("a = 2.0", "a = 1.0"), encoding="utf-8")
    line = error_of(capsys, "run", folder / "wrong.toml")
    assert (
        line
        == f"nvprotocol: {folder / 'wrong.toml'}, line 5: Argument `A` must satisfy |A| ≤ a = 1, but |A| is 1.56205."
    )
    assert {path.name for path in folder.iterdir()} == {"small.toml", "wrong.toml"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nowhere.toml"], "nowhere.toml: there is no such file."),
        (["run", "."], ".: cannot be read as text"),
        (["run"], "Missing argument 'FILE'."),
        ([], "Missing command."),
        (["rum", "small.toml"], "No such command 'rum'"),
        (["run", "small.toml", "--outptu", "x"], "No such option"),
        (["run", "small.toml", "other.toml"], "Got unexpected extra argument"),
        (["run", "small.toml", "-o"], "Option '-o' requires an argument."),
    ],
)
def test_wrong_commands_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert error_of(capsys, *arguments).startswith(f"nvprotocol: {message}")
    assert [path.name for path in folder.iterdir()] == ["small.toml"]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["run", "--help"]])
def test_help(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert exit_code(*arguments) == 0
    assert capsys.readouterr().out.startswith("Usage: nvprotocol")


COMMAND = [sys.executable, "-c", "from nvprotocol.cli import main; main()"]


@pytest.mark.slow
def test_a_run_of_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A process leaves what this one takes for the result of the same file, and of no other."""
    done = subprocess.run([*COMMAND, "run", "small.toml"], capture_output=True, cwd=folder, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(everything(folder / "results" / "small")) == set(FILES)
    assert "Agreement of counts with the exact distribution" in done.stdout
    again = printed(capsys, "run", "small.toml")
    assert again.splitlines()[:-1] == done.stdout.splitlines()[:-1]
    assert again.splitlines()[-1].startswith("Nothing was left to do")
    (folder / "small.toml").write_text(MONITORED.replace("shots = 400", "shots = 401"), encoding="utf-8")
    refused = error_of(capsys, "run", "small.toml")
    assert refused.endswith("already holds a result; give --force to replace it.")


@pytest.mark.slow
def test_a_wrong_file_is_found_before_anything_heavy_is_loaded(folder: Path) -> None:
    (folder / "wrong.toml").write_text(MONITORED.replace("seed", "sed"), encoding="utf-8")
    script = (
        "import sys\nfrom nvprotocol.cli import main\n"
        "try:\n    main(['run', 'wrong.toml'])\n"
        "except SystemExit as end:\n    print(end.code, *{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=folder, check=True)
    code, *loaded = done.stdout.split()
    assert code == "2"
    assert not {"qiskit", "qiskit_aer", "matplotlib", "xarray"} & set(loaded)
    assert only_line(done.stderr) == 'nvprotocol: wrong.toml, line 18: key "run.sed" is not known; did you mean "seed"?'


@pytest.mark.slow
def test_a_run_that_is_ended_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "long.toml"
    file.write_text(
        '[protocol]\nname = "monitored_bell"\nchecks = 400\n'
        '[scan]\nparameter = "protocol.duration"\nstart = 0.1\nstop = 1.0\npoints = 400\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "nvprotocol", "run", str(file), "-o", str(tmp_path / "out" / "mine")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("out/.mine-*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list(tmp_path.glob("out/.mine-*")), "a folder in the making"
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert [entry.name for entry in tmp_path.iterdir()] == ["long.toml"]


TOLD = "try:\n        signal.raise_signal(number)\n    except BaseException"
LOST = {
    # what a weak reference's callback raises, Python drops; every import has such callbacks
    "callback": "reference = weakref.ref(watched, lambda _: signal.raise_signal(number)); del watched; time.sleep(20)",
    # as compiled code does that asks whether something can be had, here with time to be told again and without
    "dropped": f"{TOLD}:\n        pass\n    time.sleep(20)",
    "followed": f"{TOLD}:\n        pass\n    raise SystemError",
    # as a compiled module does that is being loaded
    "replaced": f"{TOLD} as told:\n        raise ImportError from told",
}


@pytest.mark.parametrize("way", LOST)
@pytest.mark.parametrize(("number", "code"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGHUP", 129)])
def test_a_signal_is_not_lost(number: str, code: int, way: str) -> None:
    program = f"""
import signal, sys, time, weakref
import nvprotocol.cli
from nvprotocol.cli._signals import ends_when_told

class Watched:
    pass

for number in (signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)  # which a job in the background does without
watched, number = Watched(), signal.{number}
with ends_when_told():
    {LOST[way]}
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (code, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_is_one_line(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = [signal.signal(one, signal.SIG_DFL) for one in (signal.SIGINT, signal.SIGHUP)]
    monkeypatch.setattr("nvprotocol.experiment.qasm.to_qasm", lambda *_, **__: signal.raise_signal(number))
    try:
        assert exit_code("export", "monitored_bell", "-o", "page.qasm") == 128 + number
        assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGHUP)] == [signal.SIG_DFL] * 2
    finally:
        for one, handler in zip((signal.SIGINT, signal.SIGHUP), before, strict=True):
            signal.signal(one, handler)
    assert capsys.readouterr().err == "nvprotocol: interrupted; nothing has been written.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As nohup has it, for what is to go on when the terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    monkeypatch.setattr(
        "nvprotocol.experiment.qasm.to_qasm", lambda *_, **__: signal.raise_signal(signal.SIGHUP) or "text"
    )
    try:
        assert exit_code("export", "monitored_bell", "-o", str(tmp_path / "page.qasm")) == 0
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (tmp_path / "page.qasm").read_text() == "text"


def test_an_interrupt_while_python_imports_leaves_no_traceback() -> None:
    program = """
import builtins, signal
import nvprotocol.__main__
signal.signal(signal.SIGINT, signal.default_int_handler)
imported = builtins.__import__
def told(name, *rest):
    if name == "click":
        signal.raise_signal(signal.SIGINT)
    return imported(name, *rest)
builtins.__import__ = told
nvprotocol.__main__.main()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, b"")


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("run", "small.qasm", "--seed", "1", "--seed", "2"), "--seed must be given once, but is given 2 times"),
        (("run", "small.toml", "-o", "one", "--output", "two"), "--output must be given once, but is given 2 times"),
        (("figures", "--shots", "5", "--shots=5", "--shots", "6"), "--shots must be given once, but is given 3 times"),
    ],
)
def test_an_option_is_given_once(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], option: str
) -> None:
    """The last one would win."""
    assert error_of(capsys, *arguments) == f"nvprotocol: {option}."
    assert {path.name for path in folder.iterdir()} == {"small.toml"}
