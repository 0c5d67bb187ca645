"""Draw the maps of the pages: ``python docs/pictures.py`` writes them beside itself.

It needs ``pip install 'mortie[plot,regions]'``.
"""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import mortie
import mortie.plot

# A lake shore, a drainage basin and a satellite's track that are nobody's: latitudes, longitudes.
LAKE = (
    [-77.30, -77.42, -77.72, -77.78, -77.60, -77.45],
    [161.4, 163.1, 163.0, 161.8, 161.3, 162.0],
)
BASIN = (
    [-70.5, -71.0, -73.5, -77.0, -81.0, -84.5, -86.0, -82.0, -78.0, -74.0],
    [39.0, 47.0, 52.0, 58.0, 66.0, 60.0, 20.0, 14.0, 22.0, 31.0],
)
# Basins on both of its sides, which share its divides.
WEST = (
    [-82.0, -78.0, -74.0, -70.5, -69.8, -70.4, -71.5, -75.0, -80.0],
    [14.0, 22.0, 31.0, 39.0, 28.0, 16.0, 5.0, -4.0, -12.0],
)
EAST = (
    [-71.0, -73.5, -77.0, -81.0, -80.5, -76.0, -71.0, -68.0, -67.5],
    [47.0, 52.0, 58.0, 66.0, 88.0, 92.0, 86.0, 72.0, 58.0],
)
TRACK = ([-79.2, -77.2], [157.0, 165.5])
FILL = {"cmap": mpl.colors.ListedColormap(["#9ecae1"]), "edgecolors": "#4a7fa5", "coast": False}


def antarctica():
    """Draw how often a satellite passes whose orbit is inclined by 92 degrees, as ICESat-2's."""
    inclination = np.radians(92)
    turn = np.linspace(0, 2 * np.pi, 150_000, endpoint=False)
    lat = np.degrees(np.arcsin(np.sin(inclination) * np.sin(turn)))
    along = np.degrees(np.arctan2(np.cos(inclination) * np.sin(turn), np.cos(turn)))
    # The Earth turns below; each row is a revolution.
    lon = along - 360 * (94.2 / 1436.07) * (np.arange(90)[:, None] + turn / (2 * np.pi))
    lat, lon = np.broadcast_arrays(lat, lon)
    south = lat < -60
    figure = plt.figure(figsize=(5.6, 4.8), layout="compressed")
    mortie.plot.cells(mortie.latlon2mort(7, lat[south], lon[south]), norm="log")
    return figure


def modes():
    """Draw the four modes side by side."""
    figure, axes = plt.subplots(1, 4, figsize=(9.6, 2.9), layout="compressed")
    everything = mortie.cover(LAKE, 10)
    for ax, mode in zip(axes, ("overlap", "centre", "within", "boundary"), strict=True):
        # The same limits for all: those of the most cells.
        mortie.plot.cells(
            everything,
            ax=ax,
            projection="plate-carree",
            cmap=mpl.colors.ListedColormap(["white"]),
            edgecolors="0.85",
            coast=False,
        )
        cells = mortie.cover(LAKE, 10, mode=mode)
        mortie.plot.cells(cells, ax=ax, **FILL)
        mortie.plot.regions(LAKE, ax=ax)
        ax.set(title=f'"{mode}": {len(cells)} cells', xlabel="", xticks=[], yticks=[])
        ax.title.set_fontsize("medium")
        for artist in list(ax.artists):  # one bar of scale is enough
            if ax is not axes[0]:
                artist.remove()
    return figure


def basin():
    """Draw a basin, covered with cells of one order and of mixed ones."""
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.6), layout="compressed")
    for ax, mixed in zip(axes, (False, True), strict=True):
        cells = mortie.cover(BASIN, 7, mixed=mixed)
        mortie.plot.cells(
            cells,
            mortie.mort2order(cells) if mixed else None,
            ax=ax,
            colorbar=False,
            cmap="Blues_r",
            vmin=1,
            vmax=9,
            edgecolors="#4a7fa5",
        )
        mortie.plot.regions(BASIN, ax=ax)
        ax.set_title(
            f"{'mixed=True' if mixed else 'order 7'}: {len(cells)} cells", fontsize="medium"
        )
    return figure


def track():
    """Draw the cells that a track passes, with numbers in their order."""
    figure, ax = plt.subplots(figsize=(6.4, 4.2), layout="compressed")
    cells, _, _ = mortie.track(*TRACK, 7)
    mortie.plot.cells(cells, ax=ax, projection="plate-carree", **FILL)
    line = {"type": "LineString", "coordinates": list(zip(TRACK[1], TRACK[0], strict=True))}
    mortie.plot.regions(line, ax=ax)
    lat, lon = mortie.mort2latlon(cells)
    for number, (x, y) in enumerate(zip(*mortie.plot.project(lat, lon, ax), strict=True)):
        ax.text(x, y, number, ha="center", va="center", fontsize="small", zorder=4)
    ax.set_xlabel("")
    return figure


def located():
    """Draw points in the colours of the basins that hold them."""
    figure, ax = plt.subplots(figsize=(6.4, 4.2), layout="compressed")
    basins = mortie.Regions([WEST, BASIN, EAST])
    mortie.plot.regions(basins, ax=ax)
    random = np.random.default_rng(1)
    lat = -np.degrees(np.arcsin(random.uniform(np.sin(np.radians(65)), 1, 20_000)))
    lon = random.uniform(-180, 180, len(lat))
    place = basins.locate(lat, lon)
    x, y = mortie.plot.project(lat, lon, ax)
    limits = ax.axis()
    for k, colour in enumerate(["0.75", "tab:orange", "tab:blue", "tab:green"]):
        inside = place == k - 1
        label = f"{k - 1}: {np.count_nonzero(inside):,} points" if k else "-1: no region"
        ax.scatter(x[inside], y[inside], s=3, color=colour, linewidths=0, label=label)
    ax.axis(limits)
    figure.legend(loc="outside right upper", markerscale=3)
    return figure


PICTURES = {f"{draw.__name__}.png": draw for draw in (antarctica, basin, located, modes, track)}

if __name__ == "__main__":
    mpl.use("agg")
    for name, draw in PICTURES.items():
        draw().savefig(Path(__file__).with_name(name), dpi=100, metadata={"Software": None})
