"""A result folder is there as a whole or not at all, and nothing of anybody else's is ever replaced."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nvprotocol.errors import OutputError
from nvprotocol.runs import folder as module
from nvprotocol.runs import result_folder

FILES = ("figure.pdf", "data.nc", "table.txt")


def write(target: Path, text: str = "new", *, force: bool = False) -> None:
    with result_folder(target, files=FILES, force=force) as folder:
        for name in FILES:
            (folder / name).write_text(text)


def names(folder: Path) -> list[str]:
    """Everything in a folder, the hidden too."""
    return [entry.name for entry in folder.iterdir()]


def everything(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_appears_when_all_is_written(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "down" / "result"
    with result_folder(target, files=FILES) as folder:
        assert folder.parent == target.parent, "on the same file system, so that renaming is one step"
        (folder / "table.txt").write_text("half")
        assert not target.exists()
    assert everything(tmp_path) == {"deep/down/result/table.txt": "half"}
    assert names(target.parent) == ["result"]
    assert target.stat().st_mode & 0o555 == 0o555, "others may read it"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_a_run_that_fails(tmp_path: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with result_folder(tmp_path / "result", files=FILES) as folder:
            (folder / "table.txt").write_text("half")
            raise error("midway")

    with pytest.raises(error, match="midway"):
        fail()
    assert names(tmp_path) == []


def test_an_old_result_outlives_a_run_that_fails(tmp_path: Path) -> None:
    write(tmp_path / "result", "old")

    def fail() -> None:
        with result_folder(tmp_path / "result", files=FILES, force=True) as folder:
            (folder / "table.txt").write_text("half")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail()
    assert set(everything(tmp_path / "result").values()) == {"old"}
    assert names(tmp_path) == ["result"]


def test_an_existing_result_is_replaced_by_force_only(tmp_path: Path) -> None:
    write(tmp_path / "result", "old")
    with pytest.raises(OutputError, match="already holds a result; give --force to replace it"):
        write(tmp_path / "result")
    assert set(everything(tmp_path / "result").values()) == {"old"}
    write(tmp_path / "result", force=True)
    assert set(everything(tmp_path / "result").values()) == {"new"}
    assert names(tmp_path) == ["result"]


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_with_other_things_is_never_replaced(tmp_path: Path, force: bool) -> None:
    write(tmp_path / "result", "old")
    (tmp_path / "result" / "thesis.tex").write_text("years of work")
    before = everything(tmp_path)
    with pytest.raises(OutputError, match=r"is not replaced: it holds other things, such as thesis\.tex\."):
        write(tmp_path / "result", force=force)
    assert everything(tmp_path) == before


def test_an_empty_folder_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    write(tmp_path / "result")
    assert set(everything(tmp_path / "result")) == set(FILES)
    assert names(tmp_path) == ["result"]


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("mine")
    return folder / "file" / "result"


def a_file(folder: Path) -> Path:
    (folder / "file").write_text("mine")
    return folder / "file"


def too_long_a_name(folder: Path) -> Path:
    return folder / ("x" * 300)


def almost_too_long_a_name(folder: Path) -> Path:
    return folder / ("x" * 250)  # a name by itself, but not with what marks it as unfinished


@pytest.mark.parametrize("place", [below_a_file, a_file, too_long_a_name, almost_too_long_a_name])
@pytest.mark.parametrize("force", [False, True])
def test_where_nothing_can_be_written(tmp_path: Path, place: Callable[[Path], Path], force: bool) -> None:
    target, entered = place(tmp_path), False
    before = everything(tmp_path)
    with (
        pytest.raises(OutputError, match=r"^The output folder .* cannot be written: ") as caught,
        result_folder(target, files=FILES, force=force),
    ):
        entered = True
    assert not entered, "it is known before the work begins"
    assert "\n" not in str(caught.value)
    assert everything(tmp_path) == before


def test_a_disk_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("nvprotocol.runs.folder.tempfile.mkdtemp", refuse)
    with pytest.raises(OutputError, match=r"cannot be written: Permission denied\.$"):
        write(tmp_path / "result")
    assert names(tmp_path) == []


def test_a_disk_that_fills_up_on_the_way(tmp_path: Path) -> None:
    write(tmp_path / "result", "old")

    def fill() -> None:
        with result_folder(tmp_path / "result", files=FILES, force=True) as folder:
            (folder / "table.txt").write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"cannot be written: No space left on device\.$"):
        fill()
    assert set(everything(tmp_path / "result").values()) == {"old"}
    assert names(tmp_path) == ["result"]


def test_an_old_result_comes_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "result", "old")
    monkeypatch.setattr("nvprotocol.runs.folder._exchanged", lambda *_: False)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name.startswith(".result-"):
            raise PermissionError(1, "Operation not permitted")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="Operation not permitted"):
        write(tmp_path / "result", force=True)
    assert set(everything(tmp_path / "result").values()) == {"old"}
    assert names(tmp_path) == ["result"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_old_result_survives_an_interrupted_replacement(
    error: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "mine"
    with result_folder(target, files=FILES) as folder:
        (folder / "table.txt").write_text("old")
    rename, calls = Path.rename, []

    def interrupted(self: Path, to: Path) -> Path:
        calls.append(to)
        if len(calls) == 2:
            raise error
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", interrupted)
    monkeypatch.setattr("nvprotocol.runs.folder._exchanged", lambda *_: False)
    with pytest.raises((KeyboardInterrupt, OutputError)), result_folder(target, files=FILES, force=True) as folder:
        (folder / "table.txt").write_text("new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]
    assert (target / "table.txt").read_text() == "old"


def test_an_old_result_is_replaced_in_two_steps_where_one_does_not_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nvprotocol.runs.folder._exchanged", lambda *_: False)
    write(tmp_path / "result", "old")
    write(tmp_path / "result", force=True)
    assert set(everything(tmp_path / "result").values()) == {"new"}
    assert names(tmp_path) == ["result"]


@pytest.mark.parametrize("force", [False, True])
def test_what_appears_meanwhile_stays(tmp_path: Path, force: bool) -> None:
    target = tmp_path / "result"
    write(tmp_path / "result-2", "mine")

    def run() -> None:
        with result_folder(target, files=FILES, force=force) as folder:
            (folder / "table.txt").write_text("new")
            target.mkdir()
            (target / "thesis.tex").write_text("years of work")

    with pytest.raises(OutputError, match=r"filled by somebody else meanwhile; this result is .*result-3\.$"):
        run()
    assert everything(tmp_path / "result-3") == {"table.txt": "new"}
    assert everything(target) == {"thesis.tex": "years of work"}
    assert sorted(names(tmp_path)) == ["result", "result-2", "result-3"]


def test_the_same_result_that_appears_meanwhile_is_enough(tmp_path: Path) -> None:
    target = tmp_path / "result"
    with result_folder(target, files=FILES, same=lambda there: (there / "table.txt").read_text() == "same") as folder:
        (folder / "table.txt").write_text("mine")
        write(target, "same")
    assert set(everything(target).values()) == {"same"}
    assert names(tmp_path) == ["result"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs locks of Unix")
def test_what_killed_runs_have_left_is_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nvprotocol._writing._SETTLED_S", 0.0)
    left = tmp_path / ".result-abcdefgh"
    (left / "old").mkdir(parents=True)
    (left / "old" / "table.txt").write_text("old")
    other = tmp_path / ".results-of-mine"
    other.mkdir()
    with pytest.raises(OutputError, match="already holds a result"):  # which has taken its place again
        write(tmp_path / "result")
    assert everything(tmp_path / "result") == {"table.txt": "old"}
    write(tmp_path / "result", force=True)
    assert sorted(names(tmp_path)) == [".results-of-mine", "result"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs locks of Unix")
def test_what_living_runs_write_to_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nvprotocol._writing._SETTLED_S", 0.0)
    with result_folder(tmp_path / "result", files=FILES, same=lambda _: True) as folder:
        (folder / "table.txt").write_text("mine")
        write(tmp_path / "result")
        assert (folder / "table.txt").read_text() == "mine"
    assert names(tmp_path) == ["result"]


@pytest.mark.parametrize("force", [False, True])
def test_what_happens_in_the_last_moment_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool) -> None:
    """After the last look somebody puts a result there, or takes away the one that is to be replaced."""
    target, look, looks = tmp_path / "result", module._refuse_existing, []

    def look_and_turn_away(*arguments: Any, **options: Any) -> None:
        look(*arguments, **options)
        looks.append(target.exists())
        if len(looks) == 2 and force:
            target.rename(tmp_path / "gone")
        elif len(looks) == 2:
            write(target, "theirs")

    if force:
        write(target, "old")
    monkeypatch.setattr(module, "_refuse_existing", look_and_turn_away)
    if force:
        write(target, force=True)
        assert everything(target) == dict.fromkeys(FILES, "new")
    else:
        with pytest.raises(OutputError, match=r"filled by somebody else meanwhile; this result is .*result-2\.$"):
            write(target)
        assert everything(target) == dict.fromkeys(FILES, "theirs")
        assert everything(tmp_path / "result-2") == dict.fromkeys(FILES, "new")


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "far" / "away")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert set(everything(tmp_path / "far" / "away")) == set(FILES)


def test_a_folder_that_is_named_like_a_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "result" / "data.nc").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"it holds other things, such as data\.nc\.$"):
        write(tmp_path / "result", force=True)


@pytest.mark.parametrize("exchanged", [True, False])
def test_a_run_that_is_killed_leaves_the_old_result_or_the_new_one(tmp_path: Path, exchanged: bool) -> None:
    target = tmp_path / "result"
    write(target, "old")
    program = f"""
from pathlib import Path
from nvprotocol.runs import folder as module

if not {exchanged}:
    module._exchanged = lambda *_: False
while True:
    with module.result_folder(Path({str(target)!r}), files={FILES}, force=True) as folder:
        for name in {FILES}:
            (folder / name).write_text("new")
"""
    for delay in np.linspace(0.0, 0.05, 12):
        with subprocess.Popen([sys.executable, "-c", program]) as run:
            deadline = time.monotonic() + 60
            while not list(tmp_path.glob(".result-*")) and time.monotonic() < deadline:
                time.sleep(0.001)
            time.sleep(delay)
            run.kill()
        if exchanged:
            assert len(set(everything(target).values())) == 1
            assert set(names(target)) == set(FILES)
        for folder in tmp_path.glob(".result-*"):
            os.utime(folder, (0, 0))
        write(target, force=True)
        assert names(tmp_path) == ["result"]


def test_folders_made_for_a_result_that_failed_go_with_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), result_folder(tmp_path / "a" / "b" / "mine", files=FILES):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())
