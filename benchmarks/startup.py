"""How long a user waits before anything happens: the import of the package and the help of the command line.

Each command runs in a fresh interpreter; the commands take turns, so that a slow minute hits them all.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 11
PYTHON = sys.executable
COMMANDS = {
    "python -c pass": [PYTHON, "-c", "pass"],
    'python -c "import numpy"': [PYTHON, "-c", "import numpy"],
    'python -c "import nvprotocol"': [PYTHON, "-c", "import nvprotocol"],
    'python -c "import nvprotocol as nv; nv.MasterEquation"': [
        PYTHON,
        "-c",
        "import nvprotocol as nv; nv.MasterEquation",
    ],
    "nvprotocol --help": [str(Path(PYTHON).with_name("nvprotocol")), "--help"],
}


def seconds(command: list[str]) -> float:
    """Wall time of one run."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    for command in COMMANDS.values():  # once unmeasured: byte code gets written, files get into the cache
        seconds(command)
    rounds = [{name: seconds(command) for name, command in COMMANDS.items()} for _ in range(ROUNDS)]
    medians = {name: statistics.median(times[name] for times in rounds) for name in COMMANDS}
    bare, numpy, *_ = medians.values()
    print(f"Startup, median of {ROUNDS} runs, Python {sys.version.split()[0]}")
    print(f"{'command':56}{'ms':>8}{'x bare':>8}{'x numpy':>9}")
    for name, median in medians.items():
        print(f"{name:56}{1000 * median:8.0f}{median / bare:8.1f}{median / numpy:9.2f}")


if __name__ == "__main__":
    main()
