"""Maps of Morton cells, drawn by matplotlib."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

import mortie
from mortie import tools
from mortie.cells import boundary

try:
    import matplotlib.pyplot as plt
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.patheffects import withStroke
    from matplotlib.ticker import FuncFormatter, MaxNLocator
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f"mortie.plot needs matplotlib ({_error}): pip install 'mortie[plot]'",
        name=_error.name,
    ) from _error

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["cells"]

PROJECTIONS = ("auto", "south", "north", "plate-carree")
VERTICES = 2_000_000  # more would only be slow
# Of the graticule, in degrees.
STEPS = (*(d * 10.0**e for e in range(-6, 0) for d in (1, 2, 5)), 1, 2, 5, 10, 15, 30)


def cells(
    indices: ArrayLike,
    values: ArrayLike | None = None,
    *,
    ax: Axes | None = None,
    projection: str = "auto",
    label: str | None = None,
    **options: Any,
) -> PolyCollection:
    """Draw Morton cells on a map.

    Parameters
    ----------
    indices : array_like of int64
        Morton indices, of one order or of several, as often as they occur. The
        cells of higher orders lie on top.
    values : array_like of float, optional
        A value for each index; a cell has the colour of their mean. Without
        them it has that of the number of times that its index occurs. What is
        masked, and where the value is NaN, is left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default the current axes of pyplot.
    projection : {"auto", "south", "north", "plate-carree"}, default "auto"
        Polar stereographic, with 0 degrees at the top of the southern map and
        at the bottom of the northern one, or longitudes against latitudes.
        "auto" takes that of the pole where all cells lie within 60 degrees of
        one. A polar map leaves out cells centred on the other hemisphere.
    label : str, optional
        Of the colour bar; by default "points per cell" or "mean value".
    **options
        For the PolyCollection, such as `cmap`, `norm` and `edgecolors`.

    Returns
    -------
    matplotlib.collections.PolyCollection
        The cells, drawn.

    Raises
    ------
    ValueError
        If a number is no index, nothing is left to draw, or `values` has
        another length; or for an unknown projection.
    ImportError
        At import, if matplotlib is missing; and where the C++ extension is.

    Notes
    -----
    The radius of the stereographic map is ``2 tan(c / 2)`` for an angular
    distance c from the pole [1]_.

    References
    ----------
    .. [1] Snyder (1987), "Map Projections: A Working Manual", U.S. Geological
       Survey Professional Paper 1395, section 21.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("agg")
    >>> import mortie, mortie.plot
    >>> morton = mortie.latlon2mort(6, [-77.85, -77.8, -90.0], [166.67, 166.7, 0.0])
    >>> mortie.plot.cells(morton).get_array()
    masked_array(data=[2., 1.],
                 mask=False,
           fill_value=1e+20)
    """
    if projection not in PROJECTIONS:
        raise ValueError(f"projection is one of {', '.join(PROJECTIONS)}, not {projection!r}")
    morton, color, counted = _summarise(indices, values)
    lat = mortie.mort2latlon(morton)[0]
    if projection == "auto":
        near = {"south": lat.max() < -30, "north": lat.min() > 30}
        projection = next((name for name, is_near in near.items() if is_near), "plate-carree")
    if projection != "plate-carree":
        shown = lat < 0 if projection == "south" else lat > 0
        morton, color = morton[shown], color[shown]
        if not shown.any():
            raise ValueError(f"no cell is centred on the hemisphere of projection {projection!r}")

    outlines: list[Any] = []
    parts: list[Any] = []
    orders = mortie.mort2order(morton)
    for order in np.unique(orders):
        of_order = orders == order
        for outline, of_cell in _outlines(int(order), morton[of_order], projection, len(morton)):
            outlines += list(outline)
            parts.append(color[of_order][of_cell])
    colors = np.concatenate(parts)

    axes = plt.gca() if ax is None else ax
    options.setdefault("edgecolors", "face" if len(outlines) > 2000 else "0.3")
    options.setdefault("linewidths", 0.3)
    collection = PolyCollection(outlines, array=colors, zorder=2, **options)
    axes.add_collection(collection)
    _frame(axes, outlines, projection)
    axes.set_xlabel(_caption(orders), fontsize="small")
    if not counted or colors.max() > 1:
        axes.figure.colorbar(
            collection,
            ax=axes,
            label=label or ("points per cell" if counted else "mean value"),
            ticks=MaxNLocator(integer=True) if counted and "norm" not in options else None,
            shrink=0.8,
        )
    return collection


def _summarise(indices: Any, values: Any) -> tuple[Any, Any, bool]:
    """Give distinct indices, their colours, and whether these are counts."""
    missing = np.ma.getmaskarray(np.ma.asarray(indices)).ravel()
    morton = np.ma.getdata(indices).ravel()
    if values is not None:
        if np.shape(values) != np.shape(indices):
            raise ValueError(
                f"values has the shape {np.shape(values)}, and indices {np.shape(indices)}"
            )
        weights = np.ma.getdata(values).ravel().astype(float)
        missing = missing | np.ma.getmaskarray(np.ma.asarray(values)).ravel() | np.isnan(weights)
    morton = morton[~missing]
    if not morton.size:
        raise ValueError("there is no cell to draw")
    mortie.mort2order(morton)  # raises for what is no index
    morton, inverse, counts = np.unique(morton, return_inverse=True, return_counts=True)
    if values is None:
        return morton, counts.astype(float), True
    return morton, np.bincount(inverse.ravel(), weights[~missing]) / counts, False


def _outlines(order: int, morton: Any, projection: str, count: int) -> Any:
    """Give arrays of outlines on the map, each with the places of its cells in `morton`."""
    degrees = 58.6 / 2**order
    step = int(np.clip(VERTICES // (4 * count), 1, max(1, np.ceil(degrees))))
    lat, lon = boundary(morton, step)
    everything = np.arange(len(morton))
    if projection != "plate-carree":
        sign = -1 if projection == "south" else 1
        radius, theta = 2 * np.tan(np.radians(90 - sign * lat) / 2), np.radians(lon)
        yield np.stack([radius * np.sin(theta), -sign * radius * np.cos(theta)], -1), everything
        return
    centre = mortie.mort2latlon(morton)[1][:, None]
    centre = (centre + 180) % 360 - 180
    lon = (lon - centre + 180) % 360 - 180 + centre  # in one piece, maybe beyond the map
    at_pole = np.abs(lat) == 90
    plain = ~at_pole.any(1)
    outlines = np.stack([lon, lat], -1)
    for shift in (0, 360, -360):
        seen = (lon.max(1) + shift > -180) & (lon.min(1) + shift < 180)
        yield outlines[plain & seen] + [shift, 0], everything[plain & seen]
        for i in everything[~plain & seen]:  # the pole is a line on this map
            [j] = np.flatnonzero(at_pole[i])
            ends = [[lon[i, j - 1], lat[i, j]], [lon[i, (j + 1) % len(lon[i])], lat[i, j]]]
            outline = np.concatenate([outlines[i, :j], ends, outlines[i, j + 1 :]])
            yield outline[None] + [shift, 0], [i]


def _caption(orders: Any) -> str:
    low, high = int(orders.min()), int(orders.max())
    sizes = [tools.order2res(order) for order in (low, high)]
    text = [f"{s:,.{int(s < 10)}f} km" if s >= 1 else f"{s * 1000:.0f} m" for s in sizes]
    if low == high:
        return f"HEALPix order {low}, cells of {text[0]}"
    return f"HEALPix orders {low} to {high}, cells of {text[0]} to {text[1]}"


def _frame(axes: Axes, outlines: Any, projection: str) -> None:
    """Set the limits of the map to what is drawn, and draw the graticule."""
    corners = [(outline.min(0), outline.max(0)) for outline in outlines]
    low = np.min([corner[0] for corner in corners], 0)
    high = np.max([corner[1] for corner in corners], 0)
    if projection == "plate-carree":
        low, high = np.maximum(low, [-180, -90]), np.minimum(high, [180, 90])
        margin = 0.03 * (high - low)
        low, high = np.maximum(low - margin, [-180, -90]), np.minimum(high + margin, [180, 90])
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        axes.set_aspect(1 / np.cos(np.radians(np.clip((low[1] + high[1]) / 2, -60, 60))))
        axes.set_axisbelow(False)
        axes.grid(color="0.6", linewidth=0.5)
        for axis, signs in ((axes.xaxis, "EW"), (axes.yaxis, "NS")):
            axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 1.5, 2, 3, 5, 6, 9, 10]))
            axis.set_major_formatter(FuncFormatter(partial(_tick, signs)))
        return
    margin = 0.05 * max(high - low)
    axes.set(xlim=(low[0] - margin, high[0] + margin), ylim=(low[1] - margin, high[1] + margin))
    axes.set_aspect("equal")
    axes.set(xticks=[], yticks=[])
    _graticule(axes, -1 if projection == "south" else 1)


def _tick(signs: str, angle: float, _: int) -> str:
    """Name a tick of an axis of degrees."""
    side = "" if angle % 180 == 0 else signs[0] if angle > 0 else signs[1]
    return f"{abs(angle):.7g}°{side}"


def _degrees(angle: float, signs: str, step: float = 1) -> str:
    """Name a meridian or parallel of a graticule of some step."""
    digits = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
    angle = round((angle + 180) % 360 - 180, digits) if signs == "EW" else angle
    side = "" if angle in (0, -180) else signs[0] if angle > 0 else signs[1]
    return f"{abs(angle):.{digits}f}°{side}"


def _graticule(axes: Axes, sign: int) -> None:
    """Draw and name the meridians and parallels of a polar map."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    x, y = np.meshgrid(np.linspace(west, east, 41), np.linspace(south, north, 41))
    lat = 90 - 2 * np.degrees(np.arctan(np.hypot(x, y) / 2))  # on either side from the equator
    middle = np.degrees(np.arctan2((west + east) / 2, -sign * (south + north) / 2))
    lon = middle + (np.degrees(np.arctan2(x, -sign * y)) - middle + 180) % 360 - 180
    lats, lons = [lat.min(), lat.max()], [lon.min(), lon.max()]
    around_pole = west < 0 < east and south < 0 < north
    if around_pole:
        lats, lons = [lat.min(), 89.99], [-180, 179.99]
    by_lat, by_lon = (
        next((step for step in STEPS if np.ptp(ends) / step <= 6), STEPS[-1])
        for ends in (lats, lons)
    )

    def multiples(step: float, ends: list[float]) -> Any:
        return np.arange(np.ceil(ends[0] / step), np.floor(ends[1] / step) + 1) * step

    def path(lat: Any, lon: Any) -> Any:
        radius, theta = 2 * np.tan(np.radians(90 - lat) / 2), np.radians(lon)
        return np.stack(
            np.broadcast_arrays(radius * np.sin(theta), -sign * radius * np.cos(theta)), -1
        )

    lines = []
    along = np.linspace(0, 1, 1441)
    for lat in multiples(by_lat, lats):
        line = path(lat, lons[0] + along * np.ptp(lons))
        lines.append((line, _degrees(sign * lat, "NS", by_lat)))
    for lon in multiples(by_lon, lons):
        # Near the pole they would run into each other.
        line = path((90 - by_lat if around_pole else lats[1]) - along * np.ptp(lats), lon)
        lines.append((line, _degrees(lon, "EW", by_lon)))
    axes.add_collection(
        LineCollection([line for line, _ in lines], colors="0.6", linewidths=0.5, zorder=3)
    )
    size = np.array([east - west, north - south])
    low, high = np.array([west, south]), np.array([east, north])
    for line, text in lines:
        pad = size.max() * np.array([0.009 * len(text), 0.02])  # half a name
        inside = ((low + pad < line) & (line < high - pad)).all(1)
        if inside.mean() > 0.1:  # not where it but touches the map
            at = line[inside][0 if text[-1] in "NS" else -1]
            if around_pole and text[-1] in "NS":  # between two meridians
                at = line[np.argmin(np.abs(np.arctan2(*line.T) - np.pi / 4))]
            name = axes.text(
                at[0], at[1], text, fontsize="x-small", ha="center", va="center", zorder=4
            )
            name.set_path_effects([withStroke(linewidth=2, foreground="white")])
            name.set_clip_on(True)
