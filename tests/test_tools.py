"""The functions of mortie.tools against the contract."""

from decimal import Decimal
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
LONGEST = -3241111111111111111


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


# --- numbers of other types ---

INTEGERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i8", object, list, bool]
FLOATS = ["f2", "f4", "f8", ">f8", np.longdouble]
NO_NUMBERS = ["U3", "S3", "M8[s]", "m8[s]", "c16"]


def typed(values, dtype):
    """Make an array of a type, or a list."""
    return list(values) if dtype is list else np.array(values).astype(dtype)


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "i4", "u4", ">i8"])
def test_orders_of_any_integer_type(dtype):
    for order in (np.array(18, dtype)[()], np.full(500, 18, dtype)):
        np.testing.assert_array_equal(tools.geo2uniq(LATS, LONS, order), uniq(18))
        nest = uniq(18) - 4 * 4**18
        np.testing.assert_array_equal(tools.heal_norm(nest >> 36, order, nest), nest % 4**18)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_heal_norm_of_integers(dtype):
    values = [0, 1] if dtype is bool else [0, 11, 7]
    found = tools.heal_norm(typed(values, dtype), 18, typed(values, dtype))
    assert found.dtype == np.int64
    assert found.tolist() == [value - value * 4**18 for value in values]
    found = tools.heal_norm(1, typed(values, dtype), 5)
    assert found.dtype == np.int64
    assert found.tolist() == [5 - 4**value for value in values]
    if dtype not in (object, list):
        base, order, nest = (np.array(each).astype(dtype)[()] for each in (1, 1, 1))
        assert tools.heal_norm(base, 29, nest) == 1 - 4**29
        assert tools.heal_norm(base, order, nest) == -3
        assert tools.heal_norm(1, order, 2**62) == 2**62 - 4


def test_heal_norm_of_python_integers():
    found = tools.heal_norm(11, 29, 12 * 4**29 - 1)
    assert (type(found), found) == (int, 4**29 - 1)
    assert type(tools.heal_norm(True, True, True)) is int


def test_heal_norm_is_arithmetic():
    """Fillers under a mask aren't looked at."""
    assert tools.heal_norm(99, 3, 540) == 540 - 99 * 64
    base = np.ma.array([8, 99], mask=[0, 1])
    order = np.ma.array([3, 77], mask=[0, 1])
    assert tools.heal_norm(base, order, [540, 0]).tolist() == [28, None]


@pytest.mark.parametrize("dtype", [*FLOATS, *NO_NUMBERS])
def test_what_is_no_integer_is_refused(dtype):
    values = np.array([3, 4]).astype(dtype)
    for call in (
        lambda x: tools.heal_norm(x, 3, 5),
        lambda x: tools.heal_norm(3, x, 5),
        lambda x: tools.heal_norm(3, 5, x),
        lambda x: tools.clip2order(3, x),
        lambda x: tools.clip2order(x, [1]),
        lambda x: tools.unique2parent(x),
        lambda x: tools.geo2mort(0.0, 0.0, x),
        lambda x: tools.geo2uniq(0.0, 0.0, x),
    ):
        for each in (values, values[0], values.tolist()):
            if not (isinstance(each, list) and isinstance(each[0], int)):  # of m8[s]
                with pytest.raises(TypeError):
                    call(each)


def test_above_63_bits():
    big = np.array([2**63 + 28], "u8")
    for call in (
        lambda: tools.heal_norm(big, 3, 0),
        lambda: tools.heal_norm(0, 3, big),
        lambda: tools.clip2order(3, big),
    ):
        with pytest.raises(ValueError, match=r"end at 2..63 - 1, before 9223372036854775836"):
            call()
    for call in (lambda: tools.heal_norm([2**70], 3, 0), lambda: tools.clip2order(3, 2**70)):
        with pytest.raises(TypeError, match="integers are needed, not object"):
            call()


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


@pytest.mark.parametrize("dtype", INTEGERS)
def test_unique2parent_of_integers(dtype):
    if dtype is bool:
        with pytest.raises(TypeError, match="integers, not bool"):
            tools.unique2parent(np.array([True]))
    else:
        found = tools.unique2parent(typed([4, 15], dtype))
        assert found.dtype == np.int64
        assert found.tolist() == [0, 11]


def test_unique2parent_looks_under_no_mask():
    found = tools.unique2parent(np.ma.array([16 * 4**5 - 1, 0, 2**63 - 1], mask=[0, 1, 1]))
    assert found.tolist() == [11, None, None]
    assert tools.unique2parent(np.ma.masked_all(2, "i8")).tolist() == [None, None]
    assert tools.unique2parent(np.array([16 * 4**29 - 1], "u8")).dtype == np.int64


@pytest.mark.parametrize("dtype", INTEGERS)
def test_clip2order_of_integers(dtype):
    values = [0, 1] if dtype is bool else [12, 109, 1]
    found = tools.clip2order(17, typed(values, dtype))
    assert found.dtype == np.int64
    assert found.tolist() == [value // 10 for value in values]


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8"])
def test_clip2order_of_the_least_integers(dtype):
    least = int(np.iinfo(dtype).min)
    for order in (18, 17, 16, 0):
        expected = -(-least // 10 ** (18 - order))
        assert tools.clip2order(order, np.array([least], dtype)).tolist() == [expected]
    assert tools.clip2order(17, np.array(least, dtype)[()]) == -(-least // 10)


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS])
def test_order2res_of_numbers(dtype):
    values = [0, 1] if dtype is bool else [0, 18, 7]
    found = tools.order2res(typed(values, dtype))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [111 * 58.6323 * 0.5**value for value in values])
    if dtype not in (object, list):
        assert tools.order2res(np.array(1).astype(dtype)[()]) == 111 * 58.6323 * 0.5


@pytest.mark.parametrize("dtype", NO_NUMBERS)
def test_order2res_refuses_what_is_no_number(dtype):
    values = np.array([3, 4]).astype(dtype)
    for each in (values, values[0]):
        with pytest.raises(TypeError):
            tools.order2res(each)


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS[:-1]])
def test_coordinates_of_any_type(dtype):
    values = [True, True] if dtype is bool else [1, 50, 80]
    lats = typed(values, dtype)
    expected = uniq(18, [*map(float, values)], [*map(float, values)])
    np.testing.assert_array_equal(tools.geo2uniq(lats, lats), expected)
    np.testing.assert_array_equal(tools.geo2mort(lats, lats), tools.geo2mort(values, values))
    if dtype not in (object, list):
        assert tools.geo2uniq(lats[1], lats[1]) == expected[1]
        assert tools.geo2mort(lats[1], lats[1]).shape == (1,)


@pytest.mark.parametrize("dtype", NO_NUMBERS)
def test_coordinates_that_are_no_numbers(dtype):
    values = np.array([3, 4]).astype(dtype)
    for call in (tools.geo2uniq, tools.geo2mort):
        for each in (values, values[0], list(values)):
            for pair in ((each, 0.0), (0.0, each)):
                with pytest.raises(TypeError):
                    call(*pair)


def test_coordinates_of_longer_floats_are_refused():
    if np.finfo(np.longdouble).nmant > 52:
        with pytest.raises(TypeError, match="not supported for the input types"):
            tools.geo2mort(np.longdouble(1), 0.0)


def test_decimals():
    pole = Decimal("-90." + "0" * 30)
    assert tools.geo2mort(pole, Decimal("0.1"), 6).tolist() == tools.geo2mort(-90, 0.1, 6).tolist()
    assert (
        tools.geo2uniq([pole, Decimal(1)], 0, 6).tolist() == tools.geo2uniq([-90, 1], 0, 6).tolist()
    )
    assert tools.order2res(Decimal(3)) == tools.order2res(3)
    for call in (tools.geo2mort, tools.geo2uniq):
        with pytest.raises(ValueError, match=r"latitude must lie in -90 to 90 degrees, not 90\.1"):
            call([Decimal("90.1")], 0.0)
        with pytest.raises(TypeError):
            call(0.0, 0.0, Decimal(6))


def test_the_smallest_floats():
    """As any other number beside zero."""
    tiny = np.array([5e-324, -5e-324, 2.2e-308, -0.0])
    for order in (0, 18, 29):
        np.testing.assert_array_equal(tools.geo2uniq(tiny, tiny, order), uniq(order, tiny, tiny))
    half = np.array([6e-8], "f2")  # subnormal
    np.testing.assert_array_equal(
        tools.geo2uniq(half, half), uniq(18, [float(half[0])], [float(half[0])])
    )


def test_masks_are_kept():
    lat = np.ma.array([1.0, 2.0], mask=[0, 1])
    for found in (tools.geo2mort(lat, 0.0, 6), tools.geo2uniq(lat, 0.0, 6)):
        assert np.ma.getmaskarray(found).tolist() == [False, True]
    assert tools.geo2mort([1.0, None], 0.0, 6).tolist() == [tools.geo2mort(1, 0, 6)[0], None]
    assert tools.clip2order(3, np.ma.array([LONGEST, 7], mask=[0, 1])).tolist() == [-3241, None]
    assert tools.order2res(np.ma.array([1, 7], mask=[0, 1])).tolist()[1] is None
