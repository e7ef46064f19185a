"""A survey in chunks is the survey: the same numbers, whoever computes them and however it is interrupted."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol.design.question import Question
from nvprotocol.design.survey_chunks import work_of
from nvprotocol.errors import StoreError, ValidityWarning

if TYPE_CHECKING:
    from nvprotocol.runs import Progress

SEPARATION, HEIGHT = np.linspace(30.0, 200.0, 9), np.array([10.0, 20.0])
FILM = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
CHAIN = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 10.0)
TABLE = nv.magnets.Tabulated([2.87], SEPARATION - 30.0, green=[-1e-3j * np.exp(-SEPARATION / 100)])
AXES: dict[str, dict[str, Any]] = {
    "film": {"magnet": FILM, "separation_nm": SEPARATION, "height_nm": HEIGHT, "temperature_k": 0.05},
    "chain": {"magnet": CHAIN, "separation_nm": SEPARATION, "dephasing_time": 500.0},
    "table": {"magnet": TABLE, "separation_nm": np.linspace(1.0, 100.0, 9), "field_difference_nt": 0.2},
}


def in_rows(monkeypatch: pytest.MonkeyPatch, places: int) -> None:
    monkeypatch.setattr("nvprotocol.design.survey_chunks._MOST", places)


@pytest.mark.parametrize("asked", AXES.values(), ids=AXES)
def test_chunks_make_up_the_survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]) -> None:
    whole = nv.design.survey(**asked, frequency_ghz=2.87)
    in_rows(monkeypatch, 4)
    told: list[Progress] = []
    parts = nv.design.survey(**asked, frequency_ghz=2.87, store=tmp_path / "store", progress=told.append)
    assert len(told) > 3
    assert told[-1].done == told[-1].total == whole.result.rate.size
    one, other = whole.dataset(), parts.dataset()
    for name in one.data_vars:
        np.testing.assert_allclose(other[name], one[name], rtol=1e-9, atol=0)
    assert str(whole) == str(parts)
    assert whole.medium.provenance is not None
    assert parts.medium.provenance is not None
    for name, number in whole.medium.provenance.numbers.items():
        again = parts.medium.provenance.numbers[name]
        assert again.unit == number.unit
        np.testing.assert_allclose(again.value, np.broadcast_to(number.value, whole.result.rate.shape), rtol=1e-12)
    with ThreadPoolExecutor(2) as threads:
        spread = nv.design.survey(**asked, frequency_ghz=2.87, executor=threads)
    assert spread.dataset().equals(other)
    again = nv.design.survey(**asked, frequency_ghz=2.87, store=tmp_path / "store", progress=told.append)
    assert told[-1].found == told[-1].total
    assert again.dataset().equals(other)


def test_a_note_that_holds_in_places_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    in_rows(monkeypatch, 6)
    provenance = nv.design.survey(**AXES["film"], frequency_ghz=2.87).medium.provenance
    assert provenance is not None
    somewhere = [note.text for note in provenance.notes if "direct dipole" in note.text]
    assert [text.partition(":")[0] for text in somewhere] == [
        "At separations of 30 … 72.5 nm",
        "At separations of 93.75 … 136.25 nm",
        "At separations of 157.5 … 200 nm",
    ]
    assert sum("Thermal magnons" in note.text for note in provenance.notes) == 1


def test_the_key_is_that_of_magnet_and_question() -> None:
    def key(magnet: nv.magnets.Magnet = FILM, heights: Any = HEIGHT, fidelity: float = 0.9, **inputs: float) -> str:
        return work_of(Question(magnet, fidelity, nv.design.Cycle(), inputs), SEPARATION, heights).key

    other = nv.magnets.Tabulated([2.87], SEPARATION - 30.0, green=[-1e-3j * np.exp(-SEPARATION / 101)])
    keys = [
        key(),
        key(nv.magnets.Film(nv.magnets.YIG, 20.0, 2.0)),
        key(nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0, damping=1e-4)),
        key(CHAIN),
        key(TABLE),
        key(other),
        key(heights=None),
        key(fidelity=0.91),
        key(temperature_k=0.1),
    ]
    assert len(set(keys)) == len(keys)
    assert key() == key(nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0))
    _ = TABLE.medium(50.0, frequency_ghz=2.87)  # what it keeps for later calls is no part of it
    assert keys[4] == key(TABLE)


def test_another_survey_does_not_get_into_a_store(tmp_path: Path) -> None:
    nv.design.survey(**AXES["chain"], frequency_ghz=2.87, store=tmp_path / "store")
    with pytest.raises(StoreError, match=r"in which question\.inputs\.frequency_ghz is 2\.87, not 2\.88\.$"):
        nv.design.survey(**AXES["chain"], frequency_ghz=2.88, store=tmp_path / "store")


def test_threads_mute_no_warnings_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    in_rows(monkeypatch, 1)
    cycle = nv.design.Cycle(period=0.0)  # which takes less than to look for one
    with ThreadPoolExecutor(8) as threads:
        for _ in range(2):  # any warning is an error here
            nv.design.survey(**AXES["film"], frequency_ghz=2.87, cycle=cycle, executor=threads)
    with pytest.warns(ValidityWarning, match="third level"):
        FILM.medium(50.0, height_nm=10.0, frequency_ghz=2.87, temperature_k=0.05)
