"""Times, memory and threads of fastNorm2Mort and VaexNorm2Mort beside np.add and other makers.

Every case is measured in several turns through the whole list, and the report takes the minimum:
so a while in which the machine does something else spoils no ratio.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import mortie
from makers import LIMIT, NAMES, NATIVE, NUMBA, arguments, load

try:
    from numpy._core.umath import clip
except ImportError:  # NumPy 1
    from numpy.core.umath import clip

MAKERS = {name: load(name) for name in NAMES}
SIZES = [10**power for power in range(9)]
MAIN = 1_200_000
LARGE = 20_000_000

turns = pytest.mark.parametrize("turn", range(3))
every = pytest.mark.parametrize("maker", NAMES)
unforced = pytest.mark.skipif(
    bool(os.environ.get("MORTIE_KERNEL")), reason="a forced kernel is measured in bench_calls alone"
)


def pixels(n):
    """Give addresses, base cells and space for the results."""
    random = np.random.default_rng(1)
    return random.integers(0, 4**18, n), random.integers(0, 12, n), np.zeros(n, np.int64)


@every
@pytest.mark.parametrize("n", SIZES)
@turns
@unforced
def bench_sizes(measure, short, maker, n, turn):
    if short and n > 1000:
        pytest.skip("the short form")
    if n > 10**7 and (turn > 0 or maker == NUMBA):
        pytest.skip("takes long and shows little more")
    args = arguments(maker, 18, *pixels(n))
    measure(MAKERS[maker], args, n, case="sizes", maker=maker)


CALLS = {
    LIMIT: lambda order, *arrays: (np.add, arrays),
    "VaexNorm2Mort": lambda order, *arrays: (mortie.VaexNorm2Mort, arrays),
    "fastNorm2Mort, order 18": lambda order, *arrays: (mortie.fastNorm2Mort, (18, *arrays)),
    "fastNorm2Mort, order 7": lambda order, *arrays: (mortie.fastNorm2Mort, (7, *arrays)),
    "fastNorm2Mort, an order each": lambda *arrays: (mortie.fastNorm2Mort, arrays),
}


@pytest.mark.parametrize("call", list(CALLS))
@pytest.mark.parametrize("size", [MAIN, LARGE])
@turns
def bench_calls(measure, short, call, size, turn):
    n = 1000 if short else size
    orders = np.random.default_rng(2).integers(0, 19, n)
    function, args = CALLS[call](orders, *pixels(n))
    measure(function, args, n, case="calls", call=call, size=size)


def unaligned(array):
    copy = np.empty(array.nbytes + 1, np.int8)[1:].view(array.dtype)
    copy[:] = array
    return copy


LAYOUTS = {
    "contiguous": lambda array: array,
    "reversed": lambda array: array[::-1],
    "every second": lambda array: np.repeat(array, 2)[::2],
    "column of four": lambda array: np.tile(array[:, None], 4)[:, 1],
    "unaligned": unaligned,
    "byte-swapped": lambda array: array.astype(array.dtype.newbyteorder()),
    "int32": lambda array: array.astype(np.int32),
    "one base cell for all": None,
}


@pytest.mark.parametrize("maker", [LIMIT, NATIVE])
@pytest.mark.parametrize("layout", list(LAYOUTS))
@turns
@unforced
def bench_layouts(measure, short, maker, layout, turn):
    normed, parents, out = pixels(1000 if short else MAIN)
    if LAYOUTS[layout] is None:
        parents = np.int64(3)
    else:
        normed, parents = map(LAYOUTS[layout], (normed, parents))
    function = np.add if maker == LIMIT else mortie.VaexNorm2Mort
    # np.add would add int32 in 32 bits.
    measure(
        lambda: function(normed, parents, out=out, dtype=np.int64),
        (),
        len(out),
        case="layouts",
        layout=layout,
        maker=maker,
    )


SMALL = {
    "scalars": (np.int64(100), np.int64(3), np.int64(18)),
    "0-d arrays": (np.array(100), np.array(3), np.array(18)),
    "10 elements": (np.arange(10), np.arange(10), np.full(10, 18)),
}
SMALL_CALLS = {
    "np.add": lambda normed, parents, order: (np.add, (normed, parents)),
    "VaexNorm2Mort": lambda normed, parents, order: (mortie.VaexNorm2Mort, (normed, parents)),
    "np.clip's ufunc": lambda normed, parents, order: (clip, (normed, parents, order)),
    "fastNorm2Mort": lambda normed, parents, order: (
        mortie.fastNorm2Mort,
        (order, normed, parents),
    ),
}


@pytest.mark.parametrize("call", list(SMALL_CALLS))
@pytest.mark.parametrize("values", list(SMALL))
@turns
@unforced
def bench_small(measure, call, values, turn):
    function, args = SMALL_CALLS[call](*SMALL[values])
    measure(function, args, 1, case="small", call=call, values=values)


@every
@pytest.mark.parametrize("threads", [1, 2])
@turns
@unforced
def bench_threads(measure, short, maker, threads, turn):
    n = 1000 if short else LARGE
    chunks = zip(*(np.array_split(array, threads) for array in pixels(n)), strict=True)
    calls = [arguments(maker, 18, *arrays) for arrays in chunks]
    with ThreadPoolExecutor(threads) as pool:
        measure(
            lambda: list(pool.map(lambda args: MAKERS[maker](*args), calls)),
            (),
            n,
            case="threads",
            maker=maker,
            threads=threads,
        )


PROBE = """
import json, sys, time
import numpy as np
from makers import arguments, load
pixels = np.arange(1_200_000), np.arange(1_200_000) % 12, np.full(1_200_000, 7)
start = time.perf_counter()
function = load(sys.argv[1])
function(*arguments(sys.argv[1], 18, *(array[:1] for array in pixels)))
first_call = time.perf_counter() - start

def memory(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))

with open("/proc/self/clear_refs", "w") as peak:
    peak.write("5")  # from now on
before = memory("VmRSS")
result = function(*arguments(sys.argv[1], 18, *pixels))
print(json.dumps({"first_call": first_call, "memory": memory("VmHWM") - before}))
"""


@every
@turns
@unforced
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets the peak be reset")
def bench_first_call(benchmark, maker, turn):
    """Import and first call, and the peak of memory (KiB) that a call on MAIN elements takes."""
    done = benchmark.pedantic(
        subprocess.run,
        ([sys.executable, "-c", PROBE, maker],),
        {
            "env": os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
            "stdout": subprocess.PIPE,
            "check": True,
        },
    )
    benchmark.extra_info.update(json.loads(done.stdout), case="first", maker=maker)
