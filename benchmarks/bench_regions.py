"""Covers and tracks beside other packages: `python benchmarks/bench_regions.py [OTHER]`.

OTHER is a Python that has the published mortie 1.0. Times are of one thread's CPU, the least of
many repeats.
"""

import subprocess
import sys
import time

import numpy as np

ORDER = 12


def best(function, repeats=15):
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


def ground_track(n):
    """Make 15 orbits of an inclination of 92 degrees."""
    angle = np.linspace(0, 30 * np.pi, n)
    slope = np.radians(92)
    lat = np.degrees(np.arcsin(np.sin(slope) * np.sin(angle)))
    lon = np.degrees(np.arctan2(np.cos(slope) * np.sin(angle), np.cos(angle)) - 0.066 * angle)
    return lat, lon


def show(name, seconds, result, unit=None):
    each = f", {seconds / unit * 1e9:.0f} ns each" if unit else ""
    print(f"{name:45s} {seconds * 1e3:9.3f} ms, {len(result):8,} cells{each}", flush=True)


def published():
    """What the published mortie takes; runs in a Python that has it."""
    import mortie

    spherical = {"order": ORDER, "latitude": "geodetic-spherical"}
    lat, lon = ring(2000)
    show("mortie 1.0, flat", *best(lambda: mortie.morton_coverage(lat, lon, **spherical)))
    mixed = mortie.coverage._morton_coverage_moc
    show("mortie 1.0, mixed", *best(lambda: mixed(lat, lon, **spherical)))


def ours():
    import mortie

    for vertices in (2000, 5):
        region = ring(vertices)
        for options in ({}, {"mixed": True}, {"mode": "centre"}):
            name = f"{vertices} vertices {options or ''}"
            show(name, *best(lambda o=options, r=region: mortie.cover(r, ORDER, **o)))
    rng = np.random.default_rng(0)
    lat, lon = rng.uniform(-80, 80, (20_000, 1)), rng.uniform(-180, 180, (20_000, 1))
    angle = np.array([0, 1.5, 3, 4.5])
    lats = lat + 0.05 * np.sin(angle)
    lons = lon + 0.05 * np.cos(angle) / np.cos(np.radians(lat))
    footprints = mortie.Regions([*zip(lats, lons, strict=True)])
    seconds, (cells, _) = best(lambda: footprints.cover(10), 3)
    show("20,000 footprints, order 10", seconds, cells, 20_000)
    lat, lon = ground_track(1_000_000)
    seconds, (cells, *_) = best(lambda: mortie.track(lat, lon, ORDER), 3)
    show("a track of 10**6 segments", seconds, cells, len(cells))
    try:
        import astropy.units as u
        import mocpy
        from astropy.coordinates import SkyCoord
    except ImportError:
        return
    lat, lon = ring(5)
    corners = SkyCoord(lon * u.deg, lat * u.deg)
    show(
        "mocpy, 5 vertices",
        *best(lambda: mocpy.MOC.from_polygon_skycoord(corners, max_depth=ORDER).flatten(), 5),
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--published"]:
        published()
    else:
        ours()
        if len(sys.argv) > 1:
            subprocess.run([sys.argv[1], __file__, "--published"], check=True)
