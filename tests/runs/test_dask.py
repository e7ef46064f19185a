"""A Dask cluster gives what this process gives, also when a worker is killed on the way; nobody there is one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from experiments import UNMONITORED

from nvprotocol.experiment import parse, read_dataset, run, to_dataset

ORACLES = Path(__file__).parent.parent / "oracles"
PROGRAM = """
import os, signal, sys, threading, time
from pathlib import Path
from chunked import EXPECTED, dawdling
from distributed import Client, LocalCluster
from nvprotocol.cli import main
from nvprotocol.runs import execute

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        processes = list(client.run(os.getpid).values())

        def kill():
            while len(list(folder.glob("chunk-*"))) < 2:
                time.sleep(0.05)
            os.kill(processes[0], signal.SIGKILL)

        threading.Thread(target=kill).start()
        chunks = execute(dawdling(folder), client.get_executor(retries=3))
        print([int(one) for chunk in chunks for one in chunk["square"]] == EXPECTED)
        main(["run", str(folder / "small.toml"), "-o", str(folder / "out"), "--dask", cluster.scheduler_address])
"""


@pytest.mark.slow
def test_a_cluster_of_which_one_worker_dies(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "small.toml").write_text(UNMONITORED, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ORACLES)}
    command = [sys.executable, str(tmp_path / "program.py"), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("True\n")
    found, here = read_dataset(tmp_path / "out" / "data.nc"), to_dataset(run(parse(UNMONITORED)))
    assert found.drop_attrs().identical(here.drop_attrs())


@pytest.mark.slow
def test_no_scheduler_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(UNMONITORED, encoding="utf-8")
    program = "from nvprotocol.cli import main; main(['run', 'small.toml', '--dask', 'tcp://127.0.0.1:9'])"
    environment = {**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("nvprotocol: No Dask scheduler answers at tcp://127.0.0.1:9: ")
    assert ended.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["small.toml"]
