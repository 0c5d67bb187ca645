"""Fixtures that several test modules share."""

import os
import signal
from pathlib import Path

import hypothesis
import numpy as np
import pytest

# Shells let their jobs in the background ignore it, and processes hand that on.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Slow machines are no failure; the long run is one session of nox.
hypothesis.settings.register_profile("short", deadline=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=20_000)
hypothesis.settings.load_profile("long" if "MORTIE_LONG_TESTS" in os.environ else "short")

DRAINAGE = Path(__file__).parents[2] / "shared" / "data" / "antarctica_drainage.npz"


# What the numba fallback can't have. All other tests are also run with it: nox -s fallback
NO_WHERE = "numba makes ufuncs that refuse where="
CELLS = "cells and regions need the extension"
NOT_IN_NUMBA = {
    **{f"test_{name}.py": CELLS for name in ("cells", "expressions", "recipes", "sets", "shapes")},
    **{f"test_{name}.py": CELLS for name in ("cli_regions", "cover", "locate")},
    **{f"test_{name}.py": CELLS for name in ("tutorial", "words")},
    **{f"test_{name}.py": CELLS for name in ("plot", "region_inputs", "region_oracle", "regions")},
    **{
        f"test_bad_input.py::test_calls[mortie.{name}": CELLS
        for name in ("authalic2", "cells", "geodetic2", "mort_", "mort2u", "mort2v", "mort2word")
    },
    "test_bad_input.py::test_calls[mortie.uniq2mort": CELLS,
    "test_bad_input.py::test_calls[mortie.word2mort": CELLS,
    "test_bad_input.py::test_commands[an unknown suffix of the picture]": CELLS,
    "test_cli.py::test_plot": CELLS,
    **{
        f"test_docs.py::test_examples[{page}.md]": CELLS
        for page in ("README", "cells", "from-1.0", "howto", "locate", "regions", "tutorial")
    },
    "test_ecosystem.py::test_latitudes_keep_a_unit": CELLS,
    **{
        f"test_ecosystem.py::test_works[{held}": CELLS
        for held in (
            *("DuckDB", "NumPy masked array, several", "pandas Series, several"),
            *("pandas nullable Series, several", "pandas DataFrame, several"),
            *("xarray DataArray, several", "polars expressions, several", "Dask Array, several"),
            *("Astropy Quantity, after that", "vaex DataFrame, several", "numba arrays, several"),
        )
    },
    "test_faults.py::test_folders_in_the_place_of_files": CELLS,
    "test_flags.py": "its loops are numba's",
    "test_latlon.py::test_the_exact_way_is_rare": "it has no other way",
    "test_latlon.py::test_why_the_exact_way_is_taken": "it has no other way",
    "test_ufunc.py::test_where": NO_WHERE,
    "test_latlon.py::test_where": NO_WHERE,
    "test_migration.py::test_now": NO_WHERE,
    "test_ufunc.py::test_bad_order_anywhere": "of several bad elements, a later one may be named",
    "test_leaks.py": "numba itself keeps some memory of each error",
    "test_ufunc.py::test_pickle": "its ufuncs are not those of mortie._native",
    "test_digits.py::test_pickle": "its ufuncs are not those of mortie._native",
    "test_values.py::test_native_is_what_is_tested": "it is not native",
    "test_tools.py::test_names": "NATIVE_AVAILABLE is False",
    "test_bad_input.py::test_calls[mortie.kernel(1)]": "kernel is a function of Python",
    "test_latlon.py::test_the_exact_way_is_taken_at_edges": "it takes no other way",
    "test_kernels.py": "it has no kernels",
    "test_processes.py::test_fork_after_each_function_on_cells_and_regions": CELLS,
    "test_processes.py::test_subinterpreter": "numba runs in the main interpreter alone",
    "test_processes.py::test_no_memory": "numba needs memory of its own",
    "test_processes.py::test_import_again": "numba can't be imported again",
    "test_package.py": "both backends are tested there, in processes of their own",
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
def fallback(numba_version):
    """The ufuncs of the fallback, by name."""
    return numba_version.ufuncs()


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


@pytest.fixture(scope="module")
def command():
    """The command line, in processes that are forked."""
    pytest.importorskip("resource", reason="processes are forked on POSIX systems alone")
    from forked import Command

    command = Command()
    yield command
    command.close()
