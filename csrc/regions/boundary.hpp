// The boundary of a region: rings, lines, points and circles, walked along at one order, and which
// side of them is the inside.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "index/healpix.hpp"
#include "regions/arcs.hpp"
#include "regions/buffer.hpp"
#include "regions/grid.hpp"
#include "regions/passage.hpp"
#include "regions/path.hpp"
#include "regions/radix_sort.hpp"
#include "regions/side.hpp"
#include "regions/simple.hpp"
#include "regions/sphere.hpp"
#include "regions/walk.hpp"

namespace mortie {

[[maybe_unused]] static bool are_antipodal(const Vertex &a, const Vertex &b) noexcept {
    const Vector sum = a.at + b.at;
    if (dot(sum, sum) > 1e-20) {
        return false;
    }
    const Vector normal = great_circle(a, b);
    return !(dot(normal, normal) > 0.5);
}

// The boundary of a region: its passages, and by how many parts of the region the base cells'
// southern corners are held.
class Boundary {
  public:
    Boundary(std::int64_t order, bool oriented, Interrupt interrupt) noexcept
        : grid_(order), oriented_(oriented), interrupt_(interrupt) {}

    // Lets a search for crossings know the vertices of rings.
    void report_to(CrossingSearch *search) noexcept { search_ = search; }

    Finding add(const Path &path) noexcept {
        Recorder recorder(grid_.order(), passages_);
        Walk<Recorder> walk(grid_.order(), recorder);
        const std::size_t first = passages_.size();
        Finding found = check(path);
        if (found.fault != Fault::none) {
            return found;
        }
        if (path.kind == Kind::disc) {
            add_disc(path, walk, recorder, first);
        } else if (path.kind == Kind::points) {
            for (std::size_t i = 0; i < path.size; ++i) {
                walk.point(make_vertex(path.lat[i], path.lon[i]));
            }
        } else {
            found = add_arcs(path, walk, recorder);
            if (found.fault == Fault::none && path.kind != Kind::line) {
                found = close(path, recorder, first);
            }
        }
        if (found.fault == Fault::none && (passages_.failed() || recorder.is_broken())) {
            found.fault = passages_.failed() ? Fault::memory : Fault::broken;
        }
        return found;
    }

    // For the next region.
    void clear() noexcept {
        passages_.clear();
        asked_at_ = 0;
        std::fill_n(inside_, 12, 0);
    }

    bool is_stopped() const noexcept { return is_stopped_; }

    // Sorts the passages by cells; false if there is no memory.
    bool sort() noexcept {
        if (passages_.size() < 256) {
            std::sort(passages_.begin(), passages_.end());
            return true;
        }
        const int bits = 4 + 2 * static_cast<int>(grid_.order());
        radix_sort(passages_, scratch_, passage_bits, bits);
        return !passages_.failed();
    }

    const Grid &grid() const noexcept { return grid_; }
    const Buffer<Passage> &passages() const noexcept { return passages_; }
    std::int64_t inside(std::int64_t face) const noexcept { return inside_[face]; }

  private:
    // Walks along the arcs, each from its lesser to its greater end, so that regions that share
    // arcs share their chains of cells.
    Finding add_arcs(const Path &path, Walk<Recorder> &walk, Recorder &recorder) noexcept {
        if (path.size == 0) {
            return {};
        }
        const bool ring = path.kind != Kind::line;
        const Vertex first = make_vertex(path.lat[0], path.lon[0]);
        CrossingSearch *const search = ring ? search_ : nullptr;
        if (search != nullptr) {
            search->add(first.at);
        }
        Vertex before = first;
        Distinct distinct(first.at);
        for (std::size_t i = 1; i < path.size + ring; ++i) {
            const Vertex vertex = i < path.size ? make_vertex(path.lat[i], path.lon[i]) : first;
            if (search != nullptr && i < path.size) {
                search->add(vertex.at);
            }
            if (vertex.at == before.at) {
                continue;
            }
            if (are_antipodal(before, vertex)) {
                return {Fault::antipodal, i - 1};
            }
            distinct.add(vertex.at);
            const bool backwards = vertex.at < before.at;
            recorder.set_weight(ring ? (backwards ? -1 : 1) : 0);
            backwards ? walk.arc(vertex, before) : walk.arc(before, vertex);
            before = vertex;
            if (passages_.size() > asked_at_ + steps_between_interrupts) {
                asked_at_ = passages_.size();
                is_stopped_ = interrupt_();
                if (is_stopped_) {
                    return {};
                }
            }
        }
        if (ring && distinct.count() < 3) {
            return {Fault::too_few, 0};
        }
        if (distinct.count() == 1) {
            walk.point(first);
        }
        return {};
    }

    void add_disc(const Path &path, Walk<Recorder> &walk, Recorder &recorder,
                  std::size_t first) noexcept {
        // The smaller of the two discs that the circle bounds.
        const double radius = path.lat[1];
        const bool larger = radius > 90;
        const double smaller = (larger ? 180 - radius : radius) * degree;
        const Vertex vertex = make_vertex(path.lat[0], path.lon[0]);
        if (smaller < 0x1p-52) {
            const double lon = path.lon[0] + 180;
            walk.point(larger ? make_vertex(-path.lat[0], lon) : vertex);
            for (std::int64_t &count : inside_) {
                count += larger;
            }
            return;
        }
        recorder.set_weight(1);
        walk.circle(larger ? -vertex.at : vertex.at, smaller);
        const Differences differences(grid_, recorder);
        const std::int64_t factor = larger ? -1 : 1;
        const std::int64_t from_pole = factor * differences.cells;
        count_inside(differences, factor, from_pole < 0 || (from_pole == 0 && larger), first);
    }

    Finding close(const Path &ring, const Recorder &recorder, std::size_t first) noexcept {
        const Differences differences(grid_, recorder);
        const std::int64_t nside = grid_.nside();
        const std::int64_t corners = 12 * nside * nside;
        // How many corners lie on the other side than the north pole, and how many might do so if
        // one moved the ring by a cell.
        const std::int64_t other = differences.cells < 0 ? -differences.cells : differences.cells;
        const auto unsure = static_cast<std::int64_t>(passages_.size() - first);
        std::int64_t left = differences.cells < 0 ? -1 : 1; // 1 if the left side is the inside
        bool pole = false;                                  // whether the pole lies inside
        const bool small = 4 * other < corners;
        const bool large = 4 * (corners - other) < corners;
        if (oriented_ || 8 * unsure > corners || !(small || large) || recorder.at_south_pole()) {
            const double area = left_area(ring);
            const bool thin = std::fabs(area) <= 1e-12 * static_cast<double>(ring.size);
            const int turn = thin ? turn_of_thin(ring) : area < 0 ? -1 : 1;
            if (oriented_) {
                left = ring.kind == Kind::hole ? -1 : 1;
            } else if (turn != 0) {
                left = turn;
            } else if (2 * other > corners) {
                left = -left;
            }
            // Corners on the ring itself may count to either side: so what share of the sphere is
            // the inside decides whether it is as many corners more than the pole, or as many less.
            const double of_left = thin       ? turn < 0
                                   : area < 0 ? area / (4 * pi) + 1
                                              : area / (4 * pi);
            const double share =
                oriented_ ? (left > 0 ? of_left : 1 - of_left) : std::min(of_left, 1 - of_left);
            pole = static_cast<double>(left * differences.cells) <
                   (share - 0.5) * static_cast<double>(corners);
        } else if (large) {
            left = -left;
            pole = true;
        }
        if (ring.kind == Kind::hole) {
            count_inside(differences, -left, -std::int64_t{pole}, first);
        } else {
            count_inside(differences, left, pole, first);
        }
        return {};
    }

    // Counts a ring's inside, when `factor` is what its left side adds.
    void count_inside(const Differences &differences, std::int64_t factor, std::int64_t pole,
                      std::size_t first) noexcept {
        for (int face = 0; face < 12; ++face) {
            inside_[face] += pole + factor * differences.south[face];
        }
        if (factor < 0) {
            for (std::size_t i = first; i < passages_.size(); ++i) {
                const Passage mirrored = twice_no_difference - (passages_[i] & 63);
                passages_[i] = (passages_[i] & ~Passage{63}) | mirrored;
            }
        }
    }

    Grid grid_;
    bool oriented_;
    Interrupt interrupt_;
    CrossingSearch *search_ = nullptr;
    std::size_t asked_at_ = 0;
    bool is_stopped_ = false;
    Buffer<Passage> passages_;
    Buffer<Passage> scratch_;
    std::int64_t inside_[12] = {};
};

} // namespace mortie
