"""A long scan that is killed again and again, against the same scan left alone: are the data the same bit by bit?

Runs `nvprotocol run` on a scan of two curves (X tomography, 2000 shots), sends SIGKILL at random moments, and goes on
with the same command, as a person would; then runs it here, once and without workers, and compares all data. The chunks
that are there at every kill tell that none is lost: a kill costs each worker the one that it is at.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/interrupted_runs.py [--points 20000 --kills 20] [--output FILE]
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _report import Report, made_with, parser

import nvprotocol as nv
from nvprotocol.experiment import read_dataset, to_dataset
from nvprotocol.experiment.chunks import plan_of

FILE = """
[medium]
a = 2.0
A = 1.9
[protocol]
name = "monitored_bell"
checks = 5
[scan]
parameter = "protocol.duration"
start = 0.01
stop = 2.0
points = {points}
[curves]
parameter = "device.detuning"
values = [0.0, 1.0]
[run]
shots = 2000
tomography = "X"
"""


def main() -> None:
    """Kills, goes on, compares."""
    options = parser(__doc__, points=1500, kills=5, workers=2, seed=1).parse_args()
    say, rng = Report(options.output), np.random.default_rng(options.seed)
    say(made_with("numpy", "qiskit-aer"), f"{options.points} points × 2 curves, {options.workers} workers")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "long.toml"
        file.write_text(FILE.format(points=options.points), encoding="utf-8")
        experiment = nv.experiment.load(file)
        chunks = len(plan_of(experiment).parts)
        command = [sys.executable, "-m", "nvprotocol", "run", str(file), "-o", str(folder / "out" / "mine")]
        command += ["--workers", str(options.workers)]

        def there() -> int:
            return len(list(folder.glob("out/.mine.chunks/*.npz")))

        began, done = time.monotonic(), []
        for left in range(options.kills, 0, -1):
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
                # a random moment while it starts, or while it computes some of what is missing
                until = there() + rng.random() * 2 * (chunks - there()) / (left + 1) - 0.5
                while run.poll() is None and there() < until:
                    time.sleep(0.02)
                time.sleep(rng.random() * 2)
                run.kill()
                _, said = run.communicate()
            done.append(there())
            if said and b"resource_tracker" not in said:  # a warning of Python, of the semaphores of a killed pool
                say(f"said: {said.decode().strip()}")
        say(f"chunks that are there at each of {options.kills} kills: {done} of {chunks}")
        subprocess.run(command, check=True, capture_output=True)
        say(f"finished after {time.monotonic() - began:.0f} s with all starts")
        began = time.monotonic()
        again = subprocess.run(command, check=True, capture_output=True, text=True)
        say(f"once more: {time.monotonic() - began:.1f} s, {again.stdout.splitlines()[-1].partition(':')[0]}")
        data = read_dataset(folder / "out" / "mine" / "data.nc")
        say(f"left beside the result: {sorted({path.name[:6] for path in (folder / 'out').iterdir()} - {'mine'})}")
        began = time.monotonic()
        whole = to_dataset(nv.experiment.run(experiment))
        say(f"here, without workers: {time.monotonic() - began:.0f} s")
    say(f"data bit by bit equal: {data.identical(whole)}")


if __name__ == "__main__":
    main()
