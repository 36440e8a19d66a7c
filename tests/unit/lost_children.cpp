#include "src/batch/lost_children.hpp"

#include <doctest/doctest.h>

#include <array>

using netrunner::LostChildren;
using netrunner::Session;

namespace {

/// Addresses that stand for two sessions.
struct Runs {
    std::array<char, 2> places{};
    LostChildren::Owner a = reinterpret_cast<const Session*>(&places[0]);
    LostChildren::Owner b = reinterpret_cast<const Session*>(&places[1]);
};

using Pids = std::vector<pid_t>;

}  // namespace

TEST_SUITE_BEGIN("lost_children");

TEST_CASE_FIXTURE(Runs, "lost children: each child has one owner, and keeps it until it ends") {
    LostChildren lost;
    int asked = 0;
    const auto find = [&](pid_t child) {
        ++asked;
        return LostChildren::Share{.owner = child < 20 ? a : b, .is_certain = true};
    };
    lost.update(Pids{10, 11, 20}, find);
    CHECK(lost.children_of(a) == Pids{10, 11});
    CHECK(lost.children_of(b) == Pids{20});
    CHECK(asked == 3);
    lost.update(Pids{10, 11, 20, 21}, find);
    CHECK(asked == 4);
    CHECK(lost.children_of(b) == Pids{20, 21});
    CHECK(lost.child_reaped(11) == a);
    CHECK(lost.child_reaped(11) == nullptr);
    CHECK(lost.child_reaped(99) == nullptr);
    // The pid is another process's now.
    lost.update(Pids{10, 11}, [&](pid_t) { return LostChildren::Share{.owner = b, .is_certain = true}; });
    CHECK(lost.children_of(a) == Pids{10});
    CHECK(lost.children_of(b) == Pids{11});
}

TEST_CASE_FIXTURE(Runs, "lost children: a child without an owner is asked for again") {
    LostChildren lost;
    lost.update(Pids{10}, [](pid_t) { return LostChildren::Share{}; });
    CHECK(lost.children_of(a).empty());
    lost.update(Pids{10}, [&](pid_t) { return LostChildren::Share{.owner = a, .is_certain = true}; });
    CHECK(lost.children_of(a) == Pids{10});
}

TEST_CASE_FIXTURE(Runs, "lost children: the owner of an uncertain child is known until the child ends") {
    LostChildren lost;
    const auto find = [&](pid_t) { return LostChildren::Share{.owner = a, .is_certain = false}; };
    lost.update(Pids{10}, find);
    CHECK(lost.uncertain_owners() == std::set{a});
    lost.update(Pids{}, find);
    CHECK(lost.uncertain_owners().empty());
}

TEST_CASE_FIXTURE(Runs, "lost children: what a run leaves gets a new owner") {
    LostChildren lost;
    lost.update(Pids{10}, [&](pid_t) { return LostChildren::Share{.owner = a, .is_certain = false}; });
    lost.forget(a);
    CHECK(lost.uncertain_owners().empty());
    CHECK(lost.child_reaped(10) == nullptr);
    lost.update(Pids{10}, [&](pid_t) { return LostChildren::Share{.owner = b, .is_certain = false}; });
    CHECK(lost.children_of(a).empty());
    CHECK(lost.children_of(b) == Pids{10});
}

TEST_SUITE_END();
