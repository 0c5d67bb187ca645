"""Times of `mortie.nullable` on a million elements, a hundredth missing, beside the plain ufunc.

    python benchmarks/bench_missing.py

prints, for each kind of column and each of three ufuncs, the CPU's time over that of the ufunc
alone, each the least of many turns. It needs ``pip install mortie pandas pyarrow``.
"""

import functools
import time

import numpy as np
import pandas as pd
import pyarrow as pa

import mortie

N = 1_000_000
TURNS = 40


def masked(values, gaps):
    return np.ma.array(values, mask=gaps)


def with_nan(values, gaps):
    return np.where(gaps, np.nan, values) if values.dtype.kind == "f" else masked(values, gaps)


def arrow(values, gaps):
    return pa.array(values, mask=gaps)


def chunked(values, gaps):
    whole = arrow(values, gaps)
    return pa.chunked_array([whole[k : k + 100_003] for k in range(0, N, 100_003)])


def pandas(values, gaps):
    dtype = "Float64" if values.dtype.kind == "f" else "Int64"
    return pd.Series(values).astype(dtype).mask(gaps)


def pandas_nan(values, gaps):
    return pd.Series(with_nan(values, gaps)) if values.dtype.kind == "f" else pandas(values, gaps)


def pandas_arrow(values, gaps):
    return pd.Series(arrow(values, gaps), dtype=pd.ArrowDtype(pa.array(values[:1]).type))


KINDS = {
    "NumPy, NaN": with_nan,
    "NumPy, masked": masked,
    "pandas, NaN": pandas_nan,
    "pandas, nullable": pandas,
    "pandas, Arrow": pandas_arrow,
    "Arrow": arrow,
    "Arrow, chunked": chunked,
}


def least(calls):
    """Time calls in turns, and give the least of each."""
    times = np.full((TURNS, len(calls)), np.inf)
    for turn in times:
        for i, call in enumerate(calls):
            start = time.process_time()
            call()
            turn[i] = time.process_time() - start
    return times.min(axis=0)


def main():
    random = np.random.default_rng(1)
    lat, lon = np.degrees(np.arcsin(random.uniform(-1, 1, N))), random.uniform(-180, 180, N)
    morton = mortie.latlon2mort(18, lat, lon)
    gaps = random.random(N) < 0.01
    for ufunc, first, columns in [
        (mortie.latlon2mort, (18,), (lat, lon)),
        (mortie.clip_mort, (6,), (morton,)),
        (mortie.mort2latlon, (), (morton,)),
    ]:
        nullable = functools.partial(mortie.nullable(ufunc), *first)
        calls = [functools.partial(ufunc, *first, *columns)]
        for make in KINDS.values():
            calls.append(functools.partial(nullable, *(make(column, gaps) for column in columns)))
        plain, *others = least(calls)
        print(f"{ufunc.__name__}: {plain * 1e9 / N:.2f} ns an element")
        for kind, seconds in zip(KINDS, others, strict=True):
            print(f"  {kind:18}{seconds / plain:5.2f}")


if __name__ == "__main__":
    main()
