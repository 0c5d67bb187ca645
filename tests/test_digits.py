"""Indices taken apart, against exact arithmetic on their digits."""

import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import exact
import mortie

int64s = st.integers(-(2**63), 2**63 - 1)
random = np.random.default_rng(8)

TAKING_INDICES = [mortie.mort2nest, mortie.mort2norm, mortie.mort2order, mortie.mort2latlon]


def some_indices(n, order=None):
    """Give orders, NESTED pixels and indices."""
    orders = (
        random.integers(0, 19, n, dtype=np.int64) if order is None else np.full(n, order, np.int64)
    )
    nest = random.integers(0, 12 * 4**orders, dtype=np.int64)
    return orders, nest, mortie.fastNorm2Mort(orders, nest, nest >> 2 * orders)


def assert_exact(numbers):
    numbers = np.asarray(numbers, dtype=np.int64)
    parts = [exact.mort2norm(number) for number in numbers.tolist()]
    valid = np.array([part is not None for part in parts], dtype=bool)
    np.testing.assert_array_equal(mortie.is_mort(numbers), valid)
    expected = np.array([part for part in parts if part], dtype=np.int64).reshape(-1, 3).T
    np.testing.assert_array_equal(mortie.mort2norm(numbers[valid]), expected)
    np.testing.assert_array_equal(mortie.mort2order(numbers[valid]), expected[0])
    order, normed, parents = expected
    np.testing.assert_array_equal(mortie.mort2nest(numbers[valid]), parents * 4**order + normed)


# --- the numbers ---


@given(st.lists(int64s, max_size=20))
def test_any_numbers(numbers):
    assert_exact(numbers)


@given(st.lists(st.from_regex(r"\A-?[1-6][1-4]{0,18}\Z"), max_size=20))
def test_indices(numbers):
    assert_exact([int(number) for number in numbers])


def test_small_numbers():
    assert_exact(np.arange(-70_000, 70_001))


def test_wild_numbers(wild):
    assert_exact(wild(20_000, 1))


def test_bounds():
    numbers = [0, 2**63 - 1, -(2**63), -(2**63) + 1]
    for k in range(19):
        ones = int("1" * (k + 1))
        for number in (10**k, ones, 6 * ones, int("6" + "4" * k), int("7" + "1" * k)):
            numbers += [number - 1, number, number + 1]
    numbers = [number for number in numbers if abs(number) < 2**63]
    assert_exact(numbers + [-number for number in numbers])


@pytest.mark.parametrize("order", range(19))
def test_one_digit_changed(order):
    *_, indices = some_indices(30, order)
    changed = []
    for index in indices.tolist():
        sign, digits = ("-", str(-index)) if index < 0 else ("", str(index))
        for i in range(len(digits)):
            changed += [int(f"{sign}{digits[:i]}{d}{digits[i + 1 :]}") for d in range(10)]
            changed += [index + 10**i, index - 10**i]
    assert_exact([number for number in changed if abs(number) < 2**63])


@pytest.mark.parametrize("place", [0, 4, 8, 12, 14])
def test_all_groups_of_four_digits(place):
    *_, indices = some_indices(3, 18)
    digits = np.arange(10_000, dtype=np.int64)[:, None] // [1, 10, 100, 1000] % 10
    good = ((digits >= 1) & (digits <= 4)).all(axis=1)
    for index in indices.tolist():
        magnitude = abs(index)
        rest = magnitude - magnitude // 10**place % 10_000 * 10**place
        numbers = rest + np.arange(10_000, dtype=np.int64) * 10**place
        np.testing.assert_array_equal(mortie.is_mort(np.sign(index) * numbers), good)


def test_eight_digits_at_random():
    low = random.integers(0, 10**8, 1_000_000, dtype=np.int64)
    for place in (0, 8):
        base = 3_244_132_111_432_124_431
        rest = base - base // 10**place % 10**8 * 10**place
        digits = low[:, None] // 10 ** np.arange(8, dtype=np.int64) % 10
        good = ((digits >= 1) & (digits <= 4)).all(axis=1)
        np.testing.assert_array_equal(mortie.is_mort(rest + low * 10**place), good)


@pytest.mark.parametrize("order", [None, *range(19)])
def test_round_trips(order):
    orders, nest, indices = some_indices(10_000, order)
    assert mortie.is_mort(indices).all()
    np.testing.assert_array_equal(mortie.mort2order(indices), orders)
    np.testing.assert_array_equal(mortie.mort2nest(indices), nest)
    np.testing.assert_array_equal(mortie.nest2mort(orders, nest), indices)
    np.testing.assert_array_equal(mortie.fastNorm2Mort(*mortie.mort2norm(indices)), indices)


@pytest.mark.parametrize("order", range(19))
def test_clip(order):
    _, nest, indices = some_indices(2000, order)
    for coarse in range(order + 1):
        up = nest >> 2 * (order - coarse)
        expected = mortie.fastNorm2Mort(coarse, up, up >> 2 * coarse)
        np.testing.assert_array_equal(mortie.clip_mort(coarse, indices), expected)
        assert [str(i)[: coarse + 1 + (i < 0)] for i in indices[:50].tolist()] == [
            str(i) for i in expected[:50].tolist()
        ]


def test_no_floating_point_warnings():
    with np.errstate(all="raise"):
        for n in range(20):
            orders, nest, indices = some_indices(n)
            np.testing.assert_array_equal(
                mortie.clip_mort(0, indices), mortie.nest2mort(0, nest >> 2 * orders)
            )
            mortie.is_mort(indices - 3)
            mortie.mort2latlon(indices)


def test_clip_to_an_order_of_each():
    orders, _, indices = some_indices(1000)
    coarse = random.integers(0, orders + 1, dtype=np.int64)
    one_by_one = [mortie.clip_mort(*pair) for pair in zip(coarse, indices, strict=True)]
    np.testing.assert_array_equal(mortie.clip_mort(coarse, indices), one_by_one)


# --- as ufuncs ---


def test_types():
    int64 = np.dtype(np.int64).char
    assert mortie.is_mort.types == [int64 + "->?"]
    assert mortie.mort2norm.types == [int64 + "->" + 3 * int64]
    assert mortie.mort2nest.types == mortie.mort2order.types == [int64 + "->" + int64]
    assert mortie.clip_mort.types == mortie.nest2mort.types == [2 * int64 + "->" + int64]
    assert type(mortie.mort2order(-3241)) is np.int64
    assert isinstance(mortie.is_mort(-3241), np.bool_)


@pytest.mark.parametrize(
    "name", [name for name in mortie.__all__ if re.fullmatch("(lat|nest|mort|clip|is).*", name)]
)
def test_pickle(name):
    ufunc = getattr(mortie, name)
    assert isinstance(ufunc, np.ufunc)
    assert ufunc.__name__ == name
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(ufunc, protocol)) is ufunc
    for module in ("mortie", "mortie._native"):
        assert pickle.loads(f"c{module}\n{name}\n.".encode()) is ufunc


@pytest.mark.parametrize("n", [*range(20), 63, 64, 65, 255, 256, 257, 600])
def test_lengths_and_layouts(n):
    orders, nest, indices = some_indices(n)
    parents = nest >> 2 * orders
    normed = nest - (parents << 2 * orders)
    for cells in (
        indices,
        np.repeat(indices, 3)[::3],
        indices[::-1].copy()[::-1],
        indices.astype(">i8"),
    ):
        np.testing.assert_array_equal(mortie.mort2norm(cells), (orders, normed, parents))
        np.testing.assert_array_equal(mortie.mort2nest(cells), nest)
        np.testing.assert_array_equal(mortie.clip_mort(0, cells), mortie.nest2mort(0, parents))
        np.testing.assert_array_equal(mortie.is_mort(cells), np.ones(n, bool))
    for offset in range(8):
        out = np.full(n + 16, -5, np.int64)
        mortie.mort2order(indices, out=out[offset : offset + n])
        np.testing.assert_array_equal(out[offset : offset + n], orders)
        assert (np.delete(out, np.arange(offset, offset + n)) == -5).all()
        valid = np.zeros(n + 16, bool)
        mortie.is_mort(indices, out=valid[offset : offset + n])
        assert valid.sum() == n
        assert valid[offset : offset + n].all()


def test_out_and_in_place():
    orders, nest, indices = some_indices(600)
    for ufunc, expected in ((mortie.mort2nest, nest), (mortie.mort2order, orders)):
        cells = indices.copy()
        assert ufunc(cells, out=cells) is cells
        np.testing.assert_array_equal(cells, expected)
    cells = indices.copy()
    parts = mortie.mort2norm(cells, out=(cells, None, None))
    np.testing.assert_array_equal(mortie.fastNorm2Mort(*parts), indices)


# --- what is refused ---


@pytest.mark.parametrize("ufunc", TAKING_INDICES, ids=lambda ufunc: ufunc.__name__)
@pytest.mark.parametrize("bad", [0, 15, -7, 10**18, 2**63 - 1, -(2**63)])
def test_bad_indices(ufunc, bad):
    for n in (*range(1, 20), 256, 300):
        *_, indices = some_indices(n)
        position = n * 2 // 3
        indices[position] = bad
        indices[position + 1 :: 3] = 99
        with pytest.raises(ValueError, match=f"the others in 1-4, and {bad} is none$"):
            ufunc(indices)


def test_bad_indices_are_named_in_place():
    for ufunc in (mortie.mort2nest, mortie.mort2order):
        *_, indices = some_indices(300)
        indices[100] = -19
        with pytest.raises(ValueError, match="-19 is none"):
            ufunc(indices, out=indices)
    order = np.full(300, 5, np.int64)
    order[100] = -3
    with pytest.raises(ValueError, match=r"not -3$"):
        mortie.fastNorm2Mort(order, 1, 1, out=order)


def test_clip_refuses():
    with pytest.raises(ValueError, match="15 is none"):
        mortie.clip_mort(0, [11, 15])
    for order in (-1, 4, 19, 2**63 - 1, -(2**63)):
        with pytest.raises(
            ValueError, match=f"in 0-3, up to that of the Morton index -3241, not {order}$"
        ):
            mortie.clip_mort([3, order], -3241)
        with pytest.raises(ValueError, match=f"in 0-3.* not {order}$"):
            mortie.clip_mort(order, [-3241] * 20)


def test_nest2mort_refuses():
    for bad in (-1, 48, 2**63 - 1):
        for n in (1, 9, 300):
            nest = np.arange(n, dtype=np.int64) % 48
            nest[n // 2] = bad
            with pytest.raises(ValueError, match=f"nest must lie in 0-47 at order 1, not {bad}$"):
                mortie.nest2mort(1, nest)
    for bad in (-1, 19):
        with pytest.raises(ValueError, match=f"order must lie in 0-18, not {bad}$"):
            mortie.nest2mort([0, bad], 0)


@pytest.mark.parametrize("ufunc", [*TAKING_INDICES, mortie.is_mort], ids=lambda u: u.__name__)
@pytest.mark.parametrize("wrong", [1.0, np.uint64(1), "1", None])
def test_unsafe_inputs(ufunc, wrong):
    with pytest.raises(TypeError, match="could not be safely coerced"):
        ufunc(wrong)
