"""Everything that is checked, as sessions of nox; ``nox --list`` names them.

Here are those that one runs often; nox_rare.py has the others.
"""

import re
import shutil
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests", "cpp", "lint"]


@nox.session
def tests(session):
    """Run pytest on the Python that runs nox, but for the tests that are marked as slow."""
    session.install(".[test]", "nox", "meson>=1.4", "ninja")
    install_peers(session)
    session.run("pytest", "-n", "auto", "-m", "not slow", *session.posargs)


@nox.session
def slow(session):
    """Run the tests that are marked as slow."""
    session.install(".[test]", "mypy", "pyright[nodejs]")
    install_peers(session)
    session.run("pytest", "-n", "auto", "-m", "slow", *session.posargs)


@nox.session
def fallback(session):
    """Run pytest with the numba fallback; ``-- lowest`` with the lowest numba and NumPy (3.10)."""
    lowest = session.posargs == ["lowest"]
    session.install(".[test]", *(LOWEST["3.10"] if lowest else []))
    session.run(
        *("pytest", "-n", "auto", *([] if lowest else session.posargs)),
        env={"MORTIE_FORCE_NUMBA": "1"},
    )


@nox.session
def cpp(session):
    """Run the C++ tests."""
    cpp_tests(session, "build", "-Dbuildtype=release")


@nox.session
def lint(session):
    """Run every pre-commit hook on every file."""
    session.install("pre-commit")
    session.run("pre-commit", "run", "--all-files", "--show-diff-on-failure")


@nox.session
def editable(session):
    """See that an editable install follows the sources, and runs from the checkout's folder."""
    session.install("meson-python>=0.18", "meson>=1.4", "ninja", "numpy>=2", "pip")
    copy = Path(session.create_tmp(), "checkout").resolve()
    shutil.rmtree(copy, ignore_errors=True)
    for name in ("csrc", "mortie", "subprojects", "tests"):
        shutil.copytree(name, copy / name)
    for name in ("LICENSE", "README.md", "meson.build", "meson.options", "pyproject.toml"):
        shutil.copy(name, copy)
    session.chdir(copy)
    session.run("python", "-m", "pip", "install", "-q", "--no-build-isolation", "-e", ".")
    session.run("python", "-m", "mortie", "demo")
    Path("mortie/added.py").write_text("from mortie import kernel\n")
    source = Path("csrc/kernels/scalar.cpp")
    source.write_text(source.read_text().replace('"scalar"', '"edited"'))
    told = session.run(
        *("python", "-c", "import mortie.added; print(mortie.added.kernel())"),
        env={"MORTIE_KERNEL": "edited"},
        silent=True,
    )
    if told.split()[-1] != "edited":
        session.error(f"the edited kernel is not in use, but {told}")


@nox.session(python=["3.11", "3.13"])
def ecosystem(session):
    """Run the tests with other packages; on 3.11 with vaex, which keeps some of them old."""
    packages = ECOSYSTEM + ([VAEX] if session.python == "3.11" else [])
    session.install(".[test]", *packages)
    modules = [re.match("[a-z]+", package)[0] for package in packages]
    session.run("python", "-W", "ignore", "-c", f"import {', '.join(modules)}")  # so no test skips
    names = ("columns", "ecosystem", "expressions", "dask", "plot", "vaex")
    tests = [f"tests/test_{name}.py" for name in names]
    session.run("pytest", *tests[: 6 if session.python == "3.11" else 5], *session.posargs)


@nox.session
def docs(session):
    """Build the documentation, and hold its migration notes against the old versions."""
    session.install(".[docs,numba]", "healpy", "hypothesis", "pytest")
    session.run("sphinx-build", "-W", "--keep-going", "-n", "-E", "docs", "build/docs")
    published = Path(session.create_tmp()).resolve() / "published"
    install_published(session, published, "0.1.0", "0.3.1")
    session.run("pytest", "tests/test_migration.py", env={"PUBLISHED_MORTIE": str(published)})


@nox.session
def notebook(session):
    """Make the notebook anew from the tutorial, and run it."""
    session.install(".[dask,hdf5,plot,regions]", "ipykernel", "nbclient")
    session.run("python", "docs/notebook.py")


@nox.session(python=["3.11"])  # that of vaex
def coverage(session):
    """Count the lines and branches of C++ and Python that the tests run; fewer than 98 % fail."""
    instrumented = ["-Db_coverage=true", "-Dbuildtype=debug"]
    instrumented += ["-Dcpp_args=-fprofile-update=atomic"]  # for threads
    build = Path("build/coverage").resolve()
    shutil.rmtree(build, ignore_errors=True)
    session.install("coverage>=7.10", "gcovr", *ECOSYSTEM, VAEX)
    session.install("meson-python", "meson>=1.4", "ninja", "numpy>=2")
    session.install(
        # gcovr wants to see NumPy's headers where they were.
        *("--no-build-isolation", ".[test]", f"-Cbuild-dir={build}/extension"),
        *(f"-Csetup-args={option}" for option in instrumented),
    )
    # These see what coverage does to Python, and that this build is slow.
    without = ["--ignore=tests/test_isolation.py", "-k", "not subinterpreter and not interrupt"]
    session.run("coverage", "run", "-m", "pytest", "-n", "auto", *without, *session.posargs)
    cpp_tests(session, "coverage", *instrumented)
    session.run(
        *("gcovr", "--filter", "csrc/", "--txt", "-", "--print-summary", "--merge-lines"),
        *("--exclude-throw-branches", "--exclude-unreachable-branches"),
        # Without memory to make a ufunc NumPy itself ends; and processors are what they are.
        *("--exclude-branches-by-pattern", r".*(nullptr|status|API\(\) < 0|add_ufunc\(|has\().*"),
        *("--fail-under-line", "98", "--fail-under-branch", "98"),
        *(str(build), session.create_tmp() + "/coverage"),
    )
    session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session
def benchmarks(session):
    """Measure, then write the tables and the picture; with ``-- --short`` only see that it runs."""
    session.install(".[numba]", "pytest-benchmark", "py-cpuinfo", "matplotlib")
    session.install("astropy-healpix", "cdshealpix", "healpix-geo", "healpy")
    work = Path(session.create_tmp()).resolve()
    install_published(session, work / "published", "0.3.1", "0.4.0", "1.0.0")
    # The ImportError for an unknown kernel ends with the names of those that run here.
    refusal = session.run(
        *("python", "-c", "import mortie"),
        env={"MORTIE_KERNEL": "?"},
        success_codes=[1],
        silent=True,
    )
    _, *slower = refusal.strip().rpartition("supports ")[2].split(", ")
    results = []
    for kernel in ["", *slower]:
        results.append(str(work / f"{kernel or 'fastest'}.json"))
        session.run(
            *("pytest", "-q", "-c", "benchmarks/pytest.ini", "benchmarks"),
            *(f"--benchmark-json={results[-1]}", *session.posargs),
            env={"MORTIE_KERNEL": kernel, "PUBLISHED_MORTIE": str(work / "published")},
        )
    folder = Path.cwd()
    if "--short" in session.posargs:
        folder = work
        (work / "benchmarks").mkdir(exist_ok=True)
        shutil.copy("README.md", work)
    session.run("python", "benchmarks/report.py", str(folder), *results)


# At the end, so that those above are listed first.
sys.path.append(str(Path(__file__).parent))
from nox_rare import (  # noqa: E402
    ECOSYSTEM,
    LOWEST,
    VAEX,
    cpp_tests,
    install_peers,
    install_published,
)
