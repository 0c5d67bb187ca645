"""Sets of cells against Python's sets of pixels, and against mocpy."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exact
import mortie
from mortie import cells

random = np.random.default_rng(3)
ORDER = 4  # of the pixels that Python's sets hold
NONE = np.empty(0, np.int64)
LONG = "MORTIE_LONG_TESTS" in os.environ


def mixed(n, highest=18, lowest=0):
    order = random.integers(lowest, highest + 1, n)
    return mortie.nest2mort(order, random.integers(0, 12 * 4**order))


def pixels(morton):
    """Give the pixels of cells as a set."""
    found = set()
    for one in np.ravel(morton).tolist():
        order, normed, parent = exact.mort2norm(one)
        first = (parent * 4**order + normed) * 4 ** (ORDER - order)
        found.update(range(first, first + 4 ** (ORDER - order)))
    return found


def fewest(nest, order=ORDER):
    """Give the compact set of pixels: whole families become their parent, order by order."""
    found, left = [], set(nest)
    while order > 0:
        parents = {n // 4 for n in left if all(4 * (n // 4) + i in left for i in range(4))}
        found += [(order, n) for n in left if n // 4 not in parents]
        left, order = parents, order - 1
    found += [(0, n) for n in left]
    found.sort(key=lambda cell: cell[1] * 4 ** (ORDER - cell[0]))
    return [exact.norm2mort(k, n % 4**k, n // 4**k) for k, n in found]


one_cell = st.integers(0, ORDER).flatmap(
    lambda k: st.integers(0, 12 * 4**k - 1).map(lambda n: exact.norm2mort(k, n % 4**k, n // 4**k))
)
families = one_cell.filter(lambda m: abs(m) < 10**ORDER).map(
    lambda m: cells.children(int(mortie.mort2order(m)) + 1, m).tolist()
)
sets = st.lists(st.one_of(one_cell.map(lambda m: [m]), families), max_size=30).map(
    lambda lists: [m for some in lists for m in some]
)


@settings(max_examples=10_000 if LONG else 200, deadline=None)
@given(sets, sets)
def test_against_sets_of_pixels(a, b):
    in_a, in_b = pixels(a), pixels(b)
    assert cells.compact(a).tolist() == fewest(in_a)
    assert cells.union(a, b).tolist() == fewest(in_a | in_b)
    assert cells.intersection(a, b).tolist() == fewest(in_a & in_b)
    assert cells.difference(a, b).tolist() == fewest(in_a - in_b)
    assert cells.isin(a + b, b).tolist() == [pixels([m]) <= in_b for m in a + b]
    expanded = cells.expand(ORDER, a)
    assert mortie.mort2nest(expanded).tolist() == sorted(in_a)


@pytest.mark.slow
def test_many_random_sets():
    for _ in range(500):
        a, b = (mixed(random.integers(0, 60), ORDER, 1) for _ in range(2))
        in_a, in_b = pixels(a), pixels(b)
        assert cells.union(a, b).tolist() == fewest(in_a | in_b)
        assert cells.intersection(a, b).tolist() == fewest(in_a & in_b)
        assert cells.difference(a, b).tolist() == fewest(in_a - in_b)


def test_against_mocpy():
    mocpy = pytest.importorskip("mocpy", reason="mocpy is missing; nox -s recipes installs it")

    def moc(morton):
        uniq = mortie.mort2uniq(morton)
        order = mortie.mort2order(morton)
        return mocpy.MOC.from_healpix_cells(
            (uniq - 4 ** (order + 1)).astype("u8"), order.astype("u1"), 18
        )

    for n in (10, 1000, 100_000):
        a, b = mixed(n, 18, 5), np.concatenate([mixed(n, 18, 5), mixed(n, 6, 4)])
        a = np.concatenate([a, cells.children(18, mixed(1, 10, 10)).ravel()])
        for ours, theirs in (
            (cells.compact(a), moc(a)),
            (cells.union(a, b), moc(a).union(moc(b))),
            (cells.intersection(a, b), moc(a).intersection(moc(b))),
            (cells.difference(a, b), moc(a).difference(moc(b))),
        ):
            np.testing.assert_array_equal(
                np.sort(mortie.mort2uniq(ours)), np.sort(theirs.uniq_hpx.astype("i8"))
            )


def test_a_million_cells_of_every_order():
    a = mixed(1_000_000, 18, 6)
    compact = cells.compact(a)
    np.testing.assert_array_equal(cells.compact(compact), compact)
    np.testing.assert_array_equal(cells.compact(a[::-1]), compact)
    np.testing.assert_array_equal(cells.union(a, compact), compact)
    np.testing.assert_array_equal(cells.difference(a[:1000], compact), NONE)
    assert cells.isin(a, compact).all()
    half = cells.compact(a[::2])
    rest = cells.difference(compact, half)
    np.testing.assert_array_equal(cells.union(half, rest), compact)
    np.testing.assert_array_equal(cells.intersection(half, rest), NONE)
    centres = mortie.latlon2mort(18, *mortie.mort2latlon(compact))
    assert cells.isin(centres, compact).all()
    assert not cells.isin(centres, rest)[cells.isin(centres, half)].any()
    # In the order of the curve: where a cell begins at order 18.
    first = mortie.mort2nest(compact) << 2 * (18 - mortie.mort2order(compact))
    assert (np.diff(first) > 0).all()


def test_everything_and_nothing():
    sphere = [*range(1, 7), *range(-1, -7, -1)]
    everything = mortie.nest2mort(6, random.permutation(12 * 4**6))
    assert cells.compact(everything).tolist() == sphere
    assert cells.difference(sphere, everything).tolist() == []
    assert cells.difference(sphere, NONE).tolist() == sphere
    assert len(cells.difference(sphere, [1111111111111111111])) == 11 + 3 * 18
    for empty in ([], NONE, (), np.empty((3, 0), np.int64)):
        assert cells.compact(empty).dtype == np.int64
        assert cells.union(empty, empty).shape == (0,)
        assert cells.intersection([1], empty).tolist() == []
        assert cells.expand(3, empty).tolist() == []
        assert cells.isin([1, 2], empty).tolist() == [False, False]
        assert cells.isin(empty, [1]).size == 0


def test_any_array_will_do():
    expected = [12, -3]
    for a in ([[12], [-3]], np.array([-3, 12], np.int16), np.array([12, -3], ">i8"),
              np.repeat([12, -3], 3)[::3], np.ma.array([12, 15, -3], mask=[0, 1, 0])):  # fmt: skip
        assert cells.compact(a).tolist() == expected
        assert cells.union(a, a).tolist() == expected
    assert cells.compact(5).tolist() == [5]
    assert cells.isin(123, [12]) is np.True_
    assert cells.isin([[123], [13]], [12]).tolist() == [[True], [False]]
    result = cells.compact(expected)
    result[0] = 7  # it can be written to
    assert result.flags.owndata or result.base is not None


def test_masks():
    morton = np.ma.array([[12, 15], [-31, 0]], mask=[[0, 1], [0, 1]])
    found = cells.isin(morton, [1])
    assert found.tolist() == [[True, None], [False, None]]
    lat, lon = cells.boundary(morton, 2)
    assert lat.mask.tolist() == lon.mask.tolist() == [[[False] * 8, [True] * 8]] * 2
    np.testing.assert_array_equal(lat[1, 0], cells.boundary(-31, 2)[0])
    assert cells.children(2, morton)[..., 0].tolist() == [[121, None], [-311, None]]
    assert cells.isin(np.ma.masked_all(2, np.int64), [1]).tolist() == [None, None]


def test_threads_and_results_of_their_own():
    a = mixed(10_000)
    first, second = cells.compact(a), cells.compact(a)
    assert not np.shares_memory(first, second)


FUNCTIONS = [
    cells.compact, lambda a: cells.expand(18, a), lambda a: cells.union([1], a),
    lambda a: cells.union(a, [1]), lambda a: cells.intersection(a, [1]),
    lambda a: cells.difference([1], a), lambda a: cells.isin([1], a),
    lambda a: cells.isin(a, [1]), lambda a: cells.children(18, a), cells.polygons, cells.boundary,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_refused(function):
    if function is cells.polygons:
        pytest.importorskip("shapely", reason="shapely is missing; mortie[test] has it")
    for n in (1, 300):
        with pytest.raises(ValueError, match="others in 1-4, and 15 is none"):
            function(np.array([3] * (n - 1) + [15, 0]))
    for bad in ([1.0], [np.nan], ["12"], [None], np.array([12], np.uint64), [1j],
                np.array(["2020-01-01"], "M8[D]"), [2**64]):  # fmt: skip
        with pytest.raises((TypeError, OverflowError)):
            function(bad)


def test_expand_refuses():
    with pytest.raises(ValueError, match=r"order must lie in 3-18, .* index -3241 on, not 2$"):
        cells.expand(2, [12, -3241, 12344])
    for order in (19, -1, 99):
        with pytest.raises(ValueError, match=f"order must lie in .*, not {order}$"):
            cells.expand(order, [1])
        with pytest.raises(ValueError, match=f"order must lie in 0-18, not {order}$"):
            cells.expand(order, [])
    with pytest.raises(ValueError, match="the set has 137438953472 cells of order 18, more than"):
        cells.expand(18, [1, 2])
    with pytest.raises(TypeError):
        cells.expand(2.0, [1])
    with pytest.raises(OverflowError):
        cells.expand(2**63, [1])


def test_children():
    for order in (0, 3, 9):
        parents = mixed(24, order, order).reshape(4, 6)
        for levels in (0, 1, 4):
            found = cells.children(order + levels, parents)
            assert found.shape == (4, 6, 4**levels)
            np.testing.assert_array_equal(
                mortie.clip_mort(order, found), np.broadcast_to(parents[..., None], found.shape)
            )
            assert (np.diff(mortie.mort2nest(found), axis=-1) == 1).all()
            np.testing.assert_array_equal(cells.expand(order + levels, parents[0, 0]), found[0, 0])
    assert cells.children(3, np.empty((2, 0), np.int64)).shape == (2, 0, 1)
    assert cells.children(18, 1111111111111111111).tolist() == [1111111111111111111]
    assert cells.children(1, 1).tolist() == [11, 12, 13, 14]


def test_children_refuse():
    with pytest.raises(ValueError, match="children takes cells of one order, and these have 0, 3"):
        cells.children(5, [-3241, 1])
    with pytest.raises(ValueError, match="the cells have 1073741824 children of order 15, more"):
        cells.children(15, 1)
    for order in (2, 19, -1):
        with pytest.raises(ValueError, match=f"order must lie in 3-18, .*, not {order}$"):
            cells.children(order, -3241)
    with pytest.raises(TypeError):
        cells.children(5.0, 1)
