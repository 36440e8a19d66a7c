// A process's end of --control or --events: sends requests, and reads lines of JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "deadline.hpp"

namespace support {

class LivePeer {
  public:
    // Takes the descriptor: a socket, or the read end of a pipe.
    explicit LivePeer(int fd) : fd_(fd) {}
    LivePeer(LivePeer&& other) noexcept;
    LivePeer& operator=(LivePeer&&) = delete;
    ~LivePeer() { close(); }

    // Both ends of a socket pair: this one, and the number of the other, for the program under test.
    static std::pair<LivePeer, int> pair();
    // Connects to the socket at `path`, as soon as one listens there. Fails the test if none does.
    static LivePeer connect(const std::string& path);

    int descriptor() const { return fd_; }
    void close();
    // Closes the half that sends.
    void finish_sending() const;

    void send(const std::string& bytes) const;
    // Sends the request as a line and returns its reply. Events that come before it are kept in `events`.
    nlohmann::json ask(const nlohmann::json& request);
    // The next reply.
    nlohmann::json reply();
    // Waits for the next event of this name, kept or new.
    nlohmann::json event(const std::string& name);
    // The next line of any kind; null at the end. Fails the test if none comes.
    nlohmann::json next();
    // Everything until the end.
    std::vector<nlohmann::json> rest();
    // True if the other end is closed now, and nothing is left to read.
    bool ended();
    // Reads standard output (or error) with requests until its end.
    std::string read_all(const std::string& stream = "stdout", std::size_t max = 65536);

    std::vector<nlohmann::json> events;

  private:
    bool fill(Millis limit);

    int fd_ = -1;
    std::string bytes_;
};

std::string to_base64(const std::string& bytes);
std::string from_base64(const std::string& text);

// Each line of `text` as JSON; fails the test if one is not.
std::vector<nlohmann::json> json_lines(const std::string& text);
// The first of `events` with this name; null if there is none.
nlohmann::json event_in(const std::vector<nlohmann::json>& events, const std::string& name);

}  // namespace support
