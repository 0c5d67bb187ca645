"""The functions in vaex: by themselves, registered, lazily, with missing values, in threads."""

import doctest
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest

import exact
import mortie

vaex = pytest.importorskip("vaex", reason="vaex is not installed; nox -s ecosystem has it")
pa = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.filterwarnings("ignore")  # vaex's own

N = 5_000
random = np.random.default_rng(6)
NORMED, PARENTS = random.integers(0, 4**18, N), random.integers(0, 12, N)
MORTON = np.array([exact.norm2mort(18, *pair) for pair in zip(NORMED, PARENTS, strict=True)])
LAT, LON = mortie.mort2latlon(MORTON)
MISSING = random.random(N) < 0.3


@pytest.fixture
def df():
    return vaex.from_arrays(
        normed=NORMED, parents=PARENTS, morton=MORTON, lat=LAT, lon=LON, i=np.arange(N)
    )


@pytest.fixture(scope="module")
def registered():
    import mortie.vaex

    mortie.vaex.register()


def in_new_process(program):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_needs_no_import():
    program = """
import numpy, vaex
df = vaex.from_arrays(normed=numpy.array([28]), parents=numpy.array([8]))
print(df.mortie.fastNorm2Mort(3, df.normed, df.parents).tolist())
"""
    assert in_new_process(program) == "[-3241]\n"


def test_every_ufunc(df):
    m, of = df.mortie, df.morton
    for expression, expected in [
        (m.VaexNorm2Mort(df.normed, df.parents), MORTON),
        (m.VaexNorm2Mort("normed", "parents"), MORTON),
        (m.fastNorm2Mort(18, df.normed, df.parents), MORTON),
        (m.fastNorm2Mort(np.int64(3), df.normed % 64, 8), mortie.fastNorm2Mort(3, NORMED % 64, 8)),
        (m.latlon2mort(18, df.lat, df.lon), MORTON),
        (m.latlon2nest(18, df.lat, df.lon), PARENTS << 36 | NORMED),
        (m.nest2mort(18, df.parents * 2**36 + df.normed), MORTON),
        (m.is_mort(df.i), mortie.is_mort(np.arange(N))),
        (m.mort2order(of), np.full(N, 18)),
        (m.mort2nest(of), PARENTS << 36 | NORMED),
        (m.clip_mort(5, of), mortie.clip_mort(5, MORTON)),
        *zip(m.mort2latlon(of), (LAT, LON), strict=True),
        *zip(m.mort2norm(of), (np.full(N, 18), NORMED, PARENTS), strict=True),
    ]:
        np.testing.assert_array_equal(expression.to_numpy(), expected, str(expression))
    ufuncs = {name for name, value in vars(mortie).items() if isinstance(value, np.ufunc)}
    assert ufuncs - set(dir(m)) == {"fast_norm2mort", "vaex_norm2mort"}  # second names


@pytest.mark.usefixtures("registered")
def test_registered(df):
    np.testing.assert_array_equal(df.func.VaexNorm2Mort(df.normed, df.parents).values, MORTON)
    np.testing.assert_array_equal(df.normed.VaexNorm2Mort(df.parents).values, MORTON)
    np.testing.assert_array_equal(df.evaluate("VaexNorm2Mort(normed, parents)"), MORTON)
    np.testing.assert_array_equal(df.evaluate("latlon2mort(18, mort2lat(morton), lon)"), MORTON)
    np.testing.assert_array_equal(df.morton.mort2parents().values, PARENTS)
    np.testing.assert_array_equal(df.func.clip_mort(18, df.morton).values, MORTON)
    np.testing.assert_array_equal(df.mortie.mort2order(df.morton).values, np.full(N, 18))


def test_virtual_columns_and_filters(df):
    df["m"] = df.mortie.VaexNorm2Mort(df.normed, df.parents)
    assert "m" in df.virtual_columns
    south = df[df.m < 0]
    np.testing.assert_array_equal(south.m.values, MORTON[MORTON < 0])
    assert df.count(selection="m < 0") == np.count_nonzero(MORTON < 0)
    np.testing.assert_array_equal(df.evaluate("m", selection="m < 0"), MORTON[MORTON < 0])
    assert df.min("m") == MORTON.min()


def test_a_filter_keeps_bad_values_out(df):
    df["lat"] = np.where(np.arange(N) % 7 != 0, LAT, 99)
    good = df[df.i % 7 != 0]
    good["m"] = good.mortie.latlon2mort(18, good.lat, good.lon)
    np.testing.assert_array_equal(good.m.values, MORTON[np.arange(N) % 7 != 0])
    bad = df.mortie.latlon2mort(18, df.lat, df.lon)
    with pytest.raises(ValueError, match="latitude must lie in -90 to 90 degrees, not 99"):
        df.evaluate(bad)


def test_group_by(df):
    df["base"] = df.mortie.clip_mort(0, df.morton)
    table = df.groupby("base", agg="count")
    values, counts = np.unique(np.where(PARENTS < 6, PARENTS + 1, 5 - PARENTS), return_counts=True)
    assert dict(zip(table["base"].tolist(), table["count"].tolist(), strict=True)) == dict(
        zip(values.tolist(), counts.tolist(), strict=True)
    )


def test_missing_values_stay_missing(df):
    df["masked"] = np.ma.array(NORMED, mask=MISSING)
    df["arrow"] = pa.array(NORMED, mask=MISSING)
    df["lat_masked"] = np.ma.array(np.where(MISSING, np.nan, LAT), mask=MISSING)
    df["lat_arrow"] = pa.array(LAT, mask=MISSING)
    df["order"] = pa.array(np.where(MISSING, 99, 18), mask=MISSING)
    expected = np.where(MISSING, None, MORTON).tolist()
    for expression in (
        df.mortie.VaexNorm2Mort(df.masked, df.parents),
        df.mortie.VaexNorm2Mort(df.arrow, df.parents),
        df.mortie.fastNorm2Mort(df.order, df.masked, df.parents),
        df.mortie.latlon2mort(18, df.lat_masked, df.lon),
        df.mortie.latlon2mort(18, df.lat_arrow, df.lon),
    ):
        assert expression.tolist() == expected, expression
        assert expression.countmissing() == MISSING.sum()
        assert df.count(expression) == N - MISSING.sum()


def test_nan_is_missing(df):
    df["nan"] = np.where(MISSING, np.nan, LAT)
    expected = np.where(MISSING, None, MORTON).tolist()
    assert df.mortie.latlon2mort(18, df.nan, df.lon).tolist() == expected


def test_decimals_become_the_nearest_floats():
    lat = ["-90.000000000000000", "90.000000000000000", "12.345678901234567", "-0.1"]
    df = vaex.from_arrays(lat=pa.array([Decimal(x) for x in lat], pa.decimal128(30, 15)))
    expected = mortie.latlon2mort(18, [float(x) for x in lat], 3.0)
    assert df.mortie.latlon2mort(18, df.lat, 3.0).tolist() == expected.tolist()


def test_names_that_are_no_identifiers():
    df = vaex.from_dict({"Lat (deg)": LAT, "2nd lon": LON})
    for lat, lon in (("Lat (deg)", "2nd lon"), (df["Lat (deg)"], df["2nd lon"])):
        found = df.mortie.latlon2mort(18, lat, lon)
        np.testing.assert_array_equal(found.to_numpy(), MORTON)


def test_every_ufunc_keeps_missing_values(df):
    df["gaps"] = np.ma.array(MORTON, mask=MISSING)
    df["nest"] = np.ma.array(mortie.mort2nest(MORTON), mask=MISSING)
    df["lats"] = np.ma.array(LAT, mask=MISSING)
    for found in (
        *df.mortie.mort2latlon(df.gaps),
        *df.mortie.mort2norm(df.gaps),
        df.mortie.clip_mort(3, df.gaps),
        df.mortie.is_mort(df.gaps),
        df.mortie.latlon2nest(29, df.lats, df.lon),
        df.mortie.mort2nest(df.gaps),
        df.mortie.mort2order(df.gaps),
        df.mortie.nest2mort(18, df.nest),
    ):
        np.testing.assert_array_equal([each is None for each in found.tolist()], MISSING)


def test_methods_tell_what_they_are(df):
    names = set(dir(df.mortie)) & set(mortie.__all__)
    assert len(names) == 11
    for name in names:
        method, ufunc = getattr(df.mortie, name), getattr(mortie, name)
        assert (method.__name__, method.__doc__) == (name, ufunc.__doc__)


def test_state_is_loaded_elsewhere(df, tmp_path):
    df["m"] = df.mortie.VaexNorm2Mort(df.normed, df.parents)
    df.state_write(str(tmp_path / "state.json"))
    df[["normed", "parents"]].export(str(tmp_path / "columns.arrow"))
    program = f"""
import vaex
df = vaex.open({str(tmp_path / "columns.arrow")!r})
df.state_load({str(tmp_path / "state.json")!r}, keep_columns=["normed", "parents"])
print(*df.m.tolist())
"""
    assert in_new_process(program).split() == [str(m) for m in MORTON]


def test_export_and_open(df, tmp_path):
    df["m"] = df.mortie.VaexNorm2Mort(df.normed, df.parents)
    for name in ("a.parquet", "a.arrow"):
        df[["m"]].export(str(tmp_path / name))
        np.testing.assert_array_equal(vaex.open(str(tmp_path / name)).m.to_numpy(), MORTON)


def test_several_threads():
    n = 3_000_000  # three of vaex's chunks
    lat, lon = random.uniform(-90, 90, n), random.uniform(-180, 180, n)
    df = vaex.from_arrays(lat=lat, lon=lon)
    df["m"] = df.mortie.latlon2mort(18, df.lat, df.lon)
    expected = mortie.latlon2mort(18, lat, lon)
    np.testing.assert_array_equal(df.m.values, expected)
    assert df.sum("m % 1000") == (expected % 1000).sum()


def test_concatenated(df):
    df["m"] = df.mortie.VaexNorm2Mort(df.normed, df.parents)
    both = vaex.concat([df, df.copy()])
    np.testing.assert_array_equal(both.m.values, np.concatenate([MORTON, MORTON]))


def test_what_is_refused(df):
    with pytest.raises(TypeError, match="not supported for the input types"):
        mortie.VaexNorm2Mort(df.normed, df.parents)
    with pytest.raises(TypeError, match="a column, an expression or a number is needed, not None"):
        df.mortie.mort2order(None)
    with pytest.raises(ValueError, match="15 is none"):
        df.evaluate(df.mortie.mort2order(df.i + 15))


def test_examples():
    import mortie.vaex

    failed, attempted = doctest.testmod(mortie.vaex)
    assert attempted > 9
    assert not failed


def test_cells(df):
    for name, column in (
        *(("mort2uniq", "morton"), ("mort2word", "morton")),
        *(("geodetic2authalic", "lat"), ("authalic2geodetic", "lat")),
    ):
        found = getattr(df.mortie, name)(column).values
        np.testing.assert_array_equal(found, getattr(mortie, name)(df[column].values))
    df["short"] = df.mortie.clip_mort(6, "morton")
    least, greatest = df.mortie.mort_range(18, df.short)
    assert (least.values <= MORTON).all()
    assert (greatest.values >= MORTON).all()
    df["uniq"], df["word"] = df.mortie.mort2uniq(df.morton), df.mortie.mort2word(df.morton)
    np.testing.assert_array_equal(df.mortie.uniq2mort(df.uniq).values, MORTON)
    np.testing.assert_array_equal(df.mortie.word2mort(df.word).values, MORTON)
