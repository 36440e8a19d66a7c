// pidfds, and telling a refused system call from a process that may not be signalled.
#include "shepherd/system/pidfd.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "shepherd/tree/tree.hpp"
#include "tests/support/call_filter.hpp"

using namespace netrunner;

namespace {

/// The result, 0 to 255, of `act` in a process of its own.
template <class Act>
int apart(Act act) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(act());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A child that waits for a signal.
pid_t waiting_child() {
    const pid_t child = ::fork();
    if (child == 0) {
        while (true) ::pause();
    }
    return child;
}

int error_of_sending(pid_t pid) {
    const Descriptor pidfd = open_pidfd(pid);
    return !pidfd ? 200 : send_by_pidfd(pidfd, 0, nullptr) ? 0 : errno;
}

}  // namespace

TEST_SUITE_BEGIN("pidfd");

TEST_CASE("a pidfd becomes readable when the process has ended, and there is none of a process that is gone") {
    CHECK(can_use_pidfds());
    const pid_t child = waiting_child();
    const Descriptor pidfd = open_pidfd(child);
    REQUIRE(pidfd);
    pollfd ended{pidfd.get(), POLLIN, 0};
    CHECK(::poll(&ended, 1, 0) == 0);
    CHECK(send_by_pidfd(pidfd, SIGKILL, nullptr));
    CHECK(::poll(&ended, 1, 10'000) == 1);
    ::waitpid(child, nullptr, 0);
    CHECK(!send_by_pidfd(pidfd, SIGKILL, nullptr));
    CHECK(errno == ESRCH);
    CHECK(!open_pidfd(child));
    CHECK(errno == ESRCH);
}

TEST_CASE("every refusal is ENOSYS") {
    for (const int error : {EPERM, ENOSYS, EACCES}) {
        CAPTURE(error);
        CHECK(apart([&] {
                  if (!support::refuse_calls({SYS_pidfd_open}, error) || can_use_pidfds()) return 201;
                  return open_pidfd(::getpid()) ? 0 : errno;
              }) == ENOSYS);
        CHECK(apart([&] {
                  if (!support::refuse_calls({SYS_pidfd_send_signal}, error) || can_use_pidfds()) return 201;
                  return error_of_sending(::getpid());
              }) == ENOSYS);
    }
}

TEST_CASE("EPERM without a filter means that the process may not be signalled") {
    if (::geteuid() != 0) return;
    constexpr uid_t other = 65534;
    const pid_t ours = ::getpid();
    CHECK(apart([&] { return ::setuid(other) == 0 ? error_of_sending(ours) : 202; }) == EPERM);
    CHECK(apart([&] {
              if (!support::refuse_calls({SYS_pidfd_send_signal}, EPERM) || ::setuid(other) != 0) return 202;
              return error_of_sending(ours);
          }) == ENOSYS);
}

TEST_CASE("without pidfds a process is signalled by its pid, but not a later process with this pid") {
    for (const long refused : {SYS_pidfd_open, SYS_pidfd_send_signal}) {
        CAPTURE(refused);
        CHECK(apart([&] {
                  if (!support::refuse_calls({refused}, EPERM)) return 201;
                  const pid_t child = waiting_child();
                  TreeMember member;
                  if (!read_member(child, member)) return 202;
                  TreeMember earlier = member;
                  --earlier.started;
                  signal_process(earlier, {.signal = SIGKILL, .step = 1});
                  signal_process(member, {.signal = SIGTERM, .step = 1});
                  int status = 0;
                  ::waitpid(child, &status, 0);
                  return WIFSIGNALED(status) ? WTERMSIG(status) : 203;
              }) == SIGTERM);
    }
}

TEST_SUITE_END();
