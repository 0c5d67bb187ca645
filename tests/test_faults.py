"""Faults injected into the command: broken files, full disks, kills. It may refuse, and say why.

No fault may end in a traceback, a crash or a hang, in a wrong number, or in a file that is half
written or left behind.
"""

import csv
import gzip
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import exact
from shell import let_others_in

pytest.importorskip("resource", reason="the faults are those of POSIX systems")
healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
import pyarrow.csv
import pyarrow.parquet as pq

SAID = "mortie: latitudes from column 'lat', longitudes from column 'lon'\n"
ERROR = "mortie: error: "


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names():
    return sorted(path.name for path in Path().iterdir())


def points(n, seed=1):
    random = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, n)))
    return pa.table({"lat": lat, "lon": random.uniform(-180, 180, n), "id": np.arange(n)})


def truth(lat, lon):
    """Indices of points, by healpy and exact integers; None of bad points."""
    lat, lon = (np.array(column, float) for column in (lat, lon))  # with NaN for None
    good = (np.abs(lat) <= 90) & np.isfinite(lon)
    lat, lon = np.where(good, lat, 0), np.where(good, lon, 0)
    nest = healpy.ang2pix(2**18, lon, lat, nest=True, lonlat=True).tolist()
    morton = [exact.norm2mort(18, pixel % 4**18, pixel // 4**18) for pixel in nest]
    return [value if fine else None for value, fine in zip(morton, good, strict=True)]


def refused(code, err):
    """Check that the command failed with one line, and return that line."""
    *said, last = err.splitlines()
    assert code == 1, err
    assert all(re.match("mortie: (lat|lon|Morton)", line) for line in said), err
    assert last.startswith(ERROR)
    assert last.isprintable()
    assert len(last) < 2000
    return last.removeprefix(ERROR)


# --- broken Parquet ---

VARIANTS = {
    "plain": {"compression": "none", "use_dictionary": False},
    "snappy": {},
    "groups": {"compression": "zstd", "row_group_size": 300},
    "checksums": {"compression": "none", "use_dictionary": False, "write_page_checksum": True},
    "version 2": {"compression": "gzip", "data_page_version": "2.0", "use_dictionary": False},
}


def rich_table():
    n = 1000
    table = points(n).append_column("name", pa.array(["é", None] * (n // 2)))
    return table.append_column("list", pa.array([[1, 2], None] * (n // 2)))


def whole_parquet(variant):
    pq.write_table(rich_table(), "in.parquet", **VARIANTS[variant])
    return Path("in.parquet").read_bytes()


def holds_what_the_input_does(out, source):
    """Check the output against what pyarrow alone reads of a file that may be damaged."""
    table = pq.ParquetFile(out).read()
    file = pq.ParquetFile(source)
    read = pa.Table.from_batches(file.iter_batches(), file.schema_arrow)
    assert table.column_names == [*read.column_names, "morton"]
    for column, expected in zip(table.columns, read.columns, strict=False):
        if pa.types.is_floating(expected.type):  # there may be NaN
            np.testing.assert_array_equal(column.to_numpy(), expected.to_numpy())
        else:
            assert column.equals(expected)
    assert table["morton"].to_pylist() == truth(read["lat"].to_pylist(), read["lon"].to_pylist())


@pytest.mark.parametrize("variant", VARIANTS)
def test_truncated_parquet(command, variant):
    whole = whole_parquet(variant)
    random.seed(variant)
    cuts = [0, 1, 4, 8, 12, *random.sample(range(len(whole)), 12), len(whole) - 4, len(whole) - 1]
    for cut in cuts:
        Path("in.parquet").write_bytes(whole[:cut])
        code, _, err = command.run("encode", "in.parquet", "-o", "out.parquet")
        assert refused(code, err).startswith("in.parquet: ")
        assert names() == ["in.parquet"]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("variant", VARIANTS)
def test_damaged_parquet(command, variant, seed):
    whole = whole_parquet(variant)
    before = pq.read_table("in.parquet")
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    draw = random.Random(f"{variant} {seed}")
    for _ in range(4):
        damaged = bytearray(whole)
        first = draw.choice([0, 0, footer])  # the footer is small, and everything hangs on it
        for _ in range(draw.choice([1, 1, 2, 8])):
            damaged[draw.randrange(first, len(damaged))] ^= 1 << draw.randrange(8)
        Path("in.parquet").write_bytes(damaged)
        code, _, err = command.run(
            "encode", "in.parquet", "-o", "out.parquet", "--on-error", "null"
        )
        if code:
            assert re.match("in.parquet:? ", refused(code, err))
            assert names() == ["in.parquet"]
            continue
        holds_what_the_input_does("out.parquet", "in.parquet")
        if variant == "checksums" and not first and damaged[footer:] == whole[footer:]:
            assert pq.read_table("out.parquet").drop(["morton"]).equals(before)
        Path("out.parquet").unlink()


def test_damage_behind_a_checksum_is_told(command):
    whole = whole_parquet("checksums")
    column = pq.ParquetFile("in.parquet").metadata.row_group(0).column(0)
    middle = column.data_page_offset + column.total_compressed_size // 2  # a latitude
    damaged = bytearray(whole)
    damaged[middle] ^= 1
    Path("in.parquet").write_bytes(damaged)
    assert "checksum" in refused(*command.run("encode", "in.parquet", "-o", "out.parquet")[::2])


# --- broken CSV ---

HEAD = b"lat,lon,s\n"
NEVER = "a value that begins with a quote must end with one"
# pyarrow crashed on a ragged row of a million columns until some release between 18 and 20.
COLUMNS = 10**6 if int(pa.__version__.partition(".")[0]) >= 20 else 10**5
CSV = {
    "ragged": (HEAD + b"1,2,a\n3\n", "in.csv: row 2 has 1 value, and there are 3 columns"),
    "long row": (
        HEAD + b"1,2,a\n" + b"1," * (COLUMNS - 1) + b"1\n",
        f"in.csv: row 2 has {COLUMNS:,} values, and there are 3 columns",
    ),
    "many columns": (
        b",".join(b"%d" % i for i in range(10**6)) + b"\n1,2\n",
        "in.csv: a row is longer than 4 MiB",
    ),
    "many names": (
        b"x," * 3000 + b"x\n" + b"1," * 3000 + b"1\n",
        "in.csv: no column of latitudes among x, x, x, ",
    ),
    "large field": (
        HEAD + b"1,2," + b"x" * (9 << 20) + b"\n",
        "in.csv: a row is longer than 4 MiB",
    ),
    "large name": (
        b"lat,lon," + b"x" * (5 << 20) + b"\n1,2,3\n",
        "in.csv: a row is longer than 4 MiB",
    ),
    "Latin-1": (HEAD + b"1,2,a\n3,4,\xe9\n", "in.csv: row 2: s is not UTF-8 text"),
    "Latin-1 in the names": (
        b"lat,lon,\xe9\n1,2,3\n",
        "in.csv: the column names are not UTF-8 text: 'utf-8' codec can't decode byte 0xe9 in",
    ),
    "UTF-16": (
        "lat,lon\n1,2\n".encode("utf-16"),
        "in.csv: the column names hold NUL, as UTF-16 does: use UTF-8",
    ),
    "UTF-32": (
        "lat,lon\n1,2\n".encode("utf-32-le"),
        "in.csv: the column names hold NUL, as UTF-16 does: use UTF-8",
    ),
    "NUL in a number": (HEAD + b"1,2\0,a\n", r"in.csv: row 1: lon is '2\x00', not a number"),
    "open quote": (
        HEAD + b'1,2,"a\n3,4,b\n',
        "in.csv: row 1: unexpected end of data; " + NEVER,
    ),
    "open quote in the names": (
        b'lat,lon,"s\n1,2,a\n',
        "in.csv: the line of column names: unexpected end of data",
    ),
    "open quote in a large file": (
        HEAD + b'1,2,"a\n' + b"3,4,b\n" * (3 * 10**6),
        "in.csv: row 1: field larger than field limit (4194304); " + NEVER,
    ),
    "empty": (b"", "in.csv: a CSV file begins with a line of column names; this has none"),
    "empty lines": (b"\n\n\n", "in.csv: a CSV file begins with a line of column names; this has"),
    "one name twice": (
        b"lat,lon,lat\n1,2,3\n",
        "in.csv: more than one column of latitudes (lat, lat) among lat, lon, lat: name one with",
    ),
    "names with escapes": (
        b"\x1b[31m,b\n1,2\n",
        r"in.csv: no column of latitudes among \x1b[31m, b: name one with --lat COL",
    ),
}


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
@pytest.mark.parametrize(("content", "message"), CSV.values(), ids=CSV)
def test_broken_csv(command, content, message, out):
    Path("in.csv").write_bytes(content)
    code, _, err = command.run("encode", "in.csv", "-o", out)
    said = refused(code, err)
    assert said.startswith(message)
    assert names() == ["in.csv"]


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
@pytest.mark.parametrize(
    "content",
    [
        HEAD,
        b"\xef\xbb\xbf" + HEAD + b"1,2,a\n",  # a byte order mark
        HEAD + b"1,2,a\0b\n3,4,\0\n",
        HEAD + b'1,2,"a\n"\n',
        HEAD + b'1,2,5" gun\n',
        b'lat,lon,5" gun\n1,2,a\n3,4,b\n',
        b"lat,lon,s,s\n1,2,a,b\n",
        b"lat,lon,s\r\n1,2,a\r\n",
        b"lat,lon,s\n1,2,a",
    ],
)
def test_unusual_csv(command, content, out):
    Path("in.csv").write_bytes(content)
    assert command.run("encode", "in.csv", "-o", out) == (0, "", SAID)
    plain = content.replace(b"\0", b"\1")  # csv refuses NUL on older Pythons
    [head, *rows] = csv.reader(plain.decode("utf-8-sig").splitlines(keepends=True))
    expected = [[*row, str(truth(row[:1], row[1:2])[0])] for row in rows]
    if out == "out.csv":
        text = Path(out).read_bytes().decode().replace("\0", "\1")
        assert list(csv.reader(text.splitlines(keepends=True))) == [[*head, "morton"], *expected]
    else:
        table = pq.ParquetFile(out).read()  # which takes a name twice
        assert table.column_names == [*head, "morton"]
        columns = [column.to_pylist() for column in table.columns]
        found = [[str(x).replace("\0", "\1") for x in row] for row in zip(*columns, strict=True)]
        assert found == expected


def test_truncated_gzip(command):
    whole = gzip.compress(HEAD + b"".join(b"%d,%d,a\n" % (i % 90, i) for i in range(5000)))
    for cut in range(0, len(whole) - 1, len(whole) // 15):
        Path("in.csv.gz").write_bytes(whole[:cut])
        code, _, err = command.run("encode", "in.csv.gz", "-o", "out.csv")
        assert refused(code, err).startswith("in.csv.gz: ")
        assert names() == ["in.csv.gz"]
    Path("in.csv.gz").write_bytes(whole + b"garbage")
    assert refused(*command.run("encode", "in.csv.gz", "-o", "out.csv")[::2])


# --- no room ---


@pytest.mark.parametrize(
    "out", ["out.csv", "out.parquet", "out.csv.gz", "out.csv.bz2", "out.csv.zst"]
)
def test_no_room(command, out):
    """A limit on the size of files stands for a full disk: any user may set it on any system."""
    pq.write_table(points(100_000), "in.parquet")
    Path(out).write_bytes(b"precious")
    code, _, err = command.run("encode", "in.parquet", "-o", out, "--force", largest=100_000)
    assert refused(code, err) == f"{out}: File too large"
    assert Path(out).read_bytes() == b"precious"
    assert names() == sorted(["in.parquet", out])


def test_a_full_disk(command, folder):
    Path("disk").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder / "disk"]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a disk; test_no_room needs no right to")
    try:
        pq.write_table(points(100_000), "in.parquet")
        for out in ("disk/out.csv", "disk/out.parquet", "disk/out.csv.bz2", "disk/out.csv.zst"):
            code, _, err = command.run("encode", "in.parquet", "-o", out)
            assert refused(code, err) == f"{out}: No space left on device"
            assert not list(Path("disk").iterdir())
    finally:
        subprocess.run(["umount", folder / "disk"], check=True)


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has /dev/full")


@FULL
@pytest.mark.parametrize("rows", [1, 100_000])
def test_full_standard_output(command, rows):
    pq.write_table(points(rows), "in.parquet")
    for arguments in (["encode", "in.parquet", "-o", "-"], ["count", "in.parquet", "--order", 6]):
        code, _, err = command.run(*arguments, out="/dev/full")
        assert refused(code, err) == "standard output: No space left on device"
    code, _, err = command.run("info", "12", out="/dev/full")
    assert refused(code, err) == "standard output: No space left on device"


# --- the end comes early ---


def leftovers():
    return [name for name in names() if name.startswith(".")]


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_killed_while_writing(command, number, seed, out):
    pq.write_table(points(20_000), "in.parquet")
    arguments = ["encode", "in.parquet", "-o", out, "--force"]
    start = time.monotonic()
    assert command.run(*arguments) == (0, "", SAID)
    duration = time.monotonic() - start
    whole = Path(out).read_bytes()
    draw = random.Random(f"{number} {seed} {out}")
    for _ in range(5):
        Path(out).write_bytes(b"precious")
        process = command.start(*arguments)
        time.sleep(draw.uniform(0, duration))
        os.kill(process, number)
        code = command.wait(process)
        assert code in (0, -number, 128 + number)
        assert Path(out).read_bytes() in ((b"precious", whole) if code else (whole,))
        if number == signal.SIGKILL:  # nothing can run after it
            for name in leftovers():
                assert re.fullmatch(rf"\.{out}\.[0-9a-f]{{8}}\.tmp", name)
                Path(name).unlink()
        assert not leftovers()


def test_a_pipe_that_is_closed():
    pq.write_table(points(100_000), "in.parquet")
    shell = f"{sys.executable} -m mortie encode in.parquet -o - | head -1"
    done = subprocess.run(
        ["bash", "-c", f"{shell}; exit ${{PIPESTATUS[0]}}"], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (141, b"lat,lon,id,morton\n")
    assert done.stderr.decode() == SAID


CLOSED = "Bad file descriptor"


def test_closed_streams(command):
    pq.write_table(points(1000), "in.parquet")
    to_file = ["encode", "in.parquet", "-o", "out.csv", "--force"]
    assert command.run(*to_file) == (0, "", SAID)
    whole = Path("out.csv").read_bytes()
    assert command.run(*to_file, stdin=None, out=None, err=None) == (0, "", "")
    assert Path("out.csv").read_bytes() == whole
    code, out, err = command.run("encode", "in.parquet", "-o", "-", err=None)
    assert (code, out.encode(), err) == (0, whole, "")
    code, _, err = command.run("encode", "-", "-o", "-", stdin=None)
    assert refused(code, err) == f"standard input: {CLOSED}"
    for arguments in (["encode", "in.parquet", "-o", "-"], ["info", "1"]):
        code, _, err = command.run(*arguments, out=None)
        assert refused(code, err) == f"standard output: {CLOSED}"


# --- files that change ---


@pytest.fixture
def appears():
    """A function that calls another as soon as the command has made its temporary file."""
    threads = []

    def when(act, folder="."):
        def watch():
            while not any(path.name.startswith(".out") for path in Path(folder).iterdir()):
                time.sleep(0.001)
            act()

        threads.append(threading.Thread(target=watch))
        threads[-1].start()

    yield when
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_files_that_vanish(command, appears):
    for name in ("a.csv", "b.csv"):
        Path(name).write_bytes(HEAD + b"1,2,a\n" * 300_000)
    appears(Path("b.csv").unlink)
    code, _, err = command.run("encode", "[ab].csv", "-o", "out.csv")
    assert refused(code, err) == "b.csv: No such file or directory"
    assert names() == ["a.csv"]


def test_a_folder_that_vanishes(command, appears):
    pq.write_table(points(300_000), "in.parquet")
    Path("new").mkdir()
    appears(lambda: shutil.rmtree("new"), "new")
    code, _, err = command.run("encode", "in.parquet", "-o", "new/out.csv")
    assert refused(code, err) == "new/out.csv: No such file or directory"
    assert names() == ["in.parquet"]


@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
def test_an_input_that_grows(command, appears, out):
    Path("in.csv").write_bytes(HEAD + b"1,2,a\n" * 300_000)

    def grow():
        with Path("in.csv").open("ab") as stream:
            for _ in range(200):
                stream.write(b"3,4,b\n" * 100)
                stream.flush()

    appears(grow)
    assert command.run("encode", "in.csv", "-o", out) == (0, "", SAID)
    table = pyarrow.csv.read_csv(out) if out == "out.csv" else pq.read_table(out)
    grown = table.num_rows - 300_000
    assert 0 <= grown <= 20_000
    assert table["s"].to_pylist() == ["a"] * 300_000 + ["b"] * grown
    kinds = dict(zip("ab", truth([1, 3], [2, 4]), strict=True))
    assert table["morton"].to_pylist() == [kinds[s] for s in table["s"].to_pylist()]


def test_pipes_as_files(command):
    os.mkfifo("in.csv")
    os.mkfifo("in.parquet")
    assert refused(*command.run("encode", "in.parquet", "-o", "out.csv")[::2]) == (
        "in.parquet is a pipe, and Parquet is not read from one: use CSV"
    )
    for out in ("out.csv", "out.parquet"):
        process = command.start("encode", "in.csv", "-o", out)
        Path("in.csv").write_bytes(HEAD + b"1,2,a\n")
        assert command.wait(process) == 0
    assert pq.read_table("out.parquet")["morton"].to_pylist() == truth([1], [2])
    process = command.start("encode", "in.csv", "-o", "out.csv", "--force")
    time.sleep(0.1)
    os.kill(process, signal.SIGTERM)  # heard while it waits for someone to write
    assert command.wait(process, 5) in (143, -signal.SIGTERM)
    assert not leftovers()


def test_two_writers(command):
    for name, seed in (("a", 1), ("b", 2)):
        pq.write_table(points(20_000, seed), f"{name}.parquet")
        assert command.run("encode", f"{name}.parquet", "-o", f"{name}.csv") == (0, "", SAID)
    wholes = [Path(f"{name}.csv").read_bytes() for name in "ab"]
    for force, _ in itertools.product((["--force"], []), range(3)):
        processes = [
            command.start("encode", f"{name}.parquet", "-o", "out.csv", *force, err=f"ERR {name}")
            for name in "ab"
        ]
        codes = [command.wait(process) for process in processes]
        errors = [Path(f"ERR {name}").read_text() for name in "ab"]
        out = Path("out.csv").read_bytes()
        if force:
            assert codes == [0, 0]
            assert out in wholes
        else:
            assert sorted(codes) == [0, 1]
            assert out == wholes[codes.index(0)]
            assert refused(1, errors[codes.index(1)]) == (
                "out.csv exists already: --force replaces it"
            )
        assert not leftovers()
        Path("out.csv").unlink()


# --- rights and kinds of files ---


def test_what_may_not_be_read_or_written(command, folder):
    user = 65534 if os.getuid() == 0 else None  # root may read everything
    Path("in").mkdir()
    Path("in/a.csv").write_bytes(HEAD + b"1,2,a\n")
    Path("in/secret.csv").write_bytes(HEAD)
    Path("in/secret.csv").chmod(0)
    Path("closed").mkdir()
    Path("closed/b.csv").write_bytes(HEAD)
    Path("work").mkdir()
    for path in [folder, *folder.parents][:4]:
        path.chmod(path.stat().st_mode | 0o055)
    Path("work").chmod(0o777)
    Path("in").chmod(0o555)
    Path("closed").chmod(0)
    ends = [
        (["in/secret.csv", "-o", "-"], "in/secret.csv: Permission denied"),
        (["in", "-o", "work/"], "in/secret.csv: Permission denied"),
        (["in/a.csv", "-o", "in/out.csv"], "in/out.csv: Permission denied"),
        (["in/a.csv", "-o", "in/new/"], "in/new: Permission denied"),
        (["closed", "-o", "work/closed/"], "closed: Permission denied"),
        (["closed/b.csv", "-o", "-"], "closed/b.csv: Permission denied"),
        ([".", "-o", "work/all/"], "./closed: Permission denied"),
    ]
    for name in ("OUT", "ERR"):
        Path(name).touch()
        Path(name).chmod(0o666)
    try:
        for arguments, message in ends:
            code = command.wait(command.start("encode", *arguments, user=user))
            assert refused(code, Path("ERR").read_text()) == message
        assert not [path for path in Path().rglob("*.tmp")]
    finally:
        Path("closed").chmod(0o700)
        Path("in").chmod(0o700)


def test_folders_in_the_place_of_files(command):
    Path("in.csv").write_bytes(HEAD + b"1,2,a\n")
    Path("folder.csv").mkdir()
    Path("folder.png").mkdir()
    for arguments in (
        ["count", "in.csv", "--order", 3, "-o", "folder.csv", "--force"],
        ["plot", "in.csv", "--order", 3, "-o", "folder.png", "--force"],
    ):
        assert refused(*command.run(*arguments)[::2]) == f"{arguments[-2]}: Is a directory"
    assert names() == ["folder.csv", "folder.png", "in.csv"]
    assert not any(Path("folder.csv").iterdir())


# --- what the system refuses ---


def test_signals_one_after_the_other(command):
    Path("in.csv").write_bytes(HEAD + b"1,2,a\n" * 300_000)
    for seed in range(10):
        process = command.start("encode", "in.csv", "-o", "out.csv", "--force", err="ERR")
        time.sleep(random.Random(seed).uniform(0, 0.3))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGINT):
            os.kill(process, number)
        code = command.wait(process)
        assert code in (0, 129, 130, 143)  # the system delivers them in any order
        assert Path("ERR").read_text() in ("", SAID)
        assert not leftovers()


@pytest.mark.parametrize("seed", range(3))
def test_interrupts_during_imports(seed):
    """From the moment when the command takes over: what the interpreter does before is its own."""
    program = "import mortie.__main__ as m, os; os.write(1, b'x'); raise SystemExit(m.main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "encode", "-", "-o", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.read(1)
    time.sleep(0.02 + random.Random(seed).uniform(0, 0.2))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"")


@pytest.mark.slow
def test_threads_that_may_not_start():
    program = """
import _thread, sys
def refuse(*_):
    raise RuntimeError("can't start new thread")
if sys.argv.pop(1) == "refused":
    _thread.start_new_thread = refuse
else:
    _thread.start_new_thread = lambda *_: 0  # as where a thread has no memory to begin
from mortie.__main__ import main
sys.exit(main())
"""
    Path("in.csv").write_bytes(HEAD + b"1,2,a\n")
    for kind, message in (
        ("refused", "the system lets no more threads start"),
        ("silent", "out of memory"),
    ):
        arguments = [sys.executable, "-c", program, kind, "encode", "in.csv", "-o", "out.csv"]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
        assert refused(done.returncode, done.stderr) == message
        assert names() == ["in.csv"]


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="only root may be a user who has no other threads")
@pytest.mark.parametrize("threads", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("name", ["in.csv", "in.parquet"])
@pytest.mark.parametrize("out", ["out.csv", "out.parquet"])
def test_few_threads(command, folder, threads, name, out):
    """Where pyarrow may not start its threads, its readers can wait for ever or crash."""
    Path("in.csv").write_bytes(HEAD + b"1,2,a\n" * 300_000)
    pq.write_table(pyarrow.csv.read_csv("in.csv"), "in.parquet")
    let_others_in(folder)
    code = command.wait(
        command.start("encode", name, "-o", out, user=54321, threads=threads), seconds=60
    )
    err = Path("ERR").read_text()
    if code:
        message = refused(code, err)
        assert message == "the system lets no more threads start" or message.startswith(name)
        assert threads < 6
        assert not Path(out).exists()
    else:
        assert err == SAID
        read = pyarrow.csv.read_csv if out.endswith("csv") else pq.read_table
        assert read(out)["morton"].to_pylist() == 300_000 * truth([1], [2])
    assert not leftovers()
