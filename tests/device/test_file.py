"""Device files: what they say is what the device is, alone, on a base, and in an experiment."""

import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import nvprotocol as nv
from nvprotocol.device import catalogue
from nvprotocol.device.file import OF_EQUATION
from nvprotocol.device.parameters import PARAMETERS as DECLARED
from nvprotocol.device.schema import PLACED, DeviceSection, MediumSection
from nvprotocol.experiment.file import device_of
from nvprotocol.experiment.schema import PARAMETERS

SHARES, TIMES = st.floats(0.0, 0.5), st.floats(1e-3, 1e6)
GATES = sorted({*catalogue.INSTANTANEOUS, *catalogue.ONE_QUBIT_GATES, *catalogue.TWO_QUBIT_GATES, *catalogue.NOT_GATES})
FIELDS = [
    *(
        "dt_ns",
        "gate_ns",
        "single_qubit_error",
        "two_qubit_error",
        "initialisation_error",
        "intrinsic_t1_us",
        "intrinsic_t2_us",
    ),
    *("monitors", "monitor_efficiency", "monitor_false_alarm", "frequency_ghz", "gate_slices", "name"),
]
SCAN = '[protocol]\nname = "dissipative_entanglement"\n[scan]\nparameter = "protocol.duration"\nvalues = [1.0]\n'


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def differing(first: nv.Device, second: nv.Device) -> list[str]:
    """The fields in which two devices differ."""
    values: dict[str, Any] = {name: (getattr(first, name), getattr(second, name)) for name in FIELDS}
    values["readout"] = (first.readout_matrices.tolist(), second.readout_matrices.tolist())
    values["detuning"] = (float(first.equation.detuning), float(second.equation.detuning))
    for name in ("relaxation", "excitation", "dephasing", "flip_flop", "ising"):
        blocks = (getattr(one.equation.medium, name).tolist() for one in (first, second))
        values[name] = tuple(blocks)
    return [name for name, (one, other) in values.items() if one != other]


def toml(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    return repr(value)


@st.composite
def sections(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of [medium] and [device]; of the latter any may be left out."""
    a = draw(TIMES)
    medium = {"a": a, "A": [a * draw(SHARES), a * draw(SHARES)], "q": draw(SHARES), "J": draw(SHARES)}
    t1 = draw(TIMES | st.tuples(TIMES, TIMES))
    t2 = tuple(one * draw(st.floats(1e-9, 1.0)) for one in (t1 if isinstance(t1, tuple) else (t1, t1)))
    up = draw(SHARES)
    errors = up, (1 - up) * draw(SHARES)  # no worse than chance
    device = {
        "name": draw(st.text("abc 0", min_size=1)),
        "detuning": draw(st.floats(-10, 10)),
        "dt_ns": draw(st.floats(0.1, 10.0)),
        "gate_ns": draw(st.dictionaries(st.sampled_from(GATES), st.floats(0, 1e6))),
        "readout": [[1 - errors[0], errors[1]], [errors[0], 1 - errors[1]]],
        "intrinsic_t1": t1,
        "intrinsic_t2": t2,
        "monitors": draw(st.integers(1, 5)),
        "gate_slices": draw(st.integers(1, 5)),
        "frequency_ghz": draw(st.floats(0.1, 10.0)),
    }
    device |= {name: draw(SHARES) for name in ("single_qubit_error", "two_qubit_error", "initialisation_error")}
    efficiency = draw(SHARES)
    device |= {"monitor_efficiency": efficiency, "monitor_false_alarm": efficiency * draw(SHARES)}
    left_out = draw(st.sets(st.sampled_from(sorted(device)))) - {"monitor_efficiency"}
    return medium, {name: value for name, value in device.items() if name not in left_out}


@pytest.mark.slow
@given(keys=sections())
def test_a_device_comes_back_from_its_file(
    tmp_path_factory: pytest.TempPathFactory, keys: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    medium, device = keys
    table = device.get("gate_ns", {})
    lines = ["[medium]", *(f"{key} = {toml(value)}" for key, value in medium.items()), "[device]"]
    lines += [f"{key} = {toml(value)}" for key, value in device.items() if key != "gate_ns"]
    lines += ["[device.gate_ns]", *(f"{key} = {toml(value)}" for key, value in table.items())]
    read = nv.Device.from_toml(written(tmp_path_factory.mktemp("device"), "\n".join(lines)))
    symbols: dict[str, Any] = medium | {"A": complex(*medium["A"])}
    names = {"intrinsic_t1": "intrinsic_t1_us", "intrinsic_t2": "intrinsic_t2_us"}
    arguments: dict[str, Any] = {names.get(key, key): value for key, value in device.items()}
    equation = nv.MasterEquation(nv.Medium.pair(**symbols), arguments.pop("detuning", 0.0))
    assert differing(read, nv.Device(equation, **arguments)) == []


def test_what_a_file_says(tmp_path: Path) -> None:
    text = """
    [medium]
    a = "2000 rad/ms"
    A = [1.2, 1.0]
    [device]
    detuning = "500 rad/ms"
    intrinsic_t1 = "5 ms"
    intrinsic_t2 = ["800 ns", 3]
    readout_error = [0.1, 0.3]
    gate_ns = { sx = 20, measure = 3e2 }
    """
    device = nv.Device.from_toml(str(written(tmp_path, text)))
    np.testing.assert_allclose(device.equation.medium.relaxation, [[2, 1.2 - 1j], [1.2 + 1j, 2]])
    assert float(device.equation.detuning) == 0.5
    assert (device.intrinsic_t1_us, device.intrinsic_t2_us) == (5000.0, (0.8, 3.0))
    np.testing.assert_allclose(device.readout_matrices[1], [[0.9, 0.3], [0.1, 0.7]])
    assert (device.duration_us("sx"), device.duration_us("measure"), device.name) == (0.02, 0.3, "device")


def test_times_without_an_end(tmp_path: Path) -> None:
    text = '[device]\nbase = "nv_room_temperature"\nintrinsic_t1 = "none"\nintrinsic_t2 = ["none", "3 s"]'
    device = nv.Device.from_toml(written(tmp_path, text))
    assert (device.intrinsic_t1_us, device.intrinsic_t2_us) == (None, (np.inf, 3e6))
    bare = nv.Device.from_toml(
        written(tmp_path, "[medium]\na = 0.0\n[device]\nintrinsic_t1 = inf\nintrinsic_t2 = [inf, 5]")
    )
    np.testing.assert_array_equal([bare.total_t1_us, bare.total_t2_us], [[np.inf, np.inf], [np.inf, 5.0]])


@given(st.integers(1, 10**6), st.sampled_from([("ns", 1), ("us", 1000), ("ms", 10**6)]))
def test_durations_may_have_units(tmp_path_factory: pytest.TempPathFactory, tenths: int, unit: tuple[str, int]) -> None:
    folder, number = tmp_path_factory.mktemp("device"), f"{tenths // 10}.{tenths % 10}"
    device = nv.Device.from_toml(
        written(folder, f'[medium]\n[device.gate_ns]\nsx = "{number} {unit[0]}"\nx = {tenths}')
    )
    assert device.gate_ns["sx"] == pytest.approx(tenths * unit[1] / 10, rel=1e-14)
    assert device.gate_ns["x"] == tenths


def test_a_medium_is_enough(tmp_path: Path) -> None:
    device = nv.Device.from_toml(written(tmp_path, "[medium]"))
    assert device.is_ideal
    assert differing(device, nv.Device(nv.MasterEquation(nv.Medium.pair()))) == []


def test_the_built_in_devices_are_the_files_there_are() -> None:
    present = {file.name.removesuffix(".toml") for file in (files("nvprotocol.device") / "builtin").iterdir()}
    assert set(nv.device.BUILTIN) == present


@pytest.mark.parametrize("name", catalogue.BUILTIN)
def test_built_in_devices(name: str) -> None:
    device = nv.Device.builtin(name)
    assert (device.name, device.n_qubits) == (name, 2)
    assert device.is_ideal is (name == "ideal")
    equation = nv.MasterEquation(nv.Medium.pair(a=3.0))
    assert nv.Device.builtin(name, equation).equation is equation
    assert differing(nv.Device.builtin(name, device.equation), device) == []


@pytest.mark.parametrize(("name", "kelvin"), [("nv_cryogenic", 0.02), ("nv_room_temperature", 300.0)])
def test_the_built_in_devices_stand_in_one_field(name: str, kelvin: float) -> None:
    """Film, centres and splitting follow from 20 mT in the plane; fluctuation–dissipation at that splitting."""
    from scipy.constants import Boltzmann, h

    device = nv.Device.builtin(name)
    centre = nv.magnets.NVCentre((1, 1, 1), (20.0, 0.0, 0.0), "upper")
    assert device.frequency_ghz == pytest.approx(centre.frequency_ghz, rel=1e-12)
    cold = name == "nv_cryogenic"
    film = nv.magnets.Film.in_field(
        nv.magnets.YIG_COLD if cold else nv.magnets.YIG, 20, centre.field_mt, damping=1e-3 if cold else 1e-4
    )
    with warnings.catch_warnings():  # at room temperature the third level is as near as the second
        warnings.simplefilter("ignore", nv.errors.ValidityWarning)
        own = film.medium(50.0, azimuth_deg=-90.0, height_nm=10.0, nv=centre, temperature_k=kelvin)
    medium = device.equation.medium
    np.testing.assert_allclose(medium.relaxation, own.relaxation, rtol=1e-12)
    q = np.exp(-h * centre.frequency_ghz * 1e9 / (Boltzmann * kelvin))
    np.testing.assert_allclose(medium.excitation, q * medium.relaxation.conj(), rtol=1e-9)


def test_what_a_base_gives_is_kept_unless_said_otherwise(tmp_path: Path) -> None:
    written(
        tmp_path, '[device]\nbase = "nv_cryogenic"\nintrinsic_t1 = "2 s"\ngate_ns.sx = 20\nname = "lab"', "lab.toml"
    )
    text = '[medium]\na = 3.0\n[device]\nbase = "lab.toml"\nreadout = [[0.9, 0.2], [0.1, 0.8]]\ngate_ns.reset = 50'
    device, base = nv.Device.from_toml(written(tmp_path, text)), nv.Device.builtin("nv_cryogenic")
    told = ["gate_ns", "intrinsic_t1_us", "name", "readout"]
    blocks = ["relaxation", "excitation", "dephasing", "flip_flop", "ising"]
    assert sorted(differing(device, base)) == sorted([*told, "frequency_ghz", *blocks])
    assert (device.name, device.intrinsic_t1_us, device.intrinsic_t2_us) == ("lab", 2e6, base.intrinsic_t2_us)
    changed = {"sx": 20.0, "reset": 50.0}
    assert dict(device.gate_ns) == dict(base.gate_ns) | changed
    np.testing.assert_allclose(device.readout_matrices[0], [[0.9, 0.2], [0.1, 0.8]])
    assert differing(nv.Device.from_toml(tmp_path / "lab.toml"), base) == ["gate_ns", "intrinsic_t1_us", "name"]


def test_an_experiment_takes_the_keys_of_a_device_file(tmp_path: Path) -> None:
    written(tmp_path, '[device]\nbase = "nv_cryogenic"\nintrinsic_t1 = "2 s"', "lab.toml")
    for base in ("lab.toml", str(tmp_path / "lab.toml")):
        text = f'{SCAN}[device]\nbase = "{base}"\nintrinsic_t2 = "90 ms"\ndetuning = 2.0\n'
        experiment = nv.experiment.load(written(tmp_path, text))
        device, lab = device_of(experiment.settings(0, 0)), nv.Device.from_toml(tmp_path / "lab.toml")
        assert differing(device, lab) == ["intrinsic_t2_us", "detuning"]
        assert (device.intrinsic_t2_us, float(device.equation.detuning)) == (9e4, 2.0)
    own = nv.experiment.parse(f'{SCAN}[medium]\na = 3.0\n[device]\nbase = "nv_room_temperature"')
    assert float(device_of(own.settings(0, 0)).equation.medium.relaxation[0, 0].real) == 3.0


@pytest.mark.parametrize("path", DECLARED)
def test_what_can_be_varied_is_a_key_of_its_dimension(path: str) -> None:
    section, key = path.split(".")
    models = {"medium": [MediumSection], "device": [DeviceSection], "magnet": [*PLACED.values()]}[section]
    fields = [model.model_fields[key] for model in models if key in model.model_fields]
    assert fields
    texts = {"time": "2 us", "rate": "2 rad/us"}
    for field in fields:
        adapter = TypeAdapter(field.rebuild_annotation())
        for dimension, text in texts.items():
            if dimension == DECLARED[path].dimension:
                assert adapter.validate_python(text) == 2
            else:
                with pytest.raises(ValidationError):
                    adapter.validate_python(text)


@pytest.mark.parametrize("key", [path.split(".")[1] for path in PARAMETERS if path.startswith("device.")])
def test_numbers_of_a_device_can_be_scanned(key: str) -> None:
    wanted = [1.0, 4.0] if key == "gate_slices" else [0.25, 0.5]
    text = SCAN.replace('"protocol.duration"', f'"device.{key}"').replace("[1.0]", f"{wanted}")
    experiment = nv.experiment.parse(text)
    devices = [device_of(experiment.settings(0, point)) for point in (0, 1)]
    name = {"intrinsic_t1": "intrinsic_t1_us", "intrinsic_t2": "intrinsic_t2_us", "t2_star": "t2_star_us"}.get(key, key)
    values = [getattr(one.equation if key in OF_EQUATION else one, name) for one in devices]
    assert [np.unique(value).tolist() for value in values] == [[value] for value in wanted]
