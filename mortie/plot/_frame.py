"""The frame of a map: its limits, coast, degrees and scale."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.ticker import FuncFormatter, MultipleLocator
from mpl_toolkits.axes_grid1.anchored_artists import AnchoredSizeBar

from mortie.plot._cartopy import Geo, is_geo
from mortie.plot._coast import coast
from mortie.plot._graticule import graticule, step_of
from mortie.plot._projections import PlateCarree, Polar, Projection, named

COARSE = 200_000  # metres: on maps that are less wide and high the coast would be wrong


def projection_of(axes: Any) -> Any:
    """Give the projection of the map that the axes hold, if they do."""
    found = (getattr(artist, "mortie_projection", None) for artist in axes.collections)
    return next((each for each in found if each is not None), None)


def place(axes: Any, projection: str, lat: Any, lon: Any) -> tuple[Any, bool]:
    """Give the projection of the axes' map, and whether it is new: then that which is wanted."""
    wanted = named(projection, lat=lat, lon=lon)
    held = Geo(axes) if is_geo(axes) else projection_of(axes)
    if held is not None and projection != "auto" and held.name != wanted.name:
        raise ValueError(f"these axes hold a map in {held.name}, not in {wanted.name}")
    return held or wanted, projection_of(axes) is None


def frame(axes: Any, projection: Projection, points: Any, with_coast: bool) -> None:
    """Set the limits of the map to points of it, and draw what surrounds them."""
    free = axes.get_autoscalex_on() and axes.get_autoscaley_on()
    low, high = np.nanmin(points, 0), np.nanmax(points, 0)
    margin = 0.05 * max(high - low)
    if isinstance(projection, Geo):
        if free:
            axes.set(xlim=(low[0] - margin, high[0] + margin))
            axes.set(ylim=(low[1] - margin, high[1] + margin))
        if with_coast:
            _coast(axes, projection)
        return
    if isinstance(projection, PlateCarree):
        edges = np.array([[projection.middle - 180, -90], [projection.middle + 180, 90]])
        low, high = np.maximum(low, edges[0]), np.minimum(high, edges[1])
        low, high = np.maximum(low - margin, edges[0]), np.minimum(high + margin, edges[1])
    else:
        low, high = low - margin, high + margin
    if free:
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    if isinstance(projection, Polar):
        axes.set_aspect("equal")
        axes.set(xticks=[], yticks=[])
        centre = np.array([(west + east) / 2, (south + north) / 2])
        middle = float(projection.inverse(centre)[0])
        graticule(axes, projection, size_of(axes)[0])
    else:
        middle = (south + north) / 2
        axes.set_aspect(1 / np.cos(np.radians(np.clip(middle, -60, 60))))
        _degrees(axes, size_of(axes)[0])
    metre = projection.stretch(middle)
    if with_coast and min(east - west, north - south) > COARSE * metre:
        _coast(axes, projection)
    ends = [metre]
    if not isinstance(projection, Polar):
        ends += [projection.stretch(south), projection.stretch(north)]
    if max(ends) < 1.3 * min(ends):
        _scale(axes, points, metre)


def size_of(axes: Any) -> tuple[Any, Any]:
    """Give the widths and heights of the map and of the room that it has, in points."""
    box = axes.get_position(original=True).transformed(axes.figure.transSubfigure)
    room = np.array([box.width, box.height]) * 72 / axes.figure.dpi
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    aspect = axes.get_aspect()
    if aspect == "auto":
        return room, room
    shape = np.array([abs(east - west), abs(north - south) * aspect])
    return shape * (room / shape).min(), room


def _coast(axes: Any, projection: Projection) -> None:
    lines = [part for lat, lon in coast() for part in projection.lines(lat, lon)]
    axes.add_collection(
        LineCollection(lines, colors="0.15", linewidths=0.6, zorder=2.5), autolim=False
    )


def _degrees(axes: Any, size: Any) -> None:
    axes.set_axisbelow(False)
    axes.grid(color="0.6", linewidth=0.4)
    axes.tick_params(labelsize="small")
    for axis, signs, length in zip((axes.xaxis, axes.yaxis), ("EW", "NS"), size, strict=True):
        angles = axis.get_view_interval()
        step = step_of(angles, length / 35)  # so many points for each name
        axis.set_major_locator(MultipleLocator(step if step >= 1 else step_of(angles, length / 60)))
        axis.set_major_formatter(FuncFormatter(partial(_tick, signs)))


def _tick(signs: str, angle: float, _: int) -> str:
    """Name a tick of an axis of degrees."""
    if signs == "EW":
        angle = (angle + 180) % 360 - 180
    side = "" if angle % 180 == 0 else signs[0] if angle > 0 else signs[1]
    return f"{abs(angle):.7g}°{side}"


def _scale(axes: Any, points: Any, metre: float) -> None:
    """Draw a bar that is true in the middle of the map, in the corner with the fewest points."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    most = 0.25 * (east - west) / metre
    power = 10.0 ** np.floor(np.log10(most))
    length = max(step for step in (1, 2, 5) if step * power <= most) * power
    text = f"{length / 1000:,.0f} km" if length >= 1000 else f"{length:g} m"
    x, y = ((points - [west, south]) / [east - west, north - south]).T
    corners = {
        "lower left": (x < 0.33) & (y < 0.15),
        "lower right": (x > 0.67) & (y < 0.15),
        "upper left": (x < 0.33) & (y > 0.85),
        "upper right": (x > 0.67) & (y > 0.85),
    }
    bar = AnchoredSizeBar(
        axes.transData,
        length * metre,
        text,
        loc=min(corners, key=lambda corner: int(corners[corner].sum())),
        pad=0.3,
        borderpad=0.5,
        sep=3,
        size_vertical=0.006 * (north - south),
        fontproperties={"size": "small"},
    )
    bar.patch.set(edgecolor="none", alpha=0.8)
    bar.set_zorder(5)
    axes.add_artist(bar)
