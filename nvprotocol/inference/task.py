"""What was measured against what models expect, and how that changes with their parameters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.inference.likelihood import Averaged, Counted
from nvprotocol.inference.prediction import JointPrediction
from nvprotocol.inference.readings import Counts, Events, Expected, Photons, Reading, names_of_rows
from nvprotocol.inference.readings import rows as rows_of

Real = NDArray[np.float64]

_ROUNDING = 1e-12
"""Information on a relative change of all expectations in a parameter's scale: the square of rounding over a step."""


class Task:
    """Models and what was measured: deviance, its slope, and what the numbers tell.

    Args:
        prediction: The models.
        readings: What was measured with each circuit.
        called: What that is called in errors.
    """

    def __init__(self, prediction: JointPrediction, readings: Sequence[Reading], called: Sequence[str]) -> None:
        self.prediction, self.parameters = prediction, prediction.parameters
        each = list(zip(readings, prediction.cells, prediction.discards, strict=True))
        rows = [
            rows_of(one, cells, of, discarded=discarded)
            for (one, cells, discarded), of in zip(each, called, strict=True)
        ]
        self._matrices = [matrix for matrix, _ in rows]
        sizes = [len(matrix) for matrix in self._matrices]
        self.is_table = [isinstance(one, Counts | Events | Expected) for one in readings]
        runs = [_runs(one, matrix) for one, matrix in zip(readings, self._matrices, strict=True)]
        self.runs: Real = np.repeat(np.array(runs, dtype=float), sizes)
        self.names = [names_of_rows(one, cells, discarded=discarded) for one, cells, discarded in each]
        self.circuit_of: NDArray[np.intp] = np.repeat(np.arange(len(rows)), sizes)
        self._place: dict[type, NDArray[np.intp]] = {}
        self._families: dict[type, Any] = {}
        for kind, attributes in ((Counted, ("numbers",)), (Averaged, ("values", "errors"))):
            own = [k for k, (_, family) in enumerate(rows) if isinstance(family, kind)]
            if own:
                self._place[kind] = np.flatnonzero(np.isin(self.circuit_of, own))
                arrays = [np.concatenate([getattr(rows[k][1], name) for k in own]) for name in attributes]
                self._families[kind] = kind(*arrays)

    def expectations(self, points: Real) -> Real:
        """Expectation of every number, shape (P, R); NaN where the model has none."""
        tables = self.prediction.probabilities(points)
        return np.hstack([table @ matrix.T for table, matrix in zip(tables, self._matrices, strict=True)])

    def linearised(self, point: Real) -> tuple[Real, Real]:
        """Expectations, shape (R,), and their derivatives, (R, K); NaN where the model has none."""
        points, step = self.parameters.neighbours(point)
        values = self.expectations(points)
        refused: NDArray[np.bool_] = np.any(np.isnan(values), axis=1)
        if refused[1:].any() and not refused[0]:  # a limit that only the model knows
            for k in np.flatnonzero(refused[1:]):
                step[k] = -step[k]
                points[k + 1, k] = point[k] + step[k]
                values[k + 1] = self.expectations(points[[k + 1]])[0]
        return values[0], ((values[1:] - values[0]) / step[:, None]).T

    def deviance(self, expected: Real) -> float:
        """2 (log L of a model that fits every number − log L)."""
        if np.isnan(expected).any():
            return np.inf
        return float(np.sum(self.deviances(expected)))

    def deviances(self, expected: Real) -> Real:
        """What each number adds to the deviance."""
        return self._each("deviance", expected)

    def score(self, expected: Real) -> Real:
        """The derivative of log L by each expectation."""
        return self._each("score", expected)

    def information(self, expected: Real) -> Real:
        """Inverse variance of each number."""
        return self._each("information", expected)

    def pearson(self, expected: Real) -> Real:
        """(number − expectation)/√variance."""
        return self._each("pearson", expected)

    def fisher(self, expected: Real, jacobian: Real) -> Real:
        """The Fisher information of the parameters, shape (K, K); 0 where it is what rounding leaves of no slope."""
        inverse_variance = self.information(expected)
        found = jacobian.T @ (inverse_variance[:, None] * jacobian)
        rounding = _ROUNDING * float(inverse_variance @ expected**2) / self.parameters.scale**2
        none = np.diag(found) < rounding
        found[none], found[:, none] = 0.0, 0.0
        return found

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which numbers are counts."""
        return np.isin(np.arange(self.circuit_of.size), self._place.get(Counted, np.zeros(0, dtype=int)))

    @property
    def counts(self) -> Real:
        """All counts; 0 in the place of an average."""
        found = np.zeros(self.circuit_of.size)
        if Counted in self._place:
            found[self._place[Counted]] = self._families[Counted].numbers
        return found

    def averages(self, index: NDArray[np.intp]) -> tuple[Real, Real]:
        """Averages at some places, and their standard errors."""
        found = np.zeros((2, self.circuit_of.size))
        found[:, self._place[Averaged]] = self._families[Averaged].values, self._families[Averaged].errors
        return found[0, index], found[1, index]

    def _each(self, what: str, expected: Real) -> Real:
        found = np.empty(expected.shape)
        for kind, family in self._families.items():
            place = self._place[kind]
            found[place] = getattr(family, what)(expected[place])
        return found


def _runs(reading: Reading, matrix: Real) -> float:
    """What the numbers of a circuit are divided by where shares are drawn."""
    return reading.shots / reading.scatter if isinstance(reading, Photons) else float(matrix.max())
