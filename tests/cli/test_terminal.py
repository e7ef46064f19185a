"""What a command does where it cannot print: results are kept, one line says why, exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import error_of, exit_code, only_line
from repository import ROOT

from nvprotocol._reading import printable

COMMAND = [sys.executable, "-m", "nvprotocol"]
COUNTS = ROOT / "tests" / "specimens" / "version_1" / "counts.csv"
NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only some systems have it")


def ran(arguments: list[str], folder: Path, **options: object) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([*COMMAND, *arguments], cwd=folder, check=False, stderr=subprocess.PIPE, **options)  # pyright: ignore


@pytest.mark.slow
@NEEDS_FULL
def test_a_full_disk_behind_stdout(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = ran(["tomography", str(COUNTS), "-o", "made"], tmp_path, stdout=full)
    assert done.returncode == 2
    said = only_line(done.stderr.decode())
    assert said == "nvprotocol: standard output cannot be written: No space left on device."
    assert {path.name for path in (tmp_path / "made").iterdir()} == {"figure.pdf", "figure.png", "table.txt"}


@pytest.mark.slow
def test_streams_that_are_closed(tmp_path: Path) -> None:
    for closed in (">&-", "<&- >&- 2>&-"):  # by a shell: a fork of this process, with JAX in it, would warn
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND, "export", "ramsey", "-o", "made.qasm"]
        done = subprocess.run(command, cwd=tmp_path, check=False, stderr=subprocess.PIPE)
        assert done.returncode == 2
        assert done.stderr in (b"nvprotocol: standard output cannot be written: it is closed.\n", b"")
        assert (tmp_path / "made.qasm").read_text(encoding="utf-8").startswith("// ramsey")
        (tmp_path / "made.qasm").unlink()


@pytest.mark.slow
def test_a_reader_that_leaves(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = ran(["errata", "E1"], tmp_path, stdout=writing)
    os.close(writing)
    assert done.returncode == 2
    assert only_line(done.stderr.decode()) == "nvprotocol: standard output cannot be written: Broken pipe."


@pytest.mark.slow
def test_an_encoding_that_lacks_characters(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = ran(["tomography", str(COUNTS), "-o", "made"], tmp_path, stdout=subprocess.PIPE, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert b"?" in done.stdout
    assert "ρ" in (tmp_path / "made" / "table.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = "import os, sys; os.rmdir(os.getcwd()); from nvprotocol.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", script, "export", "ramsey"]
    done = subprocess.run(command, cwd=gone, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    said = only_line(done.stderr)
    assert said == "nvprotocol: The working directory cannot be used: No such file or directory."


@pytest.mark.parametrize("name", ["caf\udce9.csv", "a\0b.csv"])
@pytest.mark.parametrize("arguments", [["tomography"], ["run"], ["export", "ramsey", "-o"], ["figures", "fig1", "-o"]])
def test_names_that_are_no_text(capsys: pytest.CaptureFixture[str], name: str, arguments: list[str]) -> None:
    assert error_of(capsys, *arguments, name).endswith(f"the name {name!a} is not valid UTF-8.")


def test_a_message_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = error_of(capsys, "run", tmp_path / "two\nlines\x1b[2J.toml")
    assert "two\\nlines\\x1b[2J.toml: there is no such file." in said
    assert printable("σ\x85\u2028 µ") == "σ\\x85\\u2028 µ"


@pytest.mark.parametrize("command", ["claims", "errata"])
def test_pages_are_refused_before_they_are_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("nvprotocol.paper.tables.compute", lambda *_: pytest.fail("computed"))
    said = error_of(capsys, command, "-o", tmp_path / "nowhere" / "page.md")
    assert said.endswith("page.md cannot be written: No such file or directory.")


def test_figures_are_refused_before_they_are_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nvprotocol.paper.figures.system.FIGURES", {"fig1": None})
    (tmp_path / "link").symlink_to("nowhere")
    start = ["figures", "fig1", "-o", tmp_path / "made"]
    said = error_of(capsys, *start, "--format", "pdf", "--format", "pdf")
    assert said == 'nvprotocol: Argument `--format` must be given once for each format, but "pdf" is given 2 times.'
    assert "it is a link to what is not there" in error_of(capsys, "figures", "fig1", "-o", tmp_path / "link")
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_seeds_fit_into_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = error_of(capsys, "figures", "fig1", "-o", tmp_path / "made", "--seed", str(2**63))
    assert said.endswith(f"Argument `seed` must be at most {2**63 - 1}, but is {2**63}.")
    arguments = ["figures", "fig1", "-o", tmp_path / "made", "--seed", str(2**63 - 1), "--format", "nc"]
    assert exit_code(*arguments) == 0


def test_an_interrupt_says_what_has_been_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nvprotocol.paper.figures.agreement", interrupt)
    assert exit_code("figures", "fig1", "-o", tmp_path, "--format", "csv") == 130
    said = capsys.readouterr().err.strip()
    assert said == f"nvprotocol: interrupted; {tmp_path / 'fig1.start-end.csv'} has been written."
