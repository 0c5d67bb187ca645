"""The projection of cartopy's axes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np


class Geo:
    """What cartopy's axes draw on; it cuts what goes over the edges of their map."""

    def __init__(self, axes: Any) -> None:
        import cartopy.crs

        self.crs = axes.projection
        self.name = type(self.crs).__name__
        self._degrees = cartopy.crs.Geodetic()

    def forward(self, lat: Any, lon: Any) -> Any:
        lon = (np.asarray(lon, float) + 180) % 360 - 180  # PlateCarree takes them as they are
        lat, lon = np.broadcast_arrays(np.asarray(lat, float), lon)
        points = self.crs.transform_points(self._degrees, lon.ravel(), lat.ravel())
        return points[:, :2].reshape(*lat.shape, 2)

    def outlines(self, lat: Any, lon: Any) -> Iterator[tuple[Any, Any]]:
        from shapely import Polygon

        points = self.forward(lat, lon)
        sides = np.hypot(*np.moveaxis(points - np.roll(points, 1, 1), -1, 0)).max(1)
        (west, east), (south, north) = self.crs.x_limits, self.crs.y_limits
        whole = sides < 0.2 * min(east - west, north - south)  # not where one is no number
        places = np.arange(len(lat))
        yield points[whole], places[whole]
        for i in places[~whole]:
            ring = Polygon(np.stack([lon[i], lat[i]], -1))
            for part in self.crs.project_geometry(ring, self._degrees).geoms:
                yield np.array(part.exterior.coords)[None, :-1], places[i : i + 1]

    def lines(self, lat: Any, lon: Any) -> list[Any]:
        from shapely import LineString

        line = self.crs.project_geometry(LineString(np.stack([lon, lat], -1)), self._degrees)
        return [np.array(part.coords) for part in line.geoms]

    def stretch(self, lat: float) -> float:
        raise NotImplementedError


def is_geo(axes: Any) -> bool:
    """Return whether axes are cartopy's."""
    module = sys.modules.get("cartopy.mpl.geoaxes")
    return module is not None and isinstance(axes, module.GeoAxes)
