// The Unix socket of --control PATH: made before the run, removed at its end. A socket that a killed run has left is
// replaced; a socket on which a live run listens is refused. Used by `Live`. It accepts connections, but reads nothing.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <optional>
#include <string>

#include "src/system/fd.hpp"

namespace netrunner {

/// Of the process that has opened a connection, when it did so (SO_PEERCRED).
struct SocketPeer {
    pid_t pid = 0;  ///< 0: not of this PID namespace
    uid_t uid = 0;
};
std::optional<SocketPeer> peer_of(int socket);
/// Whether `fd` is a socket, so that it can be answered.
bool is_socket(int fd);

class ControlSocket {
  public:
    /// Listens at `path`, with the mode 0600. Throws SetupFailure.
    explicit ControlSocket(std::string path);
    ~ControlSocket() { remove(); }
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    [[nodiscard]] int descriptor() const { return socket_.get(); }
    /// The next connection, non-blocking; empty if there is none now. If the limit of open files is reached, the
    /// connection has the last descriptor: the caller closes it before it accepts the next.
    Descriptor accept();
    /// Removes the socket from its directory, unless another file has its name now. Connections stay open.
    void remove();

  private:
    void replace_stale();

    std::string path_;
    std::string name_;      ///< the last component of `path_`
    Descriptor directory_;  ///< O_PATH: a path may be longer than a socket's address
    Descriptor socket_;
    Descriptor spare_;     ///< for a connection that is only told why it is refused
    struct stat made_ {};  ///< what `path_` was after bind(2)
};

}  // namespace netrunner
