"""What is measured side by side: ``fastNorm2Mort`` as several makers have it.

``np.add(normed, parents)`` moves the same bytes and does next to nothing with them: the limit.
"""

import importlib.util
import os
import sys
from pathlib import Path

LIMIT = "np.add"
NATIVE = "mortie"
FALLBACK = "numba, our fallback"
NUMBA = "numba, mortie 0.3.1"
RUST = "Rust, mortie 0.4.0"

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

        return _numba.fastNorm2Mort
    if name == NUMBA:
        return _published("0.3.1/mortie/tools.py").fastNorm2Mort
    return _published("0.4.0/mortie_rs/__init__.py").fast_norm2mort


def arguments(name, order, normed, parents, out):
    """Give what a maker's function takes: the Rust one makes its own output."""
    if name == LIMIT:
        return normed, parents, out
    if name == RUST:
        return order, normed, parents
    return order, normed, parents, out


def _published(path):
    """Import a published mortie under a name that leaves ours alone."""
    file = Path(PUBLISHED) / path
    spec = importlib.util.spec_from_file_location(
        "published", file, submodule_search_locations=[str(file.parent)]
    )
    sys.modules["published"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
