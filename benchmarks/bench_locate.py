"""Points in regions beside geopandas and `latlon2mort`: `python benchmarks/bench_locate.py`.

The regions are the Antarctic drainage systems of `shared/data`, beside the checkout, or rings of as
many vertices where they are not. geopandas, if it is installed, joins in the plane of EPSG:3031.
Times are of one thread's CPU, the least of many repeats in turns.
"""

import time
from pathlib import Path

import numpy as np

import mortie

DATA = Path(__file__).parents[2] / "shared" / "data" / "antarctica_drainage.npz"
POINTS = 1_000_000


def least(functions, repeats=20):
    """Time functions in turns."""
    times = [[] for _ in functions]
    for _ in range(repeats):
        for function, own in zip(functions, times, strict=True):
            start = time.process_time()
            function()
            own.append(time.process_time() - start)
    return [min(own) for own in times]


def memory():
    """Give the memory of this process, in MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return np.nan
    [line] = [each for each in status.read_text().splitlines() if each.startswith("VmRSS")]
    return int(line.split()[1]) / 1e3


def outlines():
    """Give the rings of 27 regions, of 1.2 million vertices in all."""
    if DATA.exists():
        with np.load(DATA) as data:
            lat, lon, number = (data[name] for name in ("lat", "lon", "polygon_id"))
        return [(lat[number == each], lon[number == each]) for each in np.unique(number)]
    angle = np.linspace(0, 2 * np.pi, 45_000, endpoint=False)
    rings = []
    for k in range(27):
        size = 4 + 0.3 * np.sin(9 * angle + k) + 0.02 * np.sin(997 * angle)
        rings.append((-78 + size * np.cos(angle), 13 * k + 1.2 * size * np.sin(angle)))
    return rings


def random_points(n, seed=1):
    """Give points south of 60 S, each of which is as likely."""
    random = np.random.default_rng(seed)
    z = random.uniform(-1, -np.sin(np.radians(60)), n)
    return np.degrees(np.arcsin(z)), random.uniform(-180, 180, n)


def tracks(n):
    """Give points along a hundred passes."""
    along = np.linspace(-60, -88, n // 100)
    lat = np.concatenate([along[:: (-1) ** k] for k in range(100)])
    lon = np.concatenate([3.6 * k - 180 + (along + 60) / 2 for k in range(100)])
    return lat, lon


def main():
    """Measure."""
    rings = outlines()
    before, start = memory(), time.process_time()
    regions = mortie.Regions(rings)
    regions.locate(0, 0)
    print(f"{regions}: {time.process_time() - start:.2f} s, {memory() - before:.0f} MB")
    out = np.empty(POINTS, np.int64)
    for name, (lat, lon) in (("random", random_points(POINTS)), ("tracks", tracks(POINTS))):
        encode, locate = least(
            [
                lambda lat=lat, lon=lon: mortie.latlon2mort(18, lat, lon, out=out),
                lambda lat=lat, lon=lon: regions.locate(lat, lon),
            ]
        )
        nanoseconds = [seconds / POINTS * 1e9 for seconds in (encode, locate)]
        print(
            f"{name}: latlon2mort {nanoseconds[0]:.1f} ns, locate {nanoseconds[1]:.1f} ns a point, "
            f"{locate / encode:.2f} times as long"
        )
    try:
        import geopandas
        import shapely
        from pyproj import Transformer
    except ImportError:
        print("geopandas is not installed")
        return
    project = Transformer.from_crs("OGC:CRS84", "EPSG:3031", always_xy=True).transform
    n = POINTS // 20
    lat, lon = (each[:n] for each in random_points(POINTS))
    planar = geopandas.GeoDataFrame(
        geometry=[shapely.Polygon(np.column_stack(project(ring[1], ring[0]))) for ring in rings],
        crs=3031,
    )
    points = geopandas.GeoDataFrame(geometry=shapely.points(*project(lon, lat)), crs=3031)
    join, locate = least(
        [
            lambda: geopandas.sjoin(points, planar, predicate="within"),
            lambda: regions.locate(lat, lon),
        ],
        3,
    )
    print(
        f"geopandas.sjoin: {join / n * 1e9:.0f} ns a point, "
        f"{join / locate:.0f} times as long as locate"
    )


if __name__ == "__main__":
    main()
