"""What mypy and pyright make of calls of the ufuncs, and what `inspect` and `help` show of them."""

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mortie

STUB = Path(mortie._backend.__file__).with_name("_native.pyi")
UFUNCS = {name: f for name, f in vars(mortie).items() if isinstance(f, np.ufunc)}

RIGHT = """
import numpy as np
from numpy.typing import NDArray
import mortie

class Column:
    def __array_ufunc__(self, ufunc: object, method: str, *inputs: object, **kw: object) -> int:
        return 0

floats: NDArray[np.float64] = np.zeros(2)
ints: NDArray[np.int64] = np.ones(2, np.int64)
a: np.int64 = mortie.latlon2mort(18, 1.0, 2)
b: NDArray[np.int64] = mortie.latlon2mort(18, [1.0], 2)
c: Column = mortie.latlon2mort(18, Column(), 2.0)
d: tuple[np.float64, np.float64] = mortie.mort2latlon(12)
e: np.bool_ = mortie.is_mort(12)
f: np.uint64 = mortie.mort2word(12)
g: tuple[NDArray[np.float64], NDArray[np.float64]] = mortie.mort2vertices(12)
h: NDArray[np.int64] = mortie.mort_neighbours(12)
i: np.ufunc = mortie.clip_mort
mortie.clip_mort(3, ints, out=ints, where=ints > 3)
mortie.nullable(mortie.latlon2mort)
"""
WRONG = [
    'mortie.latlon2mort("x")',
    "mortie.latlon2mort(18, lat=1, lon=2)",
    'mortie.latlon2mort(18, "x", 0.0)',
    "mortie.latlon2mort(18.5, 1.0, 0.0)",
    "mortie.latlon2mort(18, 1j, 0.0)",
    "mortie.mort2order(1.5)",
    "mortie.mort2latlon(12, 13, 14)",
    'mortie.geodetic2authalic("x")',
    "x: float = mortie.mort2order(12)",
]


@pytest.fixture
def checked(tmp_path):
    """Copy the package's sources, as no type checker finds an editable one."""
    shutil.copytree(
        STUB.parent, tmp_path / "mortie", ignore=shutil.ignore_patterns("*.so", "*.pyd")
    )
    shutil.copy(mortie.__file__, tmp_path / "mortie")
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "wrong.py").write_text("\n".join(["import mortie", *WRONG]))
    return tmp_path


def lines_of_errors(folder, *command):
    done = subprocess.run(
        [sys.executable, "-m", *command, "right.py", "wrong.py"],
        cwd=folder,
        env=os.environ | {"MYPYPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"(right|wrong)\.py:(\d+).*? error", done.stdout)
    return sorted({(name, int(line)) for name, line in found}), done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_wrong_calls_fail(checked, checker):
    pytest.importorskip(checker, reason=f"{checker} is missing; nox -s slow installs it")
    options = ["--strict", "--follow-imports=silent"] if checker == "mypy" else []
    found, output = lines_of_errors(checked, checker, *options)
    assert found == [("wrong", line + 2) for line in range(len(WRONG))], output


def arguments(name):
    return (
        re.search(rf"Call it as ``{name}\((.*?)\)``", getattr(mortie, name).__doc__)
        .group(1)
        .split(", ")
    )


def test_the_stub_has_every_ufunc_with_its_arguments():
    classes, ufuncs = {}, {}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            classes[node.name] = [
                [argument.arg for argument in function.args.posonlyargs[1:]]
                for function in node.body
                if isinstance(function, ast.FunctionDef)
            ]
        elif isinstance(node, ast.AnnAssign) and node.value is None:
            kind = node.annotation
            ufuncs[node.target.id] = (kind.value if isinstance(kind, ast.Subscript) else kind).id
    native = {f.__name__ for f in vars(mortie._native).values() if isinstance(f, np.ufunc)}
    assert set(ufuncs) == native
    for name in UFUNCS.keys() & native:
        assert all(call == arguments(name) for call in classes[ufuncs[name]]), name


@pytest.mark.parametrize("name", UFUNCS)
def test_signatures_have_names(name):
    ufunc = UFUNCS[name]
    if not hasattr(ufunc, "__dict__"):
        pytest.skip("NumPy before 2.2 lets nobody name the arguments of a ufunc")
    where = "" if ufunc.signature else ", *, where=True"
    text = f"({', '.join(arguments(ufunc.__name__))}, /, out=None{where}, **kwargs)"
    assert str(inspect.signature(ufunc)) == text
    assert ufunc.__doc__.startswith(f"{ufunc.__name__}{text}\n\n")
    assert len(arguments(ufunc.__name__)) == ufunc.nin
