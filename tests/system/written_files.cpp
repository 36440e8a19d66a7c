// The files that options name to be written: one file named twice, files that cannot be replaced, descriptors that
// netrunner was given, FIFOs whose reader comes late or never.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "trial.hpp"

using namespace support;

namespace {

constexpr const char* both = "echo out1; echo err >&2; echo out2";

std::string sorted(const std::string& text) {
    auto all = lines(text);
    std::ranges::sort(all);
    std::string joined;
    for (const auto& line : all) joined += line + "\n";
    return joined;
}

// A regular file that is a mount point, as containers bind single files.
class BoundFile {
  public:
    BoundFile(const std::string& source, const std::string& place) : place_(place) {
        std::ofstream{source} << "old, and longer than what is new: " << std::string(5000, 'x') << "\n";
        std::ofstream{place} << "";
        mounted_ = ::mount(source.c_str(), place.c_str(), nullptr, MS_BIND, nullptr) == 0;
    }
    BoundFile(const BoundFile&) = delete;
    BoundFile& operator=(const BoundFile&) = delete;
    ~BoundFile() {
        if (mounted_) ::umount2(place_.c_str(), MNT_DETACH);
    }
    bool mounted() const { return mounted_; }

  private:
    std::string place_;
    bool mounted_;
};

bool waits_in_open(pid_t pid) { return contains(read_text("/proc/" + std::to_string(pid) + "/wchan"), "partner"); }

}  // namespace

TEST_SUITE_BEGIN("written_files");

TEST_CASE_FIXTURE(Trial, "streams into one file share it, whatever its names") {
    const auto file = path("log");
    path("hard");
    path("symbolic");
    for (const std::string& name : std::vector<std::string>{"log", "./log", directory() + "/log", "hard", "symbolic"}) {
        CAPTURE(name);
        std::filesystem::remove(file);
        CHECK(bash("rm -f hard symbolic; >log; ln log hard; ln -s log symbolic").ending == exit_code(0));
        CHECK(run({"--stdout", "log", "--stderr", name, "--", "sh", "-c", both}).ending == exit_code(0));
        CHECK(read_text(file) == "out1\nerr\nout2\n");
        CHECK(run({"--stdout", "log", "--stderr", "pipe", "-o", name, "--", "sh", "-c", both}).err == "err\n");
        CHECK(sorted(read_text(file)) == "err\nout1\nout2\n");
        CHECK(run({"--stderr", name, "-o", "log", "--", "sh", "-c", both}).out == "out1\nout2\n");
        CHECK(sorted(read_text(file)) == "err\nout1\nout2\n");
        // --append holds for the file, whichever option opens it.
        CHECK(run({"--stdout", name, "--append", "-o", "log", "--", "sh", "-c", both}).ending == exit_code(0));
        CHECK(sorted(read_text(file)) == "err\nerr\nout1\nout1\nout2\nout2\n");
    }
    std::filesystem::remove(file);
    CHECK(run({"--stdout", "log", "--stderr", "./log", "--", "sh", "-c", both}).ending == exit_code(0));
    CHECK(read_text(file) == "out1\nerr\nout2\n");
    CHECK(run({"--stdout", "log", "--stderr", "null", "--", "echo", "new"}).ending == exit_code(0));
    CHECK(read_text(file) == "new\n");
}

TEST_CASE_FIXTURE(Trial, "a report into a log or into another report is refused before anything is opened") {
    const auto file = path("log");
    path("hard");
    path("symbolic");
    std::ofstream{file} << "old\n";
    CHECK(bash("ln log hard; ln -s log symbolic").ending == exit_code(0));
    for (const std::string name : {"log", "./log", "hard", "symbolic"}) {
        for (const std::string log : {"--output", "--stdout", "--stderr"}) {
            for (const std::string report : {"--report", "--junit"}) {
                CHECK_REFUSED(run({log, "log", report, name, "--", "touch", "started"}),
                              log + " and " + report + " name the same file '" + name + "'");
            }
        }
        CHECK_REFUSED(run({"--report", name, "--junit", "log", "--", "touch", "started"}),
                      "--report and --junit name the same file");
    }
    CHECK(contains(bash("nr --report-fd 5 -o log -- touch started 5>>log").err,
                   "--output and --report-fd name the same file 'descriptor 5' (as 'log')"));
    CHECK(contains(bash("nr --report-fd 5 --report log -- touch started 5>>log").err, "one would overwrite the other"));
    CHECK(read_text(file) == "old\n");
    // Files that do not exist yet.
    CHECK_REFUSED(run({"-o", "new", "--report", "./new", "--", "touch", "started"}), "name the same file");
    CHECK_REFUSED(run({"--junit", directory() + "/new", "--report", "new", "--", "touch", "started"}), "name the same");
    CHECK(run({"-o", "/dev/null", "--report", "/dev/null", "--junit", "/dev/null", "--", "true"}).ending ==
          exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "an option that writes one file is refused if it is given twice") {
    for (const std::string option : {"-o", "--report", "--junit"}) {
        CHECK_REFUSED(run({option, "a", option, "b", "--", "touch", "started"}), "'a' and 'b' are given");
    }
    CHECK_REFUSED(run({"--report-fd", "1", "--report-fd", "2", "--", "touch", "started"}), "'1' and '2' are given");
}

TEST_CASE_FIXTURE(Trial, "a file that cannot be replaced is written in place") {
    if (::geteuid() != 0) return skip("binding a file needs root");
    const BoundFile bound{path("source"), path("bound")};
    if (!bound.mounted()) return skip("no file can be bound here");
    for (const std::string option : {"--report", "--junit"}) {
        CAPTURE(option);
        CHECK(run({option, "bound", "--", "echo", "x"}).ending == exit_code(0));
        const auto text = read_text(path("source"));
        CHECK((option == "--report" ? begins(text, "{\n") : begins(text, "<?xml")));
        CHECK((option == "--report" ? text.ends_with("}\n") : text.ends_with("</testsuites>\n")));
        CHECK(!contains(text, "old"));
    }

    // A writable file in a folder that is not, as another user.
    const std::string as_nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups \"$NR\" run ";
    path("folder");
    const auto closed = bash("mkdir folder; echo old >folder/file; chmod 666 folder/file; chmod 755 . folder; " +
                             as_nobody + "--report folder/file -- echo x");
    CHECK(closed.ending == exit_code(0));
    CHECK(begins(read_text(path("folder") + "/file"), "{\n"));
    // In a folder such as /tmp, where only the owner may rename a file.
    const auto sticky =
        bash("echo old >folder/file; chmod 1777 folder; " + as_nobody + "--junit folder/file -- echo x");
    CHECK_MESSAGE(sticky.ending == exit_code(0), sticky.err);
    CHECK(begins(read_text(path("folder") + "/file"), "<?xml"));
    CHECK(bash("ls folder").out == "file\n");
    for (const std::string place : {"folder/file", "folder/new"}) {
        for (const std::string option : {"--report ", "--junit "}) {
            const auto refused =
                bash("rm -f folder/*; echo old >folder/file; chmod 644 folder/file; chmod 755 folder; " + as_nobody +
                     option + place + " -- echo started");
            CHECK_REFUSED(refused, place);
        }
    }
}

TEST_CASE_FIXTURE(Trial, "a file that is behind a descriptor is appended to, not emptied") {
    const auto log = path("log");
    const auto filled = [&](const std::string& words, const std::string& redirection) {
        const auto result =
            bash("echo before >log; { echo mine >&2; nr " + words + " -- echo hi; echo after >&2; } " + redirection);
        CHECK_MESSAGE(result.ending == exit_code(0), result.err);
        return read_text(log);
    };
    CHECK(filled("-o /dev/stderr", ">/dev/null 2>>log") == "before\nmine\nhi\nafter\n");
    CHECK(filled("-o /proc/self/fd/2", ">/dev/null 2>>log") == "before\nmine\nhi\nafter\n");
    CHECK(filled("-o log", ">/dev/null 2>>log") == "before\nmine\nhi\nafter\n");
    CHECK(filled("-o /dev/fd/5", ">/dev/null 2>>log 5>&2") == "before\nmine\nhi\nafter\n");
    CHECK(filled("--stdout /dev/stderr", "2>>log") == "before\nmine\nhi\nafter\n");
    CHECK(filled("--stderr null --stdout log", "2>>log") == "before\nmine\nhi\nafter\n");
    for (const std::string name : {"/dev/stderr", "/dev/fd/2", "log"}) {
        CAPTURE(name);
        CHECK(begins(filled("--report " + name, "2>>log"), "before\nmine\n{"));
        CHECK(begins(filled("--junit " + name, "2>>log"), "before\nmine\n<?xml"));
        CHECK(filled("--junit " + name + " --report " + name, "2>>log").ends_with("}\nafter\n"));
    }
    // Also without append mode: the offset is shared.
    CHECK(bash("{ echo one; nr -o /dev/stdout --stdout null --stderr pipe -- sh -c 'echo two >&2' 2>/dev/null; "
               "nr --junit /dev/stdout -- true; echo last; } >log")
              .ending == exit_code(0));
    CHECK(begins(read_text(log), "one\ntwo\n<?xml"));
    CHECK(read_text(log).ends_with("</testsuites>\nlast\n"));
}

TEST_CASE_FIXTURE(Trial, "a socket behind a descriptor is written, as the journal's is") {
    for (const std::string name : {"/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"}) {
        for (const std::string option : {"-o", "--report", "--junit"}) {
            CAPTURE(option);
            auto setup = runner({option, name, "--", "echo", "hi"});
            setup.err = socketed();
            const auto result = complete(setup);
            CHECK(result.ending == exit_code(0));
            CHECK(result.out == "hi\n");
            CHECK(begins(result.err, option == "-o" ? "hi\n" : (option == "--report" ? "{" : "<?xml")));
        }
    }
}

TEST_CASE_FIXTURE(Trial, "a descriptor that is not open is refused, also if netrunner opens one of that number") {
    for (const std::string option : {"-o", "--report", "--junit", "--stdout", "--stderr"}) {
        for (int number = 3; number < 8; ++number) {
            const auto name = "/dev/fd/" + std::to_string(number);
            CHECK_REFUSED(run({option, name, "--report-fd", "1", "--", "touch", "started"}), "'" + name + "'");
        }
    }
}

TEST_CASE_FIXTURE(Trial, "netrunner waits for the reader of a FIFO, and the time limit ends the wait") {
    REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    for (const std::string limit : {"0", "20"}) {
        for (const std::string option : {"-o", "--stdout"}) {
            CAPTURE(option);
            auto process = start(runner({"-t", limit, option, "fifo", "--", "echo", "hi"}));
            process.wait_for("the wait for a reader", [&] { return waits_in_open(process.pid()); });
            CHECK(bash("exec cat fifo").out == "hi\n");
            CHECK(process.finish().ending == exit_code(0));
        }
    }
    for (const std::string option : {"-o", "--stdout", "--stderr", "--stdin"}) {
        CAPTURE(option);
        auto [result, report] = run_reported({"-t", "300ms", option, "fifo", "--", "touch", "started"});
        CHECK(result.ending == exit_code(124));
        CHECK_WALL(result, 300, 3000);
        CHECK(result.err == "netrunner: touch: timed out after 300ms: no process has opened 'fifo' for " +
                                std::string(option == "--stdin" ? "writing" : "reading") + "\n");
        CHECK(report["reason"] == "timeout");
        CHECK(report["error"]["stage"] == "open");
        CHECK(report["stop"]["cause"] == "timeout");
        CHECK(run({"-q", "-t", "100ms", option, "fifo", "--", "true"}).err.empty());
        // An alarm that was pending for netrunner's own use leaves no trace: the next wait is interrupted as usual.
        auto process = start(runner({"-t", "20", option, "fifo", "--", "true"}));
        process.wait_for("the wait", [&] { return waits_in_open(process.pid()); });
        process.signal(SIGINT);
        CHECK(process.finish().ending == killed_by(SIGINT));
    }
}

TEST_CASE_FIXTURE(Trial, "a report to a FIFO waits for a late reader, but not for ever") {
    REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    for (const std::string option : {"--report", "--junit"}) {
        CAPTURE(option);
        auto process = start(runner({option, "fifo", "--", "echo", "hi"}));
        process.wait_for_output("hi\n");
        process.wait_for("the wait for a reader", [&] { return waits_in_open(process.pid()); });
        CHECK(begins(bash("exec cat fifo").out, option == "--report" ? "{" : "<?xml"));
        CHECK(process.finish().ending == exit_code(0));

        const auto stopped = run({option, "fifo", "-t", "100ms", "--", "sleep", "60"});
        CHECK(stopped.ending == exit_code(125));
        CHECK_WALL(stopped, 1100, 4000);
        CHECK(contains(stopped.err, "fifo': no process has opened it for reading within 1s\n"));

        auto waiting = start(runner({option, "fifo", "--", "echo", "hi"}));
        waiting.wait_for_output("hi\n");
        waiting.wait_for("the wait for a reader", [&] { return waits_in_open(waiting.pid()); });
        waiting.signal(SIGTERM);
        CHECK(waiting.finish().ending == killed_by(SIGTERM));
    }
    const auto never = run({"--report", "fifo", "--", "true"});
    CHECK(never.ending == exit_code(125));
    CHECK_WALL(never, 10000, 14000);
    CHECK(never.err ==
          "netrunner: cannot write the report to 'fifo': no process has opened it for reading within 10s\n");
}

TEST_SUITE_END();
