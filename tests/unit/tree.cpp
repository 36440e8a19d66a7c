// Tests reading /proc about this process. The walk over a tree is tested in tests/system.
#include "shepherd/tree/tree.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
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

TEST_CASE("a process to which SIGKILL was sent is dying at once, also before it has run again") {
    // On one processor, the child cannot run while this process does: the signal stays pending.
    cpu_set_t before;
    REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
    for (int i = 0; i < 50; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            while (true) ::pause();
        }
        TreeMember member;
        REQUIRE(read_member(child, member));
        CHECK(!member.is_dying());
        ::kill(child, SIGKILL);
        REQUIRE(read_member(child, member));
        CHECK(member.is_dying());
        ::waitpid(child, nullptr, 0);
    }
    ::sched_setaffinity(0, sizeof before, &before);
}

TEST_CASE("a process whose first thread has ended is not dying") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[1]);
        std::thread([end = ends[0]] {
            char byte = 0;
            [[maybe_unused]] const ssize_t got = ::read(end, &byte, 1);
            ::_exit(0);
        }).detach();
        ::syscall(SYS_exit, 0);  // this thread alone
    }
    TreeMember member;
    while (read_member(child, member) && member.state != 'Z') std::this_thread::yield();
    CHECK(member.exiting);
    CHECK(!member.is_dying());
    ::close(ends[1]);
    ::close(ends[0]);
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
