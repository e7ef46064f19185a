"""The table of `relaxometry.csv`, simulated: `python circuits/measured/simulate.py` writes it anew.

No laboratory has measured it. It is drawn from the circuits, the scan and the readout of `relaxometry.toml` on a device
with the numbers below, which a fit has to find.
"""

from pathlib import Path

import numpy as np

import nvprotocol as nv
from nvprotocol.experiment.file import device_of

HERE = Path(__file__).parent
TRUTH = {"medium.a": 1.3, "medium.A": 0.9, "medium.q": 0.25}
SHOTS, SEED = 2000, 20


def table() -> str:
    """The text of the table."""
    experiment = nv.experiment.load(HERE / "relaxometry.toml")
    content = experiment.content
    for path, value in TRUTH.items():
        content = nv.experiment.Sweep(path, np.array([value])).put(content, value)
    times = experiment.scan.values.round(4).tolist()
    circuits = [nv.protocols.relaxometry(time, content.protocol.model_dump()["initial"]) for time in times]
    found = nv.probability(circuits, device_of(content), ("01", "10"), shots=SHOTS, engine="exact", seed=SEED)
    lines = ["# Simulated by simulate.py, not measured.", "duration_us,00,01,10,11"]
    for time, one in zip(times, found, strict=True):
        assert one.counts is not None
        lines.append(",".join(map(str, [time, *np.ravel(one.counts).astype(int).tolist()])))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "relaxometry.csv").write_text(table(), encoding="utf-8")
