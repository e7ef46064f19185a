"""How long an operation takes on a device."""

from functools import lru_cache

from qiskit.circuit import Delay, Gate

from nvprotocol._checks import fail, show
from nvprotocol.compiler.gates import is_native
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError

_US_PER_UNIT = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3, "ps": 1e-6}


def delay_us(delay: Delay, dt_ns: float) -> float:
    """Duration of a delay in µs.

    Raises:
        ArgumentError: If it is negative or not finite.
        UnsupportedCircuitError: If its unit is none of s, ms, us, ns, ps and dt.
    """
    duration, unit = delay.params[0], delay.unit
    scale = dt_ns * 1e-3 if unit == "dt" else _US_PER_UNIT.get(unit)
    if scale is None:
        raise UnsupportedCircuitError(
            f'Argument `circuit` must have delays in s, ms, us, ns, ps or dt, but one is in "{unit}".'
        )
    value = float(duration) * scale
    if not 0 <= value < float("inf"):
        fail("circuit", "have delays of at least 0", f"one is {show(value)} µs")
    return value


def gate_us(gate: Gate, qubits: tuple[int, ...], device: Device) -> float:
    """Duration of a gate in µs; on ideal instruments any gate is there and takes no time.

    Raises:
        UnsupportedCircuitError: If the device has no such gate, or not between these qubits.
    """
    if device.is_ideal:
        return 0.0
    if not is_native(gate, device):
        known = ", ".join(device.native_gates)
        raise UnsupportedCircuitError(
            f"Argument `circuit` must consist of the native gates {known} of a device whose gates are not ideal, but "
            f'has "{gate.name}" (use `transpile(circuit, nv.NVBackend(device))`).'
        )
    if len(qubits) == 2 and max(qubits) < device.n_qubits:
        raise UnsupportedCircuitError(
            f'Argument `circuit` must have two-qubit gates with a monitor qubit, but "{gate.name}" is between two NV '
            "qubits, which this device does not connect (exchange one of them with a monitor by three CX, and back)."
        )
    return native_us(device, gate.name)


@lru_cache(maxsize=256)
def native_us(device: Device, name: str, *, monitor: bool = False) -> float:
    """Duration of a native operation in µs; a circuit asks for the same few thousands of times."""
    return device.duration_us(name, monitor=monitor)
