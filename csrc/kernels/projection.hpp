// From latitude and longitude to pixels, many points at once and in every bit as healpix.hpp does.
//
// Of the operations that lead healpy to a pixel, only the cosine is slow. Here a polynomial stands
// in for it, both zones of the sphere take one way, and a point gets a pixel only where no rounding
// on either side can change it: the others, some in 10**9 of order 18, are left to latlon2pixel.
// This is the filtered predicate of computational geometry (Shewchuk 1997, Discrete & Computational
// Geometry 18, 305).
//
// Why it is right. Let u = 2**-53, and f one of a pixel's two coordinates in units of a base cell,
// as a function of longitude and z over the real numbers. Where f, times nside, lies further from
// every integer than rounding takes healpy's f from ours, rounding it down gives what healpy gives,
// pixel and base cell alike. What each line adds to that distance stands beside it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "index/healpix.hpp"
#include "kernels/kernels.hpp"
#include "kernels/loops.hpp"

namespace mortie {

inline constexpr double cosine_error = 0x1p-50;     // between z and healpy's: 8 u
inline constexpr double coordinate_error = 0x1p-48; // between f and healpy's, times sigma: 32 u

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

// What latitudes tell. On the map where a base cell is a diamond with diagonals of 1 (Calabretta
// and Roukema 2007, figure 1), `up` is the distance from the equator, and distances along the map
// from the middle of a quarter turn shrink by `sigma`, which is 1 between the zones.
template <typename Real> struct Parallels {
    Real sigma, up;
    typename Real::Mask plain;
};

template <typename Real> Parallels<Real> parallels(Real lat) {
    const Real zero(0.0);
    const Real one(1.0);
    const auto far_from_poles = abs(lat) <= Real(89.4); // nearer to them, healpy has other formulas
    const Real colat = Real(half_pi) - select(far_from_poles, lat, zero) * Real(degree); // healpy's
    const Real d = Real(half_pi) - colat; // exact (Sterbenz)
    const Real s = d * d;
    const Real poly = polynomial<sine_polynomial>(s);
    // healpy takes cos(colat) = sin(d + 0.55 u), within 1 u, and we sin(d): 1.55 u. The polynomial
    // errs by 0.33 u with its rounded coefficients (see polynomials.py). s, the last steps of poly
    // and the product make 5 u of d s poly = sin(d) - d, which is at most 0.571: 2.9 u. The last
    // addition makes 0.5 u. Together 5.3 u, less than cosine_error.
    const Real z = multiply_add(d * s, poly, d);

    const Real height = abs(z);
    const auto polar = Real(two_thirds) < height;
    const auto same_zone = Real(cosine_error) < abs(height - Real(two_thirds));
    // From healpy's z to ours sigma changes by 12 u / sigma, and each rounds it by 1.5 u.
    const Real sigma = select(polar, sqrt(abs(Real(3.0) * (one - height))), one);
    const Real cap_top = one - Real(0.5) * sigma;
    // Between the zones healpy's z and ours make 6 u, and each rounds the product by 0.5 u.
    const Real up = select(polar, select(z < zero, zero - cap_top, cap_top), Real(0.75) * z);
    return {sigma, up, static_cast<typename Real::Mask>(far_from_poles & same_zone)};
}

// What longitudes tell: in quarter turns, the distance from the middle of one, and its end.
template <typename Real> struct Meridians {
    Real from_middle, quarter_end;
    typename Real::Mask plain;
};

template <typename Real> Meridians<Real> meridians(Real lon) {
    const Real zero(0.0);
    const Real angle = lon * Real(degree);
    const auto within_a_turn = abs(angle) < Real(two_pi);
    const Real small = select(within_a_turn, angle, zero);
    const Real phi = select(small < zero, small + Real(two_pi), small);
    const Real turned = phi * Real(quarter_turn);
    const Real t = select(turned < Real(4.0), turned, zero); // the same double as healpy's
    const Real quarter = floor(t);
    return {(t - quarter) - Real(0.5), quarter + Real(1.0), within_a_turn};
}

// A block of pixels, in doubles; and in the bits of `unsure`, which of them healpix.hpp must find.
struct PixelBlock {
    alignas(64) double x[block_size];
    alignas(64) double y[block_size];
    alignas(64) double face[block_size];
    std::uint64_t unsure[block_size / 64];
};

// Writes a register of pixels from place i on, and tells which of them are certain.
template <typename Real>
typename Real::Mask write_pixels(Real nside, const Parallels<Real> &lat, const Meridians<Real> &lon,
                                 PixelBlock &pixels, std::size_t i) {
    const Real one(1.0);
    const Real half(0.5);
    // f is `rising` or `falling`. Between the zones healpy and we round it by 4 u each (values to
    // 5): together with z, 15 u. Nearer to a pole f is a multiple of sigma by a factor of at most
    // 1: healpy rounds it by 3 u, we by 9.6 u; with sigma, 12 u / sigma + 14.1 u < 27 u / sigma.
    const Real along = multiply_add(lon.from_middle, lat.sigma, lon.quarter_end);
    const Real falling = along - lat.up;
    const Real rising = along + lat.up;
    const Real west = floor(falling);
    const Real east = floor(rising);
    const Real first = min(west, east);
    const Real face = (first + Real(4.0)) + Real(4.0) * (west - east);
    const Real x_real = nside * (rising - east);
    const Real y_real = nside * ((west + one) - falling);
    const Real x = floor(x_real);
    const Real y = floor(y_real);
    x.store(pixels.x + i);
    y.store(pixels.y + i);
    select(first < Real(4.0), face, face - Real(4.0)).store(pixels.face + i);

    const Real off_centre = max(abs(x_real - x - half), abs(y_real - y - half));
    const auto clear = nside * Real(coordinate_error) < (half - off_centre) * lat.sigma;
    return static_cast<typename Real::Mask>(clear & lat.plain & lon.plain);
}

// Calls `run(at)`, where `at(i)` gives f of the register from place i on: made once if all elements
// are one value, as along the rows of a grid.
template <typename Real, typename F, typename Run>
void with_registers(Broadcast<double> input, F f, Run run) {
    if (input.step == 0) {
        const auto same = f(Real(*input.data));
        run([same](std::size_t) { return same; });
    } else {
        run([=](std::size_t i) { return f(Real::load(input.data + i)); });
    }
}

// Fills the block with pixels. The inputs are read, and the pixels written, in whole registers.
template <typename Real>
void project(std::size_t n, const Int64 *order, Broadcast<double> lat, Broadcast<double> lon,
             PixelBlock &pixels) {
    const auto run = [&](auto nside_at, auto parallels_at, auto meridians_at) {
        for (std::size_t begin = 0; begin < n; begin += 64) {
            std::uint64_t certain = 0;
            for (std::size_t i = begin; i < begin + 64 && i < n; i += Real::width) {
                const auto mask =
                    write_pixels<Real>(nside_at(i), parallels_at(i), meridians_at(i), pixels, i);
                certain |= std::uint64_t{Real::bits(mask)} << (i - begin);
            }
            pixels.unsure[begin / 64] = ~certain;
        }
    };
    const auto nside_at = [=](std::size_t i) { return Real::power_of_two(order + i); };
    with_registers<Real>(lat, parallels<Real>, [&](auto parallels_at) {
        with_registers<Real>(lon, meridians<Real>,
                             [&](auto meridians_at) { run(nside_at, parallels_at, meridians_at); });
    });
}

// Why a point may be left to healpix.hpp; for those who count.
[[maybe_unused]] static Cause cause(double lat, double lon) {
    return std::fabs(lat) > 89.4                                   ? near_pole
           : std::fabs(lon * degree) >= two_pi                     ? beyond_a_turn
           : std::fabs(std::fabs(lat) - 41.81031489577860) < 1e-13 ? where_zones_meet
                                                                   : near_edge;
}

// An input of which whole registers can be read: where it stands, or, with the first element behind
// the last, in `room`.
template <std::size_t width, typename T>
static Broadcast<T> whole_registers(std::size_t n, Broadcast<T> input, T (&room)[block_size]) {
    if (input.step == 0 || n % width == 0) {
        return input;
    }
    for (std::size_t i = 0; i < (n + width - 1) / width * width; ++i) {
        room[i] = input[i < n ? i : 0];
    }
    return {room, 1};
}

// Finds the unsure pixels of a block. Returns how many elements are done: all of them, or those
// before the first bad point.
[[maybe_unused]] static std::size_t find_unsure(std::size_t n, const Int64 *order,
                                                Broadcast<double> lat, Broadcast<double> lon,
                                                PixelBlock &pixels) {
    std::uint64_t found[causes] = {};
    std::size_t done = n;
    for (std::size_t begin = 0; begin < done; begin += 64) {
        for (std::uint64_t unsure = pixels.unsure[begin / 64]; unsure != 0; unsure &= unsure - 1) {
            const std::size_t i = begin + static_cast<std::size_t>(std::countr_zero(unsure));
            if (i >= done) {
                break;
            }
            if (!is_lat(lat[i]) || !is_lon(lon[i])) {
                done = i;
                break;
            }
            const Pixel exact = latlon2pixel(order[i], lat[i], lon[i]);
            pixels.x[i] = static_cast<double>(exact.x);
            pixels.y[i] = static_cast<double>(exact.y);
            pixels.face[i] = static_cast<double>(exact.face);
            ++found[cause(lat[i], lon[i])];
        }
    }
    for (std::size_t i = 0; i < causes; ++i) { // once a block: threads share the counters
        if (found[i] != 0) {
            exact_points[i].fetch_add(found[i], std::memory_order_relaxed);
        }
    }
    return done;
}

// The kernels from points to numbers, in blocks: several short loops are faster than one that does
// all, which would have more operations than a processor can look ahead. And results may go where
// the points are: so they wait until a block has been read. `write(n, order, pixels, nest)` makes
// pixel numbers, in whole registers, and `finish(n, order, nest, numbers)`, a kernel, what is
// asked.
template <typename Real, auto write, Int64 highest, auto finish>
std::size_t points_to_numbers(std::size_t n, Broadcast<Int64> order, Broadcast<double> lat,
                              Broadcast<double> lon, Int64 *numbers) noexcept {
    constexpr std::size_t width = Real::width;
    alignas(64) Int64 orders[block_size];
    alignas(64) double lats[block_size];
    alignas(64) double lons[block_size];
    alignas(64) Int64 nest[block_size];
    PixelBlock pixels;
    if (order.step == 0) {
        for (std::size_t i = 0; i < n + width && i < block_size; ++i) {
            orders[i] = *order.data;
        }
    }
    return by_order(n, order, highest, [&](std::size_t begin, std::size_t valid) {
        return by_block(valid, [&](std::size_t offset, std::size_t count) {
            const std::size_t at = begin + offset;
            const Broadcast<double> block_lat = whole_registers<width>(count, lat.from(at), lats);
            const Broadcast<double> block_lon = whole_registers<width>(count, lon.from(at), lons);
            const Int64 *const k = order.step == 0
                                       ? orders
                                       : whole_registers<width>(count, order.from(at), orders).data;
            project<Real>(count, k, block_lat, block_lon, pixels);
            const std::size_t done = find_unsure(count, k, block_lat, block_lon, pixels);
            write(done, k, pixels, nest);
            return finish(done, order.from(at), nest, numbers + at);
        });
    });
}

// The plainest `write`.
[[maybe_unused]] static void write_nest_one_by_one(std::size_t n, const Int64 *order,
                                                   const PixelBlock &pixels, Int64 *nest) {
    for (std::size_t i = 0; i < n; ++i) {
        nest[i] = pixel2nest(order[i], {static_cast<std::int32_t>(pixels.x[i]),
                                        static_cast<std::int32_t>(pixels.y[i]),
                                        static_cast<std::int32_t>(pixels.face[i])});
    }
}

// The `finish` for pixel numbers.
[[maybe_unused]] static std::size_t keep_nest(std::size_t n, Broadcast<Int64>, const Int64 *nest,
                                              Int64 *numbers) noexcept {
    std::copy_n(nest, n, numbers);
    return n;
}

} // namespace mortie
