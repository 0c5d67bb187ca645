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
//         coefficients (see benchmarks/sine_polynomial.py)               0.33 u
//     d * s * poly = sin(d) - d is at most 0.571; s, the product and
//         Horner's last steps round it by 5 u in relation                2.9  u
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

#include "healpix.hpp"
#include "kernels.hpp"

namespace mortie {

inline constexpr double cosine_error = 0x1p-50;
inline constexpr double coordinate_error = 0x1p-48;

// sin(d) = d + d s poly(s), s = d * d, for |d| <= pi/2; from benchmarks/sine_polynomial.py.
inline constexpr double sine_polynomial[] = {
    -0x1.5555555555555p-3,  0x1.1111111111107p-7,  -0x1.a01a01a018aadp-13, 0x1.71de3a5456716p-19,
    -0x1.ae6455a1d7087p-26, 0x1.6124015b5ee3ap-33, -0x1.ae5138c1216b3p-41, 0x1.89a4866f527ebp-49,
};

// A register of Reals holds `Real::width` doubles and is one of the types that the kernel files
// define; its comparisons give a Real::Mask. Everything here is a template of a type without
// linkage, so that each of these files keeps the code that was compiled for it.

// The polynomial in x with the given coefficients, the constant one first, by halves that processors
// work at side by side (Estrin's scheme). `powers` are x, x**2, x**4 and x**8.
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

template <typename Real> struct Pixels {
    Real x, y, face; // integers
    typename Real::Mask certain;
};

// A kernel from points to numbers. An Encode makes the numbers of one order: `encode(pixels, found)`
// writes those of a register, `encode(pixel)` gives one. (A class, and each of its functions is
// called once: so compilers inline them into one loop.)
template <typename Real, typename Encode> class PointKernel {
  public:
    PointKernel(Int64 order, Encode encode)
        : order_(order), nside_(static_cast<double>(Int64{1} << order)), encode_(encode) {}

    std::size_t operator()(std::size_t n, const double *lat, const double *lon,
                           Int64 *numbers) const {
        for (std::size_t begin = 0; begin < n; begin += width) {
            const std::size_t count = std::min(n - begin, width);
            double lats[width] = {};
            double lons[width] = {};
            const bool whole = count == width;
            if (!whole) {
                std::copy_n(lat + begin, count, lats);
                std::copy_n(lon + begin, count, lons);
            }
            const std::size_t done = encode_some(count, whole ? lat + begin : lats,
                                                 whole ? lon + begin : lons, numbers + begin);
            if (done < count) {
                return begin + done;
            }
        }
        return n;
    }

  private:
    static constexpr std::size_t width = Real::width;

    // Of a register of points, the first `count`. Results may go where the inputs are: they wait in
    // `found` for the last input.
    std::size_t encode_some(std::size_t count, const double *lat, const double *lon,
                            Int64 *numbers) const {
        alignas(64) Int64 found[width];
        const Pixels<Real> pixels = project(Real::load(lat), Real::load(lon));
        encode_(pixels, found);
        const unsigned certain = Real::bits(pixels.certain);
        if (count == width && certain == (1u << width) - 1) {
            std::copy_n(found, width, numbers);
            return width;
        }
        const std::size_t done = encode_rest(certain, count, lat, lon, found);
        std::copy_n(found, done, numbers);
        return done;
    }

    // Gives the points that `certain` leaves over to latlon2pixel, up to the first bad one.
    std::size_t encode_rest(unsigned certain, std::size_t count, const double *lat,
                            const double *lon, Int64 *found) const {
        for (std::size_t i = 0; i < count; ++i) {
            if ((certain >> i & 1) == 0) {
                if (!is_lat(lat[i]) || !is_lon(lon[i])) {
                    return i;
                }
                found[i] = encode_(latlon2pixel(order_, lat[i], lon[i]));
                exact_points.fetch_add(1, std::memory_order_relaxed);
            }
        }
        return count;
    }

    Pixels<Real> project(Real lat, Real lon) const {
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
        const Real along = select(
            polar, multiply_add((t - quarter) - half, sigma, quarter + one), half + t);
        const Real up = select(polar, select(z < zero, zero - cap_top, cap_top), Real(0.75) * z);

        const Real falling = along - up;
        const Real rising = along + up;
        const Real west = floor(falling);
        const Real east = floor(rising);
        const Real first = min(west, east);
        const Real face = (first + Real(4.0)) + Real(4.0) * (west - east);
        const Real x_real = nside_ * (rising - east);
        const Real y_real = nside_ * ((west + one) - falling);
        const Real x = floor(x_real);
        const Real y = floor(y_real);

        const Real off_centre = max(abs(x_real - x - half), abs(y_real - y - half));
        const auto clear = nside_ * Real(coordinate_error) <
                           (half - off_centre) * select(polar, sigma, one);
        const auto same_zone = Real(cosine_error) < abs(height - Real(two_thirds));
        return {x, y, select(first < Real(4.0), face, face - Real(4.0)),
                static_cast<typename Real::Mask>(clear & same_zone & plain_lat & plain_lon)};
    }

    Int64 order_;
    Real nside_;
    Encode encode_;
};

// The Encode that calls `number(order, pixel)` for one pixel after the other.
template <typename Real, auto number> struct OneByOne {
    Int64 order;

    void operator()(const Pixels<Real> &pixels, Int64 *found) const {
        double x[Real::width];
        double y[Real::width];
        double face[Real::width];
        pixels.x.store(x);
        pixels.y.store(y);
        pixels.face.store(face);
        for (std::size_t i = 0; i < Real::width; ++i) {
            found[i] = (*this)({static_cast<Int64>(x[i]), static_cast<Int64>(y[i]),
                                static_cast<Int64>(face[i])});
        }
    }
    Int64 operator()(Pixel pixel) const { return number(order, pixel); }
};

template <typename Real, typename Encode>
std::size_t encode_points(std::size_t n, Broadcast<Int64> order, const double *lat,
                          const double *lon, Int64 *numbers) noexcept {
    return by_order(n, order, max_nest_order, [=](std::size_t i, std::size_t count, Int64 k) {
        return PointKernel<Real, Encode>(k, {k})(count, lat + i, lon + i, numbers + i);
    });
}

// Two loops over a block are faster than one that does all: it would have more operations than a
// processor can look ahead.
template <auto latlon2nest, auto nest2mort>
std::size_t encode_points_to_mort(std::size_t n, Broadcast<Int64> order, const double *lat,
                                  const double *lon, Int64 *morton) noexcept {
    return by_order(n, order, max_order, [=](std::size_t begin, std::size_t count, Int64 k) {
        constexpr std::size_t block = 256;
        Int64 nest[block];
        std::size_t i = 0;
        std::size_t done = block;
        while (i < count && done == block) {
            const std::size_t wanted = std::min(block, count - i);
            const std::size_t at = begin + i;
            done = latlon2nest(wanted, {&k, 0}, lat + at, lon + at, nest);
            i += nest2mort(done, {&k, 0}, nest, morton + at);
        }
        return i;
    });
}

} // namespace mortie
