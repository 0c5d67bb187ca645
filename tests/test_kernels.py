"""Which kernels run, and that every one of them passes the tests of the numbers and the ufuncs."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

import mortie

pytestmark = pytest.mark.thread_unsafe(reason="each test is another process")
HERE = Path(__file__).parent
NAMES = ["avx512", "avx2", "neon", "scalar"]


def run(kernel, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"MORTIE_KERNEL": kernel},
        capture_output=True,
        text=True,
        check=False,
    )


def supported():
    """Ask the operating system, not mortie."""
    if platform.machine() in ("arm64", "aarch64"):
        return ["neon", "scalar"]
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        pytest.skip("only Linux shows the features of an x86 processor in /proc/cpuinfo")
    flags = set(cpuinfo.read_text().split())
    needed = {
        "avx512": {"avx512f", "avx512bw", "avx512dq", "avx512ifma", "avx512_vnni", "avx512vbmi"},
        "avx2": {"avx2", "fma"},
        "scalar": set(),
    }
    return [name for name, features in needed.items() if features <= flags]


def test_the_fastest_is_chosen():
    assert mortie.kernel() == os.environ.get("MORTIE_KERNEL", supported()[0])


@pytest.mark.parametrize("kernel", NAMES)
def test_forced(kernel):
    done = run(kernel, "-c", "import mortie; print(mortie.kernel(), mortie.backend())")
    if kernel in supported():
        assert (done.stdout, done.stderr) == (f"{kernel} native\n", "")
    else:
        assert done.stderr.endswith(
            f"ImportError: MORTIE_KERNEL is '{kernel}', but this machine supports "
            f"{', '.join(supported())}\n"
        )


def test_unknown():
    done = run("sse9", "-c", "import mortie")
    assert done.returncode == 1
    assert "ImportError: MORTIE_KERNEL is 'sse9', but this machine supports " in done.stderr


def test_a_kernel_s_name_is_harmless_to_a_terminal():
    code = "import mortie"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "MORTIE_KERNEL": "\x1b[31m\n\udce9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert r"ImportError: MORTIE_KERNEL is '\x1b[31m\n\udce9', but this machine" in done.stderr


def test_empty_means_the_fastest():
    done = run("", "-c", "import mortie; print(mortie.kernel())")
    assert done.stdout.strip() == supported()[0]


@pytest.mark.slow
@pytest.mark.parametrize("kernel", NAMES)
def test_every_kernel(kernel):
    if kernel not in supported():
        pytest.skip(f"this machine does not have {kernel}")
    names = ("values", "ufunc", "digits", "latlon", "flags", "cells")
    tests = [str(HERE / f"test_{name}.py") for name in names]
    done = run(kernel, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert done.returncode == 0, done.stdout + done.stderr
