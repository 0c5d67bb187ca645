"""From latitudes and longitudes to the map, and what is cut there.

A projection gives points (`forward`), the outlines of cells (`outlines`) and lines (`lines`), in
the units of its map.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

# WGS 84
EQUATORIAL_RADIUS = 6_378_137.0  # m
FLATTENING = 1 / 298.257223563
E2 = FLATTENING * (2 - FLATTENING)
E = np.sqrt(E2)


class Projection(Protocol):
    """What a map needs of a projection."""

    @property
    def name(self) -> str:
        """Give what it is called in messages."""

    def forward(self, lat: Any, lon: Any) -> Any:
        """Give points of shape (..., 2)."""

    def outlines(self, lat: Any, lon: Any) -> Iterator[tuple[Any, Any]]:
        """Give arrays of outlines, and the places of the cells, rows of `lat`, that they are of."""

    def lines(self, lat: Any, lon: Any) -> list[Any]:
        """Give the parts of a line that lie on the map."""

    def stretch(self, lat: float) -> float:
        """Give the length on the map of a metre at a latitude."""


class Polar(NamedTuple):
    """Polar stereographic, in metres on WGS 84 (Snyder 1987, section 21)."""

    name: str
    sign: int  # of the pole's latitude
    true: float  # the latitude, without sign, where the map is true to scale
    middle: float  # the longitude that runs down from the north pole, up from the south pole

    def forward(self, lat: Any, lon: Any) -> Any:
        radius = self._scale() * _shrink(self.sign * np.asarray(lat, float))
        theta = np.radians(np.asarray(lon, float) - self.middle)
        return np.stack(
            np.broadcast_arrays(radius * np.sin(theta), -self.sign * radius * np.cos(theta)), -1
        )

    def inverse(self, points: Any) -> tuple[Any, Any]:
        """Give latitudes and longitudes (Snyder's equations 7-9 and 20-16)."""
        x, y = points[..., 0], -self.sign * points[..., 1]
        t = np.hypot(x, y) / self._scale()
        lat = np.pi / 2 - 2 * np.arctan(t)
        for _ in range(8):  # each round makes the error 150 times smaller
            ratio = (1 - E * np.sin(lat)) / (1 + E * np.sin(lat))
            lat = np.pi / 2 - 2 * np.arctan(t * ratio ** (E / 2))
        return self.sign * np.degrees(lat), np.degrees(np.arctan2(x, y)) + self.middle

    def outlines(self, lat: Any, lon: Any) -> Iterator[tuple[Any, Any]]:
        yield self.forward(lat, lon), np.arange(len(lat))

    def lines(self, lat: Any, lon: Any) -> list[Any]:
        # The other hemisphere goes on for ever.
        return _split(self.forward(lat, lon), self.sign * np.asarray(lat) > -1)

    def stretch(self, lat: float) -> float:
        lat = min(self.sign * lat, 89.9)  # at the pole itself it is 0 / 0
        parallel = EQUATORIAL_RADIUS * _parallel(lat)
        return float(self._scale() * _shrink(lat) / parallel)  # equation 21-32

    def _scale(self) -> float:
        """Give the factor a m / t of equation 21-34."""
        return float(EQUATORIAL_RADIUS * _parallel(self.true) / _shrink(self.true))


def _shrink(lat: Any) -> Any:
    """Give t of equation 15-9."""
    e_sine = E * np.sin(np.radians(lat))
    return np.tan(np.radians(90 - lat) / 2) * ((1 + e_sine) / (1 - e_sine)) ** (E / 2)


def _parallel(lat: Any) -> Any:
    """Give a parallel's radius, m of equation 14-15, where the equator's is 1."""
    return np.cos(np.radians(lat)) / np.sqrt(1 - E2 * np.sin(np.radians(lat)) ** 2)


class PlateCarree(NamedTuple):
    """Longitudes against latitudes, in degrees, from half a turn west of a meridian on."""

    middle: float = 0.0
    name: str = "plate-carree"

    def forward(self, lat: Any, lon: Any) -> Any:
        return np.stack(np.broadcast_arrays(self._wrap(lon), np.asarray(lat, float)), -1)

    def outlines(self, lat: Any, lon: Any) -> Iterator[tuple[Any, Any]]:
        places = np.arange(len(lat))
        centre = self._wrap(lon[:, :1])  # of the northern corner
        lon = (lon - centre + 180) % 360 - 180 + centre  # in one piece, maybe beyond the map
        at_pole = np.abs(lat) == 90
        plain = ~at_pole.any(1)
        outlines = np.stack([lon, lat], -1)
        for shift in (0, 360, -360):
            seen = (lon.max(1) + shift > self.middle - 180) & (
                lon.min(1) + shift < self.middle + 180
            )
            yield outlines[plain & seen] + [shift, 0], places[plain & seen]
            for i in places[~plain & seen]:  # the pole is a line on this map
                [j] = np.flatnonzero(at_pole[i])
                ends = [[lon[i, j - 1], lat[i, j]], [lon[i, (j + 1) % len(lon[i])], lat[i, j]]]
                outline = np.concatenate([outlines[i, :j], ends, outlines[i, j + 1 :]])
                yield outline[None] + [shift, 0], places[i : i + 1]

    def lines(self, lat: Any, lon: Any) -> list[Any]:
        lon = np.unwrap(self._wrap(lon), period=360)
        west, east = self.middle - 180, self.middle + 180
        return [
            np.stack([lon + shift, np.asarray(lat, float)], -1)
            for shift in (-720, -360, 0, 360, 720)
            if lon.max(initial=-1e9) + shift >= west and lon.min(initial=1e9) + shift <= east
        ]

    def stretch(self, lat: float) -> float:
        return float(180 / np.pi / (EQUATORIAL_RADIUS * _parallel(min(abs(lat), 89.9))))

    def _wrap(self, lon: Any) -> Any:
        west = self.middle - 180
        return (np.asarray(lon, float) - west) % 360 + west


def _split(points: Any, shown: Any) -> list[Any]:
    """Give the runs of two points or more that are shown."""
    ends = np.flatnonzero(np.diff(shown.astype(np.int8))) + 1
    runs = zip(np.split(points, ends), np.split(shown, ends), strict=True)
    return [run for run, there in runs if len(run) > 1 and there[0]]


SOUTH = Polar("EPSG:3031", -1, 71.0, 0.0)
NORTH = Polar("EPSG:3413", 1, 70.0, -45.0)
NAMES: dict[str, Projection] = {
    "south": SOUTH,
    "EPSG:3031": SOUTH,
    "north": NORTH,
    "EPSG:3413": NORTH,
    "plate-carree": PlateCarree(),
}


def named(name: str, *, lat: Any = None, lon: Any = None) -> Projection:
    """Give the projection of a name; "auto" is that which suits what is to be drawn."""
    if name == "auto" and lat is not None:
        return _suitable(np.asarray(lat, float), np.asarray(lon, float))
    if name not in NAMES:
        auto = ["auto"] if lat is not None else []
        raise ValueError(f"projection is one of {', '.join(auto + list(NAMES))}, not {name!r}")
    projection = NAMES[name]
    if name == "plate-carree" and lat is not None:
        return PlateCarree(_middle(np.asarray(lon, float)))
    return projection


def _suitable(lat: Any, lon: Any) -> Projection:
    around = _gap(lon)[1] < 180
    for projection in (SOUTH, NORTH):
        nearest = (projection.sign * lat).min()
        if nearest > 55 or (nearest > 30 and around):
            return projection
    return PlateCarree(_middle(lon))


def _gap(lon: Any) -> tuple[float, float]:
    """Give the longitude where the widest gap among longitudes ends, and its width."""
    lon = np.unique(lon % 360)
    gaps = np.diff(lon, append=lon[0] + 360)
    widest = int(np.argmax(gaps))
    return float(lon[(widest + 1) % len(lon)]), float(gaps[widest])


def _middle(lon: Any) -> float:
    """Give the middle of a map that is not cut where the data lie: 0 where that serves."""
    start, gap = _gap(lon)
    inside = (start + 180) % 360 - 180  # where the data begin
    if gap < 90 or inside + 360 - gap <= 180:
        return 0.0
    return float(np.rint(inside + (360 - gap) / 2))
