"""From counts to the magnet: parameters with intervals, what the counts cannot tell, and what to measure next."""

from nvprotocol.inference.comparison import LikelihoodRatio, compare
from nvprotocol.inference.data_columns import Variable
from nvprotocol.inference.data_files import DataTable, read_data
from nvprotocol.inference.fit_result import Fit
from nvprotocol.inference.fitting import fit, fit_together
from nvprotocol.inference.planning import Plan, plan
from nvprotocol.inference.readings import Average, Events, Photons
from nvprotocol.inference.series import Series

__all__ = [
    "Average",
    "DataTable",
    "Events",
    "Fit",
    "LikelihoodRatio",
    "Photons",
    "Plan",
    "Series",
    "Variable",
    "compare",
    "fit",
    "fit_together",
    "plan",
    "read_data",
]
