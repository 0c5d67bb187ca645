"""Write synthetic ATL06 granules: ``python examples/atl06.py granules --files 12``.

ATL06 holds the heights of land ice that ICESat-2 measures, along six beams at once. These files
have the layout of the product: names, types, units, fill values, chunks and compression. The orbit
is a circle of 92 degrees inclination over a turning Earth, and the ice a smooth dome with noise,
that nobody takes for Antarctica's. It needs h5py.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import h5py
import numpy as np

BEAMS = [f"gt{pair}{side}" for pair in "123" for side in "lr"]
OFFSETS = np.array([-3345, -3255, -45, 45, 3255, 3345]) / 111_200  # degrees beside the track
INCLINATION = np.radians(92.0)
PERIOD = 94.22 * 60  # seconds, of an orbit
DAY = 86_164.0  # seconds, of a turn of the Earth under the stars
FILL = np.finfo(np.float32).max
LATITUDE = -60.0  # tracks begin and end there


def track(pass_number: int, points: int, offset: float) -> tuple[np.ndarray, ...]:
    """Give latitudes, longitudes and times of one beam's way over Antarctica."""
    # The part of the orbit that lies south of LATITUDE, as angles from the northward node.
    reach = np.arcsin(np.sin(np.radians(LATITUDE)) / np.sin(INCLINATION))
    along = np.linspace(np.pi - reach, 2 * np.pi + reach, points)
    across = np.radians(offset)
    # In the frame of the orbit, then turned by its inclination.
    x, y, z = np.cos(along) * np.cos(across), np.sin(along) * np.cos(across), np.sin(across)
    y, z = (
        y * np.cos(INCLINATION) - z * np.sin(INCLINATION),
        y * np.sin(INCLINATION) + z * np.cos(INCLINATION),
    )
    seconds = pass_number * PERIOD + along / (2 * np.pi) * PERIOD
    lon = np.degrees(np.arctan2(y, x)) - 360 * seconds / DAY
    return np.degrees(np.arcsin(z)), (lon + 180) % 360 - 180, seconds


def ice(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Give heights of an ice sheet that there isn't, NaN where there is sea."""
    x, y = (90 + lat) * np.sin(np.radians(lon)) - 6, (90 + lat) * np.cos(np.radians(lon)) - 1
    far, side = np.hypot(x, y), np.arctan2(x, y)  # from its summit
    rim = 17 + 2.0 * np.sin(2 * side - 0.5) + 1.5 * np.cos(5 * side)
    return 4000 * np.sqrt(np.where(far < rim, 1 - (far / rim) ** 2, np.nan))


def write(path: Path, pass_number: int, points: int) -> None:
    """Write one granule."""
    random = np.random.default_rng(pass_number)
    with h5py.File(path, "w") as file:
        file.attrs["short_name"] = "ATL06"
        for beam, offset in zip(BEAMS, OFFSETS, strict=True):
            lat, lon, seconds = track(pass_number, points, offset)
            truth = ice(lat, lon)
            land = np.isfinite(truth)
            lat, lon, seconds, truth = lat[land], lon[land], seconds[land], truth[land]
            if not len(lat):  # as in the product, where a beam may have nothing
                continue
            height = truth + random.normal(0, 5, len(lat))
            cloudy = np.convolve(random.random(len(lat)) < 0.002, np.ones(40), "same") > 0
            height[cloudy] = FILL
            quality = (cloudy | (random.random(len(lat)) < 0.02)).astype("i1")
            columns = {
                "latitude": (
                    lat,
                    {"units": "degrees_north", "valid_min": -90.0, "valid_max": 90.0},
                ),
                "longitude": (
                    lon,
                    {"units": "degrees_east", "valid_min": -180.0, "valid_max": 180.0},
                ),
                "h_li": (
                    height.astype("f4"),
                    {"units": "meters", "long_name": "Land Ice height", "_FillValue": FILL},
                ),
                "h_li_sigma": (
                    np.where(cloudy, FILL, random.gamma(4, 0.01, len(lat))).astype("f4"),
                    {"units": "meters", "long_name": "Expected RMS error", "_FillValue": FILL},
                ),
                "atl06_quality_summary": (
                    quality,
                    {"flag_meanings": "best_quality potential_problem"},
                ),
                "segment_id": (np.flatnonzero(land).astype("u4") + 1_000_000, {}),
                "delta_time": (seconds, {"units": "seconds since 2018-01-01"}),
            }
            group = file.create_group(f"{beam}/land_ice_segments")
            for name, (data, attributes) in columns.items():
                dataset = group.create_dataset(
                    name, data=data, chunks=(min(len(data), 10_000),), compression=6, shuffle=True
                )
                dataset.attrs.update(attributes)


def main() -> None:
    """Write the files that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--points", type=int, default=3000, help="of each beam, sea included")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for number in range(options.files):
        write(options.folder / f"ATL06_{number + 1:04d}.h5", 7 * number, options.points)


if __name__ == "__main__":
    main()
