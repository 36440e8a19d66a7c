// answer_control SOCKET WHERE REPLIES [hold] : stands for the control socket of a run. Takes one connection at SOCKET,
// appends each request to WHERE, and answers it with the lines of the file REPLIES up to the next
// empty line. After the last it closes the connection, or with `hold` keeps it open, and ends when the visitor does.
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "announce.hpp"

namespace {

bool next_line(FILE* file, std::string& line) {
    line.clear();
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
        line += static_cast<char>(c);
        if (c == '\n') return true;
    }
    return !line.empty();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    ::alarm(60);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 1) != 0)
        return 97;
    ready(argv[2]);
    const int connection = ::accept(listener, nullptr, nullptr);
    FILE* const requests = ::fdopen(connection, "r");
    FILE* const replies = std::fopen(argv[3], "r");
    FILE* const log = std::fopen(argv[2], "a");
    if (requests == nullptr || replies == nullptr || log == nullptr) return 97;
    std::string request;
    std::string reply;
    while (next_line(requests, request)) {
        std::fputs(request.c_str(), log);
        std::fflush(log);
        bool is_more = true;
        while ((is_more = next_line(replies, reply)) && reply != "\n") {
            for (std::size_t sent = 0; sent < reply.size();) {
                const ssize_t put = ::send(connection, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
                if (put <= 0) return 0;
                sent += static_cast<std::size_t>(put);
            }
        }
        if (!is_more && argc < 5) return 0;
    }
    return 0;
}
