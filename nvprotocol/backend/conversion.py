"""Channels as Qiskit objects."""

from qiskit.quantum_info import Kraus, SuperOp

from nvprotocol._checks import instance
from nvprotocol.channels import Channel


def to_superop(channel: Channel) -> SuperOp:
    """The channel as Qiskit's `SuperOp`.

    Examples:
        >>> from nvprotocol.backend import to_superop
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
        >>> bool(to_superop(nv.channels.evolution(equation, 0.5)).is_cptp())
        True
    """
    return SuperOp(instance(channel, "channel", Channel).superoperator)


def to_kraus(channel: Channel) -> Kraus:
    """The channel as Qiskit's `Kraus`, from our own operators.

    Qiskit's conversion from a superoperator drops eigenvalues of the Choi matrix below 1e-8, which a short stretch of
    time is full of; these operators keep them.

    Examples:
        >>> from nvprotocol.backend import to_kraus
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
        >>> len(to_kraus(nv.channels.evolution(equation, 0.001)).data)
        6
    """
    return Kraus(list(instance(channel, "channel", Channel).kraus.copy()))  # pyright: ignore[reportArgumentType]  # Qiskit's own hint lacks `list`
