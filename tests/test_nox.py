"""The sessions of nox: what they say where something is missing."""

import subprocess
import sys
import types
from pathlib import Path

import pytest

pytest.importorskip("nox", reason="nox is missing; nox -s tests installs it")
pytest.importorskip("mesonbuild", reason="meson is missing; nox -s tests installs it")
ROOT = Path(__file__).parents[1]


def test_without_googletest_nox_says_it(tmp_path, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.syspath_prepend(ROOT)
    import nox_rare

    def run(_, *command, silent=False, env=None):
        if "--print-errorlogs" in command:  # runs the tests, whichever there are: not here
            return ""
        meson = [sys.executable, "-m", "mesonbuild.mesonmain", *command]
        return subprocess.run(meson, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    warnings = []
    session = types.SimpleNamespace(
        create_tmp=lambda: str(tmp_path), install=print, run=run, warn=warnings.append
    )
    nox_rare.cpp_tests(session, "build", "--force-fallback-for=gtest", "--wrap-mode=nodownload")
    assert [warning.partition(":")[0] for warning in warnings] == ["THE C++ TESTS DID NOT RUN"]
