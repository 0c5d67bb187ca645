// The kernels for arm64: four elements at a time.
#include <arm_neon.h>

#include "kernels/centres.hpp"
#include "kernels/kernels.hpp"
#include "kernels/loops.hpp"
#include "kernels/neighbours.hpp"
#include "kernels/projection.hpp"
#include "kernels/scalar.hpp"
#include "kernels/vertices.hpp"

namespace mortie {
namespace {

constexpr std::size_t width = 4;

// Four elements, two in each register.
struct Four {
    uint64x2_t first, last;
};

// What the index takes from the order.
struct Order {
    uint64x2_t mask;      // the low 2 k bits
    uint32x2_t power_low; // 10**k, its lower and its upper half
    uint32x2_t power_high;
    uint64x2_t ones; // 11...1, k + 1 digits: one more for the base cell and for each digit
};

Order order_of_all(Int64 order) {
    const auto k = static_cast<std::size_t>(order);
    const std::uint64_t power = pow10.entry[k];
    return {vdupq_n_u64((std::uint64_t{1} << 2 * k) - 1),
            vdup_n_u32(static_cast<std::uint32_t>(power)),
            vdup_n_u32(static_cast<std::uint32_t>(power >> 32)), vdupq_n_u64(ones.entry[k])};
}

uint32x4_t lower_halves(Four x) {
    return vuzp1q_u32(vreinterpretq_u32_u64(x.first), vreinterpretq_u32_u64(x.last));
}

uint32x4_t upper_halves(Four x) {
    return vuzp2q_u32(vreinterpretq_u32_u64(x.first), vreinterpretq_u32_u64(x.last));
}

// The base-4 digits of 36-bit addresses, read as decimal numbers.
Four decimal(Four address) {
    const std::uint8_t table[] = {0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33};
    const uint8x16_t two_digits = vld1q_u8(table);
    const uint8x16_t bytes = vreinterpretq_u8_u32(lower_halves(address));
    const uint8x16_t low = vqtbl1q_u8(two_digits, vandq_u8(bytes, vdupq_n_u8(15)));
    const uint8x16_t high = vqtbl1q_u8(two_digits, vshrq_n_u8(bytes, 4));
    const uint8x8_t hundred = vdup_n_u8(100);
    const uint16x8_t four_first = vmlal_u8(vmovl_u8(vget_low_u8(low)), vget_low_u8(high), hundred);
    const uint16x8_t four_last = vmlal_u8(vmovl_high_u8(low), vget_high_u8(high), hundred);

    const uint16x8_t even = vuzp1q_u16(four_first, four_last);
    const uint16x8_t odd = vuzp2q_u16(four_first, four_last);
    const Four eight = {vreinterpretq_u64_u32(
                            vmlal_n_u16(vmovl_u16(vget_low_u16(even)), vget_low_u16(odd), 10'000)),
                        vreinterpretq_u64_u32(vmlal_high_n_u16(vmovl_high_u16(even), odd, 10'000))};

    // The upper eight of sixteen digits, with the two more that nibble 8 holds.
    const uint32x4_t top =
        vreinterpretq_u32_u8(vqtbl1q_u8(two_digits, vreinterpretq_u8_u32(upper_halves(address))));
    const uint32x4_t upper = vmlaq_n_u32(upper_halves(eight), top, 100'000'000);
    const uint32x4_t lower = lower_halves(eight);
    return {vmlal_n_u32(vmovl_u32(vget_low_u32(lower)), vget_low_u32(upper), 100'000'000),
            vmlal_high_n_u32(vmovl_high_u32(lower), upper, 100'000'000)};
}

Four norm2mort(Order order, Four normed, Four parents) {
    const Four digits =
        decimal({vandq_u64(normed.first, order.mask), vandq_u64(normed.last, order.mask)});
    const auto in_south = [](uint64x2_t parent) {
        return vcgtq_s64(vreinterpretq_s64_u64(parent), vdupq_n_s64(5));
    };
    const Four south = {in_south(parents.first), in_south(parents.last)};
    const auto base_cell = [](uint64x2_t parent, uint64x2_t if_south) {
        return vsubq_u64(parent, vandq_u64(if_south, vdupq_n_u64(6)));
    };
    const Four cell = {base_cell(parents.first, south.first), base_cell(parents.last, south.last)};
    // cell * 10**k modulo 2**64, half by half.
    const uint32x4_t low = lower_halves(cell);
    const uint32x4_t cross =
        vmlaq_u32(vmulq_u32(low, vcombine_u32(order.power_high, order.power_high)),
                  upper_halves(cell), vcombine_u32(order.power_low, order.power_low));
    const Four upper = {vshll_n_u32(vget_low_u32(cross), 31),
                        vshll_n_u32(vget_high_u32(cross), 31)};
    const auto finish = [&](uint64x2_t up, uint32x2_t lo, uint64x2_t digit, uint64x2_t sign) {
        const uint64x2_t magnitude = vaddq_u64(
            vmlal_u32(vaddq_u64(vaddq_u64(up, up), order.ones), lo, order.power_low), digit);
        return vsubq_u64(veorq_u64(magnitude, sign), sign);
    };
    return {finish(upper.first, vget_low_u32(low), digits.first, south.first),
            finish(upper.last, vget_high_u32(low), digits.last, south.last)};
}

Four load(const Int64 *from) {
    const auto *unsigned_from = reinterpret_cast<const std::uint64_t *>(from);
    return {vld1q_u64(unsigned_from), vld1q_u64(unsigned_from + 2)};
}

void store(Int64 *to, Four values) {
    vst1q_s64(to, vreinterpretq_s64_u64(values.first));
    vst1q_s64(to + 2, vreinterpretq_s64_u64(values.last));
}

// Where each element has an order of its own, the scalar kernels serve.

std::size_t fast_norm2mort(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
                           const Int64 *parents, Int64 *morton) noexcept {
    std::size_t i = 0;
    if (order.step == 0 && is_order(*order.data)) {
        const Order same = order_of_all(*order.data);
        for (; i + width <= n; i += width) {
            store(morton + i, norm2mort(same, load(normed + i), load(parents + i)));
        }
    }
    return i + scalar::fast_norm2mort(n - i, order.from(i), normed + i, parents + i, morton + i);
}

std::size_t vaex_norm2mort(std::size_t n, const Int64 *normed, const Int64 *parents,
                           Int64 *morton) noexcept {
    return fast_norm2mort(n, {&max_order, 0}, normed, parents, morton);
}

std::size_t nest2mort(std::size_t n, Broadcast<Int64> order, const Int64 *nest,
                      Int64 *morton) noexcept {
    std::size_t i = 0;
    if (order.step == 0 && is_order(*order.data)) {
        const Int64 k = *order.data;
        const Order same = order_of_all(k);
        const uint64x2_t last = vdupq_n_u64((std::uint64_t{12} << 2 * k) - 1);
        const int64x2_t down = vdupq_n_s64(-2 * k);
        for (; i + width <= n; i += width) {
            const Four number = load(nest + i);
            const uint64x2_t bad =
                vorrq_u64(vcgtq_u64(number.first, last), vcgtq_u64(number.last, last));
            if ((vgetq_lane_u64(bad, 0) | vgetq_lane_u64(bad, 1)) != 0) {
                break;
            }
            const Four parents = {vshlq_u64(number.first, down), vshlq_u64(number.last, down)};
            store(morton + i, norm2mort(same, number, parents));
        }
    }
    return i + scalar::nest2mort(n - i, order.from(i), nest + i, morton + i);
}

// Two doubles for projection.hpp and centres.hpp.
struct Real {
    static constexpr std::size_t width = 2;

    struct Mask {
        uint64x2_t value;

        friend Mask operator&(Mask a, Mask b) { return {vandq_u64(a.value, b.value)}; }
    };

    float64x2_t value;

    Real(float64x2_t x) : value(x) {}
    explicit Real(double x) : value(vdupq_n_f64(x)) {}

    static Real load(const double *from) { return vld1q_f64(from); }
    static Real power_of_two(const Int64 *k) {
        return vreinterpretq_f64_s64(vshlq_n_s64(vaddq_s64(vld1q_s64(k), vdupq_n_s64(1023)), 52));
    }
    void store(double *to) const { vst1q_f64(to, value); }
    static unsigned bits(Mask mask) {
        return static_cast<unsigned>((vgetq_lane_u64(mask.value, 0) & 1) |
                                     (vgetq_lane_u64(mask.value, 1) & 2));
    }

    friend Real operator+(Real a, Real b) { return vaddq_f64(a.value, b.value); }
    friend Real operator-(Real a, Real b) { return vsubq_f64(a.value, b.value); }
    friend Real operator*(Real a, Real b) { return vmulq_f64(a.value, b.value); }
    friend Real operator/(Real a, Real b) { return vdivq_f64(a.value, b.value); }
    friend Mask operator<(Real a, Real b) { return {vcltq_f64(a.value, b.value)}; }
    friend Mask operator<=(Real a, Real b) { return {vcleq_f64(a.value, b.value)}; }
    friend Real multiply_add(Real a, Real b, Real c) {
        return vfmaq_f64(c.value, a.value, b.value);
    }
    friend Real multiply_subtract(Real a, Real b, Real c) {
        return vnegq_f64(vfmsq_f64(c.value, a.value, b.value));
    }
    friend Real sqrt(Real a) { return vsqrtq_f64(a.value); }
    friend Real abs(Real a) { return vabsq_f64(a.value); }
    friend Real min(Real a, Real b) { return vminq_f64(a.value, b.value); }
    friend Real max(Real a, Real b) { return vmaxq_f64(a.value, b.value); }
    friend Real floor(Real a) { return vrndmq_f64(a.value); }
    friend Real select(Mask mask, Real a, Real b) {
        return vbslq_f64(mask.value, a.value, b.value);
    }

    friend void store_rows(const Real (&columns)[4], double *rows) {
        for (std::size_t i = 0; i < 4; i += 2) {
            vst1q_f64(rows + i, vzip1q_f64(columns[i].value, columns[i + 1].value));
            vst1q_f64(rows + 4 + i, vzip2q_f64(columns[i].value, columns[i + 1].value));
        }
    }
};

} // namespace

const Kernels neon_kernels = {
    .name = "neon",
    .fast_norm2mort = fast_norm2mort,
    .vaex_norm2mort = vaex_norm2mort,
    .nest2mort = nest2mort,
    .is_mort = scalar::is_mort,
    .mort2order = scalar::mort2order,
    .mort2norm = scalar::mort2norm,
    .mort2nest = scalar::mort2nest,
    .clip_mort = scalar::clip_mort,
    .latlon2nest = points_to_numbers<Real, write_nest_one_by_one, max_nest_order, keep_nest>,
    .latlon2mort = points_to_numbers<Real, write_nest_one_by_one, max_order, nest2mort>,
    .mort2latlon = decode_centres<Real, scalar::mort2norm, load_cells_one_by_one<Real>>,
    .mort2vertices = find_vertices<Real, scalar::mort2norm, load_cells_one_by_one<Real>>,
    .boundary_point = find_boundary_points<Real, scalar::mort2norm>,
    .mort_neighbours = find_neighbours<scalar::mort2norm>,
};

} // namespace mortie
