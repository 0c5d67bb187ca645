"""The meridians and parallels of a polar map, named where they leave it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke

from mortie.plot._projections import Polar

STEPS = (*(d * 10.0**e for e in range(-6, 0) for d in (1, 2, 5)), 1, 2, 5, 10, 15, 30, 45, 90)
SIZE = 8.0  # points, of the names
GAP = 3.0  # points, between the frame and the names
SIDES = {  # of the frame: the axis along it, which end, and how a name is placed
    "bottom": (0, 0, {"ha": "center", "va": "top", "xytext": (0, -GAP)}),
    "top": (0, 1, {}),
    "left": (1, 0, {"ha": "right", "va": "center", "xytext": (-GAP, 0)}),
    "right": (1, 1, {"ha": "left", "va": "center", "xytext": (GAP, 0)}),
}


def graticule(axes: Any, projection: Polar, size: Any) -> None:
    """Draw and name the lines; `size` is that of the map in points."""
    low, high = (np.array(ends) for ends in zip(axes.get_xlim(), axes.get_ylim(), strict=True))
    grid = np.stack(np.meshgrid(*np.linspace(low, high, 41).T), -1)
    lat, lon = projection.inverse(grid)
    middle = float(projection.inverse((low + high) / 2)[1])
    lon = middle + (lon - middle + 180) % 360 - 180
    lats, lons = [lat.min(), lat.max()], [lon.min(), lon.max()]
    pole = bool((low < 0).all() and (high > 0).all())
    if pole:
        lats = [lat.min(), 89.99] if projection.sign > 0 else [-89.99, lat.max()]
        lons = [-180, 179.99]
    by_lat, by_lon = step_of(lats), min(step_of(lons), 30.0)

    along = np.linspace(0, 1, 1441)
    # Near the pole the meridians would run into each other.
    if pole and projection.sign > 0:
        lats[1] = 90 - by_lat
    elif pole:
        lats[0] = by_lat - 90
    parallels = [
        (projection.forward(lat, lons[0] + along * np.ptp(lons)), _name(lat, "NS", by_lat))
        for lat in _multiples(by_lat, lats)
    ]
    meridians = [
        (projection.forward(lats[0] + along * np.ptp(lats), lon), _name(lon, "EW", by_lon))
        for lon in _multiples(by_lon, lons)
    ]
    lines = [line for line, _ in parallels + meridians]
    axes.add_collection(
        LineCollection(lines, colors="0.6", linewidths=0.4, zorder=2.4), autolim=False
    )

    names = _Names(axes, low, high, size)
    if pole:
        names.around(meridians, list(SIDES))
        names.inside(parallels, projection)
        names.put_top()
        return
    flat = ["bottom", "top"], ["left", "right"]
    for_meridians, for_parallels = max(
        (flat, flat[::-1]),
        key=lambda sides: (
            names.crossings(meridians, sides[0]) + names.crossings(parallels, sides[1])
        ),
    )
    names.around(meridians, for_meridians)
    names.around(parallels, for_parallels)
    names.put_top()


def step_of(ends: Any, most: float = 6) -> float:
    """Give the step, in degrees, of so many lines at most between two angles."""
    return float(next((step for step in STEPS if np.ptp(ends) / step <= most), STEPS[-1]))


def _multiples(step: float, ends: list[float]) -> Any:
    return np.arange(np.ceil(ends[0] / step), np.floor(ends[1] / step) + 1) * step


def _name(angle: float, signs: str, step: float) -> str:
    """Name a meridian or parallel of a graticule of some step."""
    digits = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
    angle = round((angle + 180) % 360 - 180, digits) if signs == "EW" else angle
    side = "" if angle in (0, -180) else signs[0] if angle > 0 else signs[1]
    return f"{abs(angle):.{digits}f}°{side}"


def _forget_top(axes: Any) -> None:
    """Remove names that are no longer where their lines leave the map, as others vanish then."""
    axes.set_xticks([])


class _Names:
    """Names around a map, none on another."""

    def __init__(self, axes: Any, low: Any, high: Any, size: Any) -> None:
        self.axes, self.low, self.high, self.size = axes, low, high, size
        self.boxes: list[tuple[Any, Any]] = []
        self.top: list[tuple[float, str]] = []

    def exits(self, line: Any, sides: list[str]) -> list[tuple[str, Any]]:
        """Give the sides by which a line leaves the frame, and where."""
        found = []
        for side in sides:
            axis, end, _ = SIDES[side]
            edge, other = (self.low, self.high)[end][1 - axis], axis
            off = line[:, 1 - axis] - edge
            for i in np.flatnonzero(np.signbit(off[:-1]) != np.signbit(off[1:])):
                part = off[i] / (off[i] - off[i + 1])
                point = line[i] + part * (line[i + 1] - line[i])
                if self.low[other] <= point[other] <= self.high[other]:
                    point[1 - axis] = edge
                    found.append((side, point))
        return found

    def crossings(self, lines: list[Any], sides: list[str]) -> int:
        """Count the lines that leave the frame by one of two sides."""
        return sum(bool(self.exits(line, sides)) for line, _ in lines)

    def around(self, lines: list[Any], sides: list[str]) -> None:
        """Name each line once, outside the frame, where there is room."""
        for line, text in lines:
            for side, point in self.exits(line, sides):
                if not self._takes_room(side, point, text):
                    continue
                if side == "top":
                    self.top.append((point[0], text))
                else:
                    inward = 1e-6 * (self.high - self.low)
                    self.axes.annotate(
                        text,
                        np.clip(point, self.low + inward, self.high - inward),
                        textcoords="offset points",
                        fontsize=SIZE,
                        **SIDES[side][2],
                    )
                break

    def put_top(self) -> None:
        """Put the names above the map, as ticks, for which a title makes room."""
        axis = self.axes.xaxis
        axis.set_ticks_position("top")
        axis.set_label_position("bottom")
        axis.set_tick_params(length=0, pad=GAP)
        axis.set_ticks([x for x, _ in self.top], [text for _, text in self.top], fontsize=SIZE)
        self.axes.callbacks.connect("xlim_changed", _forget_top)
        self.axes.callbacks.connect("ylim_changed", _forget_top)

    def inside(self, parallels: list[Any], projection: Polar) -> None:
        """Name parallels along the meridian that leaves room between two others."""
        theta = np.radians(75 if projection.sign < 0 else 105)
        for line, text in parallels:
            towards = np.arctan2(line[:, 0], line[:, 1])
            at = line[np.argmin(np.abs(towards - theta))]
            place, box = self._place(at), self._box(text)
            within = (place > box / 2) & (place < self.size - box / 2)
            if within.all() and self._is_free(place, box):
                name = self.axes.text(
                    *at, text, fontsize=SIZE, ha="center", va="center", zorder=4, clip_on=True
                )
                name.set_path_effects([withStroke(linewidth=2, foreground="white")])

    def _takes_room(self, side: str, point: Any, text: str) -> bool:
        place, box = self._place(point), self._box(text)
        axis, end, _ = SIDES[side]
        place[1 - axis] += (box[1 - axis] / 2 + GAP) * (1 if end else -1)
        return self._is_free(place, box)

    def _place(self, point: Any) -> Any:
        return (point - self.low) / (self.high - self.low) * self.size

    def _box(self, text: str) -> Any:
        return np.array([0.65 * SIZE * len(text), 1.5 * SIZE])

    def _is_free(self, place: Any, box: Any) -> bool:
        """Take the place of a name, if no other has it."""
        free = all((np.abs(place - at) > (box + of) / 2).any() for at, of in self.boxes)
        if free:
            self.boxes.append((place, box))
        return free
