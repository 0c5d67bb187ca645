"""The regions of many random points: ``python benchmarks/bench_many_points.py --points 1e9``.

The points, south of 60 S and each as likely, are made where they are used, block by block. First a
Dask cluster counts them by region, in quarters whose times and memory should be alike; then this
process alone does, and the counts must be the same. Where spherely is installed, S2 finds the
regions of the first block once more. Regions are those of ``bench_locate.py``.

It needs ``pip install 'mortie[dask]'``.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time

import numpy as np
from distributed import Client, LocalCluster

import mortie
from bench_locate import memory, outlines, random_points

BLOCK = 1_000_000


def count(seed: int, regions: mortie.Regions) -> np.ndarray:
    """Count the points of a block by region, those outside first."""
    place = regions.locate(*random_points(BLOCK, seed))
    return np.bincount(place + 1, minlength=len(regions) + 1)


def count_on_dask(blocks: int, regions: mortie.Regions, processes: int) -> np.ndarray:
    """Count the points of all blocks on a cluster."""
    total = np.zeros(len(regions) + 1, np.int64)
    with (
        LocalCluster(processes, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        sent = client.scatter(regions, broadcast=True)
        warm = range(blocks, blocks + 10 * processes)  # of other points
        client.gather(client.map(count, warm, regions=sent))
        for quarter in np.array_split(np.arange(blocks), 4):
            start = time.perf_counter()
            total += sum(client.gather(client.map(count, quarter.tolist(), regions=sent)))
            print(
                f"{len(quarter) * BLOCK:,} points on {processes} processes: "
                f"{time.perf_counter() - start:.1f} s, each then holds "
                f"{max(client.run(memory).values()):.0f} MB",
                flush=True,
            )
    return total


def by_s2(rings: list, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Find the first region of each point with S2."""
    import spherely

    points, place = spherely.points(lon, lat), np.full(len(lat), -1)
    for k, ring in reversed(list(enumerate(rings))):
        polygon = spherely.create_polygon(np.column_stack(ring[::-1]).tolist())
        place[spherely.contains(polygon, points)] = k
    return place


def main() -> int:
    """Count and print; return 1 if counts differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=float, default=1e8)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    blocks, rings = round(options.points / BLOCK), outlines()
    regions = mortie.Regions(rings)
    on_dask = count_on_dask(blocks, regions, options.processes)
    before, start = memory(), time.process_time()
    alone = sum(count(seed, regions) for seed in range(blocks))
    print(
        f"{blocks * BLOCK:,} points in one process: {time.process_time() - start:.1f} s of its "
        f"processor, {memory() - before:.0f} MB more at the end than before; counts "
        + ("are the same" if (same := np.array_equal(on_dask, alone)) else "DIFFER")
    )
    print("outside and in each region:", *alone)
    if importlib.util.find_spec("spherely"):
        lat, lon = random_points(BLOCK, 0)
        differ = np.count_nonzero(by_s2(rings, lat, lon) != regions.locate(lat, lon))
        print(f"S2 finds another region for {differ} of the first {BLOCK:,} points")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
