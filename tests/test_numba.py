"""The numba fallback's functions, run by Python: coverage doesn't see machine code.

test_package.py holds the compiled ones against the extension.
"""

import importlib.util
import sys
import types

import numpy as np
import pytest

import exact
import mortie

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")

random = np.random.default_rng(11)


@pytest.fixture(scope="module")
def plain():
    """The module of the fallback under a numba that compiles nothing."""
    stub = types.ModuleType("numba")
    stub.njit = lambda given: given if callable(given) else stub.njit
    stub.vectorize = lambda signatures: np.vectorize
    source = importlib.util.find_spec("mortie._numba")
    module = importlib.util.module_from_spec(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numba", stub)
        source.loader.exec_module(module)
    return module


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
                assert [int(part) for part in plain.mort2norm(morton)] == [order, normed, parent]
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


def test_points(plain):
    lat, lon = random.uniform(-90, 90, 50), random.uniform(-180, 360, 50)
    for order in (0, 9, 18):
        nest = healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True)
        np.testing.assert_array_equal(plain.latlon2nest(order, lat, lon), nest)
        morton = [exact.norm2mort(order, pixel % 4**order, pixel // 4**order) for pixel in nest]
        np.testing.assert_array_equal(plain.latlon2mort(order, lat, lon), morton)
        np.testing.assert_array_equal(
            plain.mort2latlon(morton)[::-1], healpy.pix2ang(2**order, nest, True, True)
        )
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
    with pytest.raises(ValueError, match=r"must|Max|is none") as native:
        getattr(mortie, name)(*args)
    with pytest.raises(ValueError, match=r"must|Max|is none") as fallback:
        getattr(plain, name)(*args)
    assert str(fallback.value) == str(native.value)
