"""The command, in processes of its own, against exact integers."""

import asyncio
import collections
import contextlib
import csv
import datetime
import decimal
import functools
import gzip
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import exact
import mortie
import shell

pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
import pyarrow.csv
import pyarrow.parquet as pq

MORTIE = (sys.executable, "-m", "mortie")
SAID = "mortie: latitudes from column 'lat', longitudes from column 'lon'\n"


run = functools.partial(shell.run, timeout=60)


def fails(*arguments, **options):
    """Run the command, which must fail with one line, and return that line."""
    _, err = run(*arguments, code=1, **options)
    *said, last = err.splitlines()
    assert all(
        re.match("mortie: (latitudes|longitudes|Morton indices) from column", line) for line in said
    )
    assert last.startswith("mortie: error: ")
    return last.removeprefix("mortie: error: ")


def index(order, nest):
    parent, normed = divmod(int(nest), 4**order)
    return exact.norm2mort(order, normed, parent)


def truth(lat, lon, order=18):
    """Indices of points, by the formulas and exact integers."""
    points = zip(np.array(lat), np.array(lon), strict=True)
    return [index(order, exact.latlon2nest(order, *point)) for point in points]


def centre(morton):
    healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
    order, normed, parent = exact.mort2norm(morton)
    lon, lat = healpy.pix2ang(2**order, parent * 4**order + normed, nest=True, lonlat=True)
    return lat, lon


def points(n, seed=1):
    random = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, n)))
    return pa.table({"lat": lat, "lon": random.uniform(-180, 180, n)})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# --- formats ---


def test_parquet_keeps_everything(folder):
    n = 300_001  # more than two batches, in row groups that no batch ends with
    random = np.random.default_rng(2)
    extra = {
        "beam": pa.array(random.choice(["gt1l", "gt2r", None], n)).dictionary_encode(),
        "name": pa.array(["é", None, 'a "quoted", one'] * (n // 3) + ["x"]),
        "time": pa.array(random.integers(0, 10**18, n), pa.timestamp("ns", "UTC")),
        "height": pa.array(random.normal(size=n).astype(np.float32)),
        "list": pa.array([[1, 2], None, []] * (n // 3) + [[3]]),
    }
    table = points(n)
    for name, column in extra.items():
        table = table.append_column(name, column)
    fields = [field.with_nullable(field.name != "lat") for field in table.schema]
    fields[1] = fields[1].with_metadata({"units": "degrees"})
    table = table.cast(pa.schema(fields, {"source": "a test"}))
    pq.write_table(table, "in.parquet", row_group_size=70_001, compression="zstd")

    assert run("encode", "in.parquet", "-o", "out.parquet") == ("", SAID)
    result = pq.read_table("out.parquet")
    assert result.select(table.column_names).equals(table)
    assert result.schema.remove(7).equals(pq.read_schema("in.parquet"), check_metadata=True)
    assert result.schema.metadata == {b"source": b"a test"}
    assert result.schema.field(7) == pa.field("morton", pa.int64())
    assert pq.ParquetFile("out.parquet").metadata.row_group(0).column(0).compression == "ZSTD"
    morton = result["morton"].to_pylist()
    assert None not in morton
    some = random.integers(0, n, 2000)
    assert [morton[i] for i in some] == truth(*(table[c].take(some) for c in ("lat", "lon")))

    assert files(folder) == ["in.parquet", "out.parquet"]


def test_csv_keeps_its_text(folder):
    text = (
        '\ufeffLatitude, lon ,id,"na,me",x\n'
        '-77.850,166.670,007,"Smith, J",1.10\n'
        '10.5, 20 ,+8,"say ""hi""",NaN\n'
        '-0.0,-150,,"two\nlines",é\n'
    )
    Path("in.csv").write_text(text, encoding="utf-8")
    out, err = run("encode", "in.csv", "-o", "-")
    assert err == "mortie: latitudes from column 'Latitude', longitudes from column ' lon '\n"
    morton = truth([-77.85, 10.5, -0.0], [166.67, 20, -150])
    assert out == (
        'Latitude, lon ,id,"na,me",x,morton\n'
        f'-77.850,166.670,007,"Smith, J",1.10,{morton[0]}\n'
        f'10.5, 20 ,+8,"say ""hi""",NaN,{morton[1]}\n'
        f'-0.0,-150,,"two\nlines",é,{morton[2]}\n'
    )
    for codec in ("gz", "bz2", "zst"):
        run("encode", "in.csv", "-o", f"out.csv.{codec}")
        run("clip", f"out.csv.{codec}", "--order", "3", "-o", f"clipped.{codec}.csv")
        with pa.input_stream(f"out.csv.{codec}") as stream:
            assert stream.read().decode() == out
        with Path(f"clipped.{codec}.csv").open(encoding="utf-8", newline="") as stream:
            clipped = [row["morton"] for row in csv.DictReader(stream)]
        assert clipped == [str(m)[: 4 + (m < 0)] for m in morton]


def test_csv_to_parquet_finds_types_that_hold_every_value(folder):
    n = 400_000  # past the first block
    lines = [f"{i % 90},{i % 180},{i},{i},,2019-01-01\n" for i in range(n)]
    lines[-1] = "-1.5,2.5,0.5,x,7,2019-01-02\n"
    Path("in.csv").write_text("lat,lon,number,text,late,day\n" + "".join(lines))
    run("encode", "in.csv", "-o", "out.parquet")
    table = pq.read_table("out.parquet")
    assert table.num_rows == n
    assert list(map(str, table.schema.types)) == [
        *("double", "double", "double", "string", "int64", "date32[day]", "int64")
    ]
    last = table.slice(n - 1).to_pylist()[0]
    assert last == {
        **{"lat": -1.5, "lon": 2.5, "number": 0.5, "text": "x", "late": 7},
        **{"day": datetime.date(2019, 1, 2), "morton": truth([-1.5], [2.5])[0]},
    }
    assert table["text"][5].as_py() == "5"
    assert table["late"].null_count == n - 1


def test_parquet_to_csv(folder):
    table = pa.table(
        {
            "lat": pa.array([1.1, -2.25], pa.float32()),
            "lon": pa.array([decimal.Decimal("3.50"), decimal.Decimal("-4.00")]),
            "flag": [True, None],
            "beam": pa.array(["a,b", "c"]).dictionary_encode(),
        }
    )
    pq.write_table(table, "in.parquet")
    out, _ = run("encode", "in.parquet", "-o", "-")
    morton = truth(np.array([1.1, -2.25], np.float32).astype(float), [3.5, -4.0])
    assert out == (
        f'lat,lon,flag,beam,morton\n1.1,3.50,true,"a,b",{morton[0]}\n-2.25,-4.00,,c,{morton[1]}\n'
    )
    pq.write_table(table.append_column("list", pa.array([[1], []])), "list.parquet")
    message = fails("encode", "list.parquet", "-o", "out.csv")
    assert re.match("column 'list' holds list<.*>, which CSV can't: write Parquet", message)
    assert files(folder) == ["in.parquet", "list.parquet"]


@pytest.mark.parametrize("dictionary", [False, True])
@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.decimal128(7, 2), pa.string()])
def test_types_of_coordinates(folder, kind, dictionary):
    table = pa.table({"lat": [-77, 10], "lon": [100, 20]})
    table = table.cast(pa.schema([("lat", pa.int8()), ("lon", pa.int16())]))
    lon = table["lon"].cast(kind)
    lon = lon.dictionary_encode() if dictionary else lon
    pq.write_table(table.set_column(1, "lon", lon), "in.parquet")
    run("encode", "in.parquet", "-o", "out.parquet")
    assert pq.read_table("out.parquet")["morton"].to_pylist() == truth([-77, 10], [100, 20])


def test_a_column_name_of_two_lines(folder):
    Path("in.csv").write_text('lat,lon,"height\n(m)"\n1,2,3\n')
    run("encode", "in.csv", "-o", "out.parquet")
    assert pq.read_table("out.parquet").to_pydict() == {
        **{"lat": [1], "lon": [2], "height\n(m)": [3]},
        **{"morton": truth([1], [2])},
    }


def test_row_groups(folder):
    n = (1 << 20) + 300_000
    pq.write_table(points(n), "in.parquet", row_group_size=n)
    run("encode", "in.parquet", "-o", "out.parquet")
    meta = pq.ParquetFile("out.parquet").metadata
    rows = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
    assert sum(rows) == n
    assert len(rows) == 2  # of about a million rows, as pyarrow writes them
    assert rows[0] >= 1 << 20
    assert pq.read_table("out.parquet").drop_columns("morton").equals(points(n))


# --- decode, clip, count, info ---


def test_decode_clip_and_count(folder):
    random = np.random.default_rng(3)
    orders = random.integers(4, 19, 3000)
    morton = [index(k, random.integers(0, 12 * 4**k)) for k in orders.tolist()]
    pq.write_table(pa.table({"morton": morton, "row": range(3000)}), "in.parquet")

    run("decode", "in.parquet", "-o", "centres.parquet")
    table = pq.read_table("centres.parquet")
    assert table.column_names == ["morton", "row", "lat", "lon"]
    assert list(zip(*table.select(["lat", "lon"]).to_pydict().values(), strict=True)) == list(
        map(centre, morton)
    )

    run("clip", "in.parquet", "-o", "clipped.parquet", "--order", "4")
    clipped = [int(str(m)[: 5 + (m < 0)]) for m in morton]
    assert pq.read_table("clipped.parquet").to_pydict() == {
        "morton": clipped,
        "row": list(range(3000)),
    }
    run("clip", "in.parquet", "-o", "both.parquet", "--order", "4", "--name", "coarse")
    assert pq.read_table("both.parquet").to_pydict() == {
        "morton": morton,
        "row": list(range(3000)),
        "coarse": clipped,
    }

    expected = collections.Counter(int(str(m)[: 2 + (m < 0)]) for m in morton)
    lines = "".join(f"{cell},{n}\n" for cell, n in sorted(expected.items()))
    out, err = run("count", "in.parquet", "--order", "1")
    assert out == "morton,count\n" + lines
    assert err == "mortie: Morton indices from column 'morton'\n"
    run("count", "in.parquet", "in.parquet", "--order", "1", "-o", "count.parquet")
    assert pq.read_table("count.parquet").to_pydict() == {
        "morton": sorted(expected),
        "count": [2 * expected[cell] for cell in sorted(expected)],
    }


def test_count_of_points(folder):
    table = points(200_000)
    pq.write_table(table, "in.parquet")
    out, _ = run("count", "in.parquet", "--order", "2")
    expected = collections.Counter(truth(table["lat"], table["lon"], 2))
    assert list(csv.reader(out.splitlines()[1:])) == [
        [str(cell), str(n)] for cell, n in sorted(expected.items())
    ]


def test_count_of_more_cells_than_are_summed_at_once(folder):
    healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
    files = [points(700_000, seed) for seed in (5, 6, 5)]
    for i, table in enumerate(files):
        pq.write_table(table, f"{i}.parquet")
    run("count", "0.parquet", "1.parquet", "2.parquet", "--order", "18", "-o", "out.parquet")
    every = pa.concat_tables(files)
    nest, counts = np.unique(
        healpy.ang2pix(2**18, every["lon"], every["lat"], nest=True, lonlat=True),
        return_counts=True,
    )
    found = pq.read_table("out.parquet")
    morton = found["morton"].to_numpy()
    assert (np.diff(morton) > 0).all()
    south = morton < 0  # whose cells lie in the other order
    in_order = np.concatenate([found["count"].to_numpy()[~south], found["count"].to_numpy()[south]])
    parts = counts[nest < 6 * 4**18], counts[nest >= 6 * 4**18][::-1]
    np.testing.assert_array_equal(in_order, np.concatenate(parts))
    some = nest[nest < 6 * 4**18][:1000]
    assert morton[~south][:1000].tolist() == [index(18, pixel) for pixel in some]


def test_tally_of_more_rows_than_are_sorted_at_once(monkeypatch):
    from mortie._cli import tally

    monkeypatch.setattr(tally, "SORTED_ROWS", 1000)
    monkeypatch.setattr(tally, "MANY", 100)
    random = np.random.default_rng(1)
    for most in (1, 50, 10**6):
        rows = [random.integers(-most, most, n) for n in (1, 999, 0, 1000, 2500, 3)]
        cells = tally.Tally(values=0)
        for part in rows:
            cells.count(part)
        expected = np.unique(np.concatenate(rows), return_counts=True)
        for found, wanted in zip(cells.sums(), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)
            assert found.dtype == np.int64
    assert [len(column) for column in tally.Tally(values=0).sums()] == [0, 0]


def test_tally_of_all_cells_on_earth(monkeypatch):
    from mortie._cli import tally

    monkeypatch.setattr(tally, "SORTED_ROWS", 1000)
    random = np.random.default_rng(1)
    for rows in (0, 1000, 1001, 5000):  # from the third on, each cell has a counter
        pixels = [random.integers(0, 12 * 4**3, rows), np.arange(rows) % 768]
        cells = tally.Tally(0, order=3)
        expected = {}
        for pixel in np.concatenate(pixels).tolist():
            expected[index(3, pixel)] = expected.get(index(3, pixel), 0) + 1
        for part in pixels:
            cells.count(np.array([index(3, pixel) for pixel in part.tolist()], np.int64))
        assert (cells.counters is not None) == (rows > 500)
        found = dict(zip(*(each.tolist() for each in cells.sums()), strict=True))
        assert list(found.items()) == sorted(expected.items())


def test_info():
    indices = [-4112241134313231121, 12, 1, -6]
    out, err = run("info", *indices)
    names, *rows = map(str.split, out.splitlines())
    assert err == ""
    assert names == ["morton", "order", "base_cell", "nest", "uniq", "lat", "lon", "side_m"]
    for morton, row in zip(indices, rows, strict=True):
        order, normed, parent = exact.mort2norm(morton)
        nest = parent * 4**order + normed
        assert list(map(int, row[:5])) == [morton, order, parent, nest, 4 * 4**order + nest]
        assert [float(text) for text in row[5:7]] == pytest.approx(centre(morton), abs=1e-7)
        assert float(row[7]) == pytest.approx(111e3 * 58.6323 / 2**order, abs=0.05)
    for wrong in (15, 0, 2**63, -(10**30)):
        assert f"{wrong} is none" in fails("info", wrong)


# --- inputs and outputs ---


def test_several_inputs_to_one_file(folder):
    tables = [points(1000, seed) for seed in range(3)]
    for name, table in zip("bac", tables, strict=True):
        pq.write_table(table, f"{name}.parquet")
    run("encode", "b.parquet", "[ac].parq*", "-o", "all.parquet")
    everything = pa.concat_tables(tables)
    result = pq.read_table("all.parquet")
    assert result.drop_columns("morton").equals(everything)
    assert result["morton"].to_pylist() == truth(everything["lat"], everything["lon"])

    pq.write_table(tables[0].append_column("x", pa.nulls(1000, pa.int8())), "d.parquet")
    message = fails("encode", "a.parquet", "d.parquet", "-o", "bad.parquet")
    assert message.startswith("d.parquet has other columns than a.parquet, lat (double), ")
    assert "x (int8)" in message
    assert "bad.parquet" not in files(folder)


def test_a_folder_for_a_folder(folder):
    Path("in/deep").mkdir(parents=True)
    table = points(100)
    pq.write_table(table, "in/a.parquet")
    pyarrow.csv.write_csv(table, "in/deep/b.CSV")
    Path("in/deep/.hidden.csv").write_text("no table")
    Path("in/notes.txt").write_text("no table either")
    run("encode", "in", "-o", "out/", "--order", "9")
    run("encode", "in/**/*.[Cc]*", "-o", "glob/", "--order", "9")
    assert files(folder / "out") == ["a.parquet", "deep/b.CSV"]
    assert files(folder / "glob") == ["deep/b.CSV"]
    expected = truth(table["lat"], table["lon"], 9)
    assert pq.read_table("out/a.parquet")["morton"].to_pylist() == expected
    for name in ("out/deep/b.CSV", "glob/deep/b.CSV"):
        assert pyarrow.csv.read_csv(name)["morton"].to_pylist() == expected

    message = fails("encode", "in", "in/a.parquet", "-o", "new/")
    assert message == "in/a.parquet and in/a.parquet both go to new/a.parquet"
    message = fails("encode", "in", "-o", "out")
    assert message == "out/a.parquet exists already: --force replaces it"
    Path("in/sub").mkdir()
    pq.write_table(table, "in/sub/a.parquet")
    message = fails("encode", "in", "-o", "in/sub", "--force")
    assert message == "in/sub/a.parquet would be replaced before it is read"
    assert pq.read_table("in/sub/a.parquet").equals(table)


def test_standard_input_and_output(folder):
    table = points(50_000)
    pyarrow.csv.write_csv(table, "in.csv")
    text = Path("in.csv").read_bytes()
    out, _ = run("encode", "-", "-o", "-", stdin=text)
    rows = list(csv.DictReader(out.splitlines()))
    assert [int(row["morton"]) for row in rows] == truth(table["lat"], table["lon"])
    run("encode", "-", "-o", "out.parquet", stdin=text)
    assert pq.read_table("out.parquet").drop_columns("morton").equals(table)
    assert fails("encode", "-", "-o", ".", stdin=text).startswith("standard input needs")
    assert fails("encode", "-", "-", "-o", "-", stdin=text).startswith("standard input")


def test_empty_tables(folder):
    Path("none.csv").write_text("lat,lon\n")
    pq.write_table(points(0), "none.parquet")
    for name in ("none.csv", "none.parquet"):
        assert run("encode", name, "-o", "-") == ("lat,lon,morton\n", SAID)
        run("encode", name, "-o", "out.parquet", "--force")
        table = pq.read_table("out.parquet")
        assert (table.num_rows, table.column_names) == (0, ["lat", "lon", "morton"])
        assert run("count", name, "--order", "3")[0] == "morton,count\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "empty.csv: a CSV file begins with a line of column names; "),
        ("ragged.csv", b"lat,lon\n1,2\n3\n", "ragged.csv: row 2 has 1 value, and there are 2 c"),
        ("words.csv", b"lat,lon\n1,2\n1,east\n", "words.csv: row 2: lon is 'east', not a number"),
        ("latin.csv", b"lat,lon,\xe9\n", "latin.csv: the column names are not UTF-8 text: "),
        ("empty.parquet", b"", "empty.parquet: Parquet file size is 0 bytes"),
        ("text.parquet", b"lat,lon\n1,2\n" * 9, "text.parquet: Parquet magic bytes not found"),
        ("text.csv.gz", b"lat,lon\n1,2\n", "text.csv.gz: "),
        ("names.csv", b"a,b\n1,2\n", "names.csv: no column of latitudes among a, b: name one with"),
    ],
)
def test_bad_files(folder, name, content, message):
    Path(name).write_bytes(content)
    assert fails("encode", name, "-o", "out.parquet").startswith(message)
    assert files(folder) == [name]


def test_truncated_files(folder):
    pq.write_table(points(100_000), "whole.parquet", compression="none", use_dictionary=False)
    whole = Path("whole.parquet").read_bytes()
    Path("short.parquet").write_bytes(whole[: len(whole) // 2])
    Path("short.csv.gz").write_bytes(gzip.compress(b"lat,lon\n" + b"1,2\n" * 10**6)[:2000])
    middle = len(whole) // 2
    Path("broken.parquet").write_bytes(whole[:20] + bytes(middle) + whole[middle + 20 :])
    before = files(folder)
    for name in ("short.parquet", "short.csv.gz", "broken.parquet"):
        assert fails("encode", name, "-o", "out.parquet").startswith(f"{name}: ")
        assert files(folder) == before


# --- columns ---


@pytest.mark.parametrize(
    "names",
    ["LAT LON", "latitude longitude", "lat_ph lon_ph", "h_lat h_lon", "Lat Lng", "lats long"],
)
def test_usual_names(names):
    lat, lon = names.split()
    out, err = run("encode", "-", "-o", "-", stdin=f"x,{lon},{lat},y_lat\n5,2,1,3\n".encode())
    assert out.endswith(f",{truth([1], [2])[0]}\n")
    assert err == f"mortie: latitudes from column '{lat}', longitudes from column '{lon}'\n"


def test_choice_of_columns(folder):
    Path("in.csv").write_text("lat,latitude,lon,morton\n1,2,3,4\n")
    assert fails("encode", "in.csv", "-o", "-") == (
        "in.csv: more than one column of latitudes (lat, latitude) among lat, latitude, lon, "
        "morton: name one with --lat COL"
    )
    assert fails("encode", "in.csv", "-o", "-", "--lat", "Lat") == (
        "in.csv: no column 'Lat' among lat, latitude, lon, morton: name one with --lat COL"
    )
    assert fails("encode", "in.csv", "-o", "-", "--lat", "lat") == (
        "in.csv: there is a column 'morton' already: name the new one with --name"
    )
    out, err = run("encode", "in.csv", "-o", "-", "--lat=lat", "--lon=latitude", "--name=cell")
    assert out == f"lat,latitude,lon,morton,cell\n1,2,3,4,{truth([1], [2])[0]}\n"
    assert err == ""
    assert "'lat' already: name the new one with --name" in fails("decode", "in.csv", "-o", "-")
    pq.write_table(pa.table({"lat": [1.0], "lon": [True], "morton": [1.0]}), "in.parquet")
    assert "'lon' holds bool, and longitudes are numbers" in fails(
        "encode", "in.parquet", "-o", "-"
    )
    assert "'morton' holds double, and Morton indices are integers" in fails(
        "decode", "in.parquet", "-o", "-"
    )


# --- bad rows ---

BAD_POINTS = [
    ("lat", 90.5, "latitudes lie in -90 to 90 degrees"),
    ("lat", float("nan"), "latitudes lie in -90 to 90 degrees"),
    ("lat", None, "latitudes lie in -90 to 90 degrees"),
    ("lon", float("-inf"), "longitudes are finite numbers of degrees"),
    ("lon", None, "longitudes are finite numbers of degrees"),
]


@pytest.mark.parametrize(("column", "value", "rule"), BAD_POINTS)
def test_the_first_bad_row_fails(folder, column, value, rule):
    data = points(200_000).to_pydict()
    for row in (150_000, 199_999):
        data[column][row] = value
    pq.write_table(pa.table(data), "in.parquet")
    shown = "null" if value is None else value
    assert fails("encode", "in.parquet", "-o", "out.parquet") == (
        f"in.parquet: row 150001: {column} is {shown}, but {rule}"
    )
    assert files(folder) == ["in.parquet"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_bad_points_become_null_or_are_skipped(folder, suffix):
    table = points(1000)
    data = table.to_pydict()
    bad = {10 * i: (column, value) for i, (column, value, _) in enumerate(BAD_POINTS)}
    for row, (column, value) in bad.items():
        data[column][row] = value
    good = [i for i in range(1000) if i not in bad]
    bad_table = pa.table(data)
    write = pq.write_table if suffix == "parquet" else pyarrow.csv.write_csv
    write(bad_table, f"in.{suffix}")
    morton = truth(table["lat"], table["lon"])

    run("encode", f"in.{suffix}", "-o", "null.parquet", "--on-error", "null")
    result = pq.read_table("null.parquet")
    assert result["morton"].to_pylist() == [None if i in bad else m for i, m in enumerate(morton)]
    assert result["lat"].take(good).equals(bad_table["lat"].take(good))

    _, err = run("encode", f"in.{suffix}", "-o", f"skip.{suffix}", "--on-error", "skip")
    assert err == SAID + "mortie: skipped 5 bad rows\n"
    read = pq.read_table if suffix == "parquet" else pyarrow.csv.read_csv
    expected = bad_table.take(good).append_column("morton", pa.array(morton).take(pa.array(good)))
    assert read(f"skip.{suffix}").equals(expected)

    out, err = run("count", f"in.{suffix}", "--order", "0", "--on-error", "skip")
    assert sum(int(row["count"]) for row in csv.DictReader(out.splitlines())) == len(good)
    assert "skipped 5" in err


def test_bad_indices(folder):
    values = [-3241, 0, 15, None, 12, 7]
    pq.write_table(pa.table({"morton": pa.array(values, pa.int64())}), "in.parquet")
    rule = "Morton indices have 1 to 19 digits, 1-6 and then 1-4"
    assert fails("decode", "in.parquet", "-o", "-") == f"in.parquet: row 2: morton is 0, but {rule}"
    run("decode", "in.parquet", "-o", "null.parquet", "--on-error", "null")
    expected = [centre(m) if m in (-3241, 12) else (None, None) for m in values]
    decoded = pq.read_table("null.parquet")
    assert decoded["morton"].to_pylist() == values
    assert list(zip(*(decoded[c].to_pylist() for c in ("lat", "lon")), strict=True)) == expected
    out, err = run("clip", "in.parquet", "-o", "-", "--order", "2", "--on-error", "skip")
    assert out == "morton\n-324\n"
    assert err.endswith("mortie: skipped 5 bad rows\n")
    stdin = b"morton\n-3241\n12\n"
    assert fails("clip", "-", "-o", "-", "--order", "2", stdin=stdin).endswith(
        "standard input: row 2: morton is 12, but its order is below 2"
    )
    stdin = b"morton\n1" + b"2" * 19 + b"\n"
    assert "not an integer of 64 bits" in fails("decode", "-", "-o", "-", stdin=stdin)


def test_nothing_but_bad_rows(folder):
    Path("in.csv").write_text("lat,lon\n" + "91,0\n" * 1000)
    skip = ("--on-error", "skip")
    skipped = SAID + "mortie: skipped 1,000 bad rows\n"
    assert run("encode", "in.csv", "-o", "-", *skip) == ("lat,lon,morton\n", skipped)
    assert run("count", "in.csv", "--order", "3", *skip) == ("morton,count\n", skipped)
    run("encode", "in.csv", "-o", "out.parquet", *skip)
    assert pq.read_table("out.parquet").num_rows == 0


# --- whole or not at all ---


def test_existing_output(folder):
    table = points(1000)
    pq.write_table(table, "in.parquet")
    Path("out.parquet").write_text("precious")
    Path("link.parquet").symlink_to("out.parquet")
    for out in ("out.parquet", "link.parquet", "in.parquet"):
        message = fails("encode", "in.parquet", "-o", out)
        assert message == f"{out} exists already: --force replaces it"
    assert Path("out.parquet").read_text() == "precious"
    run("encode", "in.parquet", "-o", "link.parquet", "--force")
    run("encode", "in.parquet", "-o", "in.parquet", "--force")
    assert Path("link.parquet").is_symlink()
    assert pq.read_table("out.parquet").equals(pq.read_table("in.parquet"))
    assert pq.read_table("in.parquet").drop_columns("morton").equals(table)
    assert files(folder) == ["in.parquet", "link.parquet", "out.parquet"]
    umask = os.umask(0)
    os.umask(umask)
    assert Path("out.parquet").stat().st_mode & 0o777 == 0o666 & ~umask


def test_failure_keeps_the_old_output(folder):
    Path("out.csv").write_text("precious")
    Path("in.csv").write_text("lat,lon\n" + "1,2\n" * 10**6 + "1,inf\n")
    message = fails("encode", "in.csv", "-o", "out.csv", "--force")
    assert message.startswith("in.csv: row 1000001: lon is inf, but")
    assert Path("out.csv").read_text() == "precious"
    assert files(folder) == ["in.csv", "out.csv"]


def begun(*arguments, hangup=signal.SIG_DFL):
    """Start the command on a standard input that stays open, and wait for its temporary file."""
    process = subprocess.Popen(
        [*MORTIE, *arguments],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A process under nohup hands on that SIGHUP is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, hangup),
    )
    process.stdin.write("lat,lon\n" + "1,2\n" * 10**6)
    process.stdin.flush()
    deadline = time.monotonic() + 30
    while not list(Path().glob(".out.csv.*.tmp")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_signals_leave_nothing_behind(folder, number, code):
    with begun("encode", "-", "-o", "out.csv") as process:
        assert files(folder) != []
        process.send_signal(number)
        assert process.wait(10) == code
        assert "Traceback" not in process.stderr.read()
    assert files(folder) == []


def test_under_nohup_a_hangup_is_ignored(folder):
    with begun("encode", "-", "-o", "out.csv", hangup=signal.SIG_IGN) as process:
        process.send_signal(signal.SIGHUP)
        assert process.communicate(timeout=30) == (None, SAID)
        assert process.returncode == 0
    assert Path("out.csv").read_text().count("\n") == 10**6 + 1


def test_output_that_appears_meanwhile_is_kept(folder):
    with begun("encode", "-", "-o", "out.csv") as process:
        Path("out.csv").write_text("precious")
        _, err = process.communicate(timeout=30)
        assert process.returncode == 1
    assert err == SAID + "mortie: error: out.csv exists already: --force replaces it\n"
    assert Path("out.csv").read_text() == "precious"
    assert files(folder) == ["out.csv"]


WITHOUT_LINKS = """
import os, sys
def link(*_):
    raise PermissionError(1, "Operation not permitted")
os.link = link
from mortie.__main__ import main
sys.argv[1:] = ["encode", "in.csv", "-o", "out.csv"]
"""


@pytest.mark.parametrize("meanwhile", ["", "open('out.csv', 'x').write('precious')"])
def test_file_systems_without_hard_links(folder, meanwhile):
    Path("in.csv").write_text("lat,lon\n1,2\n")
    program = WITHOUT_LINKS.replace("    raise", f"    {meanwhile or 'pass'}\n    raise")
    done = subprocess.run(
        [sys.executable, "-c", program + "sys.exit(main())"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert files(folder) == ["in.csv", "out.csv"]
    if meanwhile:
        assert done.stderr.endswith("error: out.csv exists already: --force replaces it\n")
        assert Path("out.csv").read_text() == "precious"
    else:
        assert (done.returncode, done.stderr) == (0, SAID)
        assert Path("out.csv").read_text() == f"lat,lon,morton\n1,2,{truth([1], [2])[0]}\n"


# --- as a Unix tool ---


def test_exit_codes(folder):
    for usage in (
        ["encode", "in.csv"],
        ["encode", "in.csv", "-o", "-", "--order", "19"],
        ["encode", "in.csv", "-o", "-", "--on-error", "weep"],
        ["encode", "in.csv", "-o", "-", "--delimiter", "ab"],
        ["encode", "in.csv", "-o", "-", "--skip-rows-after-header", "-1"],
        ["count", "in.csv", "--order", "1", "--on-error", "null"],
        ["info", "here"],
        ["nonsense"],
    ):
        out, err = run(*usage, code=2)
        assert out == ""
        assert "usage: mortie" in err
    for wrong, message in (
        (["in.csv", "-o", "-"], "no such file: in.csv"),
        (["*.csv", "-o", "-"], "no such file: *.csv"),
        ([".", "-o", "-"], "no file below . ends in .parquet, .csv"),
        (["-", "-o", "out"], "the format of out is not known: its name must end in .parquet"),
        (["-", "-o", "no/out.csv"], "no such folder: no"),
    ):
        assert fails("encode", *wrong).startswith(message)
    assert files(folder) == []


def test_version_and_help():
    assert run("--version") == (f"mortie {mortie.__version__}\n", "")
    assert all(name in run("--help")[0] for name in ("encode", "decode", "clip", "count", "plot"))
    for command in ("encode", "decode", "clip", "cover", "locate", "count", "plot", "info", "demo"):
        assert f"\nexamples:\n  mortie {command}" in run(command, "--help")[0]


def test_the_script_is_installed():
    script = Path(sys.executable).with_name("mortie")
    out = subprocess.run([script, "info", "1"], capture_output=True, text=True, check=True).stdout
    assert out == run("info", "1")[0]


def test_a_reader_that_leaves(folder):
    pq.write_table(points(500_000), "in.parquet")
    command = [*MORTIE, "encode", "in.parquet", "-o", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"lat,lon,morton\n"
        process.stdout.close()
        assert process.stderr.read().decode() == SAID
    assert process.returncode == 141


def test_progress_on_a_terminal_alone(folder):
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    import fcntl
    import termios

    pq.write_table(points(1000), "in.parquet")
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [*MORTIE, "encode", "in.parquet", "-o", "out.parquet"]
    subprocess.run(command, stderr=follower, timeout=60, check=True)
    os.close(follower)
    shown = ""
    with contextlib.suppress(OSError):  # how Linux shows the end
        while text := os.read(leader, 10_000).decode():
            shown += text
    os.close(leader)
    assert "100%|" in shown
    assert "latitudes from column 'lat'" in shown
    assert run("encode", "in.parquet", "-o", "new.parquet") == ("", SAID)  # a pipe


@pytest.mark.parametrize(
    ("missing", "extra", "arguments"),
    [
        ("pyarrow", "cli", ["encode", "-", "-o", "-"]),
        ("tqdm", "cli", ["count", "-", "--order", "1"]),
        ("distributed", "dask", ["encode", "in.csv", "-o", "out/", "--dask", "tcp://[::1]:1"]),
        ("matplotlib", "plot", ["plot", "-", "-o", "map.png"]),
    ],
)
def test_missing_packages(folder, missing, extra, arguments):
    Path("in.csv").write_text("lat,lon\n1,2\n")
    program = (
        f"import sys; sys.modules[{missing!r}] = None; from mortie.__main__ import main; "
        f"sys.argv[1:] = {arguments}; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"mortie: error: mortie {arguments[0]} needs {missing}: pip install 'mortie[{extra}]'\n"
    )


def test_what_no_extra_brings_is_an_error_of_ours():
    program = (
        "import sys; sys.modules['mortie._cli.tally'] = None; from mortie.__main__ import main; "
        "sys.argv[1:] = ['count', '-', '--order', '1']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "mortie[" not in done.stderr


def test_a_broken_package_is_not_a_missing_one():
    program = """
import sys
import mortie.__main__ as command
def run(_):
    raise ImportError("libarrow.so: no such file", name="pyarrow.lib")
command.run = run
sys.argv[1:] = ["count", "-", "--order", "1"]
command.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "libarrow.so: no such file" in done.stderr
    assert "mortie[" not in done.stderr


def test_errors_of_the_system_name_the_file(folder):
    long = "x" * 252 + ".csv"
    message = fails("encode", "-", "-o", long, stdin=b"lat,lon\n1,2\n")
    assert message.startswith(("File name too long", long, str(folder)))
    assert message.endswith("File name too long")


def test_info_and_demo_need_numpy_alone():
    for arguments in (["info", "12"], ["demo"]):
        program = (
            "import sys; sys.modules['pyarrow'] = sys.modules['tqdm'] = None; "
            f"from mortie.__main__ import main; sys.argv[1:] = {arguments}; sys.exit(main())"
        )
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


# --- Dask ---


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="mortie[dask] is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster


@pytest.mark.slow
def test_dask(folder, cluster):
    Path("in").mkdir()
    for seed in range(4):
        pq.write_table(points(150_000, seed), f"in/{seed}.parquet")
    dask = ("--dask", cluster.scheduler_address)
    assert run("encode", "in", "-o", "dask/", *dask) == ("", SAID)
    run("encode", "in", "-o", "local/")
    assert files(folder / "dask") == files(folder / "local") == files(folder / "in")
    for name in files(folder / "in"):
        assert Path("dask", name).read_bytes() == Path("local", name).read_bytes()
    count = ("count", "in", "--order", "5")
    assert run(*count, *dask) == run(*count)

    pq.write_table(pa.table({"lat": [91.0], "lon": [0.0]}), "in/4.parquet")
    message = fails("encode", "in", "-o", "bad/", *dask)
    assert message == f"{folder}/in/4.parquet: row 1: lat is 91.0, but " + BAD_POINTS[0][2]
    assert "4.parquet" not in str(files(folder / "bad"))
    assert run("encode", "in/4.parquet", "-o", "4.csv", "--on-error=skip", *dask)[1] == (
        SAID + "mortie: skipped 1 bad row\n"
    )
    assert fails("encode", "in", "-o", "one.parquet", *dask).startswith("with --dask each file has")
    assert fails("encode", "-", "-o", "one.csv", *dask).startswith(
        "a Dask cluster reads and writes"
    )


def test_a_failure_on_a_slow_cluster_is_one_line(folder, cluster, monkeypatch):
    Path("in").mkdir()
    for seed in range(4):
        pq.write_table(points(1000, seed), f"in/{seed}.parquet")
    pq.write_table(pa.table({"lat": [91.0], "lon": [0.0]}), "in/4.parquet")
    scheduler = cluster.scheduler
    gather = scheduler.handlers["gather"]

    async def slow(**keys):
        await asyncio.sleep(0.5)
        return await gather(**keys)

    monkeypatch.setitem(scheduler.handlers, "gather", slow)
    message = fails("count", "in", "--order", "3", "--dask", cluster.scheduler_address)
    assert message == f"{folder}/in/4.parquet: row 1: lat is 91.0, but " + BAD_POINTS[0][2]


def test_a_worker_that_dies(folder, cluster, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    Path("in.csv").write_text("lat,lon\n1,2\n")
    program = f"""
import os, sys
from mortie._cli import convert
from mortie.__main__ import main
class Deadly(convert.Conversion):
    def __call__(self, job, say, advance):
        os._exit(1)
convert.Conversion = Deadly
sys.argv[1:] = ["encode", "in.csv", "-o", "out/", "--dask", "{cluster.scheduler_address}"]
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("mortie: error: on the Dask cluster: KilledWorker: ")
    assert "Traceback" not in done.stderr
    assert files(folder) == ["in.csv"]


def test_no_cluster(folder):
    pytest.importorskip("distributed", reason="mortie[dask] is not installed")
    Path("in.csv").write_text("lat,lon\n1,2\n")
    address = "nonsense://127.0.0.1:1"
    message = fails("encode", "in.csv", "-o", "out/", "--dask", address)
    assert message.startswith(f"no Dask cluster at {address}: ")
    assert files(folder) == ["in.csv"]


# --- plot ---


@pytest.mark.parametrize(
    ("suffix", "magic"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")]
)
def test_plot(folder, suffix, magic):
    pq.write_table(points(1000).append_column("h", [np.arange(1000.0)]), "points.parquet")
    run("plot", "points.parquet", "-o", "map" + suffix, "--order", 3, "--value", "h")
    assert Path("map" + suffix).read_bytes().startswith(magic)
    assert "exists already" in fails("plot", "points.parquet", "-o", "map" + suffix, "--order", 3)


def test_plot_options(folder):
    pytest.importorskip("pyogrio", reason="pyogrio is missing; mortie[test] has it")
    pq.write_table(points(1000).append_column("h", [np.arange(1000.0)]), "points.parquet")
    ring = [[[0, -80], [90, -80], [45, -60], [0, -80]]]
    basin = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": ring},
    }
    Path("basin.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [basin]}))
    given = ("plot", "points.parquet", "--order", 4, "--value", "h", "-o", "map.svg")
    run(*given, "--regions", "basin.geojson", "--title", "costs $5 and $6", "--log")
    first = Path("map.svg").read_text()
    assert "costs $5 and $6" in re.sub(r"<!-- (.*?) -->", r"\1", first)
    options = ("--projection", "EPSG:3031", "--vmin", 1, "--vmax", "20.5", "--cmap", "plasma")
    run(*given, "--force", *options)
    assert Path("map.svg").read_text() != first
    assert (
        fails(*given, "--force", "--vmin", 3, "--vmax", 2) == "--vmin 3 is not less than --vmax 2"
    )
    assert "'nocolours' is not a valid" in fails(*given, "--force", "--cmap", "nocolours")
    assert "absent.gpkg" in fails(*given, "--force", "--regions", "absent.gpkg")
    negative = points(100).append_column("h", [-np.ones(100)])
    pq.write_table(negative, "negative.parquet")
    assert fails("plot", "negative.parquet", *given[2:], "--force", "--log") == (
        "logarithms need values above 0, and there are none"
    )


def test_plot_refuses(folder):
    pq.write_table(points(10), "points.parquet")
    Path("empty.csv").write_text("morton\n")
    assert "need an order" in fails("plot", "points.parquet", "-o", "map.png")
    assert "no column 'h'" in fails(
        "plot", "points.parquet", "-o", "map.png", "--order", 3, "--value", "h"
    )
    assert fails("plot", "empty.csv", "-o", "map.png") == "there is no cell to draw"
    assert "not supported" in fails("plot", "points.parquet", "-o", "map.xyz", "--order", 3)
    assert files(folder) == ["empty.csv", "points.parquet"]
