"""A result folder is there as a whole or not at all, and nothing of anybody else's is ever replaced."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nvprotocol.errors import OutputError
from nvprotocol.experiment import result_folder
from nvprotocol.experiment.output import FILES


def write(target: Path, text: str = "new", *, force: bool = False) -> None:
    with result_folder(target, force=force) as folder:
        for name in FILES:
            (folder / name).write_text(text)


def names(folder: Path) -> list[str]:
    """Everything in a folder, the hidden too."""
    return [entry.name for entry in folder.iterdir()]


def everything(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_appears_when_all_is_written(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "down" / "result"
    with result_folder(target) as folder:
        assert folder.parent == target.parent, "on the same file system, so that renaming is one step"
        (folder / "table.txt").write_text("half")
        assert not target.exists()
    assert everything(tmp_path) == {"deep/down/result/table.txt": "half"}
    assert names(target.parent) == ["result"]
    assert target.stat().st_mode & 0o555 == 0o555, "others may read it"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_a_run_that_fails(tmp_path: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with result_folder(tmp_path / "result") as folder:
            (folder / "table.txt").write_text("half")
            raise error("midway")

    with pytest.raises(error, match="midway"):
        fail()
    assert names(tmp_path) == []


def test_an_old_result_outlives_a_run_that_fails(tmp_path: Path) -> None:
    write(tmp_path / "result", "old")

    def fail() -> None:
        with result_folder(tmp_path / "result", force=True) as folder:
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
        result_folder(target, force=force),
    ):
        entered = True
    assert not entered, "it is known before the work begins"
    assert "\n" not in str(caught.value)
    assert everything(tmp_path) == before


def test_a_disk_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("nvprotocol.experiment.output.tempfile.mkdtemp", refuse)
    with pytest.raises(OutputError, match=r"cannot be written: Permission denied\.$"):
        write(tmp_path / "result")
    assert names(tmp_path) == []


def test_a_disk_that_fills_up_on_the_way(tmp_path: Path) -> None:
    write(tmp_path / "result", "old")

    def fill() -> None:
        with result_folder(tmp_path / "result", force=True) as folder:
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
    with result_folder(target) as folder:
        (folder / "table.txt").write_text("old")
    rename, calls = Path.rename, []

    def interrupted(self: Path, to: Path) -> Path:
        calls.append(to)
        if len(calls) == 2:
            raise error
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises((KeyboardInterrupt, OutputError)), result_folder(target, force=True) as folder:
        (folder / "table.txt").write_text("new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]
    assert (target / "table.txt").read_text() == "old"


def test_folders_made_for_a_result_that_failed_go_with_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), result_folder(tmp_path / "a" / "b" / "mine"):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())
