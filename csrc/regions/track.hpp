// The cells that a path passes, in the order in which it does.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "index/morton.hpp"
#include "regions/boundary.hpp"
#include "regions/buffer.hpp"
#include "regions/path.hpp"
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

// The cells on the way, as indices, and the places at which the path enters and leaves them.
struct Track {
    Buffer<std::int64_t> cells;
    Buffer<double> enter, leave;

    bool failed() const noexcept { return cells.failed() || enter.failed() || leave.failed(); }

    void append(std::int64_t order, const Stay &stay) noexcept {
        const std::int64_t cell = encode(order, stay.nest, stay.nest >> 2 * order);
        if (cells.empty() || cells.back() != cell) {
            cells.push(cell);
            enter.push(stay.enter);
            leave.push(stay.leave);
        } else if (!leave.empty()) {
            leave.back() = stay.leave;
        }
    }
};

// Appends a path.
[[maybe_unused]] static Finding track_path(std::int64_t order, const Path &path,
                                           Interrupt interrupt, Track &track,
                                           bool &is_stopped) noexcept {
    if (const Finding found = check(path); found.fault != Fault::none) {
        return found;
    }
    if (path.size == 0) {
        return {};
    }
    Buffer<Stay> of_arc;
    StayRecorder recorder(Grid(order), of_arc);
    Walk<StayRecorder> walk(order, recorder);
    std::size_t asked_at = 0;
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
        const std::size_t count = of_arc.size();
        const double per_length = count > 0 ? 1 / of_arc[count - 1].leave : 0;
        for (std::size_t j = 0; j < count; ++j) {
            const Stay &stay = of_arc[backwards ? count - 1 - j : j];
            const double enter = std::min(stay.enter * per_length, 1.0);
            const double leave = std::min(stay.leave * per_length, 1.0);
            track.append(order, {stay.nest, start + (backwards ? 1 - leave : enter),
                                 start + (backwards ? 1 - enter : leave)});
        }
        if (!track.leave.empty()) {
            track.leave.back() = start + 1;
        }
        before = vertex;
        if (i + track.cells.size() > asked_at + steps_between_interrupts / 4) {
            asked_at = i + track.cells.size();
            is_stopped = interrupt();
            if (is_stopped) {
                return {};
            }
        }
    }
    if (track.cells.empty()) {
        of_arc.clear();
        walk.point(before);
        if (!of_arc.empty()) {
            track.append(order, of_arc[0]);
        }
    }
    const bool failed = track.failed() || of_arc.failed();
    return {failed ? Fault::memory : recorder.is_broken() ? Fault::broken : Fault::none};
}

} // namespace mortie
