"""The tutorial: each block of the page is run, in order, in an empty folder."""

import doctest
import json
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial.md"
pytestmark = pytest.mark.thread_unsafe(reason="doctest takes sys.stdout")

for name in ("dask", "h5py", "matplotlib", "pyarrow", "shapely"):
    pytest.importorskip(name, reason=f"{name} is missing; mortie[test] has it")


def test_every_block_runs(tmp_path, monkeypatch):
    import matplotlib as mpl

    mpl.use("agg")
    monkeypatch.chdir(tmp_path)
    Path("examples").symlink_to(ROOT / "examples")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert [language for language, _ in blocks if language not in ("python", "sh")] == []
    names: dict[str, object] = {}
    for language, text in blocks:
        if language == "sh":
            for line in text.replace("\\\n", " ").splitlines():
                program, *arguments = shlex.split(line, comments=True)
                start = (
                    [sys.executable, "-m", "mortie"] if program == "mortie" else [sys.executable]
                )
                subprocess.run([*start, *arguments], check=True, capture_output=True)
        else:
            test = doctest.DocTestParser().get_doctest(text, names, PAGE.name, str(PAGE), 0)
            runner = doctest.DocTestRunner(verbose=False)
            assert test.examples
            runner.run(test, clear_globs=False)
            names = test.globs
            assert runner.failures == 0
    assert {path.name for path in Path().glob("*.png")} == {"heights.png", "basins.png"}


def test_the_notebook_is_its_twin():
    made = runpy.run_path(str(ROOT / "docs" / "notebook.py"))
    stored = json.loads(made["NOTEBOOK"].read_text(encoding="utf-8"))["cells"]
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in stored] == [*made["cells"]()]
    outputs = [output for cell in stored for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
    assert all(output["output_type"] != "error" for output in outputs)
