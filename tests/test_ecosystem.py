"""What works with which package: a table whose lines are run; docs/ecosystem.md shows it.

``nox -s ecosystem`` installs the packages; with ``-- --write-table`` it writes the table anew.
"""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

import exact
import mortie

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")

PAGE = Path(__file__).parents[1] / "docs" / "ecosystem.md"
BEGIN, END = "<!-- written by nox -s ecosystem-3.11 -- --write-table -->\n", "<!-- end -->\n"

# Two points; their pixels and indices of order 6 and 18; the centres of those of order 6.
LAT, LON = [-77.85, -90.0], [166.67, 0.0]
NEST = {k: healpy.ang2pix(2**k, LON, LAT, nest=True, lonlat=True).tolist() for k in (6, 18)}
SHORT, LONG = ([exact.norm2mort(k, n % 4**k, n // 4**k) for n in NEST[k]] for k in (6, 18))
CENTRES = healpy.pix2ang(2**6, NEST[6], nest=True, lonlat=True)[1].tolist()
# Neighbours and least descendants of the cells of order 6.
AROUND = [
    [exact.norm2mort(6, n % 4**6, n // 4**6) if n >= 0 else 0 for n in around]
    for around in healpy.get_all_neighbours(2**6, NEST[6], nest=True).T.tolist()
]
LEAST = [m * 10**12 + (int("1" * 12) if m > 0 else -int("4" * 12)) for m in SHORT]
COLUMNS = {
    "lat": LAT,
    "lon": LON,
    "normed": [nest % 4**18 for nest in NEST[18]],
    "parents": [nest // 4**18 for nest in NEST[18]],
    "morton": SHORT,
}

VAEX = "mortie.VaexNorm2Mort(normed, parents)"
POINTS = "mortie.latlon2mort(6, lat, lon)"
NULLABLE = "mortie.nullable(mortie.latlon2mort)(6, lat, lon)"
NAN = "ValueError: latitude must lie in -90 to 90 degrees, not nan"


def columns(of, *names):
    """Write the code that makes columns of arrays; `of` has {} in the place of an array."""
    return "; ".join(f"{name} = {of.format(name)}" for name in names)


def both(of):
    return columns(of, "normed", "parents")


def points(of):
    return columns(of, "lat", "lon")


# The package, what is held, the code that makes it of arrays, the call, the type of the result or
# the error, and the values. Types that depend on the package's version are alternatives.
PANDAS = "import pandas as pd; "
XARRAY = "import xarray as xr; "
POLARS = "import polars as pl; "
DUCKDB = "import duckdb, pyarrow as pa, mortie.duckdb; "
DUCKDB += "points = pa.table({'lat': [lat[0], None], 'lon': lon}); connection = duckdb.connect(); "
DUCKDB += "mortie.duckdb.register(connection); connection.register('points', points)"
AWKWARD = "import awkward as ak; "
ARROW = "import pyarrow as pa; "
ASTROPY = "import astropy.units as u; from astropy.table import Column, MaskedColumn; "
MASKED = "from astropy.utils.masked import Masked; "
DASK = "import dask.array as da; "
FRAME = "import pandas as pd, dask.dataframe as dd; "
FRAME += "df = pd.DataFrame({'lat': lat, 'lon': lon, 'morton': morton}); "
FRAME += "df = dd.from_pandas(df, npartitions=2)"
MAP = "df.map_partitions(lambda part: mortie.latlon2mort(6, part.lat, part.lon)).compute()"
NUMBA = "from numba import njit, vectorize; "
VAEX_FRAME = "import vaex; "
VAEX_FRAME += "df = vaex.from_arrays(normed=normed, parents=parents, lat=lat, lon=lon)"
FIRST = [SHORT[0], None]
ROWS = [
    ("NumPy", "masked array", both("np.ma.array({}, mask=[0, 1])"), VAEX, "MaskedArray, int64",
     [LONG[0], None]),
    ("NumPy", "masked array, NaN under the mask", points("np.ma.masked_invalid([{}[0], np.nan])"),
     POINTS, NAN, None),
    ("NumPy", "masked array, NaN under the mask", points("np.ma.masked_invalid([{}[0], np.nan])"),
     NULLABLE, "MaskedArray, int64", FIRST),
    ("NumPy", "masked array, several numbers each", "morton = np.ma.array(morton, mask=[0, 1])",
     "mortie.nullable(mortie.mort_neighbours)(morton)", "MaskedArray, int64",
     [AROUND[0], [None] * 8]),
    ("pandas", "Series", PANDAS + both("pd.Series({})"), VAEX, "Series, int64", LONG),
    ("pandas", "Series", PANDAS + points("pd.Series({})"), POINTS, "Series, int64", SHORT),
    ("pandas", "Series with NaN", PANDAS + points("pd.Series([{}[0], None])"), POINTS, NAN, None),
    ("pandas", "Series with NaN", PANDAS + points("pd.Series([{}[0], None])"), NULLABLE,
     "Series, Int64", FIRST),
    ("pandas", "nullable Series", PANDAS + both("pd.Series([{}[0], None], dtype='Int64')"), VAEX,
     "Series, Int64", [LONG[0], None]),
    ("pandas", "nullable Series", PANDAS + points("pd.Series([{}[0], None], dtype='Float64')"),
     NULLABLE, "Series, Int64", FIRST),
    ("pandas", "Arrow Series", PANDAS + both("pd.Series({}, dtype='int64[pyarrow]')"), VAEX,
     "Series, int64[pyarrow] or Series, int64", LONG),
    ("pandas", "Arrow Series with nulls",
     PANDAS + points("pd.Series([{}[0], None], dtype='double[pyarrow]')"), NULLABLE,
     "Series, Int64", FIRST),
    ("pandas", "DataFrame", PANDAS + "df = pd.DataFrame({'a': morton})", "mortie.mort2order(df)",
     "DataFrame", [[6], [6]]),
    ("pandas", "Series, several results", PANDAS + "morton = pd.Series(morton)",
     "mortie.mort_range(18, morton)[0]", "Series, int64", LEAST),
    ("pandas", "nullable Series, several numbers each",
     PANDAS + "morton = pd.Series([morton[0], None], dtype='Int64')",
     "mortie.nullable(mortie.mort_neighbours)(morton)", "MaskedArray, int64",
     [AROUND[0], [None] * 8]),
    ("pandas", "DataFrame, several numbers each", PANDAS + "df = pd.DataFrame({'a': morton})",
     "mortie.nullable(mortie.mort_neighbours)(df)",
     "TypeError: mort_neighbours gives several numbers for each element, for which a DataFrame has "
     "no room: call it with one of its columns", None),
    ("xarray", "DataArray", XARRAY + points("xr.DataArray({}, dims='x')"), POINTS,
     "DataArray, int64", SHORT),
    ("xarray", "DataArray, several numbers each",
     XARRAY + "morton = xr.DataArray(morton, dims='x')",
     "mortie.nullable(mortie.mort_neighbours)(morton).isel(neighbour=2)", "DataArray, int64",
     [around[2] for around in AROUND]),
    ("xarray", "DataArray of Dask", XARRAY + points("xr.DataArray({}, dims='x').chunk(1)"),
     POINTS + ".compute()", "DataArray, int64", SHORT),
    ("xarray", "Dataset", XARRAY + "ds = xr.Dataset({'a': ('x', morton)})",
     "mortie.mort2order(ds).a", "DataArray, int64", [6, 6]),
    ("polars", "Series", POLARS + both("pl.Series({})"), VAEX, "Series, Int64", LONG),
    ("polars", "Series with nulls", POLARS + both("pl.Series([{}[0], None], dtype=pl.Int64)"), VAEX,
     "Series, Int64", [LONG[0], None]),
    ("polars", "Series of floats", POLARS + points("pl.Series({})"), POINTS,
     "TypeError: No loop matching the specified signature and casting was found", None),
    ("polars", "Series of floats, with nulls",
     POLARS + points("pl.Series([{}[0], None], dtype=pl.Float64)"), NULLABLE, "Series, Int64",
     FIRST),
    ("polars", "expressions, with nulls",
     POLARS + "df = pl.DataFrame({'lat': [lat[0], None], 'lon': lon}); import mortie.polars",
     "df.select(mortie.polars.latlon2mort(6, 'lat', 'lon')).to_series()", "Series, Int64", FIRST),
    ("polars", "expressions, several numbers each",
     POLARS + "df = pl.DataFrame({'m': [morton[0], None]}); import mortie.polars",
     "df.select(mortie.polars.mort_neighbours('m')).to_series()",
     "Series, Array(Int64, shape=(8,))", [AROUND[0], None]),
    ("polars", "expressions", POLARS + "df = pl.DataFrame({'normed': normed, 'parents': parents})",
     "df.select(mortie.VaexNorm2Mort(pl.col('normed'), pl.col('parents'))).to_series()",
     "Series, Int64", LONG),
    ("DuckDB", "connection, after `mortie.duckdb.register(connection)`", DUCKDB,
     "connection.sql('SELECT latlon2mort(6, lat, lon) FROM points').fetchnumpy()"
     "['latlon2mort(6, lat, lon)']", "MaskedArray, int64", FIRST),
    ("DuckDB", "connection, after that", DUCKDB,
     "connection.sql('SELECT unnest(mort_neighbours(-4112241)) AS m').fetchnumpy()['m']",
     "ndarray, int64", AROUND[0]),
    ("Awkward Array", "nested Array", AWKWARD + both("ak.unflatten({}, [2, 0])"), VAEX,
     "Array", [LONG, []]),
    ("Awkward Array", "Array with None", AWKWARD + points("ak.Array([{}[0], None])"), POINTS,
     "Array", FIRST),
    ("PyArrow", "Array", ARROW + both("pa.array({})"), VAEX, "ndarray, int64", LONG),
    ("PyArrow", "Array with nulls", ARROW + points("pa.array([{}[0], None])"), POINTS, NAN, None),
    ("PyArrow", "Array with nulls", ARROW + points("pa.array([{}[0], None])"), NULLABLE,
     "Int64Array", FIRST),
    ("PyArrow", "ChunkedArray with nulls",
     ARROW + points("pa.chunked_array([[{}[0]], [None]])"), NULLABLE, "Int64Array", FIRST),
    ("Astropy", "Column", ASTROPY + both("Column({})"), VAEX, "Column, int64", LONG),
    ("Astropy", "MaskedColumn", ASTROPY + points("MaskedColumn([{}[0], np.nan], mask=[0, 1])"),
     NULLABLE, "MaskedColumn, int64", FIRST),
    ("Astropy", "Masked", MASKED + both("Masked({}, mask=[0, 1])"), VAEX, "MaskedNDArray, int64",
     [LONG[0], None]),
    ("Astropy", "Masked", MASKED + points("Masked([{}[0], np.nan], mask=[0, 1])"), NULLABLE,
     "MaskedNDArray, int64", FIRST),
    ("Astropy", "Quantity", ASTROPY + points("np.radians({}) * u.rad"),
     "mortie.tools.geo2mort(lat, lon, 6)", "ndarray, int64", SHORT),
    ("Astropy", "Quantity, after `mortie.astropy.register()`",
     "import mortie.astropy; mortie.astropy.register(); " + ASTROPY
     + points("np.radians({}) * u.rad"), POINTS, "ndarray, int64", SHORT),
    ("Astropy", "Quantity, after that", "import mortie.astropy; mortie.astropy.register(); "
     + ASTROPY + "lat = Column([-90.0, 90.0]) * u.deg", "mortie.geodetic2authalic(lat)",
     "Quantity, float64", [-90.0, 90.0]),
    ("Astropy", "Quantity in metres, after that",
     "import mortie.astropy; mortie.astropy.register(); " + ASTROPY + points("{} * u.m"), POINTS,
     "UnitTypeError: latlon2mort takes an order without a unit, and latitudes and longitudes in "
     "units of angle", None),
    ("Astropy", "Column with a unit", ASTROPY + points("Column(np.radians({}), unit='rad')"),
     "mortie.tools.geo2mort(lat, lon, 6)", "ndarray, int64", SHORT),
    ("Dask", "Array", DASK + points("da.from_array({}, chunks=1)"), POINTS + ".compute()",
     "ndarray, int64", SHORT),
    ("Dask", "masked Array", DASK + both("da.from_array(np.ma.array({}, mask=[0, 1]), chunks=1)"),
     VAEX + ".compute()", "MaskedArray, int64", [LONG[0], None]),
    ("Dask", "Array of unknown length",
     DASK + "a = da.from_array(morton, chunks=1); a = a[a != 0]",
     "mortie.mort2order(a, dtype='int64').compute()", "ndarray, int64", [6, 6]),
    ("Dask", "Array, two results", DASK + "a = da.from_array(morton, chunks=1)",
     "da.apply_gufunc(mortie.mort2latlon, '()->(),()', a, output_dtypes=(float, float))[0]"
     ".compute()", "ndarray, float64", CENTRES),
    ("Dask", "Array, several numbers each", DASK + "a = da.from_array(morton, chunks=1)",
     "da.apply_gufunc(mortie.mort_neighbours, '()->(i)', a, output_dtypes=int, "
     "output_sizes={'i': 8}).compute()", "ndarray, int64", AROUND),
    ("Dask", "Series", FRAME, "mortie.mort2order(df.morton).compute()", "Series, int64", [6, 6]),
    ("Dask", "DataFrame", FRAME, MAP, "Series, int64", SHORT),
    ("vaex", "DataFrame", VAEX_FRAME, "df.mortie.VaexNorm2Mort(df.normed, df.parents)",
     "Expression", LONG),
    ("vaex", "masked column",
     both("np.ma.array({}, mask=[0, 1])") + "; " + VAEX_FRAME,
     "df.mortie.VaexNorm2Mort(df.normed, df.parents)", "Expression", [LONG[0], None]),
    ("vaex", "Arrow column with nulls",
     ARROW + points("pa.array([{}[0], None])") + "; " + VAEX_FRAME,
     "df.mortie.latlon2mort(6, df.lat, df.lon)", "Expression", FIRST),
    ("vaex", "DataFrame, several results", VAEX_FRAME + "; df['morton'] = morton",
     "df.mortie.mort_range(18, df.morton)[0]", "Expression", LEAST),
    ("vaex", "Expressions", VAEX_FRAME, "mortie.VaexNorm2Mort(df.normed, df.parents)",
     "TypeError: ufunc 'VaexNorm2Mort' not supported for the input types", None),
    ("numba", "arrays", NUMBA, "njit(lambda n, p: mortie.VaexNorm2Mort(n, p))(normed, parents)",
     "ndarray, int64", LONG),
    ("numba", "arrays, several results", NUMBA,
     "njit(lambda m: mortie.mort_range(18, m))(morton)[0]", "ndarray, int64", LEAST),
    ("numba", "scalars", NUMBA, "vectorize(['boolean(i8)'])(lambda m: mortie.is_mort(m))(morton)",
     "ndarray, bool", [True, True]),
]  # fmt: skip


IDS = [" ".join(row[:2] + row[3:4]) for row in ROWS]


def run(row):
    """Make what is held of arrays, and call."""
    package, _, code, call, *_ = row
    module = {"Awkward Array": "awkward", "Dask": "dask.dataframe"}.get(package, package.lower())
    pytest.importorskip(module, reason=f"{package} is missing; nox -s ecosystem installs it")
    names = {"np": np, "mortie": mortie} | {k: np.array(v) for k, v in COLUMNS.items()}
    exec(code, names)
    return eval(call, names)


def listed(result):
    """Give the values as a list, with None where they are missing."""
    if type(result).__name__ == "Quantity":
        result = result.value
    if hasattr(result, "unmasked"):  # of Astropy
        result = np.ma.array(result.unmasked, mask=result.mask)
    if type(result).__module__.startswith("pandas"):
        values = np.asarray(result.astype(object))
        result = np.where(result.isna(), None, values)
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(result, method):
            return getattr(result, method)()
    values = result.values.tolist()  # of xarray
    return [None if value != value else value for value in values]


def kind(result):
    dtype = "" if type(result).__name__ == "Expression" else getattr(result, "dtype", "")
    return f"{type(result).__name__}, {dtype}".rstrip(", ")


@pytest.mark.filterwarnings("ignore")  # those of the packages are not ours to mend
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_works(row):
    expected, values = row[-2:]
    if values is None:
        with pytest.raises(Exception, match=re.escape(expected.partition(": ")[2])) as caught:
            run(row)
        assert type(caught.value).__name__ == expected.partition(":")[0]
    else:
        result = run(row)
        assert kind(result) in expected.split(" or ")
        assert listed(result) == values


def test_examples_with_units():
    pytest.importorskip("astropy", reason="Astropy is missing; nox -s ecosystem installs it")
    import mortie.astropy

    failed, attempted = doctest.testmod(mortie.astropy)
    assert attempted == 5
    assert not failed


def test_latitudes_keep_a_unit():
    units = pytest.importorskip("astropy.units", reason="nox -s ecosystem installs Astropy")
    import mortie.astropy

    mortie.astropy.register()
    for ufunc in (mortie.geodetic2authalic, mortie.authalic2geodetic):
        found = ufunc(-45 * 3600 * units.arcsec)
        assert found.unit == units.deg
        assert found.value == ufunc(-45.0)
        with pytest.raises(units.UnitTypeError, match="takes latitudes in units of angle"):
            ufunc(45 * units.m)


def test_an_order_has_no_unit():
    units = pytest.importorskip("astropy.units", reason="nox -s ecosystem installs Astropy")
    import mortie.astropy

    mortie.astropy.register()
    with pytest.raises(units.UnitTypeError, match="the order has the unit 'deg'"):
        mortie.latlon2mort(6 * units.deg, LAT, LON)


def test_series_of_different_indexes():
    pandas = pytest.importorskip("pandas", reason="pandas is missing; nox -s ecosystem has it")
    lat, lon = pandas.Series(LAT), pandas.Series(LON, [1, 0])
    with pytest.raises(ValueError, match="different indexes: align them first"):
        mortie.nullable(mortie.latlon2mort)(6, lat, lon)
    aligned = mortie.nullable(mortie.latlon2mort)(6, lat, lon[lat.index])
    assert aligned.index.tolist() == [0, 1]


def test_the_page_shows_the_table(request):
    lines = ["| package | you hold | you write | you get |", "| --- | --- | --- | --- |"]
    for package, held, _, call, result, values in ROWS:
        lacks = "; the missing value stays missing" if values and None in values else ""
        lines.append(f"| {package} | {held} | `{call}` | {result}{lacks} |")
    table = "\n".join([*lines, ""])
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    shown, _, after = rest.partition(END)
    if request.config.getoption("--write-table"):
        PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
    else:
        assert shown.strip() == table.strip()
