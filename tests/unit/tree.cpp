// Tests reading /proc about this process. The walk over a tree is tested in tests/system.
#include "shepherd/tree/tree.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

using namespace netrunner;

TEST_SUITE_BEGIN("tree");

TEST_CASE("a process is read as /proc shows it") {
    TreeMember member;
    REQUIRE(read_member(::getpid(), member));
    CHECK(member.pid == ::getpid());
    CHECK(member.parent == ::getppid());
    CHECK(member.group == ::getpgrp());
    CHECK(member.state == 'R');
    CHECK(member.started > 0);
    CHECK(!member.is_dead());
    CHECK(!member.exiting);
}

TEST_CASE("a process that is exiting is recognised") {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    siginfo_t end{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOWAIT) == 0);
    TreeMember member;
    REQUIRE(read_member(child, member));
    CHECK(member.exiting);
    CHECK(member.is_dead());
    ::waitpid(child, nullptr, 0);
}

TEST_CASE("a name with blanks and parentheses is read correctly") {
    std::array<char, 16> before{};
    ::prctl(PR_GET_NAME, before.data(), 0, 0, 0);
    ::prctl(PR_SET_NAME, "a) S 1 (b", 0, 0, 0);
    TreeMember member;
    CHECK(read_member(::getpid(), member));
    CHECK(member.parent == ::getppid());
    std::array<char, 16> name{};
    std::array<char, 64> command{};
    describe_process(::getpid(), name, command);
    CHECK(std::string(name.data()) == "a) S 1 (b");
    CHECK(std::string(command.data()).find("unit_tests") != std::string::npos);
    ::prctl(PR_SET_NAME, before.data(), 0, 0, 0);
}

TEST_CASE("a process that is not there is not found") {
    TreeMember member;
    CHECK(!read_member(0x3fffffff, member));
    std::array<char, 16> name{'x'};
    std::array<char, 16> command{'x'};
    describe_process(0x3fffffff, name, command);
    CHECK(name[0] == '\0');
    CHECK(command[0] == '\0');
}

TEST_CASE("a process whose first thread has ended is not dead while others run") {
    CHECK(TreeMember{.state = 'Z', .threads = 1}.is_dead());
    CHECK(!TreeMember{.state = 'Z', .threads = 2}.is_dead());
    CHECK(!TreeMember{.state = 'D', .threads = 1}.is_dead());
}

TEST_CASE("a process without children has an empty tree") {
    std::array<TreeMember, 4> room{};
    CHECK(find_tree({.root = ::getpid()}, room) == 0);
}

TEST_SUITE_END();
