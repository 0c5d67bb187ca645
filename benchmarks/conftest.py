"""What the benchmarks share: how they measure, and their short form, to see that they run."""

import time

import numpy as np
import pytest

import mortie


def pytest_addoption(parser):
    parser.addoption("--short", action="store_true", help="small arrays, few rounds")


@pytest.fixture
def short(request):
    return request.config.getoption("--short")


@pytest.fixture
def measure(benchmark, short):
    """Time calls on n elements for about a quarter of a second, and label the result."""

    def run(function, args, n, **labels):
        benchmark.extra_info.update(labels, n=n, kernel=mortie.kernel())
        start = time.perf_counter()
        function(*args)
        seconds = time.perf_counter() - start  # more than it will take once memory is warm
        benchmark.pedantic(
            function,
            args,
            warmup_rounds=1,
            rounds=2 if short else int(np.clip(0.25 / seconds, 3, 1000)),
            iterations=1 if short else max(1, int(2e-4 / seconds)),
        )

    return run
