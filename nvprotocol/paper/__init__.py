"""The paper arXiv:2108.07365 (PRB 106, L180406), statement by statement: what it claims, shows, and where it errs.

Names are loaded when first used.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
