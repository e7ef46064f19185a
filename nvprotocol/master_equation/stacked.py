"""Several equations as one with a batch axis."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nvprotocol.master_equation.equation import MasterEquation
from nvprotocol.medium.stacked import stacked_media


def stacked(equations: Sequence[MasterEquation]) -> MasterEquation:
    """Equations of single media of equal size as one equation with one batch axis, in their order.

    Args:
        equations: At least one, without batch axes.

    Examples:
        >>> from nvprotocol.master_equation.stacked import stacked
        >>> both = stacked([nv.MasterEquation(nv.Medium.pair(a=a), detuning=0.1) for a in (1.0, 2.0)])
        >>> both.batch_shape, both.medium.relaxation[:, 0, 0].real.tolist(), both.splittings[1].tolist()
        ((2,), [1.0, 2.0], [0.1, -0.1])
    """
    medium = stacked_media([one.medium for one in equations])
    drives: list[Any] = [one.drive for one in equations]
    drive = None
    if any(one is not None for one in drives):
        drive = np.stack([np.zeros(medium.n_qubits) if one is None else one for one in drives])
    if medium.n_qubits == 2:
        detuning, offset = (np.array([getattr(one, name) for one in equations]) for name in ("detuning", "offset"))
        return MasterEquation(medium, detuning, drive, offset=offset)
    return MasterEquation(medium, np.stack([one.splittings for one in equations]), drive)
