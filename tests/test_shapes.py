"""Outlines of cells as arrays and as polygons."""

import json

import numpy as np
import pytest

import mortie
from mortie import cells

shapely = pytest.importorskip("shapely", reason="shapely is missing; mortie[test] has it")
random = np.random.default_rng(8)


def everything(order):
    return mortie.nest2mort(order, np.arange(12 * 4**order))


def points(shapes):
    return shapely.get_coordinates(shapes)


def turned_areas(shapes):
    """Give areas on the unit sphere of polygons whose edges are straight in sin(lat) and lon."""
    flat = shapely.transform(
        shapes, lambda xy: np.stack([np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))], -1)
    )
    return shapely.area(flat)


@pytest.mark.parametrize("order", range(7))
@pytest.mark.parametrize("step", [1, 4])
def test_polygons_fill_the_map(order, step):
    shapes = cells.polygons(everything(order), step)
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapes).sum() == pytest.approx(360 * 180, rel=1e-12)
    assert turned_areas(shapes).sum() == pytest.approx(4 * np.pi, rel=1e-12)
    if order <= 4:  # and nowhere twice
        tree = shapely.STRtree(shapes)
        first, second = tree.query(shapes, predicate="intersects")
        pairs = first < second
        both = shapely.intersection(shapes[first[pairs]], shapes[second[pairs]])
        assert shapely.area(both).sum() < 1e-9


@pytest.mark.parametrize("order", [*range(7), 12, 18])
@pytest.mark.parametrize("step", [1, 2, 5])
def test_polygons_are_geojson(order, step):
    morton = everything(order) if order <= 4 else mortie.nest2mort(
        order, random.integers(0, 12 * 4**order, 2000)
    )  # fmt: skip
    if order > 4:  # across the antimeridian, and at the poles
        lat = np.concatenate(
            [np.degrees(np.arcsin(random.uniform(-1, 1, 200))), [90] * 8, [-90] * 8]
        )
        lon = np.concatenate([180 + 10.0 ** random.uniform(-9, -3, 200), np.arange(16) * 45.0])
        morton = np.concatenate([morton, mortie.latlon2mort(order, lat, lon)])
    shapes = cells.polygons(morton, step)
    xy = points(shapes)
    assert (np.abs(xy) <= [180, 90]).all()
    parts = shapely.get_parts(shapes)
    assert shapely.is_ccw(shapely.get_exterior_ring(parts)).all()
    # None wraps round the map.
    west, south, east, north = shapely.bounds(parts).T
    assert (east - west <= 90.000001 / min(2**order, 1)).all()
    assert (north - south < 100).all()
    assert (shapely.area(parts) > 0).all()
    assert set(shapely.get_type_id(shapes)) <= {3, 6}
    # The centre lies in the cell, except that sides of few points cut corners.
    lat, lon = mortie.mort2latlon(morton)
    lon = np.where(lon > 180, lon - 360, lon)
    assert shapely.intersects_xy(shapes, lon, lat).all()
    json.loads(shapely.to_geojson(shapes[0]))


def test_poles_are_whole():
    for order in (0, 1, 6, 18):
        for pole in (90, -90):
            morton = mortie.latlon2mort(order, pole, np.arange(4) * 90 + 45.0)
            around = cells.polygons(morton, 3)
            assert (np.isclose(points(around)[:, 1], pole, rtol=0, atol=0)).sum() >= 8
            whole = shapely.union_all(around)
            box = shapely.box(-180, *sorted([pole * (1 - 0.2 / 2**order), pole])[:1], 180,
                              max(pole, pole * (1 - 0.2 / 2**order)))  # fmt: skip
            assert shapely.difference(box, whole.buffer(1e-12)).area < 1e-9


def test_antimeridian():
    shape = cells.polygons(mortie.latlon2mort(3, 0.5, 180.0))
    assert shape.geom_type == "MultiPolygon"
    assert sorted(part.bounds[::2] for part in shape.geoms) == [
        (-180.0, -174.375), (174.375, 180.0)
    ]  # fmt: skip
    beside = cells.polygons(mortie.latlon2mort(3, 80.0, [179.999, -179.999]))
    assert [one.geom_type for one in beside] == ["Polygon", "Polygon"]


def test_masked_cells_have_no_shape():
    shapes = cells.polygons(np.ma.array([12, 15], mask=[0, 1]))
    assert shapes[0] == cells.polygons(12)
    assert shapes[1] is None


def test_shapes_of_arrays():
    morton = everything(1).reshape(4, 3, 4)
    assert cells.polygons(morton).shape == (4, 3, 4)
    assert cells.polygons(np.empty((0, 2), np.int64)).shape == (0, 2)
    assert isinstance(cells.polygons(1), shapely.Polygon)
    for step in (1, 3):
        lat, lon = cells.boundary(morton, step)
        assert lat.shape == lon.shape == (4, 3, 4, 4 * step)
        one_lat, one_lon = cells.boundary(int(morton[2, 1, 3]), step)
        np.testing.assert_array_equal(one_lat, lat[2, 1, 3])
        np.testing.assert_array_equal(one_lon, lon[2, 1, 3])
    assert cells.boundary(np.empty((0, 2), np.int64), 5)[0].shape == (0, 2, 20)


@pytest.mark.parametrize("step", [0, -1, 2**24 + 1])
def test_no_step(step):
    for function in (cells.boundary, cells.polygons):
        with pytest.raises(ValueError, match=f"step must lie in 1-16777216, not {step}$"):
            function([1, 12], step)


def test_steps_of_other_kinds():
    for step in (1.5, "2", None):
        with pytest.raises(TypeError):
            cells.boundary(1, step)
    with pytest.raises(TypeError, match=r"not an array of shape \(2,\)"):
        cells.boundary(1, [1, 2])
