from . import claims as claims
from .comparison import Comparison as Comparison
