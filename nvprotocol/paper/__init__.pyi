from . import claims as claims
from . import errata as errata
from . import figures as figures
from .comparison import Comparison as Comparison
