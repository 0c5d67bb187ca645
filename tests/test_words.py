"""Indices of mortie 1.0.0 and what docs/from-1.0.md says of it, which ``nox -s words`` installs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mortie
from mortie import cells

PAGE = Path(__file__).parents[1] / "docs" / "from-1.0.md"
ROW = re.compile(r"\| `(.+)` \| `(.+)` \| `(.+)` \|")
CALLS = [row.groups() for row in map(ROW.fullmatch, PAGE.read_text("utf-8").splitlines()) if row]

WORDS = """
import sys
sys.path.insert(0, sys.argv[1])
import mortie, numpy as np
assert mortie.__version__ == "1.0.0", mortie.__version__
given = np.load(sys.argv[2])
words = [mortie.norm2mort(given["normed"][k], given["parents"], k) for k in range(19)]
np.save(sys.argv[3], np.array(words))
"""
EVALUATED = """
import json, sys
sys.path.insert(0, sys.argv[1])
import mortie, numpy as np
assert mortie.__version__ == "1.0.0", mortie.__version__
print(json.dumps([str(eval(call)) for call in json.load(sys.stdin)]))
"""
FORKED = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
import mortie, numpy as np
assert mortie.__version__ == "1.0.0", mortie.__version__
call = lambda: mortie.morton_coverage([-60.0, -80, -70], [0.0, 40, 90], order=8)
call()
child = os.fork()
if child == 0:
    call()
    os._exit(0)
end = time.monotonic() + 5
while time.monotonic() < end and os.waitpid(child, os.WNOHANG)[0] == 0:
    time.sleep(0.01)
if time.monotonic() >= end:
    os.kill(child, 9)
    print("hangs")
"""


@pytest.fixture
def published(tmp_path):
    """Run a program in which mortie 1.0.0 can be imported, and give what it prints."""
    if "PUBLISHED_MORTIE" not in os.environ:
        pytest.skip("mortie 1.0.0 isn't installed beside this one; nox -s words installs it")
    folder = Path(os.environ["PUBLISHED_MORTIE"], "1.0.0")

    def run(program, *arguments, **options):
        command = [sys.executable, "-c", program, str(folder), *map(str, arguments)]
        done = subprocess.run(
            command, check=True, cwd=tmp_path, stdout=subprocess.PIPE, text=True, **options
        )
        return done.stdout

    return run


def test_words_are_those_of_1_0(published, tmp_path):
    random = np.random.default_rng(10)
    n = 1_000_000
    parents = random.integers(0, 12, n)
    normed = np.array([random.integers(0, 4**k, n) for k in range(19)])
    np.savez(tmp_path / "given.npz", normed=normed, parents=parents)
    published(WORDS, tmp_path / "given.npz", tmp_path / "words.npy")
    for order, words in enumerate(np.load(tmp_path / "words.npy").view(np.uint64)):
        morton = mortie.fastNorm2Mort(order, normed[order], parents)
        np.testing.assert_array_equal(mortie.mort2word(morton), words)
        np.testing.assert_array_equal(mortie.word2mort(words), morton)


@pytest.mark.parametrize(("there", "here", "both"), CALLS, ids=[call[0][:40] for call in CALLS])
def test_what_to_write_instead(there, here, both):
    assert str(eval(here, {"cells": cells, "mortie": mortie, "np": np})) == both


def test_what_1_0_gives(published):
    results = json.loads(published(EVALUATED, input=json.dumps([there for there, *_ in CALLS])))
    assert results == [both for *_, both in CALLS]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_of_1_0_hangs(published):
    """Its threads aren't there; those of ours can't be missed, as `test_processes.py` shows."""
    assert published(FORKED) == "hangs\n"
