"""Which files the command reads, and what the name of an output may lead to."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from shell import let_others_in

pytest.importorskip("resource", reason="processes are forked on POSIX systems alone")
pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
import pyarrow.csv
import pyarrow.parquet as pq

SAID = "mortie: latitudes from column 'lat', longitudes from column 'lon'\n"
ERROR = "mortie: error: "
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to others")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(path, name, lat=1):
    """Write a table of one row."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.table({"lat": [lat], "lon": [2], "name": [name]}), path)
    else:
        path.write_text(f"lat,lon,name\n{lat},2,{name}\n")


def found(command, *inputs):
    """Encode the inputs, and give the names in their rows."""
    code, out, err = command.run("encode", *inputs, "-o", "-")
    assert (code, err) == (0, SAID)
    return [line.split(",")[2] for line in out.splitlines()[1:]]


def refused(code, err):
    """Check that the command failed with one line that names no hidden file; return the line."""
    *said, last = err.splitlines()
    assert code == 1, err
    assert said in ([], [SAID.strip()])
    assert last.startswith(ERROR)
    assert last.isprintable()
    assert ".tmp" not in last
    return last.removeprefix(ERROR)


def outcome(command, *arguments, **options):
    code, _, err = command.run(*arguments, **options)
    assert not list(Path().glob(".*.tmp"))
    return refused(code, err) if code else err.removeprefix(SAID)


# --- what is found ---


def test_hidden_files_and_folders_are_not_read(command):
    table("in/a.csv", "a")
    table("in/sub/b.csv", "b")
    for name in (
        *("in/.ipynb_checkpoints/a-checkpoint.csv", "in/_delta_log/0.csv", "in/_SUCCESS.csv"),
        *("in/.b.csv", "in/sub/.git/deep/c.csv", "in/sub/_temporary/deep/c.csv", "_raw/d.csv"),
    ):
        table(name, "hidden")
    for inputs in (["in"], ["in/**/*.csv"], ["in/*.csv", "in/*/*.csv"], ["i*"], ["in/**"]):
        assert found(command, *inputs) == ["a", "b"]
    # But what the user names is no secret.
    for inputs in (
        ["_raw"],
        ["_raw/*.csv"],
        ["_[r]aw/*"],
        ["_*/d.csv"],
        ["in/.b.csv"],
        ["in/.*.csv"],
    ):
        assert set(found(command, *inputs)) == {"hidden"}


def test_linked_folders_are_read_once(command):
    table("far/deep/a.csv", "a")
    table("in/b.csv", "b")
    Path("in/link").symlink_to("../far")
    for inputs in (["in"], ["in/**/*.csv"], ["in/*.csv", "in/link/*/*.csv"]):
        assert sorted(found(command, *inputs)) == ["a", "b"]
    for name in ("1", "2", "3"):  # 2**40 ways
        Path("far/deep", name).symlink_to("..")
        Path("in", name).symlink_to(".")
    Path("in/up").symlink_to("..")
    Path("in/broken").symlink_to("nowhere")
    Path("in/self").symlink_to("self")
    for inputs in (["in"], ["in/**/*.csv"], ["in/**"]):
        assert sorted(found(command, *inputs)) == ["a", "b"]
    assert outcome(command, "encode", "in", "-o", "out/") == ""
    assert Path("out/link/deep/a.csv").exists()


def test_patterns_that_match_folders(command):
    table("data/2019/a.csv", "a")
    table("data/2020/deep/b.csv", "b")
    table("data/1999/c.csv", "c")
    Path("data/empty").mkdir()
    Path("data/2020/notes.txt").write_text("no table")
    for pattern in ("data/20*", "data/20*/**", "data/20*/**/*.csv", "*/20??"):
        assert found(command, pattern) == ["a", "b"]


def test_patterns_without_tables(command):
    table("data/a.csv", "a")
    Path("data/empty").mkdir()
    assert outcome(command, "encode", "data/e*", "-o", "-").startswith(
        "no file below data/e* ends in .parquet, .csv"
    )
    assert outcome(command, "encode", "data/x*", "-o", "-") == "no such file: data/x*"
    assert outcome(command, "encode", "data/x", "-o", "-") == "no such file: data/x"


def test_names_with_the_marks_of_patterns(command):
    table("[a].csv", "a")
    table("what?/[b]*.csv", "b")
    assert found(command, "[a].csv") == ["a"]
    assert found(command, "what?") == ["b"]
    assert found(command, "what?/*.csv") == ["b"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_columns_of_hive_partitions(command, suffix):
    table(f"in/year=2019/code=007/a.{suffix}", "a")
    table(f"in/year=-5/code=a%2Fb c/b.{suffix}", "b")
    table(f"in/year=__HIVE_DEFAULT_PARTITION__/code=7/c.{suffix}", "c")
    expected = {"a": (2019, "007"), "b": (-5, "a/b c"), "c": (None, "7")}
    shell = sorted(str(path) for path in Path("in").glob("*/*/*"))
    for inputs in (["in"], [f"in/**/*.{suffix}"], ["in/year=*"], shell):
        assert outcome(command, "encode", *inputs, "-o", "out.parquet", "--force") == ""
        result = pq.read_table("out.parquet")
        assert result.column_names == ["lat", "lon", "name", "year", "code", "morton"]
        assert result.schema.types[3:] == [pa.int64(), pa.string(), pa.int64()]
        rows = result.to_pylist()
        assert {row["name"]: (row["year"], row["code"]) for row in rows} == expected
    _, out, _ = command.run("encode", *inputs, "-o", "-")
    assert sorted(line.split(",")[2:5] for line in out.splitlines()[1:]) == [
        *(["a", "2019", "007"], ["b", "-5", "a/b c"], ["c", "", "7"])
    ]

    # In a folder the path still gives it.
    assert outcome(command, "encode", "in", "-o", "out/") == ""
    assert sorted(str(path) for path in Path("out").rglob("*.*")) == [
        path.replace("in/", "out/") for path in shell
    ]
    one = f"year=2019/code=007/a.{suffix}"
    read = pq.read_schema if suffix == "parquet" else lambda path: pyarrow.csv.read_csv(path).schema
    assert read(f"out/{one}").names == ["lat", "lon", "name", "morton"]
    assert outcome(command, "encode", f"in/{one}", "-o", f"flat.{suffix}") == ""
    assert read(f"flat.{suffix}").names == ["lat", "lon", "name", "year", "code", "morton"]


def test_columns_of_hive_partitions_and_others(command):
    table("in/name=x/a.csv", "a")  # which holds the column itself
    assert found(command, "in") == ["a"]
    table("in/year=1/b.csv", "b")
    assert outcome(command, "encode", "in", "-o", "-").startswith(
        "in/year=1/b.csv has other columns than in/name=x/a.csv"
    )
    assert outcome(command, "encode", "in/year=1", "-o", "-", "--name", "year") == (
        "in/year=1/b.csv: there is a column 'year' already: name the new one with --name"
    )
    assert outcome(command, "clip", "in/year=1", "-o", "-", "--order", "1", "--column", "year") == (
        "in/year=1/b.csv: no column 'year' among lat, lon, name: name one with --column COL"
    )


# --- what an output leads to ---


def listing(path):
    status = os.lstat(path)
    return stat.S_IFMT(status.st_mode), status.st_ino, status.st_rdev


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("linked", [False, True])
def test_csv_goes_into_pipes(command, linked, force):
    table("in.csv", "a")
    os.mkfifo("fifo.csv")
    out = "fifo.csv"
    if linked:
        out = "link.csv"
        Path(out).symlink_to("fifo.csv")
    before = listing("fifo.csv"), listing(out)
    for arguments in (["encode", "in.csv"], ["count", "in.csv", "--order", "0"]):
        process = command.start(*arguments, "-o", out, *force)
        text = Path("fifo.csv").read_text()
        assert command.wait(process) == 0
        assert text.count("\n") == 2
        assert (listing("fifo.csv"), listing(out)) == before


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_csv_goes_into_devices(command, force):
    table("in.csv", "a")
    Path("null").symlink_to("/dev/null")
    Path("null.csv").symlink_to("/dev/null")
    Path("null.csv.gz").symlink_to("/dev/null")
    before = listing("/dev/null")
    for out in ("/dev/null", "null", "null.csv", "null.csv.gz"):
        assert outcome(command, "encode", "in.csv", "-o", out, *force) == ""
        assert outcome(command, "count", "in.csv", "--order", "0", "-o", out, *force) == ""
    assert listing("/dev/null") == before
    if Path("/dev/full").exists():
        message = outcome(command, "encode", "in.csv", "-o", "/dev/full", *force)
        assert message == "/dev/full: No space left on device"
    assert outcome(command, "encode", "in.csv", "-o", "/dev/fd/77", *force).startswith(
        "the format of /dev/fd/77 is not known"
    )


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_parquet_goes_into_no_device(command, force):
    table("in.csv", "a")
    os.mkfifo("fifo.parquet")
    Path("null.parquet").symlink_to("/dev/null")
    Path("folder").mkdir()
    Path("folder/in.parquet").symlink_to("../fifo.parquet")
    table("in.parquet", "a")
    for out in ("fifo.parquet", "null.parquet"):
        for arguments in (["encode", "in.csv"], ["count", "in.csv", "--order", "0"]):
            assert outcome(command, *arguments, "-o", out, *force) == (
                f"{out} is a pipe or device, and Parquet is not written to one: use CSV"
            )
    assert outcome(command, "encode", "in.parquet", "-o", "folder", *force).startswith(
        "folder/in.parquet is a pipe or device"
    )


@pytest.mark.parametrize("out", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link.csv"])
def test_standard_output_by_another_name(command, out):
    if not Path(out).exists() and out != "link.csv":
        pytest.skip(f"this system has no {out}")
    table("in.csv", "a")
    Path("link.csv").symlink_to("/dev/stdout")
    _, expected, _ = command.run("encode", "in.csv", "-o", "-")
    Path("log").write_text("precious\n")
    before = listing("log")
    shell = f"{sys.executable} -m mortie encode in.csv -o {out} --force"
    subprocess.run(["sh", "-c", f"{shell} >> log"], check=True, stderr=subprocess.PIPE)
    assert (listing("log"), Path("log").read_text()) == (before, "precious\n" + expected)
    done = subprocess.run(["sh", "-c", f"{shell} | cat"], check=True, capture_output=True)
    assert done.stdout.decode() == expected
    assert Path("link.csv").is_symlink()


def test_process_substitution(command):
    table("in.csv", "a")
    _, expected, _ = command.run("encode", "in.csv", "-o", "-")
    for shell in (
        "{} <(cat in.csv) -o out.csv",
        "{} in.csv -o >(cat > out.csv); sleep 0.5",
        "{} /dev/stdin -o out.csv < in.csv",
    ):
        shell = shell.format(f"{sys.executable} -m mortie encode")
        subprocess.run(["bash", "-c", shell], check=True, capture_output=True)
        assert Path("out.csv").read_text() == expected
        Path("out.csv").unlink()


@pytest.mark.parametrize("mode", [0o600, 0o444, 0o664, 0o000])
def test_a_new_file_keeps_the_mode_of_the_old(command, mode):
    table("in.csv", "a")
    Path("link.csv").symlink_to("out.csv")
    for out in ("out.csv", "link.csv"):
        Path("out.csv").write_text("old")
        Path("out.csv").chmod(mode)
        assert outcome(command, "encode", "in.csv", "-o", out, "--force") == ""
        assert stat.S_IMODE(Path("out.csv").stat().st_mode) == mode
        Path("out.csv").chmod(0o600)
        assert Path("out.csv").read_text().startswith("lat,lon,name,morton\n")
        Path("out.csv").unlink()
    assert Path("link.csv").is_symlink()


def test_extended_attributes_are_kept(command):
    if not hasattr(os, "setxattr"):
        pytest.skip("Linux alone has os.setxattr")
    table("in.csv", "a")
    Path("out.csv").write_text("old")
    try:
        os.setxattr("out.csv", "user.origin", b"here")
    except OSError as error:
        pytest.skip(f"this file system has no extended attributes: {error}")
    assert outcome(command, "encode", "in.csv", "-o", "out.csv", "--force") == ""
    assert os.getxattr("out.csv", "user.origin") == b"here"


@ROOT
def test_a_new_file_keeps_the_owner_of_the_old(command, folder):
    table("in.csv", "a")
    Path("out.csv").write_text("old")
    os.chown("out.csv", 1234, 4321)
    assert outcome(command, "encode", "in.csv", "-o", "out.csv", "--force") == ""
    status = Path("out.csv").stat()
    assert (status.st_uid, status.st_gid) == (1234, 4321)

    # Who may not give files away does not replace them either.
    before = Path("out.csv").read_text()
    let_others_in(folder)
    code = command.wait(command.start("encode", "in.csv", "-o", "out.csv", "--force", user=65534))
    message = refused(code, Path("ERR").read_text())
    assert message.startswith(f"{folder}/out.csv belongs to another user or group")
    assert Path("out.csv").read_text() == before


def test_links_that_lead_nowhere(command):
    table("in.csv", "a")
    Path("loop.csv").symlink_to("loop.csv")
    Path("broken.csv").symlink_to("no/such/folder.csv")
    Path("new.csv").symlink_to("target.csv")
    for name in ("loop.csv", "broken.csv", "new.csv"):
        assert outcome(command, "encode", "in.csv", "-o", name) == (
            f"{name} exists already: --force replaces it"
        )
    force = ("-o", "broken.csv", "--force")
    assert outcome(command, "encode", "in.csv", *force).startswith("no such folder: ")
    assert outcome(command, "encode", "in.csv", "-o", "new.csv", "--force") == ""
    assert Path("new.csv").is_symlink()
    assert Path("target.csv").is_file()
    assert outcome(command, "encode", "in.csv", "-o", "loop.csv", "--force") == (
        "loop.csv is a link to itself"
    )
    assert Path("loop.csv").is_symlink()


# --- names ---

ADDRESSES = ["file:x", "http:x", "s3:x", "gs:x", "hdfs:x", "memory:x", "file:///x", "C:x", "-x"]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "csv.gz"])
@pytest.mark.parametrize("name", ADDRESSES)
def test_names_are_paths(command, name, suffix):
    name = f"{name}.{suffix}"
    table("plain.csv", "right")
    inputs = ["--", name] if name.startswith("-") else [name]
    Path("file:").mkdir()
    for wrong in ("x.csv", "x.parquet"):
        table(wrong, "wrong")
    assert outcome(command, "encode", "plain.csv", f"--output={name}") == ""
    assert Path(name).is_file()
    assert outcome(command, "clip", "--order=1", "-o", "out.csv", *inputs).count("\n") == 1
    assert Path("out.csv").read_text().splitlines()[1].split(",")[2] == "right"
    Path("in").mkdir()
    Path(name).rename(Path("in", Path(name).name))
    assert outcome(command, "clip", "--order=1", "-o", "all.csv", "in").count("\n") == 1
    assert Path("all.csv").read_text() == Path("out.csv").read_text()


RAW = [b"caf\xe9", "café".encode(), b"\xff\xfe", "日本語".encode(), b"new\nline", b"\x1b[31mred"]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "csv.bz2"])
@pytest.mark.parametrize("name", RAW)
def test_names_that_are_no_text(command, name, suffix):
    path = os.fsdecode(name) + f".{suffix}"
    try:
        Path(path).touch()
    except OSError as error:
        pytest.skip(f"this file system has no such names: {error}")
    Path(path).unlink()
    table("plain.csv", "right")
    assert outcome(command, "encode", "plain.csv", "-o", path) == ""
    said = command.run("clip", path, "--order=1", "-o", "out/", "-o", "out.csv")
    assert said[0] == 0, said
    Path("in").mkdir()
    Path(path).rename(Path("in", path))
    assert command.run("clip", "in", "--order=1", "-o", "out/")[0] == 0
    assert [each.name for each in Path("out").iterdir()] == [path]
    shown = path if path.isprintable() else ascii(path)[1:-1]
    assert "exists already" in outcome(command, "clip", "in", "--order=1", "-o", "out/")
    Path("in", path).write_bytes(b"\xff\xff")
    message = outcome(command, "clip", "in", "--order=1", "-o", "new/")
    assert message.startswith("in/" + shown[:3])


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii:strict"}],
    ids=["ASCII", "strict"],
)
def test_locales(folder, environment):
    Path("plain.csv").write_text("lat,lon,größe\n1,2,日\n", encoding="utf-8")

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "mortie", *map(os.fsencode, arguments)],
            env={**os.environ, **environment, "LC_ALL": "C"},
            capture_output=True,
            check=False,
        )

    for name in ("caf\udce9.csv", "größe.parquet"):
        done = run("encode", "plain.csv", "-o", name)
        assert (done.returncode, done.stderr.decode()) == (0, SAID)
        done = run("clip", name, "--order", "2", "-o", "-")
        assert done.returncode == 0
        assert done.stdout.decode().splitlines()[0] == "lat,lon,größe,morton"
    done = run("clip", name, "--order", "2", "-o", "-", "--column", "größe")
    [line] = done.stderr.splitlines()
    assert line.startswith(b"mortie: error: ")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("character", ["x", "é", "日", "𝄞"])
def test_the_longest_names(command, character, suffix):
    table("in.csv", "a")
    room = 255 - len(suffix)
    name = character * (room // len(character.encode()))
    name += "x" * (room - len(name.encode())) + suffix
    try:
        Path(name).touch()
    except OSError as error:
        pytest.skip(f"this file system has no such names: {error}")
    assert outcome(command, "encode", "in.csv", "-o", name, "--force") == ""
    assert Path(name).stat().st_size > 0
    message = outcome(command, "encode", "in.csv", "-o", "x" + name)
    assert message.endswith(("File name too long", "File name too long'"))


# --- again ---


def test_skip_existing(command):
    for name in "abc":
        table(f"in/{name}.csv", name)
    Path("in/c.csv").write_text("lat,lon,name\n91,2,c\n")
    assert "lat is 91" in outcome(command, "encode", "in", "-o", "out/")
    table("in/c.csv", "c")
    before = Path("out/a.csv").stat()
    assert "exists already" in outcome(command, "encode", "in", "-o", "out/")
    skip = ("encode", "in", "-o", "out/", "--skip-existing")
    assert outcome(command, *skip).startswith("mortie: left 2 of 3 outputs as they are\n")
    assert {path.name for path in Path("out").iterdir()} == {"a.csv", "b.csv", "c.csv"}
    assert Path("out/a.csv").stat() == before
    assert command.run(*skip)[::2] == (0, "mortie: left 3 of 3 outputs as they are\n")
    one = ("encode", "in", "-o", "one.parquet", "--skip-existing")
    assert outcome(command, *one) == ""
    assert command.run(*one)[::2] == (0, "mortie: left 1 of 1 outputs as they are\n")
    code, _, err = command.run(*one, "--force")
    assert code == 2
    assert "not allowed with" in err


def test_a_folder_that_can_not_be_synchronised(folder):
    """The output is there: that is no failure, but something to say."""
    table("in.csv", "a")
    program = """
import errno, os, stat, sys
fsync = os.fsync
def fail(number):
    if stat.S_ISDIR(os.fstat(number).st_mode):
        raise OSError(errno.EINVAL, "Invalid argument")
    fsync(number)
os.fsync = fail
from mortie.__main__ import main
sys.argv[1:] = ["encode", "in.csv", "-o", "out.csv"]
sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        0,
        SAID + "mortie: out.csv is written, but a crash of the system may lose it: "
        "Invalid argument\n",
    )
    assert {path.name for path in Path().iterdir()} == {"in.csv", "out.csv"}


def test_a_temporary_file_that_vanishes(folder):
    table("in.csv", "a")
    program = """
import os, sys
link = os.link
def vanish(new, target):
    os.unlink(new)
    link(new, target)
os.link = vanish
from mortie.__main__ import main
sys.argv[1:] = ["encode", "in.csv", "-o", "out.csv"]
sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert refused(done.returncode, done.stderr) == "out.csv: No such file or directory"
    assert [path.name for path in Path().iterdir()] == ["in.csv"]
