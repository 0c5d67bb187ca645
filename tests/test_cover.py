"""``mortie cover``, against shapely on centres and against mortie.cover cell by cell."""

import json
from pathlib import Path

import numpy as np
import pytest

import mortie
import shell

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is missing; mortie[test] has it")
shapely = pytest.importorskip("shapely", reason="shapely is missing; mortie[test] has it")
pytest.importorskip("pyogrio", reason="pyogrio is missing; mortie[test] has it")
pytest.importorskip("tqdm", reason="tqdm is missing; mortie[test] has it")

# Small boxes, where great circles and parallels differ by less than a cell's size.
BOXES = {"west": shapely.box(10, -75, 12, -74), "east": shapely.box(179, -70, 180, -69.5)}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    features = [
        {"type": "Feature", "properties": {"NAME": k}, "geometry": shapely.geometry.mapping(box)}
        for k, box in BOXES.items()
    ]
    Path("in.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return tmp_path


def cover(*arguments, code=0):
    out, err = shell.run("cover", *arguments, code=code)
    return out if code == 0 else err.splitlines()[-1]


def test_parquet(folder):
    cover("in.geojson", "--order", 9, "--id", "NAME", "-o", "cells.parquet")
    table = pq.read_table("cells.parquet")
    assert [str(kind) for kind in table.schema.types][::2] == ["int64", "int8"]
    assert table.column_names == ["morton", "NAME", "order"]
    ids, cells = np.array(table["NAME"].to_pylist()), table["morton"].to_numpy()
    assert set(table["order"].to_pylist()) == {9}
    for name, box in BOXES.items():
        found = cells[ids == name]
        # Whatever lies well inside has its cell among them, and whatever is far has not.
        west, south, east, north = box.bounds
        lat, lon = np.random.default_rng(1).uniform((south, west), (north, east), (500, 2)).T
        inside = (lat > south + 0.02) & (lat < north - 0.02)
        assert np.isin(mortie.latlon2mort(9, lat, lon)[inside], found).all()
        centres = shapely.points(*mortie.mort2latlon(found)[::-1])
        assert shapely.distance(centres, box).max() < 0.5


@pytest.mark.parametrize(
    ("mode", "mixed"),
    [(mode, False) for mode in ("overlap", "centre", "within", "boundary")]
    + [("overlap", True), ("within", True)],
)
def test_modes(folder, mode, mixed):
    out = cover("in.geojson", "--order", 8, "--mode", mode, *(["--mixed"] if mixed else []))
    assert out.startswith("morton,region,order\n")
    rows = np.loadtxt(out.splitlines()[1:], np.int64, delimiter=",", ndmin=2)
    expected, place = mortie.cover(list(BOXES.values()), 8, mode=mode, mixed=mixed)
    np.testing.assert_array_equal(rows[:, 0], expected)
    np.testing.assert_array_equal(rows[:, 1], place)
    np.testing.assert_array_equal(rows[:, 2], mortie.mort2order(expected))


def test_refuses(folder):
    assert "no column 'ID', only 'NAME'" in cover("in.geojson", "--order", 3, "--id", "ID", code=1)
    assert "absent.gpkg: No such file" in cover("absent.gpkg", "--order", 3, code=1)
    assert cover("in.geojson", "--order", 3, "--id", "order", code=1) == (
        "mortie: error: --id order: the new columns are morton and order"
    )
    Path("cells.csv").write_text("precious\n")
    assert "exists already" in cover("in.geojson", "--order", 3, "-o", "cells.csv", code=1)
    assert Path("cells.csv").read_text() == "precious\n"
    text = Path("in.geojson").read_text().replace("-69.5", "-95.5")
    Path("bad.geojson").write_text(text)
    said = cover("bad.geojson", "--order", 3, "-o", "new.parquet", code=1)
    assert said.startswith("mortie: error: bad.geojson: region 1: ")
    assert "-95.5" in said
    assert not Path("new.parquet").exists()
