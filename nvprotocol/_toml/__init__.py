"""What files in TOML share: quantities with units, and errors that name file, line and key in one line."""

from nvprotocol._toml.messages import about_key, in_file, of_validation
from nvprotocol._toml.quantities import CONFIG, Coupling, Factor, Lifetimes, Nanoseconds, Rate, Time
from nvprotocol._toml.source import line_of, parsed, suggestion, text_of
from nvprotocol._toml.writing import assignment, versioned

__all__ = [
    "CONFIG",
    "Coupling",
    "Factor",
    "Lifetimes",
    "Nanoseconds",
    "Rate",
    "Time",
    "about_key",
    "assignment",
    "in_file",
    "line_of",
    "of_validation",
    "parsed",
    "suggestion",
    "text_of",
    "versioned",
]
