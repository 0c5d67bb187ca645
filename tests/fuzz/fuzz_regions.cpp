// Rings, lines, points and discs of any doubles: an error or a cover, in which each vertex lies,
// the cells inside are among those that overlap, and mixed orders have the same area as one order.
#include "harness.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "index/healpix.hpp"
#include "regions/cover.hpp"

namespace {

using namespace harness;
using mortie::Buffer;
using mortie::Coverer;
using mortie::Fault;
using mortie::Kind;
using mortie::Mode;
using mortie::Path;

constexpr std::size_t words_each = 2;

Fault cover(Int64 order, Mode mode, bool mixed, bool oriented, const Path &path,
            Buffer<Int64> &cells) {
    Coverer coverer(order, mode, mixed, oriented, {});
    coverer.begin();
    Fault fault = coverer.add(path).fault;
    if (fault == Fault::none) {
        fault = coverer.count().fault;
    }
    if (fault == Fault::none) {
        const Int64 size = coverer.size();
        fault = coverer.write(cells).fault;
        if (coverer.size() != size || cells.size() != static_cast<std::size_t>(size)) {
            fails("the count differs");
        }
    }
    if (fault == Fault::broken || fault == Fault::memory) {
        fails("the chain is broken");
    }
    return fault;
}

Int64 nest_of(Int64 morton) { return mortie::norm2nest(mortie::decode(morton)); }

// The elements from `begin` on make one region.
void compare(const std::uint64_t *words, std::size_t n) {
    Bits bits(words[0] >> 20 ^ words[1] << 7);
    const Int64 order = bits.rarely(4) ? bits.below(11, 10) : bits.below(6, 10);
    const auto kind = static_cast<Kind>(bits.below(5, 10));
    const bool oriented = bits.rarely(1);
    std::vector<double> lat(n), lon(n);
    for (std::size_t i = 0; i < n; ++i) {
        lat[i] = degrees(words[words_each * i], 90);
        lon[i] = degrees(words[words_each * i + 1], i % 7 == 6 ? 720 : 180);
    }
    if (kind == Kind::disc) {
        if (n < 2) {
            return;
        }
        lat[1] = std::fabs(degrees(words[words_each], 180));
    }
    if (kind <= Kind::hole && !bits.rarely(2)) { // most rings would cross themselves
        const auto east = [&lon](std::size_t i) { return lon[i] - 360 * std::floor(lon[i] / 360); };
        std::vector<std::size_t> places(n);
        std::iota(places.begin(), places.end(), std::size_t{0});
        std::sort(places.begin(), places.end(),
                  [&](std::size_t i, std::size_t j) { return east(i) < east(j); });
        const std::vector<double> lats = lat, lons = lon;
        for (std::size_t i = 0; i < n; ++i) {
            lat[i] = lats[places[i]];
            lon[i] = lons[places[i]];
        }
    }
    const Path path = {kind, lat.data(), lon.data(), kind == Kind::disc ? 2 : n};

    Buffer<Int64> mixed, within;
    const Fault fault = cover(order, Mode::overlap, true, oriented, path, mixed);
    if (fault != cover(order, Mode::within, true, oriented, path, within)) {
        fails("modes differ in their errors");
    }
    if (fault != Fault::none) {
        return;
    }
    // As ranges of cells of the order.
    const auto ranges = [order](const Buffer<Int64> &cells) {
        std::vector<std::array<Int64, 2>> found;
        for (const Int64 cell : cells) {
            const Int64 shift = 2 * (order - mortie::decode(cell).order);
            const Int64 first = nest_of(cell) << shift;
            if (!found.empty() && found.back()[1] > first) {
                fails("cells out of order");
            }
            found.push_back({first, first + (Int64{1} << shift)});
        }
        return found;
    };
    const auto outer = ranges(mixed);
    const auto holds = [&outer](Int64 first, Int64 last) {
        const auto after =
            std::upper_bound(outer.begin(), outer.end(), std::array{first, INT64_MAX});
        Int64 end = first;
        for (auto range = after == outer.begin() ? after : after - 1;
             range != outer.end() && (*range)[0] <= end && end < last; ++range) {
            end = std::max(end, (*range)[1]);
        }
        return end >= last;
    };
    for (const auto &[first, last] : ranges(within)) {
        if (!holds(first, last)) {
            fails("a cell within does not overlap");
        }
    }
    for (std::size_t i = 0; kind != Kind::disc && i < n; ++i) {
        const mortie::Pixel pixel = mortie::latlon2pixel(order, lat[i], lon[i]);
        const Int64 nest = mortie::pixel2nest(order, pixel);
        // Turns of 360 degrees cost huge longitudes their digits.
        const bool rounded = std::fabs(lon[i]) > 720;
        if (!rounded && !holds(nest, nest + 1)) {
            fails("a vertex is missed");
        }
    }
    Int64 area = 0;
    for (const auto &[first, last] : outer) {
        area += last - first;
    }
    if (area < 1'000'000) {
        Buffer<Int64> flat;
        cover(order, Mode::overlap, false, oriented, path, flat);
        if (static_cast<Int64>(flat.size()) != area) {
            fails("orders differ in their area");
        }
    }
}

} // namespace

const std::size_t harness::bytes_each = words_each * sizeof(std::uint64_t);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    harness::by_groups(harness::Input(data, size), words_each, 1, compare);
    return 0;
}
