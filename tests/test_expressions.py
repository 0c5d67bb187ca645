"""The ufuncs in polars and DuckDB; ranges of cells in the statistics of Parquet files."""

import doctest

import numpy as np
import pytest

import mortie

random = np.random.default_rng(4)
N = 3000
LAT, LON = np.degrees(np.arcsin(random.uniform(-1, 1, N))), random.uniform(-180, 180, N)
ORDER = random.integers(0, 19, N)
MORTON = mortie.latlon2mort(ORDER, LAT, LON)
COLUMNS = {
    "k": ORDER, "lat": LAT, "lon": LON, "morton": MORTON, "nest": mortie.mort2nest(MORTON),
    "normed": mortie.mort2norm(MORTON)[1], "parents": mortie.mort2norm(MORTON)[2],
    "uniq": mortie.mort2uniq(MORTON), "word": mortie.mort2word(MORTON), "top": np.full(N, 18),
    "base": np.zeros(N, np.int64),
}  # fmt: skip
INPUTS = {
    "VaexNorm2Mort": ["normed", "parents"], "fastNorm2Mort": ["k", "normed", "parents"],
    "nest2mort": ["k", "nest"], "clip_mort": ["base", "morton"],
    "latlon2mort": ["k", "lat", "lon"], "latlon2nest": ["k", "lat", "lon"],
    "mort_range": ["top", "morton"], "uniq2mort": ["uniq"], "word2mort": ["word"],
    "authalic2geodetic": ["lat"], "geodetic2authalic": ["lat"],
}  # fmt: skip
UFUNCS = sorted({f.__name__ for f in vars(mortie).values() if isinstance(f, np.ufunc)})
GAPS = random.uniform(size=(len(COLUMNS), N)) < 0.1


def expected(name, inputs):
    """Give a list of results, with None where an input is missing, and tuples of several."""
    missing = np.any([GAPS[list(COLUMNS).index(column)] for column in inputs], axis=0)
    found = getattr(mortie, name)(*(COLUMNS[column] for column in inputs))
    several = isinstance(found, tuple)
    rows = list(zip(*map(np.ndarray.tolist, found), strict=True)) if several else found.tolist()
    return [None if gap else row for gap, row in zip(missing, rows, strict=True)]


def plain(row):
    """Give a row as `expected` does: fields as a tuple, arrays as lists."""
    if isinstance(row, dict):
        return tuple(map(plain, row.values()))
    return list(row) if isinstance(row, tuple) else row


@pytest.fixture(scope="module")
def frame():
    pl = pytest.importorskip("polars", reason="polars is missing; nox -s ecosystem installs it")
    return pl.DataFrame({
        name: pl.Series(column.tolist(), dtype={"u": pl.UInt64, "i": pl.Int64, "f": pl.Float64}[
            column.dtype.kind]).zip_with(pl.Series(~gaps), pl.Series([None], dtype=pl.Int64).cast(
            {"u": pl.UInt64, "i": pl.Int64, "f": pl.Float64}[column.dtype.kind]))
        for (name, column), gaps in zip(COLUMNS.items(), GAPS, strict=True)
    })  # fmt: skip


@pytest.mark.parametrize("name", UFUNCS)
def test_polars(frame, name):
    import mortie.polars

    inputs = INPUTS.get(name, ["morton"])
    lazy = frame.lazy().select(found=getattr(mortie.polars, name)(*inputs))
    schema = lazy.collect_schema()
    collected = lazy.collect()
    assert collected.schema == schema
    assert [plain(row) for row in collected["found"].to_list()] == expected(name, inputs)
    assert frame.clear().select(getattr(mortie.polars, name)(*inputs)).height == 0


def test_polars_of_numbers_and_expressions(frame):
    import polars as pl

    import mortie.polars as mp

    few = frame.drop_nulls()
    expected = mortie.latlon2mort(18, few["lat"].to_numpy(), few["lon"].to_numpy()).tolist()
    for inputs in ((18, "lat", "lon"), (pl.lit(18), pl.col("lat") * 1, few["lon"])):
        assert few.select(mp.latlon2mort(*inputs)).to_series().to_list() == expected
    assert few.select(mp.clip_mort(0, mp.latlon2mort(9, 10.0, 20.0))).item() == 5
    assert few.select(mp.clip_mort(0, pl.lit(None, pl.Int64))).item() is None
    groups = few.group_by(mp.clip_mort(0, "morton").alias("base")).len()
    assert groups["len"].sum() == few.height


def test_polars_refuses(frame):
    import polars as pl

    import mortie.polars as mp

    with pytest.raises(TypeError, match="latlon2mort takes 3 inputs, not 2"):
        mp.latlon2mort("lat", "lon")
    with pytest.raises(AttributeError, match="no function 'latlon3mort'"):
        mp.latlon3mort  # noqa: B018
    with pytest.raises(Exception, match="latitude must lie in -90 to 90 degrees, not 91"):
        frame.select(mp.latlon2mort(3, pl.lit(91.0), "lon"))
    assert set(mp.__all__) == set(UFUNCS)


@pytest.fixture(scope="module")
def connection():
    duckdb = pytest.importorskip("duckdb", reason="duckdb is missing; nox -s ecosystem installs it")
    pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    import mortie.duckdb

    connection = duckdb.connect()
    mortie.duckdb.register(connection)
    columns = zip(COLUMNS.items(), GAPS, strict=True)
    table = pa.table({name: pa.array(column, mask=gaps) for (name, column), gaps in columns})
    connection.register("points", table)
    return connection


@pytest.mark.parametrize("name", UFUNCS)
def test_duckdb(connection, name):
    inputs = INPUTS.get(name, ["morton"])
    rows = connection.execute(f"SELECT {name}({', '.join(inputs)}) FROM points").fetchall()
    assert [plain(row) for (row,) in rows] == expected(name, inputs)


def test_duckdb_of_numbers(connection):
    [row] = connection.execute("SELECT latlon2mort(6, -77.85, 166.67), is_mort(15)").fetchall()
    assert row == (-4112241, False)
    with pytest.raises(Exception, match="latitude must lie in -90 to 90 degrees, not 91"):
        connection.execute("SELECT latlon2mort(6, 91.0, 0)").fetchall()


def test_examples():
    pytest.importorskip("polars", reason="polars is missing; nox -s ecosystem installs it")
    pytest.importorskip("duckdb", reason="duckdb is missing; nox -s ecosystem installs it")
    import mortie.duckdb
    import mortie.polars

    for text, count in ((mortie.polars.__doc__, 5), (mortie.duckdb.register.__doc__, 5)):
        test = doctest.DocTestParser().get_doctest(text, {}, "example", None, 0)
        assert len(test.examples) == count
        assert doctest.DocTestRunner().run(test).failed == 0


def test_a_range_skips_row_groups(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is missing; mortie[test] has it")
    import pyarrow as pa

    morton = np.sort(mortie.nest2mort(18, random.integers(0, 12 * 4**18, 100_000)))
    path = tmp_path / "points.parquet"
    pq.write_table(pa.table({"morton": morton}), path, row_group_size=1000)
    file = pq.ParquetFile(path)
    for cell in (-4112, 31, 2):
        least, greatest = mortie.mort_range(18, cell)
        statistics = [
            file.metadata.row_group(i).column(0).statistics for i in range(file.num_row_groups)
        ]
        kept = [
            i
            for i, of_group in enumerate(statistics)
            if of_group.max >= least and of_group.min <= greatest
        ]
        inside = morton[mortie.clip_mort(mortie.mort2order(cell), morton) == cell]
        # All rows are in the groups that stay, and these are the fewest that can hold them.
        assert len(kept) <= len(inside) // 1000 + 2 < 100
        rows = file.read_row_groups(kept)["morton"].to_numpy()
        np.testing.assert_array_equal(rows[(least <= rows) & (rows <= greatest)], inside)
        filters = [("morton", ">=", int(least)), ("morton", "<=", int(greatest))]
        np.testing.assert_array_equal(pq.read_table(path, filters=filters)["morton"], inside)
