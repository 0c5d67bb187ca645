"""The commands that take regions, in processes of their own."""

from pathlib import Path

import numpy as np
import pytest

import mortie
from shell import run

if mortie.backend() != "native":
    pytest.skip("regions need the C++ extension", allow_module_level=True)
shapely = pytest.importorskip("shapely")
pyogrio = pytest.importorskip("pyogrio", reason="pyogrio is missing; mortie[test] has it")
pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
import pyarrow.csv as pa_csv  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

BOXES = np.array([shapely.box(10 * k, -80, 10 * k + 15, -70) for k in range(4)], object)
NAMES = np.array(["Käfer", "b, c", '"d"', "e"], object)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fields = [NAMES, np.arange(7, 11)]
    pyogrio.raw.write(
        "boxes.gpkg",
        shapely.to_wkb(BOXES),
        fields,
        ["NAME", "number"],
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    return tmp_path


def points(n, seed=1):
    random = np.random.default_rng(seed)
    lat, lon = random.uniform(-85, -65, n), random.uniform(-20, 70, n)
    return pa.table({"lat": lat, "lon": lon, "height": random.normal(size=n)})


def places(table):
    return mortie.Regions(BOXES).locate(table["lat"].to_numpy(), table["lon"].to_numpy())


def names(values, table):
    return [None if place < 0 else values[place] for place in places(table)]


def test_parquet(folder):
    table = points(200_000)
    pq.write_table(table, "in.parquet")
    run("locate", "in.parquet", "--regions", "boxes.gpkg", "--id", "NAME", "-o", "out.parquet")
    out = pq.read_table("out.parquet")
    assert out.column_names == ["lat", "lon", "height", "NAME"]
    assert out.select(table.column_names).equals(table)
    assert out["NAME"].to_pylist() == names(NAMES.tolist(), table)
    options = ("--regions", "boxes.gpkg", "--id", "number", "--name", "box")
    run("locate", "in.parquet", *options, "-o", "numbers.parquet")
    assert pq.read_table("numbers.parquet")["box"].to_pylist() == names([7, 8, 9, 10], table)
    run("locate", "in.parquet", "--regions", "boxes.gpkg", "-o", "rows.parquet")
    assert pq.read_table("rows.parquet")["region"].to_pylist() == names([0, 1, 2, 3], table)


def test_csv(folder):
    table = points(1000)
    pa_csv.write_csv(table, "in.csv")
    run("locate", "in.csv", "--regions", "boxes.gpkg", "--id", "NAME", "-o", "out.csv")
    options = pa_csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
    out = pa_csv.read_csv("out.csv", convert_options=options)
    assert out["NAME"].to_pylist() == names(NAMES.tolist(), table)
    plain = [line.split(",")[:3] for line in Path("in.csv").read_text().splitlines()[1:]]
    kept = [line.split(",")[:3] for line in Path("out.csv").read_text("utf-8").splitlines()[1:]]
    assert kept == plain


def test_bad_points(folder):
    table = pa.table({"lat": [-75.0, 91.0, None, -75.0], "lon": [12.0, 12.0, 12.0, 62.0]})
    pq.write_table(table, "in.parquet")
    options = ("locate", "in.parquet", "--regions", "boxes.gpkg", "--id", "NAME")
    _, err = run(*options, "-o", "out.parquet", code=1)
    assert "row 2: lat is 91.0" in err
    run(*options, "-o", "null.parquet", "--on-error", "null")
    assert pq.read_table("null.parquet")["NAME"].to_pylist() == ["Käfer", None, None, None]
    _, err = run(*options, "-o", "skip.parquet", "--on-error", "skip")
    assert "skipped 2 bad rows" in err
    assert pq.read_table("skip.parquet")["NAME"].to_pylist() == ["Käfer", None]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--regions", "nothing.gpkg"), "nothing.gpkg: No such file or directory"),
        (("--regions", "boxes.gpkg", "--id", "x"), "has no column 'x', only 'NAME', 'number'"),
        (("--regions", "boxes.gpkg", "--id", "NAME", "--name", "lat"), "a column 'lat' already"),
        (("--regions", "crossing.gpkg"), "geometry 0, part 0, vertex 0: the edge that begins here"),
    ],
)
def test_errors(folder, options, text):
    pq.write_table(points(10), "in.parquet")
    crossing = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    pyogrio.raw.write(
        "crossing.gpkg",
        shapely.to_wkb([crossing]),
        [],
        [],
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    _, err = run("locate", "in.parquet", *options, "-o", "out.parquet", code=1)
    assert text in err
    assert not Path("out.parquet").exists()


def test_count(folder):
    Path("in").mkdir()
    tables = [points(50_000, seed) for seed in range(2)]
    for seed, table in enumerate(tables):
        pq.write_table(table, f"in/{seed}.parquet")
    found = places(pa.concat_tables(tables))
    counts = np.bincount(found[found >= 0], minlength=4).tolist()
    out, err = run("count", "in", "--regions", "boxes.gpkg", "--id", "number")
    assert out == "number,count\n" + "".join(f"{7 + k},{n}\n" for k, n in enumerate(counts))
    assert f"{(found < 0).sum():,} points lie in no region" in err
    run("count", "in", "--regions", "boxes.gpkg", "--id", "NAME", "-o", "out.parquet")
    expected = {"NAME": NAMES.tolist(), "count": counts}
    assert pq.read_table("out.parquet").to_pydict() == expected
    pq.write_table(pa.table({"lat": [-75.0], "lon": [12.0]}), "one.parquet")
    out, err = run("count", "one.parquet", "--regions", "boxes.gpkg")
    assert out == "region,count\n0,1\n1,0\n2,0\n3,0\n"
    assert "no region" not in err
    _, err = run("count", "in", "--regions", "boxes.gpkg", "--column", "x", code=1)
    assert "--column names indices" in err
    _, err = run("count", "in", "--regions", "boxes.gpkg", "--order", "3", code=2)
    assert "not allowed with argument --regions" in err


@pytest.mark.slow
def test_dask(folder):
    distributed = pytest.importorskip("distributed", reason="mortie[dask] is not installed")
    Path("in").mkdir()
    for seed in range(3):
        pq.write_table(points(20_000, seed), f"in/{seed}.parquet")
    options = ("locate", "in", "--regions", "boxes.gpkg", "--id", "NAME")
    run(*options, "-o", "local/")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        run(*options, "-o", "dask/", "--dask", cluster.scheduler_address)
        count = ("count", "in", "--regions", "boxes.gpkg", "--id", "NAME")
        assert run(*count, "--dask", cluster.scheduler_address)[0] == run(*count)[0]
    for seed in range(3):
        name = f"{seed}.parquet"
        assert Path("dask", name).read_bytes() == Path("local", name).read_bytes()
