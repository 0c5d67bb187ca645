"""Covers and tracks beside other packages: `python benchmarks/bench_regions.py [OTHER]`.

OTHER is a Python that has the published mortie 1.0; mocpy and shapely are used if they are there.
Times are of one thread's CPU, the least of many repeats.
"""

import os
import subprocess
import sys
import time

import numpy as np

os.environ["RAYON_NUM_THREADS"] = "1"  # of packages in Rust
ORDER = 12


def best(function, repeats=100):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        result = function()
        times.append(time.process_time() - start)
    return min(times), result


def ring(vertices):
    """Make a ring of some 4 degrees around 75 S 40 E, with bays if it has many vertices."""
    angle = 2 * np.pi * np.arange(vertices) / vertices
    bays = 0.2 * np.sin(7 * angle) + 0.03 * np.sin(97 * angle) if vertices > 10 else 0.25
    lat = -75 + 4 * (1 + bays) * np.cos(angle)
    return lat, 40 + 4 * (1 + bays) * np.sin(angle) / np.cos(np.radians(lat))


def footprints(n):
    """Make small quadrilaterals south of 60 S, as arrays of n rows."""
    rng = np.random.default_rng(2)
    lat = rng.uniform(-88, -60, (n, 1)) + np.array([-1, -1, 1, 1]) * 0.02
    return lat, rng.uniform(-179, 179, (n, 1)) + np.array([-1, 1, 1, -1]) * 0.02 / np.cos(
        np.radians(lat)
    )


def ground_track(n, kilometres):
    """Make orbits like those of ICESat-2, of 92 degrees of inclination and 7 km a second."""
    angle = np.arange(n + 1) * kilometres / 6371
    slope = np.radians(92)
    lat = np.degrees(np.arcsin(np.sin(slope) * np.sin(angle)))
    lon = np.degrees(np.arctan2(np.cos(slope) * np.sin(angle), np.cos(angle)) - 0.066 * angle)
    return lat, lon


def show(name, seconds, count, unit=None):
    each = f", {seconds / unit * 1e9:.1f} ns each" if unit else ""
    print(f"{name:45s} {seconds * 1e3:9.3f} ms, {count:10,} cells{each}", flush=True)


def published(n):
    """What the published mortie takes; runs in a Python that has it."""
    import mortie

    spherical = {"order": ORDER, "latitude": "geodetic-spherical"}
    lat, lon = ring(2000)
    seconds, cells = best(lambda: mortie.morton_coverage(lat, lon, **spherical))
    show("mortie 1.0, 2000 vertices", seconds, len(cells))
    one = np.array([0, len(lat)])
    seconds, found = best(lambda: mortie.polygons_to_morton_mocs(lat, lon, one, **spherical))
    show("mortie 1.0, 2000 vertices, mixed", seconds, len(found[0]))
    lat, lon = footprints(n)
    many = lat.ravel(), lon.ravel(), np.arange(0, lat.size + 1, 4)
    seconds, found = best(lambda: mortie.polygons_to_morton_mocs(*many, **spherical), 3)
    show(f"mortie 1.0, {n:,} footprints", seconds, len(found[0]), n)


def with_shapely(lat, lon):
    """Find the cells whose centres lie inside: all cells around, and shapely."""
    import shapely

    import mortie

    region = shapely.Polygon(np.column_stack([lon, lat]))
    shapely.prepare(region)
    (west, south, east, north), step = region.bounds, 0.5 * 58.6 / 2**ORDER

    def find():
        x = np.arange(west, east, step / np.cos(np.radians(south + 4)))
        y = np.arange(south, north, step)
        cells = np.unique(mortie.latlon2mort(ORDER, y[:, None], x))
        centre_lat, centre_lon = mortie.mort2latlon(cells)
        return cells[shapely.contains_xy(region, centre_lon, centre_lat)]

    return find


def ours(n):
    import mortie

    for vertices in (2000, 5):
        region = ring(vertices)
        for options in ({}, {"mixed": True}, {"mode": "centre"}):
            seconds, cells = best(lambda o=options, r=region: mortie.cover(r, ORDER, **o))
            show(f"{vertices} vertices {options or ''}", seconds, len(cells))
    many = mortie.Regions([*zip(*footprints(n), strict=True)])
    for options in ({}, {"mixed": True}):
        seconds, (cells, _) = best(lambda o=options: many.cover(ORDER, **o), 3)
        show(f"{n:,} footprints {options or ''}", seconds, len(cells), n)
    for kilometres in (0.7, 7, 70):
        segments = int(min(10**6, 10**7 / kilometres))
        lat, lon = ground_track(segments, kilometres)
        seconds, (cells, *_) = best(lambda a=lat, o=lon: mortie.track(a, o, ORDER), 3)
        show(
            f"a track of {segments:,} segments of {kilometres} km", seconds, len(cells), len(cells)
        )
    try:
        import astropy.units as u
        import mocpy
    except ImportError:
        return
    lat, lon = (u.Quantity(part, u.deg) for part in ring(5))
    seconds, moc = best(lambda: mocpy.MOC.from_polygon(lon, lat, max_depth=ORDER), 5)
    show("mocpy, 5 vertices, mixed", seconds, len(moc.uniq_hpx))
    seconds, cells = best(with_shapely(*ring(2000)), 5)
    show("cells and shapely, 2000 vertices, centres", seconds, len(cells))


if __name__ == "__main__":
    if sys.argv[1:] == ["--published"]:
        published(100_000)
    else:
        ours(100_000)
        if len(sys.argv) > 1:
            subprocess.run([sys.argv[1], __file__, "--published"], check=True)
