"""Stretches of time, checks, readout and imperfections as quantum channels."""

from nvprotocol.channels.channel import Channel as Channel
from nvprotocol.channels.elapse import evolution as evolution
from nvprotocol.channels.errors import depolarising as depolarising
from nvprotocol.channels.errors import preparation as preparation
from nvprotocol.channels.instruments import Instrument as Instrument
from nvprotocol.channels.instruments import parity_check as parity_check
from nvprotocol.channels.instruments import qubit_readout as qubit_readout
