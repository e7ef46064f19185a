"""The names that a device may use: gates, and the devices that come with the package."""

BUILTIN = ("ideal", "nv_cryogenic", "nv_room_temperature")
"""Names of the devices that come with the package, each a file in the folder `builtin`."""

VIRTUAL_GATES = frozenset({"id", "rz", "p", "z", "s", "sdg", "t", "tdg"})
"""Diagonal gates of one qubit: a change of the frame, without a pulse and so without an error."""

ONE_QUBIT_GATES = VIRTUAL_GATES | {"x", "y", "h", "sx", "sxdg", "rx", "ry", "r", "u"}
"""Standard gates of one qubit that a device may have."""

TWO_QUBIT_GATES = frozenset({"cx", "cy", "cz", "ch", "cp", "crx", "cry", "crz"}) | {
    "ecr",
    "swap",
    "iswap",
    "rxx",
    "ryy",
    "rzz",
    "rzx",
    "xx_plus_yy",
}
"""Standard gates of two qubits that a device may have."""

INSTANTANEOUS = {"rz": 0.0, "sx": 0.0, "x": 0.0, "cx": 0.0, "measure": 0.0, "reset": 0.0}
"""Durations in ns of what every device has, where none are given."""

NOT_GATES = ("measure", "reset", "monitor_measure", "monitor_reset")
"""What takes time and is not a gate; the last two replace the first two on monitor qubits."""
