"""Write ``coast.npz``: ``python make_coast.py naturalearth_lowres.shp`` (needs pyogrio, shapely).

The lines are where the countries of Natural Earth meet the sea: 1:110 million, "Admin 0 -
Countries", in the public domain (https://www.naturalearthdata.com/about/terms-of-use). The file is
the one in ``geopandas/datasets/naturalearth_lowres/`` of the wheel of geopandas 0.14.4; its
populations are those of Natural Earth 5. Antarctica's coast has the grounding lines of the large
ice shelves.

Each line is kept as the differences of its vertices' coordinates, in hundredths of a degree: the
steps are small, so that they compress well.
"""

import sys
from pathlib import Path

import numpy as np
import pyogrio
import shapely

UNITS = 100  # in a degree: about 1 km, where the source is true to some 10 km


def coast(path):
    """Give the coast lines, as arrays of longitudes and latitudes in whole units."""
    countries = shapely.from_wkb(pyogrio.raw.read(path, columns=[])[2])
    land = shapely.union_all(countries)
    for ring in shapely.get_rings(shapely.get_parts(land)):
        whole = np.rint(shapely.get_coordinates(ring) * UNITS).astype(int)
        ends = np.stack([whole[:-1], whole[1:]], 1)
        lon, lat = np.abs(ends[:, :, 0]), ends[:, :, 1]
        # The map's own edges are no coast.
        cut = (lon == 180 * UNITS).all(1) | (lat == -90 * UNITS).any(1)
        start = int(np.argmax(cut))
        if cut.any():
            whole = np.roll(whole[:-1], -start - 1, 0)
            cut = np.roll(cut, -start - 1)
            pieces = np.split(whole, np.flatnonzero(cut) + 1)
        else:
            pieces = [whole]
        for piece in pieces:
            moved = np.ones(len(piece), bool)
            moved[1:] = (np.diff(piece, axis=0) != 0).any(1)
            if moved.sum() > 1:
                yield piece[moved]


def main(source):
    """Write the file beside this one."""
    lines = sorted(coast(source), key=len, reverse=True)
    steps = np.concatenate([np.diff(line, axis=0, prepend=0) for line in lines])
    out = Path(__file__).with_name("coast.npz")
    np.savez_compressed(
        out,
        sizes=np.array([len(line) for line in lines], "<i2"),
        lon=steps[:, 0].astype("<i2"),
        lat=steps[:, 1].astype("<i2"),
    )
    print(f"{out.name}: {len(lines)} lines, {len(steps)} vertices, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
