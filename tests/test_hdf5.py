"""Tables in HDF5: files of ATL06's layout, against what h5py and xarray read."""

import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

h5py = pytest.importorskip("h5py", reason="h5py is missing; mortie[test] has it")
pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")

import mortie.hdf5

BEAMS = ["gt1l", "gt1r", "gt2l", "gt2r", "gt3l", "gt3r"]
FILL = np.float32(3.4028235e38)
PATTERN = "gt*/land_ice_segments"
random = np.random.default_rng(20)


def granule(path, rows=1000, beams=BEAMS):
    """Write a file with the layout of ATL06, chunked and compressed as the product is."""
    with h5py.File(path, "w") as file:
        file.attrs["short_name"] = "ATL06"
        file.create_dataset("ancillary_data/release", data=[b"006"])
        for beam in beams:
            group = file.create_group(f"{beam}/land_ice_segments")
            many = {"chunks": (min(rows, 400),), "compression": "gzip", "shuffle": True}
            height = random.normal(2000, 100, rows).astype("f4")
            height[::7] = FILL
            quality = random.integers(0, 2, rows).astype("i1")
            quality[::5] = 127
            for name, data, attributes in (
                ("h_li", height, {"_FillValue": FILL, "units": b"meters", "long_name": "Height"}),
                (
                    "latitude",
                    random.uniform(-90, -60, rows),
                    {"valid_min": -90.0, "valid_max": 90.0},
                ),
                ("longitude", random.uniform(-180, 180, rows), {"valid_range": [-180.0, 180.0]}),
                ("delta_time", np.arange(rows) * 0.003, {"units": "seconds since 2018-01-01"}),
                ("segment_id", np.arange(rows, dtype="u4") + 4_000_000_000, {}),
                ("atl06_quality_summary", quality, {"_FillValue": np.int8(127), "valid_min": 0}),
            ):
                made = group.create_dataset(name, data=data, **many)
                made.attrs.update(attributes)
            group.create_dataset("dem/dem_h", data=height + 1, **many).attrs["_FillValue"] = FILL
        file.create_group("gt9x")  # a beam without data
    return path


def test_all_beams(tmp_path):
    path = str(granule(tmp_path / "ATL06.h5"))
    table = mortie.hdf5.read(path, PATTERN)
    assert table.num_rows == 6000
    assert table.column_names == [
        "atl06_quality_summary", "delta_time", "h_li", "latitude", "longitude", "segment_id",
        "file", "group",
    ]  # fmt: skip
    assert set(table["file"].to_pylist()) == {path}
    groups = [f"{beam}/land_ice_segments" for beam in BEAMS for _ in range(1000)]
    assert table["group"].to_pylist() == groups
    with h5py.File(path) as file:
        for name in table.column_names[:-2]:
            raw = np.concatenate([file[f"{beam}/land_ice_segments/{name}"][:] for beam in BEAMS])
            lacks = {"h_li": raw == FILL, "atl06_quality_summary": raw == 127}.get(name, raw != raw)
            column = table[name].combine_chunks()
            assert column.type == pa.from_numpy_dtype(raw.dtype)
            np.testing.assert_array_equal(np.asarray(column.is_null()), lacks)
            np.testing.assert_array_equal(np.asarray(column.drop_null()), raw[~lacks])
    field = table.schema.field("h_li")
    assert field.metadata == {b"units": b"meters", b"long_name": b"Height"}
    assert table.schema.field("segment_id").metadata is None


def test_chosen_columns(tmp_path):
    path = granule(tmp_path / "ATL06.h5", 50)
    table = mortie.hdf5.read(path, "gt1?/land_ice_segments", columns=["dem/dem_h", "h_li"])
    assert table.column_names == ["dem/dem_h", "h_li", "file", "group"]
    assert table.num_rows == 100
    with pytest.raises(ValueError, match=r"ATL06.h5: gt1l/land_ice_segments/speed is missing"):
        mortie.hdf5.read(path, PATTERN, columns=["speed"])
    with pytest.raises(
        ValueError, match=r"no group matches 'gt7\*'; the file holds ancillary_data"
    ):
        mortie.hdf5.read(path, "gt7*")


def test_batches_are_the_table(tmp_path):
    path = granule(tmp_path / "ATL06.h5", 3000, BEAMS[:2])
    source = mortie.hdf5.Source(path, PATTERN)
    mortie.hdf5.BATCH_ROWS, whole = 1000, mortie.hdf5.BATCH_ROWS
    try:
        batches = list(source.batches(["h_li", "group"]))
    finally:
        mortie.hdf5.BATCH_ROWS = whole
        source.close()
    assert source.rows == 6000
    assert [batch.num_rows for batch in batches] == [800, 800, 800, 600] * 2  # whole chunks
    assert batches[0].schema.names == ["h_li", "group"]
    table = pa.Table.from_batches(batches)
    assert table.equals(mortie.hdf5.read(path, PATTERN).select(["h_li", "group"]))


def made(path, name="x", data=(1, 2, 3), kind=None, **attributes):
    with h5py.File(path, "a") as file:
        dataset = file.create_dataset(name, data=data, dtype=kind)
        dataset.attrs.update(attributes)
    return path


@pytest.mark.parametrize(
    ("kind", "arrow"),
    [
        (">f4", "float"), (">i2", "int16"), ("<u8", "uint64"), (">u4", "uint32"), ("i1", "int8"),
        ("f2", "halffloat"), ("?", "bool"), (">i8", "int64"), ("f8", "double"),
    ],
)  # fmt: skip
def test_types(tmp_path, kind, arrow):
    data = np.array([0, 1, 1, 0, 1]).astype(kind)
    if data.dtype.kind in "iu":
        data[1:3] = np.iinfo(kind).max, np.iinfo(kind).min
    column = mortie.hdf5.read(made(tmp_path / "a.h5", data=data))["x"]
    assert str(column.type) == arrow
    assert column.to_pylist() == data.tolist()


def test_text_and_enums(tmp_path):
    path = tmp_path / "a.h5"
    names = {"land": 1, "sea": 0}
    made(path, "kind", [0, 1, 1], h5py.enum_dtype(names, "i1"))
    made(path, "fixed", np.array([b"a", b"bc", b""]), "S4")
    made(path, "long", ["å", "none", "x"], h5py.string_dtype(), _FillValue="none")
    table = mortie.hdf5.read(path)
    assert table["kind"].to_pylist() == [0, 1, 1]
    assert json.loads(table.schema.field("kind").metadata[b"enum"]) == names
    assert table["fixed"].to_pylist() == ["a", "bc", ""]
    assert table["long"].to_pylist() == ["å", None, "x"]
    made(path, "bad", np.array([b"a", b"\xff", b""]), "S4")
    with pytest.raises(ValueError, match=r"a.h5: /bad: text that is not UTF-8"):
        mortie.hdf5.read(path)


@pytest.mark.parametrize(
    ("data", "attributes", "expected"),
    [
        (np.float32([0.1, 0.2]), {"_FillValue": 0.1}, [None, float(np.float32(0.2))]),
        (np.float32([0.1, 0.2]), {"valid_min": 0.1}, [float(np.float32(f)) for f in (0.1, 0.2)]),
        ([1.0, np.nan], {"_FillValue": np.nan}, [1.0, None]),
        (np.int16([1, 2, 3, 4]), {"missing_value": [1, 4]}, [None, 2, 3, None]),
        (np.uint8([1, 2]), {"_FillValue": -9999.0}, [1, 2]),
        (np.int64([2**53, 2**53 + 1]), {"_FillValue": np.int64(2**53 + 1)}, [2**53, None]),
        (np.int64([2**62, 2**62 + 1]), {"valid_max": np.int64(2**62)}, [2**62, None]),
        (np.uint64([2**64 - 1, 5]), {"_FillValue": np.uint64(2**64 - 1)}, [None, 5]),
        (np.int8([-1, 5]), {"_Unsigned": "true", "_FillValue": np.int8(-1)}, [None, 5]),
        (np.int8([-2, 5]), {"_Unsigned": "true"}, [254, 5]),
        (np.int16([0, 5, 10, 15]), {"valid_range": [5, 10]}, [None, 5, 10, None]),
        (np.int16([0, 5, 10]), {"valid_min": "5"}, [None, 5, 10]),
    ],
)
def test_missing(tmp_path, data, attributes, expected):
    column = mortie.hdf5.read(made(tmp_path / "a.h5", data=data, **attributes))["x"]
    assert column.to_pylist() == expected


def test_packed_values_as_xarray_has_them(tmp_path):
    xr = pytest.importorskip("xarray", reason="xarray is missing; nox -s ecosystem has it")
    pytest.importorskip("h5netcdf", reason="h5netcdf is missing")
    path = tmp_path / "a.nc"
    packed = np.int16([-32768, 0, 100, 32767])
    encoding = {"dtype": "i2", "scale_factor": 0.01, "add_offset": 5.0, "_FillValue": -32768}
    values = np.where(packed == -32768, np.nan, packed * 0.01 + 5.0)
    data = xr.Dataset({"h": ("n", values, {"units": "m"}), "t": ("n", [1, 2, 3, 4])})
    data.to_netcdf(path, engine="h5netcdf", encoding={"h": encoding})
    table = mortie.hdf5.read(path)
    assert table.column_names == ["h", "t", "file", "group"]  # and no dimension n
    with xr.open_dataset(path, engine="h5netcdf") as decoded:
        expected = decoded["h"].values
    found = table["h"].to_numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_array_equal(found, values)
    assert table["h"].null_count == 1
    assert table.schema.field("h").metadata == {b"units": b"m"}


def test_what_is_no_column_is_said(tmp_path):
    path = made(tmp_path / "a.h5")
    made(path, "y", [1.0, 2.0, 3.0])
    made(path, "image", np.zeros((3, 2)))
    made(path, "pair", np.zeros(3, [("a", "i4"), ("b", "f8")]))
    made(path, "short", [1, 2])
    made(path, "number", 7)
    with h5py.File(path, "a") as file:
        file["away"] = h5py.ExternalLink("other.h5", "x")
        file["nowhere"] = h5py.SoftLink("/not/there")
        file["void"] = h5py.Empty("f4")
        file.create_dataset("raw", (3,), "u1", external=[("/etc/hostname", 0, 3)])
    with pytest.warns(UserWarning, match=r"a.h5: left out of /: ") as caught:
        table = mortie.hdf5.read(path)
    assert table.column_names == ["x", "y", "file", "group"]
    said = str(caught[0].message)
    for text in (
        "image (has 2 dimensions)", "pair (has compound values)", "number (has 0 dimensions)",
        "short (it has 2 values, others 3)", "nowhere (leads nowhere)", "void (has no values)",
        "raw (has its values in another file)", "away (lies in another file)",
    ):  # fmt: skip
        assert text in said
    with pytest.raises(ValueError, match=r"a.h5: /image has 2 dimensions"):
        mortie.hdf5.read(path, columns=["x", "image"])
    with pytest.raises(ValueError, match="different lengths: x 3, short 2"):
        mortie.hdf5.read(path, columns=["x", "short"])


def test_what_is_refused(tmp_path):
    grid = made(tmp_path / "grid.nc", "lat", np.arange(180.0))
    made(grid, "lon", np.arange(360.0))
    with pytest.raises(ValueError, match="different lengths: lat 180, lon 360"):
        mortie.hdf5.read(grid)
    two = made(tmp_path / "two.h5", "a/x", units="m")
    made(two, "b/x", units="km")
    with pytest.raises(ValueError, match=r"two.h5: 'x' has the units km in b, and m in a"):
        mortie.hdf5.read(two, "*")
    made(two, "c/x", [1.0])
    with pytest.raises(ValueError, match="'x' has the type double in c, and int64 in a"):
        mortie.hdf5.read(two, "[ac]")
    made(two, "d/y")
    with pytest.raises(ValueError, match=r"a column '[xy]', and [ad] has none"):
        mortie.hdf5.read(two, "[ad]")
    named = made(tmp_path / "named.h5", "group")
    with pytest.raises(ValueError, match="has a dataset 'group'"):
        mortie.hdf5.read(named)
    odd = made(tmp_path / "odd.h5", "x", np.uint8([1]), valid_min=300)
    with pytest.raises(ValueError, match="x has a valid_min of 300, which is no uint8"):
        mortie.hdf5.read(odd, columns=["x"])
    empty = tmp_path / "empty.h5"
    h5py.File(empty, "w").close()
    with pytest.raises(ValueError, match=r"empty.h5: / has no dataset of one dimension"):
        mortie.hdf5.read(empty)


def test_damaged_files(tmp_path):
    path = granule(tmp_path / "ATL06.h5", 4000, BEAMS[:1])
    whole = path.read_bytes()
    broken = tmp_path / "broken.h5"
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        broken.write_bytes(whole[:size])
        with pytest.raises(OSError, match=r"broken.h5: it is damaged, or no HDF5 file: [^\n]+$"):
            mortie.hdf5.read(broken, PATTERN)
    broken.write_text("lat,lon\n1,2\n")
    with pytest.raises(OSError, match=r"broken.h5: it is damaged, or no HDF5 file"):
        mortie.hdf5.read(broken)
    with pytest.raises(FileNotFoundError, match=r"absent.h5"):
        mortie.hdf5.read(tmp_path / "absent.h5")
    # A packed chunk that can't be unpacked.
    with h5py.File(path) as file:
        info = file["gt1l/land_ice_segments/h_li"].id.get_chunk_info(1)
    changed = bytearray(whole)
    changed[info.byte_offset : info.byte_offset + info.size] = bytes(info.size)
    broken.write_bytes(changed)
    with pytest.raises(
        OSError, match=r"broken.h5: gt1l/land_ice_segments/h_li: it can't be read: "
    ):
        mortie.hdf5.read(broken, PATTERN)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mortie.hdf5.read(broken, PATTERN, columns=["latitude"]).num_rows == 4000


def test_the_example_makes_granules(tmp_path):
    script = Path(__file__).parents[1] / "examples/atl06.py"
    arguments = [tmp_path, "--files", "2", "--points", "3000"]
    subprocess.run([sys.executable, script, *map(str, arguments)], check=True)
    tables = [mortie.hdf5.read(path, PATTERN) for path in sorted(tmp_path.iterdir())]
    assert len(tables) == 2
    for table in tables:
        assert set(table["group"].unique().to_pylist()) <= {f"{b}/land_ice_segments" for b in BEAMS}
        lat, height = table["latitude"].to_numpy(), table["h_li"]
        assert -88.1 < lat.min() < lat.max() < -60
        assert 0 < height.null_count < table.num_rows / 4
        assert height.drop_null().to_numpy().max() < 4100  # no fill value is left


def test_no_rows(tmp_path):
    table = mortie.hdf5.read(made(tmp_path / "a.h5", data=np.zeros(0, "f4")))
    assert table.num_rows == 0
    assert table.column_names == ["x", "file", "group"]


def test_memory_is_bounded(tmp_path):
    tracemalloc = pytest.importorskip("tracemalloc")
    rows = 3_000_000
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (rows,), "f8", chunks=(100_000,))
    source = mortie.hdf5.Source(path)
    next(source.batches())  # for which pyarrow imports what it likes
    tracemalloc.start()
    try:
        assert sum(batch.num_rows for batch in source.batches()) == rows
        assert tracemalloc.get_traced_memory()[1] < 8 * rows / 3  # of 24 MB
    finally:
        tracemalloc.stop()
        source.close()


def test_damage_anywhere(tmp_path):
    """Whatever bytes change, the end is a table or one line that names the file."""
    with h5py.File(tmp_path / "ATL06.h5", "w") as file:
        for beam in BEAMS[:2]:
            data = file.create_dataset(f"{beam}/land_ice_segments/h", data=np.arange(5000.0))
            data.attrs["_FillValue"] = 7.0
    whole = (tmp_path / "ATL06.h5").read_bytes()
    broken = tmp_path / "broken.h5"
    ends = set()
    chosen = np.random.default_rng(11)  # always the same bytes: some make HDF5's library crash
    for _ in range(100):
        changed = bytearray(whole)
        for _ in range(chosen.choice([1, 3, 30])):
            changed[chosen.integers(20_000)] = chosen.integers(256)
        broken.write_bytes(changed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                mortie.hdf5.read(broken, PATTERN)
                ends.add("read")
            except (OSError, ValueError) as error:
                ends.add("refused" if re.search(r"broken.h5: [^\n]*$", str(error)) else str(error))
    assert ends == {"read", "refused"}


def mortie_command(*arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "mortie", *map(str, arguments)], capture_output=True, check=False
    )
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done.stdout.decode(), done.stderr.decode()


def test_encode(tmp_path, monkeypatch):
    pq = pytest.importorskip("pyarrow.parquet")
    pytest.importorskip("tqdm", reason="tqdm is missing; mortie[test] has it")
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for number in range(2):
        granule(Path(f"in/ATL06_{number}.h5"), 500)
    mortie_command("encode", "in/ATL06_*.h5", "--group", PATTERN, "-o", "points.parquet")
    table = pq.read_table("points.parquet")
    whole = pa.concat_tables(
        mortie.hdf5.read(path, PATTERN) for path in ("in/ATL06_0.h5", "in/ATL06_1.h5")
    )
    assert table.drop(["morton"]).cast(whole.schema).equals(whole.unify_dictionaries())
    assert table.schema.field("h_li").metadata[b"units"] == b"meters"
    expected = mortie.latlon2mort(18, whole["latitude"].to_numpy(), whole["longitude"].to_numpy())
    np.testing.assert_array_equal(table["morton"].to_numpy(), expected)

    mortie_command("encode", "in", "--group", "gt1l/land_ice_segments", "-o", "out/")
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "ATL06_0.parquet",
        "ATL06_1.parquet",
    ]
    chosen = ("--group", "gt1l/*", "--columns", "latitude,longitude,dem/dem_h")
    out, _ = mortie_command("encode", "in/ATL06_0.h5", *chosen, "-o", "-")
    assert out.startswith("latitude,longitude,dem/dem_h,file,group,morton\n")
    assert "e+38" not in out
    out, _ = mortie_command("count", "in", "--group", PATTERN, "--order", 0)
    assert sum(int(line.split(",")[1]) for line in out.splitlines()[1:]) == 6000


def test_encode_refuses(tmp_path, monkeypatch):
    pytest.importorskip("tqdm", reason="tqdm is missing; mortie[test] has it")
    monkeypatch.chdir(tmp_path)
    granule(Path("a.h5"), 10)
    Path("b.h5").write_bytes(Path("a.h5").read_bytes()[:5000])
    for arguments, said in (
        (["a.h5", "-o", "x.h5"], "x.h5: HDF5 is not written: use .parquet"),
        (["a.h5", "-o", "x.csv"], "a.h5: / has no dataset of one dimension; its groups are"),
        (["a.h5", "-o", "x.csv", "--group", "gt8"], "a.h5: no group matches 'gt8'; the file holds"),
        (["b.h5", "-o", "x.csv"], "b.h5: it is damaged, or no HDF5 file: "),
        (["a.h5", "b.h5", "-o", "x.csv", "--group", PATTERN], "b.h5: it is damaged"),
    ):
        *_, last = mortie_command("encode", *arguments, code=1)[1].splitlines()
        assert last.startswith(f"mortie: error: {said}")
    assert sorted(path.name for path in Path().iterdir()) == ["a.h5", "b.h5"]
