"""Every call of docs/migration.md, in this version and in those that it is compared with."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "migration.md"

PROGRAM = """
import json, pickle, sys
import numpy as np
import mortie
from mortie import tools
results = []
for call in json.load(sys.stdin):
    if "numba." in call:
        import numba  # not before: the page says that nothing else loads it
    try:
        results.append(str(eval(call)))
    except Exception as error:
        results.append(f"{type(error).__name__}: {error}")
print(json.dumps(results))
"""


def rows():
    """Give a version, a call and the result that the page claims, in the page's order."""
    versions = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| call |"):
            versions = [
                ["0.3.1", "now"] if name == "0.3.1 and now" else [name]
                for name in line.strip("| ").split(" | ")[1:]
            ]
        elif line.startswith("| `"):
            call, *results = re.findall(r"`(.+?)` \|", line)
            for names, result in zip(versions, results, strict=True):
                for name in names:
                    yield name, call, result


ROWS = list(rows())


def check(version, **environment):
    claims = [row[1:] for row in ROWS if row[0] == version]
    assert claims
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([call for call, _ in claims]),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    for (call, claimed), result in zip(claims, json.loads(done.stdout), strict=True):
        # How NumPy pads a column is its own affair; of an error, the page gives the beginning.
        found = re.sub(r"\s+", " ", result)
        claimed = re.sub(r"\s+", " ", claimed)
        matches = found.startswith(claimed) if "Error: " in claimed else found == claimed
        assert matches, f"{call} in {version}: {found}"


@pytest.mark.usefixtures("numba_version")
def test_now():
    check("now")


@pytest.mark.skipif(
    "PUBLISHED_MORTIE" not in os.environ, reason="nox -s docs compares with the published versions"
)
@pytest.mark.parametrize("version", ["0.1.0", "0.3.1"])
def test_then(version):
    folder = Path(os.environ["PUBLISHED_MORTIE"]) / version
    assert (folder / "mortie" / "tools.py").exists()
    check(version, PYTHONPATH=str(folder))
