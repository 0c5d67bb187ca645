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

// Degrees, from rings counted from the north pole, 0 to 4 nside.
template <typename Real> Real ring2lat(Real nside, Real from_north) {
    const Real half(0.5);
    const Real one(1.0);
    const Real from_south = Real(4.0) * nside - from_north;
    const Real ring = min(from_north, from_south);
    const auto polar = ring < nside;
    const Real height = ((nside + nside) - ring) / nside * Real(two_thirds);
    const Real root = sqrt(half * (one - min(height, one)));
    const auto wide = half < height;
    const Real flat =
        select(polar, ring / nside * Real(0.408248290463863016366214012450981899), root);
    const Real v = select(wide, flat, height);
    const Real s = v * v;
    const Real more = multiply_add(s, polynomial<asin_polynomial>(s), Real(1.0 / 6));
    const Real arcsine = multiply_add(v * s, more, v);
    const Real lat = select(wide, Real(90.0) - arcsine * Real(360 / pi), arcsine * Real(180 / pi));
    return select(from_south < from_north, Real(0.0) - lat, lat);
}

// Degrees, 0 to below 360, from the base cell and x - y; at a pole the base cell's middle.
template <typename Real> Real ring2lon(Real nside, Real from_north, Real face, Real across) {
    const Real zero(0.0);
    const Real one(1.0);
    const Real row = floor(face * Real(0.25));
    const Real column = face - Real(4.0) * row;
    const Real from_middle = row - one;
    const Real nearer = min(min(from_north, Real(4.0) * nside - from_north), nside);
    const Real ring = select(nearer < one, one, nearer);
    const Real along = multiply_add(column + column + from_middle * from_middle, ring, across);
    const Real turn = Real(8.0) * ring;
    const Real positive = select(along < zero, along + turn, along);
    return Real(45.0) * select(turn <= positive, positive - turn, positive) / ring;
}

// A kernel in blocks, like decode_centres: of each cell the northern, western, southern and eastern
// corner.
template <typename Real, decltype(Kernels::mort2norm) mort2norm, auto load>
std::size_t find_vertices(std::size_t n, const Int64 *morton, Rows<double, 4> lat,
                          Rows<double, 4> lon) noexcept {
    constexpr std::size_t width = Real::width;
    return by_block(n, [=](std::size_t begin, std::size_t count) {
        // What is not filled is the cell 0 of order 0.
        alignas(64) Int64 order[block_size] = {};
        alignas(64) Int64 normed[block_size] = {};
        alignas(64) Int64 parents[block_size] = {};
        const std::size_t done = mort2norm(count, morton + begin, order, normed, parents);
        for (std::size_t i = 0; i < done; i += width) {
            const auto [nside, inverse_nside, x, y, face] =
                load(order + i, normed + i, parents + i);
            const Real one(1.0);
            const Real row = floor(face * Real(0.25));
            const Real south = (row + Real(2.0)) * nside - x - y;
            const Real middle = south - one;
            const Real north = middle - one;
            const Real across = x - y;
            double lats[3][width];
            ring2lat(nside, north).store(lats[0]);
            ring2lat(nside, middle).store(lats[1]);
            ring2lat(nside, south).store(lats[2]);
            double lons[4][width];
            ring2lon(nside, north, face, across).store(lons[0]);
            ring2lon(nside, middle, face, across - one).store(lons[1]);
            ring2lon(nside, south, face, across).store(lons[2]);
            ring2lon(nside, middle, face, across + one).store(lons[3]);
            for (std::size_t lane = 0; lane < width && i + lane < done; ++lane) {
                double *const lat_row = lat[begin + i + lane];
                double *const lon_row = lon[begin + i + lane];
                lat_row[0] = lats[0][lane];
                lat_row[1] = lat_row[3] = lats[1][lane];
                lat_row[2] = lats[2][lane];
                for (std::size_t corner = 0; corner < 4; ++corner) {
                    lon_row[corner] = lons[corner][lane];
                }
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
            double lats[width];
            double lons[width];
            ring2lat(lines, from_north).store(lats);
            ring2lon(lines, from_north, Real::load(face + i), Real::load(across + i)).store(lons);
            const std::size_t few = std::min(width, done - i);
            std::copy_n(lats, few, lat + begin + i);
            std::copy_n(lons, few, lon + begin + i);
        }
        return done;
    });
}

} // namespace mortie
