// The kernels in plain C++: they run everywhere and define what the others must return.
#include "kernels/scalar.hpp"

#include <bit>

#include "index/healpix.hpp"
#include "kernels/neighbours.hpp"
#include "kernels/projection.hpp"
#include "kernels/vertices.hpp"

namespace mortie {

std::atomic<std::uint64_t> exact_points[causes];

namespace {

// Calls `use(i, norm)` for one index after the other until a number is none.
template <typename Use> std::size_t each_index(std::size_t n, const Int64 *morton, Use use) {
    return each(n, [=](std::size_t i) {
        const Norm norm = decode(morton[i]);
        if (norm.order < 0) {
            return false;
        }
        use(i, norm);
        return true;
    });
}

// The double for projection.hpp and vertices.hpp.
struct Real {
    using Mask = bool;
    static constexpr std::size_t width = 1;

    double value;

    explicit Real(double x) : value(x) {}
    static Real load(const double *from) { return Real(*from); }
    static Real power_of_two(const Int64 *k) {
        return Real(std::bit_cast<double>((*k + 1023) << 52));
    }
    void store(double *to) const { *to = value; }

    friend Real operator+(Real a, Real b) { return Real(a.value + b.value); }
    friend Real operator-(Real a, Real b) { return Real(a.value - b.value); }
    friend Real operator*(Real a, Real b) { return Real(a.value * b.value); }
    friend Real operator/(Real a, Real b) { return Real(a.value / b.value); }
    friend Mask operator<(Real a, Real b) { return a.value < b.value; }
    friend Mask operator<=(Real a, Real b) { return a.value <= b.value; }
    friend Real multiply_add(Real a, Real b, Real c) { return a * b + c; }
    friend Real sqrt(Real a) { return Real(std::sqrt(a.value)); }
    friend Real abs(Real a) { return Real(std::fabs(a.value)); }
    friend Real min(Real a, Real b) { return Real(b.value < a.value ? b.value : a.value); }
    friend Real max(Real a, Real b) { return Real(a.value < b.value ? b.value : a.value); }
    friend Real select(Mask mask, Real a, Real b) { return Real(mask ? a.value : b.value); }
    friend void store_rows(const Real (&columns)[4], double *rows) {
        for (std::size_t i = 0; i < 4; ++i) {
            rows[i] = columns[i].value;
        }
    }

    // Of small numbers, none below 0 but by rounding. (std::floor would be a call.)
    friend Real floor(Real a) {
        return Real(static_cast<double>(static_cast<std::int32_t>(a.value)));
    }
};

std::size_t vaex_norm2mort(std::size_t n, const Int64 *normed, const Int64 *parents,
                           Int64 *morton) noexcept {
    return each(n, [=](std::size_t i) {
        morton[i] = encode(max_order, normed[i], parents[i]);
        return true;
    });
}

} // namespace

namespace scalar {

std::size_t fast_norm2mort(std::size_t n, Broadcast<Int64> order, const Int64 *normed,
                           const Int64 *parents, Int64 *morton) noexcept {
    return each(n, [=](std::size_t i) {
        const Int64 k = order[i];
        if (!is_order(k)) {
            return false;
        }
        morton[i] = encode(k, normed[i], parents[i]);
        return true;
    });
}

std::size_t nest2mort(std::size_t n, Broadcast<Int64> order, const Int64 *nest,
                      Int64 *morton) noexcept {
    return each(n, [=](std::size_t i) {
        const Int64 k = order[i];
        if (!is_order(k) || !is_nest(k, nest[i])) {
            return false;
        }
        morton[i] = encode(k, nest[i], nest[i] >> 2 * k);
        return true;
    });
}

std::size_t is_mort(std::size_t n, const Int64 *morton, bool *valid) noexcept {
    return each(n, [=](std::size_t i) {
        valid[i] = decode(morton[i]).order >= 0;
        return true;
    });
}

std::size_t mort2order(std::size_t n, const Int64 *morton, Int64 *order) noexcept {
    return each_index(n, morton, [=](std::size_t i, Norm norm) { order[i] = norm.order; });
}

std::size_t mort2norm(std::size_t n, const Int64 *morton, Int64 *order, Int64 *normed,
                      Int64 *parents) noexcept {
    return each_index(n, morton, [=](std::size_t i, Norm norm) {
        order[i] = norm.order;
        normed[i] = norm.normed;
        parents[i] = norm.parent;
    });
}

std::size_t mort2nest(std::size_t n, const Int64 *morton, Int64 *nest) noexcept {
    return each_index(n, morton, [=](std::size_t i, Norm norm) { nest[i] = norm2nest(norm); });
}

std::size_t clip_mort(std::size_t n, Broadcast<Int64> order, const Int64 *morton,
                      Int64 *clipped) noexcept {
    return each(n, [=](std::size_t i) {
        const Norm norm = decode(morton[i]);
        const Int64 k = order[i];
        if (k < 0 || k > norm.order) {
            return false;
        }
        clipped[i] = encode(k, norm.normed >> 2 * (norm.order - k), norm.parent);
        return true;
    });
}

std::size_t mort2latlon(std::size_t n, const Int64 *morton, double *lat, double *lon) noexcept {
    return each_index(n, morton, [=](std::size_t i, Norm norm) {
        const LatLon centre = pixel2latlon(norm.order, nest2pixel(norm.order, norm2nest(norm)));
        lat[i] = centre.lat;
        lon[i] = centre.lon;
    });
}

} // namespace scalar

const Kernels scalar_kernels = {
    .name = "scalar",
    .fast_norm2mort = scalar::fast_norm2mort,
    .vaex_norm2mort = vaex_norm2mort,
    .nest2mort = scalar::nest2mort,
    .is_mort = scalar::is_mort,
    .mort2order = scalar::mort2order,
    .mort2norm = scalar::mort2norm,
    .mort2nest = scalar::mort2nest,
    .clip_mort = scalar::clip_mort,
    .latlon2nest = points_to_numbers<Real, write_nest_one_by_one, max_nest_order, keep_nest>,
    .latlon2mort = points_to_numbers<Real, write_nest_one_by_one, max_order, scalar::nest2mort>,
    .mort2latlon = scalar::mort2latlon,
    .mort2vertices = find_vertices<Real, scalar::mort2norm, load_cells_one_by_one<Real>>,
    .boundary_point = find_boundary_points<Real, scalar::mort2norm>,
    .mort_neighbours = find_neighbours<scalar::mort2norm>,
};

} // namespace mortie
