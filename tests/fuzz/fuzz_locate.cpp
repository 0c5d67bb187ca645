// Points in rings of any doubles: a fault or an index, whose answers add up. A ring and its reverse
// share their edges; oriented, they are a partition of the sphere: each point lies in one of them.
#include "harness.hpp"

#include <algorithm>
#include <cmath>

#include "regions/locate.hpp"

namespace {

using namespace harness;
using mortie::Fault;
using mortie::Kind;
using mortie::Locator;

constexpr std::size_t words_each = 2;

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
