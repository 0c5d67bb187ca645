"""What callers hold in place of arrays: missing values, numbers of other types, units and masks."""

from decimal import Decimal

import numpy as np
import pytest

import mortie
from mortie import tools
from test_ecosystem import LAT, LON, LONG, SHORT, listed


def column(kind, values):
    """Make a column of a kind of values, None where they are missing."""
    package, _, rest = kind.partition(".")
    module = {"Masked": "astropy", "MaskedColumn": "astropy", "np": "numpy"}.get(package, package)
    module = pytest.importorskip(module, reason=f"{module} is missing; nox -s ecosystem has it")
    mask = [value is None for value in values]
    filled = [3 if value is None else value for value in values]
    if rest.endswith("[pyarrow]"):
        pytest.importorskip("pyarrow")
    if package == "pandas":
        make, _, dtype = rest.partition(" ")
        integers = all(isinstance(value, int) for value in filled)
        whole = {"": "Int64" if integers else "float64", "[pyarrow]": "int64[pyarrow]"}
        whole |= {"nullable": "Int64" if integers else "Float64"}
        if dtype == "[pyarrow]" and not integers:
            whole[dtype] = "double[pyarrow]"
        return getattr(module, make)(values, dtype=whole[dtype])
    if package in ("MaskedColumn", "Masked"):
        from astropy.table import MaskedColumn
        from astropy.utils.masked import Masked

        return MaskedColumn(filled, mask=mask) if package != "Masked" else Masked(filled, mask=mask)
    if package == "np":
        return np.ma.array(filled, mask=mask)
    if package == "xarray":
        array = np.array([np.nan if value is None else value for value in values])
        if any(mask) and isinstance(filled[0], int):  # as floats they would be rounded
            array = np.array(values, object)
        return module.DataArray(array, dims="x", coords={"x": np.arange(len(array)) + 5})
    return getattr(module, rest)(values)


# Those first that have the most to say.
KINDS = {
    "xarray.DataArray": "DataArray",
    "pandas.Series ": "Series",
    "pandas.Series nullable": "Series",
    "pandas.Series [pyarrow]": "Series",
    "pandas.Index ": "Index",
    "pandas.array nullable": "IntegerArray",
    "polars.Series": "Series",
    "MaskedColumn": "MaskedColumn",
    "Masked": "MaskedNDArray",
    "pyarrow.array": "Int64Array",
    "np.ma": "MaskedArray",
}
GAPPY = [None, 10.5, -90.0, None, 41.8103148957786]


def expected(*columns, of=mortie.latlon2mort):
    """Give the results of the rows that lack nothing, and None for the others."""
    rows = zip(*columns, strict=True)
    return [None if None in row else of(*row).item() for row in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_results_are_inputs(kind):
    lat, lon = column(kind, GAPPY), column(kind, [1.0, None, *GAPPY[2:]])
    orders = [18] * 5
    morton = mortie.nullable(mortie.latlon2mort)(18, lat, lon)
    right = expected(orders, GAPPY, [1.0, None, *GAPPY[2:]])
    assert type(morton).__name__ == KINDS[kind]
    assert listed(morton) == right
    back = mortie.nullable(mortie.mort2latlon)(morton)
    again = mortie.nullable(mortie.latlon2mort)(18, *back)
    assert type(again) is type(morton)
    assert listed(again) == right
    is_mort = mortie.nullable(mortie.is_mort)(mortie.nullable(mortie.clip_mort)(3, again))
    assert listed(is_mort) == [None if value is None else True for value in right]
    assert listed(mortie.nullable(mortie.mort2order)(column(kind, [None, 2, 1, 11, None]))) == [
        *(None, 0, 0, 1, None)
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_the_kind_that_has_the_most_to_say(kind, other):
    if "xarray.DataArray" in (kind, other) and kind != other:
        pytest.importorskip("xarray")
    lon = [20.0, None, 0.0, None, 5.0]
    found = mortie.nullable(mortie.latlon2mort)(9, column(kind, GAPPY), column(other, lon))
    most = min(kind, other, key=list(KINDS).index)
    assert (
        type(found).__module__.partition(".")[0]
        == type(column(most, lon)).__module__.partition(".")[0]
    )
    assert type(found).__name__ == KINDS[most]
    assert listed(found) == expected([9] * 5, GAPPY, lon)


def test_names():
    pandas = pytest.importorskip("pandas", reason="pandas is missing; nox -s ecosystem has it")
    polars = pytest.importorskip("polars", reason="polars is missing; nox -s ecosystem has it")
    latlon2mort, mort2order = map(mortie.nullable, (mortie.latlon2mort, mortie.mort2order))
    lat, lon = pandas.Series(LAT, [4, 2], name="lat"), pandas.Series(LON, [4, 2], name="lon")
    assert latlon2mort(6, lat, lon).name is None
    assert latlon2mort(6, lat, LON).name == "lat"
    morton = latlon2mort(6, lat, lon.rename("lat"))
    assert morton.name == "lat"
    assert morton.index.tolist() == [4, 2]
    assert mort2order(pandas.Index(SHORT, name="cell")).name == "cell"
    assert latlon2mort(6, polars.Series("lat", LAT), polars.Series("lon", LON)).name == "lat"


def test_series_of_integers_are_kept():
    pandas = pytest.importorskip("pandas", reason="pandas is missing; nox -s ecosystem has it")
    found = mortie.nullable(mortie.mort2order)(pandas.Series(SHORT, [4, 2], name="cell"))
    assert (found.name, found.index.tolist(), found.tolist()) == ("cell", [4, 2], [6, 6])


def test_data_frames():
    pandas = pytest.importorskip("pandas", reason="pandas is missing; nox -s ecosystem has it")
    frame = pandas.DataFrame({"a": pandas.array([SHORT[0], None], "Int64"), "b": LONG}, [4, 2])
    frame.columns = ["a", "a"]  # names are no places
    found = mortie.nullable(mortie.mort2order)(frame)
    assert found.index.tolist() == [4, 2]
    assert found.columns.tolist() == ["a", "a"]
    assert listed(found.iloc[:, 0]) == [6, None]
    assert listed(found.iloc[:, 1]) == [18, 18]
    lat, lon = mortie.nullable(mortie.mort2latlon)(frame)
    again = mortie.nullable(mortie.latlon2mort)(6, lat, lon)
    assert listed(again.iloc[:, 0]) == [SHORT[0], None]
    assert listed(again.iloc[:, 1]) == SHORT
    clip_mort = mortie.nullable(mortie.clip_mort)
    with pytest.raises(ValueError, match="has no columns"):
        clip_mort(0, frame.iloc[:, :0])
    with pytest.raises(ValueError, match="different columns"):
        clip_mort(frame.set_axis(["a", "b"], axis=1), frame)
    with pytest.raises(ValueError, match="different indexes"):
        clip_mort(frame, frame.reset_index(drop=True))
    with pytest.raises(TypeError, match="a DataFrame goes with numbers"):
        clip_mort(frame.iloc[:, 0], frame)


def test_data_arrays():
    xarray = pytest.importorskip("xarray", reason="xarray is missing; nox -s ecosystem has it")
    lat = xarray.DataArray([np.nan, *LAT], dims="y", coords={"y": [7, 8, 9]}, attrs={"units": "m"})
    lon = xarray.DataArray(LON, dims="x")
    found = mortie.nullable(mortie.latlon2mort)(18, lat, lon)
    assert found.dims == ("y", "x")
    assert found.y.values.tolist() == [7, 8, 9]
    assert found.values.tolist() == [[None] * 2] + [
        mortie.latlon2mort(18, each, LON).tolist() for each in LAT
    ]
    assert mortie.nullable(mortie.latlon2mort)(18, lat[1:], lon).dtype == np.int64
    back = mortie.nullable(mortie.mort2latlon)(found)
    np.testing.assert_array_equal(back[0].isnull()[:, 0], [True, False, False])
    with pytest.raises(ValueError, match="y"):
        mortie.nullable(mortie.latlon2mort)(18, lat, lat.assign_coords(y=[7, 8, 10]))
    data = xarray.Dataset({"a": ("x", LONG), "b": ("x", np.array([None, SHORT[0]], object))})
    found = mortie.nullable(mortie.mort2order)(data)
    assert found.a.values.tolist() == [18, 18]
    assert found.b.values.tolist() == [None, 6]


@pytest.mark.parametrize(
    ("name", "make", "way"),
    [
        ("dask.array", lambda da: da.from_array(LAT), "map_blocks"),
        ("xarray", lambda xr: xr.DataArray(LAT).chunk(), "map_blocks"),
        ("polars", lambda pl: pl.col("lat"), "map_batches"),
        ("vaex", lambda vaex: vaex.from_arrays(lat=np.array(LAT)).lat, "df.mortie"),
    ],
)
@pytest.mark.filterwarnings("ignore")  # vaex's own
def test_what_is_computed_later_is_refused(name, make, way):
    package = pytest.importorskip(name, reason=f"{name} is missing; nox -s ecosystem has it")
    if name == "xarray":
        pytest.importorskip("dask.array")
    with pytest.raises(TypeError, match=way):
        mortie.nullable(mortie.latlon2mort)(6, make(package), LON)


def test_expressions_of_polars_take_it():
    polars = pytest.importorskip("polars", reason="polars is missing; nox -s ecosystem has it")
    frame = polars.DataFrame({"lat": [*LAT, None], "lon": [*LON, 0.0]})
    found = frame.select(
        polars.map_batches(
            ["lat", "lon"],
            lambda columns: mortie.nullable(mortie.latlon2mort)(6, *columns),
            return_dtype=polars.Int64,
        )
    )
    assert found.to_series().to_list() == [*SHORT, None]


@pytest.mark.parametrize("make", ["table", "frame"])
def test_tables_are_refused(make):
    if make == "table":
        table = pytest.importorskip("pyarrow").table({"a": SHORT})
    else:
        table = pytest.importorskip("polars").DataFrame({"a": SHORT})
    with pytest.raises(TypeError, match="a column is needed, not a "):
        mortie.nullable(mortie.mort2order)(table)


# --- numbers that are not float64 ---

# At some of these Arrow's own conversion is not the nearest.
random = np.random.default_rng(14)
DIGITS = [f"{x:.18f}" for x in random.uniform(-90, 90, 2000)]
DECIMALS = [Decimal(x) for x in ("-90." + "0" * 18, "90." + "0" * 18, *DIGITS)]


def decimals(kind):
    """Make a column of decimals."""
    package = pytest.importorskip(kind.partition(".")[0], reason="nox -s ecosystem has it")
    if kind.startswith("pyarrow"):
        _, name, digits = kind.split(".")
        made = package.array(DECIMALS, getattr(package, name)(int(digits), 18))
        return package.chunked_array([made[:9], made[9:]]) if digits == "37" else made
    if kind == "pandas.arrow":
        pa = pytest.importorskip("pyarrow")
        return package.Series(DECIMALS, dtype=package.ArrowDtype(pa.decimal128(38, 18)))
    return package.Series(DECIMALS)


@pytest.mark.parametrize(
    "kind",
    [
        *("pyarrow.decimal128.38", "pyarrow.decimal128.37", "pyarrow.decimal256.60"),
        *("pandas.arrow", "pandas.objects", "polars.series"),
    ],
)
def test_decimals_become_the_nearest_floats(kind):
    lat = decimals(kind)
    nest = mortie.latlon2nest(29, [float(each) for each in DECIMALS], 7.0)
    assert listed(mortie.nullable(mortie.latlon2nest)(29, lat, 7.0)) == nest.tolist()
    np.testing.assert_array_equal(tools.geo2uniq(lat, 7.0, 29), nest + 4 * 4**29)
    morton = mortie.nest2mort(18, nest >> 22)
    np.testing.assert_array_equal(tools.geo2mort(lat, 7.0), morton)


def test_floats_of_arrow():
    """Each is the nearest double, as Python's own conversion is."""
    pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    from mortie._arrow import floats

    column = pa.array([*DECIMALS, None], pa.decimal256(50, 18))
    assert floats(column).to_pylist() == [*map(float, DECIMALS), None]
    for scale in range(36):  # at 5, Arrow's own cast puts them beyond 90 degrees
        poles = pa.array([Decimal(-90), Decimal(90)], pa.decimal128(38, scale))
        assert floats(poles).to_pylist() == [-90.0, 90.0]
        assert tools.geo2mort(poles, 0.0, 3).tolist() == [-3111, 1444]
    large = [Decimal(7) ** 40, Decimal(2) ** 63 + 1, Decimal("-1E30"), Decimal("1.5E-18")]
    assert floats(pa.array(large, pa.decimal256(76, 19))).to_pylist() == [*map(float, large)]
    assert floats(pa.array([120000], pa.decimal128(5, -2))).to_pylist() == [120000.0]
    assert floats(pa.array([2**53 + 1, None], pa.int64())).to_pylist() == [2.0**53, None]
    assert floats(pa.chunked_array([[1.5], [None]])).to_pylist() == [1.5, None]
    with pytest.raises(TypeError, match="an array of bool holds no numbers"):
        floats(pa.array([True]))


@pytest.mark.parametrize(
    "type",
    ["int8", "uint8", "int16", "int32", "uint32", "int64", "bool_", "float16", "float32"],
)
def test_types_of_arrow_and_polars(type):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    values = np.array([1, 0, 1]).astype(type.strip("_"))
    array = pa.array(values, getattr(pa, type)(), mask=np.array([0, 1, 0], bool))
    right = mortie.latlon2mort(6, 1.0, 3.0)
    kinds = [array]
    if type != "float16":
        kinds.append(array.dictionary_encode())
        polars = pytest.importorskip("polars", reason="polars is missing; nox -s ecosystem has it")
        kinds.append(polars.from_arrow(array))
    for each in kinds:
        assert listed(mortie.nullable(mortie.latlon2mort)(6, each, 3)) == [right, None, right]
        assert tools.geo2mort(each, 3, 6).tolist() == [right, None, right]
        assert tools.geo2uniq(each, 3, 6).tolist()[1] is None


@pytest.mark.parametrize("type", ["int8", "int64", "float64", "float16", "bool_", "decimal"])
def test_parts_of_arrow_arrays(type):
    """Slices begin within a byte of the bits that mark nulls, and booleans are bits as well."""
    pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    values = [1, None, 0, 1, None, 1, 1, 0, None, 1, 0, 0, 1, None, None, 1, 1, 0, 1, None]
    make = {"float16": np.float16, "bool_": bool, "decimal": Decimal}.get(type, int)
    kind = pa.decimal128(5, 2) if type == "decimal" else getattr(pa, type)()
    array = pa.array([each if each is None else make(each) for each in values], kind)
    double = mortie.nullable(lambda column: column * np.float64(2))

    def expected(part):
        return [None if value is None else value * 2.0 for value in part]

    for start in range(len(values)):
        for stop in range(start, len(values) + 1):
            assert double(array[start:stop]).to_pylist() == expected(values[start:stop])
    chunks = pa.chunked_array([array[3:11], array[:0], array[9:]])
    assert double(chunks).to_pylist() == expected(values[3:11] + values[9:])
    assert double(pa.chunked_array([], kind)).to_pylist() == []
    whole = pa.array(array[9:13].to_pylist(), kind)  # without bits for nulls
    assert double(whole).to_pylist() == expected(values[9:13])


def test_nan_under_a_null():
    """What lies in memory where a value is missing is no value."""
    gaps = np.array([True, False])
    pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    pd = pytest.importorskip("pandas", reason="pandas is missing; nox -s ecosystem has it")
    buffers = map(pa.py_buffer, [bytes([0b10]), np.array([np.nan, 1.0])])
    arrow = pa.Array.from_buffers(pa.float64(), 2, [*buffers])
    for lat in (arrow, pd.Series(pd.arrays.FloatingArray(np.array([np.nan, 1.0]), gaps))):
        right = mortie.latlon2mort(6, 1.0, 3.0)
        assert listed(mortie.nullable(mortie.latlon2mort)(6, lat, 3.0)) == [None, right]
        assert tools.geo2mort(lat, 3.0, 6).tolist() == [None, right]


def test_dictionaries_with_a_null_among_the_values():
    pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    array = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2]), pa.array([1, None, 3]))
    expected = [1, None, None, 3]
    same = mortie.nullable(lambda values: values)
    assert same(array).to_pylist() == expected
    assert same(array[1:]).to_pylist() == expected[1:]
    assert same(pa.chunked_array([array[2:], array])).to_pylist() == expected[2:] + expected


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_columns_of_nulls_alone(kind):
    package = pytest.importorskip(kind, reason=f"{kind} is missing; nox -s ecosystem has it")
    nulls = package.nulls(2) if kind == "pyarrow" else package.Series([None, None])
    assert listed(mortie.nullable(mortie.latlon2mort)(6, nulls, 0.0)) == [None, None]
    assert listed(mortie.nullable(mortie.mort2order)(nulls)) == [None, None]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_text_is_refused(kind):
    package = pytest.importorskip(kind, reason=f"{kind} is missing; nox -s ecosystem has it")
    text = (package.array if kind == "pyarrow" else package.Series)(["1", None])
    for function in (mortie.nullable(mortie.latlon2mort), lambda *x: tools.geo2mort(*x[1:])):
        with pytest.raises(TypeError):
            function(6, text, 0.0)


# --- units ---

UNITS = {
    "Quantity": lambda u, t, m, values, unit: u.Quantity(values, unit),
    "Quantity, float32": lambda u, t, m, values, unit: u.Quantity(values, unit, dtype="f4"),
    "Column": lambda u, t, m, values, unit: t.Column(values, unit=unit),
    "MaskedColumn": lambda u, t, m, values, unit: t.MaskedColumn(values, unit=unit, mask=[0, 1, 0]),
    "Masked": lambda u, t, m, values, unit: m.Masked(u.Quantity(values, unit), mask=[0, 1, 0]),
    "Latitude": lambda u, t, m, values, unit: Latitude(values, unit),
}


@pytest.fixture(params=[False, True], ids=["", "registered"])
def astropy(request):
    """The units, tables and masks of astropy, with mortie's registration and without."""
    u = pytest.importorskip("astropy.units", reason="nox -s ecosystem installs Astropy")
    from astropy import table
    from astropy.units.quantity_helper import UFUNC_HELPERS
    from astropy.utils import masked

    import mortie.astropy

    mortie.astropy.register()
    kept = {each: UFUNC_HELPERS.pop(each) for each in (mortie.latlon2mort, mortie.latlon2nest)}
    if request.param:
        mortie.astropy.register()
    yield u, table, masked
    UFUNC_HELPERS.update(kept)


@pytest.mark.parametrize("unit", ["deg", "rad", "arcmin", "arcsec", "mas", "hourangle"])
@pytest.mark.parametrize("kind", UNITS)
def test_units_are_converted_and_masks_kept(astropy, kind, unit):
    u, table, masked = astropy
    global Latitude
    from astropy.coordinates import Latitude

    per_degree = {"rad": np.pi / 180, "arcmin": 60, "arcsec": 3600, "mas": 3.6e6}
    angles = np.array([-90.0, 15.0, 30.0]) * per_degree.get(unit, 1)
    if unit == "hourangle":
        angles = np.array([-6.0, 1.0, 2.0])
    if kind == "Quantity, float32" and unit == "rad":
        angles[0] = -1.5
    if kind == "Latitude" and unit == "mas":
        angles[0] += 1  # Astropy itself takes the pole for too far south
    lat = UNITS[kind](u, table, masked, angles, unit)
    degrees = angles.astype("f4" if "32" in kind else "f8").astype(float)
    degrees = np.degrees(degrees) if unit == "rad" else degrees / per_degree.get(unit, 1)
    degrees = degrees * (15 if unit == "hourangle" else 1)
    lacks = kind.startswith("Masked")
    right = mortie.latlon2nest(29, degrees, 5.0).tolist()
    if lacks:
        right[1] = None
    for lon in (5.0, np.full(3, 5.0), 5 * u.deg, 300 * u.arcmin):
        found = mortie.nullable(mortie.latlon2nest)(29, lat, lon)
        assert listed(found) == right
        np.testing.assert_array_equal(listed(tools.geo2uniq(lat, lon, 29) - 4 * 4**29), right)
        flat = tools.geo2mort(lat, lon, 18)
        assert listed(flat) == [x if x is None else mortie.nest2mort(18, x >> 22) for x in right]


@pytest.mark.parametrize("unit", ["K", "m", "", "deg_C"])
@pytest.mark.parametrize("kind", [kind for kind in UNITS if kind != "Latitude"])
def test_other_units_are_refused(astropy, kind, unit):
    u, table, masked = astropy
    lat = UNITS[kind](u, table, masked, np.array([1.0, 2.0, 3.0]), u.Unit(unit))
    for call in (
        lambda: mortie.nullable(mortie.latlon2mort)(6, lat, 0.0),
        lambda: mortie.nullable(mortie.latlon2mort)(6, 0.0, lat),
        lambda: tools.geo2mort(lat, 0.0),
        lambda: tools.geo2uniq(0.0, lat),
    ):
        with pytest.raises(u.UnitTypeError, match="units of angle"):
            call()


@pytest.mark.parametrize("kind", KINDS)
def test_units_beside_other_columns(astropy, kind):
    u, _, masked = astropy
    other = column(kind, GAPPY)
    right = expected([6] * 5, [10.0] * 5, GAPPY)
    for lat in (np.radians([10.0] * 5) * u.rad, masked.Masked([600.0] * 5) * u.arcmin):
        found = mortie.nullable(mortie.latlon2mort)(6, lat, other)
        assert listed(found) == right


def test_indices_have_no_unit(astropy):
    u, *_ = astropy
    for unit in (u.deg, u.K):
        with pytest.raises(TypeError):
            mortie.nullable(mortie.mort2order)(u.Quantity(SHORT, unit, dtype=np.int64))
    with pytest.raises(TypeError):
        mortie.nullable(mortie.latlon2mort)(u.Quantity(6, "deg", dtype=int), 1.0, 2.0)


@pytest.mark.parametrize("astropy", [True], indirect=True)
def test_registered_ufuncs(astropy):
    """Of 32 bits and of the masked as well; a pole is no latitude beyond 90 degrees."""
    u, _, masked = astropy
    lat, lon = np.array([-324e6, 0.0, 108e6]), np.array([1.0, 2.0, 3.0], "f4")
    expected = mortie.latlon2nest(29, lat / 3.6e6, np.degrees(lon.astype(float)))
    found = mortie.latlon2nest(29, lat * u.mas, lon * u.rad)
    np.testing.assert_array_equal(found, expected)
    found = mortie.latlon2nest(29, masked.Masked(lat * u.mas, mask=[0, 1, 0]), lon * u.rad)
    assert listed(found) == [expected[0], None, expected[2]]


def test_units_of_other_packages_are_refused():
    class WithUnits(np.ndarray):
        units = "rad"

    with pytest.raises(TypeError, match="the unit rad is not known here: convert to degrees"):
        mortie.nullable(mortie.latlon2mort)(6, np.ones(2).view(WithUnits), 0.0)
