// From cells to the corners of their outlines, many at once.
//
// A corner of a grid of nside * nside pixels in a base cell stands on a ring, `ring` / nside of the
// way from a pole to the first full ring, and `along` / ring eighths of a turn from the meridian 0:
// rational numbers, of which each result is a function of its own. Only the latitude is rounded
// more than once. With u = 2**-53, in radians: the height is off by at most 2 u, hence the arc sine
// by 3 u; the arc sine's own error is below 2 u, the conversion to degrees takes 2 u more, the
// last subtraction less than u. All that is less than 1e-15, and so it is with the longitude's u of
// a whole turn.
//
// The formulas are those of Gorski et al. (2005), The Astrophysical Journal 622, 759, equations 4
// to 9; in the caps, where 1 - |z| = ring**2 / 3, the sine of half the colatitude is ring /
// sqrt(6).
#pragma once

#include "index/outline.hpp"
#include "kernels/centres.hpp"

namespace mortie {

// Degrees, from the distances to both poles in base cells, of which one is below 2.
template <typename Real> Real ring2lat(Real from_north, Real from_south) {
    const Real half(0.5);
    const Real one(1.0);
    const Real nearer = min(from_north, from_south);
    const Real height = (Real(2.0) - nearer) * Real(two_thirds);
    const auto wide = half < height;
    const Real root = sqrt(half * (one - min(height, one)));
    const Real in_cap = nearer * Real(0.408248290463863016366214012450981899);
    const Real v = select(wide, select(nearer < one, in_cap, root), height);
    const Real s = v * v;
    const Real more = multiply_add(s, polynomial<asin_polynomial>(s), Real(1.0 / 6));
    const Real arcsine = multiply_add(v * s, more, v);
    const Real lat = select(wide, Real(90.0) - arcsine * Real(360 / pi), arcsine * Real(180 / pi));
    return select(from_south < from_north, Real(0.0) - lat, lat);
}

// Degrees, 0 to below 360, from the base cell, x - y and the distance to the nearer pole, both in
// parts of which `nside` are a base cell; at a pole the base cell's middle.
template <typename Real> Real ring2lon(Real nside, Real nearer, Real face, Real across) {
    const Real zero(0.0);
    const Real one(1.0);
    const Real row = floor(face * Real(0.25));
    const Real column = face - Real(4.0) * row;
    const Real from_middle = row - one;
    const Real ring = select(zero < nearer, min(nearer, nside), one);
    const Real along = multiply_add(column + column + from_middle * from_middle, ring, across);
    const Real turn = Real(8.0) * ring;
    const Real positive = select(along < zero, along + turn, along);
    return Real(45.0) * select(turn <= positive, positive - turn, positive) / ring;
}

// A kernel in blocks, like decode_centres: of each cell the northern, western, southern and eastern
// corner. All sums are exact: of multiples of 1 / nside.
template <typename Real, decltype(Kernels::mort2norm) mort2norm, auto load>
std::size_t find_vertices(std::size_t n, const Int64 *morton, Rows<double, 4> lat,
                          Rows<double, 4> lon) noexcept {
    constexpr std::size_t width = Real::width;
    return by_block(n, [=](std::size_t begin, std::size_t count) {
        alignas(64) Int64 order[block_size];
        alignas(64) Int64 normed[block_size];
        alignas(64) Int64 parents[block_size];
        const std::size_t done = mort2norm(count, morton + begin, order, normed, parents);
        for (std::size_t i = done; i % width != 0; ++i) { // any cell fills the last register
            order[i] = normed[i] = parents[i] = 0;
        }
        for (std::size_t i = 0; i < done; i += width) {
            const Cells<Real> cells = load(order + i, normed + i, parents + i);
            const Real one(1.0);
            const Real four(4.0);
            const Real side = cells.inverse_nside;
            const Real x = cells.x * side;
            const Real y = cells.y * side;
            const Real south = (floor(cells.face * Real(0.25)) + Real(2.0)) - x - y;
            const Real middle = south - side;
            const Real north = middle - side;
            const Real across = x - y;
            const auto lat_of = [=](Real ring) { return ring2lat(ring, four - ring); };
            const auto lon_of = [=](Real ring, Real along) {
                return ring2lon(one, min(ring, four - ring), cells.face, along);
            };
            const Real beside = lat_of(middle);
            const Real lats[] = {lat_of(north), beside, lat_of(south), beside};
            const Real lons[] = {lon_of(north, across), lon_of(middle, across - side),
                                 lon_of(south, across), lon_of(middle, across + side)};
            if (i + width <= done) {
                store_rows(lats, lat[begin + i]);
                store_rows(lons, lon[begin + i]);
            } else {
                double rows[4 * width];
                store_rows(lats, rows);
                std::copy_n(rows, 4 * (done - i), lat[begin + i]);
                store_rows(lons, rows);
                std::copy_n(rows, 4 * (done - i), lon[begin + i]);
            }
        }
        return done;
    });
}

// Likewise, single points of outlines; those of `step` 1 are the corners, in every bit.
template <typename Real, decltype(Kernels::mort2norm) mort2norm>
std::size_t find_boundary_points(std::size_t n, Broadcast<Int64> step, const Int64 *morton,
                                 const Int64 *place, double *lat, double *lon) noexcept {
    constexpr std::size_t width = Real::width;
    return by_block(n, [=](std::size_t begin, std::size_t count) {
        Int64 order[block_size];
        Int64 normed[block_size];
        Int64 parents[block_size];
        double nside[block_size];
        double ring[block_size];
        double across[block_size];
        double face[block_size];
        std::size_t done = mort2norm(count, morton + begin, order, normed, parents);
        for (std::size_t i = 0; i < done; ++i) {
            const Int64 parts = step[begin + i];
            const Int64 at = place[begin + i];
            if (parts < 1 || parts > max_step || at < 0 || at >= 4 * parts) {
                done = i;
                break;
            }
            const Pixel pixel = nest2pixel(order[i], normed[i]);
            const Pixel point = outline_point({pixel.x, pixel.y, parents[i]}, parts, at);
            const Int64 lines = parts << order[i];
            nside[i] = static_cast<double>(lines);
            ring[i] = static_cast<double>((point.face / 4 + 2) * lines - point.x - point.y);
            across[i] = static_cast<double>(point.x - point.y);
            face[i] = static_cast<double>(point.face);
        }
        for (std::size_t i = done; i % width != 0; ++i) {
            nside[i] = 1;
            ring[i] = across[i] = face[i] = 0;
        }
        for (std::size_t i = 0; i < done; i += width) {
            const Real lines = Real::load(nside + i);
            const Real from_north = Real::load(ring + i);
            const Real from_south = Real(4.0) * lines - from_north;
            double lats[width];
            double lons[width];
            ring2lat(from_north / lines, from_south / lines).store(lats);
            ring2lon(lines, min(from_north, from_south), Real::load(face + i),
                     Real::load(across + i))
                .store(lons);
            const std::size_t few = std::min(width, done - i);
            std::copy_n(lats, few, lat + begin + i);
            std::copy_n(lons, few, lon + begin + i);
        }
        return done;
    });
}

} // namespace mortie
