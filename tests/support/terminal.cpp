#include "terminal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <regex>

namespace support {

Terminal::Terminal(int columns, int rows) {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    REQUIRE(master_ >= 0);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(slave_ >= 0);
    resize(columns, rows);
}

Terminal::~Terminal() { hang_up(); }

Setup Terminal::leader(const Trial& trial, std::vector<std::string> argv) const {
    argv.insert(argv.begin(), Trial::program("take_terminal"));
    auto setup = trial.command(std::move(argv));
    setup.environment["TERM"] = "dumb";
    // An interactive shell inside a command reads its user's files, and a killed one may leave their locks.
    setup.environment["HOME"] = "/nonexistent";
    setup.environment["LINES"] = std::nullopt;
    setup.in = setup.out = setup.err = borrowed(slave_);
    return setup;
}

void Terminal::type(const std::string& keys) {
    const auto written = ::write(master_, keys.data(), keys.size());
    CHECK(written == static_cast<ssize_t>(keys.size()));
}

bool Terminal::expect(const std::string& pattern, Millis limit) {
    const std::regex wanted(pattern);
    const bool found = wait_until([&] { return std::regex_search(printed(), wanted); }, limit);
    CHECK_MESSAGE(found, "expected ", pattern, " in: ", printed_);
    return found;
}

const std::string& Terminal::printed() {
    collect();
    return printed_;
}

void Terminal::forget() {
    collect();
    printed_.clear();
}

void Terminal::resize(int columns, int rows) {
    const winsize size{.ws_row = static_cast<unsigned short>(rows),
                       .ws_col = static_cast<unsigned short>(columns),
                       .ws_xpixel = 0,
                       .ws_ypixel = 0};
    CHECK(::ioctl(master_, TIOCSWINSZ, &size) == 0);
}

void Terminal::hang_up() {
    if (master_ >= 0) ::close(master_);
    if (slave_ >= 0) ::close(slave_);
    master_ = slave_ = -1;
}

// The modes of the slave: both ends share them.
termios Terminal::modes() const {
    termios modes{};
    CHECK(::tcgetattr(master_, &modes) == 0);
    return modes;
}

void Terminal::set_modes(const termios& modes) { CHECK(::tcsetattr(master_, TCSANOW, &modes) == 0); }

bool Terminal::becomes_raw(Millis limit) const {
    return wait_until([this] { return raw(); }, limit);
}

pid_t Terminal::foreground() const { return ::tcgetpgrp(master_); }

bool Terminal::foreground_is(const std::string& part) const {
    return wait_until([&] { return contains(command_line_of(foreground()), part); });
}

void Terminal::collect() {
    char block[4096];
    ssize_t got = 0;
    while ((got = ::read(master_, block, sizeof block)) > 0) printed_.append(block, static_cast<std::size_t>(got));
}

bool same_modes(const termios& left, const termios& right) {
    return left.c_iflag == right.c_iflag && left.c_oflag == right.c_oflag && left.c_cflag == right.c_cflag &&
           left.c_lflag == right.c_lflag && std::equal(std::begin(left.c_cc), std::end(left.c_cc), right.c_cc);
}

}  // namespace support
