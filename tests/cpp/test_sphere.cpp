// Orientations against integers without limits, and what must hold of moved points.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "regions/sphere.hpp"

namespace {

using mortie::Vector;

// An integer of any size, in words of 32 bits, of a sign of its own: enough to add products.
class Integer {
  public:
    explicit Integer(std::int64_t value = 0) : negative_(value < 0) {
        std::uint64_t rest =
            negative_ ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        for (; rest != 0; rest >>= 32) {
            words_.push_back(static_cast<std::uint32_t>(rest));
        }
    }

    // value * 2**600, exactly, for values of at least 2**-500 or zero.
    static Integer scaled(double value) {
        int exponent = 0;
        const double fraction = std::frexp(value, &exponent);
        Integer integer(static_cast<std::int64_t>(std::ldexp(fraction, 53)));
        return integer << static_cast<unsigned>(exponent - 53 + 600);
    }

    Integer operator<<(unsigned bits) const {
        Integer power;
        power.words_.assign(bits / 32 + 1, 0);
        power.words_.back() = 1u << bits % 32;
        return *this * power;
    }

    Integer operator*(const Integer &other) const {
        Integer product;
        product.negative_ = negative_ != other.negative_;
        product.words_.assign(words_.size() + other.words_.size() + 1, 0);
        for (std::size_t i = 0; i < words_.size(); ++i) {
            std::uint64_t carry = 0;
            for (std::size_t j = 0; j < other.words_.size() || carry != 0; ++j) {
                const std::uint64_t factor = j < other.words_.size() ? other.words_[j] : 0;
                carry += product.words_[i + j] + factor * words_[i];
                product.words_[i + j] = static_cast<std::uint32_t>(carry);
                carry >>= 32;
            }
        }
        product.trim();
        return product;
    }

    // -1, 0 or 1, of a sum of products: positive and negative ones are added up apart.
    static int sign_of_sum(const std::vector<Integer> &terms) {
        Integer sums[2];
        for (const Integer &term : terms) {
            sums[term.negative_].add(term);
        }
        const auto &up = sums[0].words_;
        const auto &down = sums[1].words_;
        if (up.size() != down.size()) {
            return up.size() > down.size() ? 1 : -1;
        }
        for (std::size_t i = up.size(); i-- > 0;) {
            if (up[i] != down[i]) {
                return up[i] > down[i] ? 1 : -1;
            }
        }
        return 0;
    }

  private:
    void add(const Integer &other) {
        words_.resize(std::max(words_.size(), other.words_.size()) + 1, 0);
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < words_.size(); ++i) {
            carry += words_[i] + std::uint64_t{i < other.words_.size() ? other.words_[i] : 0};
            words_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
        trim();
    }

    void trim() {
        while (!words_.empty() && words_.back() == 0) {
            words_.pop_back();
        }
    }

    std::vector<std::uint32_t> words_;
    bool negative_ = false;
};

int reference_orientation(Vector a, Vector b, Vector c) {
    const auto product = [](double sign, double x, double y, double z) {
        return Integer::scaled(sign * x) * Integer::scaled(y) * Integer::scaled(z);
    };
    return Integer::sign_of_sum({product(1, a.x, b.y, c.z), product(1, a.y, b.z, c.x),
                                 product(1, a.z, b.x, c.y), product(-1, a.x, b.z, c.y),
                                 product(-1, a.y, b.x, c.z), product(-1, a.z, b.y, c.x)});
}

class Sphere : public testing::Test {
  protected:
    double uniform(double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(engine_);
    }
    Vector point() { return mortie::latlon2vector(uniform(-90, 90), uniform(-180, 180)); }
    // One near a great circle through two others.
    Vector between(Vector a, Vector b) {
        const double t = uniform(-1, 2);
        const Vector sum = (1 - t) * a + t * b;
        return 1 / mortie::norm(sum) * sum;
    }

  private:
    std::mt19937_64 engine_{18};
};

TEST_F(Sphere, OrientationIsExact) {
    const std::uint64_t before = mortie::exact_orientations.load();
    int signs[3] = {};
    for (int i = 0; i < 20000; ++i) {
        const Vector a = point();
        const Vector b = i % 2 == 0 ? point() : between(a, point());
        const Vector c = i % 3 == 0 ? point() : between(a, b);
        const int sign = mortie::orientation(a, b, c);
        ASSERT_EQ(sign, reference_orientation(a, b, c));
        ++signs[sign + 1];
    }
    EXPECT_GT(signs[0], 1000);
    EXPECT_GT(signs[2], 1000);
    EXPECT_GT(mortie::exact_orientations.load(), before + 1000);
}

TEST_F(Sphere, OrientationIsExactOnGreatCirclesAndForTinyCoordinates) {
    int zeros = 0;
    for (int i = 0; i < 5000; ++i) {
        const double lat[] = {0, 0, uniform(-1, 1) * std::pow(10.0, uniform(-60, 0))};
        const double lon = uniform(-180, 180);
        Vector points[3];
        for (int j = 0; j < 3; ++j) {
            points[j] = i % 2 == 0 ? mortie::latlon2vector(lat[(i + j) % 3], uniform(-180, 180))
                                   : mortie::latlon2vector(uniform(-90, 90), i % 4 == 1 ? 90 : lon);
        }
        const int sign = mortie::orientation(points[0], points[1], points[2]);
        ASSERT_EQ(sign, reference_orientation(points[0], points[1], points[2]));
        zeros += sign == 0;
    }
    EXPECT_GT(zeros, 500);
}

// The determinant of points that are moved by powers of two that no other sum reaches.
TEST_F(Sphere, SymbolicOrientationIsThatOfMovedPoints) {
    const std::uint64_t before = mortie::symbolic_orientations.load();
    for (int i = 0; i < 4000; ++i) {
        // Small integers are enough: the sign does not depend on lengths.
        Vector p[3];
        for (Vector &one : p) {
            one = {std::floor(uniform(-1, 3)), std::floor(uniform(-1, 3)),
                   std::floor(uniform(-1, 2))};
        }
        if (p[0] == p[1] || p[1] == p[2] || p[2] == p[0] ||
            mortie::exact_orientation(p[0], p[1], p[2]) != 0) {
            continue;
        }
        Integer moved[3][3];
        Integer moved_small[3][3];
        for (int point = 0; point < 3; ++point) {
            int place = 0;
            for (const Vector &other : p) {
                place += other < p[point];
            }
            const double coordinates[] = {p[point].x, p[point].y, p[point].z};
            for (int j = 0; j < 3; ++j) {
                // times 2**4096, plus 2**(4096 - 8 * 2**(3 place + j))
                const Integer big = Integer(static_cast<std::int64_t>(coordinates[j])) << 4096;
                const Integer small = Integer(1) << (4096u - (8u << (3 * place + j)));
                moved[point][j] = big;
                moved_small[point][j] = small;
            }
        }
        std::vector<Integer> terms;
        for (int first = 0; first < 3; ++first) {
            for (int step = 1; step < 3; ++step) {
                for (unsigned choice = 0; choice < 8; ++choice) {
                    Integer product(step == 1 ? 1 : -1);
                    for (int row = 0; row < 3; ++row) {
                        const int column = (first + row * step) % 3;
                        product = product * ((choice >> row & 1) != 0 ? moved_small[row][column]
                                                                      : moved[row][column]);
                    }
                    terms.push_back(product);
                }
            }
        }
        ASSERT_EQ(mortie::half_open_orientation(p[0], p[1], p[2]), Integer::sign_of_sum(terms));
    }
    EXPECT_GT(mortie::symbolic_orientations.load(), before + 100);
}

TEST_F(Sphere, OrientationChangesWithTheOrderOfPoints) {
    for (int i = 0; i < 1000; ++i) {
        const Vector a = mortie::latlon2vector(std::floor(uniform(-3, 3)), 90);
        const Vector b = mortie::latlon2vector(std::floor(uniform(4, 9)), 90);
        const Vector c = mortie::latlon2vector(std::floor(uniform(20, 25)), 90);
        const int sign = mortie::half_open_orientation(a, b, c);
        ASSERT_NE(sign, 0);
        ASSERT_EQ(mortie::half_open_orientation(b, c, a), sign);
        ASSERT_EQ(mortie::half_open_orientation(c, a, b), sign);
        ASSERT_EQ(mortie::half_open_orientation(b, a, c), -sign);
        ASSERT_EQ(mortie::half_open_orientation(c, b, a), -sign);
        ASSERT_EQ(mortie::half_open_orientation(a, c, b), -sign);
    }
    const Vector a = point();
    EXPECT_EQ(mortie::half_open_orientation(a, a, point()), 0);
}

TEST_F(Sphere, VectorsAreThoseOfLongDoubles) {
    const long double radians = 3.14159265358979323846264338327950288L / 180;
    for (int i = 0; i < 20000; ++i) {
        const double lat = i % 3 == 0 ? std::round(uniform(-90, 90)) : uniform(-90, 90);
        const double lon = i % 5 == 0 ? std::round(uniform(-720, 720)) : uniform(-720, 720);
        const Vector v = mortie::latlon2vector(lat, lon);
        const long double radius = std::cos(lat * radians);
        EXPECT_LT(std::fabs(v.x - radius * std::cos(lon * radians)), 3e-16L);
        EXPECT_LT(std::fabs(v.y - radius * std::sin(lon * radians)), 3e-16L);
        EXPECT_LT(std::fabs(v.z - std::sin(lat * radians)), 3e-16L);
    }
    EXPECT_EQ(mortie::latlon2vector(90, 17), (Vector{0, 0, 1}));
    EXPECT_EQ(mortie::latlon2vector(0, -90), (Vector{0, -1, 0}));
    EXPECT_EQ(mortie::latlon2vector(1e-300, 450), (Vector{0, 1, 0}));
    EXPECT_EQ(mortie::latlon2vector(12, 33), mortie::latlon2vector(12, 33 - 360));
}

} // namespace
