"""A figure: what it shows, its data, its drawing."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from nvprotocol._checks import MOST_SHOTS, instance, whole_number
from nvprotocol._file_format import MOST_SEED

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure
    from xarray import Dataset

__all__ = ["PaperFigure"]

SHOTS = 4000
"""Runs in each setting of an emulated point."""
SEED = 7
_PACKAGES = ("nvprotocol", "qiskit", "qiskit-aer", "numpy")


@dataclass(frozen=True, kw_only=True)
class PaperFigure:
    """A figure of the paper, or of what the paper leaves open.

    Attributes:
        title: What it is about.
        caption: What is shown, with every parameter, and what it says.
        data: Works the data out, from shots in each setting and a seed.
        drawing: Draws them.

    Examples:
        >>> from nvprotocol.paper.figures import load
        >>> load("fig2").title
        'Entanglement of an unmonitored pair'
    """

    title: str
    caption: str
    data: "Callable[[int, int], Dataset]"
    drawing: "Callable[[Dataset], Figure]"

    def compute(self, shots: int = SHOTS, seed: int = SEED) -> "Dataset":
        """The data of the figure: exact curves, and emulated points with their intervals where it shows a dynamics.

        Args:
            shots: Runs in each setting of an emulated point, kept or not.
            seed: Seed of what is random.

        Returns:
            A labelled data set; times in µs, rates in rad/µs.

        Raises:
            ArgumentError: If `shots` is not a whole number of at least 1, or `seed` is negative or
                does not fit into a data file.

        Examples:
            >>> from nvprotocol.paper.figures import load
            >>> data = load("figS5").compute(shots=100)
            >>> float(data.concurrence.sel(A=1.0, A_tilde=0.0).round(9))
            0.5
        """
        number = whole_number(shots, "shots", minimum=1, maximum=MOST_SHOTS)
        found = self.data(number, whole_number(seed, "seed", minimum=0, maximum=MOST_SEED))
        return found.assign_attrs(
            title=self.title,
            caption=self.caption,
            conventions="times in µs, rates in rad/µs",
            shots=number,
            seed=seed,
            software=", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        )

    def draw(self, data: "Dataset") -> "Figure":
        """The figure of such data; it is not shown.

        Args:
            data: What `compute` gives, or has given and a file has kept.

        Examples:
            >>> from nvprotocol.paper.figures import load
            >>> figure = load("fig1").draw(load("fig1").compute())
            >>> round(float(figure.get_figwidth()), 1)
            7.0
        """
        from matplotlib import rc_context
        from xarray import Dataset

        from nvprotocol.plotting import STYLE

        instance(data, "data", Dataset)
        with rc_context(STYLE):
            return self.drawing(data)
