"""Nothing that a call takes may stay behind: references, blocks of Python, memory.

With MORTIE_LONG_TESTS set, these are a million calls of each kind.
"""

import ctypes
import gc
import os
import sys

import numpy as np
import psutil
import pytest

import mortie
from mortie import tools

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
    assert_flat(lambda: ufunc(*args, out=out, where=True), ufunc, out, *out, *args)


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
