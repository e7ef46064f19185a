from .exchange import Exchange as Exchange
from .magnet import Magnet as Magnet
from .markov import MarkovCheck as MarkovCheck
from .response import Response as Response
from .setting import Setting as Setting
