from . import claims as claims
from . import errata as errata
from .comparison import Comparison as Comparison
