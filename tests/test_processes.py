"""Threads, processes, imports and signals around the ufuncs.

Functions named ``run_…`` are programs, each run in an interpreter of its own.
"""

import concurrent.futures
import contextlib
import importlib
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import exact
import mortie
from mortie import cells

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")

N = 20_000
draw = np.random.default_rng(8)
NORMED, PARENTS = draw.integers(0, 4**18, N), draw.integers(0, 12, N)
NEST = PARENTS * 4**18 + NORMED
LON, LAT = healpy.pix2ang(2**18, NEST, nest=True, lonlat=True)
MORTON = np.array([exact.norm2mort(18, *each) for each in zip(NORMED, PARENTS, strict=True)])
for shared in (NORMED, PARENTS, NEST, LON, LAT, MORTON):
    shared.flags.writeable = False


def check(_=None, part=slice(None)):
    """Compare what the ufuncs give with exact integers and healpy."""
    morton = MORTON[part]
    np.testing.assert_array_equal(mortie.VaexNorm2Mort(NORMED[part], PARENTS[part]), morton)
    np.testing.assert_array_equal(mortie.fastNorm2Mort(18, NORMED[part], PARENTS[part]), morton)
    np.testing.assert_array_equal(mortie.nest2mort(18, NEST[part]), morton)
    np.testing.assert_array_equal(mortie.latlon2mort(18, LAT[part], LON[part]), morton)
    np.testing.assert_array_equal(mortie.latlon2nest(18, LAT[part], LON[part]), NEST[part])
    np.testing.assert_array_equal(mortie.mort2nest(morton), NEST[part])
    np.testing.assert_array_equal(mortie.mort2norm(morton)[1], NORMED[part])
    np.testing.assert_array_equal(mortie.latlon2mort(18, *mortie.mort2latlon(morton)), morton)
    np.testing.assert_array_equal(mortie.clip_mort(18, morton), morton)
    assert (mortie.mort2order(morton) == 18).all()
    assert mortie.is_mort(morton).all()
    for bad in (15, -7):
        with pytest.raises(ValueError, match=f"and {bad} is none$"):
            mortie.mort2nest(np.append(morton, bad))
    return True


def python(program, *arguments):
    """Run one of this file's programs; return what it prints."""
    code = f"import test_processes; test_processes.{program}(*{arguments})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


# --- threads ---


def test_16_threads_share_inputs():
    out = np.zeros((16, N // 16), np.int64)
    barrier = threading.Barrier(16)

    def fill(i):
        part = slice(i * (N // 16), (i + 1) * (N // 16))
        for _ in range(20):
            barrier.wait()
            out[i] = 0
            mortie.VaexNorm2Mort(NORMED[part], PARENTS[part], out=out[i])
            np.testing.assert_array_equal(out[i], MORTON[part])
            out[i] = 0
            mortie.latlon2mort(18, LAT[part], LON[part], out=out[i])
            np.testing.assert_array_equal(out[i], MORTON[part])
        return check()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert list(pool.map(fill, range(16))) == [True] * 16
    np.testing.assert_array_equal(out.ravel(), MORTON)


def test_interleaved_outputs():
    out = np.zeros(N, np.int64)

    def fill(i):
        for _ in range(50):
            mortie.VaexNorm2Mort(NORMED[i::16], PARENTS[i::16], out=out[i::16])

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(fill, range(16)))
    np.testing.assert_array_equal(out, MORTON)


def test_each_thread_gets_its_own_error():
    def fail(i):
        with pytest.raises(ValueError, match=rf"and -?{70 + i} is none$"):
            mortie.mort2nest(np.append(MORTON, 70 + i))
        with pytest.raises(ValueError, match=rf"order must lie in 0-18, not -{i + 1}$"):
            mortie.fastNorm2Mort(np.append(np.full(N, 18), -i - 1), 0, 0)
        return check()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(fail, [i % 10 for i in range(64)]))


def run_count_threads():
    process = psutil.Process()
    before = process.num_threads()
    normed = np.tile(NORMED, 50)
    mortie.VaexNorm2Mort(normed, 3)
    check()
    print(process.num_threads() - before)


def test_no_thread_is_created():
    assert python("run_count_threads") == "0\n"


def run_exit_during_calls():
    def loop():
        while True:
            mortie.latlon2mort(18, LAT, LON)
            with contextlib.suppress(ValueError):
                mortie.mort2nest(np.append(MORTON, 15))

    for _ in range(4):
        threading.Thread(target=loop, daemon=True).start()
    time.sleep(0.2)


@pytest.mark.slow
def test_exit_while_daemon_threads_compute():
    for _ in range(3):
        python("run_exit_during_calls")


# --- processes ---

FORK_WARNING = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"
)
METHODS = multiprocessing.get_all_start_methods()


@pytest.mark.slow
@FORK_WARNING
@pytest.mark.thread_unsafe(reason="forks")
@pytest.mark.parametrize("method", METHODS)
def test_pools(method):
    context = multiprocessing.get_context(method)
    check()
    with context.Pool(2) as pool:
        assert pool.map_async(check, range(6)).get(200) == [True] * 6
    with concurrent.futures.ProcessPoolExecutor(2, context) as executor:
        assert list(executor.map(check, range(6), timeout=200)) == [True] * 6
        # ufuncs also travel by name
        parts = executor.map(mortie.nest2mort, [18] * 4, np.split(NEST, 4), timeout=200)
        np.testing.assert_array_equal(np.concatenate(list(parts)), MORTON)


def run_fork_during_calls():
    stop = threading.Event()

    def loop():
        while not stop.is_set():
            check()

    threads = [threading.Thread(target=loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        child = os.fork()
        if child == 0:
            ufuncs = (mortie.VaexNorm2Mort(NORMED, PARENTS), mortie.latlon2mort(18, LAT, LON))
            good = all((result == MORTON).all() for result in ufuncs)
            try:
                mortie.mort2nest([1, 15])
            except ValueError:
                os._exit(0 if good else 1)
            os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
    stop.set()
    for thread in threads:
        thread.join()
    print("good")


@pytest.mark.slow
@pytest.mark.skipif("fork" not in METHODS, reason="this system has no fork")
def test_fork_while_threads_compute(monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore:This process:DeprecationWarning")
    assert python("run_fork_during_calls") == "good\n"


def run_fork_after_each():
    """Call each function on cells and regions, and again in a child; name those that differ."""
    clipped = mortie.clip_mort(9, MORTON)
    disc = mortie.disc(-75, 20, 12)
    regions = mortie.Regions([([-60, -80, -70], [0, 40, 90]), disc])
    calls = {
        mortie.authalic2geodetic: (LAT,),
        mortie.geodetic2authalic: (LAT,),
        mortie.mort2uniq: (MORTON,),
        mortie.mort2vertices: (clipped,),
        mortie.mort2word: (MORTON,),
        mortie.mort_neighbours: (clipped,),
        mortie.mort_range: (18, clipped),
        mortie.uniq2mort: (np.arange(4, 999),),
        mortie.word2mort: (mortie.mort2word(MORTON),),
        cells.boundary: (clipped[:99], 4),
        cells.children: (12, clipped[0]),
        cells.compact: (clipped,),
        cells.difference: (clipped, clipped[::2]),
        cells.expand: (10, clipped[:99]),
        cells.intersection: (clipped, clipped[::2]),
        cells.isin: (MORTON, clipped[:99]),
        cells.union: (clipped[:99], clipped[99:]),
        mortie.cover: (disc, 9),
        mortie.track: ([-60, -80, -70], [0, 40, 90], 9),
        regions.cover: (8,),
        regions.locate: (LAT, LON),
    }
    for function, arguments in calls.items():
        before = pickle.dumps(function(*arguments))
        child = os.fork()
        if child == 0:
            os._exit(pickle.dumps(function(*arguments)) != before)
        if os.waitpid(child, 0)[1] != 0:
            print(function.__name__)
    print(len(calls))


@pytest.mark.skipif("fork" not in METHODS, reason="this system has no fork")
def test_fork_after_each_function_on_cells_and_regions():
    assert python("run_fork_after_each") == "21\n"


# --- imports ---


def run_import_again():
    old = mortie.VaexNorm2Mort
    process = psutil.Process()
    for i in range(200):
        for name in [name for name in sys.modules if name.partition(".")[0] == "mortie"]:
            del sys.modules[name]
        globals()["mortie"] = importlib.import_module("mortie")
        if i == 20:
            size = process.memory_info().rss
    assert mortie.VaexNorm2Mort is not old
    np.testing.assert_array_equal(old(NORMED, PARENTS), MORTON)
    check()
    importlib.reload(sys.modules["mortie._native"])
    importlib.reload(mortie)
    check()
    print((process.memory_info().rss - size) // 180)


@pytest.mark.slow
def test_import_again():
    # NumPy keeps a few hundred bytes of each ufunc for ever.
    ufuncs = [each for each in vars(mortie).values() if isinstance(each, np.ufunc)]
    assert int(python("run_import_again")) < 2_700 * len(ufuncs)


SUBINTERPRETER = """
try:
    import mortie
except ImportError as error:
    print("ImportError:", " ".join(str(error).split()), flush=True)
else:
    print(mortie.VaexNorm2Mort(-1, 12), flush=True)
"""


def run_subinterpreter():
    testcapi = importlib.import_module("_testcapi")
    assert testcapi.run_in_subinterp(SUBINTERPRETER) == 0
    print(check())


def test_subinterpreter():
    # NumPy refuses to be imported twice, or tries.
    pytest.importorskip("_testcapi", reason="this Python has no way to run a subinterpreter")
    first, last = python("run_subinterpreter").splitlines()
    assert last == "True"
    assert first == "-7444444444444444444" or first.startswith("ImportError: ")


# --- memory that can't be had ---


def run_without_memory():
    """Let each of the first allocations of a call fail, one at a time; count the outcomes."""
    testcapi = importlib.import_module("_testcapi")
    check()  # the first call makes NumPy remember the loop; 2.5 doesn't survive failures there
    calls = [
        lambda: mortie.VaexNorm2Mort(NORMED[:9], PARENTS[:9]).tolist() == MORTON[:9].tolist(),
        lambda: mortie.latlon2mort(18, LAT[:9], LON[:9]).tolist() == MORTON[:9].tolist(),
        lambda: mortie.latlon2mort(18, 91.0, 0.0),
        lambda: mortie.nest2mort(1, 48),
        lambda: mortie.clip_mort(3, 11),
        lambda: mortie.mort2nest(15),
    ]
    for call in calls:
        outcomes = set()
        for nth in range(1, 100):
            testcapi.set_nomemory(nth, nth + 1)
            try:
                outcome = call()
            except (MemoryError, ValueError) as error:
                testcapi.remove_mem_hooks()
                outcome = type(error).__name__
            testcapi.remove_mem_hooks()
            outcomes.add(str(outcome))
        print(*sorted(outcomes))


def test_no_memory():
    pytest.importorskip("_testcapi", reason="this Python has no way to let allocations fail")
    lines = python("run_without_memory").splitlines()
    assert lines == ["MemoryError True"] * 2 + ["MemoryError ValueError"] * 4


def run_with_little_memory():
    """Leave calls more and more memory; name those that give another result than with enough."""
    resource = importlib.import_module("resource")
    draw = np.random.default_rng(1)
    fine = mortie.fastNorm2Mort(18, draw.integers(0, 4**18, 100_000), draw.integers(0, 12, 100_000))
    clipped = mortie.clip_mort(12, fine)
    turns = np.linspace(0, 400, 20_000)
    discs = [mortie.disc(10 * i, 20 * i, 20) for i in range(-8, 9)]
    regions = mortie.Regions(discs)
    calls = {
        "compact": lambda: cells.compact(fine),
        "union": lambda: cells.union(fine, clipped[::-1]),
        "expand": lambda: cells.expand(13, clipped),
        "isin": lambda: cells.isin(clipped, fine),
        "cover": lambda: mortie.cover(discs[0], 10),
        "cover, mixed": lambda: regions.cover(10, mixed=True),
        "track": lambda: mortie.track(80 * np.cos(turns), 20 * turns, 8),
        "Regions": lambda: mortie.Regions(discs).locate(0, 0),
        "locate": lambda: regions.locate(*mortie.mort2latlon(fine)),
        "locate, all": lambda: regions.locate(*mortie.mort2latlon(fine), all=True),
    }
    process = psutil.Process()
    for name, call in calls.items():
        right, refused = pickle.dumps(call()), 0
        for spare in np.geomspace(1e4, 1e8, 25):
            limit = process.memory_info().vms + int(spare)
            resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
            try:
                found = call()
            except MemoryError:
                found = None
                refused += 1
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
            if found is not None and pickle.dumps(found) != right:
                print(name, "with", int(spare))
        print(name, "refused" if refused else "never refused")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems heed no such limit")
@pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="ASan takes terabytes")
def test_little_memory(monkeypatch):
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "16384")  # or it gives out what calls before had
    lines = python("run_with_little_memory").splitlines()
    assert [line for line in lines if not line.endswith(" refused")] == []
    assert len(lines) == 10


# --- signals ---


def run_interrupted(name, n):
    """Send SIGINT during a call; print the seconds to the answer, of the clock and the CPU."""
    ufunc = getattr(mortie, name, None) or getattr(np, name)
    kind = float if name == "latlon2mort" else int
    args = [np.broadcast_to(kind(1), n)] * 2
    args = [18, *args] if name == "latlon2mort" else args
    expected = ufunc(*(np.broadcast_to(arg, n)[0] for arg in args))  # not 0
    out = np.zeros(n, type(expected))
    out[:] = 0  # the system gives memory when it is first written to, which takes a while
    started, sent = threading.Event(), []

    def interrupt():
        started.wait()
        time.sleep(0.02)
        sent.extend((time.perf_counter(), time.process_time()))
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    try:
        while True:  # so that the signal finds a call, however slow the other thread was
            started.set()
            ufunc(*args, out=out)
    except KeyboardInterrupt:
        answered = time.perf_counter(), time.process_time()
    assert (out == expected).all() or not out.any()  # all or nothing
    ufunc(*args, out=out)
    assert (out == expected).all()
    print(*np.subtract(answered, sent))


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("name", ["add", "VaexNorm2Mort", "latlon2mort"])
def test_interrupt(name):
    # NumPy runs every inner loop to its end; then Python answers.
    n = 10**8 if "MORTIE_LONG_TESTS" in os.environ else 10**7
    clock, cpu = python("run_interrupted", name, n).split()
    print(f"{name}, {n:,} elements: answered after {clock} s, of which {cpu} s of CPU")
    assert float(cpu) < 1
