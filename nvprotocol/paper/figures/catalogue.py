"""The list of figures."""

from importlib import import_module

from nvprotocol._checks import one_of
from nvprotocol.paper.figures.figure import PaperFigure

__all__ = ["NAMES", "load"]

_MODULES = {
    "fig1": "system",
    "fig2": "unmonitored",
    "fig3": "monitored",
    "figS4a": "finite_temperature",
    "figS4b": "finite_temperature",
    "figS5": "steady_map",
    "finite_rate": "finite_rate",
    "no_emitted_magnon": "no_emitted_magnon",
    "coherent_coupling": "coherent_coupling",
    "robustness": "robustness",
    "reservoirs": "reservoirs",
    "dephasing_and_echo": "dephasing_and_echo",
    "bell_rate": "bell_rate",
    "sudden_death": "sudden_death",
    "initial_state": "initial_state",
    "beyond_the_pair": "beyond_the_pair",
}
"""Name of a figure → module that makes it, in its `FIGURES`."""

NAMES = tuple(_MODULES)
"""Names of all figures: those of the paper first."""


def load(name: str) -> PaperFigure:
    """A figure by its name.

    Args:
        name: One of `nvprotocol.paper.figures.NAMES`.

    Raises:
        ArgumentError: If there is no such figure.

    Examples:
        >>> from nvprotocol.paper.figures import load
        >>> load("figS5").title
        'Steady entanglement against both dissipative couplings'
    """
    one_of(name, "name", NAMES)
    made = import_module(f"nvprotocol.paper.figures.{_MODULES[name]}").FIGURES
    return made[name]
