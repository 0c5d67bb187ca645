"""The ufuncs in Dask: arrays, DataFrames, and clusters of processes and of threads."""

import numpy as np
import pytest

import mortie

REASON = "Dask is not installed; nox -s ecosystem has it"
da = pytest.importorskip("dask.array", reason=REASON)
dd = pytest.importorskip("dask.dataframe", reason=REASON)
distributed = pytest.importorskip("distributed", reason=REASON)
pd = pytest.importorskip("pandas", reason=REASON)
pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own

N = 10_000
random = np.random.default_rng(8)
LAT, LON = np.degrees(np.arcsin(random.uniform(-1, 1, N))), random.uniform(-180, 180, N)
MORTON = mortie.latlon2mort(18, LAT, LON)  # held against healpy in test_healpy.py
ORDER, NORMED, PARENTS = mortie.mort2norm(MORTON)


def chunked(values):
    return da.from_array(values, chunks=999)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: mortie.VaexNorm2Mort(chunked(NORMED), chunked(PARENTS)), MORTON),
        (lambda: mortie.fastNorm2Mort(18, chunked(NORMED), chunked(PARENTS)), MORTON),
        (lambda: mortie.fastNorm2Mort(chunked(ORDER), chunked(NORMED), chunked(PARENTS)), MORTON),
        (lambda: mortie.latlon2mort(18, chunked(LAT), chunked(LON)), MORTON),
        (lambda: mortie.nest2mort(18, mortie.latlon2nest(18, chunked(LAT), LON)), MORTON),
        (lambda: mortie.is_mort(chunked(MORTON)), np.ones(N, bool)),
    ],
)
def test_arrays(call, expected):
    array = call()
    assert array.dtype == expected.dtype
    np.testing.assert_array_equal(array.compute(), expected)


@pytest.mark.parametrize("name", ["mort2order", "mort2nest", "clip_mort"])
def test_arrays_of_indices(name):
    # Dask may learn the dtype from a call on zeros, and 0 is no index: so the dtype is given.
    args = (5,) if name == "clip_mort" else ()
    ufunc = getattr(mortie, name)
    np.testing.assert_array_equal(
        ufunc(*args, chunked(MORTON), dtype=np.int64).compute(), ufunc(*args, MORTON)
    )


def test_several_results():
    lat, lon = da.apply_gufunc(
        mortie.mort2latlon, "()->(),()", chunked(MORTON), output_dtypes=(float, float)
    )
    np.testing.assert_array_equal((lat, lon), mortie.mort2latlon(MORTON))


def test_nullable_names_the_way_for_collections():
    with pytest.raises(TypeError, match="map_blocks or map_partitions"):
        mortie.nullable(mortie.latlon2mort)(18, chunked(LAT), chunked(LON))


def test_masked_and_unknown_chunks():
    mask = random.random(N) < 0.5
    masked = da.ma.masked_array(chunked(NORMED), chunked(mask))
    result = mortie.VaexNorm2Mort(masked, chunked(PARENTS)).compute()
    np.testing.assert_array_equal(result.mask, mask)
    np.testing.assert_array_equal(result.compressed(), MORTON[~mask])
    keep = chunked(~mask)
    result = mortie.VaexNorm2Mort(chunked(NORMED)[keep], chunked(PARENTS)[keep]).compute()
    np.testing.assert_array_equal(result, MORTON[~mask])
    gaps = da.ma.masked_array(chunked(np.where(mask, np.nan, LAT)), chunked(mask))
    nullable = mortie.nullable(mortie.latlon2mort)
    result = da.map_blocks(nullable, 18, gaps, chunked(LON), dtype=np.int64).compute()
    np.testing.assert_array_equal(result.compressed(), MORTON[~mask])


@pytest.fixture
def frame():
    columns = {"normed": NORMED, "parents": PARENTS, "morton": MORTON, "lat": LAT, "lon": LON}
    return dd.from_pandas(pd.DataFrame(columns), npartitions=7)


def test_data_frames(frame):
    morton = mortie.VaexNorm2Mort(frame.normed, frame.parents)
    np.testing.assert_array_equal(morton.compute(), MORTON)
    frame["base"] = frame.map_partitions(lambda part: mortie.clip_mort(0, part.morton))
    counts = frame.groupby("base").size().compute()
    base = np.where(PARENTS < 6, PARENTS + 1, 5 - PARENTS)
    assert counts.to_dict() == dict(zip(*np.unique(base, return_counts=True), strict=True))


@pytest.mark.parametrize("processes", [True, False], ids=["processes", "threads"])
def test_clusters(processes, frame):
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, processes=processes, dashboard_address=":0"
    )
    with cluster, distributed.Client(cluster) as client:
        array = mortie.latlon2mort(18, chunked(LAT), chunked(LON))
        np.testing.assert_array_equal(array.compute(), MORTON)
        parts = [(NORMED[i::9], PARENTS[i::9]) for i in range(9)]
        futures = [client.submit(mortie.VaexNorm2Mort, *part) for part in parts]
        for i, result in enumerate(client.gather(futures)):
            np.testing.assert_array_equal(result, MORTON[i::9])
        series = frame.map_partitions(lambda part: mortie.latlon2mort(18, part.lat, part.lon))
        np.testing.assert_array_equal(series.compute(), MORTON)
        with pytest.raises(ValueError, match="latitude must lie in -90 to 90 degrees, not nan"):
            mortie.latlon2mort(18, chunked(np.full(2, np.nan)), 0.0).compute()
