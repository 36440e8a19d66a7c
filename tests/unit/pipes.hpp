// Pipes and a temporary folder for unit tests of code that writes to real descriptors.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

#include "shepherd/system/descriptor.hpp"

namespace unit {

struct Pipe {
    netrunner::Descriptor reader;
    netrunner::Descriptor writer;

    /// Its ends do not block. The smallest capacity is one page.
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
        reader = netrunner::Descriptor(ends[0]);
        writer = netrunner::Descriptor(ends[1]);
        REQUIRE(::fcntl(ends[1], F_SETPIPE_SZ, 4096) == 4096);
        std::signal(SIGPIPE, SIG_IGN);
    }

    /// What is in it now.
    [[nodiscard]] std::string take() const {
        std::string text;
        std::array<char, 4096> block{};
        for (ssize_t got = 1; got > 0;) {
            got = ::read(reader.get(), block.data(), block.size());
            if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
        }
        return text;
    }
};

/// Removed with its content.
class Folder {
  public:
    Folder() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_ = "/tmp/netrunner-unit-XXXXXX";
};

inline std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace unit
