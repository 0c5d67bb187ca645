"""Encode 1.2 million Antarctic-like points and check them.

Some are checked against exact arithmetic; then the rate is shown.

examples:
  mortie demo
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import mortie
from mortie import tools

__all__ = ["arguments", "run"]

POINTS = 1_200_000
SAMPLE = 1_000


def antarctic_points(n: int, seed: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Give n latitudes and longitudes, dense towards the pole as satellite tracks are."""
    random = np.random.default_rng(seed)
    return random.uniform(-88, -63, n), random.uniform(-180, 180, n)


def by_hand(nest: int) -> int:
    """Write the index of an order-18 pixel digit by digit, in exact integers."""
    parent, normed = divmod(nest, 4**18)
    sign, cell = (1, parent + 1) if parent < 6 else (-1, parent - 5)
    digits = [str(normed // 4**level % 4 + 1) for level in reversed(range(18))]
    return sign * int(str(cell) + "".join(digits))


def arguments(command: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Encode the points, check and time it; return the exit code."""
    lats, lons = antarctic_points(POINTS)
    nest = tools.geo2uniq(lats, lons) - 4 * 4**18
    parents = nest >> 36
    normed = tools.heal_norm(parents, 18, nest)

    morton = np.empty_like(nest)
    seconds = []
    for _turn in range(7):
        start = time.perf_counter()
        mortie.fastNorm2Mort(18, normed, parents, out=morton)
        seconds.append(time.perf_counter() - start)

    sample = np.linspace(0, POINTS - 1, SAMPLE, dtype=int)
    wrong = sum(int(morton[i]) != by_hand(int(nest[i])) for i in sample)

    print(f"mortie {mortie.__version__}, backend {mortie.backend()}")
    print(f"{POINTS:,} Antarctic points encoded at order 18 in {min(seconds) * 1e3:.2f} ms:")
    print(f"{POINTS / min(seconds) / 1e6:,.0f} million points a second on one core")
    print(f"{SAMPLE - wrong:,} of {SAMPLE:,} sampled indices equal exact arithmetic")
    for i in sample[:: SAMPLE // 4]:
        print(f"  {lats[i]:9.5f}° {lons[i]:10.5f}°  ->  {morton[i]:20d}")
    return 1 if wrong else 0
