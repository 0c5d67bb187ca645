// What regions are made of, and what may be wrong with it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "index/healpix.hpp"

namespace mortie {

enum class Kind : std::uint8_t { shell, hole, line, points, disc };

// A ring, a line, some points or a disc (its centre, then its radius in degrees as a latitude).
struct Path {
    Kind kind;
    const double *lat, *lon; // degrees
    std::size_t size;
};

enum class Fault : std::uint8_t {
    none,
    memory,
    bad_latitude,
    bad_longitude,
    bad_radius,
    antipodal,
    too_few,
    crossing,
    broken,
};

// What is wrong with a path, and where.
struct Finding {
    Fault fault = Fault::none;
    std::size_t vertex = 0;
    // Of arcs that cross: in which paths of the geometry they are, and where the other one begins.
    std::size_t part = 0;
    std::size_t other_vertex = 0;
    std::size_t other_part = 0;
};

// Whether coordinates lie out of their ranges.
[[maybe_unused]] static Finding check(const Path &path) noexcept {
    const std::size_t points = path.kind == Kind::disc ? 1 : path.size;
    for (std::size_t i = 0; i < points; ++i) {
        if (!is_lat(path.lat[i])) {
            return {Fault::bad_latitude, i};
        }
        if (!is_lon(path.lon[i])) {
            return {Fault::bad_longitude, i};
        }
    }
    if (path.kind == Kind::disc && !(0 <= path.lat[1] && path.lat[1] <= 180)) {
        return {Fault::bad_radius, 0};
    }
    return {};
}

// Asked now and then whether to stop.
struct Interrupt {
    bool (*interrupted)(void *) = nullptr;
    void *argument = nullptr;

    bool operator()() const noexcept { return interrupted != nullptr && interrupted(argument); }
};

inline constexpr std::size_t steps_between_interrupts = 1 << 20; // some 20 ms

} // namespace mortie
