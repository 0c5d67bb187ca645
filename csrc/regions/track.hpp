// The cells that a path passes, in the order in which it does.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "regions/boundary.hpp"
#include "regions/buffer.hpp"
#include "regions/walk.hpp"

namespace mortie {

// A cell on the way, and where the path enters and leaves it: the number of a vertex, and the part
// of the way to the next one.
struct Stay {
    std::int64_t nest;
    double enter, leave;
};

// Writes down the stays on one arc, at angles.
class StayRecorder {
  public:
    static constexpr bool wants_angles = true;

    StayRecorder(const Grid &grid, Buffer<Stay> &stays) noexcept : grid_(grid), stays_(stays) {}

    void at(double angle) noexcept { angle_ = std::max(angle_, angle); }
    void begin(Pixel pixel) noexcept {
        angle_ = 0;
        open(pixel);
    }
    void pass(bool) noexcept {}
    void cross(int, Pixel next, int) noexcept {
        end();
        open(next);
    }
    void end() noexcept {
        if (!stays_.empty()) { // else memory ran out
            stays_.back().leave = angle_;
        }
    }
    void touch(Pixel) noexcept {}
    void touch_corner(Pixel, int) noexcept {}
    void broken() noexcept { is_broken_ = true; }
    bool is_broken() const noexcept { return is_broken_; }

  private:
    void open(Pixel pixel) noexcept {
        stays_.push({pixel2nest(grid_.order(), pixel), angle_, angle_});
    }

    Grid grid_;
    Buffer<Stay> &stays_;
    double angle_ = 0;
    bool is_broken_ = false;
};

// Appends the stays of a path.
[[maybe_unused]] static Finding track_path(std::int64_t order, const Path &path,
                                           Interrupt interrupt, Buffer<Stay> &stays,
                                           bool &is_stopped) noexcept {
    const Grid grid(order);
    Buffer<Stay> of_arc;
    StayRecorder recorder(grid, of_arc);
    Walk<StayRecorder> walk(order, recorder);
    const auto append = [&stays](Stay stay) {
        if (!stays.empty() && stays.back().nest == stay.nest) {
            stays.back().leave = stay.leave;
        } else {
            stays.push(stay);
        }
    };
    std::size_t asked_at = 0;
    for (std::size_t i = 0; i < path.size; ++i) {
        if (!is_lat(path.lat[i]) || !is_lon(path.lon[i])) {
            return {is_lat(path.lat[i]) ? Fault::bad_longitude : Fault::bad_latitude, i};
        }
    }
    if (path.size == 0) {
        return {};
    }
    Vertex before = make_vertex(path.lat[0], path.lon[0]);
    for (std::size_t i = 1; i < path.size; ++i) {
        const Vertex vertex = make_vertex(path.lat[i], path.lon[i]);
        if (vertex.at == before.at) {
            continue;
        }
        if (are_antipodal(before, vertex)) {
            return {Fault::antipodal, i - 1};
        }
        // From the lesser to the greater end, so that the way back passes the same cells.
        const bool backwards = vertex.at < before.at;
        of_arc.clear();
        backwards ? walk.arc(vertex, before) : walk.arc(before, vertex);
        const double start = static_cast<double>(i - 1);
        const double length = length_of(before.at, vertex.at);
        const std::size_t count = of_arc.size();
        for (std::size_t j = 0; j < count; ++j) {
            const Stay stay = of_arc[backwards ? count - 1 - j : j];
            const double enter = std::min(stay.enter / length, 1.0);
            const double leave = std::min(stay.leave / length, 1.0);
            append({stay.nest, start + (backwards ? 1 - leave : enter),
                    start + (backwards ? 1 - enter : leave)});
        }
        if (!stays.empty()) {
            stays.back().leave = start + 1;
        }
        before = vertex;
        if (stays.size() > asked_at + steps_between_interrupts / 4) {
            asked_at = stays.size();
            is_stopped = interrupt();
            if (is_stopped) {
                return {};
            }
        }
    }
    if (stays.empty()) {
        of_arc.clear();
        walk.point(before);
        if (!of_arc.empty()) {
            append(of_arc[0]);
        }
    }
    const bool failed = stays.failed() || of_arc.failed();
    return {failed ? Fault::memory : recorder.is_broken() ? Fault::broken : Fault::none};
}

} // namespace mortie
