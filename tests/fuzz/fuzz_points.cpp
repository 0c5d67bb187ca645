// Points to pixels and back: every set of kernels gives what the functions of healpix.hpp give for
// one element, in every bit; a pixel's centre lies in the pixel, and a point near the centre of its
// own; what is no point is reported.
#include "harness.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "index/healpix.hpp"

namespace {

using namespace harness;
using mortie::LatLon;
using mortie::Pixel;

constexpr Int64 untouched = 987654321;
constexpr std::size_t words_each = 3;
constexpr double where_zones_meet = 41.810314895778596; // degrees: asin(2 / 3)

double uniform(std::uint64_t word) { return static_cast<double>(word >> 11) * 0x1p-53; }

// Some representable numbers further up or down.
double beside(double value, Int64 steps) {
    for (; steps != 0; steps -= steps > 0 ? 1 : -1) {
        value = std::nextafter(value, steps > 0 ? HUGE_VAL : -HUGE_VAL);
    }
    return value;
}

struct Points {
    Column<Int64> order;
    Column<double> lat, lon;
    Column<Int64> morton;

    Points(const Input &input, std::size_t n)
        : order(input, n), lat(input, n), lon(input, n), morton(input, n) {
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint64_t *words = &input.words[words_each * i];
            make(i, Bits(words[0]), words[1], words[2]);
        }
    }

    void make(std::size_t i, Bits bits, std::uint64_t first, std::uint64_t second) {
        order[i] = bits.rarely(7) ? static_cast<Int64>(first) >> bits.take(6) : bits.below(30, 9);
        const Int64 coarse = bits.below(19, 8);
        const Int64 parent = bits.below(12, 6);
        const Int64 steps = bits.below(9, 6) - 4;
        morton[i] = bits.rarely(7)
                        ? static_cast<Int64>(first)
                        : reference::norm2mort(coarse, static_cast<Int64>(first), parent);
        lat[i] = 180 * uniform(first) - 90;
        lon[i] = 720 * uniform(second) - 360;
        switch (bits.take(3)) {
        case 0: { // on a corner of finer pixels
            const auto last = (Int64{1} << coarse) - 1;
            const LatLon centre =
                mortie::pixel2latlon(coarse, {static_cast<Int64>(first) & last,
                                              static_cast<Int64>(second) & last, parent});
            lat[i] = beside(centre.lat, steps);
            lon[i] = beside(centre.lon, bits.below(9, 6) - 4);
            break;
        }
        case 1:
            lat[i] = std::copysign(beside(where_zones_meet, steps * coarse), lat[i]);
            break;
        case 2:
            lat[i] = std::copysign(90 - std::pow(10.0, 16 * uniform(first) - 15), lat[i]);
            break;
        case 3:
            lat[i] = beside(45.0 * static_cast<double>(parent % 5 - 2), steps);
            lon[i] = beside(45.0 * static_cast<double>(coarse - 9), steps);
            break;
        case 4:
            lon[i] = std::bit_cast<double>(second);
            break;
        case 5:
            if (bits.rarely(4)) {
                lat[i] = std::bit_cast<double>(first);
            }
            break;
        default:
            break;
        }
    }
};

// The angle between two points, in radians, good for small ones: half the chord is its half's sine.
long double angle(LatLon a, LatLon b) {
    const long double radians = 3.14159265358979323846L / 180;
    const long double up = std::sin((a.lat - static_cast<long double>(b.lat)) * radians / 2);
    const long double along = std::sin((a.lon - static_cast<long double>(b.lon)) * radians / 2);
    const long double square =
        up * up + std::cos(a.lat * radians) * std::cos(b.lat * radians) * along * along;
    return 2 * std::asin(std::sqrt(std::min(square, 1.0L)));
}

// By order, the distance that no point of a pixel has from its centre: that of the corner towards
// the pole from the centre of a pixel that lies where the zones meet and beside the edge of a base
// cell. (Gorski et al. 2005, sections 4.1 and 5; a rounding error is added.)
const auto greatest_radius = [] {
    std::array<long double, mortie::max_nest_order + 1> radius{};
    for (std::size_t order = 0; order < radius.size(); ++order) {
        const double width = 1 / static_cast<double>(Int64{1} << order);
        const double corner = std::asin(1 - (1 - width) * (1 - width) / 3) * 180 / mortie::pi;
        radius[order] = angle({where_zones_meet, 45 * width}, {corner, 0}) * 1.000001L + 1e-14L;
    }
    return radius;
}();

bool same(double a, double b) {
#if defined(__GLIBC__)
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
#else // acos and atan2 may be less exact than centres.hpp takes for granted
    return std::fabs(a - b) < 1e-12;
#endif
}

void compare_all(const Input &input, std::size_t n) {
    const Points given(input, n);
    const std::size_t step = input.order_step;

    std::vector<char> to_nest(n), to_mort(n), index(n);
    std::vector<Int64> nest(n, untouched), indices(n, untouched);
    std::vector<LatLon> centres(n, {untouched, untouched});
    const Kernels &scalar = mortie::scalar_kernels;
    for (std::size_t i = 0; i < n; ++i) {
        const Int64 k = given.order[i * step];
        const bool point = -90 <= given.lat[i] && given.lat[i] <= 90 && std::isfinite(given.lon[i]);
        to_nest[i] = point && 0 <= k && k <= 29;
        to_mort[i] = point && 0 <= k && k <= 18;
        if (to_nest[i]) {
            const Pixel pixel = mortie::latlon2pixel(k, given.lat[i], given.lon[i]);
            nest[i] = mortie::pixel2nest(k, pixel);
            const LatLon centre = mortie::pixel2latlon(k, pixel);
            // (Turns of 360 degrees cost huge longitudes their digits.)
            if (std::fabs(given.lon[i]) <= 720 &&
                angle({given.lat[i], given.lon[i]}, centre) >
                    greatest_radius[static_cast<std::size_t>(k)]) {
                differs(scalar, "the distance from the centre", i);
            }
            if (to_mort[i]) {
                indices[i] = reference::norm2mort(k, nest[i], nest[i] >> 2 * k);
            }
        }
        const reference::Norm norm = reference::mort2norm(given.morton[i]);
        index[i] = norm.order >= 0;
        if (index[i]) {
            const Int64 pixel = (norm.parent << 2 * norm.order) + norm.normed;
            centres[i] = mortie::pixel2latlon(norm.order, mortie::nest2pixel(norm.order, pixel));
            const auto [there, at] = centres[i];
            if (mortie::pixel2nest(norm.order, mortie::latlon2pixel(norm.order, there, at)) !=
                pixel) {
                differs(scalar, "the pixel of the centre", i);
            }
        }
    }

    for (const Kernels *kernels : supported) {
        const auto check = [&](const char *name, const std::vector<char> &good,
                               const std::vector<Int64> &expected, auto kernel) {
            Column<Int64> out(input, n, untouched);
            run(*kernels, name, good, [&](std::size_t at, std::size_t count) {
                return kernel(count, {&given.order[at * step], step}, {&given.lat[at], 1},
                              {&given.lon[at], 1}, &out[at]);
            });
            for (std::size_t i = 0; i < n; ++i) {
                if (out[i] != expected[i]) {
                    differs(*kernels, name, i);
                }
            }
        };
        check("latlon2nest", to_nest, nest, kernels->latlon2nest);
        check("latlon2mort", to_mort, indices, kernels->latlon2mort);

        Column<double> lats(input, n, untouched);
        Column<double> lons(input, n, untouched);
        run(*kernels, "mort2latlon", index, [&](std::size_t at, std::size_t count) {
            return kernels->mort2latlon(count, &given.morton[at], &lats[at], &lons[at]);
        });
        for (std::size_t i = 0; i < n; ++i) {
            if (!same(lats[i], centres[i].lat) || !same(lons[i], centres[i].lon)) {
                differs(*kernels, "mort2latlon", i);
            }
        }
    }
}

} // namespace

const std::size_t harness::bytes_each = words_each * sizeof(std::uint64_t);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const harness::Input input(data, size);
    compare_all(input, input.words.size() / words_each);
    return 0;
}
