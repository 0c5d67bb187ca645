"""The maps: outlines against healpy, colours, and what a reader would trip over."""

import numpy as np
import pytest

import mortie

healpy = pytest.importorskip("healpy", reason="healpy is missing; mortie[test] has it")
mpl = pytest.importorskip("matplotlib", reason="matplotlib is missing; mortie[test] has it")
mpl.use("agg")
import matplotlib.pyplot as plt

import mortie.plot

DASH = "\N{EN DASH}"
random = np.random.default_rng(9)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def outlines(collection):
    return [path.vertices[:-1] for path in collection.get_paths()]


def mapped(order, nest, step, epsg):
    """Project healpy's corners by PROJ."""
    vectors = healpy.boundaries(2**order, nest, step, nest=True).T
    lon, lat = healpy.vec2ang(vectors, lonlat=True)
    return np.stack(proj(epsg)(lon, lat), -1)


def proj(epsg):
    pyproj = pytest.importorskip("pyproj", reason="pyproj is missing; mortie[test] has it")
    return pyproj.Transformer.from_crs("EPSG:4326", epsg, always_xy=True).transform


@pytest.mark.parametrize(("name", "epsg"), [("south", "EPSG:3031"), ("north", "EPSG:3413")])
def test_project(name, epsg):
    sign = -1 if name == "south" else 1
    lat = sign * np.array([-10, 0, 30, 60, 70, 71, 80, 89.999999, *random.uniform(0, 90, 500)])
    lon = random.uniform(-360, 360, len(lat))
    expected = np.stack(proj(epsg)(lon, lat))
    for projection in (name, epsg):
        found = np.stack(mortie.plot.project(lat, lon, projection))
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-6)  # a micrometre
    np.testing.assert_allclose(mortie.plot.project(sign * 90, 12.0, name), [0, 0], atol=1e-9)
    back = mortie.plot._projections.named(name).inverse(expected.T)
    np.testing.assert_allclose(back[0], lat, atol=1e-11)
    np.testing.assert_allclose((back[1] - lon + 180) % 360, 180, atol=1e-7)


def test_stretch_is_that_of_the_map():
    for projection, epsg in (("south", "EPSG:3031"), ("north", "EPSG:3413")):
        on = mortie.plot._projections.named(projection)
        pyproj = pytest.importorskip("pyproj", reason="pyproj is missing; mortie[test] has it")
        factors = pyproj.Proj(epsg).get_factors
        for lat in (40, 60, 71, 85, 89.5):
            expected = factors(0, on.sign * lat).parallel_scale
            assert on.stretch(on.sign * lat) == pytest.approx(expected, rel=1e-6)


def test_project_takes_columns_and_missing_values():
    pd = pytest.importorskip("pandas", reason="pandas is missing; nox -s ecosystem has it")
    lat = pd.Series([-80.0, None], dtype="Float64")
    x, y = mortie.plot.project(lat, pd.Series([90.0, 0.0]), "south")
    assert np.isnan(x[1])
    assert np.isnan(y[1])
    assert x[0] > 1e6 > 1 > abs(y[0])


@pytest.mark.parametrize("epsg", ["EPSG:3031", "EPSG:3413"])
@pytest.mark.parametrize("order", [2, 6, 12, 18])
def test_polar_outlines(order, epsg):
    lat = random.uniform(75, 90, 20) * (-1 if epsg == "EPSG:3031" else 1)
    morton = np.unique(mortie.latlon2mort(order, lat, random.uniform(-180, 180, 20)))
    collection = mortie.plot.cells(morton)
    for index, outline in zip(morton, outlines(collection), strict=True):
        step = len(outline) // 4
        expected = mapped(order, mortie.mort2nest(index), step, epsg)
        np.testing.assert_allclose(outline, expected, atol=1e-4)  # of metres
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
    labels = [axes.get_ylabel() for axes in collection.axes.figure.axes]
    assert labels == ["", "points per cell"]
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


@pytest.mark.slow
@pytest.mark.parametrize("order", [0, 1, 6, 18])
@pytest.mark.parametrize("size", [(6.4, 4.8), (3.3, 2.8), (12, 9)])
def test_no_name_lies_on_another(order, size):
    for lat, lon in (
        (-77.85, 166.67),
        (-40, 100),
        (0, 0),
        (46.5, 9),
        (70, -45),
        (72, 0),
        (89.9, 5),
    ):
        for projection in ("auto", "plate-carree"):
            figure = plt.figure(figsize=size, layout="compressed")
            morton = mortie.latlon2mort(order, lat, lon)
            several = [morton, *mortie.mort_neighbours(morton)[[0, 2, 4]]]
            mortie.plot.cells([each for each in several if each], projection=projection)
            axes = figure.axes[0]
            names = [*axes.texts, axes.set_title("A title"), axes.xaxis.label]
            figure.canvas.draw()
            for axis in (axes.xaxis, axes.yaxis):
                low, high = sorted(axis.get_view_interval())
                ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
                names += [name for place, name in ticks if low <= place <= high]
            boxes = [name.get_window_extent() for name in names]
            assert len(boxes) >= 2
            for i, one in enumerate(boxes):
                assert not any(one.overlaps(other) for other in boxes[:i]), (lat, projection)
                assert figure.bbox.x0 - 2 <= one.x0 < one.x1 <= figure.bbox.x1 + 2, (lat, one)
            plt.close(figure)


@pytest.mark.parametrize(
    ("lat", "lon", "projection"),
    [
        ([-89, -88, -89], [0, 120, 240], "EPSG:3031"),
        ([-40, -45, -50], [0, 120, 240], "EPSG:3031"),  # around the pole
        ([-40, -45, -50], [0, 10, 20], "plate-carree"),
        ([60, 83], [-50, -30], "EPSG:3413"),
        ([46, 47], [8, 9], "plate-carree"),
        ([-89, 89], [0, 0], "plate-carree"),
    ],
)
def test_the_projection_that_suits(lat, lon, projection):
    collection = mortie.plot.cells(mortie.latlon2mort(6, lat, lon))
    assert collection.mortie_projection.name == projection


def test_limits_follow_the_data_over_the_antimeridian():
    lat, lon = random.uniform(-19, -16, 500), random.uniform(178.5, 181.5, 500)
    collection = mortie.plot.cells(mortie.latlon2mort(10, lat, lon))
    west, east = collection.axes.get_xlim()
    assert 178 < west < 178.6
    assert 181.4 < east < 182
    x, y = mortie.plot.project(-17.5, [-179.0, 179.0, 181.0], collection.axes)
    np.testing.assert_array_equal(x, [181, 179, 181])
    np.testing.assert_array_equal(y, -17.5)
    collection.axes.figure.canvas.draw()
    names = {name.get_text() for name in collection.axes.get_xticklabels()}
    assert {"179°E", "180°", "179°W"} <= names
    plt.figure()
    everywhere = mortie.latlon2mort(3, random.uniform(-60, 60, 2000), random.uniform(0, 360, 2000))
    assert mortie.plot.cells(everywhere).axes.get_xlim() == (-180, 180)


def test_limits_of_colours():
    morton = mortie.nest2mort(4, np.arange(200))
    values = np.arange(200.0)
    values[-1] = 1e6
    collection = mortie.plot.cells(morton, values)
    assert collection.get_clim() == (4, 195)
    assert collection.colorbar.extend == "both"
    assert collection.colorbar.ax.get_ylabel() == f"mean value\n(colours span 2{DASH}98 % of cells)"
    for limits in ({"vmin": 0, "vmax": 10}, {"norm": mpl.colors.LogNorm(1, 10)}):
        plt.figure()
        collection = mortie.plot.cells(morton, values, **limits)
        assert collection.get_clim() == (limits.get("vmin", 1), 10)
        assert collection.colorbar.ax.get_ylabel() == "mean value"
    plt.figure()
    collection = mortie.plot.cells(morton, values, norm="log", vmax=50)
    assert collection.get_clim() == (5, 50)
    assert collection.colorbar.ax.get_ylabel().endswith("(colours span the upper 98 % of cells)")
    plt.figure()
    collection = mortie.plot.cells(morton[:20], values[:20])  # few: each has its colour
    assert collection.get_clim() == (0, 19)
    assert collection.colorbar.extend == "neither"
    with pytest.raises(ValueError, match="norm has limits of its own"):
        mortie.plot.cells(morton, values, norm=mpl.colors.LogNorm(), vmin=1)


def test_equal_values_need_no_colour_bar():
    morton = mortie.latlon2mort(9, [1.0, 2.0], 3.0)
    caption = "HEALPix order 9, cells of 13 km"
    for indices, values, said in (
        (morton, None, caption),
        (np.repeat(morton, 2), None, caption + "; points per cell: 2"),
        (morton, [7.5, 7.5], caption + "; mean value: 7.5"),
    ):
        axes = mortie.plot.cells(indices, values).axes
        assert len(axes.figure.axes) == 1
        assert axes.get_xlabel() == said
        plt.close()
    assert mortie.plot.cells(morton, [1, 2], colorbar=False).colorbar is None


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_columns_of(package):
    module = pytest.importorskip(package, reason=f"{package} is missing; nox -s ecosystem has it")
    morton = [int(index) for index in mortie.latlon2mort(4, [-80.0, -70.0, -75.0], 0.0)]
    if package == "pandas":
        indices = module.Series([*morton, None], dtype="Int64", index=[5, 3, 9, 1])
        values = module.Series([1.0, None, 3.0, 4.0], dtype="Float64", index=[5, 3, 9, 1])
    else:
        column = module.Series if package == "polars" else module.array
        indices, values = column([*morton, None]), column([1.0, None, 3.0, 4.0])
    assert len(mortie.plot.cells(indices).get_paths()) == 3
    assert sorted(mortie.plot.cells(indices, values).get_array()) == [1, 3]


def test_small_cells_are_seen():
    for order, seen in ((12, True), (18, True), (4, False)):
        figure = plt.figure(figsize=(6.4, 4.8), dpi=100)
        morton = mortie.latlon2mort(order, [-70, -75, -80], [0, 90, 200])
        mortie.plot.cells(morton, coast=False, cmap=mpl.colors.ListedColormap(["red"]))
        figure.canvas.draw()
        red = (np.asarray(figure.canvas.buffer_rgba())[:, :, :3] == [255, 0, 0]).all(-1)
        assert red.sum() > 3 * 10  # pixels
        assert (len(figure.axes[0].collections) == 3) is seen
        plt.close(figure)


def test_scale_is_true():
    pyproj = pytest.importorskip("pyproj", reason="pyproj is missing; mortie[test] has it")
    geod = pyproj.Geod(ellps="WGS84")
    for epsg, lat, lon in (
        ("EPSG:3031", -72.0, 20.0),
        ("EPSG:3413", 65.0, -40.0),
        (None, 20.0, 5.0),
    ):
        plt.figure()
        axes = mortie.plot.cells(mortie.latlon2mort(7, [lat, lat + 1], lon)).axes
        [bar] = [artist for artist in axes.artists if hasattr(artist, "size_bar")]
        length = bar.size_bar.get_children()[0].get_width()
        number, unit = bar.txt_label.get_text().split()
        assert unit == "km"
        middle = np.array([axes.get_xlim(), axes.get_ylim()]).mean(1)
        ends = middle + np.array([[-length / 2, 0], [length / 2, 0]])
        if epsg:
            back = pyproj.Transformer.from_crs(epsg, "EPSG:4326", always_xy=True).transform
            ends = np.stack(back(*ends.T), -1)
        metres = geod.inv(*ends[0], *ends[1])[2]
        assert metres == pytest.approx(1000 * float(number), rel=0.003)


def test_coast():
    from mortie.plot._coast import coast

    lines = coast()
    assert 100 < len(lines) < 200
    for lat, lon in lines:
        assert len(lat) > 1
        assert np.abs(lat).max() < 90
        assert np.abs(lon).max() <= 180
        on_cut = np.abs(lon) == 180
        assert not (on_cut[1:] & on_cut[:-1]).any()  # the map's edge is no coast
    # Points that everybody knows: near the tips of South America, Africa and Greenland.
    lat, lon = (np.concatenate(part) for part in zip(*lines, strict=True))
    for at in ((-34.8, 20.0), (83.5, -33.0), (-10.7, 142.5), (71.2, -156.6)):
        assert np.hypot(lat - at[0], (lon - at[1]) * np.cos(np.radians(at[0]))).min() < 0.5

    morton = mortie.latlon2mort(5, [-70, -75, -80], [0, 90, 200])
    assert len(mortie.plot.cells(morton).axes.collections) == 3
    plt.figure()
    assert len(mortie.plot.cells(morton, coast=False).axes.collections) == 2
    plt.figure()
    near = mortie.latlon2mort(14, [-77.85, -77.86], 166.67)  # where it would be wrong
    assert len(mortie.plot.cells(near).axes.collections) == 2


def test_regions():
    pytest.importorskip("shapely", reason="shapely is missing; mortie[regions] has it")
    import shapely

    ring = ([-70.0, -75.0, -80.0], [0.0, 40.0, 20.0])
    basin = shapely.Polygon([(0, -70), (40, -75), (20, -80)], [[(18, -75), (20, -76), (22, -75)]])
    collection = mortie.plot.regions([ring, basin, mortie.disc(-85, 0, 2), shapely.Point(0, -80)])
    paths = [path.vertices for path in collection.get_paths()]
    assert len(paths) == 5
    x, y = mortie.plot.project(*ring, "south")
    for corner in zip(x, y, strict=True):
        assert np.hypot(*(paths[0] - corner).T).min() < 1e-6
    # Each point of the disc's outline is two degrees away from its centre.
    found = proj_inverse("EPSG:3031", paths[3])
    cosine = np.sin(np.radians(found[1])) * np.sin(np.radians(-85)) + np.cos(
        np.radians(found[1])
    ) * np.cos(np.radians(-85)) * np.cos(np.radians(found[0]))
    np.testing.assert_allclose(np.degrees(np.arccos(cosine)), 2, atol=1e-6)
    # Between corners the outline follows the great circle: it has the poles' side of the parallel.
    plt.figure()
    line = mortie.plot.regions(shapely.LineString([(0, 60), (90, 60)])).get_paths()[0].vertices
    lat = proj_inverse("EPSG:3413", line)[1]
    assert lat.max() == pytest.approx(
        np.degrees(np.arctan(np.tan(np.radians(60)) * 2**0.5)), abs=5e-3
    )


def proj_inverse(epsg, points):
    pyproj = pytest.importorskip("pyproj", reason="pyproj is missing; mortie[test] has it")
    back = pyproj.Transformer.from_crs(epsg, "EPSG:4326", always_xy=True).transform
    return np.stack(back(*points.T))


def test_regions_lie_on_the_map_of_cells():
    ring = ([-17.0, -18.0, -18.0], [179.0, 179.0, -179.0])
    cells = mortie.plot.cells(mortie.cover(ring, 9))
    limits = cells.axes.get_xlim()
    collection = mortie.plot.regions(mortie.Regions([ring]), ax=cells.axes, colors="black")
    assert cells.axes.get_xlim() == limits
    shown = collection.get_paths()[0].vertices
    assert limits[0] < shown[:, 0].min() < shown[:, 0].max() < limits[1]
    with pytest.raises(ValueError, match="no region to draw"):
        mortie.plot.regions([])


def test_axes_keep_what_the_caller_set():
    _, axes = plt.subplots()
    axes.set(xlim=(-1e6, 1e6), ylim=(-2e6, 2e6))
    mortie.plot.cells(mortie.latlon2mort(6, -80.0, 5.0), ax=axes)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-1e6, 1e6), (-2e6, 2e6))
    with pytest.raises(ValueError, match="these axes hold a map in EPSG:3031, not in EPSG:3413"):
        mortie.plot.cells(mortie.latlon2mort(6, 80.0, 5.0), ax=axes, projection="north")
    with pytest.raises(ValueError, match="hold no map"):
        mortie.plot.project(1.0, 2.0, plt.figure().subplots())


@pytest.mark.parametrize("name", ["Robinson", "SouthPolarStereo", "Orthographic", "PlateCarree"])
def test_axes_of_cartopy(name):
    crs = pytest.importorskip("cartopy.crs", reason="cartopy is missing; nox -s ecosystem has it")
    pytest.importorskip("cartopy.mpl.geoaxes")
    made = getattr(crs, name)()
    order = 4
    nest = np.arange(12 * 4**order)
    axes = plt.figure().add_subplot(projection=made)
    collection = mortie.plot.cells(mortie.nest2mort(order, nest), nest, ax=axes, coast=False)
    mortie.plot.regions(mortie.disc(-80, 0, 5), ax=axes)
    # Each point of the map lies in the cell that healpy finds for it.
    chosen = np.random.default_rng(5)  # the same ones in whatever order tests run
    lon, lat = chosen.uniform(-180, 180, 1000), chosen.uniform(-89, 89, 1000)
    points = made.transform_points(crs.Geodetic(), lon, lat)[:, :2]
    inside = np.array([path.contains_points(points) for path in collection.get_paths()])
    expected = healpy.ang2pix(2**order, lon, lat, nest=True, lonlat=True)
    numbers = collection.get_array()
    on_map = np.isfinite(points).all(1)
    if name == "SouthPolarStereo":
        on_map &= lat < 0  # the other hemisphere has no end
    assert (inside[:, on_map].sum(0) == 1).mean() > 0.95  # chords of curved edges leave slivers
    once = np.flatnonzero(on_map & (inside.sum(0) == 1))
    found = np.array([numbers[inside[:, point]][0] for point in once])
    assert (found == expected[once]).mean() > 0.98
    plt.gcf().canvas.draw()


def test_errors():
    with pytest.raises(ValueError, match="15 is none"):
        mortie.plot.cells([1, 15])
    with pytest.raises(ValueError, match="there is no cell to draw"):
        mortie.plot.cells([])
    with pytest.raises(ValueError, match=r"values has the shape \(2,\), and indices \(3,\)"):
        mortie.plot.cells([1, 2, 3], [1.0, 2.0])
    with pytest.raises(
        ValueError, match=r"projection is one of auto, .*EPSG:3413.*, not 'mercator'"
    ):
        mortie.plot.cells([1], projection="mercator")
    with pytest.raises(ValueError, match="no cell is centred on the hemisphere"):
        mortie.plot.cells([11], projection="south")
