"""The packed words against mortie 1.0.0 itself, which ``nox -s words`` installs beside this one."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mortie

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import mortie, numpy as np
assert mortie.__version__ == "1.0.0", mortie.__version__
given = np.load(sys.argv[2])
words = [mortie.norm2mort(given["normed"][k], given["parents"], k) for k in range(19)]
np.save(sys.argv[3], np.array(words))
"""


def test_words_are_those_of_1_0(tmp_path):
    published = os.environ.get("PUBLISHED_MORTIE")
    if not published:
        pytest.skip("mortie 1.0.0 isn't installed beside this one; nox -s words installs it")
    random = np.random.default_rng(10)
    n = 1_000_000
    parents = random.integers(0, 12, n)
    normed = np.array([random.integers(0, 4**k, n) for k in range(19)])
    np.savez(tmp_path / "given.npz", normed=normed, parents=parents)
    subprocess.run(
        [sys.executable, "-c", PROGRAM, str(Path(published, "1.0.0")), *(
            str(tmp_path / name) for name in ("given.npz", "words.npy"))],
        check=True,
        cwd=tmp_path,
    )  # fmt: skip
    for order, words in enumerate(np.load(tmp_path / "words.npy").view(np.uint64)):
        morton = mortie.fastNorm2Mort(order, normed[order], parents)
        np.testing.assert_array_equal(mortie.mort2word(morton), words)
        np.testing.assert_array_equal(mortie.word2mort(words), morton)
