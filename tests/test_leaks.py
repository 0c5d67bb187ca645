"""Nothing that a call takes may stay behind: references, blocks of Python, memory.

With MORTIE_LONG_TESTS set, these are a million calls of each kind.
"""

import ctypes
import gc
import os
import pickle
import sys

import numpy as np
import psutil
import pytest

import mortie
from mortie import cells, tools

pytestmark = [
    pytest.mark.slow,
    pytest.mark.thread_unsafe(reason="counts what the whole process holds"),
]

CALLS = 1_000_000 if "MORTIE_LONG_TESTS" in os.environ else 30_000
FEW = 100  # references that come and go by themselves, or a tenth of the blocks
MOST = 20_000_000  # bytes of the process, whose pages come and go: little for a million calls
HEAP = hasattr(psutil, "heap_info")  # not with musl

INT, FLOAT = np.arange(1, 5), np.array([-77.85, 0.0, 41.8, 90.0])
MORTON = mortie.latlon2mort(18, FLOAT, FLOAT)
GOOD = {
    "fastNorm2Mort": (18, INT, INT),
    "VaexNorm2Mort": (INT, INT),
    "nest2mort": (18, INT),
    "is_mort": (MORTON,),
    "mort2order": (MORTON,),
    "mort2norm": (MORTON,),
    "mort2nest": (MORTON,),
    "clip_mort": (3, MORTON),
    "latlon2nest": (29, FLOAT, FLOAT),
    "latlon2mort": (18, FLOAT, FLOAT),
    "mort2latlon": (MORTON,),
    "mort2vertices": (MORTON,),
    "mort_neighbours": (MORTON,),
    "mort_range": (18, MORTON),
    "mort2uniq": (MORTON,),
    "uniq2mort": (INT + 4,),
    "mort2word": (MORTON,),
    "word2mort": (mortie.mort2word(MORTON),),
    "geodetic2authalic": (FLOAT,),
    "authalic2geodetic": (FLOAT,),
}
BAD = {  # with a ValueError for the last element
    "fastNorm2Mort": (np.array([1, 1, 1, 19]), INT, INT),
    "nest2mort": (0, np.array([0, 0, 0, 12])),
    "mort2order": (np.array([1, 1, 1, 7]),),
    "mort2norm": (np.array([1, 1, 1, 7]),),
    "mort2nest": (np.array([1, 1, 1, 7]),),
    "clip_mort": (np.array([0, 0, 0, 19]), MORTON),
    "latlon2nest": (29, FLOAT, np.array([0, 0, 0, np.inf])),
    "latlon2mort": (18, FLOAT * 2, FLOAT),
    "mort2latlon": (np.array([1, 1, 1, 7]),),
    "mort2vertices": (np.array([1, 1, 1, 7]),),
    "mort_neighbours": (np.array([1, 1, 1, 7]),),
    "mort_range": (np.array([18, 18, 18, 19]), MORTON),
    "mort2uniq": (np.array([1, 1, 1, 7]),),
    "uniq2mort": (np.array([4, 4, 4, 3]),),
    "mort2word": (np.array([1, 1, 1, 7]),),
    "geodetic2authalic": (FLOAT * 2,),
    "authalic2geodetic": (FLOAT * 2,),
}
DTYPES = [np.dtype(name) for name in ("int64", "float64", "bool", "int32", "float32")]


def counts(watched):
    """Count references, Python's blocks, malloc's bytes and the process's."""
    gc.collect()
    heap = psutil.heap_info() if HEAP else (0, 0)
    resident = psutil.Process().memory_info().rss
    references = np.array([sys.getrefcount(each) for each in watched])
    return references, sys.getallocatedblocks(), sum(heap[:2]), resident


def assert_flat(call, *watched, calls=CALLS):
    """Call again and again; what is counted may not grow with the number of calls."""
    watched = [*watched, *DTYPES, ValueError, TypeError]
    for _ in range(1000):
        call()
    before = counts(watched)
    for _ in range(calls):
        call()
    references, blocks, heap, resident = map(np.subtract, counts(watched), before)
    assert np.abs(references).max() < FEW
    assert blocks < 10 * FEW
    assert heap < 4 * calls  # a block of malloc takes 24 or more
    assert resident < MOST


def test_leaks_are_noticed():
    kept, thing, malloc = [], object(), ctypes.pythonapi.PyMem_RawMalloc
    malloc.argtypes, malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    leaks = [lambda: kept.append(thing), lambda: kept.append(object()), lambda: malloc(1)]
    for leak in leaks if HEAP else leaks[:2]:
        with pytest.raises(AssertionError):
            assert_flat(leak, thing, calls=10_000)


def raising(error, function, *args, **kwargs):
    """Give a call that has to raise, without what pytest.raises keeps of it."""

    def call():
        try:
            function(*args, **kwargs)
        except error:
            return
        raise AssertionError(f"no {error.__name__}")

    return call


def narrow(args):
    """Give other dtypes, so that NumPy casts in its buffers."""
    kinds = {"i": np.int32, "f": np.float32}
    return [np.asarray(arg).astype(kinds[np.asarray(arg).dtype.kind]) for arg in args]


@pytest.fixture(params=GOOD)
def name(request):
    return request.param


def test_good_calls(name):
    ufunc, args = getattr(mortie, name), GOOD[name]
    results = ufunc(*args)
    out = results if isinstance(results, tuple) else (results,)
    scalars = [np.asarray(arg).flat[0] for arg in args]
    assert_flat(lambda: ufunc(*args), ufunc, *args)
    assert_flat(lambda: ufunc(*scalars), ufunc, *scalars)
    where = {} if ufunc.signature else {"where": True}  # which generalised ones don't have
    assert_flat(lambda: ufunc(*args, out=out, **where), ufunc, out, *out, *args)


@pytest.mark.parametrize("name", [name for name in GOOD if name != "word2mort"])
def test_casts(name):
    ufunc, args = getattr(mortie, name), GOOD[name]
    if args[-1] is MORTON:
        args = (*args[:-1], mortie.clip_mort(3, MORTON))  # which fit into int32
    args = narrow(args)
    assert_flat(lambda: ufunc(*args), ufunc, *args)


@pytest.mark.parametrize("name", BAD)
def test_bad_values(name):
    ufunc = getattr(mortie, name)
    out = np.zeros(4), np.zeros(4), np.zeros(4)
    for args, kwargs in (
        (BAD[name], {}),
        ([np.asarray(arg).flat[-1] for arg in BAD[name]], {}),
        (narrow(BAD[name]) if name != "clip_mort" else BAD[name], {"out": out[: ufunc.nout]}),
    ):
        assert_flat(raising(ValueError, ufunc, *args, **kwargs), ufunc, *args, *out)


def test_bad_types(name):
    ufunc = getattr(mortie, name)
    text = "1"
    assert_flat(raising(TypeError, ufunc, *[text] * ufunc.nin), ufunc, text)


MASKED = np.ma.array(FLOAT, mask=[True, False, False, True])


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: mortie.nullable(mortie.latlon2mort)(6, MASKED, FLOAT), id="nullable"),
        pytest.param(lambda: mortie.nullable(mortie.mort2norm)(MORTON), id="nullable, no mask"),
        pytest.param(lambda: tools.geo2mort(FLOAT, FLOAT), id="geo2mort"),
        pytest.param(lambda: tools.geo2uniq(FLOAT, FLOAT), id="geo2uniq"),
        pytest.param(lambda: tools.clip2order(3, MORTON), id="clip2order"),
        pytest.param(lambda: tools.clip2order(3, INT), id="clip2order, wrong order"),
        pytest.param(lambda: tools.unique2parent(INT * 0 + 4), id="unique2parent"),
        pytest.param(lambda: tools.heal_norm(INT, 3, INT), id="heal_norm"),
        pytest.param(lambda: tools.order2res(INT), id="order2res"),
    ],
)
def test_python_functions(call):
    assert_flat(call, MASKED, FLOAT, MORTON, INT, calls=CALLS // 3)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: mortie.nullable(mortie.latlon2mort)(19, MASKED, 0), id="nullable"),
        pytest.param(lambda: tools.geo2mort(FLOAT * 2, FLOAT), id="geo2mort"),
        pytest.param(lambda: tools.geo2uniq(FLOAT, FLOAT, 30), id="geo2uniq"),
        pytest.param(lambda: tools.clip2order(19, MORTON), id="clip2order"),
        pytest.param(lambda: tools.unique2parent(INT), id="unique2parent"),
    ],
)
def test_python_functions_that_fail(call):
    assert_flat(raising(ValueError, call), MASKED, FLOAT, MORTON, INT, calls=CALLS // 3)


RING = ([-60.0, -80, -70], [0.0, 40, 90])
DISC = mortie.disc(-75, 20, 3)
REGIONS = mortie.Regions([RING, DISC])
CELLS = mortie.clip_mort(6, MORTON)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: mortie.cover(RING, 4), id="cover"),
        pytest.param(lambda: mortie.cover(DISC, 6, mode="within", mixed=True), id="cover, mixed"),
        pytest.param(lambda: mortie.cover(RING, 4, edges="planar"), id="cover, planar"),
        pytest.param(lambda: mortie.track(*RING, 4), id="track"),
        pytest.param(lambda: mortie.Regions([RING, DISC]).cover(3), id="Regions"),
        pytest.param(lambda: mortie.Regions([RING, DISC]).locate(-77.85, 20), id="a new index"),
        pytest.param(lambda: REGIONS.locate(FLOAT, FLOAT), id="locate"),
        pytest.param(lambda: REGIONS.locate(FLOAT, FLOAT, all=True), id="locate, all"),
        pytest.param(lambda: pickle.loads(pickle.dumps(REGIONS)), id="pickle"),
        pytest.param(lambda: cells.boundary(CELLS, 4), id="boundary"),
        pytest.param(lambda: cells.children(8, CELLS), id="children"),
        pytest.param(lambda: cells.compact(CELLS), id="compact"),
        pytest.param(lambda: cells.expand(7, CELLS), id="expand"),
        pytest.param(lambda: cells.union(CELLS, MORTON), id="union"),
        pytest.param(lambda: cells.intersection(CELLS, MORTON), id="intersection"),
        pytest.param(lambda: cells.difference(CELLS, MORTON), id="difference"),
        pytest.param(lambda: cells.isin(MORTON, CELLS), id="isin"),
    ],
)
def test_cells_and_regions(call):
    assert_flat(call, FLOAT, MORTON, CELLS, REGIONS, calls=CALLS // 15)


CROSSED = ([0.0, 10, 0, 10], [0.0, 10, 10, 0])


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: mortie.cover(CROSSED, 4), id="cover"),
        pytest.param(lambda: mortie.cover(RING, 19), id="cover, order"),
        pytest.param(lambda: mortie.track([0, 91], [0, 1], 4), id="track"),
        pytest.param(lambda: mortie.Regions([RING, CROSSED]).locate(0, 0), id="Regions"),
        pytest.param(lambda: REGIONS.locate(FLOAT * 2, FLOAT), id="locate"),
        pytest.param(lambda: REGIONS.locate(FLOAT * 2, FLOAT, all=True), id="locate, all"),
        pytest.param(lambda: cells.boundary(CELLS, 0), id="boundary"),
        pytest.param(lambda: cells.children(3, CELLS), id="children"),
        pytest.param(lambda: cells.compact([1, 7]), id="compact"),
        pytest.param(lambda: cells.expand(3, CELLS), id="expand"),
        pytest.param(lambda: cells.union(CELLS, [7]), id="union"),
        pytest.param(lambda: cells.isin([7], CELLS), id="isin"),
    ],
)
def test_cells_and_regions_that_fail(call):
    assert_flat(raising(ValueError, call), FLOAT, MORTON, CELLS, REGIONS, calls=CALLS // 15)
