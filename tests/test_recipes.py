"""The recipes of docs/cells.md with xdggs and GeoPandas, held against what mortie says itself."""

import json

import numpy as np
import pytest

import mortie
from mortie import cells

random = np.random.default_rng(6)
ORDER = 5
MORTON = np.unique(
    mortie.latlon2mort(ORDER, random.uniform(-90, 90, 400), random.uniform(-180, 180, 400))
)


@pytest.mark.filterwarnings("ignore")  # those of the packages are not ours to mend
def test_xdggs():
    xdggs = pytest.importorskip("xdggs", reason="xdggs is missing; nox -s recipes installs it")
    xr = pytest.importorskip("xarray", reason="xarray is missing; nox -s recipes installs it")
    ds = xr.Dataset(
        {"count": ("cell", np.arange(len(MORTON)))},
        coords={"cell_ids": ("cell", mortie.mort2nest(MORTON))},
    )
    ds.cell_ids.attrs = {
        "grid_name": "healpix", "level": ORDER, "indexing_scheme": "nested",
    }  # fmt: skip
    ds = ds.pipe(xdggs.decode)
    centres = ds.dggs.cell_centers()
    lat, lon = mortie.mort2latlon(MORTON)
    np.testing.assert_allclose(centres.latitude, lat, atol=1e-9)
    np.testing.assert_allclose((centres.longitude - lon + 180) % 360 - 180, 0, atol=1e-9)
    here = ds.dggs.sel_latlon(lat[:5], lon[:5])
    np.testing.assert_array_equal(
        mortie.nest2mort(ORDER, here.cell_ids.values.astype("i8")), MORTON[:5]
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["parquet", "geojson"])
def test_geopandas(tmp_path, kind):
    gpd = pytest.importorskip("geopandas", reason="GeoPandas is missing; nox -s recipes has it")
    frame = gpd.GeoDataFrame({"morton": MORTON}, geometry=cells.polygons(MORTON, 2), crs=4326)
    path = tmp_path / f"cells.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
        back = gpd.read_parquet(path)
    else:
        frame.to_file(path, driver="GeoJSON", RFC7946=True, COORDINATE_PRECISION=15)
        back = gpd.read_file(path, engine="pyogrio")
        assert json.loads(path.read_text())["type"] == "FeatureCollection"
    np.testing.assert_array_equal(back.morton, MORTON)
    assert back.geometry.is_valid.all()
    assert back.geometry.geom_equals_exact(frame.geometry, 1e-9).all()
    # A join by geometry finds the cells of points as the index does.
    lat, lon = mortie.mort2latlon(MORTON)
    points = gpd.GeoSeries.from_xy((lon + 180) % 360 - 180, lat, crs=4326)
    joined = gpd.sjoin(gpd.GeoDataFrame(geometry=points), back, predicate="within")
    np.testing.assert_array_equal(joined.sort_index().morton, MORTON)
