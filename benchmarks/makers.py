"""What is measured side by side: ``fastNorm2Mort`` as several makers have it.

``np.add(normed, parents)`` moves the same bytes and does next to nothing with them: the limit.
"""

import importlib.util
import os
import sys
from pathlib import Path

LIMIT = "np.add"
HEALPY = "healpy"
NATIVE = "mortie"
FALLBACK = "numba, our fallback"
NUMBA = "numba, mortie 0.3.1"
RUST = "Rust, mortie 0.4.0"
RUST_1 = "Rust, mortie 1.0.0"

# Where `nox -s benchmarks` installs the published versions.
PUBLISHED = os.environ.get("PUBLISHED_MORTIE")
# A forced kernel is compared with the limit alone.
NAMES = [LIMIT, NATIVE]
if not os.environ.get("MORTIE_KERNEL"):
    NAMES += [FALLBACK, NUMBA, RUST] if PUBLISHED else [FALLBACK]


def load(name):
    """Import what is needed for one maker, and nothing else."""
    if name == LIMIT:
        import numpy as np

        return np.add
    if name == NATIVE:
        import mortie

        return mortie.fastNorm2Mort
    if name == FALLBACK:
        from mortie import _numba

        return _numba.ufunc("fastNorm2Mort")
    if name == NUMBA:
        return published("0.3.1/mortie/tools.py").fastNorm2Mort
    return published("0.4.0/mortie_rs/__init__.py").fast_norm2mort


def arguments(name, order, normed, parents, out):
    """Give what a maker's function takes: the Rust one makes its own output."""
    if name == LIMIT:
        return normed, parents, out
    if name == RUST:
        return order, normed, parents
    return order, normed, parents, out


def published(path):
    """Import a published mortie under its own name, and then give that back to ours."""
    file = Path(PUBLISHED) / path

    def take_away():
        names = [name for name in sys.modules if name.partition(".")[0] == "mortie"]
        return {name: sys.modules.pop(name) for name in names}

    ours = take_away()
    spec = importlib.util.spec_from_file_location(
        "mortie", file, submodule_search_locations=[str(file.parent)]
    )
    sys.modules["mortie"] = module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    finally:
        take_away()
        sys.modules.update(ours)
    return module
