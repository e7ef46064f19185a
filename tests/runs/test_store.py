"""Chunks in a folder: whole or not there, of one work, and never read where they have changed."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chunked import squares
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from nvprotocol.errors import ArgumentError, OutputError, StoreError
from nvprotocol.runs import ChunkStore, Work, points_each

DTYPES = st.sampled_from(["f8", "c16", "i8", "u1", "?", "U5"]).map(np.dtype)
ARRAYS = st.dictionaries(
    st.text("abcσᶻ_", min_size=1, max_size=8),
    DTYPES.flatmap(lambda kind: arrays_of.arrays(kind, arrays_of.array_shapes(min_dims=0, min_side=0))),
    max_size=4,
)


@given(ARRAYS)
def test_what_is_written_is_read_back_equal(tmp_path_factory: pytest.TempPathFactory, arrays: dict) -> None:
    store = ChunkStore(tmp_path_factory.mktemp("store"), squares())
    store.save(3, arrays)
    found = store.load(3)
    assert found is not None
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_any_change_is_seen(tmp_path: Path, rng: np.random.Generator) -> None:
    store, work = ChunkStore(tmp_path, squares()), squares()
    store.save(0, work.compute(0))
    (path,) = tmp_path.glob("*.npz")
    raw = path.read_bytes()
    for place in rng.integers(8 * len(raw), size=300).tolist():
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        assert store.load(0) is None
    for length in [*range(0, len(raw), 17), len(raw) - 1]:
        path.write_bytes(raw[:length])
        assert store.load(0) is None
    path.write_bytes(raw)
    assert store.load(0) is not None


def test_a_chunk_is_an_ordinary_npz(tmp_path: Path) -> None:
    ChunkStore(tmp_path, squares()).save(0, squares().compute(0))
    with np.load(next(tmp_path.glob("*.npz")), allow_pickle=False) as file:
        assert file["square"].tolist() == [n**2 for n in range(10)]


def test_a_chunk_in_another_place_is_none(tmp_path: Path) -> None:
    here, there = ChunkStore(tmp_path / "here", squares()), ChunkStore(tmp_path / "there", squares(note="other"))
    here.save(0, squares().compute(0))
    there.save(1, squares().compute(1))
    (path,) = (tmp_path / "here").glob("*.npz")
    path.rename(path.with_name("chunk-000001.npz"))
    assert here.load(1) is None
    (tmp_path / "there" / "chunk-000001.npz").rename(path)
    assert here.load(0) is None


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (squares(note={"b": 1.0}), "note.a is none, not 1"),
        (squares(5, note={"a": 1.0}), "number is 5, not 6"),
        (squares(note={"a": [1.0, 2.0]}), "note.a is [1, 2], not 1"),
        (Work("cubes", {"note": {"a": 1.0}, "number": 6}, (10,) * 6, lambda _: {}), 'kind is "cubes", not "squares"'),
    ],
)
def test_the_store_of_another_work_is_refused(tmp_path: Path, other: Work, said: str) -> None:
    ChunkStore(tmp_path, other).save(0, {"square": np.zeros(1)})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StoreError, match="is of another run") as raised:
        ChunkStore(tmp_path, squares(note={"a": 1.0}))
    assert str(raised.value).endswith(f", in which {said}.")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_store_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ChunkStore(tmp_path, squares()).save(0, squares().compute(0))
    monkeypatch.setattr("nvprotocol.runs.work.version", lambda _: "99.0")
    with pytest.raises(StoreError, match=r'in which nvprotocol is ".+", not "99\.0"\.$'):
        ChunkStore(tmp_path, squares())


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(StoreError, match=r"it holds other things, such as letters\.txt\.$"):
        ChunkStore(tmp_path, squares())
    with pytest.raises(OutputError, match="Not a directory"):
        ChunkStore(tmp_path / "letters.txt", squares())


def test_a_store_is_made_with_its_first_chunk_and_again_where_it_is_gone(tmp_path: Path) -> None:
    first, second = (ChunkStore(tmp_path / "store", squares()) for _ in range(2))
    assert not (tmp_path / "store").exists()
    first.save(0, squares().compute(0))
    ChunkStore.discard(tmp_path / "store")
    assert list(tmp_path.iterdir()) == []
    first.save(1, squares().compute(1))
    assert first.load(0) is None
    assert second.load(1) is not None
    ChunkStore.discard(tmp_path / "store")
    ChunkStore.discard(tmp_path / "store")
    (tmp_path / "mine").mkdir()
    ChunkStore.discard(tmp_path / "mine")
    assert (tmp_path / "mine").exists()


def test_a_store_whose_first_process_was_killed_is_used(tmp_path: Path) -> None:
    """While it wrote what the work is, of which the hidden name is left."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / ".work.json-0a1b2c3d").write_text("{")
    store = ChunkStore(tmp_path / "store", squares())
    store.save(0, squares().compute(0))
    assert store.load(0) is not None
    assert store.points == 10


def test_what_was_being_removed_by_a_killed_process_goes(tmp_path: Path) -> None:
    (tmp_path / ".mine.chunks-0a1b2c3d").mkdir()
    (tmp_path / ".mine.chunks-of-mine").mkdir()
    ChunkStore.discard(tmp_path / ".mine.chunks")
    assert [path.name for path in tmp_path.iterdir()] == [".mine.chunks-of-mine"]


@pytest.mark.skipif(not Path("/dev/full").exists() or os.name == "nt", reason="needs a file system of a given size")
def test_a_full_disk_leaves_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ChunkStore(tmp_path, squares())
    store.save(0, squares().compute(0))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("nvprotocol._writing.os.fsync", full)
    with pytest.raises(OutputError, match=r"^The store .* cannot be used: No space left on device\.$"):
        store.save(0, squares().compute(0))
    assert store.load(0) is not None
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_refused_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a\nb").mkdir()
    (tmp_path / "a\nb" / "c\nd").touch()
    for folder in (tmp_path / "a\nb", tmp_path / "a\nb" / "c\nd"):
        with pytest.raises((StoreError, OutputError), match=r"^The store .*a\\nb.*\.$"):
            ChunkStore(folder, squares())


@pytest.mark.parametrize(
    "arrays", [None, [1.0], {1: np.zeros(2)}, {"key": np.zeros(2)}, {"file": np.zeros(2)}, {"a": 1}]
)
def test_a_chunk_is_named_arrays(tmp_path: Path, arrays: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `arrays"):
        ChunkStore(tmp_path / "store", squares()).save(0, arrays)


def test_the_key_is_that_of_what_is_asked() -> None:
    assert squares(note=1.0).key == squares(note=1.0).key
    assert squares(note=np.array([1.0, 2.0])).key == squares(note=[1.0, 2.0]).key
    assert len({squares(note=value).key for value in (0.1, 0.1 + 1e-17, 0.1 + 2e-17, 1j, "1j")}) == 4
    program = "from chunked import squares; print(squares(note={'b': 1.0, 'a': 0.1}).key)"
    oracles = Path(__file__).parent.parent / "oracles"
    environment = {**os.environ, "PYTHONPATH": str(oracles), "PYTHONHASHSEED": "5"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert elsewhere.stdout.strip() == squares(note={"a": 0.1, "b": 1.0}).key


@given(st.integers(1, 50_000), st.integers(1, 2000))
def test_points_are_cut_without_gaps(number: int, most: int) -> None:
    chunks = points_each(number, most)
    assert [start for start, _ in chunks] == [0, *(stop for _, stop in chunks[:-1])]
    assert chunks[-1][1] == number
    assert max(stop - start for start, stop in chunks) <= most
