// From latitude and longitude to pixels, many points at once and in every bit as healpix.hpp does.
//
// Of the operations that lead healpy to a pixel, only the cosine is slow. Here a polynomial stands
// in for it, both zones of the sphere take one way, and a point gets a pixel only where no rounding
// on either side can change it: the others, some in 10**9 of order 18, are left to latlon2pixel.
// This is the filtered predicate of computational geometry (Shewchuk 1997, Discrete & Computational
// Geometry 18, 305).
//
// Why it is right. Let u = 2**-53. healpy's cosine z' and our z differ by less than
// `cosine_error` = 8 u:
//     the colatitude is the same double, and d = fl(pi/2) - colat is exact (Sterbenz);
//     cos(colat) = sin(d + 0.55 u), which we take for sin(d)             0.55 u
//     the polynomial's own error for |d| <= pi/2, with its rounded
//         coefficients (see polynomials.py)                              0.33 u
//     d * s * poly = sin(d) - d is at most 0.571; s, the product and
//         the last steps of poly round it by 5 u in relation             2.9  u
//     the last addition                                                  0.5  u
//     the C library's cosine, within a unit in the last place            1    u
// The longitude in quarter turns, t, is the same double. Let f be one of a pixel's two coordinates
// in units of a base cell, as a function of t and z over the real numbers.
//     For |z| <= 2/3, f = t + 1/2 -+ 3/4 z. healpy rounds it by at most 4 u (values to 5) and
//         half a u (3/4 z), so do we, and z and z' make 6 u: together 15 u.
//     Nearer to a pole, f is a multiple of sigma by a factor of at most 1. sigma(z) and sigma(z')
//         differ by at most 12 u / sigma. healpy rounds f by at most 3 u; we round sigma by 1.5 u,
//         and f by at most 9.6 u: together 12 u / sigma + 14.1 u, less than 27 u / sigma.
// Both are less than `coordinate_error` / sigma, with 1 for sigma in the first case. Where f, times
// nside, lies further than that from every integer, rounding it down gives what healpy gives, pixel
// and base cell alike. Within 0.6 degrees of a pole, and nearer to |z| = 2/3 than cosine_error,
// healpy and we might take different formulas: these points are left over too.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <iterator>

#include "index/healpix.hpp"
#include "kernels/kernels.hpp"
#include "kernels/loops.hpp"

namespace mortie {

inline constexpr double cosine_error = 0x1p-50;
inline constexpr double coordinate_error = 0x1p-48;

// sin(d) = d + d s poly(s), s = d * d, for |d| <= pi/2; from polynomials.py.
inline constexpr double sine_polynomial[] = {
    -0x1.5555555555555p-3,  0x1.1111111111107p-7,  -0x1.a01a01a018aadp-13, 0x1.71de3a5456716p-19,
    -0x1.ae6455a1d7087p-26, 0x1.6124015b5ee3ap-33, -0x1.ae5138c1216b3p-41, 0x1.89a4866f527ebp-49,
};

// A register of Reals holds `Real::width` doubles and is one of the types that the kernel files
// define; its comparisons give a Real::Mask. Everything here is a template of a type without
// linkage, so that each of these files keeps the code that was compiled for it.

// The polynomial in x with the given coefficients, the constant one first, by halves that
// processors work at side by side (Estrin's scheme). `powers` are x, x**2, x**4 and x**8.
template <const auto &coefficients, std::size_t first, std::size_t count, typename Real>
Real polynomial_part(const Real *powers) {
    if constexpr (count == 1) {
        return Real(coefficients[first]);
    } else {
        constexpr std::size_t half = std::bit_floor(count - 1);
        return multiply_add(polynomial_part<coefficients, first + half, count - half>(powers),
                            powers[std::countr_zero(half)],
                            polynomial_part<coefficients, first, half>(powers));
    }
}

template <const auto &coefficients, typename Real> Real polynomial(Real x) {
    const Real x2 = x * x;
    const Real x4 = x2 * x2;
    const Real powers[] = {x, x2, x4, x4 * x4};
    return polynomial_part<coefficients, 0, std::size(coefficients)>(powers);
}

// The pixels of a block of points, in doubles.
struct PixelBlock {
    alignas(64) double x[block_size];
    alignas(64) double y[block_size];
    alignas(64) double face[block_size];
    alignas(64) double certain[block_size]; // 1, or 0
};

// Writes the pixels of a register of points from place i on.
template <typename Real>
void project(Real nside, Real lat, Real lon, PixelBlock &pixels, std::size_t i) {
    const Real zero(0.0);
    const Real one(1.0);
    const Real half(0.5);

    const auto plain_lat = abs(lat) <= Real(89.4);
    const Real colat = Real(half_pi) - select(plain_lat, lat, zero) * Real(degree);
    const Real d = Real(half_pi) - colat;
    const Real s = d * d;
    const Real poly = polynomial<sine_polynomial>(s);
    const Real z = multiply_add(d * s, poly, d);

    const Real angle = lon * Real(degree);
    const auto plain_lon = abs(angle) < Real(two_pi);
    const Real small = select(plain_lon, angle, zero);
    const Real phi = select(small < zero, small + Real(two_pi), small);
    const Real turned = phi * Real(quarter_turn);
    const Real t = select(turned < Real(4.0), turned, zero);

    // On the map where a base cell is a diamond with diagonals of 1 (Calabretta and Roukema 2007,
    // figure 1): `along` from the equator's first corner, `up` from the equator.
    const Real height = abs(z);
    const auto polar = Real(two_thirds) < height;
    const Real quarter = floor(t);
    const Real sigma = sqrt(abs(Real(3.0) * (one - height)));
    const Real cap_top = one - half * sigma;
    const Real along =
        select(polar, multiply_add((t - quarter) - half, sigma, quarter + one), half + t);
    const Real up = select(polar, select(z < zero, zero - cap_top, cap_top), Real(0.75) * z);

    const Real falling = along - up;
    const Real rising = along + up;
    const Real west = floor(falling);
    const Real east = floor(rising);
    const Real first = min(west, east);
    const Real face = (first + Real(4.0)) + Real(4.0) * (west - east);
    const Real x_real = nside * (rising - east);
    const Real y_real = nside * ((west + one) - falling);
    const Real x = floor(x_real);
    const Real y = floor(y_real);

    const Real off_centre = max(abs(x_real - x - half), abs(y_real - y - half));
    const auto clear =
        nside * Real(coordinate_error) < (half - off_centre) * select(polar, sigma, one);
    const auto same_zone = Real(cosine_error) < abs(height - Real(two_thirds));
    x.store(pixels.x + i);
    y.store(pixels.y + i);
    select(first < Real(4.0), face, face - Real(4.0)).store(pixels.face + i);
    const auto factor = [=](auto mask) { return select(mask, one, zero); };
    ((factor(clear) * factor(same_zone)) * (factor(plain_lat) * factor(plain_lon)))
        .store(pixels.certain + i);
}

// Fills the block with the pixels of points. Returns how many: all of them, or those before the
// first bad one.
template <typename Real>
std::size_t find_pixels(std::size_t n, Int64 order, const double *lat, const double *lon,
                        PixelBlock &pixels) {
    constexpr std::size_t width = Real::width;
    const Real nside(static_cast<double>(Int64{1} << order));
    const std::size_t whole = n - n % width;
    for (std::size_t i = 0; i < whole; i += width) {
        project(nside, Real::load(lat + i), Real::load(lon + i), pixels, i);
    }
    if (whole < n) {
        double lats[width] = {};
        double lons[width] = {};
        std::copy(lat + whole, lat + n, lats);
        std::copy(lon + whole, lon + n, lons);
        project(nside, Real::load(lats), Real::load(lons), pixels, whole);
    }

    if (std::count(pixels.certain, pixels.certain + n, 0.0) == 0) {
        return n;
    }
    for (std::size_t i = 0; i < n; ++i) {
        if (pixels.certain[i] == 0) {
            if (!is_lat(lat[i]) || !is_lon(lon[i])) {
                return i;
            }
            const Pixel exact = latlon2pixel(order, lat[i], lon[i]);
            pixels.x[i] = static_cast<double>(exact.x);
            pixels.y[i] = static_cast<double>(exact.y);
            pixels.face[i] = static_cast<double>(exact.face);
            exact_points.fetch_add(1, std::memory_order_relaxed);
        }
    }
    return n;
}

// The kernels from points to numbers, in blocks: several short loops are faster than one that does
// all, which would have more operations than a processor can look ahead. And results may go where
// the points are: so they wait until a block has been read. `write(n, order, pixels, nest)`
// makes the pixel numbers, and may write whole registers.
template <typename Real, auto write>
std::size_t latlon2nest_by(std::size_t n, Broadcast<Int64> order, const double *lat,
                           const double *lon, Int64 *nest) noexcept {
    return by_order(n, order, max_nest_order, [=](std::size_t begin, std::size_t count, Int64 k) {
        return by_block(count, [=](std::size_t offset, std::size_t wanted) {
            const std::size_t at = begin + offset;
            PixelBlock pixels;
            alignas(64) Int64 found[block_size];
            const std::size_t done = find_pixels<Real>(wanted, k, lat + at, lon + at, pixels);
            write(done, k, pixels, found);
            std::copy_n(found, done, nest + at);
            return done;
        });
    });
}

// The plainest `write`.
[[maybe_unused]] static void write_nest_one_by_one(std::size_t n, Int64 order,
                                                   const PixelBlock &pixels, Int64 *nest) {
    for (std::size_t i = 0; i < n; ++i) {
        nest[i] = pixel2nest(order, {static_cast<std::int32_t>(pixels.x[i]),
                                     static_cast<std::int32_t>(pixels.y[i]),
                                     static_cast<std::int32_t>(pixels.face[i])});
    }
}

template <decltype(Kernels::latlon2nest) latlon2nest, decltype(Kernels::nest2mort) nest2mort>
std::size_t latlon2mort_by(std::size_t n, Broadcast<Int64> order, const double *lat,
                           const double *lon, Int64 *morton) noexcept {
    return by_order(n, order, max_order, [=](std::size_t begin, std::size_t count, Int64 k) {
        return by_block(count, [=, &k](std::size_t offset, std::size_t wanted) {
            const std::size_t at = begin + offset;
            Int64 nest[block_size];
            const std::size_t done = latlon2nest(wanted, {&k, 0}, lat + at, lon + at, nest);
            return nest2mort(done, {&k, 0}, nest, morton + at);
        });
    });
}

} // namespace mortie
