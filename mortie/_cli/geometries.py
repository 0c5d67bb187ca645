"""Regions in files: their geometries in longitudes and latitudes, and what names them."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import mortie
from mortie._cli.columns import is_text
from mortie._cli.errors import CommandError, errors_of

# Longitudes and latitudes on WGS 84, as files name them.
WGS84 = {("EPSG", "4326"), ("OGC", "CRS84")}


@dataclass(frozen=True)
class RegionFile:
    """A file of regions, and the column that names them.

    Workers of a cluster get its name, and each reads it once.
    """

    path: str
    name: str | None
    state: tuple[int, int]  # so that a file that changes is read again
    kind: pa.DataType  # of the names

    @staticmethod
    def open(path: str, name: str | None) -> RegionFile:
        """Read a file, so that its errors come first."""
        path = os.path.abspath(path)  # noqa: PTH100 # keeps links
        try:
            status = Path(path).stat()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        state = (status.st_mtime_ns, status.st_size)
        _, names = read_regions(path, name, state)
        return RegionFile(path, name, state, names.type)

    def regions(self) -> tuple[mortie.Regions, pa.Array]:
        """Give the regions and their names."""
        return read_regions(self.path, self.name, self.state)

    def places_of(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """Give the places of the regions that hold points, -1 outside."""
        return self.regions()[0].locate(lat, lon)

    def names_of(self, lat: np.ndarray, lon: np.ndarray) -> pa.Array:
        """Give the names of the regions that hold points, null outside."""
        places = self.places_of(lat, lon)
        names = coded_names(self.path, self.name, self.state)
        return names.take(pa.array(places, mask=places < 0))


@functools.lru_cache(maxsize=1)
def read_regions(
    path: str, name: str | None, state: tuple[int, int]
) -> tuple[mortie.Regions, pa.Array]:
    """Read a file of regions, and make their index."""
    geometries, names = read_geometries(path, name)
    try:
        regions = mortie.Regions(geometries)
        regions.locate([], [])
    except ValueError as error:
        raise CommandError(f"{path}: {error}") from None
    return regions, names


@functools.lru_cache(maxsize=1)
def coded_names(path: str, name: str | None, state: tuple[int, int]) -> pa.Array:
    """Give the names of regions, text as a dictionary: no row then has text of its own."""
    _, names = read_regions(path, name, state)
    return names.dictionary_encode() if is_text(names.type) else names


def read_geometries(path: str, name: str | None = None) -> tuple[np.ndarray, pa.Array]:
    """Read the regions of a file.

    Parameters
    ----------
    path : str
        A GeoPackage, Shapefile or GeoJSON file, or whatever else GDAL reads; or GeoParquet, if it
        ends in ``.parquet``.
    name : str, optional
        The column that names the regions.

    Returns
    -------
    geometries : ndarray of shapely geometries
        In degrees of longitude and latitude on WGS 84.
    ids : pyarrow.Array
        The column's values, or the numbers of the rows from 0 on.
    """
    if not Path(path).exists():
        raise CommandError(f"{path}: No such file or directory")
    try:
        import shapely
    except ImportError as error:
        raise CommandError(
            "reading regions takes shapely: pip install 'mortie[regions]'"
        ) from error
    parquet = Path(path).suffix.lower() in (".parquet", ".geoparquet")
    read = from_parquet if parquet else from_gdal
    wkb, ids, crs = read(path, name)
    geometries = shapely.from_wkb(wkb)
    if shapely.is_missing(geometries).any():
        row = int(shapely.is_missing(geometries).argmax())
        raise CommandError(f"{path}: region {row} has no geometry")
    if ids is None:
        ids = pa.array(np.arange(len(geometries)))
    return to_wgs84(path, geometries, crs), ids


def from_gdal(path: str, name: str | None) -> tuple[np.ndarray, pa.Array | None, Any]:
    """Read with pyogrio: the geometries as WKB, what names them, and the name of the CRS."""
    try:
        import pyogrio
    except ImportError as error:
        raise CommandError(
            f"reading {path} takes pyogrio: pip install 'mortie[regions]'"
        ) from error
    try:
        names = list(pyogrio.read_info(path)["fields"])
        known(path, name, names)
        meta, table = pyogrio.read_arrow(path, columns=[] if name is None else [name])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise CommandError(" ".join(str(error).split())) from None
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry not in table.column_names:
        raise CommandError(f"{path} has no geometries")
    wkb = np.array(table[geometry].to_pylist(), object)
    return wkb, None if name is None else table[name].combine_chunks(), meta["crs"]


def from_parquet(path: str, name: str | None) -> tuple[np.ndarray, pa.Array | None, Any]:
    """Read GeoParquet: as `from_gdal`, with the CRS as PROJ's JSON."""
    import pyarrow.parquet as pq

    with errors_of(path):
        schema = pq.read_schema(path)
        try:
            about = json.loads((schema.metadata or {})[b"geo"])
            geometry = about["primary_column"]
            column = about["columns"][geometry]
        except (KeyError, ValueError) as error:
            raise CommandError(f"{path} is no GeoParquet: it lacks the metadata 'geo'") from error
        if column.get("encoding") != "WKB":
            raise CommandError(f"{path} has geometries as {column.get('encoding')}, not as WKB")
        known(path, name, [each for each in schema.names if each != geometry])
        table = pq.read_table(path, columns=[geometry] + ([] if name is None else [name]))
    wkb = np.array(table[geometry].to_pylist(), object)
    crs = column.get("crs", "OGC:CRS84")
    return wkb, None if name is None else table[name].combine_chunks(), crs


def known(path: str, name: str | None, names: Sequence[str]) -> None:
    """Refuse a name that no column has."""
    if name is not None and name not in names:
        raise CommandError(f"{path} has no column {name!r}, only {', '.join(map(repr, names))}")


def to_wgs84(path: str, geometries: np.ndarray, crs: Any) -> np.ndarray:
    """Bring geometries to longitudes and latitudes on WGS 84."""
    if crs is None:
        raise CommandError(f"{path} doesn't say which coordinates it has (its CRS)")
    if isinstance(crs, dict):
        code = crs.get("id", {})
        label = (code.get("authority"), str(code.get("code")))
        called = crs.get("name", "another CRS")
    else:
        authority, _, code = str(crs).partition(":")
        label = (authority, code)
        called = str(crs).split("\n")[0][:60]
    if label in WGS84:
        return geometries
    try:
        from pyproj import Transformer
    except ImportError as error:
        raise CommandError(
            f"{path} is in {called}: bring it to EPSG:4326, or install pyproj"
        ) from error
    import shapely

    source = json.dumps(crs) if isinstance(crs, dict) else crs
    to = Transformer.from_crs(source, "OGC:CRS84", always_xy=True)

    def move(points: np.ndarray) -> np.ndarray:
        return np.column_stack(to.transform(points[:, 0], points[:, 1]))

    return shapely.transform(geometries, move)
