"""Input is data: reading it opens no connection, starts no program and runs none of its code."""

import json
import os
import pickle
import re
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="processes are forked on POSIX systems alone")
pa = pytest.importorskip("pyarrow", reason="pyarrow is missing; mortie[test] has it")
import pyarrow.parquet as pq

# Python's own events (sys.addaudithook) for the net, programs, pickles and code; that of modules,
# which come from files, is not the input's. Compiling alone runs nothing.
FORBIDDEN = re.compile(
    r"^(socket\.|subprocess\.|os\.(system|exec|posix_spawn|spawn|fork)|pickle\.|urllib\.|http\.|"
    r"exec (?!.*(\.py|<frozen [\w.]+>)[\"']))",
    re.MULTILINE,
)


class Evil:
    """Whoever unpickles it makes a folder."""

    def __reduce__(self):
        """Name what pickle is to call."""
        return os.mkdir, ("hacked",)


CODE = "__import__('os').mkdir('hacked')"


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """Tables whose names, texts and metadata hold code, pickles and addresses."""
    monkeypatch.chdir(tmp_path)
    pandas = {"columns": [{"name": "s", "pandas_type": CODE, "numpy_type": "object"}]}
    pandas |= {"index_columns": [CODE], "column_indexes": [], "pandas_version": "2.0"}
    table = pa.table({"lat": [1.0, 2.0], "lon": [3.0, 4.0], "s": [CODE, "http://127.0.0.1:1/"]})
    evil = pickle.dumps(Evil())
    extension = {
        "ARROW:extension:name": "arrow.py_extension_type",  # once unpickled by pyarrow itself
        "ARROW:extension:metadata": evil,
    }
    storage = pa.field("x", pa.binary(), metadata=extension)
    table = table.append_column(storage, pa.array([evil, evil]))
    table = table.append_column(CODE, pa.array([1, 2]))
    meta = {"pandas": json.dumps(pandas), "ARROW:schema2": evil, "origin": "http://127.0.0.1:1/"}
    pq.write_table(table.replace_schema_metadata(meta), "in.parquet")
    lines = [f'lat,lon,"{CODE}",s', '1,3,"=cmd|/c calc!A1",http://127.0.0.1:1/', f'2,4,"{CODE}",x']
    Path("in.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return tmp_path


@pytest.mark.filterwarnings("ignore")  # pyarrow's, of extension types that it doesn't load
@pytest.mark.parametrize("source", ["in.csv", "in.parquet"])
@pytest.mark.parametrize(
    "arguments",
    [
        "encode {} -o out.parquet",
        "encode {} -o out.csv",
        "count {} --order 3",
        "encode {} -o - --lat http://127.0.0.1:1/lat",
        "encode http://127.0.0.1:1/{} s3://bucket/{} -o -",
        "encode {} -o http://127.0.0.1:1/out.csv",
    ],
)
def test_nothing_but_files(command, hostile, source, arguments):
    code, _, err = command.run(*arguments.format(source, source).split(), audit="AUDIT")
    assert code in (0, 1), err
    assert "Traceback" not in err
    log = Path("AUDIT").read_text(errors="replace")
    assert log or "no such file" in err  # the hook was there
    found = FORBIDDEN.search(log)
    assert not found, log[found.start() :][:2000]
    assert not Path("hacked").exists()


@pytest.mark.slow
def test_the_hook_hears(command, hostile):
    """A command that does use the net is heard, so that silence means something."""
    pytest.importorskip("distributed", reason="mortie[dask] is not installed")
    process = command.start(
        *("encode", "in.csv", "-o", "out/", "--dask", "tcp://127.0.0.1:1"), audit="AUDIT"
    )
    command.wait(process, 5)
    assert FORBIDDEN.search(Path("AUDIT").read_text(errors="replace"))
