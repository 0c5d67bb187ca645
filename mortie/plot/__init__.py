"""Maps of Morton cells and of regions, drawn by matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

try:
    import matplotlib as _  # noqa: F401
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f"mortie.plot needs matplotlib ({_error}): pip install 'mortie[plot]'",
        name=_error.name,
    ) from _error

from mortie._columns import split
from mortie.plot._cartopy import Geo, is_geo
from mortie.plot._cells import cells
from mortie.plot._frame import projection_of
from mortie.plot._projections import named
from mortie.plot._regions import regions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["cells", "project", "regions"]


def project(lat: ArrayLike, lon: ArrayLike, projection: str | Axes) -> tuple[Any, Any]:
    """Give the places of points on a map, to draw other data on it.

    Parameters
    ----------
    lat, lon : array_like of float64
        Geodetic latitudes and longitudes on WGS 84, in degrees.
    projection : str or matplotlib.axes.Axes
        "EPSG:3031" or "south", "EPSG:3413" or "north", "plate-carree"; or axes
        that `cells` or `regions` has drawn on.

    Returns
    -------
    x, y : ndarray of float64
        In metres, or in degrees for "plate-carree".

    Raises
    ------
    ValueError
        For an unknown projection, and axes that hold no map.

    Notes
    -----
    As in [1]_, equations 21-33 and 21-34; NaN where a coordinate is NaN.

    References
    ----------
    .. [1] Snyder (1987), "Map Projections: A Working Manual", U.S. Geological
       Survey Professional Paper 1395. https://doi.org/10.3133/pp1395

    Examples
    --------
    >>> import mortie.plot
    >>> x, y = mortie.plot.project(-77.85, 166.67, "EPSG:3031")  # McMurdo Station
    >>> print(f"{x:.0f} {y:.0f}")
    305954 -1291121
    """
    on: Any
    if isinstance(projection, str):
        on = named(projection)
    else:
        on = Geo(projection) if is_geo(projection) else projection_of(projection)
        if on is None:
            raise ValueError("these axes hold no map of mortie.plot")
    points = on.forward(_floats(lat), _floats(lon))
    return points[..., 0], points[..., 1]


def _floats(column: Any) -> Any:
    """Give degrees as an array, NaN where they are missing."""
    values, missing = split(column)
    return values.astype(float) if missing is None else np.where(missing, np.nan, values)
