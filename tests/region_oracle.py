"""Which cells a region meets, decided in 60-digit arithmetic, without the code under test.

A region is a GeoJSON geometry (longitude and latitude in degrees, taken exactly) or a `Disc`. Its
boundary consists of curves p(a), a in [0, end]: arcs of great circles, circles, and edges that are
straight in longitude and latitude. On the map of Calabretta and Roukema (2007), section 5, turned
by 45 degrees, every cell is a square: its sides are lines at whole numbers of ``east`` and ``west``
in units of cells. So a curve is walked from crossing to crossing of these lines, and between two
of them it lies in one cell.

All crossings are found: f = east or west has a bounded second derivative, |f''| <= M, so on an
interval of length h it leaves the straight line through its ends by M h**2 / 8 at most, and is
monotone where |f1 - f0| > M h**2. Intervals that neither show that there is no crossing nor are
monotone are halved. This is done in doubles for all curves at once; curves that come nearer to a
corner, to touching a line, or with an end to a line than `NEAR`, are walked again in mpmath.
"""

from __future__ import annotations

import functools
import itertools
from typing import NamedTuple

import mpmath
import numpy as np
from mpmath import mp, mpf

import exact

mp.dps = 60

NEAR = 1e-9  # in units of base cells: what doubles leave open; their errors are below 1e-13
SAME = mpf(10) ** -30  # in 60 digits: what can't be told from zero
# East and west change by less than 1.7 for each radian; near a corner they can be nearer to whole
# numbers than the corner is to the curve. Whatever the tolerance allows is allowed here.
STEEP = 4.0
TOLERANCE = 1e-12  # radians, of the contract
PLANAR_TOLERANCE = 1e-9

NORTH, MIDDLE, SOUTH = 1, 0, -1


class Disc(NamedTuple):
    """A disc, in degrees."""

    lat: float
    lon: float
    radius: float


# --- points in 60 digits ---


def vector(lat, lon):
    """Give the unit vector of a point; exact zeros and ones at multiples of 90 degrees."""
    lat, lon = mpf(float(lat)) / 180, mpf(float(lon)) / 180
    around = mp.cospi(lat)
    return (around * mp.cospi(lon), around * mp.sinpi(lon), mp.sinpi(lat))


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a, b):
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def length(a):
    return mp.sqrt(dot(a, a))


def quarters(x, y, q):
    """Turn a vector back by q quarter turns."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[q % 4]


# --- the map ---


def project(x, y, z, zone, q):
    """Give east and west, in units of base cells, by the formulas of a zone and quarter."""
    x, y = quarters(x, y, q)
    t = mp.atan2(y, x) * 2 / mp.pi
    if zone == MIDDLE:
        return q + t + z * 3 / 4 + 0.5, z * 3 / 4 - q - t + 0.5
    # sqrt(3 (1 - |z|)), without cancellation
    sigma = mp.sqrt(3 * (x * x + y * y) / (1 + abs(z)))
    if zone == NORTH:
        return q + 2 - sigma * (1 - t), 1 - q - sigma * t
    return q + sigma * t, -1 - q + sigma * (1 - t)


def cell_of(order, i, j):
    """Give the NESTED number of the cell between whole numbers of east and west; -1 for none."""
    i, j = np.asarray(i, np.int64), np.asarray(j, np.int64)
    big_i, big_j = i >> order, j >> order
    row = big_i + big_j
    base = np.select(
        [row == 1, row == 0, row == -1], [-big_j % 4, 4 + big_i % 4, 8 + big_i % 4], -1
    )
    ix, iy = (each & ((1 << order) - 1) for each in (i, j))
    nest = base << 2 * order
    for k in range(order):
        nest = nest | (ix >> k & 1) << 2 * k | (iy >> k & 1) << 2 * k + 1
    return np.where(base < 0, -1, nest)


def place_of(order, nest):
    """Give east and west, in units of cells, of a cell's southern corner."""
    nest = np.asarray(nest, np.int64)
    base = nest >> 2 * order
    ix, iy = np.zeros_like(nest), np.zeros_like(nest)
    for k in range(order):
        ix |= (nest >> 2 * k & 1) << k
        iy |= (nest >> 2 * k + 1 & 1) << k
    column = base % 4
    big_i = np.where(base < 4, column + 1, column)
    big_j = np.where(base < 8, -column, -1 - column)
    return (big_i << order) + ix, (big_j << order) + iy


def point_on_map(east, west):
    """Give the vector of one point of the map, in units of base cells."""
    up, along = (east + west - 1) / 2, (east - west) / 2
    z = up * 4 / 3
    if abs(up) > 0.5:
        sigma = 2 - 2 * abs(up)
        middle = mpmath.floor(along) + mpf(1) / 2
        if sigma > 0:
            along = middle + (along - middle) / sigma
        z = (1 - sigma * sigma / 3) * (1 if up > 0 else -1)
    around = mp.sqrt(1 - z * z)
    return (
        around * mp.cos(along * mp.pi / 2),
        around * mp.sin(along * mp.pi / 2),
        z,
    )


def centres(order, nest):
    """Give the vectors of the centres of cells, in doubles."""
    i, j = place_of(order, nest)
    up, along = (i + j + 1 - 2**order) / 2 ** (order + 1), (i - j) / 2 ** (order + 1)
    sigma = 2 - 2 * np.abs(up)
    cap = sigma < 1
    middle = np.floor(along) + 0.5
    along = np.where(cap, middle + (along - middle) / np.where(cap, sigma, 1), along)
    z = np.where(cap, np.sign(up) * (1 - sigma**2 / 3), up * 4 / 3)
    around = np.where(cap, sigma * np.sqrt((2 - sigma**2 / 3) / 3), np.sqrt(1 - z**2))
    return np.stack(
        [around * np.cos(along * np.pi / 2), around * np.sin(along * np.pi / 2), z], axis=-1
    )


def exact_centre(order, nest):
    """Give the vector of one cell's centre in 60 digits."""
    i, j = map(int, place_of(order, nest))
    n = mpf(2) ** order
    return point_on_map((i + mpf(1) / 2) / n, (j + mpf(1) / 2) / n)


# --- curves ---


class Circle:
    """p = middle + one cos(a) + two sin(a): an arc of a great circle, a circle, or a point."""

    def __init__(self, middle, one, two, end):
        self.coefficients, self.end = (middle, one, two), end
        self.speed = length(one)
        self.great = middle == (0, 0, 0)
        self.turn = abs(cross(one, two)[2])  # z of the normal, for great circles
        if self.turn < SAME:
            self.turn = mpf(0)
        self.wide = [mp.hypot(one[axis], two[axis]) for axis in (0, 1)]

    def at(self, a):
        """Give the point at a parameter."""
        c, s = mp.cos(a), mp.sin(a)
        return tuple(m + u * c + v * s for m, u, v in zip(*self.coefficients, strict=True))

    def breaks(self):
        """Where zones and quarters change, and where z turns round."""
        middle, one, two = self.coefficients
        for axis, values in ((2, (mpf(2) / 3, -mpf(2) / 3)), (0, (0,)), (1, (0,))):
            size = mp.hypot(one[axis], two[axis])
            if size < SAME:
                continue
            phase = mp.atan2(two[axis], one[axis])
            if axis == 2:
                yield from (phase, phase + mp.pi)
            for value in values:
                ratio = (value - middle[axis]) / size
                if abs(ratio) <= 1:
                    yield from (phase + mp.acos(ratio), phase - mp.acos(ratio))

    def steepness(self, zone, axis, h, sigma, aside):
        """Bound |f''|, f being east or west in units of base cells; see `bounds`."""
        numbers = (self.speed, self.great, self.turn, self.wide[axis], sigma, aside, h)
        return float(bounds(zone, *map(float, numbers)))


class Planar:
    """An edge straight in longitude and latitude; `end` is 1."""

    def __init__(self, start, stop):
        self.start, self.stop, self.end = start, stop, mpf(1)
        # In half turns.
        self.lon, self.lat = (mpf(float(each)) / 180 for each in start)
        self.dlon, self.dlat = (
            mpf(float(b)) / 180 - mpf(float(a)) / 180 for a, b in zip(start, stop, strict=True)
        )
        self.speed = mp.hypot(self.dlon, self.dlat) * mp.pi

    def at(self, a):
        """Give the point at a parameter."""
        lat, lon = self.lat + a * self.dlat, self.lon + a * self.dlon
        around = mp.cospi(lat)
        return (around * mp.cospi(lon), around * mp.sinpi(lon), mp.sinpi(lat))

    def breaks(self):
        """Give where the formulas of the map may change."""
        if self.dlat:
            for z in (mpf(2) / 3, -mpf(2) / 3):
                yield (mp.asin(z) / mp.pi - self.lat) / self.dlat
        if self.dlon:
            ends = sorted((self.lon, self.lon + self.dlon))
            for q in range(int(mp.floor(2 * ends[0])), int(mp.ceil(2 * ends[1])) + 1):
                yield (mpf(q) / 2 - self.lon) / self.dlon

    def steepness(self, zone, _axis, _h, _sigma, _aside):
        """Bound |f''|, f being east or west in units of base cells."""
        down, along = (float(abs(each) * mp.pi) for each in (self.dlat, self.dlon))
        # z'' <= dlat**2; sigma = sqrt(6) sin(colatitude / 2) and t = 2 / pi longitude.
        return 0.75 * down**2 if zone == MIDDLE else 0.62 * down**2 + 1.57 * down * along


def bounds(zone, speed, great, turn, wide, sigma, aside, h):
    """Bound |f''| over an interval of length h of a circle (scalars, or arrays of them).

    In the middle zone f is 2 / pi longitude +- 3 / 4 z. Its gradient is below 1.61 and its Hessian
    below 1.15 for |z| <= 2 / 3. In a cap, (u, v) = sigma (cos, sin) = sqrt(3 / (1 + z)) (x, y) has
    derivatives below 1.4 and 1.1, and f, homogeneous of degree 1 in (u, v), a gradient below 1.2
    and a Hessian below 1 / sigma. `sigma` is that of the middle; it changes by 1.4 speed at most.

    Arcs of great circles along a meridian or close to a pole need a better one: let the angle from
    the meridian that f is measured from be l, then f = 2 / pi v g(l), g = l / sin(l) and v = sqrt(3
    / (1 + z)) y. Let `wide` be the greatest |y| of the circle: then |v| < 1.35 wide, |v'| < 1.8
    wide, |v''| < 2.9 wide; g < 1.58, g' < 0.64 l, g'' < 1.58; |l'| <= turn / r**2 and |l''| <=
    2 turn / r**3, where r is the least distance from the axis, >= 0.57 sigma, and turn the
    z of the normal. `aside` is 2 / pi l of the middle.
    """
    if zone == MIDDLE:
        return 1.15 * speed**2 + 1.61 * speed
    least = np.maximum(sigma - 0.7 * speed * h, 1e-60)
    any_circle = 2 * speed**2 / least + 1.3 * speed**2 + 1.7 * speed
    r = 0.57 * least
    first, second = turn / r**2, 2 * turn / r**3
    angle = np.minimum(1.58 * aside + first * h / 2, 1.58)
    along = 4.6 + 2.31 * angle * first + 2.14 * first**2 + 0.87 * angle * second
    return np.where(great, np.minimum(any_circle, 0.64 * wide * along), any_circle)


def arc(a, b):
    """Give the shorter arc of a great circle between two unit vectors."""
    normal = cross(a, b)
    size = length(normal)
    if size < SAME:
        return Circle((mpf(0),) * 3, a, (mpf(0),) * 3, mpf(0))
    normal = tuple(each / size for each in normal)
    return Circle((mpf(0),) * 3, a, cross(normal, a), mp.atan2(size, dot(a, b)))


def circle(disc):
    """Give the circle around a disc."""
    centre, radius = vector(disc.lat, disc.lon), mpf(float(disc.radius)) / 180
    side = vector(disc.lat - 90, disc.lon)
    other = cross(centre, side)
    c, s = mp.cospi(radius), mp.sinpi(radius)
    end = 2 * mp.pi if s else mpf(0)
    return Circle(*(tuple(f * x for x in v) for f, v in ((c, centre), (s, side), (s, other))), end)


def pieces(curve):
    """Cut a curve where the formulas of the map change; give ends, zone and quarter of each."""
    turn = 2 * mp.pi if isinstance(curve, Circle) else None
    cuts = {mpf(0), curve.end}
    for a in curve.breaks():
        if turn is not None:
            a -= mp.floor(a / turn) * turn
        if 0 < a < curve.end:
            cuts.add(a)
    cuts = sorted(cuts)
    for low, high in itertools.pairwise(cuts):
        x, y, z = curve.at((low + high) / 2)
        zone = MIDDLE if 3 * abs(z) <= 2 else NORTH if z > 0 else SOUTH
        q = int(mp.floor(mp.atan2(y, x) * 2 / mp.pi)) % 4
        yield low, high, zone, q


# --- what a point touches, in 60 digits ---


def map_places(point, tolerance):
    """Give every east and west of a point, or of points of the next quarters within a tolerance."""
    x, y, z = point
    zone = MIDDLE if 3 * abs(z) <= 2 else NORTH if z > 0 else SOUTH
    for q in range(4):
        u, v = quarters(x, y, q)
        if u >= -tolerance and v >= -tolerance:
            u, v = max(u, mpf(0)), max(v, mpf(0))
            if not u and not v:  # a pole
                u = SAME
            yield project(*quarters(u, v, -q), z, zone, q)


def touched(point, order, tolerance):
    """Give the cells that a point is in, or further from than the tolerance by no coordinate."""
    n = 2**order
    found = set()
    for east, west in map_places(point, tolerance):
        ranges = [
            range(int(mp.floor((f - tolerance) * n)), int(mp.floor((f + tolerance) * n)) + 1)
            for f in (east, west)
        ]
        for i in ranges[0]:
            for j in ranges[1]:
                found.add(int(cell_of(order, i, j)))
    return found - {-1}


def deep(point, order, nest):
    """Give how far inside a cell a point lies, in units of base cells."""
    n = 2**order
    i, j = map(int, place_of(order, nest))
    best = mpf(-1)
    for east, west in map_places(point, SAME):
        for turn in (0, 4, -4):
            inside = min(
                east * n + turn * n - i,
                i + 1 - east * n - turn * n,
                west * n - turn * n - j,
                j + 1 - west * n + turn * n,
            )
            best = max(best, inside / n)
    return best


# --- walks ---


class Walk(NamedTuple):
    """What a curve does at one order.

    `cells` are those that it runs through one after the other, `entered` where (0 to `end`, and the
    end itself last). It meets the closed cells of `met`, may be said to meet those of `near`, and
    surely runs through the inside of those of `through`.
    """

    cells: list
    entered: list
    met: set
    near: set
    through: set


def walk_exactly(curve, order, tolerance=TOLERANCE):
    """Walk one curve in 60 digits."""
    events = [mpf(0), curve.end]
    for low, high, zone, q in pieces(curve):
        events.append(low)
        for which in (0, 1):
            events += crossings(curve, order, low, high, zone, q, which, STEEP * tolerance)
    events.sort()
    merged = events[:1]
    for a in events[1:]:
        if a - merged[-1] > SAME:
            merged.append(a)
    slack = STEEP * tolerance
    met, near, through = set(), set(), set()
    for a in merged:
        point = curve.at(a)
        met |= touched(point, order, SAME)
        near |= touched(point, order, slack)
    cells, entered = [], []
    for a, b in itertools.pairwise(merged):
        point = curve.at((a + b) / 2)
        inside = touched(point, order, SAME)
        met |= inside
        near |= inside | touched(point, order, slack)
        for nest in inside:
            if deep(point, order, nest) > slack:
                through.add(nest)
        if not cells or cells[-1] != inside:
            cells.append(inside)
            entered.append(a)
    if not cells:  # a point
        cells, entered = [touched(curve.at(mpf(0)), order, SAME)], [mpf(0)]
    return Walk(cells, [*entered, curve.end], met, near | met, through)


def crossings(curve, order, low, high, zone, q, which, slack):
    """Find every parameter at which a piece crosses or touches a line, or nearly touches it."""
    n = 2**order

    @functools.cache
    def f(a):
        return project(*curve.at(a), zone, q)[which] * n

    found, waiting, count = [], [(low, high)], 0
    while waiting:
        a, b = waiting.pop()
        count += 1
        if count > 20_000:
            raise RuntimeError("a curve follows a line too closely for this oracle")
        fa, fb, h = f(a), f(b), b - a
        x, y, z = curve.at((a + b) / 2)
        r = mp.hypot(x, y)
        sigma = mp.sqrt(3 / (1 + abs(z))) * r
        value = f((a + b) / 2)
        nearest = mp.nint(value)
        if max(abs(fa - nearest), abs(value - nearest), abs(fb - nearest)) < SAME * n:
            # Along a line: circles do so only on meridians, so three points suffice.
            continue
        # Distance from the meridian that bounds the quarter; unless that is what f measures,
        # the other bound is the better one.
        u, v = quarters(x, y, q)
        t = mp.atan2(v, u) * 2 / mp.pi
        first = (which == 0) == (zone == SOUTH)
        aside = t if first else 1 - t
        axis = (q + first) % 2
        steep = n * curve.steepness(zone, axis, h, sigma, abs(aside))
        least, most = min(fa, fb), max(fa, fb)
        spread = steep * h * h / 8 + SAME
        if spread < slack * n and touches(value, value, 2 * slack * n):
            found.append((a + b) / 2)
        lines = range(int(mp.ceil(least - spread)), int(mp.floor(most + spread)) + 1)
        if not lines:
            # Where it turns round so near to a line, its ends are also so near, if it is short.
            if spread >= slack * n and touches(least - spread, most + spread, 2 * slack * n):
                middle = (a + b) / 2
                waiting += [(a, middle), (middle, b)]
            continue
        if most - least > steep * h * h:
            for line in lines:
                if least - SAME <= line <= most + SAME:
                    found.append(root(f, a, b, fa - line, fb - line, line))
        elif spread < 2 * SAME or h < mpf(10) ** -32:
            found.append((a + b) / 2)
        else:
            middle = (a + b) / 2
            waiting += [(a, middle), (middle, b)]
    return found


def touches(least, most, slack):
    """Return whether a whole number lies in an interval, made longer by some slack."""
    return mp.ceil(least - slack) <= mp.floor(most + slack)


def root(f, a, b, fa, fb, line):
    """Find where a monotone function is equal to a number: the Illinois method."""
    if abs(fa) < SAME:
        return a
    if abs(fb) < SAME:
        return b
    side = 0
    for _ in range(200):
        c = b - fb * (b - a) / (fb - fa)
        fc = f(c) - line
        if abs(fc) < mpf(10) ** -50 or b - a < mpf(10) ** -50:
            return c
        if (fc > 0) == (fb > 0):
            b, fb = c, fc
            if side == -1:
                fa /= 2
            side = -1
        else:
            a, fa = c, fc
            if side == 1:
                fb /= 2
            side = 1
    raise RuntimeError("no root was found")


class Sheaf:
    """Curves of one kind as arrays of doubles."""

    def __init__(self, curves):
        self.ends = np.array([float(each.end) for each in curves])
        self.planar = bool(curves) and isinstance(curves[0], Planar)
        if self.planar:
            self.start = np.array([[each.lon, each.lat] for each in curves], float) * np.pi
            self.step = np.array([[each.dlon, each.dlat] for each in curves], float) * np.pi
        else:
            self.coefficients = np.array([each.coefficients for each in curves], float)
            self.great = np.array([each.great for each in curves])
            self.turn = np.array([each.turn for each in curves], float)
            self.wide = np.array([each.wide for each in curves], float)
        self.speed = np.array([each.speed for each in curves], float)

    def at(self, which, a):
        """Give the point at a parameter."""
        if self.planar:
            lon, lat = self.start[which].T + self.step[which].T * a
            return np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
        middle, one, two = self.coefficients[which].transpose(1, 2, 0)
        return middle + one * np.cos(a) + two * np.sin(a)

    def steepness(self, which, zone, axis, h, sigma, aside):
        """Bound |f''|, f being east or west in units of base cells."""
        if self.planar:
            along, down = np.abs(self.step[which].T)
            cap = 0.62 * down**2 + 1.57 * down * along
            return np.where(zone == MIDDLE, 0.75 * down**2, cap)
        arguments = (self.speed[which], self.great[which], self.turn[which])
        arguments += (self.wide[which, axis], sigma, aside, h)
        return np.where(zone == MIDDLE, bounds(MIDDLE, *arguments), bounds(NORTH, *arguments))


def project_all(x, y, z, zone, q):
    """Do as `project` does, for arrays of zones and quarters."""
    cos, sin = np.array([1, 0, -1, 0])[q % 4], np.array([0, 1, 0, -1])[q % 4]
    t = np.arctan2(cos * y - sin * x, cos * x + sin * y) * 2 / np.pi
    sigma = np.sqrt(3 * (x * x + y * y) / (1 + np.abs(z)))
    zones = [zone == MIDDLE, zone == NORTH]
    east = np.select(zones, [q + t + 0.75 * z + 0.5, q + 2 - sigma * (1 - t)], q + sigma * t)
    west = np.select(zones, [0.75 * z - q - t + 0.5, 1 - q - sigma * t], -1 - q + sigma * (1 - t))
    return np.stack([east, west]), sigma, t


def walk_all(curves, order, tolerance=TOLERANCE):
    """Walk curves of one kind, in doubles where these decide."""
    if not curves:
        return []
    n = 2.0**order
    near_line = max(NEAR, 10 * STEEP * tolerance)
    sheaf = Sheaf(curves)
    rows = [
        (i, float(low), float(high), zone, q)
        for i, curve in enumerate(curves)
        for low, high, zone, q in pieces(curve)
    ]
    unsure = sheaf.ends == 0
    events = [np.zeros((0, 2))]
    if rows:
        table = np.array(rows)
        which, zone, q = (table[:, c].astype(int) for c in (0, 3, 4))
        low, high = table[:, 1], table[:, 2]
        # Where a curve goes from one quarter of a cap to the next it crosses a line.
        events.append(table[:, :2])
        events.append(table[:, [0, 2]])
        which, zone, q, low, high = (np.tile(each, 2) for each in (which, zone, q, low, high))
        f = np.repeat([0, 1], len(rows))
        for _ in range(60):
            if not len(which):
                break
            ends = []
            for a in (low, high, (low + high) / 2):
                both, sigma, t = project_all(*sheaf.at(which, a), zone, q)
                ends.append(np.where(f == 0, both[0], both[1]) * n)
            fa, fb, _ = ends
            beside = (np.abs(ends - np.rint(ends[2])) < n * near_line).all(axis=0)
            unsure[which[beside]] = True  # it follows a line
            h = high - low
            first = (f == 0) == (zone == SOUTH)
            aside = np.abs(np.where(first, t, 1 - t))
            steep = n * sheaf.steepness(which, zone, (q + first) % 2, h, sigma, aside)
            spread = steep * h * h / 8 + n * 2 * STEEP * tolerance
            least, most = np.minimum(fa, fb), np.maximum(fa, fb)
            some = np.ceil(least - spread) <= np.floor(most + spread)
            monotone = some & (most - least > steep * h * h + n * 1e-13)
            if monotone.any():
                events.append(roots(sheaf, which, zone, q, f, low, high, least, most, n, monotone))
            tiny = some & ~monotone & (h * sheaf.speed[which] < 1e-5)
            unsure[which[tiny]] = True
            again = some & ~monotone & ~tiny & ~unsure[which]
            middle = (low + high)[again] / 2
            which, zone, q, f = (np.tile(each[again], 2) for each in (which, zone, q, f))
            low, high = np.append(low[again], middle), np.append(middle, high[again])
        unsure[which] = True
    events = np.concatenate(events)
    walks = [None] * len(curves)
    by_curve = events[np.lexsort(events.T[::-1])]
    starts = np.searchsorted(by_curve[:, 0], np.arange(len(curves) + 1))
    for i, curve in enumerate(curves):
        if not unsure[i]:
            walks[i] = walk_doubles(
                sheaf, i, by_curve[starts[i] : starts[i + 1], 1], order, near_line
            )
        if walks[i] is None:
            walks[i] = walk_exactly(curve, order, tolerance)
    return walks


def roots(sheaf, which, zone, q, f, low, high, least, most, n, chosen):
    """Bisect for every line that the chosen, monotone intervals cross."""
    first, last = np.ceil(least[chosen]), np.floor(most[chosen])
    counts = np.maximum(last - first + 1, 0).astype(int)
    rows = np.repeat(np.flatnonzero(chosen), counts)
    lines = np.repeat(first, counts) + np.arange(len(rows))
    lines -= np.repeat(np.cumsum(counts) - counts, counts)
    which, zone, q, f, a, b = (each[rows] for each in (which, zone, q, f, low, high))

    def value(at):
        both, _, _ = project_all(*sheaf.at(which, at), zone, q)
        return np.where(f == 0, both[0], both[1]) * n - lines

    rising = value(b) > value(a)
    for _ in range(52):
        middle = (a + b) / 2
        above = (value(middle) > 0) == rising
        a, b = np.where(above, a, middle), np.where(above, middle, b)
    return np.stack([which, (a + b) / 2], axis=1)


def walk_doubles(sheaf, i, events, order, near_line):
    """Turn the events of one curve into a walk; None if it comes too near to something."""
    n = 2.0**order
    speed = sheaf.speed[i]
    ends = np.array([0.0, sheaf.ends[i]])
    events = np.sort(np.concatenate([ends, events]))
    # The same crossing from two sides; two lines so near to each other would be seen below, and
    # twice the same one before.
    events = events[np.append(True, np.diff(events) * speed > 1e-13)]
    events[-1] = ends[1]

    def places(a):
        x, y, z = sheaf.at(np.full(len(a), i), a)
        zone = np.where(3 * np.abs(z) <= 2, MIDDLE, np.where(z > 0, NORTH, SOUTH))
        q = np.floor(np.arctan2(y, x) * 2 / np.pi).astype(int)
        return project_all(x, y, z, zone, q % 4)[0]

    at = places(events) * n
    off = np.abs(at - np.rint(at)) / n
    # An end is on no line; between ends an event is on one line at most. Where only the formulas
    # change it is on none, and near to one no matter.
    if (off[:, [0, -1]] < near_line).any() or (off.max(axis=0) < near_line).any():
        return None
    # Two crossings of the same line, in and out again, are an event each.
    gaps = np.diff(events) * speed
    if (gaps < near_line).any():
        return None
    middles = np.floor(places((events[:-1] + events[1:]) / 2) * n)
    cells = cell_of(order, *middles)
    if (cells < 0).any():
        return None
    new = np.append(True, cells[1:] != cells[:-1])
    entered = [*events[:-1][new], sheaf.ends[i]]
    cells = cells[new].tolist()
    found = set(cells)
    return Walk([{each} for each in cells], entered, found, found, found)


# --- regions ---


class Ring:
    """A closed curve of great circles; `inside` says whether points are on its left.

    The signed areas of the triangles (-q, v, w) over the edges (v, w) add up to A, the area on the
    left of the ring, less 4 pi if q is on the left. (Moving q over an edge from right to left, one
    triangle's area jumps from 2 pi to -2 pi.)
    """

    def __init__(self, vertices):
        self.vertices = vertices
        self.doubles = np.array(vertices, float)
        whole = 4 * mp.pi
        around = self.sum_about(vector(12.345678, 23.456789))
        self.area = around - mp.floor(around / whole) * whole
        if whole - self.area < mpf(10) ** -50:
            self.area = mpf(0)

    def edges(self):
        """Give the pairs of vertices that follow each other."""
        return zip(self.vertices, [*self.vertices[1:], self.vertices[0]], strict=True)

    def sum_about(self, p):
        """Add up the signed areas of the triangles between a point and the edges."""
        return mp.fsum(
            2 * mp.atan2(dot(p, cross(v, w)), 1 + dot(p, v) + dot(v, w) + dot(w, p))
            for v, w in self.edges()
        )

    def left(self, q):
        """Return whether one point, in 60 digits, is on the left."""
        total = self.sum_about(tuple(-each for each in q))
        return int(mp.nint((self.area - total) / (4 * mp.pi))) == 1

    def lefts(self, points):
        """Return whether points are on the left, and for which this is sure."""
        v = self.doubles
        w = np.roll(v, -1, axis=0)
        normal = np.cross(v, w)
        total, sure = np.zeros(len(points)), np.ones(len(points), bool)
        step = max(1, 2_000_000 // len(v))
        for start in range(0, len(points), step):
            p = -points[start : start + step]
            volume = p @ normal.T
            below = 1 + p @ v.T + (v * w).sum(1) + p @ w.T
            total[start : start + step] = 2 * np.arctan2(volume, below).sum(1)
            sure[start : start + step] = ((np.abs(volume) > 1e-13) | (below > 1e-13)).all(1)
        whole = 4 * np.pi
        count = (float(self.area) - total) / whole
        sure &= np.abs(count - np.rint(count)) < 1e-3
        return np.rint(count) == 1, sure


class Rings:
    """A polygon with great circles for edges."""

    def __init__(self, coordinates, oriented):
        self.rings, self.left, self.curves = [], [], []
        for ring in coordinates:
            points = without_end(ring)
            vectors = [vector(lat, lon) for lon, lat in points]
            distinct = [v for k, v in enumerate(vectors) if k == 0 or v != vectors[k - 1]]
            self.rings.append(Ring(distinct))
            self.left.append(oriented or self.rings[-1].area <= 2 * mp.pi)
            self.curves += [arc(v, w) for v, w in self.rings[-1].edges()]
        # A hole is what its ring leaves out: with `oriented`, what is right of it.
        self.hole = [k > 0 and not oriented for k in range(len(self.rings))]

    def inside(self, q):
        """Return whether one point, in 60 digits, is inside."""
        return all(
            (ring.left(q) == left) != hole and not (ring.area == 0 and not hole)
            for ring, left, hole in zip(self.rings, self.left, self.hole, strict=True)
        )

    def insides(self, points):
        """Return whether points are inside, and for which this is sure."""
        within, sure = np.ones(len(points), bool), np.ones(len(points), bool)
        for ring, left, hole in zip(self.rings, self.left, self.hole, strict=True):
            found, certain = ring.lefts(points)
            found = (found == left) & (ring.area != 0)
            within &= found != hole
            sure &= certain
        return within, sure


class PlanarRings:
    """A polygon with edges straight in longitude and latitude, by even and odd crossings."""

    def __init__(self, coordinates):
        self.edges, self.curves = [], []
        for ring in coordinates:
            points = without_end(ring)
            for a, b in zip(points, [*points[1:], points[0]], strict=True):
                if a != b:
                    self.edges.append((*a, *b))
                    self.curves.append(Planar(a, b))
        self.table = np.array(self.edges, float)

    def insides(self, points):
        """Return whether points are inside, and for which this is sure."""
        lon = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
        lat = np.degrees(np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1])))
        within, sure = np.zeros(len(points), bool), np.ones(len(points), bool)
        x0, y0, x1, y1 = self.table.T[:, :, None]
        for turn in (-360, 0, 360):
            x = lon + turn
            side = (x1 - x0) * (lat - y0) - (x - x0) * (y1 - y0)
            over = (y0 <= lat) != (y1 <= lat)
            odd = (over & ((side > 0) == (y1 > y0))).sum(0) % 2 == 1
            within |= odd
            close = np.hypot(x1 - x0, y1 - y0) * 1e-9
            between = (np.minimum(y0, y1) - 1e-9 <= lat) & (lat <= np.maximum(y0, y1) + 1e-9)
            between &= (np.minimum(x0, x1) - 1e-9 <= x) & (x <= np.maximum(x0, x1) + 1e-9)
            sure &= ~(between & (np.abs(side) <= close)).any(0)
        return within, sure

    inside = None  # within 1e-9 nothing is to be decided


class Filled:
    """A disc."""

    def __init__(self, disc):
        self.curves = [circle(disc)]
        self.centre, self.radius = vector(disc.lat, disc.lon), mpf(float(disc.radius)) * mp.pi / 180

    def inside(self, q):
        """Return whether one point, in 60 digits, is inside."""
        return mp.atan2(length(cross(self.centre, q)), dot(self.centre, q)) <= self.radius

    def insides(self, points):
        """Return whether points are inside, and for which this is sure."""
        centre = np.array(self.centre, float)
        angle = np.arctan2(np.linalg.norm(np.cross(centre, points), axis=1), points @ centre)
        off = angle - float(self.radius)
        return off <= 0, np.abs(off) > 1e-13


class Thin:
    """Lines and points, which have no inside."""

    def __init__(self, curves):
        self.curves = curves

    def inside(self, _q):
        """Return whether one point, in 60 digits, is inside."""
        return False

    def insides(self, points):
        """Return whether points are inside, and for which this is sure."""
        return np.zeros(len(points), bool), np.ones(len(points), bool)


def without_end(ring):
    points = [tuple(map(float, each[:2])) for each in ring]
    return points[:-1] if len(points) > 1 and points[0] == points[-1] else points


def line_of(points, planar):
    points = [tuple(map(float, each[:2])) for each in points]
    if planar:
        return [Planar(*pair) for pair in itertools.pairwise(points)]
    vectors = [vector(lat, lon) for lon, lat in points]
    return [arc(*pair) for pair in itertools.pairwise(vectors)]


def parts(geometry, oriented=False, planar=False):
    """Give the parts of a GeoJSON geometry or a disc."""
    if isinstance(geometry, Disc):
        return [Filled(geometry)]
    kind, coordinates = geometry["type"], geometry.get("coordinates")
    if kind == "GeometryCollection":
        return [p for each in geometry["geometries"] for p in parts(each, oriented, planar)]
    if kind.startswith("Multi"):
        return [
            p
            for each in coordinates
            for p in parts({"type": kind[5:], "coordinates": each}, oriented, planar)
        ]
    if kind == "Polygon":
        return [PlanarRings(coordinates) if planar else Rings(coordinates, oriented)]
    if kind == "LineString":
        return [Thin(line_of(coordinates, planar))]
    v = vector(coordinates[1], coordinates[0])
    return [Thin([arc(v, v)])]


class Judgement(NamedTuple):
    """The NESTED cells that a cover must hold, and those that it may, each sorted."""

    must: np.ndarray
    may: np.ndarray

    def faults(self, found):
        """Give what a cover lacks, and what it has too much."""
        return np.setdiff1d(self.must, found), np.setdiff1d(found, self.may)


class Oracle:
    """What is known of one region at one order."""

    def __init__(self, geometry, order, *, oriented=False, edges="great_circle"):
        planar = edges == "planar"
        self.order = order
        self.parts = parts(geometry, oriented, planar)
        self.known = [self.judge_part(part, planar) for part in self.parts]

    def judge_part(self, part, planar):
        """Give what must be and what may be in the covers of one part, by mode."""
        tolerance = PLANAR_TOLERANCE if planar else TOLERANCE
        circles = [each for each in part.curves if isinstance(each, Circle)]
        straight = [each for each in part.curves if isinstance(each, Planar)]
        walks = walk_all(circles, self.order, tolerance)
        walks += walk_all(straight, self.order, tolerance)
        met, near, through = (
            as_cells(set().union(*(getattr(walk, name) for walk in walks)))
            for name in ("met", "near", "through")
        )
        pure = self.pure_cells(part, near)
        centred, doubtful = self.centred(part, near)
        # Within the tolerance of a planar edge nothing is certain.
        sure = through if planar and not isinstance(part, Thin) else met
        inner = union(pure, np.setdiff1d(centred, near))
        middle = union(inner, np.setdiff1d(np.intersect1d(centred, near), doubtful))
        # A centre on the boundary is in or out; with no cell inside it, none surely.
        overlap = Judgement(union(inner, sure, middle if not planar else ()), union(inner, near))
        if isinstance(part, Thin):
            return {
                "overlap": Judgement(sure, near),
                "boundary": Judgement(sure, near),
                "centre": Judgement(as_cells(()), as_cells(())),
                "within": Judgement(as_cells(()), as_cells(())),
            }
        hold = union(inner, np.setdiff1d(union(centred, doubtful), through))
        return {
            "overlap": overlap,
            "boundary": Judgement(through, near),
            "centre": Judgement(middle, union(middle, doubtful)),
            "within": Judgement(inner, hold),
        }

    def pure_cells(self, part, near):
        """Give the cells inside that the boundary stays away from, by descent."""
        pure, cells = [], np.arange(12)
        for order in range(self.order + 1):
            mixed = np.unique(near >> 2 * (self.order - order))
            plain = np.setdiff1d(cells, mixed)
            inside, _ = part.insides(centres(order, plain))
            size = 4 ** (self.order - order)
            pure.append((plain[inside][:, None] * size + np.arange(size)).ravel())
            cells = (np.intersect1d(cells, mixed)[:, None] * 4 + np.arange(4)).ravel()
        return union(*pure)

    def centred(self, part, near):
        """Give the cells of the boundary whose centres are inside, and those that are open."""
        inside, sure = part.insides(centres(self.order, near))
        doubtful = []
        for k in np.flatnonzero(~sure):
            if part.inside is None:
                doubtful.append(near[k])
                continue
            q = exact_centre(self.order, near[k])
            # A centre within rounding of the boundary: vertices may be rounded to doubles.
            if is_near(part.curves, q):
                doubtful.append(near[k])
            inside[k] = part.inside(q)
        return near[inside], as_cells(doubtful)

    def judge(self, mode):
        """Give what must be in a cover of this mode, and what may."""
        known = [each[mode] for each in self.known]
        must, may = (union(*(getattr(each, name) for each in known)) for name in ("must", "may"))
        if mode == "within" and len(known) > 1:
            # Parts side by side may cover a cell that none of them covers.
            together = [union(*(each[m].may for each in self.known)) for m in ("centre", "overlap")]
            may = union(may, np.intersect1d(*together))
        return Judgement(must, may)


def is_near(curves, q, limit=1e-15):
    """Return whether a point is within some roundings of one of the circles."""
    for curve in curves:
        middle, one, two = curve.coefficients
        size = length(one)
        if not size:
            continue
        axis = tuple(each / size**2 for each in cross(one, two))
        if abs(dot(axis, q) - dot(axis, middle)) < limit:
            return True
    return False


def as_cells(cells):
    return np.array(sorted(cells), np.int64)


def union(*sets):
    cells = np.sort(np.concatenate([np.asarray(each, np.int64) for each in (*sets, ())]))
    return cells[np.append(True, np.diff(cells) > 0)[: len(cells)]]


def nests(order, morton):
    """Give the NESTED numbers, at an order, of all the cells that indices of any orders cover."""
    cells = []
    for each in np.asarray(morton).tolist():
        k, normed, base = exact.mort2norm(each)
        size = 4 ** (order - k)
        first = (base * 4**k + normed) * size
        cells.append(np.arange(first, first + size))
    return np.concatenate([np.zeros(0, np.int64), *cells])


def track(lat, lon, order):
    """Give the cells of a path in turn, and where it enters and leaves each.

    Positions are the number of the segment and the fraction of it. Each cell is a set: of one cell,
    or of two where the path runs along the side between them.
    """
    vectors = [vector(*each) for each in zip(lat, lon, strict=True)]
    curves = [arc(*pair) for pair in itertools.pairwise(vectors)]
    walks = walk_all(curves, order)
    cells, entered, left = [], [], []
    for k, walk in enumerate(walks):
        end = walk.entered[-1]
        for each, a, b in zip(walk.cells, walk.entered, walk.entered[1:], strict=False):
            begin, stop = (k + float(at / end) if end else float(k) for at in (a, b))
            if cells and cells[-1] == each:
                left[-1] = stop
            else:
                cells.append(each)
                entered.append(begin)
                left.append(stop)
    near = set().union(*(walk.near for walk in walks))
    return cells, entered, left, near
