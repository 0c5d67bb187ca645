// Hulls around cells, points on edges, and what an index holds.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/dispatch.hpp"
#include "regions/crossing.hpp"
#include "regions/hull.hpp"
#include "regions/locate.hpp"

namespace {

using mortie::Grid;
using mortie::Hull;
using mortie::Kind;
using mortie::Locator;
using mortie::Pixel;
using mortie::Square;
using mortie::Vector;
using Int64 = std::int64_t;

// The least distance by which points of a cell's border lie within its hull.
double least_margin(Int64 order, Pixel pixel, Int64 finer) {
    const Grid next(order + 2);
    const Hull hull = mortie::make_hull(next, mortie::finer_square(next, 2, pixel));
    const Grid fine(order + finer);
    const Square west = mortie::finer_square(fine, finer, pixel);
    const Int64 last = Int64{1} << finer;
    double least = 1;
    for (Int64 i = 0; i <= last; ++i) {
        for (const Square at : {Square{i, 0}, Square{i, last}, Square{0, i}, Square{last, i}}) {
            const Square corner = {west.rising + at.rising, west.falling + at.falling};
            const Square cell = {corner.rising - (at.rising == last),
                                 corner.falling - (at.falling == last)};
            for (const Vector &side : hull.sides) {
                least = std::min(least, mortie::dot(side, fine.corner(cell, corner)));
            }
        }
    }
    return least;
}

TEST(Hull, HoldsItsCell) {
    for (Int64 order = 0; order < 5; ++order) {
        for (Int64 nest = 0; nest < Int64{12} << 2 * order; ++nest) {
            EXPECT_GT(least_margin(order, mortie::nest2pixel(order, nest), 7),
                      0.9 * mortie::hull_margin)
                << order << ' ' << nest;
        }
    }
}

TEST(Hull, HoldsItsCellAtAllOrders) {
    std::mt19937_64 random(1);
    for (Int64 order = 5; order <= 24; ++order) {
        const Int64 nside = Int64{1} << order;
        for (int i = 0; i < 400; ++i) {
            // At random, and near the corners of base cells, so also near the poles.
            const auto draw = [&] {
                const auto some = static_cast<Int64>(random() >> 20) % (i % 2 == 0 ? nside : 4);
                return random() % 2 == 0 ? some : nside - 1 - some;
            };
            const Pixel pixel = {draw(), draw(), static_cast<Int64>(random() % 12)};
            EXPECT_GT(least_margin(order, pixel, 5), 0.9 * mortie::hull_margin)
                << order << ' ' << mortie::pixel2nest(order, pixel);
        }
    }
}

TEST(Crossing, OfTheSamePoints) {
    const Vector a = {1, 0, 0};
    const Vector b = {0, 1, 0};
    const Vector c = {0, 0, 1};
    EXPECT_EQ(mortie::side_of_edge(a, b, c), 1);
    EXPECT_EQ(mortie::side_of_edge(b, a, c), -1);
    for (const Vector point : {a, b, Vector{0.6, 0.8, 0}, Vector{-0.6, 0.8, 0}}) {
        // On the great circle: moved by a cross product's first coordinate, (0, 0, 1).
        EXPECT_EQ(mortie::side_of_edge(a, b, point), 1);
        EXPECT_EQ(mortie::side_of_edge(b, a, point), -1);
    }
    EXPECT_EQ(mortie::Segment(a, a).side(c), 0);
    EXPECT_NE(mortie::Segment(a, b).side({0.6, 0.8, 0}), 0);
}

TEST(Crossing, OfTwoArcs) {
    const Vector a = mortie::latlon2vector(-10, 0);
    const Vector b = mortie::latlon2vector(10, 0);
    const auto crosses = [&](double lon, double other) {
        const mortie::Segment segment(mortie::latlon2vector(1, lon),
                                      mortie::latlon2vector(1, other));
        return segment.crosses(a, segment.side(a), b, segment.side(b));
    };
    EXPECT_EQ(crosses(5, -5), 1); // to the left of the way north
    EXPECT_EQ(crosses(-5, 5), -1);
    EXPECT_EQ(crosses(5, 6), 0);
    EXPECT_EQ(crosses(175, -175), 0); // on the other side of the sphere
    // A point on the edge lies on one side of it.
    EXPECT_NE(crosses(5, 0) != 0, crosses(0, -5) != 0);
}

std::vector<Int64> locate(const Locator &locator, const std::vector<double> &lat,
                          const std::vector<double> &lon) {
    std::vector<Int64> expected;
    for (const mortie::Kernels *kernels : mortie::supported_kernels()) {
        std::vector<Int64> places(lat.size());
        EXPECT_EQ(locator.locate(*kernels, lat.size(), lat.data(), lon.data(), places.data(), {}),
                  lat.size());
        if (expected.empty()) {
            expected = places;
        }
        EXPECT_EQ(places, expected);
    }
    return expected;
}

TEST(Locator, OfAnOctant) {
    const double lat[] = {0, 0, 90};
    const double lon[] = {0, 90, 0};
    Locator locator(false, {});
    EXPECT_EQ(locator.add(0, {Kind::shell, lat, lon, 3}).fault, mortie::Fault::none);
    EXPECT_TRUE(locator.build({}));
    EXPECT_EQ(locate(locator, {45, 1e-300, 89.999999, -1, 45, 45}, {45, 1, 30, 45, -1, 91}),
              (std::vector<Int64>{0, 0, 0, -1, -1, -1}));
}

TEST(Locator, IsSmall) {
    // A ring of many vertices: the memory is a small multiple of theirs.
    const std::size_t n = 100'000;
    std::vector<double> lat(n), lon(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double angle = mortie::two_pi * static_cast<double>(i) / static_cast<double>(n);
        lat[i] = 40 + (5 + std::cos(50 * angle)) * std::sin(angle);
        lon[i] = 10 + (5 + std::cos(50 * angle)) * std::cos(angle);
    }
    Locator locator(false, {});
    EXPECT_EQ(locator.add(0, {Kind::shell, lat.data(), lon.data(), n}).fault, mortie::Fault::none);
    EXPECT_TRUE(locator.build({}));
    EXPECT_LT(locator.memory(), 80 * n);
}

TEST(Locator, StopsWhenInterrupted) {
    const std::size_t n = 1'000'000;
    std::vector<double> lat(n), lon(n);
    for (std::size_t i = 0; i < n; ++i) {
        lat[i] = 40 + std::sin(mortie::two_pi * static_cast<double>(i) / static_cast<double>(n));
        lon[i] = 10 + std::cos(mortie::two_pi * static_cast<double>(i) / static_cast<double>(n));
    }
    Locator locator(false, {});
    EXPECT_EQ(locator.add(0, {Kind::shell, lat.data(), lon.data(), n}).fault, mortie::Fault::none);
    EXPECT_FALSE(locator.build({[](void *) { return true; }, nullptr}));
    EXPECT_FALSE(locator.failed());
}

} // namespace
