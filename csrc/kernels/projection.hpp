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

// Entry i is 2**i.
inline constexpr auto bit = [] {
    Table<std::uint64_t, 64> table{};
    for (std::size_t i = 0; i < 64; ++i) {
        table.entry[i] = std::uint64_t{1} << i;
    }
    return table;
}();

inline constexpr double all_bits = std::bit_cast<double>(~std::uint64_t{0});

// A bit for each point of a block.
struct Bits {
    std::uint64_t words[block_size / 64];
};

// Calls `mask_at(i)` for the register of points from place i on, for all of them, and gives the
// bits of the masks.
template <typename Real, typename F> Bits for_registers(std::size_t n, F mask_at) {
    Bits bits{};
    for (std::size_t begin = 0; begin < n; begin += 64) {
        const std::size_t end = n - begin < 64 ? n : begin + 64;
        std::uint64_t word = 0;
        if constexpr (Real::width == 1) { // so that compilers may make vectors of the first loop
            double flags[64];
            for (std::size_t i = begin; i < end; ++i) {
                flags[i - begin] = mask_at(i) ? all_bits : 0;
            }
            for (std::size_t i = begin; i < end; ++i) {
                word |= std::bit_cast<std::uint64_t>(flags[i - begin]) & bit.entry[i - begin];
            }
        } else {
            for (std::size_t i = begin; i < end; i += Real::width) {
                word |= std::uint64_t{Real::bits(mask_at(i))} << (i - begin);
            }
        }
        bits.words[begin / 64] = word;
    }
    return bits;
}

// What follows from the latitudes of a block. On the map where a base cell is a diamond with
// diagonals of 1 (Calabretta and Roukema 2007, figure 1), `up` is the distance from the equator,
// and distances along the map from the middle of a quarter turn shrink by `sigma`, which is 1
// between the zones.
struct Parallels {
    alignas(64) double sigma[block_size];
    alignas(64) double up[block_size];
    Bits plain;
};

// (Inlined where blocks are walked, GCC makes no vectors of the plain loops.)
template <typename Real>
[[gnu::noinline]] void find_parallels(std::size_t n, const double *lats, Parallels &found) {
    const Real zero(0.0);
    const Real one(1.0);
    found.plain = for_registers<Real>(n, [&](std::size_t i) {
        const Real lat = Real::load(lats + i);
        // Nearer to the poles, healpy has other formulas.
        const auto far_from_poles = abs(lat) <= Real(89.4);
        // The same double as healpy's; then d is exact (Sterbenz).
        const Real colat = Real(half_pi) - select(far_from_poles, lat, zero) * Real(degree);
        const Real d = Real(half_pi) - colat;
        const Real s = d * d;
        const Real poly = polynomial<sine_polynomial>(s);
        // healpy takes cos(colat) = sin(d + 0.55 u), within 1 u, and we sin(d): 1.55 u. The
        // polynomial errs by 0.33 u with its rounded coefficients (see polynomials.py). s, the last
        // steps of poly and the product make 5 u of d s poly = sin(d) - d, which is at most 0.571:
        // 2.9 u. The last addition makes 0.5 u. Together 5.3 u, less than cosine_error.
        const Real z = multiply_add(d * s, poly, d);

        const Real height = abs(z);
        const auto polar = Real(two_thirds) < height;
        const auto same_zone = Real(cosine_error) < abs(height - Real(two_thirds));
        // From healpy's z to ours sigma changes by 12 u / sigma, and each rounds it by 1.5 u.
        const Real sigma = select(polar, sqrt(abs(Real(3.0) * (one - height))), one);
        const Real cap_top = one - Real(0.5) * sigma;
        // Between the zones healpy's z and ours make 6 u, and each rounds the product by 0.5 u.
        const Real up = select(polar, select(z < zero, zero - cap_top, cap_top), Real(0.75) * z);
        sigma.store(found.sigma + i);
        up.store(found.up + i);
        return static_cast<typename Real::Mask>(far_from_poles & same_zone);
    });
}

// What follows from the longitudes of a block: in quarter turns, the distance from the middle of
// one, and its end.
struct Meridians {
    alignas(64) double from_middle[block_size];
    alignas(64) double quarter_end[block_size];
    Bits plain;
};

template <typename Real>
[[gnu::noinline]] void find_meridians(std::size_t n, const double *lons, Meridians &found) {
    const Real zero(0.0);
    found.plain = for_registers<Real>(n, [&](std::size_t i) {
        const Real angle = Real::load(lons + i) * Real(degree);
        const auto within_a_turn = abs(angle) < Real(two_pi);
        const Real small = select(within_a_turn, angle, zero);
        const Real phi = select(small < zero, small + Real(two_pi), small);
        const Real turned = phi * Real(quarter_turn);
        const Real t = select(turned < Real(4.0), turned, zero); // the same double as healpy's
        const Real quarter = floor(t);
        (t - quarter - Real(0.5)).store(found.from_middle + i);
        (quarter + Real(1.0)).store(found.quarter_end + i);
        return within_a_turn;
    });
}

// A block of pixels, in doubles, and which of them are certain.
struct PixelBlock {
    alignas(64) double x[block_size];
    alignas(64) double y[block_size];
    alignas(64) double face[block_size];
    Bits certain;
};

template <typename Real>
void find_pixels(std::size_t n, const Int64 *order, const Parallels &lat, const Meridians &lon,
                 PixelBlock &found) {
    const Real one(1.0);
    const Real half(0.5);
    found.certain = for_registers<Real>(n, [&](std::size_t i) {
        const Real nside = Real::power_of_two(order + i);
        const Real sigma = Real::load(lat.sigma + i);
        const Real up = Real::load(lat.up + i);
        // f is `rising` or `falling`. Between the zones healpy and we round it by 4 u each (values
        // to 5): together with z, 15 u. Nearer to a pole f is a multiple of sigma by a factor of at
        // most 1: healpy rounds it by 3 u, we by 9.6 u; with sigma, 12 u / sigma + 14.1 u, less
        // than 27 u / sigma.
        const Real along =
            multiply_add(Real::load(lon.from_middle + i), sigma, Real::load(lon.quarter_end + i));
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
        x.store(found.x + i);
        y.store(found.y + i);
        select(first < Real(4.0), face, face - Real(4.0)).store(found.face + i);
        const Real off_centre = max(abs(x_real - x - half), abs(y_real - y - half));
        return nside * Real(coordinate_error) < (half - off_centre) * sigma;
    });
    for (std::size_t i = 0; i < block_size / 64; ++i) {
        found.certain.words[i] &= lat.plain.words[i] & lon.plain.words[i];
    }
}

// Why a point may be left to healpix.hpp; for those who count.
[[maybe_unused]] static Cause cause(double lat, double lon) {
    return std::fabs(lat) > 89.4                                   ? near_pole
           : std::fabs(lon * degree) >= two_pi                     ? beyond_a_turn
           : std::fabs(std::fabs(lat) - 41.81031489577860) < 1e-13 ? where_zones_meet
                                                                   : near_edge;
}

// `n` elements of an input, in whole registers: where they stand, or, with the first one repeated,
// in `room`.
template <std::size_t width, typename T>
static const T *whole_registers(std::size_t n, Broadcast<T> input, T (&room)[block_size]) {
    if (input.step != 0 && n % width == 0) {
        return input.data;
    }
    for (std::size_t i = 0; i < (n + width - 1) / width * width; ++i) {
        room[i] = input[i < n ? i : 0];
    }
    return room;
}

// Finds the unsure pixels of a block. Returns how many elements are done: all of them, or those
// before the first bad point.
[[maybe_unused]] static std::size_t find_unsure(std::size_t n, const Int64 *order,
                                                const double *lat, const double *lon,
                                                PixelBlock &pixels) {
    std::uint64_t found[causes] = {};
    std::size_t done = n;
    for (std::size_t begin = 0; begin < done; begin += 64) {
        std::uint64_t unsure = ~pixels.certain.words[begin / 64];
        for (; unsure != 0; unsure &= unsure - 1) {
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
// pixel numbers, in whole registers, for which the orders are all there, and `finish(n, order,
// nest, numbers)`, a kernel, what is asked.
template <typename Real, auto write>
std::size_t convert_points(std::size_t n, Broadcast<Int64> order, Broadcast<double> lat,
                           Broadcast<double> lon, Int64 *numbers, Int64 highest,
                           decltype(Kernels::nest2mort) finish) noexcept {
    constexpr std::size_t width = Real::width;
    alignas(64) Int64 order_room[block_size];
    alignas(64) double lat_room[block_size];
    alignas(64) double lon_room[block_size];
    alignas(64) Int64 nest[block_size];
    const Int64 *orders = order_room;
    const double *lats = lat_room;
    const double *lons = lon_room;
    Parallels parallels;
    Meridians meridians;
    PixelBlock pixels;
    return by_order(n, order, highest, [&](std::size_t begin, std::size_t valid) {
        return by_block(valid, [&](std::size_t offset, std::size_t count) {
            const std::size_t at = begin + offset;
            // What is one for all is made in the first block, as along the rows of a grid. (NumPy
            // writes out rows that are shorter than its buffers.)
            if (order.step != 0 || at == 0) {
                orders = whole_registers<width>(count, order.from(at), order_room);
            }
            if (lat.step != 0 || at == 0) {
                lats = whole_registers<width>(count, lat.from(at), lat_room);
                find_parallels<Real>(count, lats, parallels);
            }
            if (lon.step != 0 || at == 0) {
                lons = whole_registers<width>(count, lon.from(at), lon_room);
                find_meridians<Real>(count, lons, meridians);
            }
            find_pixels<Real>(count, orders, parallels, meridians, pixels);
            const std::size_t done = find_unsure(count, orders, lats, lons, pixels);
            write(done, {orders, order.step}, pixels, nest);
            return finish(done, order.from(at), nest, numbers + at);
        });
    });
}

template <typename Real, auto write, Int64 highest, auto finish>
std::size_t points_to_numbers(std::size_t n, Broadcast<Int64> order, Broadcast<double> lat,
                              Broadcast<double> lon, Int64 *numbers) noexcept {
    return convert_points<Real, write>(n, order, lat, lon, numbers, highest, finish);
}

// The plainest `write`.
[[maybe_unused]] static void write_nest_one_by_one(std::size_t n, Broadcast<Int64> order,
                                                   const PixelBlock &pixels, Int64 *nest) {
    const auto write = [=, &pixels](auto order_at) {
        for (std::size_t i = 0; i < n; ++i) {
            nest[i] = pixel2nest(order_at(i), {static_cast<std::int32_t>(pixels.x[i]),
                                               static_cast<std::int32_t>(pixels.y[i]),
                                               static_cast<std::int32_t>(pixels.face[i])});
        }
    };
    if (order.step != 0) {
        write([=](std::size_t i) { return order[i]; });
    } else { // a vector of one shift is what every processor has
        write([k = *order.data](std::size_t) { return k; });
    }
}

// The `finish` for pixel numbers.
[[maybe_unused]] static std::size_t keep_nest(std::size_t n, Broadcast<Int64>, const Int64 *nest,
                                              Int64 *numbers) noexcept {
    std::copy_n(nest, n, numbers);
    return n;
}

} // namespace mortie
