"""What files in TOML share: quantities with units, and errors that name file, line and key in one line."""

from nvprotocol._toml.file import TomlFile, content_of
from nvprotocol._toml.quantities import CONFIG, Coupling, Factor, Lifetimes, Nanoseconds, Rate, Time
from nvprotocol._toml.source import suggestion, text_of
from nvprotocol._toml.writing import assignment, versioned

__all__ = [
    "CONFIG",
    "Coupling",
    "Factor",
    "Lifetimes",
    "Nanoseconds",
    "Rate",
    "Time",
    "TomlFile",
    "assignment",
    "content_of",
    "suggestion",
    "text_of",
    "versioned",
]
