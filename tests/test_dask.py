"""The ufuncs in Dask: arrays, DataFrames, and clusters of processes and of threads.

Then the command on clusters whose parts die, or that are none.
"""

import asyncio
import contextlib
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import mortie

REASON = "Dask is not installed; nox -s ecosystem has it"
da = pytest.importorskip("dask.array", reason=REASON)
dd = pytest.importorskip("dask.dataframe", reason=REASON)
distributed = pytest.importorskip("distributed", reason=REASON)
pd = pytest.importorskip("pandas", reason=REASON)
pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # Dask's own
    pytest.mark.slow,
]

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


# --- the command ---

LONG = "MORTIE_LONG_TESTS" in os.environ
FILES = 1500 if LONG else 40
SAID = "mortie: latitudes from column 'lat', longitudes from column 'lon'\n"


@contextlib.contextmanager
def two_workers():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster():
    with two_workers() as cluster:
        yield cluster


@pytest.fixture
def mortal():
    """A cluster whose workers may be killed: Dask doesn't always start others in their places."""
    with two_workers() as cluster:
        yield cluster


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of small tables, in which the command is run."""
    pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for i in range(FILES):
        Path(f"in/{i}.csv").write_text(f"lat,lon,i\n{LAT[i]},{LON[i]},{i}\n")
    return tmp_path


@contextlib.contextmanager
def started(address, *options):
    """Start the command on a cluster."""
    arguments = ["encode", "in", "-o", "out/", "--dask", address, *options]
    command = [sys.executable, "-m", "mortie", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def outputs():
    return [path for path in Path("out").rglob("*.csv") if path.parent.name.endswith("out")]


def check_outputs():
    """Check that each output is right, and that there is nothing else."""
    assert sorted(path.name for path in Path("out").iterdir()) == sorted(
        f"{i}.csv" for i in range(FILES)
    )
    for i in range(FILES):
        assert Path(f"out/{i}.csv").read_text() == (
            f"lat,lon,i,morton\n{LAT[i]},{LON[i]},{i},{MORTON[i]}\n"
        )


def workers(cluster):
    return [nanny.pid for nanny in cluster.workers.values() if nanny.pid]


def kill(number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("which", ["one", "all"])
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_killed_workers_with_results(folder, mortal, monkeypatch, which, force):
    """Tasks whose results die with a worker run again, and meet the files of their first try."""
    scheduler = mortal.scheduler
    gather = scheduler.handlers["gather"]
    killed = threading.Event()

    async def late(**keys):
        while not killed.is_set():
            await asyncio.sleep(0.01)
        return await gather(**keys)

    monkeypatch.setitem(scheduler.handlers, "gather", late)
    if force:
        Path("out").mkdir()
        for i in range(0, FILES, 3):
            Path(f"out/{i}.csv").write_text("old")
    with started(mortal.scheduler_address, *force) as process:
        try:
            wait_for(lambda: len(list(Path("out").glob(".*/*.csv"))) > FILES // 2)
            numbers = workers(mortal)
            for number in numbers if which == "all" else numbers[:1]:
                kill(number)
            wait_for(lambda: set(workers(mortal)) != set(numbers))
        finally:
            killed.set()
        assert process.communicate(timeout=600) == (None, SAID)
        assert process.returncode == 0
    check_outputs()


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("seed", range(20 if LONG else 2))
def test_a_worker_killed_at_a_random_moment(folder, mortal, seed):
    moment = np.random.default_rng(seed).integers(0, FILES)
    wait_for(lambda: len(workers(mortal)) == 2)
    victim = workers(mortal)[seed % 2]
    with started(mortal.scheduler_address) as process:
        wait_for(lambda: len(outputs()) >= moment or process.poll() is not None, 600)
        kill(victim)
        assert process.communicate(timeout=600) == (None, SAID)
        assert process.returncode == 0
    check_outputs()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_workers_killed_again_and_again(folder, mortal, monkeypatch):
    """Until Dask gives up, which is one line, or no task is left; no output is half there."""
    scheduler = mortal.scheduler
    monkeypatch.setattr(scheduler, "allowed_failures", 1)
    killed = set()
    with started(mortal.scheduler_address) as process:
        deadline = time.monotonic() + 300
        while process.poll() is None:
            assert time.monotonic() < deadline
            busy = {each.address for each in list(scheduler.workers.values()) if each.processing}
            for nanny in list(mortal.workers.values()):
                if nanny.pid and nanny.worker_address in busy:
                    killed.add(nanny.pid)
                    kill(nanny.pid)
            time.sleep(0.01)
        err = process.stderr.read()
    assert killed
    assert not list(Path("out").glob(".*"))
    if process.returncode == 0:
        assert err == SAID
        check_outputs()
        return
    said, last = err.rpartition("mortie: error: ")[::2]
    assert (process.returncode, said) in [(1, ""), (1, SAID)]
    assert last.startswith("on the Dask cluster: KilledWorker: ")
    assert last.count("\n") == 1
    for path in Path("out").iterdir():
        i = int(path.stem)
        assert path.read_text() == f"lat,lon,i,morton\n{LAT[i]},{LON[i]},{i},{MORTON[i]}\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped(folder, cluster, number):
    with started(cluster.scheduler_address) as process:
        wait_for(lambda: len(outputs()) > 3)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (128 + number, SAID)
    time.sleep(1)  # a task may still run
    assert not list(Path("out").glob(".*"))
    with started(cluster.scheduler_address, "--skip-existing") as process:
        _, err = process.communicate(timeout=60)
    assert err.startswith("mortie: left ")
    check_outputs()


def test_an_output_that_appears_meanwhile_is_kept(folder, cluster):
    with started(cluster.scheduler_address) as process:
        wait_for(lambda: len(outputs()) > 0)
        last = next(i for i in range(FILES) if not Path(f"out/{i}.csv").exists())
        for i in range(FILES):
            with contextlib.suppress(FileExistsError), Path(f"out/{i}.csv").open("x") as stream:
                stream.write("precious")
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.endswith(".csv exists already: --force replaces it\n")
    assert Path(f"out/{last}.csv").read_text() == "precious"
    assert not list(Path("out").glob(".*"))


@pytest.fixture
def scheduler():
    """A scheduler and a worker in processes of their own; gives the scheduler and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    python = [sys.executable, "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    commands = (
        ["distributed.cli.dask_scheduler", "--port", str(port), "--dashboard-address", ":0"],
        ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"],
    )
    processes = [subprocess.Popen([*python, *command], **quiet) for command in commands]
    yield processes[0], address
    for process in processes:
        process.kill()
        process.wait()


def test_a_scheduler_that_dies(folder, scheduler):
    process, address = scheduler
    with started(address) as command:
        wait_for(lambda: len(outputs()) > 0)
        process.kill()
        _, err = command.communicate(timeout=60)
    assert command.returncode == 1
    assert err == SAID + f"mortie: error: the Dask cluster at {address} is lost\n"
    assert not list(Path("out").glob(".*"))


class Web(http.server.BaseHTTPRequestHandler):
    """A server that is no scheduler."""

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def ports():
    """A port for web pages, one that never answers and one that speaks first."""
    with contextlib.ExitStack() as stack:
        web = stack.enter_context(http.server.HTTPServer(("127.0.0.1", 0), Web))
        threading.Thread(target=web.serve_forever, daemon=True).start()
        stack.callback(web.shutdown)
        silent, first = (stack.enter_context(socket.create_server(("", 0))) for _ in range(2))

        def greet():
            with contextlib.suppress(OSError):
                while True:
                    first.accept()[0].sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n" * 5)

        threading.Thread(target=greet, daemon=True).start()
        yield web.server_port, silent.getsockname()[1], first.getsockname()[1]


def test_what_is_no_cluster(folder, ports, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "2s")
    web, silent, first = (f"127.0.0.1:{port}" for port in ports)
    why = {
        f"tcp://{web}": "no answer of a scheduler in 2 s",
        f"http://{web}": "unknown address scheme 'http'",
        f"tcp://{silent}": "no answer of a scheduler in 2 s",
        f"tcp://{first}": "",
        "tcp://127.0.0.1:1": "",
        "tls://127.0.0.1:1": "",
        "ucx://127.0.0.1:1": "",
        "127.0.0.1": "missing port number",
    }
    for address in why:
        with started(address) as process:
            _, err = process.communicate(timeout=120)
        assert process.returncode == 1
        assert err.startswith(f"mortie: error: no Dask cluster at {address}: {why[address]}")
        assert err.count("\n") == 1
        assert not any(Path("out").iterdir())
    with started("") as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.endswith("error: argument --dask: it is empty\n")
