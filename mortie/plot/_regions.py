"""Outlines of regions on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection

from mortie.plot._frame import frame, place
from mortie.regions import DISC, HOLE, POINTS, Regions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEP = 0.5  # degrees: a straight line on the map is no arc


def regions(
    regions: Any,
    *,
    ax: Axes | None = None,
    projection: str = "auto",
    coast: bool = True,
    edges: str = "geodesic",
    **options: Any,
) -> LineCollection:
    """Draw the outlines of regions on a map.

    Parameters
    ----------
    regions : Regions or region or sequence of regions
        What `mortie.cover` takes. Rings, lines and discs have outlines, and points
        are marked by dots.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default the current axes of pyplot. Axes that hold a
        map keep its projection and limits, and cartopy's have their own.
    projection : str, default "auto"
        As for `cells`.
    coast : bool, default True
        Whether to draw the coast, if the map is new.
    edges : {"geodesic", "planar"}, default "geodesic"
        As for `mortie.cover`; of no effect on `Regions`, which were told it.
    **options
        For the LineCollection, such as `colors` and `linewidths`.

    Returns
    -------
    matplotlib.collections.LineCollection
        The outlines, drawn.

    Raises
    ------
    ValueError, TypeError, ImportError
        As `mortie.cover` does; and a ValueError if there is nothing to draw, and for
        a projection that is not that of the map on the axes.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("agg")
    >>> import mortie, mortie.plot
    >>> outlines = mortie.plot.regions(mortie.disc(-77.85, 166.67, 1))
    >>> len(outlines.get_paths())
    1
    """
    given = regions if isinstance(regions, Regions) else Regions(regions, edges=edges)
    paths = list(_paths(given))
    if not paths:
        raise ValueError("there is no region to draw")
    axes = plt.gca() if ax is None else ax
    on, new = place(axes, projection, *map(np.concatenate, zip(*paths, strict=True)))
    lines = [line for lat, lon in paths for line in on.lines(lat, lon)]
    style: dict[str, Any] = {"colors": "C3", "linewidths": 1.2, "zorder": 3, "capstyle": "round"}
    collection: Any = LineCollection(lines, **style | options)
    collection.mortie_projection = on
    axes.add_collection(collection, autolim=False)
    if new:
        frame(axes, on, np.concatenate(lines), coast)
    return collection


def _paths(regions: Regions) -> Any:
    """Give latitudes and longitudes of the lines to draw."""
    paths = regions._paths
    ends = np.cumsum(paths.sizes)
    for kind, begin, end in zip(paths.kinds, ends - paths.sizes, ends, strict=True):
        lat, lon = paths.lat[begin:end], paths.lon[begin:end]
        if kind == DISC:
            yield _circle(lat[0], lon[0], lat[1])
        elif kind == POINTS:
            for point in zip(lat, lon, strict=True):
                yield tuple(np.repeat(each, 2) for each in point)
        elif end > begin:
            closed = np.append(np.arange(end - begin), 0) if kind <= HOLE else slice(None)
            yield _arcs(lat[closed], lon[closed])


def _vectors(lat: Any, lon: Any) -> Any:
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)


def _degrees(vectors: Any) -> tuple[Any, Any]:
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def _arcs(lat: Any, lon: Any) -> tuple[Any, Any]:
    """Put points on arcs of great circles, so near that straight lines will do between them."""
    corners = _vectors(lat, lon)
    chords = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    counts = np.ceil(np.degrees(2 * np.arcsin(np.minimum(chords / 2, 1))) / STEP).astype(int)
    if counts.max(initial=0) < 2:
        return lat, lon
    counts = np.maximum(counts, 1)
    starts = np.repeat(np.arange(len(counts)), counts)
    part = (np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts))[:, None]
    part = part / np.repeat(counts, counts)[:, None]
    # Unevenly spaced along the arc, which nobody sees.
    between = (1 - part) * corners[starts] + part * corners[starts + 1]
    new_lat, new_lon = _degrees(between)
    kept = part[:, 0] == 0  # vertices to the last bit, poles with their own longitudes
    new_lat[kept], new_lon[kept] = lat[starts[kept]], lon[starts[kept]]
    return np.append(new_lat, lat[-1]), np.append(new_lon, lon[-1])


def _circle(lat: float, lon: float, radius: float) -> tuple[Any, Any]:
    """Give the points of a circle on the sphere."""
    centre = _vectors(lat, lon)
    north = _vectors(lat + 90, lon)
    east = np.cross(north, centre)
    turn = np.linspace(0, 2 * np.pi, 361)[:, None]
    around = np.cos(turn) * north + np.sin(turn) * east
    angle = np.radians(radius)
    return _degrees(np.cos(angle) * centre + np.sin(angle) * around)
