// Points in rings of any doubles: a fault or an index, whose answers add up. A ring and its reverse
// share their edges; oriented, they are a partition of the sphere: each point lies in one of them.
#include "harness.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "regions/locate.hpp"

namespace {

using namespace harness;
using mortie::Fault;
using mortie::Kind;
using mortie::Locator;

constexpr std::size_t words_each = 2;

[[noreturn]] void fails(const char *what) {
    std::fprintf(stderr, "locate: %s\n", what);
    std::abort();
}

// A degree that most often is special.
double degrees(std::uint64_t word, double most) {
    constexpr double special[] = {0,    90, 45, 30, 41.810314895778596, 180, 19.471220634490691,
                                  11.25};
    Bits bits(word);
    const std::uint64_t kind = bits.take(3);
    const double known = special[bits.take(3)];
    double value = (2 * static_cast<double>(word >> 11) * 0x1p-53 - 1) * most;
    if (kind < 3) {
        value = std::copysign(known, value);
    } else if (kind == 3) {
        value = std::nextafter(known, value);
    } else if (kind == 4) {
        value = std::round(value / 11.25) * 11.25;
    } else if (kind == 5) {
        value *= std::pow(2.0, -static_cast<double>(bits.take(6)));
    } else if (kind == 6 && bits.rarely(4)) {
        return std::bit_cast<double>(word * 0x9e3779b97f4a7c15);
    }
    return std::clamp(value, -most, most);
}

// The first bad coordinate of a ring is another in its reverse.
Fault without_axis(Fault fault) {
    return fault == Fault::bad_longitude ? Fault::bad_latitude : fault;
}

// The first elements are a ring, and all are points.
void compare(const std::uint64_t *words, std::size_t n) {
    std::vector<double> lat(n), lon(n);
    for (std::size_t i = 0; i < n; ++i) {
        lat[i] = degrees(words[words_each * i], 90);
        lon[i] = degrees(words[words_each * i + 1], i % 7 == 6 ? 720 : 180);
    }
    const std::size_t size = std::min<std::size_t>(n, 3 + words[0] % 2);
    std::vector<double> back_lat(lat.begin(), lat.begin() + static_cast<std::ptrdiff_t>(size));
    std::vector<double> back_lon(lon.begin(), lon.begin() + static_cast<std::ptrdiff_t>(size));
    std::reverse(back_lat.begin(), back_lat.end());
    std::reverse(back_lon.begin(), back_lon.end());
    Locator locator(true, {});
    const auto add = [&locator, size](std::size_t region, const double *lats, const double *lons) {
        const Fault found = locator.add(region, {Kind::shell, lats, lons, size}).fault;
        const Fault crossing = locator.end_polygon().fault;
        return found != Fault::none ? found : crossing;
    };
    const Fault fault = add(0, lat.data(), lon.data());
    if (without_axis(fault) != without_axis(add(1, back_lat.data(), back_lon.data()))) {
        fails("the reverse of a ring has another fault");
    }
    if (fault != Fault::none) {
        return;
    }
    if (!locator.build({})) {
        fails("no memory");
    }
    // A ring of three is simple, but for one without an area.
    const auto at = [&](std::size_t i) { return mortie::latlon2vector(lat[i], lon[i]); };
    const bool is_simple = size == 3 && std::fabs(dot(cross(at(0), at(1)), at(2))) > 1e-14;
    std::vector<Int64> expected;
    for (const Kernels *kernels : supported) {
        std::vector<Int64> places(n);
        const std::size_t done =
            locator.locate(*kernels, n, lat.data(), lon.data(), places.data(), {});
        if (done < n && mortie::is_lat(lat[done]) && mortie::is_lon(lon[done])) {
            fails("a good point is refused");
        }
        places.resize(done);
        if (kernels != *supported.begin() && places != expected) {
            fails("kernels differ");
        }
        expected = places;
        mortie::Buffer<Int64> points, regions;
        if (locator.locate_all(*kernels, n, lat.data(), lon.data(), points, regions, {}) != done) {
            fails("all of them are not as many");
        }
        std::size_t pair = 0;
        for (std::size_t i = 0; i < done; ++i) {
            const Int64 first =
                pair < points.size() && points[pair] == static_cast<Int64>(i) ? regions[pair] : -1;
            if (first != places[i]) {
                fails("the first of all is another");
            }
            std::size_t count = 0;
            for (; pair < points.size() && points[pair] == static_cast<Int64>(i); ++pair) {
                ++count;
            }
            if (is_simple && count != 1) {
                fails("a point is not in one part");
            }
        }
    }
}

} // namespace

const std::size_t harness::bytes_each = words_each * sizeof(std::uint64_t);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    harness::by_groups(harness::Input(data, size), words_each, 3, compare);
    return 0;
}
