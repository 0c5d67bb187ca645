"""README.md and the pages in docs/: their examples, links, pictures and table of orders."""

import doctest
import importlib
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import exact
import mortie

pytestmark = pytest.mark.thread_unsafe(reason="doctest takes sys.stdout")
ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FIGURES = runpy.run_path(str(ROOT / "docs" / "figures.py"))

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.name != "tutorial.md"],  # which test_tutorial.py runs
    ids=lambda page: page.name,
)
@pytest.mark.usefixtures("int64_is_default")
def test_examples(page):
    fences = re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    text = "\n".join(code for language, code in fences if language == "python")
    for package in re.findall("^>>> import (duckdb|polars|xarray)", text, re.M):
        pytest.importorskip(package, reason=f"{package} is missing; nox -s tests installs it")
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    assert bool(test.examples) == (">>>" in page.read_text(encoding="utf-8"))
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("module", ["mortie", "mortie.cells", "mortie.tools"])
def test_the_reference_page_has_every_function(module):
    page = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    described = set(re.findall(r"^\.\. auto(?:function|class):: (\w+)$", page, re.M))
    described |= {"fast_norm2mort", "vaex_norm2mort"}  # by a sentence, as second names
    module = importlib.import_module(module)
    functions = {name for name in module.__all__ if callable(getattr(module, name))}
    assert functions - described == set()


REPOSITORY = re.compile(
    "https://(?:github.com/espg/mortie/(?:blob|tree)|raw.githubusercontent.com/espg/mortie)/main"
)


@pages
def test_links_to_files(page):
    """Links to the repository name files of this checkout."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)#]+)", text) + re.findall(r"^\[[^]]+\]: ([^#\s]+)", text, re.M)
    files = [REPOSITORY.sub(str(ROOT), link) for link in links]
    paths = [page.parent / file for file in files if not re.match("https?:", file)]
    assert not [path for path in paths if not path.exists()]
    used = set(re.findall(r"\]\[([^]]+)\]", text))
    assert used == set(re.findall(r"^\[([^]]+)\]: ", text, re.M))


def test_some_pages_have_examples_and_links():
    texts = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
    assert {"README.md", "index.md", "morton.md"} <= {
        name for name, text in texts.items() if ">>>" in text and "](" in text
    }


@pytest.mark.parametrize("name", FIGURES["PICTURES"])
def test_pictures_are_those_of_the_script(name):
    drawn = FIGURES["PICTURES"][name]()
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize("order", range(4))
def test_cells_are_drawn_where_they_lie(order):
    nest = np.arange(12 * 4**order, dtype=np.int64)
    x, y, _ = np.transpose([FIGURES["place"](int(m)) for m in mortie.nest2mort(order, nest)])
    # From the plane to the sphere: Calabretta and Roukema (2007), equations 3 to 12.
    sigma = np.minimum(1, 2 - np.abs(y) / 45)
    z = np.where(np.abs(y) <= 45, y / 67.5, np.sign(y) * (1 - sigma**2 / 3))
    middle = 90 * (x // 90) + 45
    lon = np.where(sigma < 1, middle + (x - middle) / sigma, x)
    lat = np.degrees(np.arcsin(z))
    found = [exact.latlon2nest(order, *point) for point in zip(lat, lon, strict=True)]
    np.testing.assert_array_equal(found, nest)


def test_table_of_orders():
    page = (ROOT / "docs" / "morton.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([\d,.]+) (k?m) \| ([\d,]+) \|$", page, re.M)
    assert [int(order) for order, *_ in rows] == list(range(19))
    for order, size, unit, cells in rows:
        metres = float(size.replace(",", "")) * (1000 if unit == "km" else 1)
        half_a_digit = 0.5 * 10.0 ** -len(size.partition(".")[2]) * (1000 if unit == "km" else 1)
        assert abs(metres - 1000 * mortie.tools.order2res(int(order))) <= half_a_digit
        assert int(cells.replace(",", "")) == 12 * 4 ** int(order)


def test_mcmurdo_is_drawn_where_it_lies():
    x, y = FIGURES["MCMURDO"]
    sigma = 2 - abs(y) / 45
    assert np.degrees(np.arcsin(sigma**2 / 3 - 1)) == pytest.approx(-77.85, abs=0.1)
    assert 135 + (x - 135) / sigma == pytest.approx(166.67, abs=0.5)
