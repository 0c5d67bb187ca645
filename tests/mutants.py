"""Mutation testing: break the program in one small place, and see whether a test notices.

    python tests/mutants.py csrc/index/morton.hpp csrc/index/healpix.hpp
    python tests/mutants.py --sample 40 mortie/*.py mortie/_cli/*.py

universalmutator makes the mutants. Those that don't compile, and those that differ in comments,
docstrings or annotations alone, are left out. The tests run on copies: the checkout and the
installed package stay as they are. What survives is shown, and is the exit code's concern.
"""

import argparse
import ast
import difflib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import mortie

ROOT = Path(__file__).parents[1]
# The tests that know a file, the quick ones first; the first match counts.
TESTS = {
    r"csrc/": "latlon healpy digits values tools ufunc",
    r"mortie/_cli/|mortie/__main__": "cli bad_input",
    r"mortie/(_backend|demo|__init__)": "package kernels",
    r"mortie/(_jit|_numba)": "numba jit package",
    r"mortie/(missing|astropy)": "missing bad_input ecosystem dask",
    r"mortie/plot": "plot",
    r"mortie/tools": "tools bad_input ecosystem",
    r"mortie/vaex": "vaex",
}
GTEST = ["-lgtest_main", "-lgtest"]
CXX = ["g++", "-std=c++20", "-O1", "-ffp-contract=off"]


def main():
    """Try the mutants of files, and say how many each test suite killed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, metavar="N", help="at most N mutants of each file")
    parser.add_argument("--seed", type=int, default=1, help="of the sample; default 1")
    options = parser.parse_args()
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        kept = shutil.ignore_patterns(".git", ".nox", ".venv", "build", "__pycache__")
        shutil.copytree(ROOT, work / "checkout", ignore=kept)
        # Python finds this copy of the package before the installed one.
        shutil.copytree(Path(mortie.__file__).parent, work / "site" / "mortie")
        for file in options.files:
            name = file.resolve().relative_to(ROOT).as_posix()
            kill = Native(work, name) if name.endswith("hpp") else Python(work, name)
            original = file.read_text(encoding="utf-8")
            all_of_them = mutants(file, original, kill.meaning)
            random.seed(options.seed)
            some = random.sample(all_of_them, min(len(all_of_them), options.sample or 10**9))
            results = dict.fromkeys(("invalid", "killed", "survived"), 0)
            for mutant in some:
                result = kill(mutant)
                results[result] += 1
                if result == "survived":
                    print(difference(original, mutant), flush=True)
            kill(original)  # leaves the copies as they were
            survived += results["survived"]
            print(f"{name}: {len(all_of_them)} mutants, {len(some)} tried:", results, flush=True)
    return survived > 0


def mutants(file, original, meaning):
    """Give the mutants of a file that mean something, and each thing once."""
    with tempfile.TemporaryDirectory() as folder:
        language = "cpp" if file.suffix == ".hpp" else "python"
        command = ["mutate", str(file), language, "--noCheck", "--mutantDir", folder]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        texts = [path.read_text(encoding="utf-8") for path in sorted(Path(folder).iterdir())]
    meanings = {meaning(text): text for text in texts}
    meanings.pop(meaning(original), None)
    meanings.pop(None, None)
    return list(meanings.values())


def difference(original, mutant):
    """Show the lines that differ."""
    lines = difflib.unified_diff(original.splitlines(), mutant.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in list(lines)[2:])


class Python:
    """Tries mutants of a Python file."""

    def __init__(self, work, name):
        self.target = work / "site" / name
        self.environment = os.environ | {
            "PYTHONPATH": str(work / "site"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        tests = next(tests for pattern, tests in TESTS.items() if re.match(pattern, name))
        self.command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        self.command += [f"tests/test_{test}.py" for test in tests.split()]
        self.checkout = work / "checkout"

    @staticmethod
    def meaning(text):
        """Give what Python makes of a text, None if it is none; without what it only keeps."""
        try:
            tree = ast.parse(text)
        except SyntaxError:
            return None
        for node in ast.walk(tree):
            for field in ("annotation", "returns"):
                if getattr(node, field, None):
                    setattr(node, field, ast.Constant(0))
            match getattr(node, "body", None):
                case [ast.Expr(ast.Constant(str())) as docstring, *_]:
                    docstring.value = ast.Constant("")
        return ast.dump(tree)

    def __call__(self, mutant):
        """Return whether a mutant was killed."""
        self.target.write_text(mutant, encoding="utf-8")
        return "survived" if self.passes(self.command, 400) else "killed"

    def passes(self, command, seconds, **environment):
        """Run a command; a mutant may well not end."""
        try:
            return not subprocess.run(
                command,
                cwd=self.checkout,
                env=self.environment | environment,
                capture_output=True,
                timeout=seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return False


class Native(Python):
    """Tries mutants of a C++ header: by the C++ tests, then in the package's scalar kernels."""

    def __init__(self, work, name):
        super().__init__(work, name)
        self.target = self.checkout / name
        self.build = ["meson", "setup", "build", "-Dtests=disabled"]
        subprocess.run(self.build, cwd=self.checkout, stdout=subprocess.DEVNULL, check=True)
        self.extension = next(iter((work / "site" / "mortie").glob("_native.*[od]")))
        (self.checkout / "all.hpp").write_text("#include <gtest/gtest.h>\n#include <random>\n")
        subprocess.run([*CXX, "-xc++-header", "all.hpp"], cwd=self.checkout, check=True)

    @staticmethod
    def meaning(text):
        """Give the text without comments and spaces."""
        command = ["g++", "-E", "-P", "-fpreprocessed", "-w", "-xc++", "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        return done.stdout

    def __call__(self, mutant):
        """Return whether a mutant was killed, if it is C++."""
        self.target.write_text(mutant, encoding="utf-8")
        command = [*CXX, "-Icsrc", "-include", "all.hpp"]
        sources = [f"tests/cpp/test_{name}.cpp" for name in ("morton", "healpix")]
        done = subprocess.run(
            [*command, *sources, *GTEST, "-o", "cpp_tests"],
            cwd=self.checkout,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return "killed" if "static assertion failed" in done.stderr else "invalid"
        if not self.passes(["./cpp_tests"], 20):
            return "killed"
        if not self.passes(["ninja", "-C", "build"], 300):
            return "invalid"
        shutil.copy(next(iter((self.checkout / "build").glob(self.extension.name))), self.extension)
        passed = self.passes(self.command, 400, MORTIE_KERNEL="scalar")
        return "survived" if passed else "killed"


if __name__ == "__main__":
    sys.exit(main())
