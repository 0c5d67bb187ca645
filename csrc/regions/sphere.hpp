// Points on the sphere as vectors of doubles, and on which side of an arc a third one lies:
// exactly.
//
// `orientation` first evaluates the determinant in doubles, where an error bound decides whether
// its sign can be trusted (Shewchuk 1997, Discrete & Computational Geometry 18, 305). Else it adds
// up the very products, as a sum of doubles that do not overlap (an expansion, ibid.). Where even
// that is zero, `half_open_orientation` moves all points by symbolic amounts, each much smaller
// than the one before (Edelsbrunner and Muecke 1990, ACM Transactions on Graphics 9, 66): then no
// three points lie on one great circle, and regions that share an arc share no point of it.
#pragma once

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "index/healpix.hpp"

namespace mortie {

struct Vector {
    double x, y, z;
};

static constexpr Vector operator+(Vector a, Vector b) noexcept {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
static constexpr Vector operator-(Vector a, Vector b) noexcept {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
static constexpr Vector operator-(Vector a) noexcept { return {-a.x, -a.y, -a.z}; }
static constexpr Vector operator*(double factor, Vector a) noexcept {
    return {factor * a.x, factor * a.y, factor * a.z};
}
static constexpr bool operator==(Vector a, Vector b) noexcept {
    return a.x == b.x && a.y == b.y && a.z == b.z;
}
// The order of coordinates.
static constexpr bool operator<(Vector a, Vector b) noexcept {
    return a.x != b.x ? a.x < b.x : a.y != b.y ? a.y < b.y : a.z < b.z;
}

static constexpr double dot(Vector a, Vector b) noexcept {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
static constexpr Vector cross(Vector a, Vector b) noexcept {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static double norm(Vector a) noexcept { return std::sqrt(dot(a, a)); }

struct SineCosine {
    double sine, cosine;
};

// Of an angle of at most pi / 4, within a unit in the last place: Taylor's series, whose next terms
// are less than 2**-63 and 2**-58.
static constexpr SineCosine sine_cosine(double angle) noexcept {
    const double s = angle * angle;
    const double odd =
        s * (-1.0 / 6 +
             s * (1.0 / 120 + s * (-1.0 / 5040 +
                                   s * (1.0 / 362880 +
                                        s * (-1.0 / 39916800 +
                                             s * (1.0 / 6227020800 + s * (-1.0 / 1307674368e3 +
                                                                          s / 355687428096e3)))))));
    const double even =
        s * s *
        (1.0 / 24 +
         s * (-1.0 / 720 +
              s * (1.0 / 40320 +
                   s * (-1.0 / 3628800 +
                        s * (1.0 / 479001600 + s * (-1.0 / 87178291200 + s / 20922789888e3))))));
    const double half = 0.5 * s;
    const double near_one = 1 - half; // and what this rounding lost, for a small even part
    return {angle + angle * odd, near_one + (((1 - near_one) - half) + even)};
}

// Of a number of quarter turns in 0-1; their quadrants' ends give exactly 0 and 1.
static constexpr SineCosine sine_cosine_of_quarters(double t) noexcept {
    if (t <= 0.5) {
        return sine_cosine(half_pi * t);
    }
    const auto [sine, cosine] = sine_cosine(half_pi * (1 - t));
    return {cosine, sine};
}

// (x, y) turned to the east by a number of quarter turns.
static constexpr Vector turn(Vector a, std::int64_t quarters) noexcept {
    switch (quarters & 3) {
    case 0:
        return a;
    case 1:
        return {-a.y, a.x, a.z};
    case 2:
        return {-a.x, -a.y, a.z};
    default:
        return {a.y, -a.x, a.z};
    }
}

// Coordinates this small become zero, a move of less than 10**-60, so that products of three keep
// all their digits.
static constexpr double without_dust(double value) noexcept {
    return -0x1p-200 < value && value < 0x1p-200 ? 0 : value;
}

// A longitude in degrees, as the nearest multiple of 90 and the rest, which is exact: of up to 720
// degrees the product is, and the difference by Sterbenz' lemma.
struct Longitude {
    std::int64_t quarters; // up to a multiple of 4
    double rest;           // in -45 to 45
};

// The nearest integer to a number of less than 2**51: adding this leaves no bits for a fraction.
static constexpr double nearest(double value) noexcept {
    constexpr double shift = 0x1.8p52;
    return (value + shift) - shift;
}

[[maybe_unused]] static Longitude split_longitude(double lon) noexcept {
    const double small = std::fabs(lon) <= 720 ? lon : std::fmod(lon, 360);
    const double quarters = nearest(small * (1.0 / 90));
    return {static_cast<std::int64_t>(quarters), small - 90 * quarters};
}

// The point at a latitude and a longitude, in degrees.
[[maybe_unused]] static Vector latlon2vector(double lat, double lon) noexcept {
    const bool steep = std::fabs(lat) > 45;
    const auto [s, c] = sine_cosine((steep ? 90 - std::fabs(lat) : lat) * degree);
    const double z = steep ? std::copysign(c, lat) : s;
    const double radius = steep ? s : c;
    const auto [quarters, rest] = split_longitude(lon);
    const auto [sine, cosine] = sine_cosine(rest * degree);
    const Vector east = turn({radius * cosine, radius * sine, z}, quarters);
    return {without_dust(east.x), without_dust(east.y), without_dust(east.z)};
}

// A sum and what its rounding lost (Knuth's).
struct Sum {
    double value, error;
};

static constexpr Sum two_sum(double a, double b) noexcept {
    const double sum = a + b;
    const double of_b = sum - a;
    return {sum, (a - (sum - of_b)) + (b - of_b)};
}

// A sum of doubles that do not overlap, the smallest first; the last has its sign.
template <std::size_t capacity> class Expansion {
  public:
    // Shewchuk's Grow-Expansion, without the zeros.
    constexpr void add(double value) noexcept {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            const auto [sum, error] = two_sum(value, part_[i]);
            value = sum;
            if (error != 0) {
                part_[kept++] = error;
            }
        }
        if (value != 0) {
            part_[kept++] = value;
        }
        size_ = kept;
    }

    // Adds a * b.
    constexpr void add_product(double a, double b) noexcept {
        const auto [product, error] = two_product(a, b);
        add(error);
        add(product);
    }

    // Adds a * b * c.
    constexpr void add_product(double a, double b, double c) noexcept {
        const auto [product, error] = two_product(a, b);
        add_product(error, c);
        add_product(product, c);
    }

    constexpr int sign() const noexcept { return size_ == 0 ? 0 : part_[size_ - 1] < 0 ? -1 : 1; }

  private:
    static constexpr Sum split(double a) noexcept { // Veltkamp's
        const double scaled = 134217729 * a;
        const double high = scaled - (scaled - a);
        return {high, a - high};
    }

    static constexpr Sum two_product(double a, double b) noexcept { // Dekker's
        const double product = a * b;
        const auto [a_high, a_low] = split(a);
        const auto [b_high, b_low] = split(b);
        const double rest = ((product - a_high * b_high) - a_low * b_high) - a_high * b_low;
        return {product, a_low * b_low - rest};
    }

    double part_[capacity] = {};
    std::size_t size_ = 0;
};

// How many orientations took more than doubles, for the tests.
inline std::atomic<std::uint64_t> exact_orientations{0};
inline std::atomic<std::uint64_t> symbolic_orientations{0};

// The sign of the determinant of three vectors of doubles.
[[maybe_unused]] static int exact_orientation(Vector a, Vector b, Vector c) noexcept {
    exact_orientations.fetch_add(1, std::memory_order_relaxed);
    Expansion<24> sum; // six products of four doubles each
    sum.add_product(a.y, b.z, c.x);
    sum.add_product(-a.z, b.y, c.x);
    sum.add_product(a.z, b.x, c.y);
    sum.add_product(-a.x, b.z, c.y);
    sum.add_product(a.x, b.y, c.z);
    sum.add_product(-a.y, b.x, c.z);
    return sum.sign();
}

// Each of the determinant's six products goes through five roundings at most (two products, a
// difference, two sums), and their absolute values add up to at most 2 / sqrt(3) = 1.155 for unit
// vectors: 5 * 2**-53 * 1.155 < 2**-50.
inline constexpr double orientation_error = 0x1p-50;

// 1 if c lies left of the arc from a to b, seen from outside; -1 if right; 0 on its great circle.
[[maybe_unused]] static int orientation(Vector a, Vector b, Vector c) noexcept {
    const double determinant = dot(cross(a, b), c);
    if (determinant > orientation_error) {
        return 1;
    }
    if (determinant < -orientation_error) {
        return -1;
    }
    return exact_orientation(a, b, c);
}

// The sign of the determinant when coordinate j of the i-th point, in the order of coordinates, is
// greater by e**(2**(3 i + j)), for every small e > 0: that of the first coefficient of the
// polynomial in e that is not zero. The bits of `moved` say which coordinates make a coefficient:
// it is a minor of the matrix, without their rows and columns. Points must differ.
[[maybe_unused]] static int symbolic_orientation(Vector a, Vector b, Vector c) noexcept {
    symbolic_orientations.fetch_add(1, std::memory_order_relaxed);
    int parity = 1;
    const auto sort = [&parity](Vector &first, Vector &second) {
        if (second < first) {
            std::swap(first, second);
            parity = -parity;
        }
    };
    sort(a, b);
    sort(b, c);
    sort(a, b);
    const double matrix[3][3] = {{a.x, a.y, a.z}, {b.x, b.y, b.z}, {c.x, c.y, c.z}};
    for (unsigned moved = 1;; ++moved) { // at 0b100'010'001 at the latest it is 1
        Expansion<24> sum;
        for (unsigned first = 0; first < 3; ++first) { // the columns of rows 0, 1, 2
            for (unsigned step = 1; step < 3; ++step) {
                const unsigned column[] = {first, (first + step) % 3, (first + 2 * step) % 3};
                double factor[] = {1, 1, 1};
                unsigned used = 0;
                for (unsigned row = 0; row < 3; ++row) {
                    const unsigned bit = 1u << (3 * row + column[row]);
                    if ((moved & bit) != 0) {
                        used |= bit;
                    } else {
                        factor[row] = matrix[row][column[row]];
                    }
                }
                if (used == moved) {
                    sum.add_product(step == 1 ? factor[0] : -factor[0], factor[1], factor[2]);
                }
            }
        }
        if (sum.sign() != 0) {
            return parity * sum.sign();
        }
    }
}

// 1 or -1; 0 only if two of the points are the same.
[[maybe_unused]] static int half_open_orientation(Vector a, Vector b, Vector c) noexcept {
    const int sign = orientation(a, b, c);
    if (sign != 0 || a == b || b == c || c == a) {
        return sign;
    }
    return symbolic_orientation(a, b, c);
}

} // namespace mortie
