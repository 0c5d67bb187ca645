"""Times of cells beside other packages: ``python benchmarks/bench_cells.py`` prints a table.

All of it in one thread and in one run, the makers of each work in turns. The least time of the
processor counts, in which other processes have no part.
"""

import argparse
import time

import numpy as np

import mortie
import mortie.cells

ORDER = 18


def works(n, many):
    """Give for each work a function of each maker, ours first."""
    import cdshealpix.nested
    import healpy

    random = np.random.default_rng(1)
    nest = random.integers(0, 12 * 4**ORDER, n)
    morton, unsigned = mortie.nest2mort(ORDER, nest), nest.astype("u8")
    around = np.zeros((n, 8), np.int64)
    corners = np.zeros((2, n, 4))
    cells = mortie.nest2mort(ORDER, random.integers(0, 12 * 4**ORDER, many))
    first, second = np.array_split(cells, 2)
    lat = random.uniform(-90, 90, n)
    return {
        "8 neighbours": (n, {
            "mortie": lambda: mortie.mort_neighbours(morton),
            "mortie, out=": lambda: mortie.mort_neighbours(morton, around),
            "healpy": lambda: healpy.get_all_neighbours(2**ORDER, nest, nest=True),
            "np.add of as many": lambda: np.add(around, 1, around),
        }),
        "4 vertices": (n, {
            "mortie": lambda: mortie.mort2vertices(morton),
            "mortie, out=": lambda: mortie.mort2vertices(morton, *corners),
            "cdshealpix": lambda: cdshealpix.nested.vertices(unsigned, ORDER, num_threads=1),
            "healpy": lambda: healpy.boundaries(2**ORDER, nest, 1, nest=True),
        }),
        f"sets of {many:,} cells": (many, {
            "mortie, compact": lambda: mortie.cells.compact(cells),
            "mortie, union of halves": lambda: mortie.cells.union(first, second),
            "np.sort": lambda: np.sort(cells),
            "np.unique": lambda: np.unique(cells),
        }),
        "authalic latitudes": (n, {
            "mortie": lambda: mortie.geodetic2authalic(lat, corners[0].ravel()[:n]),
            "np.sin": lambda: np.sin(lat, corners[0].ravel()[:n]),
        }),
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=1_000_000, help="how many (%(default)s)")
    parser.add_argument("--sets", type=int, default=10_000_000, help="in sets (%(default)s)")
    parser.add_argument("--turns", type=int, default=5, help="of each maker (%(default)s)")
    options = parser.parse_args()
    print(f"kernels: {mortie.kernel()}\n\n| work | maker | ns a cell | × the first |")
    print("| --- | --- | ---: | ---: |")
    for work, (n, makers) in works(options.cells, options.sets).items():
        least = dict.fromkeys(makers, np.inf)
        for _ in range(options.turns):
            for maker, run in makers.items():
                start = time.process_time()
                run()
                least[maker] = min(least[maker], (time.process_time() - start) / n * 1e9)
        ours = next(iter(least.values()))
        for maker, each in least.items():
            print(f"| {work} | {maker} | {each:.1f} | {each / ours:.2f} |", flush=True)


if __name__ == "__main__":
    main()
