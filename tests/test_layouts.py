"""Every ufunc on arrays laid out in any way, against exact integers and healpy.

With MORTIE_LONG_TESTS set, these are many more.
"""

import contextlib
import functools
import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import exact
import mortie

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")

# --- the values ---

INTEGERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4"]  # those that cast safely to int64
NUMBERS = [*INTEGERS, "u8", "f2", "f4", "f8"]  # to float64

int64s = st.integers(-(2**63), 2**63 - 1)
wild = st.one_of(st.integers(0, 11), int64s)
bad_orders = st.sampled_from([-(2**63), -1, 19, 30, 2**63 - 1])
bad_indices = st.one_of(st.sampled_from([0, 15, -7, 10**18]), int64s)
bad_numbers = st.sampled_from([np.nan, np.inf, -np.inf, 90.00000000000001, -91.0, 1e300])


def pool(good, bad=None):
    """Draw a few values; a twentieth of the pools hold a bad one."""
    some = st.lists(good, min_size=1, max_size=6)
    if bad is None:
        return some
    with_bad = st.tuples(some, bad).map(lambda drawn: [*drawn[0], drawn[1]])
    return st.integers(0, 19).flatmap(lambda chance: with_bad if chance == 0 else some)


def orders(highest):
    return pool(st.integers(0, highest), bad_orders)


@st.composite
def index_pools(draw, coarsest=0):
    deepest = draw(st.integers(coarsest, 18))  # shallow ones fit into narrow types
    good = st.builds(exact.norm2mort, st.integers(coarsest, deepest), int64s, st.integers(0, 11))
    return draw(pool(good, bad_indices))


@st.composite
def nest_pools(draw):
    k = draw(st.integers(0, 18))
    bad = st.sampled_from([-1, 12 * 4**k, 2**63 - 1])
    return [
        draw(pool(st.integers(k, 18), bad_orders)),
        draw(pool(st.integers(0, 12 * 4**k - 1), bad)),
    ]


@st.composite
def clip_pools(draw):
    k = draw(st.integers(0, 18))
    return [draw(pool(st.integers(0, k), st.just(k + 1) | bad_orders)), draw(index_pools(k))]


def point_pools(highest):
    lat = pool(st.floats(-90, 90), bad_numbers)
    lon = pool(st.floats(-720, 720) | st.floats(-1e300, 1e300), bad_numbers)
    return st.tuples(orders(highest), lat, lon)


# --- what each ufunc must give for one element; None if it must refuse it ---


def is_order(k):
    return 0 <= k <= 18


def norm2mort(k, normed, parent):
    return (exact.norm2mort(k, normed, parent),) if is_order(k) else None


def nest2mort(k, nest):
    if not is_order(k) or not 0 <= nest < 12 * 4**k:
        return None
    return norm2mort(k, nest % 4**k, nest // 4**k)


def mort2nest(morton):
    norm = exact.mort2norm(morton)
    return norm and (norm[2] * 4 ** norm[0] + norm[1],)


def mort2order(morton):
    norm = exact.mort2norm(morton)
    return norm and norm[:1]


def clip(k, morton):
    norm = exact.mort2norm(morton)
    if norm is None or not 0 <= k <= norm[0]:
        return None
    return (int(str(morton)[: k + 1 + (morton < 0)]),)


def latlon2nest(k, lat, lon):
    if not 0 <= k <= 29 or not -90 <= lat <= 90 or not np.isfinite(lon):
        return None
    return (int(healpy.ang2pix(2**k, lon, lat, nest=True, lonlat=True)),)


def latlon2mort(k, lat, lon):
    nest = latlon2nest(k, lat, lon) if is_order(k) else None
    return nest and nest2mort(k, *nest)


def mort2latlon(morton):
    norm = exact.mort2norm(morton)
    if norm is None:
        return None
    lon, lat = healpy.pix2ang(2 ** norm[0], *mort2nest(morton), nest=True, lonlat=True)
    return float(lat), float(lon)


@dataclass
class Case:
    """A ufunc, the pools of its inputs' values, and what it must give."""

    ufunc: np.ufunc
    pools: st.SearchStrategy
    expected: object


CASES = [
    Case(mortie.fastNorm2Mort, st.tuples(orders(18), pool(wild), pool(wild)), norm2mort),
    Case(
        mortie.VaexNorm2Mort,
        st.tuples(pool(wild), pool(wild)),
        functools.partial(norm2mort, 18),
    ),
    Case(mortie.nest2mort, nest_pools(), nest2mort),
    Case(
        mortie.is_mort,
        st.tuples(index_pools()),
        lambda morton: (exact.mort2norm(morton) is not None,),
    ),
    Case(mortie.mort2order, st.tuples(index_pools()), mort2order),
    Case(mortie.mort2norm, st.tuples(index_pools()), exact.mort2norm),
    Case(mortie.mort2nest, st.tuples(index_pools()), mort2nest),
    Case(mortie.clip_mort, clip_pools(), clip),
    Case(mortie.latlon2nest, point_pools(29), latlon2nest),
    Case(mortie.latlon2mort, point_pools(18), latlon2mort),
    Case(mortie.mort2latlon, st.tuples(index_pools()), mort2latlon),
]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.ufunc.__name__)


# --- the layouts ---


@dataclass
class Layout:
    """Where the elements of an array lie in bytes: from an offset on, by axes, in steps."""

    shape: tuple
    dtype: np.dtype
    steps: tuple
    axes: tuple
    offset: int

    @property
    def spans(self):
        """The elements that each axis passes over."""
        return [side * abs(step) for side, step in zip(self.shape, self.steps, strict=True)]

    @property
    def nbytes(self):
        """The bytes from the buffer's beginning to the last element's end."""
        return self.offset + int(np.prod(self.spans, dtype=int)) * self.dtype.itemsize

    def of(self, buffer):
        """View the bytes as the array."""
        spans = [self.spans[axis] for axis in self.axes]
        whole = buffer[self.offset : self.nbytes].view(self.dtype).reshape(spans)
        whole = whole.transpose(np.argsort(self.axes))
        return whole[(*(slice(None, None, step) for step in self.steps), ...)]


@st.composite
def layouts(draw, shape, dtypes):
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    return Layout(
        shape,
        dtype.newbyteorder() if draw(st.booleans()) else dtype,
        tuple(draw(st.sampled_from([1, 1, 2, 3, -1, -2])) for _ in shape),
        tuple(draw(st.permutations(range(len(shape))))),
        draw(st.integers(0, 16)),
    )


def bytes_for(*layouts):
    return np.full(max(layout.nbytes for layout in layouts), 0xA5, np.uint8)


def holds(dtype, values):
    """Whether values of a dtype can be what these are, but for rounding."""
    if np.dtype(dtype).kind == "f":
        with np.errstate(over="ignore"):
            cast = values.astype(dtype)
        return (np.isfinite(cast) == np.isfinite(values)).all()
    low, high = (0, 1) if dtype == "?" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    # (A float64 can be 2**63, beyond the highest int64, though it equals that as a float64.)
    return all(np.isfinite(value) and low <= int(value) <= high for value in values.tolist())


# Several dimensions, or lengths around blocks of ours (256) and of NumPy's casts (8192).
@st.composite
def shapes(draw, count):
    if draw(st.integers(0, 2)) == 0:
        long = (draw(st.sampled_from([8, 17, 255, 256, 257, 600, 8191, 8192, 8193, 20_000])),)
        return [draw(st.sampled_from([long, long, (1,), ()])) for _ in range(count)]
    drawn = draw(npst.mutually_broadcastable_shapes(num_shapes=count, min_side=0, max_side=6))
    return drawn.input_shapes


@st.composite
def arrays(draw, values, shape):
    """Draw a layout; give the array, and its bytes for an output to lie over."""
    values = np.array(values, np.float64 if isinstance(values[0], float) else np.int64)
    dtypes = INTEGERS if values.dtype == np.int64 else NUMBERS
    layout = draw(layouts(shape, [dtype for dtype in dtypes if holds(dtype, values)]))
    return layout, np.resize(values.astype(layout.dtype), shape)


OUTPUTS = {"?": ["?", "i1", "i8", "f8"], "d": ["f8", "f4", "i8"]}


def outputs(loop_dtype):
    return OUTPUTS.get(loop_dtype, ["i8", "i8", "i4", "i2", "f8", "u8", "?"])


def assert_equal(actual, expected):
    if actual.dtype.kind == "f" and expected.dtype.kind == "f":
        native = actual.dtype.newbyteorder("=")
        np.testing.assert_array_max_ulp(actual.astype(native), expected.astype(native), 2)
    else:
        np.testing.assert_array_equal(actual, expected.astype(actual.dtype))


@every_case
@given(data=st.data())
def test_every_layout(case, data):
    ufunc = case.ufunc
    in_types, out_types = ufunc.types[0].split("->")
    pools = data.draw(case.pools)
    parts = zip(pools, data.draw(shapes(ufunc.nin)), strict=True)
    laid_out = [data.draw(arrays(*part)) for part in parts]
    shape = np.broadcast_shapes(*(layout.shape for layout, _ in laid_out))

    # Where the results go: to new arrays, to others, or over an input.
    out_layouts = [data.draw(st.none() | layouts(shape, outputs(dtype))) for dtype in out_types]
    over = data.draw(st.sampled_from([None, *range(ufunc.nin)]))
    given_out = [layout for layout in out_layouts if layout is not None]
    buffers = [
        bytes_for(layout, *given_out[:1]) if i == over else bytes_for(layout)
        for i, (layout, _) in enumerate(laid_out)
    ]
    out_buffers = [
        buffers[over] if over is not None and layout is given_out[0] else bytes_for(layout)
        for layout in given_out
    ]
    inputs = [layout.of(buffer) for (layout, _), buffer in zip(laid_out, buffers, strict=True)]
    for array, (_, values) in zip(inputs, laid_out, strict=True):
        array[...] = values
    views = iter([layout.of(buffer) for layout, buffer in zip(given_out, out_buffers, strict=True)])
    out = tuple(None if layout is None else next(views) for layout in out_layouts)
    # NumPy itself, in np.add too, writes beside the mask if an output that lies over an input
    # needs a cast.
    overwrites = over is not None and any(
        layout is not None and layout.dtype != np.dtype(dtype)
        for dtype, layout in zip(out_types, out_layouts, strict=True)
    )
    where = True
    masks = mortie.backend() == "native"  # numba makes ufuncs that refuse them
    if masks and given_out and not overwrites and data.draw(st.booleans()):
        where = np.resize(data.draw(st.lists(st.booleans(), min_size=1, max_size=5)), shape)

    before = [buffer.copy() for buffer in (*buffers, *out_buffers)]
    old = [None if array is None else array.copy() for array in out]
    computed = np.broadcast_to(where, shape)
    elements = [
        np.broadcast_to(array, shape)[computed].astype(dtype).tolist()
        for array, dtype in zip(inputs, in_types, strict=True)
    ]
    expected_of = functools.cache(case.expected)
    results = [(element, expected_of(*element)) for element in zip(*elements, strict=True)]
    bad = {element for element, result in results if result is None}

    keywords = {"out": out} if given_out else {}
    keywords |= {} if where is True else {"where": where}
    # numba makes ufuncs that read what their outputs hold, and cast it, whatever it is.
    quiet = contextlib.nullcontext() if masks else np.errstate(invalid="ignore")
    castable = all(
        np.can_cast(dtype, layout.dtype, "same_kind")
        for dtype, layout in zip(out_types, out_layouts, strict=True)
        if layout is not None
    )
    if not castable:
        with pytest.raises(TypeError, match=r"Cannot cast ufunc|could not be coerced"):
            ufunc(*inputs, **keywords)
        return
    if bad:
        match = r"must lie in|must be|is none|Max order"
        with quiet, pytest.raises(ValueError, match=match) as raised:
            ufunc(*inputs, **keywords)
        named = {str(value) for element in bad for value in element}
        text = str(raised.value)
        assert any(f" {name}" in text for name in named) or text.startswith("Max order")
        return
    with quiet:
        returned = ufunc(*inputs, **keywords)
    returned = returned if ufunc.nout > 1 else (returned,)

    for j, (result, dtype) in enumerate(zip(returned, out_types, strict=True)):
        expected = np.array([each[j] for _, each in results], dtype)
        if out[j] is None:
            assert result.dtype == np.dtype(dtype)
            assert result.shape == shape
            assert_equal(np.asarray(result)[computed], expected)
        else:
            assert result is out[j]
            assert_equal(result[computed], expected)
            np.testing.assert_array_equal(result[~computed], old[j][~computed])
            out[j][...] = old[j]
    for buffer, bytes_before in zip((*buffers, *out_buffers), before, strict=True):
        np.testing.assert_array_equal(buffer, bytes_before)  # nothing else was written


@every_case
def test_wrong_outputs(case):
    ufunc = case.ufunc
    inputs = [np.ones(3, int)] * ufunc.nin
    rest = (None,) * (ufunc.nout - 1)
    with pytest.raises(ValueError, match="broadcast"):
        ufunc(*inputs, out=(np.empty(2), *rest))
    with pytest.raises(TypeError, match=r"must be (an array|of ArrayType)"):
        ufunc(*inputs, out=([0, 0, 0], *rest))
    read_only = np.empty(3)
    read_only.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        ufunc(*inputs, out=(read_only, *rest))


# --- methods of ufuncs ---


def at_18(left, right):
    return exact.norm2mort(18, left, right)


@st.composite
def some_array(draw, shape):
    layout, values = draw(pool(wild).flatmap(lambda values: arrays(values, shape)))
    array = layout.of(bytes_for(layout))
    array[...] = values
    return array


some_shapes = npst.array_shapes(max_dims=3, max_side=6) | st.sampled_from([(257,), (9000,)])


@given(data=st.data())
def test_accumulate_and_reduce(data):
    array = data.draw(some_shapes.flatmap(some_array))
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
    running = np.apply_along_axis(
        lambda line: list(itertools.accumulate(line.tolist(), at_18)), axis, array.astype("i8")
    )
    keepdims = data.draw(st.booleans())
    last = running.take([-1] if keepdims else -1, axis)
    np.testing.assert_array_equal(
        mortie.VaexNorm2Mort.reduce(array, axis=axis, keepdims=keepdims, dtype="i8"), last
    )
    np.testing.assert_array_equal(
        mortie.VaexNorm2Mort.accumulate(array, axis=axis, dtype="i8"), running
    )
    layout = data.draw(layouts(array.shape, ["i8"]))
    out = array if array.dtype.itemsize == 8 else layout.of(bytes_for(layout))
    assert mortie.VaexNorm2Mort.accumulate(array, axis=axis, dtype="i8", out=out) is out
    np.testing.assert_array_equal(out, running)


@given(data=st.data())
def test_reduceat(data):
    array = data.draw(some_array((12,)))
    starts = data.draw(st.lists(st.integers(0, 11), min_size=1, max_size=6))
    numbers = array.tolist()
    ends = [*starts[1:], 12]
    expected = [
        functools.reduce(at_18, map(int, numbers[start : max(end, start + 1)]))
        for start, end in zip(starts, ends, strict=True)
    ]
    np.testing.assert_array_equal(
        mortie.VaexNorm2Mort.reduceat(array, starts, dtype="i8"), expected
    )


@given(data=st.data())
def test_outer(data):
    left, right = (data.draw(npst.array_shapes(max_dims=2).flatmap(some_array)) for _ in "ab")
    expected = [at_18(a, b) for a in left.ravel().tolist() for b in right.ravel().tolist()]
    table = mortie.VaexNorm2Mort.outer(left, right)
    assert table.shape == left.shape + right.shape
    assert table.ravel().tolist() == expected


@given(data=st.data())
def test_at(data):
    layout = data.draw(layouts((12,), ["i8"]))
    array = layout.of(bytes_for(layout))
    array[:] = data.draw(st.lists(int64s, min_size=12, max_size=12))
    where = data.draw(st.lists(st.integers(-12, 11), max_size=20))
    right = data.draw(some_array((len(where),)))
    expected = array.tolist()
    for i, value in zip(where, right.tolist(), strict=True):
        expected[i] = at_18(expected[i], value)
    mortie.VaexNorm2Mort.at(array, np.array(where, int), right)
    assert array.tolist() == expected


@given(st.permutations(range(12)), st.integers(0, 12))
def test_at_of_one_input(places, count):
    array = np.arange(1, 13) % 6 + 11  # 11-14 and the like
    array[:] = 11
    mortie.mort2nest.at(array, places[:count])
    assert sorted(array.tolist()) == [0] * count + [11] * (12 - count)
