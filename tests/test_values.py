"""The numbers: against the contract's table, exact integers, numba and committed digests."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import exact
import mortie
from mortie.tools import VaexNorm2Mort, fastNorm2Mort, geo2mort

int64s = st.integers(-(2**63), 2**63 - 1)
orders = st.integers(0, 18)


def test_native_is_what_is_tested():
    assert mortie.backend() == "native"


@pytest.mark.parametrize(
    ("order", "normed", "parent", "morton"),
    [
        (18, -1, -1, 444444444444444444),
        (3, -(2**63), -1, 111),
        (18, -1, 12, -7444444444444444444),
        (18, -1, 100, -3210724075896686364),
        (18, -1, 2**63 - 1, 5555555555555555556),
        (3, -(2**63), 2**63 - 1, 5889),
        (18, -1, -(2**63), 1444444444444444444),
        (0, 3, 0, 1),
        (0, 3, 5, 6),
        (0, 3, 6, -1),
        (0, 3, 11, -6),
        (1, 3, 0, 14),
        (1, 3, 5, 64),
        (1, 3, 6, -14),
        (1, 3, 11, -64),
        (18, True, np.int8(3), 4111111111111111112),
    ],
)
def test_table_of_the_contract(order, normed, parent, morton):
    assert fastNorm2Mort(order, normed, parent) == morton
    assert exact.norm2mort(order, normed, parent) == morton
    if order == 18:
        assert VaexNorm2Mort(normed, parent) == morton


@given(orders, int64s, int64s)
def test_exact_arithmetic(order, normed, parent):
    expected = exact.norm2mort(order, normed, parent)
    assert fastNorm2Mort(order, normed, parent) == expected
    assert exact.norm2morts(order, normed, parent) == expected


@given(int64s, int64s)
def test_exact_arithmetic_at_order_18(normed, parent):
    expected = exact.norm2mort(18, normed, parent)
    assert VaexNorm2Mort(normed, parent) == expected


@given(orders, int64s, int64s)
def test_numba_computes_the_same(fallback, order, normed, parent):
    expected = exact.norm2mort(order, normed, parent)
    assert fallback["fastNorm2Mort"](order, normed, parent) == expected
    expected = exact.norm2mort(18, normed, parent)
    assert fallback["VaexNorm2Mort"](normed, parent) == expected


def test_exact_arithmetic_in_arrays(wild):
    order = np.arange(5000) % 19
    normed, parents = wild(5000, 1), wild(5000, 2)
    expected = [exact.norm2mort(*triple) for triple in zip(order, normed, parents, strict=True)]
    np.testing.assert_array_equal(fastNorm2Mort(order, normed, parents), expected)


@pytest.mark.slow
def test_ten_million_triples_against_numba(fallback, wild):
    n = 10_000_000
    order = np.random.default_rng(3).integers(0, 19, n, dtype=np.int64)
    normed, parents = wild(n, 4), wild(n, 5)
    np.testing.assert_array_equal(
        fastNorm2Mort(order, normed, parents), fallback["fastNorm2Mort"](order, normed, parents)
    )
    np.testing.assert_array_equal(
        VaexNorm2Mort(normed, parents), fallback["VaexNorm2Mort"](normed, parents)
    )


@pytest.mark.parametrize("order", range(19))
def test_one_order_for_all_against_numba(fallback, order, wild):
    normed, parents = wild(100_000, order), wild(100_000, 100 + order)
    np.testing.assert_array_equal(
        fastNorm2Mort(order, normed, parents), fallback["fastNorm2Mort"](order, normed, parents)
    )


def test_real_coordinates(drainage):
    morton = geo2mort(drainage["lat"], drainage["lon"], 18)
    assert morton.dtype == np.int64
    assert np.count_nonzero(morton == drainage["morton18"]) == 1_239_001


def test_seeded_antarctic_points():
    # RandomState's stream never changes (NEP 19); multiples of 2**-21 degrees are exact.
    random = np.random.RandomState(18)
    lats = -63 - random.randint(0, 25 * 2**21, 1_200_000) / 2**21
    lons = random.randint(-180 * 2**21, 180 * 2**21, 1_200_000) / 2**21
    assert digest(lats, "<f8") == "b4f64377a8babef7cb0222f8b360116cac39c4ab766a4816379a00ed31cc9a28"
    assert digest(lons, "<f8") == "45297dfa02d09c94421b6c2cd694ffb278c853a50f1718390be41c29cf6b545f"
    assert (
        digest(geo2mort(lats, lons), "<i8")
        == "b207020b3a65e59f3b0678e4cffa9bf01b383f1ce0be549dbf392be3604d2e35"
    )


def digest(array, dtype):
    return hashlib.sha256(array.astype(dtype).tobytes()).hexdigest()
