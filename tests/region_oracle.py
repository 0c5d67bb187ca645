"""What covers must be, from distances between arcs and the edges of cells.

Nothing here comes from mortie but the numbers of cells: edges are those of the
published map (Gorski et al. 2005, section 4.1), as functions of a cell's x and y, and each
distance is the least of many samples, refined by bisection. `mpmath` decides in 60 digits what
doubles leave open.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 60
JP = np.array([1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7])
SURE = 2e-15  # radians; nearer than this an arc meets a cell
FAR = 1e-12  # further than this it doesn't


def vectors(lat, lon):
    """Unit vectors, exact at multiples of 90 degrees."""

    def sin(degrees):
        quarters = np.round(degrees / 90)
        rest = np.radians(degrees - 90 * quarters)
        turned = np.where(quarters % 2 == 0, np.sin(rest), np.cos(rest))
        return np.where(quarters % 4 < 2, turned, -turned)

    lat, lon = np.asarray(lat, float), np.asarray(lon, float)
    cos = sin(90 - np.abs(lat))
    return np.stack([cos * sin(lon + 90), cos * sin(lon), sin(lat)], -1)


def cell_points(order, nest, x, y):
    """Points of cells, at x and y from their southern corners, in 0-1."""
    nside = 2**order
    face, address = nest >> 2 * order, nest & (4**order - 1)
    ix = sum(((address >> 2 * i) & 1) << i for i in range(order)) if order else 0 * nest
    iy = sum(((address >> 2 * i + 1) & 1) << i for i in range(order)) if order else 0 * nest
    fx, fy = (ix + x) / nside, (iy + y) / nside
    ring = face // 4 + 2 - fx - fy
    cap = np.where(ring < 1, ring, np.where(ring > 3, 4 - ring, 1))
    depth = cap * cap / 3
    z = np.where(ring < 1, 1 - depth, np.where(ring > 3, depth - 1, (2 - ring) * 2 / 3))
    radius = np.where(cap < 1, np.sqrt(depth * (2 - depth)), np.sqrt(np.maximum(1 - z * z, 0)))
    eighths = np.where(cap > 0, JP[face] + (fx - fy) / np.where(cap > 0, cap, 1), 0)
    lon = np.pi / 4 * eighths
    return np.stack([radius * np.cos(lon), radius * np.sin(lon), z], -1)


def exact_distance(order, nest, side, a, b, low, high):
    """Give the least distance of an edge from an arc, by thirds, in 60 digits."""
    nside = 2**order
    face, address = nest >> 2 * order, nest & (4**order - 1)
    ix = sum((address >> 2 * i & 1) << i for i in range(order))
    iy = sum((address >> 2 * i + 1 & 1) << i for i in range(order))
    a, b = ([mp.mpf(c) for c in point] for point in (a, b))

    def cross(p, q):
        return [p[i - 2] * q[i - 1] - p[i - 1] * q[i - 2] for i in range(3)]

    def dot(p, q):
        return mp.fdot(p, q)

    def unit(p):
        length = mp.sqrt(dot(p, p))
        return [c / length for c in p]

    a, b = unit(a), unit(b)
    normal = unit(cross(a, b))
    from_a, to_b = cross(normal, a), cross(b, normal)

    def distance(u):
        x, y = ((u, 0), (1, u), (u, 1), (0, u))[side]
        fx, fy = (ix + x) / mp.mpf(nside), (iy + y) / mp.mpf(nside)
        ring = face // 4 + 2 - fx - fy
        cap = ring if ring < 1 else 4 - ring if ring > 3 else mp.mpf(1)
        z = 1 - cap**2 / 3 if ring < 1 else cap**2 / 3 - 1 if ring > 3 else (2 - ring) * 2 / 3
        lon = mp.pi / 4 * (int(JP[face]) + (fx - fy) / cap) if cap > 0 else mp.mpf(0)
        radius = mp.sqrt(1 - z * z)
        p = [radius * mp.cos(lon), radius * mp.sin(lon), z]
        if dot(p, from_a) >= 0 and dot(p, to_b) >= 0:
            return abs(dot(p, normal))
        return min(
            mp.sqrt(sum((c - d) ** 2 for c, d in zip(p, end, strict=True))) for end in (a, b)
        )

    low, high = mp.mpf(low), mp.mpf(high)
    for _ in range(120):
        third = (high - low) / 3
        if distance(low + third) < distance(high - third):
            high -= third
        else:
            low += third
    return min(distance(u) for u in (mp.mpf(0), mp.mpf(1), (low + high) / 2))


class Oracle:
    """Cells against rings; `inner` is a point inside (lat, lon), off all great circles of arcs."""

    def __init__(self, order, rings, inner, *, closed=True):
        self.order = order
        self.nest = np.arange(12 * 4**order)
        starts, ends = [], []
        for lat, lon in rings:
            points = vectors(lat, lon)
            following = np.roll(points, -1, 0) if closed else points[1:]
            starts.append(points if closed else points[:-1])
            ends.append(following)
        a, b = np.concatenate(starts), np.concatenate(ends)
        keep = np.any(a != b, 1)
        self.a, self.b = a[keep], b[keep]
        normal = np.cross(self.a - self.b, self.a + self.b)
        self.normal = normal / np.linalg.norm(normal, axis=1)[:, None]
        self.inner = None if inner is None else vectors(*inner)
        self._measure()

    def distance(self, points):
        """From each point (..., 3) to each arc, the last axis."""
        from_a = points @ np.cross(self.normal, self.a).T >= 0
        to_b = points @ np.cross(self.b, self.normal).T >= 0
        off = np.abs(points @ self.normal.T)
        ends = [np.linalg.norm(points[..., None, :] - end, axis=-1) for end in (self.a, self.b)]
        return np.where(from_a & to_b, off, np.minimum(*ends))

    def _edges(self, u):
        """Points of the cells' four edges; u has the shape (cells, 4, ...)."""
        one, zero = np.ones_like(u[:, 0]), np.zeros_like(u[:, 0])
        nest = self.nest.reshape(-1, *(1,) * (u.ndim - 2))
        sides = [(u[:, 0], zero), (one, u[:, 1]), (u[:, 2], one), (zero, u[:, 3])]
        return np.stack([cell_points(self.order, nest, x, y) for x, y in sides], 1)

    def _measure(self):
        samples = np.linspace(0, 1, 25)
        cells, arcs = len(self.nest), len(self.a)
        at = np.broadcast_to(samples, (cells, 4, 25))
        best = self.distance(self._edges(at)).argmin(2)  # (cells, 4, arcs)
        low, high = samples[np.maximum(best - 1, 0)], samples[np.minimum(best + 1, 24)]
        diagonal = np.arange(arcs)

        def distance(u):
            return self.distance(self._edges(u))[..., diagonal, diagonal]

        for _ in range(80):
            third = (high - low) / 3
            nearer = distance(low + third) < distance(high - third)
            low, high = np.where(nearer, low, low + third), np.where(nearer, high - third, high)
        self.brackets = samples[np.maximum(best - 1, 0)], samples[np.minimum(best + 1, 24)]
        self.edge_distance = np.minimum(
            distance((low + high) / 2),
            np.minimum(distance(np.zeros_like(low)), distance(np.ones_like(low))),
        )
        self.centres = cell_points(self.order, self.nest, 0.5, 0.5)
        # An arc may lie within a cell without meeting its edges.
        holds = np.zeros(cells, bool)
        for point in np.concatenate([self.a, self.b]):
            holds |= self._depth(point[None])[:, 0] > FAR
        self.holds_vertex = holds
        self.near = self.edge_distance.min((1, 2))

    def decide_exactly(self):
        """Measure again, in 60 digits, what doubles can't tell to be met or not."""
        unsure = (self.near > 2e-16) & (self.near < 10 * FAR) & ~self.holds_vertex
        for cell in np.flatnonzero(unsure):
            sides, arcs = np.nonzero(self.edge_distance[cell] < 10 * FAR)
            self.near[cell] = min(
                exact_distance(
                    self.order,
                    int(self.nest[cell]),
                    int(side),
                    self.a[arc],
                    self.b[arc],
                    self.brackets[0][cell, side, arc],
                    self.brackets[1][cell, side, arc],
                )
                for side, arc in zip(sides, arcs, strict=True)
            )

    def _depth(self, points):
        """How far inside each cell points lie, in some 2 / pi radians; negative outside."""
        x, y, z = points.T
        t = np.arctan2(y, x) / (np.pi / 2) % 4
        sigma = np.sqrt(3 * (x * x + y * y) / (1 + np.abs(z)))
        face = self.nest >> 2 * self.order
        nside = 2**self.order
        corner = np.stack(np.broadcast_arrays(*_grid(self.order, self.nest)), 1)
        depth = np.full((len(self.nest), len(points)), -1.0)
        for number in range(12):
            row, quarter = number // 4, number % 4
            centre = quarter + (0.5 if row != 1 else 0)
            away = (t - centre + 2) % 4 - 2
            cap = np.abs(z) > 2 / 3
            width = np.where(cap, sigma, 1)
            high = np.where(cap, np.sign(z) * (1 - sigma / 2), 0.75 * z)
            if row == 1:
                along = away
                away_cap = np.abs(away) > 2  # no cap touches it
                up = np.where(cap, 9, high)
            else:
                along = away * width
                away_cap = cap & (np.abs(away) > 0.5 + 1e-12)
                up = np.where(away_cap, 9, high - (0.5 if row == 0 else -0.5))
            fx, fy = 0.5 + up + along, 0.5 + up - along
            mine = face == number
            px = fx[None] - corner[mine, :1] / nside
            py = fy[None] - corner[mine, 1:] / nside
            one = 1 / nside
            depth[mine] = np.minimum.reduce([px, one - px, py, one - py])
        return depth

    def inside(self, points):
        """Whether points lie in the region, by crossings of arcs from the inner point."""
        o_a = np.sign(np.cross(self.inner, points) @ self.a.T)
        o_b = np.sign(np.cross(self.inner, points) @ self.b.T)
        o_inner = np.sign(self.normal @ self.inner)
        o_points = np.sign(points @ self.normal.T)
        crossed = (o_a != o_b) & (o_inner != o_points) & (o_a != o_inner)
        return crossed.sum(-1) % 2 == 0

    def check(self, cover):
        """Compare `cover(mode)`, sets of nested numbers, with what must be and may be."""
        met = self.holds_vertex | (self.near < SURE)
        apart = ~self.holds_vertex & (self.near > FAR)
        inside = np.zeros(len(self.nest), bool)
        if self.inner is not None:
            inside = self.inside(self.centres)
        steps = np.linspace(0, 1, 2001)[:, None]
        depth = np.full(len(self.nest), -1.0)
        for a, b, normal in zip(self.a, self.b, self.normal, strict=True):
            angle = steps * 2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))
            arc = np.cos(angle) * a + np.sin(angle) * np.cross(normal, a)
            depth = np.maximum(depth, self._depth(arc).max(1))
        given = {mode: np.isin(self.nest, list(cover(mode))) for mode in MODES}
        wrong = {
            "overlap": (met | (apart & inside)) & ~given["overlap"]
            | apart & ~inside & given["overlap"],
            "boundary": met & ~given["boundary"] | apart & given["boundary"],
            "centre": apart & (inside != given["centre"]),
            "within": (apart & inside) & ~given["within"]
            | (depth > FAR) & given["within"]
            | ~inside & (self.edge_distance.min((1, 2)) < SURE) & (depth > FAR) & given["within"],
        }
        return {mode: self.nest[cells] for mode, cells in wrong.items() if cells.any()}


def _grid(order, nest):
    address = nest & (4**order - 1)
    ix = sum(((address >> 2 * i) & 1) << i for i in range(order)) if order else 0 * nest
    iy = sum(((address >> 2 * i + 1) & 1) << i for i in range(order)) if order else 0 * nest
    return ix, iy


MODES = ("overlap", "centre", "within", "boundary")
