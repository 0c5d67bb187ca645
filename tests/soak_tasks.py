"""What the workers of soak_dask.py compute; each worker imports this module."""

import functools
import threading
import time
from types import SimpleNamespace

import numba
import numpy as np
import pandas as pd
import psutil

import mortie
from mortie import tools

ROWS = 10  # each ufunc's inputs are broadcast to as many rows, which must be equal
MATRIX = 300
COVER_ORDER = 6


@numba.njit(parallel=True, cache=True)
def digit_sums(normed):
    """Add up the 18 base-4 digits of each address, on threads of numba's own."""
    sums = np.zeros(len(normed), np.int64)
    for i in numba.prange(len(normed)):
        for level in range(18):
            sums[i] += normed[i] >> 2 * level & 3
    return sums


@functools.lru_cache
def load(path):
    with np.load(path) as data:
        arrays = dict(data)
    for array in arrays.values():
        array.flags.writeable = False  # they are shared by the threads
    return arrays


def group(d):
    frame = pd.DataFrame({"cell": mortie.clip_mort(3, d.morton), "value": d.order})
    sums = frame.groupby("cell")["value"].sum()
    return sums.index.to_numpy(), sums.to_numpy()


def matmul(d):
    square = (d.normed[: MATRIX**2] % 64).astype(float).reshape(MATRIX, MATRIX)
    return square @ square


def refused(d):
    lat = d.lat.copy()
    lat[len(lat) // 2] = np.nan
    messages = []
    for call in (
        lambda: mortie.latlon2mort(18, lat, d.lon),
        lambda: mortie.fastNorm2Mort(d.order + 1, d.normed, d.parents),
        lambda: mortie.mort2nest(np.append(d.morton, 15)),
    ):
        try:
            call()
        except ValueError as error:
            messages.append(str(error))
    return np.array(messages)


def missing(d):
    lat = np.ma.array(np.where(d.order < 9, np.nan, d.lat), mask=d.order < 9)
    return mortie.nullable(mortie.latlon2mort)(18, lat, d.lon).filled(0)


def cover(d):
    cells, places = d.regions.cover(COVER_ORDER, mode="centre")
    order = np.lexsort((cells, places))
    return cells[order], places[order]


UFUNCS = {
    "latlon2nest": lambda d: mortie.latlon2nest(29, d.lat, d.lon),
    "latlon2mort": lambda d: mortie.latlon2mort(18, d.lat, d.lon),
    "mort2latlon": lambda d: mortie.mort2latlon(d.morton),
    "fastNorm2Mort": lambda d: mortie.fastNorm2Mort(d.order, d.normed, d.parents),
    "VaexNorm2Mort": lambda d: mortie.VaexNorm2Mort(d.normed, d.parents),
    "nest2mort": lambda d: mortie.nest2mort(18, d.nest),
    "mort2nest": lambda d: mortie.mort2nest(d.morton),
    "mort2norm": lambda d: mortie.mort2norm(d.clipped),
    "mort2order": lambda d: mortie.mort2order(d.clipped),
    "clip_mort": lambda d: mortie.clip_mort(d.order, d.morton),
    "is_mort": lambda d: mortie.is_mort(d.nest),
}
WHOLE = {  # of all points at once
    "nullable": missing,
    "geo2mort": lambda d: tools.geo2mort(d.lat, d.lon),
    "ValueError": refused,
    "BLAS": matmul,
    "pandas": group,
    "numba": lambda d: digit_sums(d.normed),
    "locate": lambda d: d.regions.locate(d.lat, d.lon),
    "cover": cover,
}


def compute(kind, path, points, regions):
    """Give a task's results as a tuple."""
    data = load(path)
    if kind in WHOLE:
        found = WHOLE[kind](SimpleNamespace(**data, regions=regions))
        return found if isinstance(found, tuple) else (found,)
    rows = {
        name: np.broadcast_to(values[points], (ROWS, len(values[points])))
        for name, values in data.items()
    }
    found = UFUNCS[kind](SimpleNamespace(**rows))
    found = found if isinstance(found, tuple) else (found,)
    if any((result != result[0]).any() for result in found):
        raise AssertionError("the rows differ")
    return tuple(result[0] for result in found)


def backend():
    return mortie.backend(), mortie.kernel()


def rest():
    """Take long enough for every thread of the worker to start."""
    time.sleep(0.2)


def native_threads():
    """Count the threads of this process that Python did not start."""
    return psutil.Process().num_threads() - threading.active_count()
