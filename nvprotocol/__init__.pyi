from . import backend as backend
from . import channels as channels
from . import closed_form as closed_form
from . import design as design
from . import device as device
from . import entanglement as entanglement
from . import errors as errors
from . import experiment as experiment
from . import magnets as magnets
from . import operators as operators
from . import paper as paper
from . import plotting as plotting
from . import protocols as protocols
from . import pulses as pulses
from . import tomography as tomography
from .backend import NVBackend as NVBackend
from .device import Device as Device
from .emulation import Estimate as Estimate
from .emulation import Probability as Probability
from .emulation import emulate as emulate
from .emulation import probability as probability
from .entanglement import concurrence as concurrence
from .entanglement import entanglement_of_formation as entanglement_of_formation
from .master_equation import Conditional as Conditional
from .master_equation import MasterEquation as MasterEquation
from .medium import Medium as Medium

__version__: str
