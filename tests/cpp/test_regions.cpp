// Cells as squares of a grid, and covers whose cells are known.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "index/healpix.hpp"
#include "index/morton.hpp"
#include "regions/cover.hpp"
#include "regions/grid.hpp"
#include "regions/simple.hpp"
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

// What a search finds wrong with rings of latitudes and longitudes.
mortie::Finding crossing(const std::vector<std::vector<double>> &rings) {
    mortie::CrossingSearch search({});
    for (std::size_t i = 0; i < rings.size(); ++i) {
        search.begin_ring(i);
        for (std::size_t j = 0; j < rings[i].size(); j += 2) {
            search.add(mortie::latlon2vector(rings[i][j], rings[i][j + 1]));
        }
        search.end_ring();
    }
    return search.find();
}

TEST(Simple, RingsMayTouch) {
    EXPECT_EQ(crossing({}).fault, mortie::Fault::none);
    EXPECT_EQ(crossing({{0, 0, 0, 9, 9, 9}}).fault, mortie::Fault::none);
    EXPECT_EQ(crossing({{0, 0, 5, -3, 5, 3, 0, 0, -5, 3, -5, -3}}).fault, mortie::Fault::none);
    EXPECT_EQ(crossing({{0, 0, 0, 9, 9, 9}, {0, 0, 0, 9, 9, 9}}).fault, mortie::Fault::none);
}

TEST(Simple, TellsWhichEdgesCross) {
    const mortie::Finding bow_tie = crossing({{50, 0, 50, 9, 59, 9}, {0, 0, 9, 9, 9, 0, 0, 9}});
    EXPECT_EQ(bow_tie.fault, mortie::Fault::crossing);
    EXPECT_EQ(bow_tie.part, 1u);
    EXPECT_EQ(bow_tie.other_part, 1u);
    EXPECT_EQ(bow_tie.vertex + bow_tie.other_vertex, 2u);
    const mortie::Finding of_two = crossing({{0, 0, 0, 9, 9, 9}, {5, 7, 5, 20, 6, 20}});
    EXPECT_EQ(of_two.fault, mortie::Fault::crossing);
    EXPECT_NE(of_two.part, of_two.other_part);
}

TEST(Simple, LongRings) {
    // A spiral of 3 turns out and back in, and one vertex moved across the turn beside it.
    std::vector<double> spiral;
    constexpr int n = 5000;
    for (int i = 0; i < 2 * n; ++i) {
        const int along = i < n ? i : 2 * n - 1 - i;
        const double angle = 360.0 * 3 * along / n;
        spiral.push_back(40 + angle / 40 + (i < n ? 0 : 1));
        spiral.push_back(angle);
    }
    EXPECT_EQ(crossing({spiral}).fault, mortie::Fault::none);
    spiral[2 * 3500] += 12;
    EXPECT_EQ(crossing({spiral}).fault, mortie::Fault::crossing);
}

TEST(Track, AlongAMeridian) {
    const double lat[] = {-90, 90};
    const double lon[] = {10, 10};
    mortie::Track track;
    bool is_stopped = false;
    EXPECT_EQ(mortie::track_path(0, {Kind::line, lat, lon, 2}, {}, track, is_stopped).fault,
              mortie::Fault::none);
    ASSERT_EQ(track.cells.size(), 3u);
    EXPECT_EQ(track.cells[0], -3);
    EXPECT_EQ(track.cells[1], 5);
    EXPECT_EQ(track.cells[2], 1);
    EXPECT_EQ(track.enter[0], 0);
    EXPECT_EQ(track.leave[2], 1);
}

} // namespace
