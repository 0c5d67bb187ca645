"""The option that makes a short form of the benchmarks, to see that they run."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--short", action="store_true", help="small arrays, few rounds")


@pytest.fixture
def short(request):
    return request.config.getoption("--short")
