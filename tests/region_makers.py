"""Regions to try, as GeoJSON geometries: at random, and in the places where errors hide."""

import itertools

import numpy as np

ONE_THIRD = np.degrees(np.arcsin(1 / 3))
TWO_THIRDS = np.degrees(np.arcsin(2 / 3))

# Corners of cells at low orders are among the points of these latitudes and longitudes.
LATS = [0.0, 30.0, -30.0, 90.0, -90.0, TWO_THIRDS, -TWO_THIRDS, ONE_THIRD, 60.0, 10.0, -75.5]
LONS = [0.0, 45.0, 90.0, 135.0, 180.0, -90.0, -45.0, 22.5, 11.25, 67.5, 33.0]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [close(ring) for ring in rings]}


def line(points):
    return {"type": "LineString", "coordinates": [list(map(float, each)) for each in points]}


def close(ring):
    points = [list(map(float, each)) for each in ring]
    return points if points[0] == points[-1] else [*points, points[0]]


def lonlat(vectors):
    x, y, z = np.asarray(vectors).T
    return np.degrees(np.stack([np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))], axis=1))


def unit(lon, lat):
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def direction(random):
    vector = random.normal(size=3)
    return vector / np.linalg.norm(vector)


def around(centre, radii, angles):
    """Give points at distances and directions from a centre, in longitude and latitude."""
    side = np.cross(centre, np.eye(3)[np.argmin(np.abs(centre))])
    side /= np.linalg.norm(side)
    other = np.cross(centre, side)
    directions = np.cos(angles)[:, None] * side + np.sin(angles)[:, None] * other
    return lonlat(np.cos(radii)[:, None] * centre + np.sin(radii)[:, None] * directions)


def angles_of(random, n):
    """Give increasing directions, none of which is half a turn or more from the next."""
    return (np.arange(n) + random.uniform(0, 0.9, n)) * 2 * np.pi / n


def star(random, n=None, size=None, centre=None):
    """Give the ring of a polygon that is a star about its centre, counter-clockwise."""
    n = random.integers(3, 20) if n is None else n
    size = 10 ** random.uniform(-3, 0) if size is None else size
    centre = direction(random) if centre is None else centre
    return around(centre, size * random.uniform(0.3, 1, n), angles_of(random, max(n, 3)))


def convex(random, n=None, size=None):
    """Give a ring of points on one small circle."""
    n = random.integers(3, 12) if n is None else n
    size = 10 ** random.uniform(-2, 0) if size is None else size
    return around(direction(random), np.full(n, size), angles_of(random, n))


def random_polygon(random):
    return polygon(star(random))


def with_hole(random):
    centre, size = direction(random), 10 ** random.uniform(-2, 0)
    outer = around(centre, size * random.uniform(0.8, 1, 12), angles_of(random, 12))
    inner = around(centre, size * random.uniform(0.1, 0.5, 7), angles_of(random, 7))
    # Holes run either way in what people hold.
    return polygon(outer, inner if random.integers(2) else inner[::-1])


def several(random):
    """Give a multipolygon of parts that lie apart."""
    axes = np.linalg.qr(random.normal(size=(3, 3)))[0]
    rings = [star(random, size=0.5, centre=axis) for axis in axes]
    return {"type": "MultiPolygon", "coordinates": [[close(ring)] for ring in rings]}


def random_line(random):
    points = [direction(random)]
    for _ in range(random.integers(1, 6)):
        step = direction(random) * 10 ** random.uniform(-3, 0.3)
        points.append((points[-1] + step) / np.linalg.norm(points[-1] + step))
    return line(lonlat(points))


def random_points(random):
    points = lonlat([direction(random) for _ in range(5)])
    return {"type": "MultiPoint", "coordinates": points.tolist()}


def collection(random):
    return {
        "type": "GeometryCollection",
        "geometries": [random_polygon(random), random_line(random), random_points(random)],
    }


def about_a_pole(random):
    """Give a ring about a pole, the wider side of a hemisphere sometimes."""
    pole = random.choice([-1, 1])
    n = random.integers(3, 15)
    lat = pole * (90 - 10 ** random.uniform(-9, 1.8, n))
    return polygon(np.stack([np.degrees(angles_of(random, n)) - 180, lat], axis=1))


def vertex_at_a_pole(random):
    """Give a ring through a pole that is given with any longitude, off or along meridians."""
    pole = random.choice([-1, 1])
    west = random.choice([0.0, 45.0, 90.0, -90.0, random.uniform(-180, 180)])
    east = west + random.choice([45.0, 90.0, 135.0, 170.0])
    far = random.uniform(-85, 85, 2)
    tip = (random.choice([*LONS, random.uniform(-180, 180)]), 90.0 * pole)
    return polygon([(west, far[0]), tip, (east, far[1])])


def places(random, n):
    """Give points in special places, now and then some roundings away from them."""
    points = np.stack([random.choice(LONS, n), random.choice(LATS, n)], axis=1)
    for column in points.T:
        step = random.integers(0, 4, n) == 0
        column[step] = np.nextafter(column, 0)[step]
    return points


def special_triangle(random):
    """Give three special places, two of which are no antipodes and no two the same."""
    while True:
        points = places(random, 3)
        vectors = unit(*points.T)
        apart = [np.linalg.norm(np.cross(a, b)) for a, b in itertools.combinations(vectors, 2)]
        if min(apart) > 1e-3 and abs(np.linalg.det(vectors)) > 1e-3:
            return polygon(points)


def special_line(random):
    while True:
        points = places(random, 2)
        a, b = unit(*points.T)
        if np.linalg.norm(np.cross(a, b)) > 1e-3:
            return line(points)


def on_corners(random):
    """Give a triangle between corners of cells, to within a rounding error."""
    import region_oracle

    order = random.integers(0, 4)
    while True:
        i, j = region_oracle.place_of(order, random.integers(0, 12 * 4**order, 3))
        n = 2**order
        corners = [
            np.array(region_oracle.point_on_map(int(a) / n, int(b) / n), float)
            for a, b in zip(i, j, strict=True)
        ]
        apart = [np.linalg.norm(np.cross(a, b)) for a, b in itertools.combinations(corners, 2)]
        if min(apart) > 1e-3 and abs(np.linalg.det(corners)) > 1e-3:
            return polygon(lonlat(corners))


def through_a_corner(random):
    """Give an arc that passes a corner on the equator exactly, by symmetry."""
    lon = random.choice([0.0, 45.0, 90.0, 22.5, -45.0])
    east, north = random.integers(1, 40, 2).astype(float)
    return line([(lon - east, -north), (lon + east, north)])


def along_a_meridian(random):
    lon = random.choice([0.0, 90.0, -90.0, 45.0, 180.0])
    low, high = np.sort(random.choice(np.arange(-90, 91, 10.0), 2, replace=False))
    if random.integers(2) and high - low < 180:
        return line([(lon, low), (lon, high)])
    low, high = max(low, -80), min(high, 80)
    return polygon([(lon, low), (lon + random.choice([30, 45, 90]), low + 5), (lon, high + 9)])


def sliver(random, width=1e-12):
    """Give a triangle some width in radians."""
    a, b = direction(random), direction(random)
    normal = np.cross(a, b) / np.linalg.norm(np.cross(a, b))
    middle = (a + b) / np.linalg.norm(a + b) + width * normal
    return polygon(lonlat([a, b, middle]))


def nearly_antipodal(random):
    lon, lat = random.uniform(-180, 180), random.uniform(-80, 80)
    off = 10.0 ** random.uniform(-9, -1)
    return line([(lon, lat), (lon + 180 + off, -lat + off / 3)])


def repeated(random):
    """Give a star whose vertices come several times, not closed."""
    ring = np.repeat(star(random), random.integers(1, 4), axis=0)
    return {"type": "Polygon", "coordinates": [np.append(ring, ring[:1], axis=0).tolist()]}


def spiked(random):
    """Give a triangle from a vertex of which an edge goes out and the same way back."""
    ring = star(random, n=4, size=0.3)
    a, b = unit(*ring[0]), unit(*ring[2])
    out = a + 0.5 * (a - b)
    tip = lonlat([out / np.linalg.norm(out)])[0]
    return polygon([ring[0], tip, ring[0], *ring[1:]])


def touching(random):
    """Give two triangles in one ring that meet in a vertex."""
    centre = direction(random)
    angles = np.array([0.1, 0.9, 3.3, 4.1]) + random.uniform(0, 6)
    a, b, c, d = around(centre, np.full(4, 0.2), angles)
    [middle] = lonlat([centre])
    return polygon([middle, a, b, middle, c, d])


USUAL = (random_polygon, with_hole, several, random_line, random_points, collection)
UNUSUAL = (
    *(about_a_pole, vertex_at_a_pole, special_triangle, special_line, on_corners, through_a_corner),
    *(along_a_meridian, sliver, nearly_antipodal, repeated, spiked, touching),
)
