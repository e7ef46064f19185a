"""Tomography: counts in, states and honest intervals out, for any counts of Pauli settings."""

from nvprotocol.tomography.estimate import StateEstimate as StateEstimate
from nvprotocol.tomography.estimate import estimate as estimate
from nvprotocol.tomography.intervals import ConcurrenceInterval as ConcurrenceInterval
from nvprotocol.tomography.intervals import concurrence_interval as concurrence_interval
from nvprotocol.tomography.intervals import wilson as wilson
from nvprotocol.tomography.reconstruction import MaximumLikelihood as MaximumLikelihood
from nvprotocol.tomography.reconstruction import linear_inversion as linear_inversion
from nvprotocol.tomography.reconstruction import log_likelihood as log_likelihood
from nvprotocol.tomography.reconstruction import maximum_likelihood as maximum_likelihood
from nvprotocol.tomography.reconstruction import nearest_state as nearest_state
from nvprotocol.tomography.settings import PAULI as PAULI
from nvprotocol.tomography.settings import from_counts as from_counts
from nvprotocol.tomography.settings import measurement_operators as measurement_operators
from nvprotocol.tomography.settings import pauli_settings as pauli_settings
from nvprotocol.tomography.settings import probabilities as probabilities
from nvprotocol.tomography.settings import sample as sample
