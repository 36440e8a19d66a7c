#include "src/doctor/container.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

namespace {

constexpr std::uint64_t first_namespace = 4026531836;
constexpr std::uint64_t other_namespace = 4026532201;

ContainerTraces docker() {
    return {.pid = 1,
            .namespaces = {.pid = other_namespace},
            .status = "Name:\tnetrunner\nCapEff:\t00000000a80425fb\nNoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n",
            .mounts = "overlay / overlay rw 0 0\ncgroup /sys/fs/cgroup cgroup2 ro,nosuid,nodev 0 0\n",
            .docker_file = true};
}

}  // namespace

TEST_SUITE_BEGIN("container");

TEST_CASE("a process of the first PID namespace without a mark is in no container") {
    CHECK(!recognize({}));
    CHECK(!recognize({.pid = 4242, .namespaces = {.pid = first_namespace}}));
}

TEST_CASE("Docker's defaults are recognized") {
    const auto found = recognize(docker());
    REQUIRE(found);
    CHECK(found->engine == "docker");
    CHECK(found->first_process);
    CHECK(found->filtered);
    CHECK(!found->admin);
    CHECK(!found->no_new_privileges);
    CHECK(found->groups == Container::Groups::read_only);
    CHECK(sentence(*found) ==
          "in a container of docker: netrunner is process 1; a seccomp filter is on; without CAP_SYS_ADMIN; control "
          "groups "
          "are read-only (--max-rss and --max-processes work)");
}

TEST_CASE("a mark needs another namespace, and a PID namespace needs no mark") {
    CHECK(!recognize({.pid = 7, .namespaces = {.pid = first_namespace}, .docker_file = true}));
    CHECK(recognize({.pid = 7, .namespaces = {.pid = first_namespace, .uts = other_namespace}, .podman_file = true})
              ->engine == "podman");
    CHECK(recognize({.pid = 7, .namespaces = {.cgroup = other_namespace}, .engine_variable = "lxc"})->engine == "lxc");
    CHECK(recognize({.pid = 7, .namespaces = {.ipc = other_namespace}, .docker_file = true, .kubernetes = true})
              ->engine == "kubernetes");
    const auto unnamed = recognize({.pid = 7, .namespaces = {.pid = other_namespace}});
    REQUIRE(unnamed);
    CHECK(unnamed->engine.empty());
    CHECK(sentence(*unnamed) ==
          "in a container: netrunner is not process 1; no seccomp filter; without CAP_SYS_ADMIN; no control groups of "
          "version "
          "2 are mounted");
}

TEST_CASE("capabilities, no new privileges and the mount of the control groups are read") {
    auto traces = docker();
    traces.status = "CapEff:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t0\n";
    traces.mounts += "cgroup2 /other/cgroup cgroup2 rw,relatime 0 0\n";
    const auto found = recognize(traces);
    REQUIRE(found);
    CHECK(found->admin);
    CHECK(found->no_new_privileges);
    CHECK(!found->filtered);
    CHECK(found->groups == Container::Groups::writable);
    CHECK(sentence(*found) ==
          "in a container of docker: netrunner is process 1; no seccomp filter; with CAP_SYS_ADMIN; no new privileges; "
          "control "
          "groups are writable");
    CHECK(std::string(name_of(found->groups)) == "writable");
}

TEST_SUITE_END();
