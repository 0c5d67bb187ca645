"""The processors' time of ``mortie count`` beside DuckDB: ``python benchmarks/bench_count.py``.

Both count the rows of one Parquet file of 20 million points by cell, sorted by index, into another
one, each in a process of its own with one thread, in turns; the least of many times counts.

It needs ``pip install 'mortie[cli]' duckdb``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from bench_cli import make, measure

DUCKDB = (
    "import duckdb, sys; source, target, power = sys.argv[1:]; "
    "duckdb.execute('SET threads = 1; SET enable_progress_bar = false'); "
    "cell = 'morton' if power == '1' else f'morton // {power}'; "
    "duckdb.execute(f'''COPY (SELECT {cell} AS morton, count(*) AS count FROM '{source}' "
    "GROUP BY 1 ORDER BY 1) TO '{target}' (FORMAT parquet)''')"
)


def main() -> int:
    """Measure and print; return 1 if the counts differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=10, help="times that each is run")
    parser.add_argument("--folder", help="where the temporary folder is made")
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        points, indexed, ours, theirs = (
            str(Path(name, f"{stem}.parquet")) for stem in ("points", "indexed", "ours", "theirs")
        )
        make(Path(name), options.rows)
        mortie = (sys.executable, "-m", "mortie")
        subprocess.run([*mortie, "encode", points, "-o", indexed], check=True)
        for order in (10, 18):
            count = (*mortie, "count", indexed, "--order", str(order), "-o", ours, "--force")
            group = (sys.executable, "-c", DUCKDB, indexed, theirs, str(10 ** (18 - order)))
            times = [(measure(*count)[1], measure(*group)[1]) for _ in range(options.rounds)]
            same = pq.read_table(ours).columns == pq.read_table(theirs).columns
            good &= same
            mine, other = map(min, zip(*times, strict=True))
            print(
                f"order {order}: mortie count {mine:.2f} s of processors, DuckDB {other:.2f} s, "
                f"{mine / other:.2f} x; counts {'are the same' if same else 'DIFFER'}"
            )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
