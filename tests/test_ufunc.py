"""What code that treats the two functions as NumPy ufuncs relies on."""

import pickle

import numpy as np
import pytest

import exact
import mortie
from mortie.tools import VaexNorm2Mort, fastNorm2Mort

NUMPY_2 = int(np.__version__.split(".")[0]) >= 2

normed = np.arange(100, 112, dtype=np.int64)
parents = np.arange(12, dtype=np.int64)
expected = np.array([exact.norm2mort(18, *pair) for pair in zip(normed, parents, strict=True)])
for shared in (normed, parents, expected):
    shared.flags.writeable = False


@pytest.fixture(params=[fastNorm2Mort, VaexNorm2Mort], ids=lambda ufunc: ufunc.__name__)
def ufunc(request):
    return request.param


@pytest.fixture
def call(ufunc):
    """The ufunc with its order, where it takes one, set to 18."""
    if ufunc.nin == 2:
        return ufunc
    return lambda *args, **kwargs: ufunc(18, *args, **kwargs)


def assert_int64(actual, desired, kind=np.ndarray):
    assert type(actual) is kind
    assert actual.dtype == np.int64
    np.testing.assert_array_equal(actual, desired)


def test_attributes(ufunc):
    assert isinstance(ufunc, np.ufunc)
    int64 = np.dtype(np.int64).char
    assert ufunc.types == [int64 * ufunc.nin + "->" + int64]
    assert ufunc.nargs == ufunc.nin + 1 == {"fastNorm2Mort": 4, "VaexNorm2Mort": 3}[ufunc.__name__]
    assert (ufunc.nout, ufunc.ntypes) == (1, 1)
    assert ufunc.identity is None
    assert ufunc.signature is None
    names = {"fastNorm2Mort": "order, normed, parents, /", "VaexNorm2Mort": "normed, parents, /"}
    lets_us_name = hasattr(ufunc, "__dict__") and mortie.backend() == "native"  # NumPy 2.2 on
    first = names[ufunc.__name__] if lets_us_name else "x1, x2"
    assert ufunc.__doc__.startswith(f"{ufunc.__name__}({first}")


def test_pickle(ufunc):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(ufunc, protocol)) is ufunc
    # Paths that pickles have recorded: they stay importable for ever.
    for module in ("mortie", "mortie.tools", "mortie._native"):
        assert pickle.loads(f"c{module}\n{ufunc.__name__}\n.".encode()) is ufunc


# --- what goes in ---


def test_scalars_give_numpy_scalars(call):
    for argument in (100, np.int8(100), np.uint32(100), np.array(100)):
        result = call(argument, 0)
        assert type(result) is np.int64
        assert result == expected[0]


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", ">i8", "<i8", ">i4", "<u2"]
)
def test_safe_dtypes(call, dtype):
    cast = normed.astype(dtype)
    assert_int64(
        call(cast, parents), [exact.norm2mort(18, a, b) for a, b in zip(cast, parents, strict=True)]
    )


def test_sequences(call):
    assert_int64(call(normed.tolist(), tuple(parents)), expected)


def test_empty(call):
    assert_int64(call(np.empty((0, 3), int), parents[:3]), np.empty((0, 3)))


def test_broadcasting(call):
    table = call(normed[:, None], parents)
    assert table.shape == (12, 12)
    np.testing.assert_array_equal(table.diagonal(), expected)


def test_order_broadcasts_per_element():
    order = np.arange(19)[:, None]
    assert_int64(
        fastNorm2Mort(order, normed, 7),
        [[exact.norm2mort(k, a, 7) for a in normed] for k in range(19)],
    )


def layouts(values):
    """Give the same values in many layouts of memory."""
    n = len(values)
    yield "contiguous", values.copy()
    yield "reversed", values[::-1].copy()[::-1]
    yield "every third", np.repeat(values, 3)[::3]
    record = np.zeros(n, [("pad", "i1"), ("value", "i8")])
    record["value"] = values
    yield "unaligned, strided", record["value"]
    raw = np.empty(8 * n + 1, np.int8)[1:].view("i8")
    raw[:] = values
    yield "unaligned", raw
    yield "byte-swapped", values.astype(values.dtype.newbyteorder())
    yield "column", np.tile(values[:, None], 4)[:, 2]


LAYOUTS = [name for name, _ in layouts(normed)]


@pytest.mark.parametrize("n", [1, 12, 255, 256, 257, 20_000])
@pytest.mark.parametrize("left", LAYOUTS)
@pytest.mark.parametrize("right", LAYOUTS)
def test_layouts(call, left, right, n, wild):
    a, b = wild(n, 1), wild(n, 2)
    desired = exact.norm2morts(18, a, b)
    a_in, b_in = dict(layouts(a))[left], dict(layouts(b))[right]
    assert_int64(call(a_in, b_in), desired)
    out = dict(layouts(np.zeros(n, np.int64)))[left]
    assert call(a_in, b_in, out=out) is out
    np.testing.assert_array_equal(out, desired)


@pytest.mark.parametrize("n", [1, 12, 255, 256, 257, 20_000])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_the_order(layout, n, wild):
    order, a, b = np.arange(n) % 19, wild(n, 1), wild(n, 2)
    assert_int64(fastNorm2Mort(dict(layouts(order))[layout], a, b), exact.norm2morts(order, a, b))


@pytest.mark.parametrize("n", range(131))
def test_every_length_and_alignment(n, wild):
    order = np.arange(n + 8) % 19
    a, b = wild(n + 8, 1), wild(n + 8, 2)
    at_18, at_7 = exact.norm2morts(18, a, b), exact.norm2morts(7, a, b)
    each = exact.norm2morts(order, a, b)
    for offset in range(8):
        part = slice(offset, offset + n)
        assert_int64(VaexNorm2Mort(a[part], b[part]), at_18[part])
        assert_int64(fastNorm2Mort(7, a[part], b[part]), at_7[part])
        assert_int64(fastNorm2Mort(order[part], a[part], b[part]), each[part])
        out = np.full(n + 10, -5, np.int64)
        VaexNorm2Mort(a[part], b[part], out=out[offset + 1 : offset + n + 1])
        assert (out[: offset + 1] == -5).all()
        assert (out[offset + n + 1 :] == -5).all()


@pytest.mark.parametrize("bad", [-1, 19])
def test_bad_order_at_every_position(bad):
    for n in range(1, 131):
        order = np.full(n, 18, np.int64)
        order[n // 2] = bad
        with pytest.raises(ValueError, match="18"):
            fastNorm2Mort(order, 1, 1)


@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, 20_000])
def test_stride_zero(call, n, wild):
    a = wild(n, 1)
    constant = np.broadcast_to(np.int64(9), n)
    assert_int64(call(a, constant), exact.norm2morts(18, a, 9))
    assert_int64(call(constant, a), exact.norm2morts(18, 9, a))
    assert_int64(call(constant, constant), np.full(n, exact.norm2mort(18, 9, 9)))
    order = np.broadcast_to(np.int64(4), n)
    assert_int64(fastNorm2Mort(order, a, constant), exact.norm2morts(4, a, 9))


def test_fortran_order(call):
    a, b = normed.reshape(3, 4, order="F"), parents.reshape(3, 4, order="F")
    result = call(a, b)
    assert result.flags.f_contiguous
    assert_int64(result, expected.reshape(3, 4, order="F"))


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_matrix(call):
    assert_int64(call(np.matrix(normed), parents), expected[None], np.matrix)


def test_masked_array(call):
    # Under a mask anything may stand, and it goes through the loop.
    masked = np.ma.array(parents.copy(), mask=parents == 3)
    masked.data[3] = 2**63 - 1
    result = call(normed, masked)
    assert type(result) is np.ma.MaskedArray
    np.testing.assert_array_equal(result.mask, masked.mask)
    np.testing.assert_array_equal(result.compressed(), np.delete(expected, 3))


def test_subclass(call):
    class Labelled(np.ndarray):
        pass

    assert_int64(call(normed.view(Labelled), parents), expected, Labelled)


# --- where it goes ---


def test_in_place(call):
    a = normed.copy()
    assert call(a, parents, out=a) is a
    assert_int64(a, expected)


@pytest.mark.parametrize("shift", [-3, -1, 1, 3])
@pytest.mark.parametrize("step", [1, -1, 2])
def test_overlap(call, shift, step, wild):
    base = wild(4000, 1)
    start = 1000 if step > 0 else 3000
    a = base[start:][::step][:900] if step > 0 else base[start::step][:900]
    first = start + shift * abs(step)
    out = base[first:][::step][:900] if step > 0 else base[first::step][:900]
    desired = exact.norm2morts(18, a.copy(), 4)
    call(a, 4, out=out)
    np.testing.assert_array_equal(out, desired)


def test_columns_of_one_table(call):
    table = np.column_stack([normed, parents, np.zeros(12, np.int64)])
    call(table[:, 0], table[:, 1], out=table[:, 2])
    np.testing.assert_array_equal(table, np.column_stack([normed, parents, expected]))


def test_out_dtypes(call):
    out = np.empty(12)
    assert call(normed, parents, out=out) is out
    np.testing.assert_array_equal(out, expected.astype(float))
    for dtype in ("u8", "?", "M8[s]"):
        with pytest.raises(TypeError, match="output"):
            call(normed, parents, out=np.empty(12, dtype))


def test_narrow_out_follows_numpy(call):
    # int64 to int32 is a cast of the same kind: NumPy allows it, for numba's ufuncs too.
    with pytest.raises(TypeError, match="casting rule"):
        call(normed, parents, out=np.empty(12, "i4"), casting="safe")
    out = np.empty(12, "i4")
    np.testing.assert_array_equal(call(normed, parents, out=out), expected.astype("i4"))


def test_where(call):
    out = np.full(12, -1, np.int64)
    call(normed, parents, out=out, where=parents % 2 == 0)
    np.testing.assert_array_equal(out, np.where(parents % 2 == 0, expected, -1))


def test_where_keeps_bad_orders_out():
    order = np.array([18, 99, 18])
    out = np.zeros(3, np.int64)
    fastNorm2Mort(order, 100, 0, out=out, where=order <= 18)
    assert out.tolist() == [expected[0], 0, expected[0]]


# --- methods of binary ufuncs ---


@pytest.mark.parametrize("n", [1, 2, 600, 20_000])
def test_reduce_and_accumulate(n, wild):
    values = wild(n, 1)
    running = [int(values[0])]
    for value in values[1:].tolist():
        running.append(exact.norm2mort(18, running[-1], value))
    assert_int64(VaexNorm2Mort.accumulate(values), running)
    assert_int64(VaexNorm2Mort.accumulate(values[::-1].copy()[::-1]), running)
    assert VaexNorm2Mort.reduce(values) == running[-1]
    in_place = values.copy()
    VaexNorm2Mort.accumulate(in_place, out=in_place)
    assert_int64(in_place, running)


def test_reduce_over_each_axis(wild):
    values = wild(60, 1).reshape(3, 4, 5)
    for axis in range(3):
        first, *others = np.moveaxis(values, axis, 0)
        for other in others:
            first = exact.norm2morts(18, first, other)
        assert_int64(VaexNorm2Mort.reduce(values, axis=axis), first)


def test_reduceat():
    left, right = VaexNorm2Mort.reduceat(parents, [0, 7])
    assert left == VaexNorm2Mort.reduce(parents[:7])
    assert right == VaexNorm2Mort.reduce(parents[7:])


def test_outer():
    assert_int64(VaexNorm2Mort.outer(normed, parents), VaexNorm2Mort(normed[:, None], parents))


def test_at():
    values = normed.copy()
    VaexNorm2Mort.at(values, [0, 2, 0], [5, 6, 7])
    once = exact.norm2mort(18, 100, 5)
    assert values[0] == exact.norm2mort(18, once, 7)
    assert values[1] == 101
    assert values[2] == exact.norm2mort(18, 102, 6)


def test_three_inputs_have_no_binary_methods():
    for method in (fastNorm2Mort.reduce, fastNorm2Mort.accumulate):
        with pytest.raises(ValueError, match="only supported for binary functions"):
            method(normed)


# --- what is refused ---


@pytest.mark.parametrize(
    "wrong",
    [
        np.uint64(1),
        np.array([1], "u8"),
        1.0,
        np.float32(1),
        1j,
        "1",
        None,
        np.array([1], object),
        np.datetime64(1, "s"),
        [],
    ],
    ids=repr,
)
def test_unsafe_inputs(call, wrong):
    message = "not supported for the input types, and the inputs could not be safely coerced"
    with pytest.raises(TypeError, match=message):
        call(wrong, 1)
    with pytest.raises(TypeError, match=message):
        call(1, wrong)


def test_unsafe_casting_needs_a_dtype(call):
    with pytest.raises(TypeError, match="not supported for the input types"):
        call(1.5, 3.0, casting="unsafe")
    assert call(100.5, 0.0, casting="unsafe", dtype="i8") == expected[0]


def test_no_other_loop(call):
    with pytest.raises(TypeError, match="No loop matching the specified signature and casting"):
        call(1, 1, dtype="f8")


def test_too_large_python_int(call):
    with pytest.raises(OverflowError if NUMPY_2 else TypeError):
        call(2**63, 1)
    with pytest.raises(OverflowError if NUMPY_2 else TypeError):
        call(1, -(2**63) - 1)


@pytest.mark.parametrize("bad", [19, 100, 2**63 - 1])
def test_order_above_18(bad):
    message = r"^Max order is 18 \(to output to 64-bit int\)\.$"
    for order in (bad, [bad], np.full(9, bad, np.int64)):
        with pytest.raises(ValueError, match=message):
            fastNorm2Mort(order, 1, 1)


@pytest.mark.parametrize("bad", [-1, -100, -(2**63)])
def test_order_below_0(bad):
    with pytest.raises(ValueError, match=rf"^order must lie in 0-18, not {bad}$"):
        fastNorm2Mort(bad, 1, 1)


@pytest.mark.parametrize("position", [0, 1, 255, 256, 8191, 8192, 29_999])
@pytest.mark.parametrize("dtype", ["i8", "i2", ">i8"])
@pytest.mark.parametrize("step", [1, -1, 2])
def test_bad_order_anywhere(position, dtype, step):
    order = np.full(30_000 * abs(step), 18, dtype)[::step]
    order[position] = -7
    order[-1] = -8 if position < 29_999 else -7  # the first one is reported
    with pytest.raises(ValueError, match=r"not -7$"):
        fastNorm2Mort(order, np.arange(30_000), 3)


def test_bad_order_in_a_masked_array_is_refused():
    with pytest.raises(ValueError, match="Max order"):
        fastNorm2Mort(np.ma.array([1, 99], mask=[False, True]), 1, 1)


def test_bad_order_without_elements():
    assert_int64(fastNorm2Mort(19, [1], np.empty((0, 1), int)), np.empty((0, 1)))
    assert_int64(fastNorm2Mort(np.array([], int), 1, 1), [])
    assert_int64(fastNorm2Mort(19, np.array([], int), 1), [])


def test_order_0_with_zeros_is_a_probe():
    assert_int64(fastNorm2Mort(np.zeros(1, int), np.zeros(1, int), np.zeros(1, int)), [1])


def test_the_next_call_works_after_an_error():
    with pytest.raises(ValueError, match="Max order"):
        fastNorm2Mort(19, 1, 1)
    assert fastNorm2Mort(18, 100, 0) == expected[0]


def test_keyword_errors_are_numpys(ufunc):
    with pytest.raises(TypeError):
        ufunc(1)
    with pytest.raises(TypeError):
        ufunc(*[1] * ufunc.nin, wrong=1)
    with pytest.raises(ValueError, match="broadcast"):
        ufunc(*[1] * (ufunc.nin - 2), normed, parents[:5])
