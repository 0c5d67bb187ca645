"""Points on which HEALPix implementations could disagree."""

import numpy as np

TWO_THIRDS = np.degrees(np.arcsin(2 / 3))


def sphere(random, n, _order):
    """Uniform on the sphere, with any usual longitude."""
    return np.degrees(np.arcsin(random.uniform(-1, 1, n))), random.uniform(-360, 360, n)


def edges(random, n, order):
    """On corners and edges of pixels, to a rounding error, and their neighbours."""
    import healpy  # which not every system has

    pixels = random.integers(0, 12 * 4**order, n // 8 + 1)
    vectors = healpy.boundaries(2**order, pixels, step=2, nest=True)
    lon, lat = healpy.vec2ang(vectors.transpose(0, 2, 1).reshape(-1, 3), lonlat=True)
    lat, lon = np.clip(lat[:n], -90, 90), lon[:n]
    for values, limit in ((lat, 90), (lon, 360)):
        towards = limit * random.choice([-1, 1], n)
        for _ in range(2):
            step = random.integers(0, 2, n) == 1
            values[step] = np.nextafter(values, towards)[step]
    return lat, lon


def centres(random, n, order):
    """Centres of pixels of coarser orders: corners of finer ones."""
    import healpy

    coarse = random.integers(0, order + 1)
    lon, lat = healpy.pix2ang(
        2**coarse, random.integers(0, 12 * 4**coarse, n), nest=True, lonlat=True
    )
    return lat, lon - 360 * random.integers(0, 2, n)


def poles(random, n, _order):
    """Within some degrees of a pole, down to a rounding error."""
    lat = 90 - 10.0 ** random.uniform(-15, 1, n)
    lat[: n // 20] = 90
    return lat * random.choice([-1, 1], n), random.uniform(-360, 360, n)


def zones(random, n, _order):
    """Where the two zones of the projection meet, |z| = 2/3."""
    lat = TWO_THIRDS + np.spacing(TWO_THIRDS) * random.integers(-200, 201, n)
    return lat * random.choice([-1, 1], n), random.uniform(-360, 360, n)


def base_cells(random, n, _order):
    """On the meridians that bound base cells, and around them."""
    lon = random.integers(-16, 17, n) * 45.0
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, n)))
    lat[: n // 4] = random.choice([0.0, -0.0, TWO_THIRDS, -TWO_THIRDS, 90.0, -90.0], n // 4)
    return lat, lon + np.spacing(lon) * random.integers(-3, 4, n)


def extremes(random, n, _order):
    """Huge longitudes, denormals and zeros of both signs."""
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, n)))
    lat[::3] = 10.0 ** random.uniform(-323, -5, len(lat[::3]))
    lon = 10.0 ** random.uniform(-323, 300, n) * random.choice([-1, 1], n)
    lon[::5] = random.choice([0.0, -0.0, 180.0, -180.0, 360.0, -360.0, 720.0], len(lon[::5]))
    return lat, lon


MAKERS = (sphere, edges, centres, poles, zones, base_cells, extremes)
