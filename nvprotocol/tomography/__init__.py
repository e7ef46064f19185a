"""Tomography: counts in, states and honest intervals out, for any counts of Pauli settings."""

from nvprotocol.tomography.estimate import ModelWarning as ModelWarning
from nvprotocol.tomography.estimate import StateEstimate as StateEstimate
from nvprotocol.tomography.estimate import estimate as estimate
from nvprotocol.tomography.intervals import ConcurrenceInterval as ConcurrenceInterval
from nvprotocol.tomography.intervals import concurrence_bound as concurrence_bound
from nvprotocol.tomography.intervals import concurrence_interval as concurrence_interval
from nvprotocol.tomography.intervals import fidelity_interval as fidelity_interval
from nvprotocol.tomography.intervals import separable_p_value as separable_p_value
from nvprotocol.tomography.planning import Plan as Plan
from nvprotocol.tomography.planning import plan as plan
from nvprotocol.tomography.proportions import clopper_pearson as clopper_pearson
from nvprotocol.tomography.proportions import wilson as wilson
from nvprotocol.tomography.reconstruction import MaximumLikelihood as MaximumLikelihood
from nvprotocol.tomography.reconstruction import linear_inversion as linear_inversion
from nvprotocol.tomography.reconstruction import log_likelihood as log_likelihood
from nvprotocol.tomography.reconstruction import maximum_likelihood as maximum_likelihood
from nvprotocol.tomography.reconstruction import nearest_state as nearest_state
from nvprotocol.tomography.settings import PAULI as PAULI
from nvprotocol.tomography.settings import U1 as U1
from nvprotocol.tomography.settings import from_counts as from_counts
from nvprotocol.tomography.settings import measurement_operators as measurement_operators
from nvprotocol.tomography.settings import pauli_settings as pauli_settings
from nvprotocol.tomography.settings import probabilities as probabilities
from nvprotocol.tomography.settings import sample as sample
