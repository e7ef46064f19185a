"""Experiment files: a TOML text becomes circuits, runs, a table, a figure and data."""

from nvprotocol.experiment.agreement import Agreement, counts_agreement, outcomes_agreement
from nvprotocol.experiment.dataset import read_dataset, to_dataset, write_dataset
from nvprotocol.experiment.exact import Exact
from nvprotocol.experiment.file import Experiment, load, parse
from nvprotocol.experiment.fitted_file import fit_json, fitted_text
from nvprotocol.experiment.fitting import ExperimentFit, fit
from nvprotocol.experiment.measured import read_data
from nvprotocol.experiment.measured_lines import MeasuredLine, fit_lines
from nvprotocol.experiment.measured_points import MeasuredData, MeasuredPoints
from nvprotocol.experiment.observable import Observable
from nvprotocol.experiment.qasm import from_qasm, to_qasm
from nvprotocol.experiment.report import print_report, report_text
from nvprotocol.experiment.result import Curve, ExperimentResult
from nvprotocol.experiment.run import run
from nvprotocol.experiment.sweep import Sweep

__all__ = [
    "Agreement",
    "Curve",
    "Exact",
    "Experiment",
    "ExperimentFit",
    "ExperimentResult",
    "MeasuredData",
    "MeasuredLine",
    "MeasuredPoints",
    "Observable",
    "Sweep",
    "counts_agreement",
    "fit",
    "fit_json",
    "fit_lines",
    "fitted_text",
    "from_qasm",
    "load",
    "outcomes_agreement",
    "parse",
    "print_report",
    "read_data",
    "read_dataset",
    "report_text",
    "run",
    "to_dataset",
    "to_qasm",
    "write_dataset",
]
