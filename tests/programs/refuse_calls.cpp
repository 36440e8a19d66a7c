// refuse_calls ERRNO CALL[,CALL...] COMMAND...: executes COMMAND where these system calls fail with ERRNO, which is
// EPERM or ENOSYS. Under the name ERRNO:CALL[,CALL...] it executes netrunner, so that NETRUNNER_BINARY can name it and
// the system tests run under the filter.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../support/call_filter.hpp"

namespace {

struct Known {
    std::string name;
    long number;
    bool needed = false;  // no run succeeds without it; "all" does not mean it
};
const std::vector<Known> known{
    {"clone3", SYS_clone3},           {"pidfd_open", SYS_pidfd_open}, {"pidfd_send_signal", SYS_pidfd_send_signal},
    {"close_range", SYS_close_range}, {"faccessat2", SYS_faccessat2}, {"preadv2", SYS_preadv2},
    {"pwritev2", SYS_pwritev2},       {"statx", SYS_statx},           {"prctl", SYS_prctl, true}};

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "refuse_calls: %s\n", what.c_str());
    std::exit(99);
}

// The numbers of the calls in the list; "all": of all that a run can do without.
std::vector<long> numbers_in(const std::string& list) {
    std::vector<long> numbers;
    for (const Known& call : known) {
        if ((list == "all" && !call.needed) || ("," + list + ",").find("," + call.name + ",") != std::string::npos)
            numbers.push_back(call.number);
    }
    if (numbers.empty()) fail("no known call in '" + list + "'");
    return numbers;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<char*> words(argv, argv + argc + 1);
    std::string own = words.front();
    own = own.substr(own.rfind('/') + 1);
    std::string error;
    std::string calls;
    static std::string program;
    if (const auto colon = own.find(':'); colon != std::string::npos) {
        error = own.substr(0, colon);
        calls = own.substr(colon + 1);
        program = NETRUNNER_BINARY;
        words.front() = program.data();
    } else {
        if (argc < 4) fail("expected ERRNO CALLS COMMAND...");
        error = argv[1];
        calls = argv[2];
        words.erase(words.begin(), words.begin() + 3);
        program = words.front();
    }
    if (error != "EPERM" && error != "ENOSYS") fail("unknown errno '" + error + "'");
    if (!support::refuse_calls(numbers_in(calls), error == "EPERM" ? EPERM : ENOSYS)) fail("cannot set the filter");
    ::execvp(program.c_str(), words.data());
    fail("cannot execute " + program);
}
