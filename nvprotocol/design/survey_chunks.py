"""A survey as work in chunks: some separations, at every height."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np

from nvprotocol._checks import show
from nvprotocol.design.attempt import Attempt
from nvprotocol.design.bare_dipole import BareDipole
from nvprotocol.design.question import Question
from nvprotocol.design.sector import Array
from nvprotocol.design.yields import BellYield
from nvprotocol.medium import Medium, Note, Number, Provenance
from nvprotocol.runs import Work
from nvprotocol.runs.work import Arrays

_MOST = 1000
"""Places that take a few seconds."""
_EVERY, _DIPOLE = "attempt", "dipole"
_OF_EACH = (_EVERY, "unlimited_rate")
"""What has axes of starts and phases."""
_BLOCKS = ("relaxation", "excitation", "dephasing", "flip_flop", "ising")


def work_of(asked: Question, separations: Array, heights: Array | None) -> Work:
    """A survey as work in chunks: as many rows of it as make a thousand places.

    Examples:
        >>> from nvprotocol.design.question import Question
        >>> from nvprotocol.design.survey_chunks import work_of
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
        >>> asked = Question(film, 0.95, nv.design.Cycle(), {"frequency_ghz": 2.87})
        >>> work_of(asked, np.linspace(20.0, 400.0, 100), np.linspace(5.0, 50.0, 100)).sizes
        (1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000)
    """
    places = 1 if heights is None else heights.size
    rows = max(_MOST // places, 1)
    cuts = [slice(start, start + rows) for start in range(0, separations.size, rows)]
    told = {"question": asked, "separation_nm": separations, "height_nm": heights}
    sizes = tuple(separations[cut].size * places for cut in cuts)
    return Work("survey", told, sizes, partial(_compute, asked, separations, heights, cuts))


def joined(chunks: Sequence[Arrays], asked: Question) -> tuple[Medium, BellYield, BareDipole]:
    """The media, what they yield and what the dipole coupling yields without them, from chunks."""
    arrays = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0] if name != "provenance"}
    blocks = {name: arrays.pop(name) for name in _BLOCKS}
    provenance = _provenance([json.loads(str(chunk["provenance"])) for chunk in chunks], arrays)
    every = Attempt(**{one.name: _starts_first(arrays[f"{_EVERY} {one.name}"], _EVERY) for one in fields(Attempt)})
    dipole = BareDipole(**{one.name: arrays[f"{_DIPOLE} {one.name}"] for one in fields(BareDipole)})
    known = {one.name: _starts_first(arrays[one.name], one.name) for one in fields(BellYield) if one.name in arrays}
    result = BellYield(target_fidelity=asked.target_fidelity, cycle=asked.cycle, every=every, **known)
    return Medium(**blocks, provenance=provenance), result, dipole


def _starts_first(array: Array, name: str) -> Array:
    """An array of a chunk, in which starts and phases come last so that chunks can follow each other, as it was."""
    return np.moveaxis(array, (-2, -1), (0, 1)) if name in _OF_EACH else array


def _starts_last(array: Array, name: str) -> Array:
    return np.moveaxis(array, (0, 1), (-2, -1)) if name in _OF_EACH else array


def _compute(asked: Question, separations: Array, heights: Array | None, cuts: Sequence[slice], number: int) -> Arrays:
    """The arrays of a chunk."""
    rows = separations[cuts[number]]
    places = {"separation_nm": rows}
    if heights is not None:
        places = {"separation_nm": rows[:, None], "height_nm": heights}
    medium = asked.medium(places)
    result, dipole = asked.answer_of(medium), asked.dipole_of(medium)
    shape = result.rate.shape
    arrays = {name: np.broadcast_to(block := getattr(medium, name), (*shape, *block.shape[-2:])) for name in _BLOCKS}
    arrays |= {
        one.name: _starts_last(value, one.name)
        for one in fields(BellYield)
        if isinstance(value := getattr(result, one.name), np.ndarray)
    }
    for name, found in ((_EVERY, result.every), (_DIPOLE, dipole)):
        arrays |= {f"{name} {one.name}": _starts_last(getattr(found, one.name), name) for one in fields(found)}
    provenance = medium.provenance
    numbers: Mapping[str, Number] = {} if provenance is None else provenance.numbers
    arrays |= {f"number {name}": np.broadcast_to(one.value, shape) for name, one in numbers.items()}
    told: dict[str, Any] | None = None
    if provenance is not None:
        told = {"source": provenance.source, "approximation": provenance.approximation, "notes": provenance.notes}
        told["units"] = {name: one.unit for name, one in numbers.items()}
        told["between"] = [float(rows.min()), float(rows.max())]
    return {**arrays, "provenance": np.array(json.dumps(told))}


def _provenance(told: Sequence[dict[str, Any] | None], arrays: Arrays) -> Provenance | None:
    """What the media were computed from; a note that is not that of every chunk says where it holds."""
    if told[0] is None:
        return None
    each = [(one["between"], [Note(*note) for note in one["notes"]]) for one in told if one is not None]
    everywhere = set.intersection(*(set(own) for _, own in each))
    notes = [
        note
        if note in everywhere
        else Note(f"At separations of {show(low)} … {show(high)} nm: {note.text}", note.serious)
        for (low, high), own in each
        for note in own
    ]
    return Provenance(
        source=told[0]["source"],
        approximation=told[0]["approximation"],
        numbers={name: Number(arrays[f"number {name}"], unit) for name, unit in told[0]["units"].items()},
        notes=tuple(sorted(dict.fromkeys(notes), key=lambda note: not note.serious)),
    )
