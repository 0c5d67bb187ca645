"""The time and memory of ``mortie encode`` on a large Parquet file, beside pyarrow and polars.

``python benchmarks/bench_cli.py`` makes a file of 20 million points in a temporary folder.
pyarrow alone reads it batch by batch and writes it with one more int64 column, in row groups of
the same length and with the same compression; polars, where it is installed, copies the file,
with its usual compression and with that of the file, which ``mortie encode`` keeps; and that does
its work. Each is a process of its own, in turns, and the least time counts, of the clock and of
all processors together. At last a Dask cluster of two processes encodes the same file, whole and
in parts, and each column must have the same bytes.

It needs ``pip install 'mortie[dask]'``.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUP_ROWS = 1 << 20
BATCH_ROWS = 1 << 17
PARTS = 4


def make(folder: Path, rows: int) -> Path:
    """Write points along seeded tracks, whole and in parts; return the path of the whole."""
    random = np.random.default_rng(1)
    whole = folder / "points.parquet"
    schema = pa.schema(
        [
            ("lat", pa.float64()),
            ("lon", pa.float64()),
            ("height", pa.float32()),
            ("time", pa.int64()),
        ]
    )
    (folder / "parts").mkdir()
    with pq.ParquetWriter(whole, schema) as writer:
        for start in range(0, rows, GROUP_ROWS):
            n = min(GROUP_ROWS, rows - start)
            columns = [
                random.uniform(-88, -63, n),
                random.uniform(-180, 180, n),
                random.normal(1500, 700, n).astype(np.float32),
                start * 10**5 + np.cumsum(random.integers(0, 2 * 10**5, n)),
            ]
            writer.write_table(pa.table(columns, schema=schema), GROUP_ROWS)
    table = pq.ParquetFile(whole)
    groups = np.array_split(np.arange(table.num_row_groups), PARTS)
    for part, some in enumerate(groups):
        pq.write_table(
            table.read_row_groups(some.tolist()), folder / f"parts/{part}.parquet", GROUP_ROWS
        )
    return whole


def pyarrow_alone(source: str, target: str) -> None:
    """Read a file and write it with one int64 column more, that costs nothing to compute."""
    file = pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20)
    schema = file.schema_arrow.append(pa.field("bits", pa.int64()))
    with pq.ParquetWriter(target, schema) as writer:
        batches, rows = [], 0
        for batch in file.iter_batches(BATCH_ROWS):
            bits = batch.column("lat").view(pa.int64())
            batches.append(pa.RecordBatch.from_arrays([*batch.columns, bits], schema=schema))
            rows += len(batch)
            if rows >= GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(batches), GROUP_ROWS)
                batches, rows = [], 0
        if batches:
            writer.write_table(pa.Table.from_batches(batches), GROUP_ROWS)


POLARS = (
    "import polars, sys; source, target, *codec = sys.argv[1:]; "
    "polars.read_parquet(source).write_parquet(target, **dict(zip(['compression'], codec)))"
)


def measure(*command: str) -> tuple[float, float, float]:
    """Run a process; return its seconds, those of processors, and the most MB that it held."""
    # The most of all children so far is known, so that each has a parent of its own.
    program = (
        "import resource, subprocess, sys, time; start = time.perf_counter(); "
        "done = subprocess.run(sys.argv[1:]); seconds = time.perf_counter() - start; "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "size = used.ru_maxrss * (1 if sys.platform == 'darwin' else 1024); "
        "print(seconds, used.ru_utime + used.ru_stime, size); "
        "sys.exit(done.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *command], check=True, stdout=subprocess.PIPE
    )
    seconds, processors, size = map(float, done.stdout.split())
    return seconds, processors, size / 1e6


def same_bytes(left: list[Path], right: list[Path]) -> bool:
    """Compare the bytes of each column, and that nothing is null, of tables that lie in files."""
    tables = [pa.concat_tables(map(pq.read_table, paths)) for paths in (left, right)]
    return tables[0].schema == tables[1].schema and all(
        a.combine_chunks().null_count == b.combine_chunks().null_count == 0
        and a.to_numpy().tobytes() == b.to_numpy().tobytes()
        for a, b in zip(*(table.columns for table in tables), strict=True)
    )


def main() -> int:
    """Measure and print; return 1 if a column differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=5, help="times that each is run")
    parser.add_argument("--folder", help="where the temporary folder is made")
    parser.add_argument("--pyarrow", nargs=2, metavar=("IN", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pyarrow:
        pyarrow_alone(*options.pyarrow)
        return 0

    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        source = make(folder, options.rows)
        print(f"{options.rows:,} rows, {source.stat().st_size / 1e6:.0f} MB")
        alone, local = str(folder / "alone.parquet"), str(folder / "local.parquet")
        encode = (sys.executable, "-m", "mortie", "encode", "--force")
        commands = {
            "pyarrow alone": (sys.executable, __file__, "--pyarrow", str(source), alone),
            "mortie encode": (*encode, str(source), "-o", local),
        }
        if importlib.util.find_spec("polars"):
            commands["polars"] = (sys.executable, "-c", POLARS, str(source), alone)
            commands["polars, same codec"] = (*commands["polars"], "snappy")
        runs: dict[str, list[tuple[float, float, float]]] = {label: [] for label in commands}
        for _ in range(options.rounds):
            for label, command in commands.items():
                runs[label].append(measure(*command))
        for label, results in runs.items():
            times, processors, sizes = zip(*results, strict=True)
            print(
                f"{label}: {min(times):.2f} s (of {', '.join(f'{t:.2f}' for t in times)}), "
                f"{min(processors):.2f} s of processors, at most {max(sizes):.0f} MB"
            )
        for i, what in enumerate(("time", "processors")):
            least = {label: min(result[i] for result in results) for label, results in runs.items()}
            for label in commands.keys() - {"mortie encode"}:
                print(f"{what}: {least['mortie encode'] / least[label]:.2f} x {label}")
        (folder / "alone.parquet").unlink()

        from distributed import LocalCluster

        good = True
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
            for what in (source, folder / "parts"):
                out = folder / f"dask-{what.stem}"
                start = time.perf_counter()
                subprocess.run(
                    [*encode, str(what), "-o", f"{out}/", "--dask", cluster.scheduler_address],
                    check=True,
                )
                seconds = time.perf_counter() - start
                same = same_bytes([Path(local)], sorted(out.iterdir()))
                good &= same
                print(
                    f"on 2 Dask processes, {what.name}: {seconds:.2f} s, the bytes of each column "
                    + ("are the same" if same else "DIFFER")
                )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
