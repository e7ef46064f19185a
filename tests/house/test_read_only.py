"""Results, and what objects keep for later calls, cannot be written to: as made, copied, and unpickled."""

import copy
import dataclasses
import inspect
import json
import pickle
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Any

import numpy as np
import pytest
from chunked import squares
from experiments import MONITORED, result_of
from pydantic import BaseModel
from repository import public_modules, public_objects

import nvprotocol as nv
from nvprotocol.magnets import SmallMagnet
from nvprotocol.magnets.dipole import dipole_coupling
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.spins import Spins
from nvprotocol.magnets.tabulated.table import Table
from nvprotocol.tomography.files import CountTable

LABORATORY: dict[str, Any] = {
    "gate_ns": {"sx": 20, "measure": 300},
    "readout": [[[0.9, 0.2], [0.1, 0.8]], [[0.97, 0.1], [0.03, 0.9]]],
    "intrinsic_t1_us": [100.0, 200.0],
    "control": nv.device.Control(crosstalk=[[1, 0.5], [2, 1]]),
}
PLACE: dict[str, Any] = {"height_nm": 10.0, "frequency_ghz": 2.87, "temperature_k": 0.01}


RELAXOMETRY = nv.protocols.relaxometry(1.0)


def relaxing(a: float) -> nv.Device:
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a)))


@cache
def fitted_experiment() -> nv.experiment.ExperimentFit:
    text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
    table = nv.inference.DataTable(np.array([0.5]), (nv.inference.Events(40, 100, ("01", "10")),), ("here",))
    return nv.experiment.fit(nv.experiment.parse(text), table, ["medium.a"])


@cache
def measured_beside() -> nv.experiment.MeasuredData:
    points = nv.experiment.MeasuredPoints(*np.array([[0.5], [0.4], [0.3], [0.5]]))
    return nv.experiment.MeasuredData((points,), nv.experiment.Agreement(1.0, 1), 1, 0)


@cache
def made() -> dict[str, Any]:
    """One of each kind of object that holds numbers."""
    equation = nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0], A=0.9, q=0.1, d=0.2, J=0.3), [0.5, 0.7])
    pure = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    exchange = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 100.0)
    r = 10.0 * np.arange(6)
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)), **LABORATORY)
    circuit, keep = nv.protocols.monitored_bell(0.5, checks=2), {"parity": 1}
    counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 100, seed=1)
    asked: dict[str, Any] = {"separation_nm": [50.0, 60.0], **PLACE}
    return {
        "medium": film.medium(50.0, **PLACE),
        "equation": equation,
        "kept": equation.no_jump("ud", [0.0, 1.0]),
        "checked": equation.monitored("ud", [0.0, 1.0], 0.5),
        "kets": pure.no_jump_kets("ud", [0.0, 1.0]),
        "trajectories": pure.trajectories("ud", [0.0, 1.0], {"z": np.eye(4)}, number=2, seed=1),
        "one excitation": nv.master_equation.single_excitation(pure),
        "device": device,
        "noisy device": nv.Device(device.equation, t2_star_us=[2.0, 3.0]),
        "noise": nv.quasi_static.QuasiStaticNoise([2.0, 3.0], [0.0, 0.5]),
        "estimate": nv.emulate(circuit, device, 100, keep, seed=1),
        "estimate without noise": nv.emulate(circuit, device, None, keep),
        "probability": nv.probability(nv.protocols.hahn_echo(0.5), device, "0", shots=100, seed=1),
        "state": nv.tomography.estimate(counts),
        "fit": nv.tomography.maximum_likelihood(counts),
        "interval": nv.tomography.concurrence_interval(counts),
        "fidelity": nv.tomography.function_interval(counts, lambda rho: np.real(rho[..., 1, 1])),
        "counts": CountTable(counts, nv.tomography.PAULI),
        "channel": nv.channels.evolution(device.equation, 0.5),
        "check": nv.channels.parity_check(),
        "dark limit": nv.closed_form.dark_limit(3),
        "dark state": nv.Medium.pair(a=1.0, A=1.0).dark_state,
        "dark subspace": nv.Medium.pair(a=1.0, A=1.0).dark_subspace,
        "film": film,
        "exchange": exchange,
        "table": nv.magnets.Tabulated([2.87], r, green=[-1j * np.exp(-r / 50)]),
        "table alone": Table.read([2.87], r, [np.exp(-r / 50)], "green"),
        "setting": Setting.read(2, separation_nm=50.0, frequency_ghz=2.87),
        "response": film.response(Setting.read(2, separation_nm=50.0, height_nm=10.0, frequency_ghz=2.87)),
        "chirality": nv.magnets.chirality(equation.medium),
        "dipole": dipole_coupling(np.array([[10.0, 0.0, 0.0]]), Spins.along((0, 0, 1), 1, 2)),
        "spins": Spins.along((0, 0, 1), 1, 2),
        "centre": nv.magnets.NVCentre(field_mt=(0, 1, 20)),
        "three levels": nv.magnets.ThreeLevelCheck(
            times=np.zeros(1), exact=np.zeros(1), two_levels=np.zeros(1), leaked=np.zeros(1)
        ),
        "leak": nv.magnets.NVCentre(field_mt=(0, 1, 20)).leaks[0],
        "markov": exchange.markov_check(100.0, frequency_ghz=2.87),
        "small magnet": SmallMagnet.random(seed=1, beta=1.0, n_spins=3, chiral=False),
        "yield": nv.design.bell_yield(nv.Medium.pair(a=1.0, A=[0.8, 0.9])),
        "cycle": nv.design.Cycle(5, 2.0),
        "survey": nv.design.survey(film, **asked),
        "optimum": nv.design.optimise(film, separation_nm=(50.0, 60.0), uncertainties={"height_nm": 1.0}, **PLACE),
        "inferred": nv.inference.fit(relaxing, [RELAXOMETRY], [{"00": 600, "10": 400}], {"a": 0.5}),
        "data": nv.inference.DataTable(np.array([0.5]), (nv.inference.Average(0.4, 0.1),), ("here",)),
        "fitted experiment": fitted_experiment(),
        "measured line": nv.experiment.fit_lines(fitted_experiment())[0],
        "measured data": measured_beside(),
        "planned": nv.inference.plan(relaxing, [RELAXOMETRY], {"a": 0.5}, 100),
        "sweep": nv.experiment.Sweep("device.detuning", np.array([0.0, 2.0])),
        "experiment": result_of(MONITORED),
        "curves": result_of(MONITORED).curves,
        "protocol": nv.protocols.GALLERY["monitored_bell"],
        "work": squares(note={"a": 1.0}),
    }


COPIES: dict[str, Callable[[Any], Any]] = {
    "itself": lambda one: one,
    "unpickled": lambda one: pickle.loads(pickle.dumps(one)),
    "copied": copy.copy,
    "deeply copied": copy.deepcopy,
}


def held(value: Any, path: str, seen: set[type], done: set[int]) -> Iterator[tuple[str, Any]]:
    """Every array and dictionary in an object of the package, also those that it computes once and keeps."""
    if id(value) in done:
        return
    done.add(id(value))
    if isinstance(value, np.ndarray):
        yield path, value
        return
    own = type(value).__module__.startswith("nvprotocol")
    if own:
        seen.add(type(value))
    if isinstance(value, dict):
        yield path, value
        inside: dict[Any, Any] = value
    elif isinstance(value, tuple | list):
        inside = dict(enumerate(value))
    elif own and hasattr(value, "__dict__") and not isinstance(value, BaseModel):
        for name in dir(type(value)):
            if isinstance(inspect.getattr_static(type(value), name), cached_property):
                getattr(value, name)
        inside = vars(value)
    else:
        return
    for name, one in inside.items():
        yield from held(one, f"{path}.{name}", seen, done)


@pytest.mark.slow
@pytest.mark.parametrize("way", COPIES)
def test_nothing_that_is_held_can_be_written_to(way: str) -> None:
    objects = dict(made())
    found = [pair for name, one in objects.items() for pair in held(COPIES[way](one), name, set(), set())]
    assert len(found) > 100
    for path, one in found:
        if isinstance(one, np.ndarray):
            assert not one.flags.writeable, path
        else:
            with pytest.raises(TypeError, match="read-only"):
                one["new"] = 1


def holds_numbers(cls: type) -> bool:
    """Whether a class says of an attribute or of what it keeps that it is an array."""
    kept = [one.func for one in vars(cls).values() if isinstance(one, cached_property)]
    said = [getattr(cls, "__annotations__", {}), *(one.__annotations__ for one in kept)]
    data = dataclasses.is_dataclass(cls) or issubclass(cls, tuple) or bool(kept)
    return data and any("ndarray" in str(one) for annotations in said for one in annotations.values())


def test_every_public_class_with_arrays_is_looked_at() -> None:
    seen: set[type] = set()
    for name, one in made().items():
        list(held(one, name, seen, set()))
    public = {cls for module in public_modules() for _, cls in public_objects(module) if inspect.isclass(cls)}
    with_bases = {base for cls in seen for base in cls.__mro__}
    assert {cls for cls in public if holds_numbers(cls)} - with_bases == set()


def test_what_is_kept_for_later_stays_right() -> None:
    """The generator of a master equation is computed once; writing to it would change every later answer."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
    before = equation.evolve("ud", [1.0])
    for one in (equation, pickle.loads(pickle.dumps(equation))):
        with pytest.raises(ValueError, match="read-only"):
            one.liouvillian[0, 0] = 99
        with pytest.raises(ValueError, match="read-only"):
            one.medium.relaxation[0, 0] = 99
        np.testing.assert_array_equal(one.evolve("ud", [1.0]), before)


def test_states_of_labels_are_new_arrays() -> None:
    """A label of one letter once gave the array from which all others are made."""
    nv.operators.state("u")[0] = 5
    assert nv.operators.state("u").tolist() == [1, 0]


def test_dictionaries_that_are_read_only_are_dictionaries_still() -> None:
    metadata = made()["estimate"].metadata
    assert json.loads(json.dumps(metadata)) == metadata == dict(metadata)
    assert metadata | {"seed": 2} == {**metadata, "seed": 2}
    for change in (metadata.clear, metadata.popitem, lambda: metadata.update(seed=2), lambda: metadata.pop("seed")):
        with pytest.raises(TypeError, match="read-only"):
            change()
    with pytest.raises(TypeError, match="read-only"):
        metadata["postselect"]["parity"] = 0
    assert pickle.loads(pickle.dumps(metadata)) == copy.deepcopy(metadata) == metadata


def test_a_named_tuple_with_another_entry_is_read_only_too() -> None:
    interval = nv.tomography.concurrence_interval(nv.tomography.sample("ud", 100, seed=1))
    assert not interval._replace(low=np.zeros(2)).low.flags.writeable
    assert not interval._make([np.zeros(2)] * 3).high.flags.writeable
