"""The time of ``mortie.hdf5.read`` beside that of h5py alone, on files of ATL06's layout.

``python benchmarks/bench_hdf5.py`` makes files of 6 beams in a temporary folder, with the product's
chunks and compression, and reads their columns: by h5py, which leaves fill values as they are, and
by mortie. Both take turns, and the least time counts. It needs ``pip install 'mortie[hdf5]'``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

import mortie.hdf5

BEAMS = [f"gt{pair}{side}" for pair in "123" for side in "lr"]
NAMES = ("h_li", "latitude", "longitude", "delta_time", "segment_id", "atl06_quality_summary")
CHUNK = 10_000


def make(path: Path, rows: int) -> Path:
    """Write a file of so many points in each beam."""
    random = np.random.default_rng(6)
    with h5py.File(path, "w") as file:
        for beam in BEAMS:
            height = random.normal(2000, 100, rows).astype("f4")
            height[::50] = np.finfo("f4").max
            columns = (
                height,
                random.uniform(-88, -63, rows),
                random.uniform(-180, 180, rows),
                np.arange(rows) * 0.003,
                np.arange(rows, dtype="u4"),
                random.integers(0, 2, rows).astype("i1"),
            )
            for name, data in zip(NAMES, columns, strict=True):
                dataset = file.create_dataset(
                    f"{beam}/land_ice_segments/{name}",
                    data=data,
                    chunks=(min(CHUNK, rows),),
                    compression="gzip",
                    compression_opts=6,
                    shuffle=True,
                )
                if data.dtype == "f4":
                    dataset.attrs["_FillValue"] = np.finfo("f4").max
    return path


def by_h5py(path: Path) -> None:
    """Read the arrays alone."""
    with h5py.File(path) as file:
        for beam in BEAMS:
            for name in NAMES:
                file[f"{beam}/land_ice_segments/{name}"][:]


def by_mortie(path: Path) -> None:
    """Read an Arrow table."""
    mortie.hdf5.read(path, "gt*/land_ice_segments", columns=NAMES)


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000, help="points in each beam of a file")
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    times: dict[str, list[float]] = {"h5py": [], "mortie": []}
    with tempfile.TemporaryDirectory() as folder:
        paths = [make(Path(folder, f"{i}.h5"), options.rows) for i in range(options.files)]
        for _ in range(options.turns):
            for name, function in (("h5py", by_h5py), ("mortie", by_mortie)):
                start = time.perf_counter()
                for path in paths:
                    function(path)
                times[name].append(time.perf_counter() - start)
    points = options.files * options.rows * len(BEAMS)
    best = {name: min(several) for name, several in times.items()}
    for name, seconds in best.items():
        print(f"{name:7} {seconds:6.3f} s, {seconds / points * 1e9:5.0f} ns a point")
    print(f"mortie takes {best['mortie'] / best['h5py']:.2f} times as long as h5py")


if __name__ == "__main__":
    main()
