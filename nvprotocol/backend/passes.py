"""The compiler's two stages as passes of Qiskit's transpiler, and as functions of circuits."""

from collections.abc import Collection, Mapping

from qiskit import QuantumCircuit
from qiskit.converters import circuit_to_dag
from qiskit.dagcircuit import DAGCircuit
from qiskit.transpiler.basepasses import TransformationPass

from nvprotocol._checks import fail, instance, show, truth, whole_number, whole_numbers
from nvprotocol.backend.layout import circuit_of, layout_of
from nvprotocol.compiler.circuit_to_steps import compile_circuits
from nvprotocol.compiler.kept_branch import KeptBranch, kept_branch
from nvprotocol.compiler.places import require_kept
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.device import Device

__all__ = ["FollowKept", "TimeAsMedium", "follow_kept", "time_as_medium"]


class TimeAsMedium(TransformationPass):
    """The transpiler pass that turns the time of a circuit into the medium of a device.

    Args:
        device: The device.

    Raises:
        ArgumentError: If the device has quasi-static noise, which is no channel.

    Examples:
        >>> from qiskit.transpiler import PassManager
        >>> from nvprotocol.backend import TimeAsMedium
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)))
        >>> acts = PassManager([TimeAsMedium(device)]).run(nv.protocols.dissipative_entanglement(1.5))
        >>> dict(acts.count_ops())  # two delays side by side are one channel of the pair
        {'x': 1, 'superop': 1}
    """

    def __init__(self, device: Device) -> None:
        super().__init__()
        self.device = _refuse_noise(instance(device, "device", Device))

    def run(self, dag: DAGCircuit) -> DAGCircuit:
        """The circuit in which the medium acts.

        Raises:
            UnsupportedCircuitError: If passes before this one have moved a qubit.
        """
        instance(dag, "dag", DAGCircuit)
        layout = layout_of(self.property_set, dag)
        if layout is not None:
            require_kept(layout, self.device.n_qubits)
        # Start times of a scheduling pass belong to the nodes that are replaced here.
        self.property_set.pop("node_start_time", None)
        return circuit_to_dag(time_as_medium(circuit_of(dag), self.device))


def time_as_medium(
    circuit: QuantumCircuit, device: Device, *, prepares: bool = True, to_end: bool = True
) -> QuantumCircuit:
    """A circuit without time, in which superoperators stand for the medium and for imperfect instruments.

    Its qubits are in the device's order, the NV qubits first; its classical registers are those of the circuit. Errors
    of readout are not in it: they belong to the run.

    Args:
        circuit: The circuit.
        device: The device.
        prepares: Whether the NV qubits are prepared at the start, with the device's error.
        to_end: Whether the medium acts until every qubit is done, which no bit can tell after the last measurement.

    Raises:
        ArgumentError: If the circuit has fewer NV qubits than the device, an unbound parameter or a negative delay; if
            the device has quasi-static noise, which is no channel.
        UnsupportedCircuitError: If something in the circuit cannot be followed, or a transpiler has moved a qubit; the
            message names it.

    Examples:
        >>> from nvprotocol.backend import time_as_medium
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)))
        >>> time_as_medium(nv.protocols.monitored_bell(1.5, checks=3), device).count_ops()["superop"]
        3
    """
    instance(circuit, "circuit", QuantumCircuit)
    _refuse_noise(instance(device, "device", Device))
    prepares, to_end = truth(prepares, "prepares"), truth(to_end, "to_end")
    (compiled,) = compile_circuits([circuit], device, prepares=prepares, to_end=to_end)
    return compiled.written()


def _refuse_noise(device: Device) -> Device:
    """Refuses a device whose runs differ from each other, which no one circuit of channels is."""
    if device.noise is not None:
        must = "have no quasi-static noise (t2_star_us), over which `emulate` and `NVBackend.run` average run by run"
        fail("device", must, "has some")
    return device


class FollowKept(TransformationPass):
    """The transpiler pass that projects on what is kept; other outcomes are not looked at.

    It comes after `TimeAsMedium`: what it takes is a circuit without time. The result runs on Aer's density-matrix
    method with `enable_truncation=False`; the trace of its final state is the probability of keeping a run.

    Args:
        keep: Index of a classical bit → the value that is kept of it.
        device: The device, whose readout errors make the projections imperfect.

    Examples:
        >>> from qiskit.transpiler import PassManager
        >>> from nvprotocol.backend import FollowKept, TimeAsMedium
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)))
        >>> passes = PassManager([TimeAsMedium(device), FollowKept({0: 1, 1: 1}, device)])
        >>> kept = passes.run(nv.protocols.monitored_bell(1.0, checks=2))
        >>> "measure" in kept.count_ops()
        False
    """

    def __init__(self, keep: Mapping[int, int], device: Device) -> None:
        super().__init__()
        self.keep = kept_bits(keep)
        self.device = device

    def run(self, dag: DAGCircuit) -> DAGCircuit:
        """The circuit of the kept branch."""
        instance(dag, "dag", DAGCircuit)
        return circuit_to_dag(follow_kept(circuit_of(dag), self.keep, self.device).circuit)


def kept_bits(keep: Mapping[int, int]) -> dict[int, int]:
    """Checked values of bits, by their indices."""
    if not isinstance(keep, Mapping):
        fail("keep", "be a mapping of bits to values", f"is {show(keep)}")
    return {
        whole_number(bit, "keep", minimum=0): whole_number(value, f"keep[{show(bit)}]", minimum=0, maximum=1)
        for bit, value in keep.items()
    }


def follow_kept(
    circuit: QuantumCircuit, keep: Mapping[int, int], device: Device, report: Collection[int] = ()
) -> KeptBranch:
    """Rewrites a circuit without time into its kept branch.

    Where a bit is written more than once, its last value counts, for what is kept and for what is reported.

    Args:
        circuit: What `time_as_medium` gives.
        keep: Index of a classical bit → the value that is kept of it.
        device: The device, for its readout errors.
        report: Bits whose outcomes among the kept runs are asked for.

    Raises:
        ArgumentError: If a kept bit is never measured.
        NotFollowedError: If an outcome that is not kept decides what happens, or too many outcomes are reported of
            qubits that are used again.

    Examples:
        >>> from nvprotocol.backend import follow_kept, time_as_medium
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)))
        >>> plain = time_as_medium(nv.protocols.monitored_bell(1.0, checks=2), device)
        >>> follow_kept(plain, {0: 1, 1: 1}, device, report=()).records
        ()
    """
    instance(circuit, "circuit", QuantumCircuit)
    instance(device, "device", Device)
    reported = whole_numbers(report, "report", minimum=0)
    return kept_branch(CompiledCircuit.read(circuit, kept_bits(keep)), device, reported)
