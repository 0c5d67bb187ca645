"""Which values the colours span, and the bar that shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from mortie.plot._frame import size_of

ROBUST = (2, 98)  # percentiles
FEW = 50  # with fewer cells, each may have its colour


def limit(collection: Any, norm: Any, vmin: float | None, vmax: float | None) -> str:
    """Set the limits of the colours, and say in words where they leave values out."""
    if isinstance(norm, Normalize) and (vmin is not None or vmax is not None):
        raise ValueError("norm has limits of its own: give vmin and vmax to it")
    collection.set_norm(norm)
    scale = collection.norm
    low = scale.vmin if vmin is None else vmin
    high = scale.vmax if vmax is None else vmax
    values = np.ma.getdata(collection.get_array())
    values = values[np.isfinite(values)]
    if isinstance(scale, LogNorm):
        values = values[values > 0]
        if not values.size:
            raise ValueError("logarithms need values above 0, and there are none")
    said = ""
    if values.size and (low is None or high is None):
        ends = values.min(), values.max()
        if values.size >= FEW:
            values = np.sort(values)
            places = np.array(ROBUST) / 100 * (values.size - 1)
            middle = values[np.rint(places).astype(int)]
            if middle[0] < middle[1]:
                cut = [low is None and middle[0] > ends[0], high is None and middle[1] < ends[1]]
                ends = tuple(middle)
                if any(cut):
                    said = _said(cut)
        low, high = (ends[0] if low is None else low), (ends[1] if high is None else high)
    collection.set_clim(low, high)
    return said


def _said(cut: list[bool]) -> str:
    if all(cut):
        return "colours span 2\N{EN DASH}98 % of cells"
    return (
        "colours span the upper 98 % of cells" if cut[0] else "colours span the lower 98 % of cells"
    )


def bar(axes: Any, collection: Any, label: str, whole: bool) -> None:
    """Draw the colour bar, not higher than the map, with arrows where values lie beyond it."""
    height, pad = 1.0, 0.05
    if not isinstance(axes.figure.get_layout_engine(), ConstrainedLayoutEngine):
        size, room = size_of(axes)
        height = size[1] / room[1]
        if height < 1:
            height *= 0.85  # the bar takes its width from that of the map
        pad = 0.12  # for names of parallels
    values = np.ma.getdata(collection.get_array())
    low, high = collection.get_clim()
    beyond = bool((values < low).any()), bool((values > high).any())
    drawn = axes.figure.colorbar(
        collection,
        ax=axes,
        extend={(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[beyond],
        ticks=MaxNLocator(integer=True) if whole and type(collection.norm) is Normalize else None,
        shrink=0.8 * height,
        aspect=20 * height,
        pad=pad,
    )
    drawn.set_label(label, size="small")
    drawn.ax.tick_params(labelsize="small")
    if isinstance(collection.norm, LogNorm) and high < 1e6 * low:
        drawn.set_ticks(LogLocator(subs=(1, 2, 5)), minor=False)
        drawn.set_ticks([], minor=True)
        drawn.formatter = FuncFormatter(_number)


def _number(value: float, _: int) -> str:
    return f"{value:,.6g}"
