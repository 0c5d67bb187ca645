"""Regions in files, as the command line reads them."""

import numpy as np
import pytest

shapely = pytest.importorskip("shapely")
pyogrio = pytest.importorskip("pyogrio", reason="pyogrio is missing; mortie[test] has it")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from mortie._cli.errors import CommandError  # noqa: E402 # takes pyarrow
from mortie._cli.geometries import read_geometries  # noqa: E402

BOXES = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], object)
NAMES = np.array(["west", "east"], object)


def write(path, geometries=BOXES, crs="EPSG:4326", names=NAMES):
    pyogrio.raw.write(
        path, shapely.to_wkb(geometries), [names], ["NAME"], geometry_type="Polygon", crs=crs
    )
    return str(path)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson"])
def test_files(tmp_path, suffix):
    path = write(tmp_path / f"boxes.{suffix}")
    geometries, ids = read_geometries(path, "NAME")
    assert shapely.equals(geometries, BOXES).all()
    assert ids.to_pylist() == ["west", "east"]
    assert read_geometries(path)[1].to_pylist() == [0, 1]


def test_geoparquet(tmp_path):
    geopandas = pytest.importorskip("geopandas", reason="geopandas writes GeoParquet")
    path = str(tmp_path / "boxes.parquet")
    frame = geopandas.GeoDataFrame({"NAME": NAMES}, geometry=BOXES, crs=4326)
    frame.to_parquet(path)
    geometries, ids = read_geometries(path, "NAME")
    assert shapely.equals(geometries, BOXES).all()
    assert ids.to_pylist() == ["west", "east"]
    frame.to_crs(3031).to_parquet(path)
    geometries, _ = read_geometries(path)
    assert shapely.equals_exact(geometries, BOXES, 1e-9).all()


def test_projected(tmp_path):
    pytest.importorskip("pyproj", reason="pyproj is missing: pip install pyproj")
    # Metres of Antarctic Polar Stereographic: 1000 km from the pole, along 0, 90, 180 degrees.
    triangle = shapely.Polygon([(0, 1e6), (1e6, 0), (0, -1e6)])
    path = write(tmp_path / "a.gpkg", [triangle], "EPSG:3031", NAMES[:1])
    [moved], _ = read_geometries(path)
    lon, lat = shapely.get_coordinates(moved)[:3].T
    np.testing.assert_allclose(sorted(np.abs(lon)), [0, 90, 180], atol=1e-9)
    # 2 R k0 tan(c / 2) = 1000 km with R = 6399.6 km, k0 = 0.97277 at the pole: c = 9.184 degrees.
    np.testing.assert_allclose(lat, -80.816, atol=0.01)


def test_errors(tmp_path):
    path = write(tmp_path / "boxes.gpkg")
    with pytest.raises(CommandError, match=r"has no column 'x', only 'NAME'"):
        read_geometries(path, "x")
    with pytest.raises(CommandError, match="No such file"):
        read_geometries(str(tmp_path / "nothing.gpkg"))
    text = tmp_path / "a.gpkg"
    text.write_text("no regions")
    with pytest.raises(CommandError, match="not recognized"):
        read_geometries(str(text))
    with pytest.warns(UserWarning, match="crs"):
        nowhere = write(tmp_path / "b.shp", crs=None)
    with pytest.raises(CommandError, match="CRS"):
        read_geometries(nowhere)
    with pytest.raises(CommandError, match="region 1 has no geometry"):
        read_geometries(write(tmp_path / "c.gpkg", [BOXES[0], None]))
    table = pa.table({"NAME": ["west"]})
    pq.write_table(table, tmp_path / "d.parquet")
    with pytest.raises(CommandError, match="is no GeoParquet"):
        read_geometries(str(tmp_path / "d.parquet"))
