"""The statistics of `mortie count --value`, held against pandas and exact fractions."""

import statistics
from pathlib import Path

import numpy as np
import pytest

import mortie
import shell

pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
pd = pytest.importorskip("pandas", reason="pandas is missing; nox -s tests installs it")
import pyarrow.csv as pa_csv  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

KEYS = ("count", "mean", "std", "min", "max")


def run(*arguments, code=0):
    out, err = shell.run(*arguments, code=code)
    assert "Warning" not in err
    return out, err


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def points(n, seed=1):
    random = np.random.default_rng(seed)
    lat, lon = random.uniform(-85, -65, n), random.uniform(-20, 70, n)
    height, slope = random.normal(1e3, 500, n), random.normal(size=n).astype(np.float32)
    lacks = random.random(n) < 0.1
    height[random.random(n) < 0.1] = np.nan
    return pa.table({"lat": lat, "lon": lon, "h": pa.array(height, mask=lacks), "slope": slope})


def cells(table, order):
    return mortie.latlon2mort(order, table["lat"].to_numpy(), table["lon"].to_numpy())


def expected(groups, table, names):
    """What pandas finds, which skips NaN and divides by the count less one."""
    frame = pd.DataFrame({name: table[name].to_numpy().astype(float) for name in names})
    found = frame.groupby(groups).agg(KEYS)
    found.columns = [f"{name}_{key}" for name, key in found.columns]
    return found


def check(out, wanted):
    for name in wanted:
        found = out[name].to_pandas().to_numpy(dtype=float)
        np.testing.assert_allclose(found, wanted[name], rtol=1e-12, err_msg=name)
        if name.endswith(("count", "min", "max")):
            np.testing.assert_array_equal(found, wanted[name])


@pytest.mark.parametrize("order", [2, 5, 9])
def test_cells_of_several_files(order):
    tables = [points(n, seed) for seed, n in enumerate((200_000, 3000, 1))]
    for table, name in zip(tables, ("a.parquet", "b.parquet", "c.csv"), strict=True):
        if name.endswith("csv"):
            doubles = table.set_column(3, "slope", table["slope"].cast(pa.float64()))
            pa_csv.write_csv(doubles, name)
        else:
            pq.write_table(table, name)
    options = ("--order", order, "--value", "h", "--value", "slope", "--value", "h")
    _, err = run("count", *("a.parquet", "b.parquet", "c.csv"), *options, "-o", "out.parquet")
    table = pa.concat_tables(tables)
    groups = cells(table, order)
    out, wanted = pq.read_table("out.parquet"), expected(groups, table, ["h", "slope"])
    assert out.column_names == ["morton", "count", *wanted.columns]
    morton, counts = np.unique(groups, return_counts=True)
    assert out["morton"].to_numpy().tolist() == morton.tolist()
    assert out["count"].to_numpy().tolist() == counts.tolist()
    check(out, wanted)
    lost = int(np.isnan(table["h"].to_numpy()).sum())
    assert f"left out {lost:,} values of h: null, NaN or fill" in err
    assert "of slope" not in err


def test_csv_has_empty_values_where_there_are_none():
    text = "lat,lon,h\n10,20,1.5\n10,20,\n10,20,NaN\n10,20,4.5\n-40,20,7\n60,20,\n"
    Path("in.csv").write_text(text)
    out, err = run("count", "in.csv", "--order", "0", "--value", "h")
    n = {k: mortie.latlon2mort(0, k, 20) for k in (10, -40, 60)}
    lines = {
        n[10]: f"{n[10]},4,2,3,{statistics.stdev([1.5, 4.5])},1.5,4.5",
        n[-40]: f"{n[-40]},1,1,7,,7,7",
        n[60]: f"{n[60]},1,0,,,,",
    }
    assert out.splitlines()[0] == "morton,count,h_count,h_mean,h_std,h_min,h_max"
    assert out.splitlines()[1:] == [lines[k] for k in sorted(lines)]
    assert "left out 3 values of h" in err


def test_deviations_of_large_values():
    """A sum of squares would lose all their digits, and a plain sum those of the mean."""
    table = points(300_000)
    noise = np.random.default_rng(5).normal(scale=1e-3, size=len(table))
    values = 1e9 + noise
    table = table.append_column("t", pa.array(values))
    for k in range(3):  # batches and files that are to be merged
        pq.write_table(table.slice(k * 100_000, 100_000), f"{k}.parquet")
    names = [f"{k}.parquet" for k in range(3)]
    run("count", *names, "--order", 1, "--value", "t", "-o", "o.parquet")
    out = pq.read_table("o.parquet").to_pydict()
    groups = cells(table, 1)
    assert len(out["morton"]) > 2
    for row, morton in enumerate(out["morton"]):
        inside = values[groups == morton] - 1e9  # exact
        if len(inside) < 2:
            continue
        # Means of parts are rounded to doubles: by 1e-16 of 1e9, that is 1e-4 of the deviation.
        assert out["t_std"][row] == pytest.approx(np.std(inside, ddof=1), rel=1e-4)
        assert (
            abs(out["t_mean"][row] - 1e9 - inside.mean()) <= 2.4e-7
        )  # two units in the last place


def test_fill_values_and_units():
    kinds = {"h": pa.float32(), "k": pa.int16()}
    about = {
        "h": {"units": "m", "_FillValue": "3.4028235e+38"},
        "k": {"units": "1e-2 m", "_FillValue": "-9999", "long_name": "a"},
    }
    fill = float(np.finfo(np.float32).max)
    fields = [pa.field(name, kind, metadata=about[name]) for name, kind in kinds.items()]
    schema = pa.schema([("lat", pa.float64()), ("lon", pa.float64()), *fields])
    columns = [[10.0] * 4, [20.0] * 4, [1.0, fill, 2.0, None], [-9999, 3, 5, 10]]
    arrays = [pa.array(c, field.type) for c, field in zip(columns, schema, strict=True)]
    pq.write_table(pa.table(arrays, schema), "in.parquet")
    options = ("--order", "3", "--value", "h", "--value", "k")
    _, err = run("count", "in.parquet", *options, "-o", "out.parquet")
    out = pq.read_table("out.parquet")
    row = out.to_pylist()[0]
    assert [row[f"h_{key}"] for key in KEYS] == [2, 1.5, statistics.stdev([1, 2]), 1, 2]
    assert [row[f"k_{key}"] for key in KEYS] == [3, 6, statistics.stdev([3, 5, 10]), 3, 10]
    assert "left out 2 values of h" in err
    assert "left out 1 value of k" in err
    for name in kinds:
        unit = about[name]["units"].encode()
        assert not (out.schema.field(f"{name}_count").metadata or {}).get(b"units")
        for key in KEYS[1:]:
            assert out.schema.field(f"{name}_{key}").metadata[b"units"] == unit
    feet = schema.set(2, schema.field("h").with_metadata({"units": "ft"}))
    pq.write_table(pa.table(arrays, feet), "feet.parquet")
    _, err = run("count", "in.parquet", "feet.parquet", *options, code=1)
    assert "feet.parquet: the unit of column 'h' is ft, and m elsewhere" in err
    bad = schema.set(2, schema.field("h").with_metadata({"_FillValue": "none"}))
    pq.write_table(pa.table(arrays, bad), "bad.parquet")
    _, err = run("count", "bad.parquet", *options, code=1)
    assert "bad.parquet: the _FillValue of column 'h' is 'none', not a number" in err


def test_infinite_values_are_values():
    table = {"lat": [10.0] * 3, "lon": [20.0] * 3, "h": [1.0, np.inf, 2.0]}
    pq.write_table(pa.table(table), "in.parquet")
    run("count", "in.parquet", "--order", "3", "--value", "h", "-o", "out.parquet")
    row = pq.read_table("out.parquet").to_pylist()[0]
    assert (row["h_count"], row["h_mean"], row["h_min"], row["h_max"]) == (3, np.inf, 1, np.inf)
    assert np.isnan(row["h_std"])


def test_no_rows():
    pq.write_table(points(10).slice(0, 0), "in.parquet")
    out, err = run("count", "in.parquet", "--order", "3", "--value", "h")
    assert out == "morton,count,h_count,h_mean,h_std,h_min,h_max\n"
    assert "left out" not in err


def test_errors():
    table = points(10).append_column("good", pa.array([True] * 10))
    table = table.append_column("name", pa.array(["x"] * 10))
    pq.write_table(table, "in.parquet")
    options = ("count", "in.parquet", "--order", "3", "--value")
    for name, text in {
        "good": "column 'good' holds bool, and values are numbers",
        "name": "row 1: name is 'x', not a number",
        "depth": "no column 'depth' among lat, lon, h, slope, good, name",
    }.items():
        out, err = run(*options, name, code=1)
        assert text in err
        assert (out, err.count("\n")) == ("", 2 if "latitudes from" in err else 1)
    run(*options, "lat")  # whose values are coordinates as well


def regions():
    shapely = pytest.importorskip("shapely")
    pyogrio = pytest.importorskip("pyogrio", reason="pyogrio is missing; mortie[test] has it")
    if mortie.backend() != "native":
        pytest.skip("regions need the C++ extension")
    boxes = np.array([shapely.box(10 * k, -80, 10 * k + 15, -70) for k in range(4)], object)
    boxes[2] = shapely.box(150, 70, 160, 80)  # without points
    fields = {"geometry_type": "Polygon", "crs": "EPSG:4326"}
    names = [np.array(list("abcd"), object)] * 2
    pyogrio.raw.write("boxes.gpkg", shapely.to_wkb(boxes), names, ["NAME", "h_mean"], **fields)
    return mortie.Regions(boxes)


def test_regions():
    boxes, table = regions(), points(200_000)
    for k in range(2):
        pq.write_table(table.slice(100_000 * k, 100_000), f"{k}.parquet")
    options = ("0.parquet", "1.parquet", "--regions", "boxes.gpkg", "--id", "NAME", "--value", "h")
    _, err = run("count", *options, "-o", "out.parquet")
    places = boxes.locate(table["lat"].to_numpy(), table["lon"].to_numpy())
    out = pq.read_table("out.parquet")
    assert out["NAME"].to_pylist() == list("abcd")
    assert out["count"].to_pylist() == np.bincount(places[places >= 0], minlength=4).tolist()
    wanted = expected(places, table, ["h"]).loc[0:].reindex(range(4))
    wanted["h_count"] = wanted["h_count"].fillna(0)
    check(out, wanted)
    lost = int(np.isnan(table["h"].to_numpy()[places >= 0]).sum())
    assert f"left out {lost:,} values of h" in err
    options = ("0.parquet", "--regions", "boxes.gpkg", "--id", "h_mean", "--value", "h")
    _, err = run("count", *options, code=1)
    assert "--id h_mean names a column that the counts have as well" in err


@pytest.mark.slow
def test_dask():
    distributed = pytest.importorskip("distributed", reason="mortie[dask] is not installed")
    regions()
    for k in range(3):
        pq.write_table(points(20_000, k), f"{k}.parquet")
    tables = [f"{k}.parquet" for k in range(3)]
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        for how in (("--order", "4"), ("--regions", "boxes.gpkg", "--id", "NAME")):
            count = ("count", *tables, *how, "--value", "h", "--value", "slope", "-o")
            run(*count, "here.parquet", "--force")
            run(*count, "dask.parquet", "--force", "--dask", cluster.scheduler_address)
            here, dask = (pq.read_table(f"{name}.parquet") for name in ("here", "dask"))
            check(dask, {name: here[name].to_numpy() for name in here.column_names[1:]})
