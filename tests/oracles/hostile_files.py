"""Spoilt files of every format, read in a process of its own: `python hostile_files.py KIND FIRST NUMBER`.

Each case depends on its kind and number alone. A line `{"case": …}` is printed before a case is read, and another with
`"wrong"` where it is mishandled; whoever has started the process sees from the last line which case has ended it.
"""

import gc
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import FrameType

import numpy as np
from mutations import BINARY, HOSTILE_NUMBERS, HOSTILE_VALUES, TEXT, TOML, pick, spoilt

from nvprotocol.errors import NVProtocolError

ROOT = Path(__file__).parents[2]
SPECIMENS = ROOT / "tests" / "specimens" / "version_1"
CPU_S = 20
MEMORY = 2 * 2**30


class TooLongError(BaseException):
    """A case has taken more than `CPU_S` seconds of processor time."""


def sources(*names: str) -> list[bytes]:
    return [(ROOT / name).read_bytes() for name in names]


def gallery(ending: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "circuits").glob(f"*.{ending}"))]


MAGNET = b"""[magnet]
kind = "tabulated"
file = "noise.csv"
separation_nm = 45.0
frequency_ghz = 2.87
[device]
base = "ideal"
detuning = "0.1 rad/us"
intrinsic_t1 = ["5 ms", "4 ms"]
intrinsic_t2 = "none"
t2_star = ["5 us", "none"]
noise_correlation = -0.5
readout_error = [0.1, 0.2]
gate_ns = { sx = 20, cx = "100 ns" }
[device.control]
max_rabi = 50.0
crosstalk = [[1.0, 0.1], [[0.1, 0.05], 1.0]]
"""
OWN = b"""[magnet]
kind = "film"
thickness_nm = 20.0
field_mt = 20.0
orientation = "in-plane"
separation_nm = 50.0
azimuth_deg = 90.0
height_nm = 20.0
frequency_ghz = 3.43
temperature_k = 0.1
dephasing = false
[magnet.material]
magnetisation_a_per_m = 1.4e5
exchange_t_m2 = 4.5e-17
"""
SCAN = b"""title = "A scan"
[medium]
a = 2.0
A = [1.2, 1.0]
q = 0.2
[device]
base = "nv_cryogenic"
[protocol]
name = "monitored_bell"
checks = 3
[scan]
parameter = "protocol.duration"
start = 0.1
stop = "400 ns"
points = 4
[curves]
parameter = "device.detuning"
values = [0.0, 2.5]
[run]
shots = 400
seed = 3
tomography = "full"
"""
READOUTS = [
    b"[readout]\nerrors = [[0.02, 0.06], [0.03, 0.03]]\ncalibration_shots = 300\n",
    b"[readout]\nmatrix = [[[0.98, 0.06], [0.02, 0.94]], [[0.97, 0.03], [0.03, 0.97]]]\n",
]


def load_experiment(path: Path, _rng: np.random.Generator) -> None:
    from nvprotocol.experiment import load

    load(path)


def load_design(path: Path, _rng: np.random.Generator) -> None:
    from nvprotocol.design.file import load

    load(path)


def load_device(path: Path, _rng: np.random.Generator) -> None:
    import nvprotocol as nv

    nv.Device.from_toml(path)


def load_readout(path: Path, rng: np.random.Generator) -> None:
    from nvprotocol.cli._readout import read_readout

    read_readout(path, int(rng.integers(1, 4)))


def load_counts(path: Path, rng: np.random.Generator) -> None:
    from nvprotocol.tomography.files import read_counts

    counts, settings = read_counts(path)
    assert counts.shape == (len(settings), 2 ** len(settings[0]))
    assert counts.min() >= 0
    if rng.random() < 0.03:
        command(["tomography", str(path), "-o", str(path.parent / "out"), "--force"])


def load_table(path: Path, _rng: np.random.Generator) -> None:
    import nvprotocol as nv

    magnet = nv.magnets.Tabulated.from_file(path)
    assert np.all(np.isfinite(magnet.table.amplitude))


def load_circuit(path: Path, rng: np.random.Generator) -> None:
    from nvprotocol.experiment import from_qasm

    circuit = from_qasm(path)
    if rng.random() < 0.3:
        device = str(pick(rng, ["ideal", "nv_room_temperature"]))
        engine = str(pick(rng, ["exact", "aer"]))
        command(["run", str(path), "--shots", "none", "--device", device, "--engine", engine])
    assert circuit.num_qubits


def command(arguments: Sequence[str]) -> None:
    """Runs a command; raises where it neither ends well nor with exit code 2 and one line."""
    from nvprotocol.cli import main

    out, err, code = StringIO(), StringIO(), None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as ended:
            code = ended.code
    text = err.getvalue()
    if code == 0:
        assert text == "", f"prints {text!r} and ends well"
    else:
        assert code == 2, f"exit code {code}: {text}"
        assert text.startswith("nvprotocol: "), text
        assert len(text.splitlines()) == 1, f"{len(text.splitlines())} lines: {text}"
        raise Refused(text)


class Refused(Exception):
    """A command has refused what it was given, in one line."""


# ----------------------------------------------------------------------------------------------------------- OpenQASM

HUGE = (
    "1000000000",
    "100000000",
    "99999",
    "1000*1000*1000",
    "4294967296",
    "-1",
    "0",
    "1",
    "2",
    "9" * 5000,
    "1e9",
    "65536",
)


def gates_in_gates(rng: np.random.Generator) -> str:
    depth, width = int(rng.integers(2, 40)), int(rng.integers(1, 4))
    lines = ["gate g0 a { x a; }"]
    lines += [f"gate g{k} a {{ {f'g{k - 1} a; ' * width}}}" for k in range(1, depth)]
    return "\n".join([*lines, f"g{depth - 1} nv[0];"])


def loops(rng: np.random.Generator) -> str:
    depth = int(rng.integers(1, 6))
    ends = [pick(rng, HUGE) for _ in range(depth)]
    opened = " ".join(f"for int k{k} in [1:{end}] {{" for k, end in enumerate(ends))
    return f"{opened} {pick(rng, ['x nv[0];', 'delay[1ns] nv;', ''])} {'}' * depth}"


def nested(rng: np.random.Generator) -> str:
    depth = int(pick(rng, [20, 100, 1000, 5000]))
    return str(
        pick(
            rng,
            [
                f"rx({'(' * depth}1{')' * depth}) nv[0];",
                f"rx({'-' * depth}1) nv[0];",
                "if (true) {" * depth + "}" * depth,
                "box {" * depth + "}" * depth,
                "{" * depth,
                f"rx({'1+' * depth}1) nv[0];",
                f"x nv[{'0]' * depth};",
                "for int k in [1:2] {" * depth + "x nv[0];" + "}" * depth,
                "inv @ " * depth + "x nv[0];",
                f"rx({'sin(' * depth}1{')' * depth}) nv[0];",
            ],
        )
    )


STATEMENTS: tuple[str | Callable[[np.random.Generator], str], ...] = (
    gates_in_gates,
    loops,
    loops,
    nested,
    *(lambda rng, kind=kind: f"{kind}[{pick(rng, HUGE)}] more;" for kind in ("qubit", "bit", "int", "qubit", "bit")),
    lambda rng: f"x ${pick(rng, HUGE)};",
    lambda rng: f"x nv[{pick(rng, HUGE)}];",
    lambda rng: f"for int k in [1:{pick(rng, HUGE)}:{pick(rng, HUGE)}] {{ x nv[0]; }}",
    lambda rng: f"for int k in {{1, {pick(rng, HUGE)}}} {{ x nv[0]; }}",
    lambda rng: f"delay[{pick(rng, HOSTILE_NUMBERS)}{pick(rng, ['us', 'ns', 's', 'dt', 'ms', ''])}] nv;",
    lambda rng: f"rx({pick(rng, HOSTILE_NUMBERS)}) nv[0];",
    lambda rng: (
        f"rx({pick(rng, ['pi/0', '0/0', 'pi*pi', '2**3', 'tau', 'euler', 'nv', '1-pi/2', 'true', 'k'])}) nv[0];"
    ),
    lambda rng: f"{pick(rng, ['ctrl', 'negctrl', 'pow', 'inv', 'inv @ ctrl'])}({pick(rng, HUGE)}) @ x nv[0], nv[1];",
    lambda rng: f"{'ctrl @ ' * int(rng.integers(1, 30))} x nv[0], nv[1];",
    lambda rng: f"pow({pick(rng, HOSTILE_NUMBERS)}) @ h nv[0];",
    lambda rng: f"gphase({pick(rng, HOSTILE_NUMBERS)});",
    lambda rng: (
        f"let other = nv[{pick(rng, ['0', '0:1', '0:2', '{0, 1}', '1:0', '-1', '5', '0:1000000000'])}]; x other;"
    ),
    lambda rng: f"bit[2] z; if (z == {pick(rng, HUGE)}) {{ x nv[0]; }}",
    lambda rng: f"bit[2] y; y = measure {pick(rng, ['nv', 'nv[0]', 'monitor', 'x', '$0', 'nv[0:1]'])};",
    lambda rng: f"bit w; w = measure nv[0]; if (w {pick(rng, ['==', '!=', '<', '&&'])} 1) {{ x nv[1]; }}",
    lambda rng: f'include "{pick(rng, ["/etc/passwd", "other.inc", "", "stdgates.inc", "../x"])}";',
    lambda rng: str(
        pick(rng, ["#pragma x", "@note", "pragma y", "OPENQASM 2.0;", "OPENQASM 9.9;", "/*", "//", "cal { }"])
    ),
    lambda rng: str(
        pick(
            rng,
            [
                "while (true) { x nv[0]; }",
                "break;",
                "end;",
                "return;",
                "switch (1) { case 1 { x nv[0]; } }",
                "def f(qubit a) { x a; } f(nv[0]);",
                "extern f(int) -> int;",
                'defcalgrammar "openpulse";',
                "array[int, 3] a = {1, 2, 3};",
                "const int n = 1000000000; qubit[n] m;",
                "input float t; rx(t) nv[0];",
                "output bit o;",
                "stretch s; delay[s] nv[0];",
                "duration d = 100ns; delay[d] nv[0];",
                "barrier;",
                "barrier nv, nv;",
                "reset nv;",
                "reset nv[0]; reset nv[0];",
                "swap nv[0], nv[0];",
                "ccx nv[0], nv[1], nv[0];",
                "cx nv, nv;",
                "U(1, 2, 3) nv[0];",
                "gate nv a { }",
                "gate q q { x q; }",
                "gate r(r) a { rx(r) a; }",
                "gate s a { s a; }",
                "gate t2(a) b { rx(a/0) b; } t2(1) nv[0];",
                "box { x nv[0]; }",
                "box[1us] { delay[2us] nv[0]; }",
                "measure nv;",
                "nv = measure nv;",
                "x;",
                "u3(1,2,3,4) nv[0];",
                "int[8] i = 5;",
                'string s = "a";',
            ],
        )
    ),
)


def circuit(rng: np.random.Generator) -> tuple[str, bytes]:
    known = [*gallery("qasm"), *sources("tests/specimens/version_1/circuit.qasm")]
    data = pick(rng, [one for one in known if len(one) < 6000])
    assert isinstance(data, bytes)
    if rng.random() < 0.6:
        lines = data.decode().split("\n")
        for _ in range(int(rng.choice([1, 1, 2]))):
            made = pick(rng, STATEMENTS)
            statement = str(made(rng) if callable(made) else made)
            lines.insert(int(rng.integers(len(lines) // 2, len(lines) + 1)), statement)
        data = "\n".join(lines).encode()
        return "hostile.qasm", data if rng.random() < 0.8 else spoilt(data, TEXT, rng)
    return "hostile.qasm", spoilt(data, TEXT, rng)


# -------------------------------------------------------------------------------------------------------------- tables


def netcdf(rng: np.random.Generator) -> tuple[str, bytes]:
    valid = (SPECIMENS / "noise.nc").read_bytes()
    if rng.random() < 0.6:
        return "hostile.nc", spoilt(valid, BINARY, rng)
    return f"hostile.{pick(rng, ['nc', 'nc4'])}", made_netcdf(rng)


def made_netcdf(rng: np.random.Generator) -> bytes:
    """A table with one or two things wrong, as other programs could write it."""
    import h5py

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.nc")
        path.write_bytes((SPECIMENS / "noise.nc").read_bytes())
        with h5py.File(path, "r+") as file:
            for _ in range(int(rng.choice([1, 1, 2]))):
                pick(rng, SPOILT)(file, str(pick(rng, sorted(file))), rng)
        return path.read_bytes()


def _replaced(file, name: str, **made) -> None:
    attributes = dict(file[name].attrs) if name in file else {}
    if name in file:
        del file[name]
    dataset = file.create_dataset(name, **made)
    for key, value in attributes.items():
        if key not in ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"):
            dataset.attrs[key] = value


def huge(file, name: str, rng: np.random.Generator) -> None:
    shape = pick(rng, [(25000, 25000), (10**9,), (10**12,), (2**40, 2), (5000, 5000, 100), (10**7,)])
    chunks = tuple(min(one, 64) for one in shape)
    _replaced(file, name, shape=shape, dtype=str(pick(rng, ["f8", "i1", "f4"])), chunks=chunks, compression="gzip")


def outside(file, name: str, rng: np.random.Generator) -> None:
    shape = file[name].shape
    _replaced(file, name, shape=shape, dtype="f8", external=[(str(pick(rng, ["/etc/passwd", "x.raw"])), 0, 2**62)])


def linked(file, name: str, rng: np.random.Generator) -> None:
    import h5py

    kind = pick(
        rng, [h5py.ExternalLink("/etc/passwd", "/x"), h5py.SoftLink("/nowhere"), h5py.ExternalLink("noise.nc", "/")]
    )
    if name in file:
        del file[name]
    file[name] = kind


def retyped(file, name: str, rng: np.random.Generator) -> None:
    kinds = ["i8", "u1", "f4", "S5", "O", "c16", [("r", "f8"), ("i", "f8")], "bool", "V4", "f2", ">f8"]
    kind = pick(rng, kinds)
    if kind == "O":
        import h5py

        kind = h5py.string_dtype()
    _replaced(file, name, shape=file[name].shape, dtype=kind)


def reshaped(file, name: str, rng: np.random.Generator) -> None:
    shape = pick(rng, [(), (0,), (1,), (3,), (2, 2), (1, 2, 3), (0, 0), (4, 0)])
    _replaced(file, name, shape=shape, dtype="f8")


def attribute(file, name: str, rng: np.random.Generator) -> None:
    keys = [
        "units",
        "_FillValue",
        "missing_value",
        "scale_factor",
        "add_offset",
        "valid_range",
        "valid_min",
        "calendar",
    ]
    keys += ["coordinates", "dtype", "DIMENSION_LIST", "CLASS", "NAME", "REFERENCE_LIST", "_Netcdf4Dimid", "_Unsigned"]
    values = [
        "",
        "x",
        "GHz",
        "m\0",
        0,
        -1,
        2**62,
        1e308,
        np.nan,
        np.inf,
        [1, 2, 3],
        [],
        np.zeros((2, 2)),
        "days since 0",
    ]
    values += [b"\xff\xfe", ["a", "b"], np.float32(1.5), np.uint8(3), 10**4 * "x", True]
    target = file[name] if rng.random() < 0.8 else file
    value = pick(rng, values)
    try:
        target.attrs[str(pick(rng, keys))] = value
    except (TypeError, ValueError, OSError, RuntimeError):
        target.attrs["odd"] = 1


def filled(file, name: str, rng: np.random.Generator) -> None:
    values = file[name][...].copy()
    if values.size:
        values.flat[int(rng.integers(values.size))] = float(
            pick(rng, [np.nan, np.inf, 1e308, -1e308, 9.969209968386869e36])
        )
    file[name][...] = values


def grouped(file, name: str, rng: np.random.Generator) -> None:
    group = file.create_group(f"group{int(rng.integers(10**6))}")
    for k in range(int(pick(rng, [0, 3, 200]))):
        group = group.create_group(str(k))
    if rng.random() < 0.5:
        del file[name]


def doubled(file, name: str, rng: np.random.Generator) -> None:
    file[f"{name}{pick(rng, ['2', ' ', 'ä', '_real', '_imag', '🙂'])}"] = file[name][...]


def renamed(file, name: str, rng: np.random.Generator) -> None:
    new = str(pick(rng, ["green", "spectrum", "x", "separation_nm2", "ä", "green_real"]))
    if new not in file:
        file.move(name, new)


SPOILT = (huge, huge, outside, linked, linked, retyped, reshaped, *[attribute] * 4, filled, grouped, doubled, renamed)


def csv_table(rng: np.random.Generator) -> tuple[str, bytes]:
    valid = (SPECIMENS / "noise.csv").read_bytes()
    if rng.random() < 0.15:
        number = int(pick(rng, [10, 1000, 60_000]))
        points = rng.random((number, 2))
        rows = "".join(f"{2 + one[0]},{one[1]},0,-1\n" for one in points)
        return "hostile.csv", f"frequency_ghz,separation_nm,green_real,green_imag\n{rows}".encode()
    return "hostile.csv", spoilt(valid, TEXT, rng)


def counts(rng: np.random.Generator) -> tuple[str, bytes]:
    ending = str(pick(rng, ["csv", "json", "tsv"]))
    if rng.random() < 0.2:
        return f"hostile.{ending}", made_counts(ending, rng)
    return f"hostile.{ending}", spoilt((SPECIMENS / f"counts.{ending}").read_bytes(), TEXT, rng)


def made_counts(ending: str, rng: np.random.Generator) -> bytes:
    """Many qubits, many settings, deep nesting."""
    n_qubits, number = int(rng.integers(1, 14)), int(pick(rng, [1, 10, 30_000]))
    labels = ["".join(letters) for letters in rng.choice(list("XYZ"), size=(number, n_qubits))]
    if ending == "json":
        if rng.random() < 0.2:
            return b"[" * int(pick(rng, [10, 100_000]))
        return json.dumps({label: {} if rng.random() < 0.9 else {"0" * n_qubits: 1} for label in labels}).encode()
    mark = "\t" if ending == "tsv" else ","
    rows = [mark.join([label, "0" * n_qubits, "5"]) for label in dict.fromkeys(labels)]
    return "\n".join([mark.join(["setting", "outcome", "count"]), *rows]).encode()


# ------------------------------------------------------------------------------------------------------------- options


def options(rng: np.random.Generator) -> list[str]:
    """A command line that is hardly right."""
    value = str(
        pick(rng, [*HOSTILE_NUMBERS, *HOSTILE_VALUES, "1 s", "2us", "x", "", "=", "a=b=c", "-", "--", "ä", "1e5"])
    )
    value = value.replace("\0", "")
    number = str(pick(rng, HOSTILE_NUMBERS))
    names = ["monitored_bell", "ramsey", "exchange", "no_emitted_magnon", "finite_rate_monitoring", "echoed_bell"]
    keys = [
        "duration",
        "checks",
        "initial",
        "phase",
        "qubit",
        "A",
        "a",
        "q",
        "steps",
        "order",
        "period",
        "pulses",
        "x",
        "",
    ]
    keep = ["c=1", "c=", "=1", "c=11", "c=01,10", "c=2", "d=1", value, "c=" + "1" * 1000]
    circuit, table = str(SPECIMENS / "circuit.qasm"), str(SPECIMENS / "counts.csv")
    return [
        [
            "export",
            str(pick(rng, names)),
            "--set",
            f"{pick(rng, keys)}={value}",
            *(["--set", f"duration={number}"] * 1),
        ],
        ["export", str(pick(rng, names)), "--set", f"{pick(rng, keys)}={number}"],
        ["export", value],
        ["run", circuit, "--shots", number, "--seed", "1"],
        ["run", circuit, "--shots", "none", "--seed", number],
        ["run", circuit, "--shots", "none", f"--{pick(rng, ['postselect', 'outcomes'])}", str(pick(rng, keep))],
        ["run", circuit, "--shots", "none", "--device", value],
        ["tomography", table, "--level", number, "-o", "out", "-f"],
        ["tomography", table, "--readout", value, "-o", "out", "-f"],
        ["figures", "fig1", "-o", "out", "--shots", number, "--format", "csv", "-f"],
        ["figures", "fig1", "-o", "out", "--seed", number, "--format", str(pick(rng, ["csv", "nc"])), "-f"],
        ["figures", value],
        ["claims", value],
        ["errata", value],
        [value, number],
    ][int(rng.integers(15))]


def _toml(*examples: bytes) -> Callable[[np.random.Generator], tuple[str, bytes]]:
    def made(rng: np.random.Generator) -> tuple[str, bytes]:
        return "hostile.toml", spoilt(pick(rng, examples), TOML, rng)

    return made


def one_of_many(
    make: Callable[[np.random.Generator], tuple[str, bytes]], read: Callable[[Path, np.random.Generator], None]
):
    def case(rng: np.random.Generator, folder: Path) -> None:
        name, data = make(rng)
        path = folder / name
        path.write_bytes(data)
        read(path, rng)

    return case


def run_options(rng: np.random.Generator, folder: Path) -> None:
    command(options(rng))


def cases() -> dict[str, Callable[[np.random.Generator, Path], None]]:
    """Kind → what makes and reads a case."""
    small = [one for one in gallery("toml") if len(one) < 3000]
    return {
        "experiment": one_of_many(_toml(SCAN, SCAN, *small), load_experiment),
        "design": one_of_many(
            _toml(*sources("designs/film.toml", "tests/specimens/version_1/design.toml")), load_design
        ),
        "device": one_of_many(
            _toml(MAGNET, OWN, *sources("tests/specimens/version_1/device.toml"), *builtin_devices()), load_device
        ),
        "readout": one_of_many(_toml(*READOUTS), load_readout),
        "counts": one_of_many(counts, load_counts),
        "circuit": one_of_many(circuit, load_circuit),
        "table": one_of_many(csv_table, load_table),
        "netcdf": one_of_many(netcdf, load_table),
        "options": run_options,
    }


def builtin_devices() -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "nvprotocol" / "device" / "builtin").glob("*.toml"))]


# -------------------------------------------------------------------------------------------------------------- verdict


@contextmanager
def limits() -> Iterator[None]:
    """Ends a case that takes too much time, and refuses memory beyond `MEMORY` more than is there."""

    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (pages + MEMORY, resource.RLIM_INFINITY))
    signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def verdict(
    case: Callable[[np.random.Generator, Path], None], rng: np.random.Generator, folder: Path
) -> tuple[str, str]:
    """ "accepted" or "refused", or "wrong" and why."""
    ignored: list[str] = []
    sys.unraisablehook = lambda lost: ignored.append(f"ignored: {lost.exc_value!r}")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with limits():
                case(rng, folder)
            found, why = "accepted", ""
        except Refused as line:
            found, why = "refused", str(line)
        except NVProtocolError as error:
            lines = len(str(error).splitlines())
            found, why = ("refused", str(error)) if lines == 1 else ("wrong", f"{lines} lines: {error!r}")
        except TooLongError:
            found, why = (
                "wrong",
                f"more than {CPU_S} s: {''.join(traceback.format_exc().splitlines(keepends=True)[-7:-1])}",
            )
        except BaseException as error:
            where = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
            found, why = "wrong", f"{type(error).__name__}: {error} at {' '.join(where[-4:])}"
        gc.collect()
    unseen = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)  # by Python's own filters
    foreign = [
        one for one in caught if not issubclass(one.category, unseen) and "nvprotocol" not in one.category.__module__
    ]
    if found != "wrong" and foreign:
        return "wrong", f"warning: {foreign[0].message}"
    if found != "wrong" and ignored:
        return "wrong", ignored[0]
    return found, why


def main(kind: str, first: int, number: int) -> None:
    """Reads cases one after the other and says what comes of them."""
    case, told = cases()[kind], sys.stdout
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        for at in range(first, first + number):
            folder = Path(name, str(at))
            folder.mkdir()
            for beside in ("noise.csv", "noise.nc"):
                (folder / beside).write_bytes((SPECIMENS / beside).read_bytes())
            print(json.dumps({"case": at}), file=told, flush=True)
            found, why = verdict(case, np.random.default_rng([zlib.crc32(kind.encode()), at]), folder)
            kept = os.environ.get("NVPROTOCOL_FUZZ_KEEP")
            if kept and found == "wrong":
                for path in folder.glob("hostile.*"):
                    Path(kept, f"{kind}-{at}-{path.name}").write_bytes(path.read_bytes())
            print(json.dumps({"case": at, "found": found, "why": why[:500]}), file=told, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
