// How many jobs of a batch run at once: -j, the processors, make's job server, and what is refused beforehand.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "batch_trial.hpp"
#include "cgroup_dir.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

// A job that announces itself in the directory `run` and waits for the file `go`.
const Words waiting_job{"sh", "-c", "mkdir -p run; : >run/$1; until [ -e go ]; do sleep 0.02; done; rm run/$1", "sh"};

struct SchedulingTrial : BatchTrial {
    long running() { return entries("run"); }
    long entries(const std::string& name) {
        std::error_code error;
        long count = 0;
        for (std::filesystem::directory_iterator entry(path(name), error), end; entry != end; entry.increment(error))
            ++count;
        return count;
    }
    bool exists(const std::string& name) { return std::filesystem::exists(path(name)); }
    // The jobs that run at once with these options in front of `netrunner`. More than these do not start while they
    // run: the number is taken when it has not changed for a while.
    long at_once(Words options, const Words& before = {}, const std::string& makeflags = {},
                 const std::map<int, int>& descriptors = {}) {
        std::filesystem::remove(path("go"));
        options.push_back("--");
        options.insert(options.end(), waiting_job.begin(), waiting_job.end());
        options.push_back(":::");
        for (int i = 0; i < 12; ++i) options.push_back(std::to_string(i));
        auto setup = batch(options);
        setup.argv.insert(setup.argv.begin(), before.begin(), before.end());
        setup.more_descriptors = descriptors;
        if (!makeflags.empty()) setup.environment["MAKEFLAGS"] = makeflags;
        auto process = start(setup);
        process.wait_for("a job", [&] { return running() > 0; });
        settles([&] { return running(); }, 700ms);
        const long count = running();
        let_go();
        const auto result = process.finish();
        CHECK(result.ending == exit_code(0));
        CHECK(counts_in(result.err) == "12 succeeded, 0 failed");
        return count;
    }
};

// A job server as make makes it: a pipe with a token for each job but one.
class Server {
  public:
    explicit Server(int tokens) {
        REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
        for (int i = 0; i < tokens; ++i) REQUIRE(::write(ends_[1], &"abcdefghi"[i], 1) == 1);
    }
    ~Server() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::map<int, int> descriptors() const { return {{8, ends_[0]}, {9, ends_[1]}}; }
    static std::string flags() { return " -j6 --jobserver-auth=8,9 -- X=--jobserver-auth=1,2"; }
    bool blocks() const { return (::fcntl(ends_[0], F_GETFL) & O_NONBLOCK) == 0; }
    void add(const char* tokens) const {
        REQUIRE(::write(ends_[1], tokens, std::strlen(tokens)) == static_cast<ssize_t>(std::strlen(tokens)));
    }
    // How many tokens are in the pipe.
    int count() const {
        int bytes = -1;
        REQUIRE(::ioctl(ends_[0], FIONREAD, &bytes) == 0);
        return bytes;
    }
    // The tokens that are in the pipe, sorted. They are gone then.
    std::string tokens() const {
        std::string found;
        pollfd readable{.fd = ends_[0], .events = POLLIN, .revents = 0};
        for (char token = 0; ::poll(&readable, 1, 0) == 1 && ::read(ends_[0], &token, 1) == 1;) found += token;
        std::ranges::sort(found);
        return found;
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

}  // namespace

TEST_SUITE_BEGIN("batch_scheduling");

TEST_CASE_FIXTURE(SchedulingTrial, "-j N and -j N% of the processors") {
    cpu_set_t mask;
    REQUIRE(::sched_getaffinity(0, sizeof mask, &mask) == 0);
    const int processors = CPU_COUNT(&mask);
    CHECK(at_once({"-j3"}) == 3);
    CHECK(at_once({"--jobs", "1"}) == 1);
    CHECK(at_once({"-j", "1%"}) == 1);
    if (processors > 12) return skip("more processors than jobs of this test");
    CHECK(at_once({}) == processors);
    CHECK(at_once({"-j", "auto"}) == processors);
    CHECK(at_once({"-j", "100%"}) == processors);
    CHECK(at_once({"-j", "200%"}) == std::min(12, 2 * processors));
    CHECK(at_once({}, {"taskset", "-c", "0"}) == 1);
    CHECK(at_once({"-j", "300%"}, {"taskset", "-c", "0"}) == 3);
}

TEST_CASE_FIXTURE(SchedulingTrial, "-j auto is at most what cpu.max of every group above gives") {
    const CgroupDir groups;
    if (!groups) return;
    if (!contains(read_text(groups.path("cgroup.controllers")), "cpu "))
        return skip("the controller 'cpu' is not available");
    groups.make("outer/inner");
    const auto in_group = [&](const std::string& outer, const std::string& inner) {
        std::ofstream(groups.path("outer/cpu.max")) << outer << std::flush;
        std::ofstream(groups.path("outer/inner/cpu.max")) << inner << std::flush;
        return at_once({}, {"sh", "-c", "echo 0 >\"$0/cgroup.procs\" && exec \"$@\"", groups.path("outer/inner")});
    };
    std::ofstream(groups.path("cgroup.subtree_control")) << "+cpu" << std::flush;
    std::ofstream(groups.path("outer/cgroup.subtree_control")) << "+cpu" << std::flush;
    REQUIRE(groups.has("outer/inner/cpu.max"));
    cpu_set_t mask;
    REQUIRE(::sched_getaffinity(0, sizeof mask, &mask) == 0);
    const int processors = CPU_COUNT(&mask);
    CHECK(in_group("max 100000", "50000 100000") == 1);
    CHECK(in_group("100000 100000", "max 100000") == 1);
    CHECK(in_group("max 100000", "max 100000") == processors);
    CHECK(in_group("200000 100000", "900000 100000") == std::min(2, processors));
}

TEST_CASE_FIXTURE(SchedulingTrial, "a number of jobs that makes no sense is refused") {
    for (const char* jobs : {"0", "-1", "x", "1.5", "0%", "", "99999999999999999999"}) {
        CAPTURE(jobs);
        CHECK_REFUSED(run_batch({std::string("--jobs=") + jobs, "--", "true"}), jobs);
    }
}

TEST_CASE_FIXTURE(SchedulingTrial, "jobs start in the order of the input") {
    const auto result = run_batch({"-j3", "--report", path("report.jsonl"), "--", "sh", "-c", "sleep 0.0$(($1 % 3))",
                                   "sh", ":::", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
    CHECK(result.ending == exit_code(0));
    std::string last;
    for (int number = 1; number <= 9; ++number) {
        const std::string started = job_in(path("report.jsonl"), number).at("started_at");
        CHECK(last <= started);
        last = started;
    }
}

TEST_CASE_FIXTURE(SchedulingTrial,
                  "too few descriptors or processes are refused with the numbers before anything starts") {
    const auto limited = [&](const std::string& limit, const std::string& jobs) {
        auto setup =
            command({"sh", "-c", "ulimit " + limit + " && exec \"$NR\" batch -j" + jobs + " -- touch ran ::: 1"});
        return complete(setup);
    };
    auto result = limited("-n 64", "1000");
    CHECK_REFUSED(result, "64");
    CHECK(contains(result.err, "1000"));
    CHECK(contains(result.err, "descriptors"));
    if (::getuid() == 0) {
        auto setup = batch({"-j1000", "--", "touch", "ran", ":::", "1"});
        setup.argv.insert(setup.argv.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                               "--bounding-set=-all", "--inh-caps=-all", "prlimit", "--nproc=500"});
        result = complete(setup);
        CHECK_REFUSED(result, "500");
        CHECK(contains(result.err, "processes"));
    }
    CHECK(entries(".") == 0);
}

TEST_CASE_FIXTURE(SchedulingTrial,
                  "netrunner raises its own limit of descriptors, and the commands get the original one") {
    auto setup =
        command({"sh", "-c", "ulimit -Sn 40; exec \"$NR\" batch -j50 -- sh -c 'ulimit -Sn; ulimit -Hn' sh ::: 1"});
    const auto limit = complete(command({"sh", "-c", "ulimit -Hn"})).out;
    CHECK(complete(setup).out == "40\n" + limit);
}

TEST_CASE_FIXTURE(SchedulingTrial, "inside make there are never more jobs than tokens, and the tokens come back") {
    for (const char* flags : {"--jobserver-auth=8,9", "--jobserver-fds=8,9"}) {
        const Server server(4);
        CHECK(at_once({}, {}, std::string("-j5 ") + flags, server.descriptors()) == 5);
        CHECK(server.tokens() == "abcd");
        CHECK(server.blocks());
    }
    const Server none(0);
    CHECK(at_once({}, {}, Server::flags(), none.descriptors()) == 1);
    CHECK(none.tokens().empty());
}

TEST_CASE_FIXTURE(SchedulingTrial, "a job server that is a FIFO is used as well") {
    const std::string fifo = path("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const int end = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(::write(end, "++", 2) == 2);
    CHECK(at_once({}, {}, "-j3 --jobserver-auth=fifo:" + fifo) == 3);
    std::array<char, 10> tokens{};
    CHECK(::read(end, tokens.data(), tokens.size()) == 2);
    ::close(end);
}

TEST_CASE_FIXTURE(SchedulingTrial,
                  "inside make a job of several slots takes all of its tokens before it starts, or none") {
    const Server server(1);
    write("jobs", R"({"command": ["sh", "-c", ": >small; until [ -e go ]; do sleep 0.02; done"]})"
                  "\n"
                  R"({"command": ["sh", "-c", ": >large; until [ -e go ]; do sleep 0.02; done"], "slots": 3})"
                  "\n");
    auto setup = batch({"--jsonl", "-a", path("jobs")});
    setup.environment["MAKEFLAGS"] = "-j6 --jobserver-auth=8,9";
    setup.more_descriptors = server.descriptors();
    auto process = start(setup);
    process.wait_for("the small job", [&] { return exists("small"); });
    // The large job needs three tokens beside the slot that has none.
    CHECK(settles([&] { return server.count(); }, 700ms));
    CHECK(server.count() == 1);
    server.add("b");
    CHECK(settles([&] { return server.count(); }, 700ms));
    CHECK(server.count() == 2);
    CHECK(!exists("large"));
    server.add("c");
    process.wait_for("the large job", [&] { return exists("large"); });
    CHECK(server.count() == 0);
    let_go();
    CHECK(process.finish().ending == exit_code(0));
    CHECK(server.tokens() == "abc");
    path("small"), path("large");
}

TEST_CASE_FIXTURE(SchedulingTrial, "inside make the first job takes a token for each of its slots but one") {
    struct Way {
        const char* flags;
        int slots;
        int left;  // of four tokens
    };
    // More slots than make has count as all. Without a number after -j, the job starts with what is there.
    for (const Way& way : std::vector<Way>{{"-j5 --jobserver-auth=8,9", 1, 4},
                                           {"-j5 --jobserver-auth=8,9", 3, 2},
                                           {"-j5 --jobserver-auth=8,9", 5, 0},
                                           {"-j5 --jobserver-auth=8,9", 900, 0},
                                           {"-j --jobserver-fds=8,9", 3, 2},
                                           {"-j --jobserver-fds=8,9", 900, 0}}) {
        CAPTURE(way.flags);
        CAPTURE(way.slots);
        std::filesystem::remove(path("go"));
        std::filesystem::remove(path("large"));
        const Server server(4);
        write("jobs", R"({"command": ["sh", "-c", ": >large; until [ -e go ]; do sleep 0.02; done"], "slots": )" +
                          std::to_string(way.slots) + "}\n");
        auto setup = batch({"--jsonl", "-a", path("jobs")});
        setup.environment["MAKEFLAGS"] = way.flags;
        setup.more_descriptors = server.descriptors();
        auto process = start(setup);
        process.wait_for("the job", [&] { return exists("large"); });
        CHECK(server.count() == way.left);
        let_go();
        CHECK(process.finish().ending == exit_code(0));
        CHECK(server.tokens() == "abcd");
    }
    path("jobs");
}

TEST_CASE_FIXTURE(SchedulingTrial, "a job that waits for its tokens does not keep make from its other targets") {
    // The first job waits for a target that make starts only with a token; the second one is larger than make's tokens.
    std::string chain;
    for (int i = 1; i <= 20; ++i)
        chain += "t" + std::to_string(i) + ":" + (i > 1 ? " t" + std::to_string(i - 1) : "") + "\n\t@sleep 0.01\n";
    write("Makefile", "all: jobs last\njobs:\n\t+@\"$$NR\" batch -q --jsonl -a list\nlast: t20\n\t@: >go\n" + chain);
    write("list", R"({"command": ["sh", "-c", "until [ -e go ]; do sleep 0.02; done; echo small"]})"
                  "\n"
                  R"({"command": ["echo", "large"], "slots": 3})"
                  "\n");
    for (const char* style : {"pipe", "fifo"}) {
        CAPTURE(style);
        std::filesystem::remove(path("go"));
        Words words{"make", "-j3"};
        // GNU make knows the FIFO since 4.4. "a job server that is a FIFO is used as well" has one without make.
        const bool has_styles =
            complete(command({"make", "--jobserver-style=pipe", "--version"})).ending == exit_code(0);
        if (!has_styles && style == std::string("fifo")) return skip("GNU make is older than 4.4, which has no FIFO");
        if (has_styles) words.push_back(std::string("--jobserver-style=") + style);
        auto setup = command(words);
        setup.environment["MAKEFLAGS"] = std::nullopt;
        auto process = start(setup);
        const auto result = process.finish(20s);
        CHECK_MESSAGE(result.ending == exit_code(0), result.err);
        CHECK(!contains(result.err, "warning"));
        CHECK(result.out == "small\nlarge\n");
    }
    path("Makefile"), path("list");
}

TEST_CASE_FIXTURE(SchedulingTrial, "-j switches the job server off, with a word at -v") {
    const Server server(1);
    CHECK(at_once({"-j4"}, {}, Server::flags(), server.descriptors()) == 4);
    CHECK(server.tokens() == "a");
    auto setup = batch({"-v", "-j2", "--", "true", ":::", "1"});
    setup.environment["MAKEFLAGS"] = Server::flags();
    setup.more_descriptors = server.descriptors();
    CHECK(contains(complete(setup).err, "job server"));
    setup.argv.erase(setup.argv.begin() + 3);
    CHECK(!contains(complete(setup).err, "job server"));
}

TEST_CASE_FIXTURE(SchedulingTrial, "a job server that cannot be reached is refused with the reason") {
    auto setup = batch({"--", "true", ":::", "1"});
    setup.environment["MAKEFLAGS"] = Server::flags();  // the descriptors are not open: no '+' before the recipe line
    CHECK_REFUSED(complete(setup), "job server");
    setup.environment["MAKEFLAGS"] = "-j5 --jobserver-auth=fifo:" + directory() + "/none";
    CHECK_REFUSED(complete(setup), "none");
    setup.environment["MAKEFLAGS"] = "-j5 --jobserver-auth=-2,-2";  // GNU make says so that there is none
    CHECK(complete(setup).ending == exit_code(0));
}

TEST_CASE_FIXTURE(SchedulingTrial, "the tokens are back after success, failure, a timeout, and an order to end") {
    struct Way {
        std::string script;
        int signal;
        Words options;
    };
    const std::vector<Way> ways{{"exit 0", 0, {}},
                                {"exit 1", 0, {}},
                                {"exit 1", 0, {"--halt", "now"}},
                                {"kill -9 $$", 0, {}},
                                {"sleep 60", 0, {"-t", "50ms"}},
                                {"sleep 60", 0, {"--batch-timeout", "300ms"}},
                                {"sleep 60", SIGINT, {}},
                                {"sleep 60", SIGTERM, {}},
                                {"trap '' INT; sleep 60", SIGINT, {"-k", "100ms"}}};
    for (const Way& way : ways) {
        CAPTURE(way.script);
        CAPTURE(way.signal);
        const Server server(4);
        Words options = way.options;
        options.insert(options.end(), {"--", "sh", "-c", "echo go >&2; " + way.script, "sh", ":::"});
        for (int i = 0; i < 7; ++i) options.push_back(std::to_string(i));
        auto setup = batch(options);
        setup.environment["MAKEFLAGS"] = Server::flags();
        setup.more_descriptors = server.descriptors();
        auto process = start(setup);
        if (way.signal != 0) {
            process.wait_for("five jobs", [&] { return lines(process.err()).size() >= 1; });
            process.signal(way.signal);
        }
        const auto result = process.finish();
        CHECK(result.left.empty());
        if (way.signal != 0) CHECK(result.ending == killed_by(way.signal));
        CHECK(server.tokens() == "abcd");
    }
}

TEST_CASE_FIXTURE(SchedulingTrial, "under make -j5 at most five jobs run, and make can use its tokens again") {
    // Two batches and a target of make's own; each job notes how many there are.
    write("Makefile",
          "all: one two three\n"
          "one two:\n"
          "\t+@\"$$NR\" batch -q --output-mode line -- sh -c 'mkdir -p run; : >run/$@.$$1; ls run | wc -l; sleep 0.05; "
          "rm run/$@.$$1' sh ::: 1 2 3 4 5 6 7 8 9 10\n"
          "three: one two\n"
          "\t+@\"$$NR\" batch -q --output-mode line -- sh -c 'mkdir -p run; : >run/$@.$$1; ls run | wc -l; "
          "until [ -e full ] || [ $$(ls run | wc -l) = 5 ]; do sleep 0.02; done; : >full; rm run/$@.$$1' sh ::: "
          "1 2 3 4 5 6 7 8 9 10\n");
    auto setup = command({"make", "-j5"});
    setup.environment["MAKEFLAGS"] = std::nullopt;
    const auto result = complete(setup);
    CHECK_MESSAGE(result.ending == exit_code(0), result.err);
    CHECK(!contains(result.err, "warning"));
    const auto counts = lines(result.out);
    CHECK(counts.size() == 30);
    for (const std::string& count : counts) CHECK(std::stoi(count) <= 5);
    path("run"), path("full");
}

TEST_SUITE_END();
