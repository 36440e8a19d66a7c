// -o FILE: the file gets all relayed output. A write error on the file never stops the command.
#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "pattern.hpp"
#include "trial.hpp"

using namespace support;

namespace {

// A file system of 64 KiB, to test a full disk. Without root /dev/full is used.
class SmallDisk {
  public:
    explicit SmallDisk(std::string where) : path_{std::move(where)} {
        std::filesystem::create_directory(path_);
        mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=64k") == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    std::string file() const { return mounted_ ? path_ + "/out" : "/dev/full"; }
    bool mounted() const { return mounted_; }

  private:
    std::string path_;
    bool mounted_ = false;
};

}  // namespace

TEST_SUITE_BEGIN("output_file");

TEST_CASE_FIXTURE(Trial, "- is standard output in every option that names a file to write, and makes no file") {
    const auto in_new_folder = [&](const std::string& options, const std::string& script) {
        return bash("rm -rf '" + path("new") + "'; mkdir '" + path("new") + "'; cd '" + path("new") + "'\nnr " +
                    options + " -- sh -c '" + script + "'\nls -A >&2");
    };
    const std::string both = "echo out; echo err >&2";
    for (const std::string options : {"-o -", "--output=- --append"}) {
        const auto result = in_new_folder(options, both);
        REQUIRE_MESSAGE(lines(result.out).size() == 2, result.out, result.err);
        CHECK(contains(result.out, "out\n"));
        CHECK(contains(result.out, "err\n"));
        CHECK(result.err == "err\n");
    }
    for (const std::string options : {"--stdout - --stderr -", "--stderr -"}) {
        const auto result = in_new_folder(options, both);
        CHECK(lines(result.out).size() == 2);
        CHECK(contains(result.out, "err\n"));
        CHECK(result.err.empty());
    }
    const auto junit = in_new_folder("--junit -", both);
    CHECK(begins(junit.out, "out\n<?xml"));
    CHECK(junit.err == "err\n");
    CHECK(in_new_folder("-o ./-", both).err == "err\n-\n");
    CHECK(bash("echo typed | nr --stdin - -- cat").out == "typed\n");
}

TEST_CASE_FIXTURE(Trial, "with -o - a reader of standard output that goes away is no failure") {
    const auto result = bash("cd '" + directory() + "'\nnr -o - -- sh -c '" +
                             "echo one; until [ -e gone ]; do sleep 0.01; done; rm gone; seq 100000 >&2' 2>/dev/null |"
                             " { read -r line; echo $line >&2; exec <&-; touch gone; }\n"
                             "echo ${PIPESTATUS[0]}");
    CHECK(result.err == "one\n");
    CHECK(result.out == "0\n");
}

TEST_CASE_FIXTURE(Trial, "what cannot go to standard output is refused") {
    CHECK_REFUSED(run({"--report", "-", "--junit", "-", "--", "touch", directory() + "/started"}),
                  "--report and --junit");
    for (const std::string options : {"-o -", "--stderr -", "--junit -"}) {
        CAPTURE(options);
        const auto result = bash("nr " + options + " -- touch '" + directory() + "/started' >&-");
        CHECK(result.ending == exit_code(125));
        CHECK(begins(result.err, "netrunner: "));
    }
    CHECK(!std::filesystem::exists(directory() + "/started"));
}

TEST_CASE_FIXTURE(Trial, "the file has the same bytes as the stream, and the status is the command's") {
    const auto where = path("out");
    const auto result = run({"-o", where, "--", program("write_bytes"), "1048576", "0", "9"});
    CHECK(result.ending == exit_code(9));
    CHECK(result.out == pattern(1048576, 1));
    CHECK(read_text(where) == result.out);
}

TEST_CASE_FIXTURE(Trial, "the file gets both streams") {
    const auto where = path("out");
    const auto result = run({"--output", where, "--", program("write_bytes"), "300000", "200000"});
    CHECK(result.out == pattern(300000, 1));
    CHECK(result.err == pattern(200000, 2));
    CHECK(read_text(where).size() == 500000U);
    CHECK(run({"-o", where, "--", "sh", "-c", "echo out; sleep 0.2; echo err >&2"}).ending == exit_code(0));
    CHECK(read_text(where) == "out\nerr\n");
}

TEST_CASE_FIXTURE(Trial, "the file is truncated, or appended to when asked, and made with the umask") {
    const auto where = path("out");
    std::ofstream{where} << "what was there before\n";
    CHECK(run({"-o", where, "--append", "--", "echo", "more"}).out == "more\n");
    CHECK(read_text(where) == "what was there before\nmore\n");
    CHECK(run({"-o", where, "--", "echo", "new"}).out == "new\n");
    CHECK(read_text(where) == "new\n");

    const auto fresh = path("fresh");
    CHECK(bash("umask 077; nr --append -o fresh -- echo x").ending == exit_code(0));
    struct stat seen {};
    REQUIRE(::stat(fresh.c_str(), &seen) == 0);
    CHECK((seen.st_mode & 0777U) == 0600U);
    CHECK(read_text(fresh) == "x\n");
}

TEST_CASE_FIXTURE(Trial, "the file is complete when the command is stopped or killed") {
    const auto where = path("out");
    CHECK(run({"-t", "300ms", "-o", where, "--", "sh", "-c", "echo part; sleep 60"}).ending == exit_code(124));
    CHECK(read_text(where) == "part\n");
    CHECK(!run({"-o", where, "--", "sh", "-c", "echo last; kill -KILL $$"}).ending.exited);
    CHECK(read_text(where) == "last\n");
}

TEST_CASE_FIXTURE(Trial, "merged streams keep their order in the file") {
    const auto where = path("out");
    run({"-o", where, "--stderr", "stdout", "--", "sh", "-c", "for i in 0 1 2; do echo o$i; echo e$i >&2; done"});
    CHECK(read_text(where) == "o0\ne0\no1\ne1\no2\ne2\n");
}

TEST_CASE_FIXTURE(
    Trial, "a plain file has the last state of each line without escape sequences, and the stream is unchanged") {
    const auto where = path("out");
    const std::string script =
        "printf '\\033[32mgreen\\033[0m\\n 1%%\\r50%%\\r'; printf '99%%\\r\\033[Kdone\\nprompt> '; printf "
        "'\\033[1merr\\n' >&2; exit 3";
    const auto result = run({"--output-format", "plain", "-o", where, "--stderr", "stdout", "--", "sh", "-c", script});
    CHECK(result.ending == exit_code(3));
    CHECK(result.out == "\033[32mgreen\033[0m\n 1%\r50%\r99%\r\033[Kdone\nprompt> \033[1merr\n");
    CHECK(read_text(where) == "green\ndone\nprompt> err\n");

    // A stamp comes before each line that the file gets; a last line without its newline is in the file, too, also
    // through a FIFO whose reader is slow.
    CHECK(run({"--output-format", "plain", "--prefix=> ", "--output-stamped", "-o", where, "--", "printf",
               "a\\n\\033[1mb"})
              .out == "> a\n> \033[1mb");
    CHECK(read_text(where) == "> a\n> b");
    const auto slow = bash(
        "mkfifo fifo; { sleep 0.3; wc -c; } <fifo & sleep 0.1; "
        "nr --output-format plain -o fifo -- sh -c 'printf %0200000d 7' >/dev/null; rm fifo; wait");
    CHECK(slow.out == "200000\n");
    CHECK(run({"--pty", "--output-format", "plain", "-o", where, "--", "printf", "a\\nb\\033[m\\n"}).ending ==
          exit_code(0));
    CHECK(read_text(where) == "a\nb\n");
    CHECK_REFUSED(run({"--output-format", "plain", "--", "true"}), "--output-format needs --output");
}

TEST_CASE_FIXTURE(Trial, "the file is written while the command runs") {
    const auto where = path("out");
    auto setup = runner({"-o", where, "--", "sh", "-c", "echo now; read line"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for("the line in the file", [&] { return read_text(where) == "now\n"; });
    process.close_input();
    process.finish();
}

TEST_CASE_FIXTURE(Trial, "a file that cannot be opened is refused before the command starts") {
    CHECK_REFUSED(run({"-o", "/nonexistent/out", "--", "touch", directory() + "/started"}), "/nonexistent/out");
    CHECK_REFUSED(run({"-o", directory(), "--", "touch", directory() + "/started"}), directory());
}

TEST_CASE_FIXTURE(Trial, "a full disk gives one line and exit 125, and stops neither the command nor its stream") {
    const SmallDisk disk{path("disk")};
    if (!disk.mounted()) MESSAGE("no tmpfs could be mounted: using /dev/full");
    const auto done = path("done");
    auto [result, report] =
        run_reported({"-o", disk.file(), "--", "sh", "-c", "\"$PROGRAMS/write_bytes\" 1000000; touch done"});
    CHECK(result.ending == exit_code(125));
    CHECK(result.out == pattern(1000000, 1));
    CHECK(::access(done.c_str(), F_OK) == 0);
    CHECK(lines(result.err).size() == 1);
    CHECK(begins(result.err, "netrunner: "));
    CHECK(contains(result.err, disk.file()));
    CHECK(contains(result.err, "o space left on device"));
    CHECK(report["stdout"]["truncated"] == true);
    CHECK(report["stdout"]["bytes"] == 1000000);
    CHECK(report["exit_code"] == 0);
    if (disk.mounted()) {
        const auto kept = read_text(disk.file());
        CHECK(!kept.empty());
        CHECK(kept == result.out.substr(0, kept.size()));
    }
}

TEST_CASE_FIXTURE(Trial, "a full disk leaves the command's own failure visible") {
    const auto result = run({"-o", "/dev/full", "--", "sh", "-c", "echo x; exit 4"});
    CHECK(result.ending == exit_code(4));
    CHECK(result.out == "x\n");
    CHECK(lines(result.err).size() == 1);
}

TEST_CASE_FIXTURE(Trial, "a limit on the size of files ends the copy, not the command") {
    // The signal of the failed write is dropped whether or not the parent left SIGXFSZ ignored, as Python does.
    for (const std::string leak : {"", "trap '' XFSZ; "}) {
        CAPTURE(leak);
        const auto result = bash(leak +
                                 "ulimit -f 8; nr -o log -- sh -c 'head -c 4M /dev/zero; echo done >&2' | wc -c; "
                                 "echo ${PIPESTATUS[0]}");
        CHECK(result.out == "4194304\n125\n");
        CHECK(result.err == "done\nnetrunner: cannot write to 'log': file too large\n");
        CHECK(std::filesystem::file_size(path("log")) == 8192);
    }
}

TEST_SUITE_END();
