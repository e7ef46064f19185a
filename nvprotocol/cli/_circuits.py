"""Running a circuit that is written in OpenQASM 3."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.device import Device
    from nvprotocol.emulation import Probability

_BELL_STATES = ("psi-", "psi+", "phi-", "phi+")
_FULL_TABLE = 16
_MOST_BITS = 16


@dataclass(frozen=True)
class Options:
    """How a circuit is run, as the command line says it."""

    device: str = "ideal"
    postselect: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    shots: str = "10000"
    seed: int | None = None
    engine: str = "aer"


def run_circuit(file: Path, options: Options) -> None:
    """Runs a circuit: tomography of the NV qubits, or where they are measured at the end, what their registers read."""
    from nvprotocol.errors import UnsupportedCircuitError
    from nvprotocol.experiment.qasm import from_qasm, refuse_where

    keep = _kept(options.postselect)
    asked = [_assigned("--outcomes", text) for text in options.outcomes]
    arguments: dict[str, Any] = {
        "shots": _shots(options.shots),
        "postselect": {name: int(value) if value in ("0", "1") else value for name, value in keep.items()},
        "engine": options.engine,
        "seed": options.seed,
    }
    device = _device(options.device)
    circuit = from_qasm(file)
    try:
        _run(circuit, device, asked, arguments)
    except UnsupportedCircuitError as error:
        refuse_where(file, partial(_follow, device=device), error)


def _run(circuit: "QuantumCircuit", device: "Device", asked: list[tuple[str, str]], arguments: dict[str, Any]) -> None:
    from nvprotocol.emulation import emulate, probability

    if asked:
        for register, values in asked:
            found = probability(circuit, device, values.split(","), register, **arguments)
            click.echo(f"{found}")
        return
    registers = _registers_at_the_end(circuit, device, arguments["postselect"])
    if not registers:
        _print_estimate(emulate(circuit, device, **arguments))
        return
    sizes = {known.name: known.size for known in circuit.cregs}
    together = sum(sizes[name] for name in registers) <= _MOST_BITS
    for names in [registers] if together else [[name] for name in registers]:
        joint, register = _joined(circuit, names)
        found = probability(joint, device, "0" * sum(sizes[name] for name in names), register, **arguments)
        _print_table(found, [sizes[name] for name in names])


def _follow(circuit: "QuantumCircuit", device: "Device") -> None:
    """Refuses what the device cannot do; the beginning of a circuit may lack what comes later."""
    from nvprotocol.compiler.gates import to_native
    from nvprotocol.compiler.timing import timed
    from nvprotocol.errors import ArgumentError

    with suppress(ArgumentError):
        timed(to_native(circuit, device), device)


def _joined(circuit: "QuantumCircuit", names: list[str]) -> tuple["QuantumCircuit", str]:
    """The circuit with one more register of all the bits of some, and its name: the first one is right-most."""
    from qiskit import ClassicalRegister

    if len(names) == 1:
        return circuit, names[0]
    registers = {register.name: register for register in circuit.cregs}
    joint, name = circuit.copy(), " ".join(reversed(names))
    joint.add_register(ClassicalRegister(bits=[bit for one in names for bit in registers[one]], name=name))
    return joint, name


def _kept(texts: Sequence[str]) -> dict[str, str]:
    from nvprotocol._checks import fail, show

    keep: dict[str, str] = {}
    for text in texts:
        name, value = _assigned("--postselect", text)
        if name in keep:
            fail("--postselect", "name a register once", f"names {show(name)} twice")
        keep[name] = value
    return keep


def _assigned(option: str, text: str) -> tuple[str, str]:
    """NAME=BITS, in two parts."""
    from nvprotocol._checks import fail, show

    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()) or set(value.strip()) - set("01, "):
        fail(option, "be REGISTER=BITS such as parity=1", f"is {show(text)}")
    return name.strip(), value.replace(" ", "")


def _shots(text: str) -> int | None:
    from nvprotocol._checks import fail, show

    if text == "none":
        return None
    try:
        number = float(text)  # 1e4 too
    except ValueError:
        number = 0.5
    if not number.is_integer():  # neither is an infinite one
        fail("--shots", 'be a whole number, or "none" for no sampling noise', f"is {show(text)}")
    return int(number)


def _device(name: str) -> "Device":
    """The device of a name, of a device file, or of an experiment file at the first values of its scans."""
    from nvprotocol._checks import fail, show
    from nvprotocol._reading import is_file
    from nvprotocol._toml import suggestion
    from nvprotocol.device import Device
    from nvprotocol.device.catalogue import BUILTIN

    if name in BUILTIN:
        return Device.builtin(name)
    if not name.endswith(".toml") and not is_file(name):
        listed = f"the name of a built-in device ({', '.join(BUILTIN)}), or the path of a device or experiment file"
        meant = suggestion(name, BUILTIN) if get_close_matches(name, BUILTIN, cutoff=0.5) else ""
        fail("--device", f"be {listed}", f"is {show(name)}{meant}")
    if not _is_experiment(Path(name)):
        return Device.from_toml(name)
    from nvprotocol.experiment import load

    experiment = load(name)
    return experiment.device(0, experiment.scan.values[0])


def _is_experiment(file: Path) -> bool:
    """Whether a file has a section [protocol] or [scan]; what is no TOML at all is read, and refused, as a device."""
    from nvprotocol._toml import content_of, text_of
    from nvprotocol.errors import FileError

    try:
        return bool({"protocol", "scan"} & content_of(text_of(file, FileError), str(file), FileError).keys())
    except FileError:
        return False


def _registers_at_the_end(circuit: "QuantumCircuit", device: "Device", keep: dict[str, Any]) -> list[str]:
    """The registers that NV qubits are measured into at the end, in the circuit's order."""
    from nvprotocol._checks import fail
    from nvprotocol.compiler.postselection import kept_bits
    from nvprotocol.compiler.tomography import measured_at_the_end

    kept = kept_bits(circuit, keep)
    bits = [bit for bit in measured_at_the_end(circuit, device.n_qubits).values() if bit not in kept]
    places = [circuit.find_bit(circuit.clbits[bit]).registers for bit in bits]
    if not all(places):
        fail("circuit", "measure NV qubits into a register, such as bit[2] readout", "it measures one into a lone bit")
    named = {place[0][0].name for place in places}
    return [register.name for register in circuit.cregs if register.name in named]


def _print_estimate(estimate: Any) -> None:
    from nvprotocol.operators import bell_state

    click.echo(f"{estimate}")
    fidelities = [f"{name} {estimate.fidelity(bell_state(name)):.4f}" for name in _BELL_STATES]
    click.echo(f"fidelity with the Bell states {', '.join(fidelities)}")


def _print_table(found: "Probability", sizes: Sequence[int]) -> None:
    """Every reading of registers with its relative frequency among kept runs; of long ones, those that have come up."""
    from rich.console import Console

    from nvprotocol._rich_table import table_of
    from nvprotocol.tomography import clopper_pearson

    columns = ("probability",) if found.counts is None else ("counts", "probability", "95 %")
    table = table_of(found.register, *columns, left=0)
    for value, share in enumerate(found.distribution):
        if len(found.distribution) > _FULL_TABLE and not share:
            continue
        row = [_reading(value, sizes), f"{share:.4f}"]
        if found.counts is not None:
            counts = found.counts[0]
            low, high = clopper_pearson(counts[value], counts.sum())
            row = [row[0], f"{counts[value]}", row[1], f"{low:.4f}–{high:.4f}"]
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    shots = "no sampling noise" if found.shots is None else f"{found.shots} shots"
    click.echo(f"{found.kept} ({found.metadata['engine']}, {shots})")


def _reading(value: int, sizes: Sequence[int]) -> str:
    """The bits of registers, the first one right-most, with a space between any two."""
    parts = []
    for size in sizes:
        parts.append(f"{value % 2**size:0{size}b}")
        value >>= size
    return " ".join(reversed(parts))
