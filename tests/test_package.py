"""The package as a whole: its backends, what importing it costs, command, types and docstrings."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mortie
from mortie import _backend, missing, tools

pytestmark = pytest.mark.thread_unsafe(reason="doctest takes sys.stdout, and imports are timed")
ROOT = Path(__file__).parents[1]


def python(*arguments, **environment):
    """Run a new interpreter in an empty environment but for what is given."""
    kept = {name: os.environ[name] for name in os.environ if not name.startswith("MORTIE")}
    return subprocess.run(
        [sys.executable, *arguments],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def output(*arguments, **environment):
    done = python(*arguments, **environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


# --- backends ---

REPORT = """
import sys, mortie
from mortie import tools
print(mortie.backend(), tools.NATIVE_AVAILABLE, "numba" in sys.modules)
assert (mortie.kernel() == "numba") == ("numba" in sys.modules)
print(tools.fastNorm2Mort([3, 18], -1, [8, 100]), tools.VaexNorm2Mort(-1, 12))
print(tools.geo2mort([-77.85, -90.0], [166.67, 0.0], 6))
print(mortie.clip_mort(2, [-3241, 1234]), mortie.is_mort([-3241, 15, 0]))
print(*mortie.mort2norm([-3241, 12]), mortie.mort2nest(-3241), mortie.mort2order(-3241))
print(*mortie.mort2latlon([-3241, 12]), mortie.nest2mort(3, 540), mortie.latlon2nest(29, 0, 0))
"""
RESULTS = """\
[               -3444 -3210724075896686364] -7444444444444444444
[-4112241 -3111111]
[-324  123] [ True False False]
[3 1] [28  1] [8 0] 540 3
[-35.68533471  41.8103149 ] [67.5 67.5] -3241 1369094286720630784
"""


@pytest.mark.parametrize("value", [None, "", "0"])
def test_native(value):
    environment = {} if value is None else {"MORTIE_FORCE_NUMBA": value}
    assert output("-c", REPORT, **environment) == "native True False\n" + RESULTS


@pytest.mark.slow
@pytest.mark.usefixtures("numba_version")
def test_forced_numba():
    assert output("-c", REPORT, MORTIE_FORCE_NUMBA="1") == "numba False True\n" + RESULTS


@pytest.mark.slow
@pytest.mark.usefixtures("numba_version")
def test_numba_refuses_what_the_extension_refuses():
    program = """
import mortie
for call in (
    lambda: mortie.nest2mort(19, 0),
    lambda: mortie.nest2mort(1, [0, 48]),
    lambda: mortie.mort2nest([1, 15]),
    lambda: mortie.mort2norm(0),
    lambda: mortie.clip_mort([0, 4], -3241),
    lambda: mortie.clip_mort(0, 7),
    lambda: mortie.latlon2nest(30, 0.0, 0.0),
    lambda: mortie.latlon2mort(-1, 0.0, 0.0),
    lambda: mortie.latlon2mort(19, 0.0, 0.0),
    lambda: mortie.latlon2mort(3, [0.0, 91.5], 0.0),
    lambda: mortie.latlon2mort(3, 0.0, [0.0, float("nan")]),
):
    try:
        call()
    except ValueError as error:
        print(error)
"""
    native = output("-c", program)
    assert native.count("\n") == 11
    assert output("-c", program, MORTIE_FORCE_NUMBA="1") == native


@pytest.mark.slow
@pytest.mark.usefixtures("numba_version")
def test_numba_errors():
    program = """
import mortie
for order in 19, -3, [18, 19], [-3, 18]:
    try:
        mortie.fastNorm2Mort(order, 1, 1)
    except ValueError as error:
        print(error)
print(mortie.fastNorm2Mort.types)
"""
    too_high = "Max order is 18 (to output to 64-bit int).\n"
    too_low = "order must lie in 0-18, not -3\n"
    int64 = np.dtype(np.int64).char
    assert output("-c", program, MORTIE_FORCE_NUMBA="1") == (
        (too_high + too_low) * 2 + f"{[3 * int64 + '->' + int64]}\n"
    )


@pytest.mark.slow
@pytest.mark.usefixtures("numba_version")
def test_broken_extension_falls_back_with_a_warning():
    done = python("-c", "import sys; sys.modules['mortie._native'] = None" + REPORT)
    assert done.stdout == "numba False True\n" + RESULTS
    assert "RuntimeWarning: the C++ extension of mortie can't be imported" in done.stderr


@pytest.mark.parametrize("forced", ["0", "1"])
def test_no_backend(forced):
    done = python(
        "-c",
        "import sys; sys.modules['mortie._native'] = sys.modules['numba'] = None; import mortie",
        MORTIE_FORCE_NUMBA=forced,
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError: ")
    assert ("MORTIE_FORCE_NUMBA is set" if forced == "1" else "C++ extension") in last
    assert "pip install --force-reinstall mortie" in last
    assert "pip install 'mortie[numba]'" in last


@pytest.mark.slow
@pytest.mark.usefixtures("numba_version")
def test_cells_need_the_extension():
    program = """
import mortie, mortie.cells
for call in (mortie.mort2vertices, mortie.cells.boundary, mortie.cells.compact):
    try:
        call(12)
    except ImportError as error:
        print(error)
"""
    why = "needs the C++ extension, and numba runs in its place: MORTIE_FORCE_NUMBA is set"
    assert output("-c", program, MORTIE_FORCE_NUMBA="1").splitlines() == [
        f"{name} {why}" for name in ("mort2vertices", "mortie.cells", "mortie.cells")
    ]


def test_maps_name_their_extra():
    done = python("-c", "import sys; sys.modules['matplotlib'] = None; import mortie.plot")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: mortie.plot needs matplotlib (")
    assert last.endswith("): pip install 'mortie[plot]'")


# --- imports ---


def test_import_is_light():
    program = """
import sys, time, numpy
before = set(sys.modules)
start = time.perf_counter()
import mortie
print(time.perf_counter() - start, *sorted(set(sys.modules) - before))
"""
    runs = [output("-c", program).split() for _ in range(5)]
    assert min(float(seconds) for seconds, *_ in runs) < 0.015
    imported = {name.partition(".")[0] for _, *names in runs for name in names}
    assert not imported & {"healpy", "numba", "astropy", "matplotlib", "scipy"}


# --- the command ---


def test_demo():
    printed = output("-m", "mortie", "demo")
    assert f"mortie {mortie.__version__}, backend native" in printed
    assert "1,000 of 1,000 sampled indices equal exact arithmetic" in printed
    shown = re.findall(r"(\S+)° +(\S+)°  ->  +(\S+)", printed)
    assert len(shown) == 4
    for lat, lon, morton in shown:  # shown to 5 decimals, about a metre: equal to order 10
        near = tools.geo2mort(float(lat), float(lon), 10)
        assert near == tools.clip2order(10, int(morton))


def test_command_without_arguments():
    done = python("-m", "mortie")
    assert done.returncode == 2
    assert "usage: mortie" in done.stderr


# --- types ---


@pytest.mark.slow
@pytest.mark.parametrize("check", ["mypy.stubtest mortie._native", "mypy -p mortie"])
def test_types(tmp_path, check):
    """The extension has a stub; all else says its types itself."""
    pytest.importorskip("mypy", reason="mypy is missing; nox -s slow installs it")
    config = "--mypy-config-file" if "stubtest" in check else "--config-file"
    done = subprocess.run(
        [sys.executable, "-m", *check.split(), config, str(ROOT / "pyproject.toml")],
        cwd=tmp_path,  # away from the checkout's sources
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# --- docstrings ---


def docstrings():
    for module in (tools, _backend, missing):
        for name in module.__all__:
            if not isinstance(getattr(module, name), bool):
                yield name, getattr(module, name).__doc__
    yield "tools", tools.__doc__


@pytest.mark.usefixtures("int64_is_default")
@pytest.mark.parametrize(("name", "text"), list(docstrings()), ids=lambda value: value[:20])
def test_doctests(name, text):
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    if name != "tools":
        assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    assert runner.run(test).failed == 0
