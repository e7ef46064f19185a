"""What every test can use: a reproducible generator, files of its own, and settings of the property tests."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import hypothesis
import numpy as np
import pytest

# Deadlines measure the machine, not the physics. In CI the same examples come up every time, `make shake` tries others.
hypothesis.settings.register_profile(
    "nvprotocol",
    deadline=None,
    max_examples=50,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.register_profile(
    "nvprotocol-ci", parent=hypothesis.settings.get_profile("nvprotocol"), derandomize=True, database=None
)
hypothesis.settings.load_profile("nvprotocol-ci" if os.environ.get("CI") else "nvprotocol")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator seeded by the name of the test: the same numbers whenever, in whatever order, and wherever it stands.

    pytest-xdist adds a group to some names, behind an @.
    """
    return np.random.default_rng(zlib.crc32(request.node.name.partition("@")[0].encode()))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a text into a file of that name, the first argument, and returns its path."""

    def written(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written
