"""The fallback's functions: as numba compiles them, held against the extension; and run by Python.

`nox -s fallback` runs the other tests with it.
"""

import importlib.util
import os
import subprocess
import sys
import types

import numpy as np
import pytest

import exact
import mortie
import points
from mortie import _backend

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
native = pytest.importorskip("mortie._native", reason="only the fallback can be imported here")

random = np.random.default_rng(11)


def assert_same_bits(name, fallback, *args):
    expected, results = getattr(native, name)(*args), fallback[name](*args)
    for result, right in zip(np.atleast_2d(results), np.atleast_2d(expected), strict=True):
        assert result.dtype == right.dtype
        np.testing.assert_array_equal(result.view("u1"), right.view("u1"))


@pytest.mark.parametrize("maker", points.MAKERS, ids=lambda maker: maker.__name__)
def test_points_and_centres(fallback, maker):
    for order in (0, 1, 5, 11, 18, 29):
        lat, lon = maker(random, 20_000, min(order, 18))
        assert_same_bits("latlon2nest", fallback, order, lat, lon)
        if order <= 18:
            assert_same_bits("latlon2mort", fallback, order, lat, lon)
            assert_same_bits("mort2latlon", fallback, mortie.latlon2mort(order, lat, lon))


def test_indices(fallback, wild):
    order = random.integers(0, 19, 20_000)
    nest = random.integers(0, 12 * 4**order)
    morton = native.nest2mort(order, nest)
    for name, *args in (
        ("fastNorm2Mort", order, wild(20_000, 1), wild(20_000, 2)),
        ("VaexNorm2Mort", wild(20_000, 3), wild(20_000, 4)),
        ("nest2mort", order, nest),
        ("is_mort", np.append(wild(20_000, 5), morton)),
        ("mort2order", morton),
        ("mort2norm", morton),
        ("mort2nest", morton),
        ("clip_mort", random.integers(0, order + 1), morton),
    ):
        assert_same_bits(name, fallback, *args)


def test_names(fallback):
    """Those that the package exports, that the extension makes and that the fallback knows."""
    made = {name for name, it in vars(native).items() if isinstance(it, np.ufunc)}
    made.remove("boundary_point")  # for mortie.cells alone
    others = {"backend", "kernel", "fast_norm2mort", "vaex_norm2mort"}
    assert set(_backend.__all__) == made | others
    assert set(fallback) <= made
    for name, ufunc in fallback.items():
        assert type(ufunc) is np.ufunc
        mine = getattr(native, name)
        for attribute in ("__name__", "types", "nin", "nout", "identity", "signature"):
            assert getattr(ufunc, attribute) == getattr(mine, attribute), (name, attribute)


def test_what_the_fallback_lacks():
    """An error says so, when it is called."""
    missing = _backend._only_native("mort2vertices", "MORTIE_FORCE_NUMBA is set")
    assert missing.__name__ == "mort2vertices"
    with pytest.raises(ImportError, match=r"mort2vertices needs .* MORTIE_FORCE_NUMBA is set"):
        missing(-3241, out=...)


def test_a_command_that_the_fallback_lacks(tmp_path):
    pytest.importorskip("matplotlib", reason="mortie[plot] draws maps")
    pytest.importorskip("pyarrow", reason="mortie[cli] reads tables")
    table = tmp_path / "points.csv"
    table.write_text("lat,lon\n1,2\n")
    done = subprocess.run(
        [sys.executable, "-m", "mortie", "plot", table, "--order", "3", "-o", tmp_path / "a.png"],
        env={**os.environ, "MORTIE_FORCE_NUMBA": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("mortie: error: mortie.cells needs the C++ ext")
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def plain():
    """The functions of one element under a numba that compiles nothing: coverage sees Python."""
    stub = types.ModuleType("numba")
    stub.njit = lambda function: function
    source = importlib.util.find_spec("mortie._numba")
    module = importlib.util.module_from_spec(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numba", stub)
        source.loader.exec_module(module)
    functions = {name: element.function for name, element in module.ELEMENTS.items()}
    return types.SimpleNamespace(**functions, kernel=module.kernel)


def test_indices_of_every_order(plain):
    for order in range(19):
        for parent in range(12):
            for normed in (0, 4**order - 1, int(random.integers(4**order))):
                morton = exact.norm2mort(order, normed, parent)
                nest = parent * 4**order + normed
                assert plain.fastNorm2Mort(order, normed, parent) == morton
                assert plain.nest2mort(order, nest) == morton
                assert plain.mort2order(morton) == order
                assert plain.mort2nest(morton) == nest
                assert plain.mort2norm(morton) == (order, normed, parent)
                assert plain.is_mort(morton)
                coarse = order // 2
                assert plain.clip_mort(coarse, morton) == exact.norm2mort(
                    coarse, normed // 4 ** (order - coarse), parent
                )
                if order == 18:
                    assert plain.VaexNorm2Mort(normed, parent) == morton


def test_what_is_an_index(plain):
    for number in range(-7000, 7001):
        assert plain.is_mort(number) == (exact.mort2norm(number) is not None), number


def test_neighbours(plain):
    for order in (0, 1, 2, 18):
        pixels = range(12 * 4**order) if order < 3 else random.integers(0, 12 * 4**order, 20)
        for nest in map(int, pixels):
            around = [
                exact.norm2mort(order, n % 4**order, n // 4**order) if n >= 0 else 0
                for n in healpy.get_all_neighbours(2**order, nest, nest=True).tolist()
            ]
            assert plain.mort_neighbours(plain.nest2mort(order, nest)).tolist() == around


def test_points(plain):
    for maker in points.MAKERS:
        for order in (0, 9, 18):
            for lat, lon in zip(*maker(random, 50, order), strict=True):
                nest = int(healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True))
                assert plain.latlon2nest(order, lat, lon) == nest
                morton = exact.norm2mort(order, nest % 4**order, nest // 4**order)
                assert plain.latlon2mort(order, lat, lon) == morton
                assert plain.mort2latlon(morton)[::-1] == healpy.pix2ang(2**order, nest, True, True)
    assert plain.kernel() == "numba"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("fastNorm2Mort", (19, 0, 0)),
        ("fastNorm2Mort", (-1, 0, 0)),
        ("nest2mort", (-1, 0)),
        ("nest2mort", (19, 0)),
        ("nest2mort", (1, -1)),
        ("nest2mort", (1, 48)),
        ("nest2mort", (18, 12 * 4**18)),
        ("mort2order", (0,)),
        ("mort2nest", (15,)),
        ("mort2norm", (70,)),
        ("clip_mort", (0, -7)),
        ("clip_mort", (-1, 12)),
        ("clip_mort", (2, 12)),
        ("latlon2nest", (-1, 0.0, 0.0)),
        ("latlon2nest", (30, 0.0, 0.0)),
        ("latlon2nest", (3, -90.5, 0.0)),
        ("latlon2nest", (3, 0.0, float("inf"))),
        ("latlon2mort", (19, 0.0, 0.0)),
        ("latlon2mort", (-1, 0.0, 0.0)),
    ],
)
def test_errors_are_those_of_the_extension(plain, name, args):
    with pytest.raises(ValueError, match=r"must|Max|is none") as expected:
        getattr(native, name)(*args)
    with pytest.raises(ValueError, match=r"must|Max|is none") as raised:
        getattr(plain, name)(*args)
    assert str(raised.value) == str(expected.value)
