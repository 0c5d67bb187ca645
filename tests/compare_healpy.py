"""Compare latlon2nest with healpy on many millions of points; exit with 1 if any differ."""

import argparse
import sys

import healpy
import numpy as np

import mortie
from points import MAKERS

CHUNK = 500_000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000_000, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the points (%(default)s)")
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    counts = {maker.__name__: [0, 0] for maker in MAKERS}
    for chunk in range(-(-options.points // CHUNK)):
        maker = MAKERS[chunk % len(MAKERS)]
        order = chunk // len(MAKERS) % 30
        lat, lon = maker(random, CHUNK, order)
        expected = healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True)
        count = counts[maker.__name__]
        count[0] += CHUNK
        count[1] += np.count_nonzero(mortie.latlon2nest(order, lat, lon) != expected)
    for name, (points, differing) in counts.items():
        print(f"{name:12} {points:12,} points, {differing:,} differ")
    total, differing = np.sum(list(counts.values()), axis=0)
    print(f"{'all':12} {total:12,} points, {differing:,} differ; kernels: {mortie.kernel()}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
