"""The units of astropy in the ufuncs that take coordinates."""

from __future__ import annotations

from functools import partial
from typing import Any

import astropy.units as u
import numpy as np
from astropy.units.quantity_helper import UFUNC_HELPERS

import mortie

__all__ = ["register"]


def _to_degrees(ufunc: Any, *units: Any) -> Any:
    """Give a converter for each input of (order, lat, lon), None for one without a unit."""
    try:
        if units[0] is not None:
            raise u.UnitConversionError(f"the order has the unit '{units[0]}'")
        return [unit and partial(np.multiply, unit.to(u.deg)) for unit in units], None
    except u.UnitConversionError as error:
        raise u.UnitTypeError(
            f"{ufunc.__name__} takes an order without a unit, and latitudes and longitudes in "
            f"units of angle, as deg or rad: {error}"
        ) from None


def register() -> None:
    """Let `latlon2mort` and `latlon2nest` take Quantities.

    Latitudes and longitudes in any unit of angle (deg, rad, arcsec, hourangle)
    are converted to degrees, and so are `Latitude`, `Longitude` and `Angle`;
    numbers without a unit are degrees as ever. Other units raise astropy's
    UnitTypeError. (`mortie.tools.geo2mort` and `geo2uniq` take Quantities
    without this call.)

    Examples
    --------
    >>> import mortie, mortie.astropy, numpy as np, astropy.units as u
    >>> mortie.astropy.register()
    >>> print(mortie.latlon2mort(6, -np.pi / 2 * u.rad, 0 * u.deg))
    -3111111
    """
    for ufunc in (mortie.latlon2mort, mortie.latlon2nest):
        UFUNC_HELPERS[ufunc] = _to_degrees
