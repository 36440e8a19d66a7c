#include "live_peer.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <sstream>
#include <utility>

namespace support {
namespace {

using nlohmann::json;

constexpr const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

LivePeer::LivePeer(LivePeer&& other) noexcept
    : events(std::move(other.events)), fd_(std::exchange(other.fd_, -1)), bytes_(std::move(other.bytes_)) {}

std::pair<LivePeer, int> LivePeer::pair() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    return {LivePeer(ends[0]), ends[1]};
}

LivePeer LivePeer::connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    int fd = -1;
    const bool connected = wait_until([&] {
        fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
        ::close(fd);
        return false;
    });
    REQUIRE_MESSAGE(connected, "nothing listens at ", path);
    return LivePeer(fd);
}

void LivePeer::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void LivePeer::finish_sending() const { ::shutdown(fd_, SHUT_WR); }

void LivePeer::send(const std::string& bytes) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t sent = ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (sent <= 0) return;
        done += static_cast<std::size_t>(sent);
    }
}

json LivePeer::ask(const json& request) {
    send(request.dump() + "\n");
    return reply();
}

json LivePeer::reply() {
    while (true) {
        json line = next();
        if (line.is_null()) return line;
        if (!line.contains("event")) return line;
        events.push_back(std::move(line));
    }
}

json LivePeer::event(const std::string& name) {
    for (auto each = events.begin(); each != events.end(); ++each) {
        if ((*each)["event"] != name) continue;
        json found = *each;
        events.erase(events.begin(), each + 1);
        return found;
    }
    events.clear();
    while (true) {
        json line = next();
        if (line.is_null() || line.value("event", "") == name) return line;
    }
}

bool LivePeer::fill(Millis limit) {
    pollfd reader{fd_, POLLIN, 0};
    if (::poll(&reader, 1, static_cast<int>(limit.count())) <= 0) return false;
    std::array<char, 65536> room{};
    const ssize_t got = ::read(fd_, room.data(), room.size());
    if (got <= 0) return false;
    bytes_.append(room.data(), static_cast<std::size_t>(got));
    return true;
}

json LivePeer::next() {
    const auto until = Clock::now() + scaled(20s);
    while (true) {
        const std::size_t end = bytes_.find('\n');
        if (end != std::string::npos) {
            const std::string line = bytes_.substr(0, end);
            bytes_.erase(0, end + 1);
            json parsed = json::parse(line, nullptr, false);
            REQUIRE_MESSAGE(!parsed.is_discarded(), "no JSON: ", line);
            return parsed;
        }
        const bool more = fill(std::chrono::duration_cast<Millis>(until - Clock::now()));
        if (more) continue;
        REQUIRE_MESSAGE(Clock::now() < until, "no line came");
        REQUIRE_MESSAGE(bytes_.empty(), "a line without its end: ", bytes_);
        return nullptr;
    }
}

std::vector<json> LivePeer::rest() {
    std::vector<json> all = std::move(events);
    events.clear();
    while (true) {
        json line = next();
        if (line.is_null()) return all;
        all.push_back(std::move(line));
    }
}

bool LivePeer::ended() {
    pollfd reader{fd_, POLLIN, 0};
    if (::poll(&reader, 1, 0) <= 0) return false;
    char byte = 0;
    return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

std::string LivePeer::read_all(const std::string& stream, std::size_t max) {
    std::string all;
    while (true) {
        const json answer = ask({{"id", "r"}, {"cmd", "read"}, {"stream", stream}, {"max", max}});
        REQUIRE(answer.is_object());
        if (answer.value("end", false)) return all;
        REQUIRE_MESSAGE(answer.contains("data"), answer.dump());
        const auto data = answer["data"].get<std::string>();
        all += answer.value("base64", false) ? from_base64(data) : data;
    }
}

std::string to_base64(const std::string& bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) text += k <= count ? alphabet[group >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

std::string from_base64(const std::string& text) {
    std::string bytes;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        if (c == '=') break;
        group = group << 6 | static_cast<std::uint32_t>(std::string_view(alphabet).find(c));
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(group >> bits & 255);
    }
    return bytes;
}

std::vector<json> json_lines(const std::string& text) {
    std::vector<json> all;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        json parsed = json::parse(line, nullptr, false);
        REQUIRE_MESSAGE(!parsed.is_discarded(), "no JSON: ", line);
        all.push_back(std::move(parsed));
    }
    return all;
}

json event_in(const std::vector<json>& events, const std::string& name) {
    for (const json& each : events) {
        if (each.value("event", "") == name) return each;
    }
    return nullptr;
}

}  // namespace support
