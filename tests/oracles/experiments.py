"""Small experiments that several tests look at; each is run once for all of them."""

from dataclasses import replace
from functools import cache

from nvprotocol.experiment import ExperimentResult, parse, run

MONITORED = """
title = "A small experiment"
[medium]
a = 2.0
A = [1.2, 1.0]
q = 0.2
[protocol]
name = "monitored_bell"
checks = 3
[scan]
parameter = "protocol.duration"
values = [0.2, "400 ns", 0.1]
[curves]
parameter = "device.detuning"
values = [0.0, 2.5]
[run]
shots = 400
seed = 3
"""
UNMONITORED = """
[medium]
a = 1.0
A = 1.0
[protocol]
name = "dissipative_entanglement"
duration = 1.5
[scan]
parameter = "medium.A"
start = 0.0
stop = 1.0
points = 3
[run]
shots = 300
"""
SYMMETRIC = UNMONITORED + 'tomography = "X"\n'
# Of the long runs next to none is kept: about 10⁻⁷ of them at the last point.
HARDLY_ANY = """
[medium]
a = 1.0
A = 0.1
[protocol]
name = "monitored_bell"
checks = 2
[scan]
parameter = "protocol.duration"
values = [0.2, 8.0, 9.0]
[run]
shots = 200
"""


@cache
def result_of(text: str) -> ExperimentResult:
    return run(parse(text, "small.toml"))


@cache
def without_noise(text: str) -> ExperimentResult:
    experiment = parse(text, "small.toml")
    settings = experiment.content.run.model_copy(update={"shots": None})
    return run(replace(experiment, content=experiment.content.model_copy(update={"run": settings})))
