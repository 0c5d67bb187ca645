"""What happens to the data in the command's tables: no value changes silently.

The command runs in forked processes; what it writes is held against the standard library's csv
module, exact integers and fractions, and pyarrow alone.
"""

import csv
import datetime
import decimal
import gzip
import io
import json
import random
import struct
import subprocess
import sys
import uuid
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import mortie

pytest.importorskip("resource", reason="the processes are forked")
pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
import pyarrow.parquet as pq

from test_cli import truth


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(command):
    """Run the command, which must succeed; return its output and messages but the usual ones."""

    def run(*arguments, stdin=None):
        if stdin is not None:
            Path("IN").write_bytes(stdin)
        options = {} if stdin is None else {"stdin": "IN"}
        code, out, err = command.run(*arguments, **options)
        assert code == 0, err
        return out, "".join(x for x in err.splitlines(True) if " from column " not in x)

    return run


@pytest.fixture
def fails(command):
    """Run the command, which must fail; return the message."""

    def fails(*arguments):
        code, _, err = command.run(*arguments)
        assert code == 1, err
        return err.splitlines()[-1].removeprefix("mortie: error: ")

    return fails


def converted(run, text, *options):
    """Encode CSV to Parquet, as a file and from standard input, and give the other columns."""
    data = text if isinstance(text, bytes) else text.encode()
    Path("in.csv").write_bytes(data)
    run("encode", "in.csv", "-o", "file.parquet", "--force", *options)
    run("encode", "-", "-o", "stdin.parquet", "--force", *options, stdin=data)
    assert Path("file.parquet").read_bytes() == Path("stdin.parquet").read_bytes()
    table = pq.ParquetFile("file.parquet").read()
    return table.drop_columns([c for c in ("lat", "lon", "morton") if c in table.column_names])


# --- CSV to Parquet ---

NAN = float("nan")
COLUMNS = {
    "leading zeros": (["007", "1"], "string", None),
    "more than 64 bits": (["18446744073709551616", "5"], "string", None),
    "unsigned": (["18446744073709551615", "0"], "uint64", [2**64 - 1, 0]),
    "unsigned beside a sign": (["18446744073709551615", "-1"], "string", None),
    "signed": (["9223372036854775807", "-9223372036854775808"], "int64", [2**63 - 1, -(2**63)]),
    "integers beyond 2**53 beside fractions": (["9007199254740993", "0.25"], "string", None),
    "an even one": (["9007199254740996", "0.25"], "string", None),
    "integers up to 2**53 beside fractions": (
        ["9007199254740992", "0.25"],
        "double",
        [2**53, 0.25],
    ),
    "beyond 2**53 and missing": (["9007199254740993", ""], "int64", [2**53 + 1, None]),
    "a code like a number": (["12e7", "5"], "string", None),
    "another": (["1e5", "12E7"], "string", None),
    "a plus": (["+5", "7"], "string", None),
    "hexadecimal": (["0x10", "3"], "string", None),
    "a space": ([" 5", "3"], "string", None),
    "a negative zero": (["-0", "3"], "double", [-0.0, 3]),
    "a point alone": ([".5", "5."], "string", None),
    "NaN alone": (["NaN", "NaN"], "string", None),
    "NaN beside words": (["NaN", "east"], "string", None),
    "NaN beside numbers": (["NaN", "1.5"], "double", [NAN, 1.5]),
    "NA": (["NA", "1"], "string", None),
    "null": (["null", "1.5"], "string", None),
    "infinities": (["inf", "-inf", "1"], "double", [float("inf"), -float("inf"), 1]),
    "shortest decimals": (["0.1", repr(1 / 3), "-5e-324"], "double", [0.1, 1 / 3, -5e-324]),
    "17 digits": (["-77.849999999999994", "1.10"], "double", [-77.85, 1.1]),
    "digits that no double has": (["0.12345678901234567891", "1.5"], "string", None),
    "too small a number": (["1.23456789e-320", "1.5"], "string", None),
    "too large a number": (["1e+400", "1.5"], "string", None),
    "of C": (["1.000000000000000056e-01", "2.5E+03"], "double", [0.1, 2500.0]),
    "logical": (["true", "false", ""], "bool", [True, False, None]),
    "of Python": (["True", "False"], "bool", [True, False]),
    "yes": (["t", "f"], "string", None),
    "days": (["2019-01-31", ""], "date32[day]", [datetime.date(2019, 1, 31), None]),
    "no such day": (["2019-02-30", "2019-01-01"], "string", None),
    "American days": (["01/31/2019", ""], "string", ["01/31/2019", None]),
    "times": (
        ["2019-01-31T10:00:00", "2019-01-31 10:00:00.5"],
        "timestamp[ms]",
        [datetime.datetime(2019, 1, 31, 10, 0, 0, us) for us in (0, 500_000)],
    ),
    "times of a zone": (
        ["2019-01-31T10:00:00Z"],
        "timestamp[ms, tz=UTC]",
        [datetime.datetime(2019, 1, 31, 10, tzinfo=datetime.timezone.utc)],
    ),
    "an offset": (["2019-01-31T10:00:00+02:00"], "string", None),
    "a zone and none": (["2019-01-31T10:00:00Z", "2019-01-31T10:00:00"], "string", None),
    "microseconds of 3000": (
        ["3000-01-31T10:00:00.000001"],
        "timestamp[us]",
        [datetime.datetime(3000, 1, 31, 10, 0, 0, 1)],
    ),
    "nanoseconds of 3000": (["3000-01-31T10:00:00.000000001"], "string", None),
    "words and nothing": (["", "a", ""], "string", [None, "a", None]),
    "nothing": (["", ""], "string", [None, None]),
}


@pytest.mark.parametrize("late", [False, True])
def test_every_value_survives_in_parquet(run, late):
    """All columns at once, the values in rows next to each other or a block apart."""
    rows = max(len(values) for values, _, _ in COLUMNS.values())
    padding = 90_000 if late else 0
    table = []
    for i in range(rows):
        row = ["1", "2", *(v[i] if i < len(v) else "" for v, _, _ in COLUMNS.values())]
        empty = "1,2" + "," * len(COLUMNS) + "\n"
        table += [",".join(row) + "\n", "" if i else empty * padding]
    names = ["lat", "lon", *COLUMNS]
    found = converted(run, ",".join(names) + "\n" + "".join(table))
    for name, (values, kind, expected) in COLUMNS.items():
        expected = expected or values
        assert str(found[name].type) == kind, name
        got = [found[name][i + padding * (i > 0)].as_py() for i in range(len(expected))]
        if kind == "double":
            expected = list(map(float, expected))
        assert list(map(str, got)) == list(map(str, expected)), name  # with -0.0 and nan


def test_types_over_all_inputs(run):
    Path("a.csv").write_text("lat,lon,n,m,k\n1,2,1,1,2019-01-01\n")
    Path("b.csv").write_text("lat,lon,n,m,k\n1,2,0.5,007,1\n")
    run("encode", "a.csv", "b.csv", "-o", "out.parquet")
    assert pq.read_table("out.parquet").select(["n", "m", "k"]).to_pydict() == {
        "n": [1.0, 0.5],
        "m": ["1", "007"],
        "k": ["2019-01-01", "1"],
    }
    assert [str(t) for t in pq.read_schema("out.parquet").types] == [
        *("int64", "int64", "double", "string", "string", "int64")
    ]


def test_random_doubles_survive(run):
    """Each as its shortest decimal and with 17 digits: the table gives back the very bits."""
    draw = np.random.default_rng(4)
    bits = draw.integers(-(2**63), 2**63 - 1, 5000)
    values = [x for x in bits.view(float).tolist() if np.isfinite(x)]
    lines = "".join(f"1,2,{x!r},{x:.16e}\n" for x in values)
    found = converted(run, "lat,lon,shortest,digits\n" + lines)
    for name in found.column_names:
        assert found[name].to_pylist() == values


def test_a_file_is_read_twice_at_most(run):
    """However late misfits come, in however many columns."""
    n = 3 * 10**5
    lines = [f"1,2,{i},{i},{i}\n" for i in range(n)]
    for k, late in ((100_000, "x,1,1"), (200_000, "1,x,1"), (n - 1, "1,1,x")):
        lines[k] = f"1,2,{late}\n"
    Path("in.csv").write_text("lat,lon,a,b,c\n" + "".join(lines))
    program = (
        "import sys; opened = []; "
        "sys.addaudithook(lambda e, a: opened.append(a[0]) if e == 'open' else None); "
        "from mortie.__main__ import main; "
        "sys.argv[1:] = ['encode', 'in.csv', '-o', 'out.parquet']; main(); "
        "print(opened.count('in.csv'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert int(done.stdout) <= 2
    assert pq.read_schema("out.parquet").field("c").type == pa.string()


# --- quotes and lines ---

QUOTES = {
    "stray ones": '1,2,5" gun\n3,4,a\n5,6,7" gun\n',
    "a stray one and a text of two lines": '1,2,5" gun\n3,4,"a\nb"\n5,6,c\n',
    "doubled": '1,2,"say ""hi"""\n3,4,""\n',
    "a delimiter": '1,2,"a,b"\n3,4,c\n',
    "over the end of a block": "1,2," + "x" * 70 + "\n",
}


@pytest.mark.parametrize("name", QUOTES)
def test_quotes_count_at_the_start_of_a_value_alone(run, name):
    rows = QUOTES[name] * (70_000 if "block" in name else 1)
    if "block" in name:
        rows += '3,4,"' + "two\nlines" * 5 + '"\n' + rows
    rows = "lat,lon,s\n" + rows
    Path("in.csv").write_text(rows)
    run("encode", "in.csv", "-o", "out.csv")
    expected = list(csv.reader(io.StringIO(rows, newline="")))
    found = list(csv.reader(io.StringIO(Path("out.csv").read_text(), newline="")))
    assert [row[:3] for row in found] == expected
    assert converted(run, rows)["s"].to_pylist() == [row[2] or None for row in expected[1:]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('1,2,"a\n3,4,b\n5,6,c"d\n', "in.csv: row 1: ',' expected after '\"'; a value that begins"),
        ('1,2,a\n3,4,"b\n', "in.csv: row 2: unexpected end of data; a value that begins with a"),
        ('1,2,"a" b\n', "in.csv: row 1: ',' expected after"),
        ('1,2,"a"\n3,4\n', "in.csv: row 2 has 2 values, and there are 3 columns"),
        ("1,2,a\n3,4\n", "in.csv: row 2 has 2 values, and there are 3 columns"),
    ],
)
@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
def test_rows_never_vanish(fails, rows, message, out):
    Path("in.csv").write_text("lat,lon,s\n" + rows)
    assert fails("encode", "in.csv", "-o", out).startswith(message)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_are_no_rows(run, end):
    Path("in.csv").write_bytes(end.join(["morton", "-3241", "", "12", '""', "", ""]).encode())
    out, err = run("clip", "in.csv", "-o", "-", "--order", "1", "--on-error", "null")
    assert out == 'morton\n-32\n12\n""\n'
    assert err == ""


def test_a_null_alone_on_a_line(run):
    pq.write_table(pa.table({"morton": [12, None, 11]}), "in.parquet")
    run("clip", "in.parquet", "-o", "out.csv", "--order", "1", "--on-error", "null")
    rows = list(csv.reader(Path("out.csv").read_text().splitlines()))
    assert rows == [["morton"], ["12"], [""], ["11"]]


def test_empty_text_is_not_missing_text(run):
    table = pa.table({"lat": [1, 1], "lon": [2, 2], "s": ["", None]})
    pq.write_table(table, "in.parquet")
    assert run("encode", "in.parquet", "-o", "-", "--order", "0")[0] == (
        'lat,lon,s,morton\n1,2,"",5\n1,2,,5\n'
    )


# --- dialects ---


def test_erddap(run, fails):
    text = "# of a server\nlatitude;longitude;h\ndegrees_north;degrees_east;m\n1,5;2,5;0,25\n"
    Path("in.csv").write_text(text)
    assert "leave out lines of comments with --comment '#'" in fails("encode", "in.csv", "-o", "-")
    options = ["--comment", "#"]
    assert "separate columns with --delimiter ';'" in fails("encode", "in.csv", "-o", "-", *options)
    options += ["--delimiter", ";", "--decimal", ","]
    assert "lat is 'x'" not in (said := fails("encode", "in.csv", "-o", "-", *options))
    assert said.endswith("leave out a line of units with --skip-rows-after-header 1")
    options += ["--skip-rows-after-header", "1"]
    [morton] = truth([1.5], [2.5])
    out, _ = run("encode", "in.csv", "-o", "-", *options)
    assert out == f"latitude;longitude;h;morton\n1,5;2,5;0,25;{morton}\n"
    found = converted(run, text, *options)
    assert found["h"].to_pylist() == [0.25]
    out, _ = run("decode", "file.parquet", "-o", "-", *options, "--name", "a", "b")
    row = list(csv.reader(out.splitlines(), delimiter=";"))[1]
    assert [float(x.replace(",", ".")) for x in row[-2:]] == list(mortie.mort2latlon(morton))
    out, _ = run("count", "in.csv", "--order", "1", *options)
    assert out == f"morton;count\n{str(morton)[:2]};1\n"


def test_tabs(run, fails):
    Path("in.csv").write_text("lat\tlon\ts\n1\t2\ta,b\n")
    assert r"--delimiter '\t'" in fails("encode", "in.csv", "-o", "-")
    for tab in ("tab", r"\t", "\t"):
        out, _ = run("encode", "in.csv", "-o", "-", "--delimiter", tab, "--order", "0")
        assert out == "lat\tlon\ts\tmorton\n1\t2\ta,b\t5\n"


def test_comments_between_rows(run):
    """A line inside a quoted text is none."""
    Path("in.csv").write_text('\ufeff#a "\nlat,lon,s\n#b "\n1,2,"x\n#y"\n# c\n3,4,z\n', "utf-8")
    out, _ = run("encode", "in.csv", "-o", "-", "--comment", "#", "--order", "0")
    assert out == 'lat,lon,s,morton\n1,2,"x\n#y",5\n3,4,z,5\n'


def test_lines_that_end_in_cr(fails):
    Path("in.csv").write_bytes(b"lat,lon\r1,2\r3,4\r")
    assert fails("encode", "in.csv", "-o", "-").startswith("in.csv: lines end in CR alone")


def test_a_gzip_file_named_csv(run):
    Path("in.csv").write_bytes(gzip.compress(b"lat,lon\n1,2\n"))
    assert run("encode", "in.csv", "-o", "-", "--order", "0")[0] == "lat,lon,morton\n1,2,5\n"
    stdin = Path("in.csv").read_bytes()
    out, _ = run("encode", "-", "-o", "-", "--order", "0", stdin=stdin)
    assert out == "lat,lon,morton\n1,2,5\n"


# --- numbers ---


@pytest.mark.parametrize(
    "kind", [pa.decimal128(38, 30), pa.decimal128(20, 17), pa.decimal256(60, 40)], ids=str
)
def test_decimals_become_the_nearest_doubles(run, kind):
    draw = random.Random(str(kind))
    numbers = [draw.randrange(-90 * 10**17, 90 * 10**17) for _ in range(2000)]
    values = [decimal.Decimal(x).scaleb(-17) for x in numbers]
    values += [decimal.Decimal(90), decimal.Decimal(-90)]
    table = pa.table({"lat": pa.array(values, kind), "lon": [10.0] * len(values)})
    pq.write_table(table, "in.parquet")
    run("encode", "in.parquet", "-o", "out.parquet")
    found = pq.read_table("out.parquet")
    assert found["lat"].equals(table["lat"])
    lat = [float(Fraction(x)) for x in values]
    assert found["morton"].to_pylist() == mortie.latlon2mort(18, lat, 10.0).tolist()


@pytest.mark.parametrize("kind", ["float16", "float32", "int8", "uint8", "uint64", "int32"])
@pytest.mark.parametrize("dictionary", [False, True])
def test_other_numbers(run, kind, dictionary):
    lat = pa.array(np.array([77, 0, 13], kind))
    if dictionary:
        if kind == "float16":
            lat = pa.DictionaryArray.from_arrays([0, 1, 2], lat)
        else:
            lat = lat.dictionary_encode()
    try:
        pq.write_table(pa.table({"lat": lat, "lon": [1.5, 2, 3]}), "in.parquet")
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        pytest.skip("this version of pyarrow writes no such column")
    run("encode", "in.parquet", "-o", "out.parquet")
    assert pq.read_table("out.parquet")["morton"].to_pylist() == truth([77, 0, 13], [1.5, 2, 3])


def test_signs_of_indices_and_coordinates(run, fails):
    Path("in.csv").write_text("morton\n+3241\n-3241\n 12 \n")
    out, _ = run("clip", "in.csv", "-o", "-", "--order", "1")
    assert out == "morton\n32\n-32\n12\n"
    run("clip", "in.csv", "-o", "out.parquet", "--order", "1")
    assert pq.read_table("out.parquet")["morton"].to_pylist() == [32, -32, 12]
    Path("in.csv").write_text("lat,lon\n+1.5,+2.5\n")
    out, _ = run("encode", "in.csv", "-o", "-")
    assert out.endswith(f"{truth([1.5], [2.5])[0]}\n")
    for wrong in ("0xC", "+-12", "1_2", "12.0", "--12"):
        Path("in.csv").write_text(f"morton\n12\n{wrong}\n")
        assert fails("decode", "in.csv", "-o", "-") == (
            f"in.csv: row 2: morton is {wrong!r}, not an integer of 64 bits"
        )


# --- names ---


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("Lat (deg)", "Lon (deg)"),
        ("latitude [degrees]", "longitude [degrees]"),
        ("Latitude (degrees_north)", "Longitude (degrees_east)"),
        ("lat (°N)", "lon (°E)"),
        ("LATITUDE(deg)", "LONGITUDE(deg)"),
        ("Latitude (decimal degrees)", "Longitude (decimal degrees)"),
    ],
)
def test_names_with_units(run, lat, lon):
    out, _ = run("encode", "-", "-o", "-", stdin=f"{lat},{lon}\n1,2\n".encode())
    assert out == f"{lat},{lon},morton\n1,2,{truth([1], [2])[0]}\n"


def test_other_units_are_not_degrees(fails):
    Path("in.csv").write_text("lat (rad),lon (rad)\n1,2\n")
    assert "no column of latitudes" in fails("encode", "in.csv", "-o", "-")


def test_what_clip_names_is_counted(run):
    Path("in.csv").write_text("lat,lon\n1,2\n")
    run("encode", "in.csv", "-o", "a.parquet")
    run("clip", "a.parquet", "-o", "b.parquet", "--order", "6", "--name", "morton6")
    run("clip", "b.parquet", "-o", "c.parquet", "--order", "3", "--name", "morton3")
    assert run("count", "c.parquet", "--order", "2")[0] == "morton,count\n523,1\n"


@pytest.mark.parametrize(
    ("column", "hint"),
    [
        (pa.array([12.0]), "cast the column to int64, unless it has rounded them"),
        (pa.array([decimal.Decimal(12)]), "cast the column to int64"),
        (pa.array([2**64 - 12], pa.uint64()), "made unsigned, cast the column to int64"),
    ],
)
def test_indices_of_other_types(fails, column, hint):
    pq.write_table(pa.table({"morton": column}), "in.parquet")
    assert fails("decode", "in.parquet", "-o", "-").endswith(hint)


# --- what tables say about themselves ---


def geo(crs, box):
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs, "bbox": box}
    about = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {"geo": json.dumps(about)}


def write(path, metadata=None, **columns):
    table = pa.table({"lat": [1.0], "lon": [2.0], **columns})
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_geoparquet_put_together(run, fails):
    for name, crs, box in (("a", None, [0, 0, 1, 1]), ("b", None, [5, 5, 6, 6]), ("c", "X", [])):
        write(f"{name}.parquet", geo(crs, box), geometry=[b"wkb"])
    run("encode", "a.parquet", "-o", "one.parquet")
    assert json.loads(pq.read_schema("one.parquet").metadata[b"geo"]) == json.loads(
        geo(None, [0, 0, 1, 1])["geo"]
    )
    run("encode", "a.parquet", "b.parquet", "-o", "two.parquet")
    column = json.loads(pq.read_schema("two.parquet").metadata[b"geo"])["columns"]["geometry"]
    assert column == {"encoding": "WKB", "geometry_types": [], "crs": None}
    write("none.parquet", geometry=[b"wkb"])
    for other in ("c", "none"):
        message = fails("encode", "a.parquet", f"{other}.parquet", "-o", "bad.parquet")
        assert message.startswith(f"{other}.parquet has other GeoParquet metadata than a.parquet")
    assert not Path("bad.parquet").exists()


def test_metadata_that_differ(run):
    write("a.parquet", {"source": "a", "licence": "CC0"})
    write("b.parquet", {"source": "b", "licence": "CC0"})
    _, err = run("encode", "a.parquet", "b.parquet", "-o", "out.parquet")
    assert err == "mortie: left out metadata that differs from file to file: source\n"
    assert pq.read_schema("out.parquet").metadata == {b"licence": b"CC0"}


def test_what_is_said_of_columns(run, fails):
    for name, unit in (("a", "m"), ("b", "m"), ("c", "km")):
        schema = pa.schema(
            [
                pa.field("lat", pa.float64(), nullable=name == "b"),
                ("lon", pa.float64()),
                pa.field("h", pa.float32(), metadata={"units": unit}),
            ]
        )
        pq.write_table(pa.table([[1.0], [2.0], [3.0]], schema=schema), f"{name}.parquet")
    run("encode", "a.parquet", "b.parquet", "-o", "out.parquet")
    found = pq.read_schema("out.parquet")
    assert found.field("h").metadata[b"units"] == b"m"
    assert found.field("lat").nullable
    message = fails("encode", "a.parquet", "c.parquet", "-o", "bad.parquet")
    assert message.startswith("c.parquet says other things of column 'h' than a.parquet")

    field = pa.field("morton", pa.int64(), nullable=False, metadata={"long_name": "cell"})
    pq.write_table(pa.table([[1234, 12]], schema=pa.schema([field])), "cells.parquet")
    run("clip", "cells.parquet", "-o", "clipped.parquet", "--order", "1")
    assert pq.read_schema("clipped.parquet").field(0).equals(field, check_metadata=True)
    run("clip", "cells.parquet", "-o", "null.parquet", "--order", "2", "--on-error", "null")
    assert pq.read_table("null.parquet")["morton"].to_pylist() == [123, None]


def test_pandas_finds_its_rows(run):
    pd = pytest.importorskip("pandas", reason="pandas is missing")
    frame = pd.DataFrame({"lat": [1.0, 95.0, 3.0], "lon": 2.0})
    frame.set_index(pd.RangeIndex(10, 13)).to_parquet("a.parquet")
    frame.set_index(pd.RangeIndex(2)[:0].append(pd.RangeIndex(20, 23))).to_parquet("b.parquet")
    frame.set_index(pd.Index(["x", "y", "z"], name="id")).to_parquet("named.parquet")
    null, skip = ("--on-error", "null"), ("--on-error", "skip")
    run("encode", "a.parquet", "-o", "one.parquet", *null)
    assert pd.read_parquet("one.parquet").index.tolist() == [10, 11, 12]
    run("encode", "a.parquet", "b.parquet", "-o", "two.parquet", *null)
    assert pd.read_parquet("two.parquet").index.tolist() == list(range(6))
    run("encode", "a.parquet", "-o", "skipped.parquet", *skip)
    assert pd.read_parquet("skipped.parquet").index.tolist() == [0, 1]
    run("encode", "named.parquet", "named.parquet", "-o", "twice.parquet", *skip)
    assert pd.read_parquet("twice.parquet").index.tolist() == ["x", "z", "x", "z"]
    # Indices that were text are integers now, whatever pandas was told.
    pd.DataFrame({"morton": pd.array(["1234"], "string")}).to_parquet("text.parquet")
    run("clip", "text.parquet", "-o", "clipped.parquet", "--order", "1")
    assert pd.read_parquet("clipped.parquet")["morton"].tolist() == [12]


# --- times, long texts, memory, Parquet's ways of storing ---


def int96(path, *times):
    """Write timestamps of 96 bits: nanoseconds of a day, and the Julian day."""
    n = len(times)
    placeholder = pa.array(np.arange(1, n + 1) * 86400 * 10**9, pa.timestamp("ns"))
    table = pa.table({"lat": np.zeros(n), "lon": np.zeros(n), "t": placeholder})
    old = {"use_deprecated_int96_timestamps": True, "use_dictionary": False}
    pq.write_table(table, path, compression="none", **old)
    data = Path(path).read_bytes()
    days = [struct.pack("<qi", 0, 2440588 + i + 1) for i in range(n)]
    assert data.count(b"".join(days)) == 1
    epoch = datetime.date(1970, 1, 1)
    new = [struct.pack("<qi", ns, 2440588 + (day - epoch).days) for day, ns in times]
    Path(path).write_bytes(data.replace(b"".join(days), b"".join(new)))


def test_int96_timestamps(run, fails):
    far, near = datetime.date(3000, 1, 1), datetime.date(2019, 1, 1)
    int96("far.parquet", (far, 1000), (near, 2000))
    run("encode", "far.parquet", "-o", "out.parquet")
    found = pq.read_table("out.parquet")["t"]
    assert found.type == pa.timestamp("us")
    assert found.cast(pa.int64()).to_pylist() == [
        (day - datetime.date(1970, 1, 1)).days * 86400 * 10**6 + us
        for day, us in ((far, 1), (near, 2))
    ]
    out, _ = run("encode", "far.parquet", "-o", "-")
    assert "3000-01-01 00:00:00.000001" in out
    int96("near.parquet", (near, 1), (near, 2))
    run("encode", "near.parquet", "-o", "out.parquet", "--force")
    assert str(pq.read_schema("out.parquet").field("t").type) == "timestamp[ns]"
    assert [x % 10 for x in pq.read_table("out.parquet")["t"].cast(pa.int64()).to_pylist()] == [
        1,
        2,
    ]
    int96("both.parquet", (near, 1), (far, 0))
    message = fails("encode", "both.parquet", "-o", "-")
    assert message.startswith("both.parquet: no unit of 64 bits holds the INT96 timestamps of t: ")


MEMORY = """
import resource, sys
from mortie.__main__ import main
code = main()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
sys.exit(code)
"""


def megabytes(*arguments):
    """Give the most memory that the command held."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
    )
    return int(done.stderr.split()[-1])


@pytest.mark.slow
def test_a_long_text_of_many_rows():
    n, text = 50_000, "x" * 20_000  # a gigabyte, decoded
    plain = pa.schema([("lat", pa.float64()), ("lon", pa.float64()), ("s", pa.string())])
    with pq.ParquetWriter("in.parquet", plain) as writer:
        part = pa.table([[0.0] * n, [0.0] * n, pa.nulls(n, pa.string())], schema=plain)
        writer.write_table(part)
        part = pa.table([[0.0] * 1000, [0.0] * 1000, [text] * 1000], schema=plain)
        writer.write_table(pa.concat_tables([part] * (n // 1000)), row_group_size=n)
    usual = megabytes("count", "in.parquet", "--order", "1")
    assert megabytes("encode", "in.parquet", "-o", "out.parquet") < usual + 250
    assert megabytes("encode", "in.parquet", "-o", "-") < usual + 350
    assert pq.read_schema("out.parquet").field("s").type == pa.string()
    assert Path("out.parquet").stat().st_size < 10**6
    rows = pq.ParquetFile("out.parquet", read_dictionary=["s"]).read(["s"])["s"]
    assert (len(rows), rows.null_count) == (2 * n, n)
    assert rows.unify_dictionaries().chunk(0).dictionary.to_pylist() in ([text], [])


@pytest.mark.slow
def test_memory_of_count_grows_with_the_cells_alone():
    draw = np.random.default_rng(6)
    with pq.ParquetWriter("in.parquet", pa.schema([("lat", "f8"), ("lon", "f8")])) as writer:
        for _ in range(4):
            lat, lon = draw.uniform(-90, 90, 10**6), draw.uniform(-180, 180, 10**6)
            writer.write_table(pa.table({"lat": lat, "lon": lon}))
    few = megabytes("count", "in.parquet", "--order", "3")
    many = megabytes("count", "in.parquet", "--order", "18", "-o", "out.parquet")
    assert many - few < 4 * 80  # 80 bytes a cell


def test_dictionaries_where_they_help(run):
    n = 5000
    table = pa.table(
        {
            "lat": np.linspace(-90, 90, n),
            "lon": np.zeros(n),
            "id": np.arange(n),
            "beam": ["gt1l", "gt2r"] * (n // 2),
            "list": [[1]] * n,
        }
    )
    pq.write_table(table, "in.parquet", compression={"lat": "gzip", "lon": "zstd"})
    run("encode", "in.parquet", "-o", "out.parquet")
    assert pq.read_table("out.parquet").drop_columns("morton").equals(table)
    group = pq.ParquetFile("out.parquet").metadata.row_group(0)
    chunks = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    stored = {name: chunk.has_dictionary_page for name, chunk in chunks.items()}
    assert [stored[name] for name in ("lat", "lon", "id", "beam", "morton")] == [
        *(False, True, False, True, False)
    ]
    codecs = [chunks[name].compression for name in ("lat", "lon", "id", "morton")]
    assert codecs == ["GZIP", "ZSTD", "UNCOMPRESSED", "GZIP"]


@pytest.mark.parametrize("column", [[b"\xff"], [uuid.UUID(int=1).bytes]])
def test_bytes_in_csv(fails, column):
    kind = pa.binary() if len(column[0]) == 1 else pa.binary(16)
    array = pa.array(column, kind)
    if hasattr(pa, "uuid") and len(column[0]) == 16:
        array = pa.ExtensionArray.from_storage(pa.uuid(), array)
    write("in.parquet", id=array)
    assert fails("encode", "in.parquet", "-o", "-").startswith("column 'id' holds ")
    array = pa.array([b"text"], pa.binary())  # which looks like text
    write("text.parquet", id=array)
    assert fails("encode", "text.parquet", "-o", "-").startswith("column 'id' holds binary")


# --- files whose names look like messages, and plots ---


def test_a_name_like_a_message(fails, run):
    name = "In CSV column #1: Row #9: CSV conversion error.csv"
    Path(name).write_text("lat,lon,s\n1,2,a\n3,x,b\n")
    assert fails("encode", name, "-o", "out.parquet") == f"{name}: row 2: lon is 'x', not a number"


def test_a_formula_as_a_name(command):
    pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
    pytest.importorskip("matplotlib", reason="matplotlib is missing; mortie[test] has it")
    Path("in.csv").write_text("lat,lon,$\\frac$\n1,2,3\n1,2,\n-5,2,4\n")
    code, _, err = command.run(
        "plot", "in.csv", "-o", "map.png", "--order", 2, "--value", "$\\frac$"
    )
    assert code == 0, err
    assert Path("map.png").read_bytes().startswith(b"\x89PNG")
