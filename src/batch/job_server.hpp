// A client of GNU make's job server: finds it in MAKEFLAGS, takes tokens and gives them back. Each job beyond the first
// needs a token. It polls nothing itself; the batch waits for `descriptor` when it needs a token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// Where MAKEFLAGS says the job server is, and for how many jobs.
struct JobServerAddress {
    std::string fifo{};  ///< its path; empty: the descriptors of a pipe
    int read = -1;
    int write = -1;
    std::optional<std::uint64_t> jobs{};  ///< of -jN: the tokens and 1; nothing: not said
    friend bool operator==(const JobServerAddress&, const JobServerAddress&) = default;
};

/// Of `--jobserver-auth=fifo:PATH`, `--jobserver-auth=R,W` and `--jobserver-fds=R,W`; the last one counts. Nothing if
/// `makeflags` names none, or if make has withheld it from this command.
std::optional<JobServerAddress> job_server_in(std::string_view makeflags);

class JobServer {
  public:
    /// Opens the pipe again, so that the flags of make's own descriptors stay as they are. Throws SetupFailure.
    explicit JobServer(const JobServerAddress& address);
    JobServer(JobServer&&) = default;
    JobServer& operator=(JobServer&&) = delete;
    ~JobServer() { give_back(held()); }

    /// Readable while a token may be had.
    [[nodiscard]] int descriptor() const { return read_.get(); }
    /// How many tokens are there now. Another client may be faster.
    [[nodiscard]] std::size_t available() const;
    /// Takes `count` tokens, or none. A client that held some of them while it waits for the others could deadlock with
    /// other clients that do the same.
    bool take(std::size_t count);
    /// Gives back so many of the tokens that are held.
    void give_back(std::size_t count);
    [[nodiscard]] std::size_t held() const { return tokens_.size(); }

  private:
    Descriptor read_;
    Descriptor write_;
    std::string tokens_;  ///< the bytes that were read, to be written back
};

}  // namespace netrunner
