"""The cells that regions cover: polygons, lines, points and discs on the sphere.

Latitudes and longitudes are in degrees, and edges are arcs of great circles.
Regions may be what shapely, geopandas and GeoArrow hold, GeoJSON mappings, or
plain arrays; shapely reads all but the last (``pip install 'mortie[regions]'``).
"""

from __future__ import annotations

import hashlib
import sys
import weakref
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mortie._columns import aligned, degrees

__all__ = ["Disc", "Regions", "cover", "disc", "track"]

MODES = ("overlap", "centre", "within", "boundary")
SHELL, HOLE, LINE, POINTS, DISC = range(5)  # as in csrc/regions/cover.hpp
PLANAR_ERROR = 1e-9  # radians


class Disc(NamedTuple):
    """All points within a distance from a centre; `disc` makes one.

    Examples
    --------
    >>> import mortie
    >>> mortie.disc(-90, 0, 1)
    Disc(lat=-90.0, lon=0.0, radius=1.0)
    """

    lat: float
    lon: float
    radius: float


def disc(lat: float, lon: float, radius: float) -> Disc:
    """Make a disc: all points of the sphere within `radius` from a centre.

    Parameters
    ----------
    lat, lon : float
        The centre, in degrees.
    radius : float
        The greatest angle from it, in degrees, 0 to 180.

    Returns
    -------
    Disc
        A region for `cover` and `Regions`.

    Raises
    ------
    ValueError
        If the latitude lies outside -90 to 90, the longitude is not finite or
        the radius lies outside 0 to 180.

    Examples
    --------
    >>> import mortie
    >>> len(mortie.cover(mortie.disc(-90, 0, 1), 6))
    12
    """
    made = Disc(float(lat), float(lon), float(radius))
    if not -90 <= made.lat <= 90:
        raise ValueError(f"latitude must lie in -90 to 90 degrees, not {made.lat}")
    if not np.isfinite(made.lon):
        raise ValueError(f"longitude must be a finite number of degrees, not {made.lon}")
    if not 0 <= made.radius <= 180:
        raise ValueError(f"a disc's radius must lie in 0 to 180 degrees, not {made.radius}")
    return made


class _Paths(NamedTuple):
    """Rings, lines, points and discs of geometries, as ragged arrays."""

    lat: np.ndarray
    lon: np.ndarray
    kinds: np.ndarray
    sizes: np.ndarray
    owners: np.ndarray  # the geometry that each path is of

    @staticmethod
    def join(parts: Sequence[_Paths]) -> _Paths:
        return _Paths(*map(np.concatenate, zip(*parts, strict=True)))

    def sort(self) -> _Paths:
        """Put the paths in the order of their geometries."""
        if np.all(self.owners[:-1] <= self.owners[1:]):
            return self
        order = np.argsort(self.owners, kind="stable")
        starts = np.cumsum(self.sizes) - self.sizes
        sizes = self.sizes[order]
        shifts = np.repeat(starts[order] - (np.cumsum(sizes) - sizes), sizes)
        taken = np.arange(len(self.lat)) + shifts
        return _Paths(
            self.lat[taken], self.lon[taken], self.kinds[order], sizes, self.owners[order]
        )


def _one_path(lat: Any, lon: Any, kind: int, owner: int) -> _Paths:
    return _Paths(
        np.asarray(lat, np.float64),
        np.asarray(lon, np.float64),
        np.array([kind], np.uint8),
        np.array([len(lat)], np.int64),
        np.array([owner], np.int64),
    )


def _is_pair(region: Any) -> bool:
    """Return whether this is (lat, lon), two arrays of numbers."""
    if not isinstance(region, tuple) or len(region) != 2:
        return False
    try:
        lat, lon = (np.asarray(part) for part in region)
    except ValueError:
        return False
    return lat.ndim == lon.ndim == 1 and lat.dtype.kind in "iuf" and lon.dtype.kind in "iuf"


def _ring(region: tuple[Any, Any], owner: int) -> _Paths:
    lat, lon = (np.asarray(part, np.float64) for part in region)
    if len(lat) != len(lon):
        raise ValueError(
            f"geometry {owner}: {len(lat)} latitudes and {len(lon)} longitudes make no ring"
        )
    return _one_path(lat, lon, SHELL, owner)


def _native() -> Any:
    try:
        from mortie import _native
    except ImportError as error:
        raise ImportError(
            "regions need the C++ extension of mortie", name="mortie._native"
        ) from error
    return _native


def _shapely() -> Any:
    try:
        import shapely
    except ImportError as error:
        raise ImportError(
            "mortie reads such regions with shapely: pip install 'mortie[regions]'"
        ) from error
    return shapely


def _from_shapely(geometries: np.ndarray, owners: np.ndarray) -> _Paths:
    """Take geometries apart, into paths."""
    shapely = _shapely()
    missing = shapely.is_missing(geometries)
    if missing.any():
        raise ValueError(f"geometry {owners[missing.argmax()]} is missing")
    while np.any(shapely.get_type_id(geometries) > 3):  # multipart ones, and collections of these
        geometries, index = shapely.get_parts(geometries, return_index=True)
        owners = owners[index]
    types = shapely.get_type_id(geometries)
    parts = []

    def add(paths: np.ndarray, kinds: np.ndarray, owners: np.ndarray) -> None:
        coordinates, index = shapely.get_coordinates(paths, return_index=True)
        sizes = np.bincount(index, minlength=len(paths)).astype(np.int64)
        lon, lat = np.ascontiguousarray(coordinates.T)
        parts.append(_Paths(lat, lon, kinds.astype(np.uint8), sizes, owners))

    polygons = geometries[types == 3]
    rings, index = shapely.get_rings(polygons, return_index=True)
    holes = np.ones(len(rings), bool)
    holes[np.searchsorted(index, np.unique(index))] = False
    add(rings, np.where(holes, HOLE, SHELL), owners[types == 3][index])
    lines = (types == 1) | (types == 2)
    add(geometries[lines], np.full(lines.sum(), LINE), owners[lines])
    add(geometries[types == 0], np.full((types == 0).sum(), POINTS), owners[types == 0])
    return _Paths.join(parts)


def _read(region: Any) -> tuple[list[Any], bool]:
    """Give a list of discs, pairs and shapely geometries, and whether it was one region."""
    if isinstance(region, Disc) or _is_pair(region):
        return [region], True
    if isinstance(region, dict):
        kind = region.get("type")
        if kind == "FeatureCollection":
            return [_shape(feature["geometry"]) for feature in region["features"]], False
        return [_shape(region["geometry"] if kind == "Feature" else region)], True
    if isinstance(region, bytes):
        return [_shapely().from_wkb(region)], True
    if hasattr(region, "geom_type") and not hasattr(region, "__len__"):  # of shapely
        return [region], True
    if hasattr(region, "geometry") and hasattr(region, "columns"):  # a GeoDataFrame
        region = region.geometry
    if hasattr(region, "__arrow_c_array__") or hasattr(region, "__arrow_c_stream__"):
        if not hasattr(region, "geom_type"):
            return _from_arrow(region), False
        region = np.asarray(region, object)  # of a GeoSeries
    elif hasattr(region, "__geo_interface__"):
        return _read(dict(region.__geo_interface__))
    if isinstance(region, str) or not isinstance(region, Iterable):
        raise TypeError(f"a region can't be made of {type(region).__name__}")
    if isinstance(region, np.ndarray) and region.dtype == object and region.ndim == 1:
        shapely = sys.modules.get("shapely")
        if shapely is not None and shapely.is_geometry(region).all():
            return list(region), False
    regions = []
    for number, one in enumerate(region):
        if one is None:
            raise ValueError(f"geometry {number} is missing")
        found, single = _read(one)
        if not single:
            raise TypeError(f"region {number} is an array of regions")
        regions += found
    return regions, False


def _shape(mapping: Any) -> Any:
    shapely = _shapely()
    from shapely.geometry import shape

    try:
        return shape(mapping)
    except (KeyError, AttributeError, TypeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"this is no GeoJSON geometry: {mapping!r:.100}") from error


def _from_arrow(column: Any) -> list[Any]:
    """Read WKB or GeoArrow, with pyarrow and geopandas."""
    import pyarrow as pa

    array = pa.chunked_array(column) if hasattr(column, "__arrow_c_stream__") else pa.array(column)
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return list(_shapely().from_wkb(np.array(array.to_pylist(), object)))
    from geopandas import GeoSeries

    return list(GeoSeries.from_arrow(column))


def _paths(region: Any) -> tuple[_Paths, int, bool]:
    """Give the paths, the number of regions, and whether it was one region."""
    regions, single = _read(region)
    parts: list[_Paths] = []
    shapes, owners = [], []
    for owner, one in enumerate(regions):
        if isinstance(one, Disc):
            parts.append(_one_path([one.lat, one.radius], [one.lon, 0], DISC, owner))
        elif isinstance(one, tuple):
            parts.append(_ring(one, owner))
        else:
            shapes.append(one)
            owners.append(owner)
    if shapes:
        parts.append(_from_shapely(np.array(shapes, object), np.array(owners, np.int64)))
    if not parts:
        empty = np.empty(0)
        whole = np.empty(0, np.int64)
        parts = [_Paths(empty, empty, whole.astype(np.uint8), whole, whole)]
    return _Paths.join(parts).sort(), len(regions), single


def _bend(paths: _Paths, numbers: np.ndarray) -> tuple[_Paths, np.ndarray]:
    """Cut edges that are straight in longitude and latitude into arcs of great circles.

    `numbers` are the vertices' places in their paths, as they were given; so are those that come
    back, a cut being of the lesser vertex of its edge, or of the last one.
    """
    rings = paths.kinds <= HOLE
    ends = np.cumsum(paths.sizes)
    # From each vertex to the next, and from a ring's last to its first.
    following = np.arange(1, len(paths.lat) + 1)
    last = (ends - 1)[paths.sizes > 0]
    following[last] = np.where(rings, ends - paths.sizes, ends - 1)[paths.sizes > 0]
    straight = np.repeat(paths.kinds <= LINE, paths.sizes)
    rise = np.where(straight, paths.lat[following] - paths.lat, 0)
    run = np.where(straight, paths.lon[following] - paths.lon, 0)
    # A line's distance from the arc is at most an eighth of its curvature times its length
    # squared: sin(lat) cos(lat) run**2 + 2 sin(lat) run rise, in radians.
    up, along = np.radians(np.abs(rise)), np.radians(np.abs(run))
    off = (along * along / 2 + 2 * up * along) / 8
    count = np.maximum(np.ceil(np.sqrt(off / PLANAR_ERROR)), 1)
    beyond = np.repeat(paths.kinds != DISC, paths.sizes) & (np.abs(paths.lat) > 90)
    if beyond.any() or not np.all(np.isfinite(count)):  # left to the errors that name the vertex
        return paths, numbers
    counts = count.astype(np.int64)
    starts = np.cumsum(counts) - counts
    # From the lesser end to the greater one, so that an edge has the same cuts both ways.
    beyond_lat, beyond_lon = paths.lat[following], paths.lon[following]
    back = (paths.lat > beyond_lat) | ((paths.lat == beyond_lat) & (paths.lon > beyond_lon))
    sign = np.where(back, -1, 1)
    edge = np.repeat(np.arange(len(paths.lat)), counts)
    step = np.arange(counts.sum()) - starts[edge]
    part = np.where(back[edge], counts[edge] - step, step) / counts[edge]
    lat = np.where(back, beyond_lat, paths.lat)[edge] + part * (sign * rise)[edge]
    lon = np.where(back, beyond_lon, paths.lon)[edge] + part * (sign * run)[edge]
    lat[starts], lon[starts] = paths.lat, paths.lon
    sums = np.concatenate([[0], np.cumsum(counts)])
    sizes = sums[ends] - sums[ends - paths.sizes]
    least = np.minimum(numbers, numbers[following])
    most = np.maximum(numbers, numbers[following])
    numbers = np.where(step == 0, numbers[edge], np.where(most - least > 1, most, least)[edge])
    return _Paths(lat, lon, paths.kinds, sizes, paths.owners), numbers


def _turn_planar(paths: _Paths, numbers: np.ndarray) -> tuple[_Paths, np.ndarray]:
    """Let planar rings run so that their planar inside is on the left of shells."""
    ends = np.cumsum(paths.sizes)
    starts = ends - paths.sizes
    vertex = np.arange(len(paths.lat))
    path = np.repeat(np.arange(len(paths.sizes)), paths.sizes)
    following = np.where(vertex + 1 < ends[path], vertex + 1, starts[path])
    first = starts[path]
    with np.errstate(invalid="ignore"):  # left to the errors that name the vertex
        x, y = paths.lon - paths.lon[first], paths.lat - paths.lat[first]
        areas = np.bincount(path, x * y[following] - y * x[following], minlength=len(paths.sizes))
    turned = (paths.kinds <= HOLE) & ((areas < 0) == (paths.kinds == SHELL))
    taken = np.where(turned[path], (starts + ends - 1)[path] - vertex, vertex)
    return paths._replace(lat=paths.lat[taken], lon=paths.lon[taken]), numbers[taken]


# Regions that came by pickle, by their digests: the same ones that come again are these, with all
# that they have made. The last few are kept between a worker's tasks.
_arrived: weakref.WeakValueDictionary[str, Regions] = weakref.WeakValueDictionary()
_kept: deque[Regions] = deque(maxlen=4)


def _arrive(digest: str, *state: Any) -> Regions:
    regions = _arrived.get(digest)
    if regions is None:
        regions = Regions([])
        regions._paths, regions._numbers, regions._size, regions._single, regions._oriented = state
        regions._digest = digest
        _arrived[digest] = regions
        _kept.append(regions)
    return regions


class Regions:
    """Regions, read once and used often.

    Parameters
    ----------
    regions : region or sequence of regions
        What `cover` takes.
    oriented : bool, default False
        Whether the inside of a ring lies on its left; else it is the smaller side.
    edges : {"geodesic", "planar"}, default "geodesic"
        Whether edges are arcs of great circles, or straight in longitude and
        latitude.

    Raises
    ------
    ValueError, TypeError, ImportError
        As `cover` does.

    Examples
    --------
    >>> import mortie
    >>> lakes = mortie.Regions([mortie.disc(-77.6, 166.4, 1), mortie.disc(-78, 162, 0.5)])
    >>> lakes
    <mortie.Regions: 2 regions, 2 parts of 0 vertices>
    >>> cells, place = lakes.cover(5)
    >>> print(place)
    [0 0 0 0 1]
    >>> print(lakes.locate([-77.5, -78.2, -80.0], [166.0, 161.5, 0.0]))
    [ 0  1 -1]
    """

    _locator: Any = None  # the index for `locate`, once it is needed
    _digest: str | None = None

    def __init__(self, regions: Any, *, oriented: bool = False, edges: str = "geodesic") -> None:
        if edges not in ("geodesic", "planar"):
            raise ValueError(f'edges must be "geodesic" or "planar", not {edges!r}')
        self._paths, self._size, self._single = _paths(regions)
        self._oriented = bool(oriented)
        # The places of vertices in the paths that were given, if they are others now.
        self._numbers = np.empty(0, np.int64)
        if edges == "planar":
            sizes = self._paths.sizes
            starts = np.cumsum(sizes) - sizes
            given = self._paths, np.arange(len(self._paths.lat)) - np.repeat(starts, sizes)
            self._paths, self._numbers = _bend(*(given if oriented else _turn_planar(*given)))
            self._oriented = True

    def __len__(self) -> int:
        """Give the number of regions."""
        return self._size

    def __repr__(self) -> str:
        """Say what it holds."""

        def count(number: int, noun: str) -> str:
            return f"{number:,} {noun}{'' if number == 1 else 's'}"

        vertices = int(self._paths.sizes[self._paths.kinds != DISC].sum())
        parts = count(self._size, "region"), count(len(self._paths.kinds), "part")
        return f"<mortie.Regions: {', '.join(parts)} of {vertices:,} vertices>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the regions; the index for `locate` is made anew."""
        state = (self._paths, self._numbers, self._size, self._single, self._oriented)
        return _arrive, (self.__dask_tokenize__(), *state)

    def __dask_tokenize__(self) -> str:
        """Name the regions by what they hold: the same regions have the same name."""
        if self._digest is None:
            digest = hashlib.blake2b(digest_size=16)
            digest.update(repr((self._size, self._single, self._oriented)).encode())
            for array in (*self._paths, self._numbers):
                digest.update(repr(array.shape).encode())
                digest.update(np.ascontiguousarray(array).data)
            self._digest = digest.hexdigest()
        return self._digest

    def _counted(self, order: int, mode: str, mixed: bool) -> tuple[np.ndarray, np.ndarray]:
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        number = MODES.index(mode)
        return _native().cover(*self._ragged(), order, number, mixed, self._oriented)

    def _ragged(self) -> tuple[np.ndarray, ...]:
        """Give the ragged arrays that the extension takes."""
        paths = self._paths
        offsets = np.concatenate([[0], np.cumsum(paths.sizes)])
        geometries = np.searchsorted(paths.owners, np.arange(self._size + 1))
        return paths.lat, paths.lon, paths.kinds, offsets, geometries, self._numbers

    def locate(self, lat: Any, lon: Any, *, all: bool = False) -> Any:
        """Find which region holds each point.

        Parameters
        ----------
        lat, lon : array_like of float64
            Points, in degrees; they are broadcast against each other.
        all : bool, default False
            Whether to give all regions that hold a point, not the first alone.

        Returns
        -------
        ndarray of int64, or int
            For each point the place of the first region that holds it, and -1 where
            none does. It is masked where a point is, and a Series for Series of
            pandas. ``mortie.nullable(regions.locate)`` takes other missing values.
        points, places : ndarray of int64
            With ``all=True``: the places of points, counted in their flattened
            arrays, and of the regions that hold them, pair by pair, in the order of
            points and then of regions, as ``shapely.STRtree.query`` gives them.

        Raises
        ------
        ValueError
            If a latitude lies outside -90 to 90 or a longitude is not finite; and
            what `mortie.cover` raises for the regions.

        Notes
        -----
        Points and vertices become vectors of doubles by one and the same function,
        and on which side of an edge between two of them a third one lies is decided
        exactly, by Shewchuk's expansions [1]_. A point on an edge or in a vertex
        counts to one of the sides, as if it were moved by less than any number
        (symbolic perturbation, [2]_): so polygons that share edges hold each point
        of these once, and of a partition of the sphere each point lies in exactly
        one part. Discs hold the points of their circle, within rounding. Lines and
        points hold nothing.

        The first call makes an index, which the following ones use; its depth
        follows the data, and its size the number of vertices, some 60 bytes for
        each. It is not pickled with the regions: each process makes its own once.

        References
        ----------
        .. [1] Shewchuk (1997), "Adaptive Precision Floating-Point Arithmetic and
           Fast Robust Geometric Predicates", Discrete & Computational Geometry 18,
           305. https://doi.org/10.1007/PL00009321
        .. [2] Edelsbrunner and Muecke (1990), "Simulation of Simplicity", ACM
           Transactions on Graphics 9, 66. https://doi.org/10.1145/77635.77639

        Examples
        --------
        >>> import mortie
        >>> lakes = mortie.Regions([mortie.disc(-77.6, 166.4, 1), mortie.disc(-77, 166, 1)])
        >>> print(lakes.locate([-78.1, -76.5, -70.0], [166.0, 166.0, 166.0]))
        [ 0  1 -1]
        >>> points, places = lakes.locate([-78.1, -77.2], 166.0, all=True)
        >>> print(points, places)
        [0 1 1] [0 0 1]
        """
        columns = (degrees(lat), degrees(lon))
        masks = [np.ma.getmask(each) for each in columns]
        values = [*np.broadcast_arrays(*map(np.asarray, columns))]  # masks aside
        missing = None
        if any(mask is not np.ma.nomask for mask in masks):
            missing = np.broadcast_to(masks[0], values[0].shape) | masks[1]
            values = [np.where(missing, 0.0, each) for each in values]
        arrays = [np.ascontiguousarray(each, np.float64).reshape(-1) for each in values]
        if self._locator is None:
            self._locator = _native().locator(*self._ragged(), self._oriented)
        if all:
            points, places = _native().locate_all(self._locator, *arrays)
            if missing is not None:
                there = ~missing.reshape(-1)[points]
                points, places = points[there], places[there]
            return points, places
        found = _native().locate(self._locator, *arrays).reshape(values[0].shape)
        if missing is not None:
            return np.ma.array(found, mask=missing)
        labelled = aligned([lat, lon])
        if labelled:
            import pandas as pd

            return pd.Series(found, labelled[0].index)
        return found[()]

    def cover(
        self, order: int, *, mode: str = "overlap", mixed: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give the cells that each region covers.

        Parameters
        ----------
        order : int
            The order of the cells, 0-18.
        mode : {"overlap", "centre", "within", "boundary"}, default "overlap"
            As for `mortie.cover`.
        mixed : bool, default False
            Whether to give the fewest cells, of orders up to `order`.

        Returns
        -------
        cells : ndarray of int64
            Morton indices, of one region after the other, each region's in the
            order of the curve.
        place : ndarray of int64
            The place of the region that each cell is of.

        Raises
        ------
        ValueError
            As `mortie.cover` does.

        Examples
        --------
        >>> import mortie
        >>> poles = mortie.Regions([mortie.disc(90, 0, 1), mortie.disc(-90, 0, 1)])
        >>> cells, place = poles.cover(1)
        >>> print(cells, place)
        [ 14  24  34  44 -31 -41 -51 -61] [0 0 0 0 1 1 1 1]
        """
        cells, counts = self._counted(order, mode, mixed)
        return cells, np.repeat(np.arange(self._size), counts)


def cover(
    region: Any,
    order: int,
    *,
    mode: str = "overlap",
    mixed: bool = False,
    oriented: bool = False,
    edges: str = "geodesic",
) -> Any:
    """Give the cells that a region covers.

    Parameters
    ----------
    region : region or sequence of regions
        A shapely geometry, a mapping of GeoJSON or an object with
        ``__geo_interface__``, WKB, a pair (lat, lon) of arrays, which is one
        ring, or what `disc` makes; or a sequence of these, a GeoSeries, a
        GeoDataFrame or a column of GeoArrow or WKB. Polygons, lines, points and
        collections of them will do. Coordinates are in degrees.
    order : int
        The order of the cells, 0-18.
    mode : {"overlap", "centre", "within", "boundary"}, default "overlap"
        Which cells: those that meet the region, and none further from it than
        1e-12 radians; those whose centre lies inside; those that lie wholly
        inside; or those that a boundary or a line runs through.
    mixed : bool, default False
        Whether to give the fewest cells, of orders up to `order`, that have the
        very area that the cells of `order` have.
    oriented : bool, default False
        Whether the inside of a ring lies on its left, that of a hole on its
        right; else it is the smaller side.
    edges : {"geodesic", "planar"}, default "geodesic"
        Whether edges are arcs of great circles, or straight in longitude and
        latitude: then they are cut into arcs that leave them by less than 1e-9
        radians, and a ring's inside is that in the plane.

    Returns
    -------
    cells : ndarray of int64
        Morton indices in the order of the curve: base cells 0-11, then digits.
    place : ndarray of int64
        Only for a sequence of regions: the place of the region that each cell
        is of.

    Raises
    ------
    ValueError
        If a latitude lies outside -90 to 90, a longitude is not finite, a ring
        has fewer than three different vertices or crosses itself or another ring
        of its polygon, or neighbours are antipodal: the error names the geometry
        and the vertex. If `order` lies outside 0-18, or
        there are more than 2**31 cells.
    TypeError
        If `region` is nothing of the above.
    ImportError
        If it takes shapely to read `region`, and it is not installed.

    Notes
    -----
    Cells and regions are closed: a cell that a region only touches overlaps it.
    Rings may touch themselves and one another. Cells' edges are those of [1]_,
    section 4.

    References
    ----------
    .. [1] Gorski et al. (2005), "HEALPix: A Framework for High-Resolution
       Discretization and Fast Analysis of Data Distributed on the Sphere",
       The Astrophysical Journal 622, 759. https://doi.org/10.1086/427976

    Examples
    --------
    >>> import mortie
    >>> lat, lon = [-77.0, -78.5, -78.5], [160.0, 155.0, 165.0]
    >>> mortie.cover((lat, lon), 4)
    array([-41121, -41122, -41123, -41124])
    >>> mortie.cover((lat, lon), 7, mode="within", mixed=True)
    array([-41122334])
    """
    regions = Regions(region, oriented=oriented, edges=edges)
    if regions._single:
        return regions._counted(order, mode, mixed)[0]
    return regions.cover(order, mode=mode, mixed=mixed)


def track(lat: Any, lon: Any, order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the cells that a path passes, in the order in which it does.

    Parameters
    ----------
    lat, lon : array_like of float64, shape (n,)
        The path's vertices, in degrees; arcs of great circles join them.
    order : int
        The order of the cells, 0-18.

    Returns
    -------
    cells : ndarray of int64, shape (m,)
        Morton indices. A cell that the path comes back to is there again.
    enter, leave : ndarray of float64, shape (m,)
        Where on the path it enters and leaves each cell: the number of a vertex,
        and the part of the way to the next one as a fraction. So
        ``numpy.interp(enter, range(n), time)`` gives the times.

    Raises
    ------
    ValueError
        If there are not as many latitudes as longitudes, a latitude lies outside
        -90 to 90, a longitude is not finite, neighbours are antipodal, or `order`
        lies outside 0-18.

    Notes
    -----
    Where the path follows the edge of cells or crosses at a corner, it counts to
    one of the cells there, the same one in both directions; of a point where it
    only touches a cell nothing is told. ``mortie.cover`` of a line has all of them.

    Examples
    --------
    >>> import mortie
    >>> cells, enter, leave = mortie.track([-77.0, -79.0], [166.0, 160.0], 5)
    >>> print(cells)
    [-411224 -411223 -411214]
    >>> print(enter.round(3), leave.round(3))
    [0.    0.295 0.903] [0.295 0.903 1.   ]
    """
    return _native().track(np.asarray(lat, np.float64), np.asarray(lon, np.float64), order)
