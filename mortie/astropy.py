"""The units of astropy in what takes coordinates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import astropy.units as u
import numpy as np
from astropy.units.quantity_helper import UFUNC_HELPERS

import mortie

__all__ = ["register", "to_degrees"]


def _converter(unit: Any) -> Callable[[Any], Any]:
    """Make a function that converts values of a unit to degrees, in float64."""
    factor = unit.to(u.deg)
    # Astropy's factors of mas and hourangle are a little too large: a pole is beyond 90 degrees.
    # Whole numbers, of degrees or of parts of a degree, are exact, and so round only once.
    for ratio, whole in ((factor, np.multiply), (1 / factor, np.divide)):
        if np.isclose(ratio, np.rint(ratio), rtol=1e-14, atol=0):
            return lambda values: whole(values, np.rint(ratio), dtype=np.float64)
    return partial(np.multiply, factor, dtype=np.float64)


def to_degrees(values: Any, unit: Any) -> Any:
    """Convert the values of an array, whatever its class, to an array of degrees.

    Parameters
    ----------
    values : array_like
        Numbers; a unit that they have is not looked at.
    unit : astropy.units.UnitBase
        Their unit.

    Returns
    -------
    ndarray of float64
        Degrees.

    Raises
    ------
    astropy.units.UnitTypeError
        If the unit is not one of angle.

    Examples
    --------
    >>> import mortie.astropy, astropy.units as u
    >>> print(mortie.astropy.to_degrees([324_000_000, 0], u.mas))
    [90.  0.]
    """
    try:
        return _converter(unit)(np.asarray(values))
    except u.UnitConversionError as error:
        raise u.UnitTypeError(
            f"latitudes and longitudes come in units of angle, such as deg or rad: {error}"
        ) from None


def _converters(ufunc: Any, *units: Any) -> Any:
    """Give a converter for each input of (order, lat, lon), None for one without a unit."""
    try:
        if units[0] is not None:
            raise u.UnitConversionError(f"the order has the unit '{units[0]}'")
        return [unit and _converter(unit) for unit in units], None
    except u.UnitConversionError as error:
        raise u.UnitTypeError(
            f"{ufunc.__name__} takes an order without a unit, and latitudes and longitudes in "
            f"units of angle, such as deg or rad: {error}"
        ) from None


def _latitude_converter(ufunc: Any, unit: Any) -> Any:
    """Give a converter for a latitude, and the unit of what the ufunc makes of it."""
    try:
        return [_converter(unit)], u.deg
    except u.UnitConversionError as error:
        raise u.UnitTypeError(
            f"{ufunc.__name__} takes latitudes in units of angle, such as deg or rad: {error}"
        ) from None


def register() -> None:
    """Let the ufuncs that take latitudes and longitudes take Quantities.

    Latitudes and longitudes in any unit of angle (deg, rad, arcsec, hourangle)
    are converted to degrees, and so are `Latitude`, `Longitude` and `Angle`;
    numbers without a unit are degrees as ever. Other units raise astropy's
    UnitTypeError. (`mortie.tools.geo2mort` and `geo2uniq` and what
    `mortie.nullable` makes take Quantities without this call.)
    `geodetic2authalic` and `authalic2geodetic` give Quantities in degrees.

    Examples
    --------
    >>> import mortie, mortie.astropy, numpy as np, astropy.units as u
    >>> mortie.astropy.register()
    >>> print(mortie.latlon2mort(6, -np.pi / 2 * u.rad, 0 * u.deg))
    -3111111
    """
    for ufunc in (mortie.latlon2mort, mortie.latlon2nest):
        UFUNC_HELPERS[ufunc] = _converters
    for of_latitude in (mortie.authalic2geodetic, mortie.geodetic2authalic):
        UFUNC_HELPERS[of_latitude] = _latitude_converter
