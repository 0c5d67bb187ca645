// Cells as squares of a grid, and covers whose cells are known.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "index/healpix.hpp"
#include "index/morton.hpp"
#include "regions/cover.hpp"
#include "regions/grid.hpp"
#include "regions/track.hpp"

namespace {

using mortie::Grid;
using mortie::Kind;
using mortie::Mode;
using mortie::Pixel;
using mortie::Vector;
using Int64 = std::int64_t;

template <typename Visit> void for_each_pixel(Int64 order, Visit visit) {
    for (Int64 nest = 0; nest < Int64{12} << 2 * order; ++nest) {
        visit(mortie::nest2pixel(order, nest));
    }
}

TEST(Grid, NeighboursLeadBack) {
    for (Int64 order = 0; order < 4; ++order) {
        const Grid grid(order);
        for_each_pixel(order, [&](Pixel pixel) {
            for (int edge = 0; edge < 4; ++edge) {
                const auto [next, entered] = grid.across(pixel, edge);
                const auto [back, left] = grid.across(next, entered);
                EXPECT_TRUE(back == pixel);
                EXPECT_EQ(left, edge);
            }
        });
    }
}

TEST(Grid, CornersAreSharedByThreeOrFour) {
    for (Int64 order = 0; order < 4; ++order) {
        const Grid grid(order);
        int threes = 0;
        for_each_pixel(order, [&](Pixel pixel) {
            for (int corner = 0; corner < 4; ++corner) {
                mortie::PixelSide side = grid.around(pixel, corner);
                int count = 1;
                for (; !(side.pixel == pixel); ++count) {
                    ASSERT_LT(count, 5);
                    side = grid.around(side.pixel, side.side);
                }
                EXPECT_EQ(side.side, corner);
                EXPECT_TRUE(count == 3 || count == 4);
                threes += count == 3;
            }
        });
        EXPECT_EQ(threes, 8 * 3); // at eight corners of base cells
    }
}

std::vector<Int64> cover(Int64 order, Mode mode, bool mixed, Kind kind,
                         const std::vector<double> &lat, const std::vector<double> &lon) {
    mortie::Coverer coverer(order, mode, mixed, false, {});
    mortie::Buffer<Int64> cells;
    coverer.begin();
    EXPECT_EQ(coverer.add({kind, lat.data(), lon.data(), lat.size()}).fault, mortie::Fault::none);
    EXPECT_EQ(coverer.count().fault, mortie::Fault::none);
    EXPECT_EQ(coverer.write(cells).fault, mortie::Fault::none);
    return {cells.begin(), cells.end()};
}

TEST(Cover, OfAnOctant) {
    const std::vector<double> lat = {0, 0, 90};
    const std::vector<double> lon = {0, 90, 0};
    // A northern base cell lies in it wholly, and meets others at its borders and corners.
    EXPECT_EQ(cover(0, Mode::within, false, Kind::shell, lat, lon), std::vector<Int64>{1});
    EXPECT_EQ(cover(5, Mode::within, true, Kind::shell, lat, lon)[0], 1);
    EXPECT_EQ(cover(0, Mode::overlap, false, Kind::shell, lat, lon),
              (std::vector<Int64>{1, 2, 3, 4, 5, 6, -3}));
}

TEST(Cover, OfPointsOnCorners) {
    EXPECT_EQ(cover(3, Mode::overlap, false, Kind::points, {90}, {12}).size(), 4u);
    EXPECT_EQ(cover(3, Mode::overlap, false, Kind::points, {0}, {45}).size(), 4u);
    EXPECT_EQ(cover(0, Mode::overlap, false, Kind::points, {41.810314895778596}, {90}).size(), 3u);
    EXPECT_EQ(cover(0, Mode::centre, false, Kind::points, {90}, {12}).size(), 0u);
}

TEST(Cover, OfDiscs) {
    EXPECT_EQ(cover(4, Mode::overlap, false, Kind::disc, {12, 180}, {34, 0}).size(), 3072u);
    EXPECT_EQ(cover(4, Mode::overlap, true, Kind::disc, {12, 180}, {34, 0}).size(), 12u);
    EXPECT_EQ(cover(0, Mode::overlap, false, Kind::disc, {12, 0}, {34, 0}).size(), 1u);
}

TEST(Track, AlongAMeridian) {
    const double lat[] = {-90, 90};
    const double lon[] = {10, 10};
    mortie::Buffer<mortie::Stay> stays;
    bool is_stopped = false;
    EXPECT_EQ(mortie::track_path(0, {Kind::line, lat, lon, 2}, {}, stays, is_stopped).fault,
              mortie::Fault::none);
    ASSERT_EQ(stays.size(), 3u);
    EXPECT_EQ(stays[0].nest, 8);
    EXPECT_EQ(stays[1].nest, 4);
    EXPECT_EQ(stays[2].nest, 0);
    EXPECT_EQ(stays[0].enter, 0);
    EXPECT_EQ(stays[2].leave, 1);
}

} // namespace
