// Which regions hold a point.
//
// The index is a tree of cells. Each cell that no boundary comes near knows the regions that hold
// all of it, each other one knows its few edges, and which regions hold a reference point: the
// centre of its parent, which is a corner of the cell. From a point to there we count the edges
// that the arc crosses. The arc stays in the cell's hull (hull.hpp), and each edge that meets that
// is one of the cell's: so the count is exact, for points and for references alike, since these go
// from one to the next by the same way, and the first by the areas of triangles.
//
// The depth follows the data. The tree grows level by level; a cell is split as long as it has more
// than 16 edges, or any, while the whole index is small. It ends at order 24, or where all lists of
// edges together would be longer than 16 times the number of edges.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "index/healpix.hpp"
#include "kernels/kernels.hpp"
#include "regions/arcs.hpp"
#include "regions/boundary.hpp"
#include "regions/buffer.hpp"
#include "regions/crossing.hpp"
#include "regions/grid.hpp"
#include "regions/hull.hpp"
#include "regions/path.hpp"
#include "regions/side.hpp"
#include "regions/simple.hpp"
#include "regions/sphere.hpp"

namespace mortie {

class Locator {
  public:
    using Number = std::uint32_t;

    Locator(bool oriented, Interrupt interrupt) noexcept
        : oriented_(oriented), search_(interrupt) {}

    // Before a region's paths.
    void begin() noexcept { parts_ = 0; }

    // Adds a path of a region; regions come in their order. A polygon's holes follow its shell;
    // lines and points hold nothing.
    Finding add(std::size_t region, const Path &path) noexcept {
        if (path.kind != Kind::hole) {
            if (const Finding found = end_polygon(); found.fault != Fault::none) {
                return found;
            }
        }
        if (const Finding found = check(path); found.fault != Fault::none) {
            return found;
        }
        const std::size_t part = parts_++;
        if (region >= most_regions || path.size >= most_vertices - vertices_.size()) {
            return {Fault::memory};
        }
        if (path.kind == Kind::disc) {
            add_disc(static_cast<Number>(region), path);
            return {};
        }
        const bool ring = path.kind == Kind::shell || path.kind == Kind::hole;
        if (!ring && path.kind != Kind::line) {
            return {};
        }
        search_.begin_ring(part);
        const Finding found = add_arcs(static_cast<Number>(region), path);
        search_.end_ring();
        return found;
    }

    // After a region's paths: whether rings cross.
    Finding end_polygon() noexcept {
        const Finding found = search_.find();
        search_.clear();
        return found;
    }

    bool is_stopped() const noexcept { return search_.is_stopped(); }

    // Makes the tree, once all is added; false if memory ran out or it was interrupted.
    bool build(const Interrupt &interrupt) noexcept {
        search_ = CrossingSearch({});
        vertices_.fit();
        owners_.fit();
        Builder builder(*this, interrupt);
        const bool done = builder.run();
        if (builder.failed()) { // maybe for memory of its own
            entries_.fail();
        }
        return done && !failed();
    }

    bool failed() const noexcept {
        return vertices_.failed() || owners_.failed() || holders_.failed() ||
               references_.failed() || entries_.failed() || leaves_.failed() || lists_.failed();
    }

    std::size_t memory() const noexcept {
        return vertices_.size() * sizeof(Vector) + owners_.size() * sizeof(Number) +
               holders_.size() * sizeof(Holder) + references_.size() * sizeof(Reference) +
               entries_.size() * sizeof(Number) + leaves_.size() * sizeof(Leaf) +
               lists_.size() * sizeof(Number);
    }

    std::int64_t order() const noexcept { return order_; }

    // The place of the first region that holds each point, or -1. Gives how many points it did:
    // all, or those before the first with a bad coordinate, or before an interruption.
    std::size_t locate(const Kernels &kernels, std::size_t n, const double *lat, const double *lon,
                       std::int64_t *place, const Interrupt &interrupt) const noexcept {
        return each(kernels, n, lat, lon, interrupt, [&](std::size_t i, Number entry) {
            if ((entry & 3) == single) {
                place[i] = std::int64_t{entry >> 2} - 1;
                return std::size_t{1};
            }
            place[i] = -1;
            return visit(entry, lat[i], lon[i], [&](Number region) {
                place[i] = region;
                return false;
            });
        });
    }

    // Pairs of the places of points and of all regions that hold them, in the order of both.
    std::size_t locate_all(const Kernels &kernels, std::size_t n, const double *lat,
                           const double *lon, Buffer<std::int64_t> &points,
                           Buffer<std::int64_t> &places,
                           const Interrupt &interrupt) const noexcept {
        return each(kernels, n, lat, lon, interrupt, [&](std::size_t i, Number entry) {
            const auto add = [&](Number region) {
                points.push(static_cast<std::int64_t>(i));
                places.push(region);
                return true;
            };
            if ((entry & 3) != single) {
                return visit(entry, lat[i], lon[i], add);
            }
            if (entry >> 2 != 0) {
                add((entry >> 2) - 1);
            }
            return std::size_t{1};
        });
    }

  private:
    // What a place in the tree holds, in its low bits, and the rest of it:
    enum Tag : Number {
        inner,   // the first of its four children's places
        single,  // the one region that holds the whole cell, plus 1, or 0
        several, // the reference whose regions hold the whole cell
        edges,   // a leaf
    };

    // A region that holds a point: how many of its shells do, without the holes.
    struct Holder {
        Number region;
        std::int32_t count;
    };

    struct Reference {
        Vector at;
        Number first, last; // of its holders, in the order of regions
    };

    // A cell with edges.
    struct Leaf {
        Number first, last; // of its list
        Number reference;
    };

    // Edges, and discs, are elements, by the number of their first vertex: edge i goes from vertex
    // i to the next. A disc has its centre, then its limits as a vector.
    static constexpr Number negative = 1; // the left side counts one less than the right
    static constexpr Number disc = 2;
    static constexpr int owner_bits = 2;
    static constexpr std::size_t most_regions = std::size_t{1} << (32 - owner_bits);
    static constexpr std::size_t most_vertices = std::numeric_limits<Number>::max();
    static constexpr Number no_owner = std::numeric_limits<Number>::max(); // of a ring's end

    // So many that a block's loops are long, but all of its arrays take no more than 48 KB of
    // stack.
    static constexpr std::size_t block_points = 2048;
    static constexpr std::int64_t deepest = 24;
    static constexpr std::size_t leaf_size = 16;
    static constexpr std::size_t small_index = 1 << 13;

    static constexpr Vector start = aside;

    void add_disc(Number region, const Path &path) noexcept {
        const double radius = path.lat[1] * degree;
        const double half = std::sin(0.5 * radius);
        const double chord_squared = path.lat[1] == 180 ? HUGE_VAL : 4 * half * half;
        const Number element = static_cast<Number>(vertices_.size());
        vertices_.push(latlon2vector(path.lat[0], path.lon[0]));
        vertices_.push({chord_squared, radius, 0});
        owners_.push(region << owner_bits | disc);
        owners_.push(no_owner);
        if (!vertices_.failed()) {
            count_at_start(region, in_disc(element, start));
        }
    }

    // A line's are only looked at for what is wrong with them.
    Finding add_arcs(Number region, const Path &path) noexcept {
        if (path.size == 0) {
            return {};
        }
        const std::size_t first = vertices_.size();
        const bool ring = path.kind != Kind::line;
        LeftArea left(start);
        vertices_.push(latlon2vector(path.lat[0], path.lon[0]));
        if (vertices_.failed()) {
            return {Fault::memory};
        }
        Distinct distinct(vertices_[first]);
        if (ring) {
            search_.add(vertices_[first]);
        }
        for (std::size_t i = 1; i < path.size + ring && !vertices_.failed(); ++i) {
            const std::size_t k = i < path.size ? i : 0;
            const Vector before = vertices_.back();
            const Vector at = latlon2vector(path.lat[k], path.lon[k]);
            if (ring && i < path.size) {
                search_.add(at);
            }
            if (at == before) {
                continue;
            }
            const Vector sum = at + before;
            if (dot(sum, sum) <= 1e-20 &&
                are_antipodal(make_vertex(path.lat[i - 1], path.lon[i - 1]),
                              make_vertex(path.lat[k], path.lon[k]))) {
                return {Fault::antipodal, i - 1};
            }
            distinct.add(at);
            if (ring) {
                left.add(before, at);
            }
            vertices_.push(at);
        }
        if (!ring || vertices_.failed()) {
            vertices_.shrink(first);
            return {vertices_.failed() ? Fault::memory : Fault::none};
        }
        if (distinct.count() < 3) {
            return {Fault::too_few, 0};
        }
        const double area = left.area();
        const bool hole = path.kind == Kind::hole;
        // Whether the ring's left side is its inside.
        const bool is_left = oriented_ ? !hole : std::remainder(area, 4 * pi) >= 0;
        const bool holds_start = area != 0 && (area < 0) == is_left;
        count_at_start(region, hole ? -int{holds_start} : int{holds_start});
        const Number owner = region << owner_bits | (is_left == hole ? negative : 0);
        for (std::size_t i = first + 1; i < vertices_.size(); ++i) {
            owners_.push(owner);
        }
        owners_.push(no_owner);
        return {};
    }

    void count_at_start(Number region, std::int32_t count) noexcept {
        if (count == 0) {
            return;
        }
        if (!holders_.empty() && holders_.back().region == region) {
            holders_.back().count += count;
        } else {
            holders_.push({region, count});
        }
    }

    Number region_of(Number element) const noexcept { return owners_[element] >> owner_bits; }

    bool in_disc(Number element, Vector point) const noexcept {
        const Vector off = point - vertices_[element];
        return dot(off, off) <= vertices_[element + 1].x;
    }

    // How many more parts of elements' regions hold the end of a segment than its beginning; to be
    // asked for elements in their order.
    class Changes {
      public:
        Changes(const Locator &locator, const Segment &segment) noexcept
            : locator_(locator), segment_(segment) {}

        std::int32_t operator()(Number element) noexcept {
            const Number owner = locator_.owners_[element];
            if ((owner & disc) != 0) {
                return locator_.in_disc(element, segment_.to()) -
                       locator_.in_disc(element, segment_.from());
            }
            const Vector *vertices = &locator_.vertices_[element];
            const int side = known_ == element ? known_side_ : segment_.side(vertices[0]);
            known_ = element + 1;
            known_side_ = segment_.side(vertices[1]);
            const int crossed = segment_.crosses(vertices[0], side, vertices[1], known_side_);
            return (owner & negative) != 0 ? -crossed : crossed;
        }

      private:
        const Locator &locator_;
        const Segment &segment_;
        Number known_ = no_owner; // a vertex whose side is known
        int known_side_ = 0;
    };

    // Calls `found(region)` for the regions that hold a point, until it gives false; the cost, in
    // elements looked at.
    template <typename Found>
    std::size_t visit(Number entry, double lat, double lon, Found found) const noexcept {
        if ((entry & 3) == several) {
            const Reference &reference = references_[entry >> 2];
            for (Number h = reference.first; h < reference.last; ++h) {
                if (holders_[h].count > 0 && !found(holders_[h].region)) {
                    break;
                }
            }
            return 1 + reference.last - reference.first;
        }
        const Leaf &leaf = leaves_[entry >> 2];
        const Reference &reference = references_[leaf.reference];
        const Segment segment(latlon2vector(lat, lon), reference.at);
        Changes changes(*this, segment);
        Number holder = reference.first;
        Number i = leaf.first;
        while (i < leaf.last || holder < reference.last) {
            const Number of_list = i < leaf.last ? region_of(lists_[i]) : no_owner;
            const Number of_holders = holder < reference.last ? holders_[holder].region : no_owner;
            const Number region = std::min(of_list, of_holders);
            std::int32_t count = of_holders == region ? holders_[holder++].count : 0;
            for (; i < leaf.last && region_of(lists_[i]) == region; ++i) {
                count -= changes(lists_[i]);
            }
            if (count > 0 && !found(region)) {
                break;
            }
        }
        return 1 + (i - leaf.first) + (holder - reference.first);
    }

    // Calls `with(i, entry)` for one point after the other, with what its cell holds; it gives the
    // cost.
    template <typename With>
    std::size_t each(const Kernels &kernels, std::size_t n, const double *lat, const double *lon,
                     const Interrupt &interrupt, With with) const noexcept {
        const std::int64_t order = order_;
        const std::int64_t table_shift = 2 * (order_ - table_order_);
        const Number *const table = &entries_[table_];
        const Number *const entries = entries_.data();
        std::int64_t nests[block_points];
        double turned[block_points];
        Number found[block_points];
        Number inside[block_points]; // the points whose cells are inner ones
        std::size_t cost = 0;
        for (std::size_t begin = 0; begin < n; begin += block_points) {
            const std::size_t count = std::min(n - begin, block_points);
            // Longitudes of many turns would lose digits when they become radians.
            const double *lons = lon + begin;
            bool far = false;
            for (std::size_t i = 0; i < count; ++i) {
                far |= std::fabs(lons[i]) > 360;
            }
            if (far) {
                for (std::size_t i = 0; i < count; ++i) {
                    turned[i] = is_lon(lons[i]) ? std::fmod(lons[i], 360) : lons[i];
                }
                lons = turned;
            }
            const std::size_t done =
                kernels.latlon2nest(count, {&order, 0}, {lat + begin, 1}, {lons, 1}, nests);
            // A level at a time, so that the loads of many points are under way at once.
            std::size_t left = 0;
            for (std::size_t i = 0; i < done; ++i) {
                found[i] = table[nests[i] >> table_shift];
                inside[left] = static_cast<Number>(i);
                left += (found[i] & 3) == inner;
            }
            for (std::int64_t shift = table_shift - 2; left > 0; shift -= 2) {
                const std::size_t before = left;
                left = 0;
                for (std::size_t k = 0; k < before; ++k) {
                    const Number i = inside[k];
                    found[i] = entries[(found[i] >> 2) + (nests[i] >> shift & 3)];
                    inside[left] = i;
                    left += (found[i] & 3) == inner;
                }
            }
            for (std::size_t i = 0; i < done; ++i) {
                cost += with(begin + i, found[i]);
            }
            if (done < count) {
                return begin + done;
            }
            if (cost > steps_between_interrupts) {
                cost = 0;
                if (interrupt()) {
                    return begin;
                }
            }
        }
        return n;
    }

    // Makes the tree, level by level.
    class Builder {
      public:
        Builder(Locator &locator, const Interrupt &interrupt) noexcept
            : at_(locator), interrupt_(interrupt) {}

        bool failed() const noexcept {
            return list_.failed() || next_list_.failed() || level_.failed() || cells_.failed() ||
                   masks_.failed() || changed_.failed() || at_.failed();
        }

        bool run() noexcept {
            for (std::size_t i = 0; i < at_.owners_.size(); ++i) {
                if (at_.owners_[i] != no_owner) {
                    list_.push(static_cast<Number>(i));
                }
            }
            most_ = 16 * list_.size() + 8 * small_index;
            at_.references_.push({start, 0, static_cast<Number>(at_.holders_.size())});
            if (!list_.failed() && !at_.failed()) {
                add_faces();
            }
            std::int64_t order = 0;
            for (; !cells_.empty() && !is_stopped_ && !failed(); ++order) {
                at_.order_ = order;
                list_.swap(next_list_);
                next_list_.clear();
                level_.swap(cells_);
                cells_.clear();
                for (std::size_t i = 0; i < level_.size() && !is_stopped_ && !failed(); ++i) {
                    if (order == deepest || !split(order, level_[i])) {
                        add_leaf(level_[i]);
                    }
                }
            }
            if (!is_stopped_ && !failed()) {
                add_table();
            }
            at_.holders_.fit();
            at_.references_.fit();
            at_.entries_.fit();
            at_.leaves_.fit();
            at_.lists_.fit();
            return !is_stopped_ && !failed();
        }

      private:
        // A cell of the level, with edges; its place is to be filled.
        struct Cell {
            std::int64_t nest;
            std::size_t first, last; // of the level's list
            Number reference;
            Number place;
        };

        bool paused(std::size_t cost) noexcept {
            cost_ += cost;
            if (cost_ > steps_between_interrupts / 8) {
                cost_ = 0;
                is_stopped_ = interrupt_();
            }
            return is_stopped_;
        }

        // The base cells, with their own centres as references.
        void add_faces() noexcept {
            at_.entries_.resize(12);
            const Grid fine(2);
            Hull hulls[12];
            Number references[12];
            for (int face = 0; face < 12; ++face) {
                const Pixel pixel = {0, 0, face};
                hulls[face] = make_hull(fine, finer_square(fine, 2, pixel));
                references[face] = refer(0, list_.begin(), list_.end(), centre(0, pixel));
                if (failed() || paused(list_.size())) {
                    return;
                }
            }
            mark(hulls, list_.begin(), list_.end());
            if (!failed()) {
                add_marked(0, 12, references, list_.begin(), list_.end(), 0);
            }
        }

        // The centre of a cell is a corner of its parts.
        static Vector centre(std::int64_t order, Pixel pixel) noexcept {
            const Grid fine(order + 1);
            const Square west = finer_square(fine, 1, pixel);
            return fine.corner(west, {west.rising + 1, west.falling + 1});
        }

        // A reference at a point, from another one; the list has all elements that may lie between.
        Number refer(Number from, const Number *first, const Number *last, Vector to) noexcept {
            const Reference reference = at_.references_[from];
            const Segment segment(reference.at, to);
            Changes changes(at_, segment);
            changed_.clear();
            for (; first < last; ++first) {
                const std::int32_t change = changes(*first);
                if (change == 0) {
                    continue;
                }
                const Number region = at_.region_of(*first);
                if (!changed_.empty() && changed_.back().region == region) {
                    changed_.back().count += change;
                } else {
                    changed_.push({region, change});
                }
            }
            Reference next = {to, reference.first, reference.last};
            if (std::any_of(changed_.begin(), changed_.end(), [](Holder h) { return h.count; })) {
                next.first = static_cast<Number>(at_.holders_.size());
                merge(reference);
                next.last = static_cast<Number>(at_.holders_.size());
            }
            at_.references_.push(next);
            return static_cast<Number>(at_.references_.size() - 1);
        }

        // Appends the holders of a reference, with what has changed.
        void merge(const Reference &reference) noexcept {
            Number old = reference.first;
            const Holder *changed = changed_.begin();
            while (old < reference.last || changed < changed_.end()) {
                Holder holder = {no_owner, 0};
                if (old < reference.last) {
                    holder = at_.holders_[old];
                }
                if (changed < changed_.end() && changed->region <= holder.region) {
                    const bool both = changed->region == holder.region;
                    holder = {changed->region, changed->count + (both ? holder.count : 0)};
                    old += both;
                    ++changed;
                } else {
                    ++old;
                }
                if (holder.count != 0) {
                    at_.holders_.push(holder);
                }
            }
        }

        // Splits a cell; false if it shall be a leaf.
        bool split(std::int64_t order, const Cell &cell) noexcept {
            const std::size_t size = cell.last - cell.first;
            const std::size_t used = at_.lists_.size() + next_list_.size() + at_.entries_.size() +
                                     2 * at_.holders_.size();
            if (size <= leaf_size && used > small_index) {
                return false;
            }
            const Pixel pixel = nest2pixel(order, cell.nest);
            const Grid fine(order + 3);
            Hull hulls[4];
            for (int child = 0; child < 4; ++child) {
                const Pixel part = {2 * pixel.x + (child & 1), 2 * pixel.y + (child >> 1),
                                    pixel.face};
                hulls[child] = make_hull(fine, finer_square(fine, 2, part));
            }
            const Number *first = list_.begin() + cell.first;
            const Number *last = list_.begin() + cell.last;
            if (mark(hulls, first, last) + used > most_ || at_.entries_.size() >= Number{1} << 29) {
                return false;
            }
            const auto children = static_cast<Number>(at_.entries_.size());
            at_.entries_.resize(at_.entries_.size() + 4);
            const Number reference = refer(cell.reference, first, last, centre(order, pixel));
            const Number references[] = {reference, reference, reference, reference};
            if (!failed() && !paused(size)) {
                at_.entries_[cell.place] = children << 2 | inner;
                add_marked(4 * cell.nest, 4, references, first, last, children);
            }
            return true;
        }

        // Marks with a bit each of the hulls that an element meets; how many those are.
        template <int count>
        std::size_t mark(const Hull (&hulls)[count], const Number *first,
                         const Number *last) noexcept {
            const Sides<count> sides(hulls);
            std::size_t sum = 0;
            if (!masks_.resize(static_cast<std::size_t>(last - first))) {
                return 0;
            }
            std::uint64_t before = 0;
            Number known = no_owner;
            for (std::size_t k = 0; k < masks_.size(); ++k) {
                const Number element = first[k];
                const Vector a = at_.vertices_[element];
                const Vector b = at_.vertices_[element + 1];
                const bool is_disc = (at_.owners_[element] & disc) != 0;
                const std::uint64_t from = known == element ? before : sides.beyond(a);
                const std::uint64_t to = is_disc ? 0 : sides.beyond(b);
                known = is_disc ? no_owner : element + 1;
                before = to;
                unsigned mask = 0;
                for (int i = 0; i < count; ++i) {
                    const std::uint64_t of_from = from >> 4 * i & 15;
                    const std::uint64_t of_to = to >> 4 * i & 15;
                    const bool meets =
                        is_disc ? meets_disc(hulls[i], a, b.y)
                                : of_from == 0 || of_to == 0 ||
                                      ((of_from & of_to) == 0 && hulls[i].meets_circle(a, b));
                    mask |= static_cast<unsigned>(meets) << i;
                    sum += meets;
                }
                masks_[k] = static_cast<std::uint16_t>(mask);
            }
            return sum;
        }

        // Whether a disc's circle may meet a hull.
        static bool meets_disc(const Hull &hull, Vector centre, double radius) noexcept {
            const Vector sum =
                (hull.corners[0] + hull.corners[2]) + (hull.corners[1] + hull.corners[3]);
            const Vector middle = 1 / norm(sum) * sum;
            double reach = 0;
            for (const Vector &corner : hull.corners) {
                reach = std::max(reach, length_of(middle, corner));
            }
            return std::fabs(length_of(middle, centre) - radius) <= reach + hull_margin;
        }

        // Adds cells to the next level: those of consecutive numbers and places.
        void add_marked(std::int64_t nest, int count, const Number *references, const Number *first,
                        const Number *last, Number place) noexcept {
            for (int i = 0; i < count; ++i) {
                const auto k = static_cast<Number>(i);
                const std::size_t begin = next_list_.size();
                for (const Number *element = first; element < last; ++element) {
                    if ((masks_[static_cast<std::size_t>(element - first)] >> i & 1) != 0) {
                        next_list_.push(*element);
                    }
                }
                if (next_list_.size() == begin) {
                    at_.entries_[place + k] = whole(references[i]);
                } else {
                    cells_.push({nest + i, begin, next_list_.size(), references[i], place + k});
                }
            }
        }

        // What a cell without edges holds.
        Number whole(Number reference) const noexcept {
            const auto &[to, first, last] = at_.references_[reference];
            Number regions = 0;
            Number region = 0;
            for (Number h = first; h < last; ++h) {
                if (at_.holders_[h].count > 0) {
                    region = regions == 0 ? at_.holders_[h].region + 1 : region;
                    ++regions;
                }
            }
            return regions > 1 ? reference << 2 | several : region << 2 | single;
        }

        void add_leaf(const Cell &cell) noexcept {
            const auto begin = static_cast<Number>(at_.lists_.size());
            for (std::size_t i = cell.first; i < cell.last; ++i) {
                at_.lists_.push(list_[i]);
            }
            at_.entries_[cell.place] = static_cast<Number>(at_.leaves_.size()) << 2 | edges;
            at_.leaves_.push({begin, static_cast<Number>(at_.lists_.size()), cell.reference});
        }

        // Adds the cells of one order, as many as there are places in the tree, to begin with.
        void add_table() noexcept {
            std::int64_t order = 0;
            while (order < at_.order_ && order < 8 &&
                   std::size_t{12} << 2 * (order + 1) <= at_.entries_.size()) {
                ++order;
            }
            const std::size_t size = std::size_t{12} << 2 * order;
            const std::size_t table = at_.entries_.size();
            if (!at_.entries_.resize(table + size)) {
                return;
            }
            for (std::size_t nest = 0; nest < size; ++nest) {
                Number entry = at_.entries_[nest >> 2 * order];
                for (std::int64_t level = order - 1; level >= 0 && (entry & 3) == inner; --level) {
                    entry = at_.entries_[(entry >> 2) + (nest >> 2 * level & 3)];
                }
                at_.entries_[table + nest] = entry;
            }
            at_.table_ = table;
            at_.table_order_ = order;
        }

        Locator &at_;
        const Interrupt &interrupt_;
        Buffer<Number> list_, next_list_; // the elements of the cells of this level and the next
        Buffer<Cell> level_, cells_;
        Buffer<std::uint16_t> masks_;
        Buffer<Holder> changed_;
        std::size_t most_ = 0;
        std::size_t cost_ = 0;
        bool is_stopped_ = false;
    };

    bool oriented_;
    CrossingSearch search_;
    std::size_t parts_ = 0;
    Buffer<Vector> vertices_;
    Buffer<Number> owners_; // of the element that begins at each vertex
    Buffer<Holder> holders_;
    Buffer<Reference> references_;
    Buffer<Number> entries_; // four places for each inner cell; the base cells are the first 12
    Buffer<Leaf> leaves_;
    Buffer<Number> lists_;
    std::size_t table_ = 0; // where the places of all cells of one order begin
    std::int64_t table_order_ = 0;
    std::int64_t order_ = 0;
};

} // namespace mortie
