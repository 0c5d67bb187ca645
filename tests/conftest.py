"""Fixtures that several test modules share."""

import os
from pathlib import Path

import hypothesis
import numpy as np
import pytest

# Slow machines are no failure; the long run is one session of nox.
hypothesis.settings.register_profile("short", deadline=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=20_000)
hypothesis.settings.load_profile("long" if "MORTIE_LONG_TESTS" in os.environ else "short")

DRAINAGE = Path(__file__).parents[2] / "shared" / "data" / "antarctica_drainage.npz"


# What the numba fallback can't have. All other tests are run with it, too: nox -s fallback
NOT_IN_NUMBA = {
    "test_ufunc.py::test_where": "numba makes ufuncs that refuse where=",
    "test_ufunc.py::test_pickle": "that the extension's own name be the fallback's",
    "test_ufunc.py::test_bad_order_anywhere": "of bad elements that NumPy casts, a later one is told",
}


def pytest_collection_modifyitems(items):
    if os.environ.get("MORTIE_FORCE_NUMBA", "0") == "0":
        return
    for item in items:
        for start, reason in NOT_IN_NUMBA.items():
            if item.nodeid.startswith(f"tests/{start}"):
                item.add_marker(pytest.mark.skip(reason=f"not in numba: {reason}"))


def pytest_addoption(parser):
    parser.addoption("--write-table", action="store_true", help="write the tables in docs/ anew")


@pytest.fixture(scope="session")
def drainage():
    """The outlines of the Antarctic drainage systems, with the numba version's indices."""
    if not DRAINAGE.exists():
        message = "the Antarctic drainage coordinates are not beside this checkout"
        if os.environ.get("MORTIE_REQUIRE_DATA"):
            pytest.fail(message)
        pytest.skip(message)
    with np.load(DRAINAGE) as data:
        return {name: data[name] for name in data.files}


@pytest.fixture(scope="session")
def numba_version():
    """The module that stands in where the extension can't be imported."""
    return pytest.importorskip("mortie._numba", reason="numba is missing; mortie[test] has it")


@pytest.fixture(scope="session")
def int64_is_default():
    """Without this, examples that show arrays would need another text."""
    if np.dtype(int) != np.int64:
        pytest.skip("NumPy 1 on Windows writes dtype=int64 into arrays that it shows")


@pytest.fixture(scope="session")
def wild():
    """A function that gives n seeded int64s of every magnitude."""

    def draw(n, seed):
        random = np.random.default_rng(seed)
        values = random.integers(-(2**63), 2**63 - 1, n, dtype=np.int64, endpoint=True)
        return values >> random.integers(0, 64, n)

    return draw
