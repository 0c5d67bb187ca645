"""Keep a Dask cluster busy while workers are killed; exit with 1 if anything goes wrong.

Two processes of four threads compute mortie's functions, BLAS, pandas and parallel numba; they
cover `Regions` that come with the tasks, and locate points in them. Again and again one of the two
is killed, and starts anew; the other lives on, and its memory must stay flat.
Every result is compared with values that healpy and exact Python integers gave beforehand.

It needs ``pip install 'mortie[test]' pandas``.
"""

import argparse
import collections
import contextlib
import faulthandler
import itertools
import logging
import math
import os
import signal
import statistics
import sys
import tempfile
import time

import dask
import distributed
import numpy as np
import psutil
from distributed import Client, LocalCluster, wait

import exact
import soak_tasks
from soak_tasks import COVER_ORDER, MATRIX, ROWS, UFUNCS, WHOLE

N = 100_000
LUNES = 120
FIRST = 0.1  # degrees: no centre of a cell lies on such a meridian
AT_ONCE = 24  # tasks that are submitted and not yet done
STUCK = 300  # seconds without a result
WARM_UP = 0.3  # the part of the time in which memory may grow
GROWTH = 32  # MB that it may grow by afterwards


def lune_of(lon):
    """Give the place of the ring, of those that `lunes` yields, that holds each point."""
    return np.floor((lon - FIRST) % 360 * LUNES / 360).astype(int)


def lunes():
    """Yield rings of 2,000 vertices, down one meridian and up the next."""
    down = np.linspace(90, -90, 1000, endpoint=False)
    for i in range(LUNES):
        west, east = FIRST + i * 360 / LUNES, FIRST + (i + 1) * 360 / LUNES
        yield np.concatenate([down, -down]), np.repeat([west, east], len(down))


def make(folder):
    """Write the inputs to a file; return its path and the right result of every task."""
    import healpy  # not by the workers, which import this file when they start

    draw = np.random.default_rng(8)
    lat, lon = np.degrees(np.arcsin(draw.uniform(-1, 1, N))), draw.uniform(0, 360, N)
    order = draw.integers(0, 19, N)
    nest = healpy.ang2pix(2**18, lon, lat, nest=True, lonlat=True)
    parents, normed = np.divmod(nest, 4**18)

    def encode(orders, addresses):
        rows = zip(*(each.tolist() for each in (orders, addresses, parents)), strict=True)
        return np.array([exact.norm2mort(*row) for row in rows])

    coarse = normed >> 2 * (18 - order)
    morton, clipped = encode(np.full(N, 18), normed), encode(order, coarse)
    sums = collections.Counter()
    third = encode(np.full(N, 3), normed >> 30)
    for cell, value in zip(third.tolist(), order.tolist(), strict=True):
        sums[cell] += value
    cells = sorted(sums)
    pixels = np.arange(12 * 4**COVER_ORDER)
    held_by = lune_of(healpy.pix2ang(2**COVER_ORDER, pixels, nest=True, lonlat=True)[0])
    cover = exact.norm2morts(COVER_ORDER, pixels % 4**COVER_ORDER, pixels // 4**COVER_ORDER)
    by_lune = np.lexsort((cover, held_by))
    square = (normed[: MATRIX**2] % 64).reshape(MATRIX, MATRIX)
    messages = [
        "latitude must lie in -90 to 90 degrees, not nan",
        "Max order is 18 (to output to 64-bit int).",
        "a Morton index has 1 to 19 digits, the first in 1-6 and the others in 1-4, and 15 is none",
    ]
    path = folder + "/inputs.npz"
    np.savez(
        path,
        **{"lat": lat, "lon": lon, "order": order, "nest": nest, "parents": parents},
        **{"normed": normed, "morton": morton, "clipped": clipped},
    )
    return path, {
        "latlon2nest": (healpy.ang2pix(2**29, lon, lat, nest=True, lonlat=True),),
        "latlon2mort": (morton,),
        "mort2latlon": (nest,),
        "fastNorm2Mort": (encode(order, normed),),
        "VaexNorm2Mort": (morton,),
        "nest2mort": (morton,),
        "mort2nest": (nest,),
        "mort2norm": (order, coarse, parents),
        "mort2order": (order,),
        "clip_mort": (clipped,),
        "is_mort": (np.array([exact.mort2norm(each) is not None for each in nest.tolist()]),),
        "nullable": (np.where(order < 9, 0, morton),),
        "geo2mort": (morton,),
        "ValueError": (np.array(messages),),
        "BLAS": ((square @ square).astype(float),),
        "pandas": (np.array(cells), np.array([sums[cell] for cell in cells])),
        "locate": (lune_of(lon),),
        "cover": (cover[by_lune], held_by[by_lune]),
        "numba": (np.array([sum(int(c) for c in np.base_repr(i, 4)) for i in normed.tolist()]),),
    }


def is_right(kind, found, expected):
    """Compare a task's results with the right ones, bit for bit."""
    if kind == "mort2latlon":  # healpy must find the same pixels at these points
        import healpy

        lat, lon = found
        found = (healpy.ang2pix(2**18, lon, lat, nest=True, lonlat=True),)
    return len(found) == len(expected) and all(
        a.dtype == b.dtype and np.array_equal(a, b) for a, b in zip(found, expected, strict=True)
    )


class Soak:
    """A cluster, the tasks that are under way, and what has been counted."""

    def __init__(self, cluster, client, path, truth, regions):
        self.client, self.path, self.truth, self.regions = client, path, truth, regions
        self.victim, self.survivor = cluster.workers.values()
        self.random = np.random.default_rng(1)
        self.tasks = {}
        self.done = collections.Counter()
        self.values = self.killed = 0
        self.failures = []

    def submit(self, kind):
        """Submit one task more; for a ufunc, of a random part of the points."""
        begin, end = sorted(self.random.integers(0, N, 2).tolist())
        points = slice(begin, end + 1) if kind in UFUNCS else slice(None)
        regions = self.regions if kind in ("locate", "cover") else None
        future = self.client.submit(
            soak_tasks.compute, kind, self.path, points, regions, pure=False
        )
        self.tasks[future] = kind, points

    def collect(self):
        """Wait for some tasks to be done, and check their results."""
        for future in wait(list(self.tasks), STUCK, "FIRST_COMPLETED").done:
            kind, points = self.tasks.pop(future)
            self.done[kind] += 1
            try:
                found = future.result(STUCK)
            except Exception as error:  # whatever it is, the soak goes on
                self.failures.append(f"{kind}: {error!r}")
                continue
            if not is_right(kind, found, tuple(each[points] for each in self.truth[kind])):
                self.failures.append(f"{kind}, points {points}: wrong results")
            rows = ROWS if kind in UFUNCS else 1
            self.values += rows * sum(each.size for each in found)

    def alone(self, tasks):
        """Run mortie's functions and nothing else; compare the numbers of threads."""
        self.client.gather([self.client.submit(soak_tasks.rest, pure=False) for _ in range(64)])
        before = self.client.run(soak_tasks.native_threads)
        for kind in itertools.islice(itertools.cycle(UFUNCS), tasks):
            self.submit(kind)
        while self.tasks:
            self.collect()
        after = self.client.run(soak_tasks.native_threads)
        if before != after:
            self.failures.append(f"native threads by worker: {before} before, {after} after")
        return list(after.values())

    def mixed(self, seconds, pause):
        """Run tasks of all kinds for some time; give when the worker that lives had what memory."""
        for kind in WHOLE.keys() & self.truth:  # so that numba has compiled, and all is imported
            self.client.run(soak_tasks.compute, kind, self.path, slice(None), self.regions)
        survivor = psutil.Process(self.survivor.pid)
        start = time.monotonic()
        memory, doomed, due = [], None, math.inf
        while (now := time.monotonic()) < start + seconds:
            while len(self.tasks) < AT_ONCE:
                self.submit(str(self.random.choice(list(self.truth))))
            pid = self.victim.pid
            if pid != doomed:  # a new process
                doomed, due = pid, now + self.random.uniform(0, 2 * pause)
            elif pid is not None and self.victim.status.name == "running" and now > due:
                os.kill(pid, signal.SIGKILL)
                self.killed += 1
                due = math.inf
            self.collect()
            memory.append((now - start, survivor.memory_info().rss / 1e6))
        while self.tasks:
            self.collect()
        return memory

    def report(self, native_threads, memory):
        """Print what has been counted; return the exit code."""
        begin, end = memory[0][0] + WARM_UP * memory[-1][0], memory[-1][0]
        flat = [sample for sample in memory if sample[0] > begin]
        slope, start = statistics.linear_regression(*zip(*flat, strict=True))
        growth = slope * (end - begin)
        if growth > GROWTH:
            self.failures.append(f"memory grew by {growth:.0f} MB")
        print(*(f"{count:8,} {kind}" for kind, count in sorted(self.done.items())), sep="\n")
        print(f"{self.done.total():8,} tasks, {self.values:,} values compared")
        print(f"workers killed: {self.killed}; failures: {len(self.failures)}")
        print("threads not of Python by worker, after mortie alone:", *native_threads)
        print(
            f"memory of the worker that lives: {start + slope * begin:.0f} MB after "
            f"{begin:.0f} s, {start + slope * end:.0f} MB after {end:.0f} s "
            f"({slope * 60:+.2f} MB a minute)"
        )
        print(*collections.Counter(self.failures).most_common(20), sep="\n")
        return 1 if self.failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="of mixed tasks (%(default)s)")
    parser.add_argument("--backend", choices=["native", "numba"], default="native")
    parser.add_argument(
        "--pause",
        type=float,
        default=4,
        help="mean seconds from a worker's start to its end (%(default)s)",
    )
    options = parser.parse_args()
    faulthandler.dump_traceback_later(options.seconds + 4 * STUCK, exit=True)
    dask.config.set(
        {
            "distributed.scheduler.allowed-failures": 1000,  # the tasks are not to blame
            "distributed.deploy.lost-worker-timeout": "1h",  # each comes again
            "distributed.worker.profile.enabled": False,  # keeps what it sees for an hour
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path, truth = make(folder)
        # The workers import mortie before Dask would set their environment.
        os.environ["MORTIE_FORCE_NUMBA"] = str(int(options.backend == "numba"))
        os.environ["NUMBA_CACHE_DIR"] = folder
        cluster = LocalCluster(
            n_workers=2,
            threads_per_worker=4,
            memory_limit=0,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
        failed = 1
        with contextlib.suppress(distributed.TimeoutError), cluster, Client(cluster) as client:
            backends = set(client.run(soak_tasks.backend).values())
            print("backend and kernels:", *backends)
            if {name for name, _ in backends} != {options.backend}:
                return 1
            regions = None
            if options.backend == "native":
                import mortie  # with the environment of the workers

                regions = mortie.Regions(list(lunes()))
            else:  # which knows no regions
                del truth["locate"], truth["cover"]
            soak = Soak(cluster, client, path, truth, regions)
            try:
                native_threads = soak.alone(200)
                memory = soak.mixed(options.seconds, options.pause)
            except distributed.TimeoutError:
                print(f"stuck: no result in {STUCK} s", client.call_stack())
                raise
            failed = soak.report(native_threads, memory)
    return failed


if __name__ == "__main__":
    sys.exit(main())
