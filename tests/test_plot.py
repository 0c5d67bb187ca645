"""The maps: outlines against healpy, colours, and what a reader would trip over."""

import numpy as np
import pytest

import mortie

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
mpl = pytest.importorskip("matplotlib", reason="matplotlib is missing; mortie[test] has it")
mpl.use("agg")
import matplotlib.pyplot as plt

import mortie.plot

random = np.random.default_rng(9)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def outlines(collection):
    return [path.vertices[:-1] for path in collection.get_paths()]


def mapped(order, nest, step, south):
    """Project healpy's corners by latitude and longitude, where the module does by vectors."""
    vectors = healpy.boundaries(2**order, nest, step, nest=True).T
    lon, lat = healpy.vec2ang(vectors, lonlat=True)
    colat = np.radians(90 + lat if south else 90 - lat)
    radius, theta = 2 * np.tan(colat / 2), np.radians(lon)
    return np.stack([radius * np.sin(theta), radius * np.cos(theta) * (1 if south else -1)], -1)


@pytest.mark.parametrize("south", [True, False])
@pytest.mark.parametrize("order", [2, 6, 12, 18])
def test_polar_outlines(order, south):
    lat = random.uniform(75, 90, 20) * (-1 if south else 1)
    morton = np.unique(mortie.latlon2mort(order, lat, random.uniform(-180, 180, 20)))
    collection = mortie.plot.cells(morton)
    for index, outline in zip(morton, outlines(collection), strict=True):
        step = len(outline) // 4
        expected = mapped(order, mortie.mort2nest(index), step, south)
        np.testing.assert_allclose(outline, expected, atol=1e-9)
    assert order > 5 or len(outline) > 4  # large cells have curved edges


def test_plate_carree_covers_the_map_once():
    order = 3
    morton = mortie.nest2mort(order, np.arange(12 * 4**order))
    collection = mortie.plot.cells(morton)
    assert collection.axes.get_xlim() == (-180, 180)
    paths = collection.get_paths()
    lon, lat = random.uniform(-180, 180, 300), random.uniform(-89.9, 89.9, 300)
    nest = healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True)
    # The colours of a map of pixel numbers.
    numbers = mortie.plot.cells(morton, np.arange(12 * 4**order)).get_array()
    inside = np.array([path.contains_points(np.stack([lon, lat], -1)) for path in paths])
    assert (inside.sum(0) == 1).mean() > 0.98  # chords of curved edges leave slivers
    for point in np.flatnonzero(inside.sum(0) == 1):
        assert numbers[inside[:, point]] == nest[point]


def test_nothing_smears_over_the_date_line():
    morton = mortie.latlon2mort(5, random.uniform(-40, 40, 200), random.normal(180, 5, 200))
    for outline in outlines(mortie.plot.cells(morton)):
        assert np.ptp(outline[:, 0]) < 5


def test_counts_and_means():
    a, b = mortie.latlon2mort(6, [-80.0, -70.0], [10.0, 20.0])
    collection = mortie.plot.cells([a, b, a, a])
    np.testing.assert_array_equal(collection.get_array(), [3, 1] if a < b else [1, 3])
    assert [axes.get_ylabel() for axes in collection.axes.figure.axes] == ["", "points per cell"]
    plt.figure()
    collection = mortie.plot.cells([a, b, a], [1.0, 5.0, 2.0], label="height, m")
    np.testing.assert_array_equal(collection.get_array(), [1.5, 5.0] if a < b else [5.0, 1.5])
    assert collection.axes.figure.axes[1].get_ylabel() == "height, m"


def test_single_cells_need_no_colour_bar():
    collection = mortie.plot.cells(mortie.latlon2mort(9, [1.0, 2.0], 3.0))
    assert len(collection.axes.figure.axes) == 1


def test_missing_values_are_left_out():
    morton = np.ma.array(mortie.latlon2mort(4, [-80.0, -70.0, -75.0], 0.0), mask=[0, 1, 0])
    assert len(mortie.plot.cells(morton).get_paths()) == 2
    assert len(mortie.plot.cells(morton, [1.0, 2.0, np.nan]).get_paths()) == 1


def test_fine_cells_lie_on_coarse_ones():
    orders = np.array([9, 3, 6])
    collection = mortie.plot.cells(mortie.latlon2mort(orders, -77.85, 166.67))
    sizes = [np.ptp(outline[:, 0]) for outline in outlines(collection)]
    assert sizes == sorted(sizes, reverse=True)
    assert collection.axes.get_xlabel() == "HEALPix orders 3 to 9, cells of 814 km to 13 km"


def test_on_axes_of_the_caller():
    _, (left, right) = plt.subplots(1, 2)
    collection = mortie.plot.cells(mortie.latlon2mort(4, -80.0, 5.0), ax=left, cmap="plasma")
    assert collection.axes is left
    assert collection.get_cmap().name == "plasma"
    assert not right.collections


@pytest.mark.parametrize("order", [0, 1, 6, 18])
def test_names_of_the_graticule_lie_on_the_map(order):
    for lat in (-77.85, -40.0, 0.0, 46.5, 89.9):
        for projection in ("auto", "plate-carree"):
            figure = plt.figure()
            mortie.plot.cells(mortie.latlon2mort(order, lat, 166.67), projection=projection)
            figure.canvas.draw()
            axes = figure.axes[0]
            frame = axes.get_window_extent()
            for text in axes.texts:
                box = text.get_window_extent()
                assert frame.x0 - 5 < box.x0 < box.x1 < frame.x1 + 5, text
            plt.close(figure)


def test_errors():
    with pytest.raises(ValueError, match="15 is none"):
        mortie.plot.cells([1, 15])
    with pytest.raises(ValueError, match="there is no cell to draw"):
        mortie.plot.cells([])
    with pytest.raises(ValueError, match=r"values has the shape \(2,\), and indices \(3,\)"):
        mortie.plot.cells([1, 2, 3], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"projection is one of .*, not 'mercator'"):
        mortie.plot.cells([1], projection="mercator")
    with pytest.raises(ValueError, match="no cell is centred on the hemisphere"):
        mortie.plot.cells([11], projection="south")
