"""Cells on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PolyCollection

import mortie
from mortie import tools
from mortie._columns import split
from mortie.cells import boundary
from mortie.plot import _colours
from mortie.plot._cartopy import Geo
from mortie.plot._frame import frame, place, size_of
from mortie.plot._projections import Polar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

VERTICES = 2_000_000  # more would only be slow
VISIBLE = 5.0  # points across: smaller cells would be overlooked
OUTLINED = 5.0  # points across: the outlines of smaller cells would hide their colours


def cells(
    indices: ArrayLike,
    values: ArrayLike | None = None,
    *,
    ax: Axes | None = None,
    projection: str = "auto",
    label: str | None = None,
    coast: bool = True,
    colorbar: bool = True,
    norm: Any = None,
    vmin: float | None = None,
    vmax: float | None = None,
    **options: Any,
) -> PolyCollection:
    """Draw Morton cells on a map.

    Parameters
    ----------
    indices : array_like of int64
        Morton indices, of one order or of several, as often as they occur. The
        cells of higher orders lie on top. Columns of pandas, polars and Arrow
        will do as well, here and for `values`.
    values : array_like of float, optional
        A value for each index; a cell has the colour of their mean. Without
        them it has that of the number of times that its index occurs. What is
        missing, and where the value is NaN, is left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default the current axes of pyplot. Axes that hold a
        map keep its projection and limits, and cartopy's have their own.
    projection : str, default "auto"
        "EPSG:3031" or "south": polar stereographic, in metres, with 0 degrees at
        the top; "EPSG:3413" or "north", with 45 degrees west at the bottom; or
        "plate-carree": longitudes against latitudes, in degrees. "auto" takes
        the polar one where all cells lie within 35 degrees of a pole, or within
        60 and around it. A polar map leaves out cells centred on the other
        hemisphere. Longitudes on a plate carrée that is not cut at the
        antimeridian go on beyond 180 or -180; `project` gives them.
    label : str, optional
        Of the colour bar; by default "points per cell" or "mean value".
    coast : bool, default True
        Whether to draw the coast, where the map is wider and higher than 200 km.
    colorbar : bool, default True
        Whether to draw the colour bar. Where all cells have the same value there
        is none, and the line below the map says the value.
    norm : str or matplotlib.colors.Normalize, optional
        From values to colours, such as "log"; linear by default.
    vmin, vmax : float, optional
        What the ends of the colours stand for. Without them, of 50 cells or more
        those 2 % that have the least values and those that have the greatest
        have the colours of the ends, and the bar says so; of fewer none.
    **options
        For the PolyCollection, such as `cmap` and `edgecolors`.

    Returns
    -------
    matplotlib.collections.PolyCollection
        The cells, drawn.

    Raises
    ------
    ValueError
        If a number is no index, nothing is left to draw, or `values` has
        another length; for an unknown projection, and one that is not that of
        the map on the axes; and if both `norm`, as an object, and limits are
        given.
    ImportError
        At import, if matplotlib is missing; and where the C++ extension is.

    Notes
    -----
    The polar projections are those of [1]_, section 21, on the ellipsoid WGS 84,
    and latitudes are taken for geodetic ones. The coast is that of Natural Earth,
    1:110 million: it is some 10 km off in places. The bar of scale is true in the
    middle of the map.

    References
    ----------
    .. [1] Snyder (1987), "Map Projections: A Working Manual", U.S. Geological
       Survey Professional Paper 1395. https://doi.org/10.3133/pp1395

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
    morton, color, counted = _summarise(indices, values)
    lat, lon = mortie.mort2latlon(morton)
    axes = plt.gca() if ax is None else ax
    on, new = place(axes, projection, lat, lon)
    if isinstance(on, Polar):
        shown = on.sign * lat > 0
        morton, color = morton[shown], color[shown]
        if not shown.any():
            raise ValueError(f"no cell is centred on the hemisphere of projection {projection!r}")

    blocks: list[Any] = []
    parts: list[Any] = []
    orders = mortie.mort2order(morton)
    for order in np.unique(orders):
        of_order = orders == order
        step = int(np.clip(VERTICES // (4 * len(morton)), 1, max(1, np.ceil(58.6 / 2**order))))
        for block, places in on.outlines(*boundary(morton[of_order], step)):
            blocks.append(block)
            parts.append(color[of_order][places])
    colors = np.concatenate(parts)
    points = np.concatenate([block.reshape(-1, 2) for block in blocks])

    outlines = blocks[0] if len(blocks) == 1 else [outline for block in blocks for outline in block]
    options = {"linewidths": 0.3} | options
    collection: Any = PolyCollection(outlines, array=colors, zorder=2, **options)
    collection.mortie_projection = on
    said = _colours.limit(collection, norm, vmin, vmax)
    axes.add_collection(collection, autolim=False)
    if new:
        frame(axes, on, points, coast)
    across = _mark(axes, blocks, parts, collection)
    if not options.keys() & {"edgecolors", "edgecolor", "ec"}:
        collection.set_edgecolor("0.3" if across > OUTLINED else "face")

    named_value = label or ("points per cell" if values is None else "mean value")
    caption = _caption(orders)
    if colors.min() == colors.max():
        if values is not None or colors[0] != 1:
            caption += f"; {named_value}: {colors[0]:.6g}"
    elif colorbar:
        _colours.bar(axes, collection, f"{named_value}\n({said})" if said else named_value, counted)
    if not isinstance(on, Geo):
        axes.set_xlabel(caption, fontsize="small", labelpad=14 if isinstance(on, Polar) else 4)
    return collection


def _summarise(indices: Any, values: Any) -> tuple[Any, Any, bool]:
    """Give distinct indices, their colours, and whether these are counts."""
    morton, missing = split(indices)
    shape = morton.shape
    missing = np.zeros(shape, bool) if missing is None else missing
    if values is not None:
        weights, lacking = split(values)
        if weights.shape != shape:
            raise ValueError(f"values has the shape {weights.shape}, and indices {shape}")
        whole = weights.dtype.kind in "iu"
        missing = missing if lacking is None else missing | lacking
        weights = weights[~missing].astype(float)
    morton = morton[~missing]
    if not morton.size:
        raise ValueError("there is no cell to draw")
    mortie.mort2order(morton)  # raises for what is no index
    morton, inverse, counts = np.unique(morton, return_inverse=True, return_counts=True)
    if values is None:
        return morton, counts.astype(float), True
    means = np.bincount(inverse.ravel(), weights) / counts
    return morton, means, bool(whole and (counts == 1).all())


def _mark(axes: Any, blocks: list[Any], parts: list[Any], collection: Any) -> float:
    """Put spots below the cells that are too small to be seen, smaller ones if there are many.

    Gives the size of the smallest cells, in points.
    """
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    size, _ = size_of(axes)
    point = max(abs(east - west), abs(north - south)) / size.max()  # on the map
    spot = min(VISIBLE, np.sqrt(0.2 * size.prod() / sum(map(len, parts))))
    least = np.inf
    for block, colors in zip(blocks, parts, strict=True):
        across = np.ptp(block, 1).max(1).mean() / point if len(block) else np.inf
        least = min(least, across)
        if across < spot:
            axes.scatter(
                *block.mean(1).T,
                s=spot**2,
                c=colors,
                norm=collection.norm,
                cmap=collection.get_cmap(),
                marker="o",
                linewidths=0,
                zorder=1.9,
            )
    return float(least)


def _caption(orders: Any) -> str:
    low, high = int(orders.min()), int(orders.max())
    sizes = [tools.order2res(order) for order in (low, high)]
    text = [f"{s:,.{int(s < 10)}f} km" if s >= 1 else f"{s * 1000:.0f} m" for s in sizes]
    if low == high:
        return f"HEALPix order {low}, cells of {text[0]}"
    return f"HEALPix orders {low} to {high}, cells of {text[0]} to {text[1]}"
