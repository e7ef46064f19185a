"""From counts to the magnet: parameters with intervals, what the counts cannot tell, and what to measure next."""

from nvprotocol.inference.comparison import LikelihoodRatio, compare
from nvprotocol.inference.fit_result import Fit
from nvprotocol.inference.fitting import fit, fit_together
from nvprotocol.inference.planning import Plan, plan
from nvprotocol.inference.readings import Average, Events, Photons
from nvprotocol.inference.series import Series

__all__ = [
    "Average",
    "Events",
    "Fit",
    "LikelihoodRatio",
    "Photons",
    "Plan",
    "Series",
    "compare",
    "fit",
    "fit_together",
    "plan",
]
