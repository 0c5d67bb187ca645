// From pixels to the latitudes and longitudes of their centres, many at once and in every bit as
// healpix.hpp does.
//
// All operations are those of pixel2latlon, save acos and atan2. Here these are computed to about
// 0.02 units in the last place, as a sum of two doubles, and a centre is taken only where both ends
// of `colat_error` around it lead to the same latitude: the others, some in a hundred, are left to
// pixel2latlon. (That holds for a C library whose acos and atan2 are that close to correctly
// rounded; the GNU one is, within 0.005 and 0.024 units.)
#pragma once

#include "index/healpix.hpp"
#include "kernels/projection.hpp"

namespace mortie {

// From polynomials.py, like the next: asin(y) = y + y s (1 / 6 + s poly(s)), s = y * y, for
// y <= 1/2; error 2**-58 of poly.
inline constexpr double asin_polynomial[] = {
    0x1.3333333333333p-4,  0x1.6db6db6db6e53p-5, 0x1.f1c71c71b35f6p-6, 0x1.6e8ba2f094655p-6,
    0x1.1c4ec34c36091p-6,  0x1.c99a006f82962p-7, 0x1.7a7f54c0d5f6bp-7, 0x1.404f481b366bap-7,
    0x1.0eba461a2d67bp-7,  0x1.0b94d31c7d692p-7, 0x1.4b700d9e12306p-9, 0x1.23291da96b71ap-6,
    -0x1.230cab6b1c24dp-6, 0x1.bb8cd3a927edcp-6,
};

// atan(q) = q - q s poly(s), s = q * q, for q <= 1/7; error 2**-55 of poly.
inline constexpr double atan_polynomial[] = {
    0x1.5555555555555p-2, -0x1.99999999992e6p-3, 0x1.249249234982ep-3, -0x1.c71c6ed238164p-4,
    0x1.745b77cb6b712p-4, -0x1.3a9e4ccfab705p-4, 0x1.0082b84da5d7dp-4,
};

inline constexpr double pi_low = 1.224646799147353177226065932275e-16; // what pi lacks

// Bounds in relation to what polynomials add: their own error, and 3 roundings of the product.
inline constexpr double added_error = 0x1p-51;
// And to the whole: how far the C library is from correctly rounded, within 1/128 and 1/32 unit in
// the last place. That is no theorem, but the tests take every ring there is.
inline constexpr double colat_error = 0x1p-60;
inline constexpr double small_colat_error = 0x1p-58; // for those below pi / 3

template <typename Real> struct Cells {
    Real nside, inverse_nside; // inverse_nside is 1 / nside
    Real x, y, face;           // as in Pixel
};

template <typename Real> struct Centres {
    Real lat, lon;
    typename Real::Mask certain;
};

// The ring that a centre lies on, as pixel2latlon has it, operation by operation.
template <typename Real> struct Rings {
    Real ring, depth, height, step; // depth is 1 - |z| in the caps, height |z|
    typename Real::Mask polar, south;
};

template <typename Real> Rings<Real> find_rings(const Cells<Real> &cells, Real row) {
    const Real one(1.0);
    const Real two(2.0);
    const Real from_north = (row + two) * cells.nside - cells.x - cells.y - one;
    const Real from_south = Real(4.0) * cells.nside - from_north;
    const Real nearer = min(from_north, from_south);
    const auto polar = nearer < cells.nside;
    const Real ring = min(nearer, cells.nside);
    const Real step = Real(2.0 / 3) * cells.inverse_nside;
    const Real depth =
        (ring * ring) * (Real(1.0 / 3) * (cells.inverse_nside * cells.inverse_nside));
    const Real height = select(polar, one - depth, (two * cells.nside - nearer) * step);
    return {ring, depth, height, step, polar, from_south < from_north};
}

// A colatitude: base + first + second + third, each much smaller than the one before. `curved` is
// what a polynomial has added to it, and so the only term that errs by more than its rounding.
template <typename Real> struct Colatitudes {
    Real base, first, second, third, curved;
};

// acos(z) = pi/2 - asin(z), or 2 asin(sqrt((1 - z) / 2)) where that is below pi/3; from the nearer
// pole. With y the argument of asin and s = y y, both with what they lack of the exact values
// (y_low, s_low): asin(y) = y + y s / 6 + y s s poly(s).
template <typename Real> Colatitudes<Real> by_arcsine(const Rings<Real> &rings) {
    const Real zero(0.0);
    const Real half(0.5);
    const Real one(1.0);
    const Real sixth(1.0 / 6);
    const Real sixth_low(0x1.5555555555555p-57);
    const Real height = rings.height;
    const auto wide = half < height;
    const Real square = half * (one - height); // exact
    const Real root = sqrt(square);
    const Real y = select(wide, root, height);
    const Real s = select(wide, square, height * height);
    const Real s_low = select(wide, zero, multiply_subtract(height, height, s)); // exact
    const Real cube = y * s;
    const Real cube_low = multiply_subtract(y, s, cube) + y * s_low;
    const Real second = cube * sixth;
    const Real second_low =
        multiply_subtract(cube, sixth, second) + multiply_add(cube, sixth_low, cube_low * sixth);
    // Of sqrt(square) = root + root_low, to first order; of asin, times its slope 1 + s / 2.
    const Real root_low = multiply_subtract(root, root, square) * (Real(-0.5) / root);
    const Real y_low = select(wide, multiply_add(root_low * s, sixth, root_low), zero);
    const Real curved = (cube * s) * polynomial<asin_polynomial>(s);

    const Real towards = select(rings.south, one, Real(-1.0));
    const Real sign = towards * select(wide, Real(-2.0), one);
    return {select(wide, select(rings.south, Real(pi), zero), Real(half_pi)), sign * y,
            sign * second, sign * (second_low + (curved + y_low)), abs(curved)};
}

// Near a pole, atan2(sqrt(1 - z z), z) = atan(q) = q - q s poly(s), s = q q; from the nearer pole.
template <typename Real>
Colatitudes<Real> by_arctangent(const Rings<Real> &rings, typename Real::Mask near_pole) {
    const Real zero(0.0);
    const Real one(1.0);
    const Real two(2.0);
    const Real sine = sqrt(rings.depth * (two - rings.depth));
    const Real cosine = select(near_pole, rings.height, one);
    const Real q = sine / cosine;
    // What q lacks, with 2 - cosine for 1 / cosine: 1e-4 of it is 2**-66 of q.
    const Real q_low = multiply_subtract(q, cosine, sine) * (cosine - two);
    const Real q_square = q * q;
    const Real curved = (q * q_square) * polynomial<atan_polynomial>(q_square);
    const Real towards = select(rings.south, one, Real(-1.0));
    return {select(rings.south, Real(pi), zero), zero - towards * q, zero,
            towards * (curved - q_low), curved};
}

template <typename Real> Centres<Real> pixels2latlon(const Cells<Real> &cells) {
    const Real zero(0.0);
    const Real one(1.0);
    const Real row = floor(cells.face * Real(0.25));
    const Rings<Real> rings = find_rings(cells, row);
    Colatitudes<Real> colat = by_arcsine(rings);
    const auto near_pole = Real(0.99) < rings.height;
    if (Real::bits(near_pole) != 0) {
        const Colatitudes<Real> other = by_arctangent(rings, near_pole);
        colat = {select(near_pole, other.base, colat.base),
                 select(near_pole, other.first, colat.first),
                 select(near_pole, other.second, colat.second),
                 select(near_pole, other.third, colat.third),
                 select(near_pole, other.curved, colat.curved)};
    }

    // high + low, by exact sums (Dekker 1971); a base of pi or its half lacks its share of pi_low.
    const Real sum = colat.base + colat.first;
    const Real high = sum + colat.second;
    const Real low =
        ((colat.base - sum) + colat.first) +
        (((sum - high) + colat.second) + multiply_add(colat.base, Real(pi_low / pi), colat.third));
    const Real from_library = select(colat.base < one, Real(small_colat_error), Real(colat_error));
    const Real error = multiply_add(colat.curved, Real(added_error), high * from_library);
    const Real per_degree(180 / pi);
    const Real lat = Real(90.0) - (high + (low - error)) * per_degree;
    const Real other = Real(90.0) - (high + (low + error)) * per_degree;

    // Eighths of a turn, times the ring.
    const Real column = cells.face - Real(4.0) * row;
    const Real from_middle = row - one;
    const Real along =
        multiply_add(Real(2.0) * column + from_middle * from_middle, rings.ring, cells.x - cells.y);
    const Real eighths = select(along < zero, along + Real(8.0) * rings.ring, along);
    const Real phi = select(rings.polar, (Real(0.5 * half_pi) * eighths) / rings.ring,
                            (Real(0.75 * half_pi) * eighths) * rings.step);
    return {lat, phi * per_degree,
            static_cast<typename Real::Mask>((lat <= other) & (other <= lat))};
}

// Cells from the order, address and base cell of some elements.
template <typename Real>
Cells<Real> load_cells_one_by_one(const Int64 *order, const Int64 *normed, const Int64 *parents) {
    double nside[Real::width];
    double inverse_nside[Real::width];
    double x[Real::width];
    double y[Real::width];
    double face[Real::width];
    for (std::size_t i = 0; i < Real::width; ++i) {
        const Pixel pixel = nest2pixel(order[i], normed[i]);
        nside[i] = static_cast<double>(Int64{1} << order[i]);
        inverse_nside[i] = 1 / nside[i];
        x[i] = static_cast<double>(pixel.x);
        y[i] = static_cast<double>(pixel.y);
        face[i] = static_cast<double>(parents[i]);
    }
    return {Real::load(nside), Real::load(inverse_nside), Real::load(x), Real::load(y),
            Real::load(face)};
}

// A kernel in blocks: `mort2norm`, then `load(order, normed, parents)`, which makes Cells<Real> of
// the elements at these places, then the centres.
template <typename Real, decltype(Kernels::mort2norm) mort2norm, auto load>
std::size_t decode_centres(std::size_t n, const Int64 *morton, double *lat, double *lon) noexcept {
    constexpr std::size_t width = Real::width;
    return by_block(n, [=](std::size_t begin, std::size_t count) {
        alignas(64) Int64 order[block_size];
        alignas(64) Int64 normed[block_size];
        alignas(64) Int64 parents[block_size];
        std::uint16_t unsure[block_size + 1];
        std::size_t left = 0;
        const std::size_t done = mort2norm(count, morton + begin, order, normed, parents);
        for (std::size_t i = done; i % width != 0; ++i) { // any cell fills the last register
            order[i] = normed[i] = parents[i] = 0;
        }
        for (std::size_t i = 0; i < done; i += width) {
            const Centres<Real> centres = pixels2latlon(load(order + i, normed + i, parents + i));
            if (i + width <= done) {
                centres.lat.store(lat + begin + i);
                centres.lon.store(lon + begin + i);
            } else {
                double lats[width];
                double lons[width];
                centres.lat.store(lats);
                centres.lon.store(lons);
                std::copy_n(lats, done - i, lat + begin + i);
                std::copy_n(lons, done - i, lon + begin + i);
            }
            const unsigned certain = Real::bits(centres.certain);
            for (std::size_t j = 0; j < width; ++j) { // a branch could not be foretold
                unsure[left] = static_cast<std::uint16_t>(i + j);
                left += (certain >> j & 1) ^ 1;
            }
        }
        for (std::size_t u = 0; u < left && unsure[u] < done; ++u) {
            const std::size_t i = unsure[u];
            const Pixel pixel = nest2pixel(order[i], normed[i]);
            lat[begin + i] = pixel2latlon(order[i], {pixel.x, pixel.y, parents[i]}).lat;
        }
        return done;
    });
}

} // namespace mortie
