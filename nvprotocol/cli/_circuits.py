"""Running a circuit that is written in OpenQASM 3."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.device import Device
    from nvprotocol.emulation import Probability

_BELL_STATES = ("psi-", "psi+", "phi-", "phi+")
_FULL_TABLE = 16


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
    from nvprotocol.emulation import emulate, probability
    from nvprotocol.experiment.qasm import from_qasm

    keep = dict(_assigned("--postselect", text) for text in options.postselect)
    asked = [_assigned("--outcomes", text) for text in options.outcomes]
    arguments: dict[str, Any] = {
        "shots": _shots(options.shots),
        "postselect": {name: int(value) if value in ("0", "1") else value for name, value in keep.items()},
        "engine": options.engine,
        "seed": options.seed,
    }
    device = _device(options.device)
    circuit = from_qasm(file)
    if asked:
        for register, values in asked:
            found = probability(circuit, device, values.split(","), register, **arguments)
            click.echo(f"{found}")
        return
    registers = _registers_at_the_end(circuit, device, arguments["postselect"])
    for register in registers:
        bits = next(known.size for known in circuit.cregs if known.name == register)
        _print_table(probability(circuit, device, "0" * bits, register, **arguments))
    if not registers:
        _print_estimate(emulate(circuit, device, **arguments))


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
        return int(text.replace("_", ""))
    except ValueError:
        fail("--shots", 'be a whole number, or "none" for no sampling noise', f"is {show(text)}")


def _device(name: str) -> "Device":
    """The device of a name, or of a file."""
    from nvprotocol._checks import fail, show
    from nvprotocol.device import Device
    from nvprotocol.device.catalogue import BUILTIN

    if name in BUILTIN:
        return Device.builtin(name)
    if not name.endswith(".toml") and not Path(name).is_file():
        listed = f"the name of a built-in device ({', '.join(BUILTIN)}), or the path of a device file"
        fail("--device", f"be {listed}", f"is {show(name)}")
    return Device.from_toml(name)


def _registers_at_the_end(circuit: "QuantumCircuit", device: "Device", keep: dict[str, Any]) -> list[str]:
    """The registers that NV qubits are measured into at the end, in the circuit's order."""
    from nvprotocol._checks import fail
    from nvprotocol.backend.postselected import kept_bits
    from nvprotocol.emulation.circuits import measured_at_the_end

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


def _print_table(found: "Probability") -> None:
    """Every reading of a register with its share of the kept runs; of a long one, those that have come up."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from nvprotocol.emulation.estimate import described
    from nvprotocol.tomography import wilson

    bits = len(found.outcomes[0])
    table = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for name in (found.register, *(() if found.counts is None else ("counts",)), "probability"):
        table.add_column(name, justify="right", no_wrap=True)
    if found.counts is not None:
        table.add_column("95 %", justify="right", no_wrap=True)
    for value, share in enumerate(found.distribution):
        if len(found.distribution) > _FULL_TABLE and not share:
            continue
        row = [f"{value:0{bits}b}", f"{share:.4f}"]
        if found.counts is not None:
            counts = found.counts[0]
            low, high = wilson(counts[value], counts.sum())
            row = [row[0], f"{counts[value]}", row[1], f"{low:.4f}–{high:.4f}"]
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    shots = "no sampling noise" if found.shots is None else f"{found.shots} shots"
    click.echo(f"{described(found)} ({found.metadata['engine']}, {shots})")
