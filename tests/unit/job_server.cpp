#include "src/batch/job_server.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

using namespace netrunner;

namespace {

/// A pipe as make makes it: blocking, with a token for each job beyond the first.
struct Pipe {
    explicit Pipe(const std::string& tokens) {
        REQUIRE(::pipe(ends.data()) == 0);
        REQUIRE(::write(ends[1], tokens.data(), tokens.size()) == static_cast<ssize_t>(tokens.size()));
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    [[nodiscard]] JobServerAddress address() const { return {.read = ends[0], .write = ends[1]}; }
    std::string rest() {
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        std::array<char, 100> bytes{};
        const ssize_t count = ::read(ends[0], bytes.data(), bytes.size());
        return {bytes.data(), static_cast<std::size_t>(count < 0 ? 0 : count)};
    }
    std::array<int, 2> ends{};
};

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Folder {
    Folder() {
        std::string name = "/tmp/netrunner-job-server-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        for (const char* name : {"makefile", "said", "found", "fifo"}) ::unlink((path + "/" + name).c_str());
        ::rmdir(path.c_str());
    }
    std::string path;
};

}  // namespace

TEST_SUITE_BEGIN("job_server");

TEST_CASE("MAKEFLAGS names the job server in three ways, and the last counts") {
    CHECK(job_server_in(" -j4 --jobserver-auth=3,4") == JobServerAddress{.read = 3, .write = 4, .jobs = 4});
    CHECK(job_server_in("k --jobserver-fds=5,6 -j") == JobServerAddress{.read = 5, .write = 6});
    CHECK(job_server_in("--jobserver-auth=fifo:/tmp/GMfifo12") == JobServerAddress{.fifo = "/tmp/GMfifo12"});
    CHECK(job_server_in("--jobserver-auth=3,4 --jobserver-auth=fifo:/f") == JobServerAddress{.fifo = "/f"});
}

TEST_CASE("MAKEFLAGS without a job server, or with a withheld one") {
    for (const char* flags :
         {"", "k", " -j1", "--jobserver-auth=-2,-2", "--jobserver-auth=", "--jobserver-auth=3", "--jobserver-auth=a,b",
          "--jobserver-auth=fifo:", "--jobserver-auth=99999999999,1", "-- A=--jobserver-auth=3,4",
          "-- --jobserver-auth=3,4", "--jobserver-auth=3,4 --jobserver-auth=-2,-2"}) {
        CHECK_MESSAGE(!job_server_in(flags), flags);
    }
}

TEST_CASE("tokens are taken and the same bytes are given back") {
    Pipe pipe("abc");
    {
        JobServer server(pipe.address());
        CHECK(server.take(1));
        CHECK(server.take(1));
        CHECK(server.held() == 2);
        server.give_back(1);
        CHECK(server.held() == 1);
        CHECK(server.take(1));
        CHECK(server.take(1));
        CHECK(!server.take(1));
        CHECK(server.held() == 3);
    }
    std::string back = pipe.rest();
    std::sort(back.begin(), back.end());
    CHECK(back == "abc");
}

TEST_CASE("MAKEFLAGS says for how many jobs the job server is") {
    CHECK(job_server_in("k -j12 --jobserver-auth=3,4 -- -j3")->jobs == 12);
    CHECK(job_server_in("--jobserver-auth=3,4 -j2")->jobs == 2);
    CHECK(!job_server_in("-j --jobserver-fds=3,4")->jobs);
    CHECK(!job_server_in("-j0 --jobserver-fds=3,4")->jobs);
    CHECK(!job_server_in("j --jobserver-fds=3,4 -- A=-j4")->jobs);
}

TEST_CASE("several tokens are taken together or not at all") {
    Pipe pipe("abc");
    JobServer server(pipe.address());
    JobServer other(pipe.address());
    CHECK(server.available() == 3);
    CHECK(!server.take(4));
    CHECK(server.held() == 0);
    CHECK(other.take(2));
    CHECK(!server.take(2));
    CHECK(server.available() == 1);
    CHECK(server.take(0));
    CHECK(server.take(1));
    CHECK(!server.take(1));
    other.give_back(5);
    CHECK(other.held() == 0);
    CHECK(server.take(2));
    CHECK(server.held() == 3);
}

TEST_CASE("make's own descriptors keep their flags") {
    Pipe pipe("a");
    const int before = ::fcntl(pipe.ends[0], F_GETFL);
    const JobServer server(pipe.address());
    CHECK(::fcntl(pipe.ends[0], F_GETFL) == before);
    CHECK((before & O_NONBLOCK) == 0);
    CHECK(server.descriptor() != pipe.ends[0]);
    CHECK((::fcntl(server.descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("giving back without a token writes nothing") {
    Pipe pipe("");
    JobServer server(pipe.address());
    server.give_back(1);
    CHECK(!server.take(1));
    CHECK(pipe.rest().empty());
}

TEST_CASE("what is no pipe is refused") {
    CHECK_THROWS_WITH(JobServer({.read = 900, .write = 901}),
                      doctest::Contains("cannot use make's job server at descriptor 900: "));
    CHECK_THROWS_WITH(JobServer({.fifo = "/dev/null"}),
                      doctest::Contains("cannot use make's job server at '/dev/null': "));
    CHECK_THROWS_WITH(JobServer({.fifo = "/nonexistent"}), doctest::Contains("no such file or directory"));
}

TEST_CASE("a FIFO is a job server too") {
    const Folder folder;
    const std::string path = folder.path + "/fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const int make = ::open(path.c_str(), O_RDWR);
    REQUIRE(::write(make, "++", 2) == 2);
    JobServer server({.fifo = path});
    CHECK(server.take(1));
    CHECK(server.take(1));
    CHECK(!server.take(1));
    server.give_back(9);
    CHECK(server.take(1));
    ::close(make);
}

/// Started by make in the next case.
TEST_CASE("a client inside make" * doctest::skip()) {
    const char* const flags = std::getenv("MAKEFLAGS");
    const char* const answer = std::getenv("NETRUNNER_FOUND");
    REQUIRE(flags != nullptr);
    REQUIRE(answer != nullptr);
    const auto address = job_server_in(flags);
    REQUIRE(address);
    JobServer server(*address);
    while (server.take(1)) {
    }
    std::ofstream(answer) << server.held();
}

TEST_CASE("real make lends its tokens and gets them back") {
    if (std::system("command -v make >/dev/null") != 0) {
        MESSAGE("make is not installed");
        return;
    }
    const Folder folder;
    const std::string found = folder.path + "/found";
    std::ofstream(folder.path + "/makefile") << "all:\n\t+@NETRUNNER_FOUND=" << found
                                             << " $(PROGRAM) --test-case='a client inside make' --no-skip >/dev/null\n";
    std::array<char, 4096> self{};
    REQUIRE(::readlink("/proc/self/exe", self.data(), self.size() - 1) > 0);
    const std::string said = folder.path + "/said";
    const int status =
        std::system(fmt::format("env -u MAKEFLAGS -u MAKELEVEL make -s -j5 -f {}/makefile PROGRAM={} >{} 2>&1",
                                folder.path, self.data(), said)
                        .c_str());
    CHECK(status == 0);
    CHECK(text_of(found) == "4");
    CHECK(text_of(said) == "");  // make complains if a token is missing
}

TEST_SUITE_END();
