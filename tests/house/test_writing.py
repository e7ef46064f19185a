"""The one way in which a file is written: all of it or nothing, links followed, and refused before any work."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvprotocol._writing import check_folder, check_writable, held, keeping_account, write_file, write_files
from nvprotocol.errors import OutputError

CONTENTS = st.one_of(st.binary(max_size=200), st.text(st.characters(exclude_categories=["Cs"]), max_size=200))


@given(CONTENTS, CONTENTS)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, old: str | bytes, new: str | bytes) -> None:
    file = tmp_path_factory.mktemp("written") / "file"
    for content in (old, new):
        write_file(file, content)
        assert file.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert [path.name for path in file.parent.iterdir()] == ["file"]


def test_a_full_disk_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write_files({first: "old", second: "old"})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"^The file .*first cannot be written: No space left on device\.$"):
        write_files({first: "new", second: "new"})
    assert [path.read_text() for path in (first, second)] == ["old", "old"]
    assert {path.name for path in tmp_path.iterdir()} == {"first", "second"}


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "file", "old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with keeping_account() as account, pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert account.written == []


@pytest.mark.parametrize("before", [True, False])
def test_an_interrupt_between_two_files_waits_for_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    """Just before, or just after, the first of them takes its place; the account says what is there."""
    files, replace, told = [tmp_path / "first", tmp_path / "second"], Path.replace, []
    write_files(dict.fromkeys(files, "old"))

    def interrupted(self: Path, target: Path) -> Path:
        now = not told
        told.append(target)
        if now and before:
            raise SystemExit(143)
        replace(self, target)
        if now:
            raise KeyboardInterrupt
        return target

    monkeypatch.setattr(Path, "replace", interrupted)
    with keeping_account() as account, pytest.raises((KeyboardInterrupt, SystemExit)):
        write_files(dict.fromkeys(files, "new"))
    assert [path.read_text() for path in files] == ["new", "new"]
    assert account.written == files
    assert sorted(tmp_path.iterdir()) == files


def test_what_is_removed_again_does_not_count(tmp_path: Path) -> None:
    with keeping_account() as account:
        write_file(tmp_path / "file", "text")
        write_file(tmp_path / "other", "text")
        (tmp_path / "file").unlink()
    assert account.written == [tmp_path / "other"]


@pytest.mark.skipif(os.name == "nt", reason="needs locks of Unix")
def test_what_killed_processes_have_left_is_cleared_away(tmp_path: Path) -> None:
    kept = [".page.md-0123456", ".page.md-0a1b2c3d.md", ".pages.md-0a1b2c3d", ".page.md-a-folder", ".page.md-00000000"]
    for name in (".page.md-0a1b2c3d", *kept[:-2], kept[-1]):
        (tmp_path / name).touch()
    (tmp_path / kept[-2]).mkdir()
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    (tmp_path / ".page.md-fedcba98").touch()  # made just now, by a process that is about to hold it
    with held(tmp_path / kept[-1]):  # as a process does that is at it
        write_file(tmp_path / "page.md", "text")
    assert {path.name for path in tmp_path.iterdir()} == {"page.md", ".page.md-fedcba98", *kept}


def test_one_file_that_cannot_be_written_leaves_all_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="folder cannot be written: there is a folder of that name"):
        write_files({tmp_path / "first": "new", tmp_path / "folder": "new"})
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "link"
    target.parent.mkdir()
    link.symlink_to(target)
    for text in ("made", "replaced"):  # at first the link names what is not there
        write_file(link, text)
        assert link.is_symlink()
        assert target.read_text() == text
        assert not target.is_symlink()
    link.unlink()
    link.symlink_to(tmp_path / "nowhere" / "target")
    with pytest.raises(OutputError, match="link cannot be written: No such file or directory"):
        check_writable(link)
    assert link.is_symlink()


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "private"
    write_file(file, "old")
    file.chmod(0o600)
    write_file(file, "new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, "text")
    assert os.read(reading, 10) == b"text"
    os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".", "there is a folder of that name"),
        ("file/below", "Not a directory"),
        ("nowhere/file", "No such file or directory"),
        ("n" * 300, "File name too long"),
        ("a\0b", "embedded null byte"),
        ("loop", "Too many levels of symbolic links"),
    ],
)
def test_what_cannot_be_written_is_known_before(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.iterdir())
    for refuse in (check_writable, lambda file: write_file(file, "text")):
        with pytest.raises(OutputError, match=rf"^The file [^\n]* cannot be written: {reason}") as caught:
            refuse(tmp_path / name)
        assert "\0" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_folders_are_checked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("nowhere")
    check_folder(tmp_path)
    check_folder(tmp_path / "new" / "newer")
    for name, reason in (("file", "there is a file"), ("file/below", "Not a directory"), ("link", "it is a link to")):
        with pytest.raises(OutputError, match=rf"^The output folder .*{name} cannot be written: {reason}"):
            check_folder(tmp_path / name)


def test_text_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written: [^\n]*surrogates not allowed"):
        write_file(tmp_path / "file", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_name_on_two_lines_is_named_on_one(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"^The file .*a\\nb/page\.md cannot be written: No such file"):
        write_file(tmp_path / "a\nb" / "page.md", "text")
