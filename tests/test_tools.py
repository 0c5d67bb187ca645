"""The functions of mortie.tools against the contract."""

from importlib.metadata import version

import numpy as np
import pytest

import exact
import mortie
from mortie import tools

ORDERS = range(30)
sphere = np.random.default_rng(1)
LATS = np.degrees(np.arcsin(sphere.uniform(-1, 1, 500)))
LONS = sphere.uniform(-180, 360, 500)


def uniq(order, lats=LATS, lons=LONS):
    nest = [exact.latlon2nest(order, *point) for point in zip(lats, lons, strict=True)]
    return 4 * 4**order + np.array(nest)


def test_names():
    assert mortie.tools is tools
    assert tools.fast_norm2mort is tools.fastNorm2Mort is mortie.fastNorm2Mort
    assert tools.vaex_norm2mort is tools.VaexNorm2Mort is mortie.VaexNorm2Mort
    assert mortie.fast_norm2mort is mortie.fastNorm2Mort
    assert mortie.vaex_norm2mort is mortie.VaexNorm2Mort
    assert tools.NATIVE_AVAILABLE is True
    everything = {}
    exec("from mortie import *", everything)
    assert everything["tools"] is tools
    assert set(mortie.__all__) < everything.keys()


def test_version_is_the_installed_one():
    assert mortie.__version__ == version("mortie")


# --- cell sizes ---


def test_order2res():
    assert tools.order2res(0) == 111 * 58.6323
    assert tools.order2res(18) == 111 * 58.6323 * 0.5**18
    np.testing.assert_array_equal(
        tools.order2res(np.arange(3)), [111 * 58.6323 * 0.5**k for k in range(3)]
    )


def test_res2display(capsys):
    tools.res2display()
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"{111 * 58.6323 * 0.5**order} km at tessellation order {order}" for order in range(20)
    ]


# --- UNIQ numbers ---


@pytest.mark.parametrize("order", ORDERS)
def test_unique2parent(order):
    base = np.arange(12, dtype=np.int64)
    for offset in (0, 4**order // 2, 4**order - 1):
        unique = 4 * 4**order + base * 4**order + offset
        np.testing.assert_array_equal(tools.unique2parent(unique), base)
    scalar = tools.unique2parent(16 * 4**order - 1)
    assert isinstance(scalar, np.int64)
    assert scalar == 11


def test_unique2parent_keeps_shapes():
    unique = uniq(5).reshape(10, 50)
    assert tools.unique2parent(unique).shape == (10, 50)
    assert tools.unique2parent(unique.tolist()).dtype == np.int64
    assert tools.unique2parent([]).shape == (0,)


@pytest.mark.parametrize("mixed", [[4, 16], [15, 16], [4 * 4**29, 4 * 4**28]])
def test_unique2parent_refuses_mixed_orders(mixed):
    with pytest.raises(NotImplementedError, match=r"^Cannot parse mixed resolution unique cells$"):
        tools.unique2parent(mixed)


@pytest.mark.parametrize("bad", [3, 0, -5])
def test_unique2parent_refuses_what_is_no_uniq(bad):
    with pytest.raises(ValueError, match=f"4 or more, not {bad}"):
        tools.unique2parent([17, bad])


def test_unique2parent_refuses_floats():
    with pytest.raises(TypeError, match="integers, not float64"):
        tools.unique2parent([17.0])


def test_heal_norm():
    nest = uniq(6) - 4 * 4**6
    base = nest // 4**6
    np.testing.assert_array_equal(tools.heal_norm(base, 6, nest), nest % 4**6)
    assert tools.heal_norm(11, 29, 11 * 4**29 + 7) == 7


# --- coordinates ---


@pytest.mark.parametrize("order", ORDERS)
def test_geo2uniq(order):
    result = tools.geo2uniq(LATS, LONS, order)
    assert result.dtype == np.int64
    np.testing.assert_array_equal(result, uniq(order))


def test_geo2uniq_shapes():
    assert tools.geo2uniq(LATS.reshape(5, 100), LONS.reshape(5, 100)).shape == (5, 100)
    assert tools.geo2uniq([10.0, 20.0], 30.0).shape == (2,)
    scalar = tools.geo2uniq(-77.85, 166.67)
    assert isinstance(scalar, np.int64)
    assert scalar == 4 * 4**18 + exact.latlon2nest(18, -77.85, 166.67)


@pytest.mark.parametrize("order", range(19))
def test_geo2mort(order):
    nest = uniq(order) - 4 * 4**order
    morton = tools.geo2mort(LATS, LONS, order)
    assert morton.dtype == np.int64
    np.testing.assert_array_equal(
        morton, tools.fastNorm2Mort(order, nest % 4**order, nest // 4**order)
    )


def test_geo2mort_is_always_1d():
    flat = tools.geo2mort(LATS, LONS)
    np.testing.assert_array_equal(
        tools.geo2mort(LATS.reshape(5, 100), LONS.reshape(5, 100), 18), flat
    )
    assert tools.geo2mort(-77.85, 166.67).shape == (1,)
    assert tools.geo2mort([1.0, 2.0], [[3.0], [4.0], [5.0]]).shape == (6,)
    assert tools.geo2mort([], []).shape == (0,)


@pytest.mark.parametrize("order", [-1, 30])
def test_geo2uniq_refuses_orders(order):
    with pytest.raises(ValueError, match=f"order must lie in 0-29, not {order}"):
        tools.geo2uniq(0.0, 0.0, order)


def test_geo2mort_refuses_orders():
    with pytest.raises(ValueError, match="Max order is 18"):
        tools.geo2mort(0.0, 0.0, 19)
    with pytest.raises(ValueError, match="not -1"):
        tools.geo2mort(0.0, 0.0, -1)


@pytest.mark.parametrize("bad", [90.1, -91.0, np.nan])
def test_coordinates_out_of_range(bad):
    with pytest.raises(ValueError, match=f"latitude must lie in -90 to 90 degrees, not {bad}"):
        tools.geo2mort([0.0, bad], 0.0)


# --- clipping ---


@pytest.mark.parametrize("order", range(19))
def test_clip2order(order):
    morton = tools.geo2mort(LATS, LONS)
    clipped = tools.clip2order(order, morton)
    assert clipped.dtype == np.int64
    np.testing.assert_array_equal(clipped, tools.geo2mort(LATS, LONS, order))
    factor = 10 ** (18 - order)
    assert tools.clip2order(order, print_factor=True) == factor
    assert tools.clip2order(order, morton, print_factor=True) == factor


def test_clip2order_takes_what_arrays_come_from():
    assert tools.clip2order(16, -6113441241314142343) == -61134412413141423
    np.testing.assert_array_equal(tools.clip2order(17, [-19, 19, 0, -9]), [-1, 1, 0, 0])
    np.testing.assert_array_equal(tools.clip2order(17, np.array([-19, 19], "i1")), [-1, 1])


def test_clip2order_of_indices_of_lower_orders():
    morton = [-3241, 12, 1111111111111111112, -64444444444444444]
    expected = [(-1 if m < 0 else 1) * (abs(m) // 10**4) for m in morton]
    assert tools.clip2order(14, morton).tolist() == expected
    for order in (0, 14):
        assert tools.clip2order(order, morton[:2]).tolist() == [0, 0]


@pytest.mark.parametrize("order", [-1, 19])
def test_clip2order_refuses_orders(order):
    with pytest.raises(ValueError, match=f"order must lie in 0-18, not {order}"):
        tools.clip2order(order, [1])


def test_clip2order_needs_indices():
    with pytest.raises(TypeError, match="needs midx"):
        tools.clip2order(5)


# --- integers of other widths ---


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "i4", "u4", ">i8"])
def test_orders_of_any_integer_type(dtype):
    for order in (np.array(18, dtype)[()], np.full(500, 18, dtype)):
        np.testing.assert_array_equal(tools.geo2uniq(LATS, LONS, order), uniq(18))
        nest = uniq(18) - 4 * 4**18
        np.testing.assert_array_equal(tools.heal_norm(nest >> 36, order, nest), nest % 4**18)


def test_heal_norm_of_unsigned_integers():
    nest = uniq(18) - 4 * 4**18
    base, nests = (nest >> 36).astype(np.uint64), nest.astype(np.uint64)
    for found in (
        tools.heal_norm(base, np.full(500, 18), nests),
        tools.heal_norm(base, 18, nest),
        tools.heal_norm(nest >> 36, 18, nests),
    ):
        assert found.dtype == np.int64
        np.testing.assert_array_equal(found, nest % 4**18)


def test_unique2parent_of_unsigned_integers():
    assert tools.unique2parent(np.array([16 * 4**29 - 1], "u8")).dtype == np.int64
