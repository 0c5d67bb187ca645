// The scalar functions between points and pixels. (Against healpy they are tested from Python.)
#include "index/healpix.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "reference.hpp"

using mortie::Pixel;
using reference::Int64;

TEST(Healpix, EveryPixelOfLowOrders) {
    for (Int64 order = 0; order <= 7; ++order) {
        for (Int64 nest = 0; nest < Int64{12} << 2 * order; ++nest) {
            const Pixel pixel = mortie::nest2pixel(order, nest);
            ASSERT_EQ(mortie::pixel2nest(order, pixel), nest);
            const mortie::LatLon centre = mortie::pixel2latlon(order, pixel);
            ASSERT_TRUE(mortie::is_lat(centre.lat));
            ASSERT_TRUE(0 <= centre.lon && centre.lon < 360);
            ASSERT_EQ(
                mortie::pixel2nest(order, mortie::latlon2pixel(order, centre.lat, centre.lon)),
                nest);
        }
    }
}

TEST(Healpix, Poles) {
    for (Int64 order = 0; order <= 29; ++order) {
        const Int64 last = (Int64{1} << order) - 1;
        for (Int64 quarter = 0; quarter < 4; ++quarter) {
            const double lon = 90.0 * static_cast<double>(quarter) + 45;
            const Pixel north = mortie::latlon2pixel(order, 90, lon);
            EXPECT_EQ(north.x, last);
            EXPECT_EQ(north.y, last);
            EXPECT_EQ(north.face, quarter);
            const Pixel south = mortie::latlon2pixel(order, -90, lon);
            EXPECT_EQ(south.x, 0);
            EXPECT_EQ(south.y, 0);
            EXPECT_EQ(south.face, quarter + 8);
        }
    }
}

// A little west of the meridian 0: so little that the longitude is rounded to a whole turn.
TEST(Healpix, LongitudesThatRoundToAWholeTurn) {
    for (const double lat : {-80.0, -10.0, 10.0, 80.0}) {
        for (const double lon : {-1e-17, -1e-300, -5e-324}) {
            const Pixel near = mortie::latlon2pixel(29, lat, lon);
            const Pixel expected = mortie::latlon2pixel(29, lat, 0);
            EXPECT_EQ(near.x, expected.x);
            EXPECT_EQ(near.y, expected.y);
            EXPECT_EQ(near.face, expected.face);
        }
    }
}

TEST(Healpix, BitsAreSpreadAndSqueezed) {
    for (const Int64 value : reference::wild(1000, 5)) {
        const Int64 low = value & 0xffff'ffff;
        std::uint64_t expected = 0;
        for (int bit = 0; bit < 32; ++bit) {
            expected |= static_cast<std::uint64_t>(low >> bit & 1) << 2 * bit;
        }
        ASSERT_EQ(mortie::spread(low), expected);
        ASSERT_EQ(mortie::squeeze(expected), low);
        ASSERT_EQ(mortie::squeeze(expected | 0xaaaa'aaaa'aaaa'aaaa), low);
    }
}

TEST(Healpix, Ranges) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double good : {-90.0, -0.0, 90.0}) {
        EXPECT_TRUE(mortie::is_lat(good));
    }
    for (const double bad : {-90.00000000000001, 90.00000000000001, infinity, nan}) {
        EXPECT_FALSE(mortie::is_lat(bad));
    }
    EXPECT_TRUE(mortie::is_lon(-1e308));
    for (const double bad : {-infinity, infinity, nan}) {
        EXPECT_FALSE(mortie::is_lon(bad));
    }
    EXPECT_FALSE(mortie::is_nest(1, 48));
    EXPECT_TRUE(mortie::is_nest(1, 47));
    EXPECT_FALSE(mortie::is_nest(1, -1));
    EXPECT_TRUE(mortie::is_nest(29, (Int64{12} << 58) - 1));
}
