"""From counts to the magnet: parameters with intervals, what the counts cannot tell, and what to measure next."""

from nvprotocol.inference.comparison import LikelihoodRatio, compare
from nvprotocol.inference.data_columns import Variable
from nvprotocol.inference.data_files import DataTable, read_data
from nvprotocol.inference.fitting import Fit, fit
from nvprotocol.inference.planning import Plan, plan
from nvprotocol.inference.readings import Average, Photons

__all__ = [
    "Average",
    "DataTable",
    "Fit",
    "LikelihoodRatio",
    "Photons",
    "Plan",
    "Variable",
    "compare",
    "fit",
    "plan",
    "read_data",
]
