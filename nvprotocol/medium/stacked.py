"""Several media as one with batch axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.medium.medium import Medium


def stacked_media(media: Sequence[Medium] | Sequence[Sequence[Medium]]) -> Medium:
    """Media of equal size, or rows of them, as one of that batch shape, without provenance.

    Examples:
        >>> from nvprotocol.medium.stacked import stacked_media
        >>> rows = [[nv.Medium.pair(a=a, q=q) for a in (1.0, 2.0, 3.0)] for q in (0.0, 0.1)]
        >>> stacked_media(rows).batch_shape, stacked_media(rows[0]).batch_shape
        ((2, 3), (3,))
    """
    first = media[0] if isinstance(media[0], Medium) else media[0][0]
    blocks: Any = {name: _block(media, name) for name in first.blocks}
    return Medium(**blocks)


def _block(media: Any, name: str) -> NDArray:
    return getattr(media, name) if isinstance(media, Medium) else np.array([_block(one, name) for one in media])
