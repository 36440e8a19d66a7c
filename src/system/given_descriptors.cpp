#include "src/system/given_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "shepherd/system/open_descriptors.hpp"

namespace netrunner {
namespace {

void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

}  // namespace

GivenDescriptors GivenDescriptors::find() {
    GivenDescriptors given;
    const bool listed = visit_inheritable([&](int number) { given.numbers_.push_back(number); });
    // ENOENT: /proc is not mounted. The facts refuse that, and say what to do.
    if (!listed && errno != ENOENT) {
        const char* hint = errno == EMFILE ? " (raise ulimit -n, or close some)" : "";
        throw std::system_error(errno, std::generic_category(),
                                std::string("cannot list the open descriptors in /proc/self/fd") + hint);
    }
    return given;
}

void GivenDescriptors::keep(int fd) {
    if (std::erase(numbers_, fd) > 0) close_on_exec(fd);
}

void GivenDescriptors::withhold() {
    withheld_ = true;
    for (const int number : numbers_) close_on_exec(number);
}

void GivenDescriptors::close() {
    for (const int number : numbers_) ::close(number);
    numbers_.clear();
}

}  // namespace netrunner
