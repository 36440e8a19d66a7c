// Output: each stream has the same bytes in the same order, all of them, and as soon as they are written.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pattern.hpp"
#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("streams");

TEST_CASE_FIXTURE(Trial, "standard output and standard error stay separate") {
    const auto result = run({"--", "sh", "-c", "echo out; echo err >&2; exit 3"});
    CHECK(result.out == "out\n");
    CHECK(result.err == "err\n");
    CHECK(result.ending == exit_code(3));
}

TEST_CASE_FIXTURE(Trial, "output that is still in the pipe when the command exits is not lost") {
    const auto result = bash(
        "want=$(seq 1 100000 | cksum)\n"
        "for i in $(seq " +
        std::to_string(times(25, 200)) +
        "); do\n"
        "  [ \"$(nr -- seq 1 100000 | cksum)\" = \"$want\" ] || exit 1\n"
        "done");
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "output is complete for a reader that starts late, also through the smallest pipe") {
    const auto result = bash(
        "want=$(seq 1 100000 | cksum)\n"
        "[ \"$(nr -- seq 1 100000 | (sleep 0.5; cat) | cksum)\" = \"$want\" ] || exit 1\n"
        "[ \"$(nr --pipe-size 4096 -- seq 1 100000 | cksum)\" = \"$want\" ] || exit 2\n"
        "[ \"$(nr --pipe-size 1 -- seq 1 100000 | cksum)\" = \"$want\" ] || exit 3\n"
        "[ \"$(nr --pipe-size 1T -- seq 1 100000 | cksum)\" = \"$want\" ] || exit 4\n");
    CHECK(result.ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "the first standard error of a fast command is not lost") {
    const auto result = bash("for i in $(seq " + std::to_string(times(60, 1000)) +
                             "); do\n"
                             "  [ \"$(nr -- sh -c 'echo e >&2' 2>&1 >/dev/null)\" = e ] || exit 1\n"
                             "done");
    CHECK(result.ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "merged streams keep their order") {
    const auto result =
        run({"--stderr", "stdout", "--", "sh", "-c", "for i in 0 1 2 3 4; do echo o$i; echo e$i >&2; done"});
    CHECK(result.out == "o0\ne0\no1\ne1\no2\ne2\no3\ne3\no4\ne4\n");
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "no form of standard error blocks the command") {
    for (const std::string mode : {"null", "stdout", "pipe"}) {
        CAPTURE(mode);
        const auto result = run({"--stderr", mode, "--", program("write_bytes"), "0", "300000"});
        CHECK(result.ending == exit_code(0));
        CHECK_WALL(result, 0, 3000);
        CHECK(result.out.size() == (mode == "stdout" ? 300000U : 0U));
        CHECK(result.err.size() == (mode == "pipe" ? 300000U : 0U));
    }
}

TEST_CASE_FIXTURE(Trial, "bytes of every value pass unchanged on both streams at once") {
    const auto result = run({"--", program("write_bytes"), "1048576", "1048576", "6"});
    CHECK(result.ending == exit_code(6));
    CHECK(result.out == pattern(1048576, 1));
    CHECK(result.err == pattern(1048576, 2));
}

TEST_CASE_FIXTURE(Trial, "the end of one stream is not the end of the other") {
    CHECK(run({"--", "sh", "-c", "exec 2>&-; sleep .2; echo late"}).out == "late\n");
    CHECK(run({"--", "sh", "-c", "exec >&-; sleep .2; echo late >&2"}).err == "late\n");
}

TEST_CASE_FIXTURE(Trial, "a byte is passed on when it is written, not when the command ends") {
    auto setup = runner({"--", "sh", "-c", "echo now; echo err >&2; read line; echo $line"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("now\n");
    process.wait_for("standard error", [&] { return process.err() == "err\n"; });
    process.feed("later\n");
    process.close_input();
    CHECK(process.finish().out == "now\nlater\n");
}

TEST_CASE_FIXTURE(Trial, "verbose lines go to standard error only") {
    const auto result = run({"-vv", "--", program("write_bytes"), "100000"});
    CHECK(result.out == pattern(100000, 1));
    CHECK(begins(result.err, "netrunner -v: "));
}

TEST_CASE_FIXTURE(Trial, "standard output can be discarded while standard error is kept") {
    const auto result = run({"--stdout", "null", "--stderr", "pipe", "--", "sh", "-c", "echo out; echo err >&2"});
    CHECK(result.out.empty());
    CHECK(result.err == "err\n");
}

TEST_CASE_FIXTURE(Trial, "an inherited stream is netrunner's own descriptor, a piped one is not") {
    auto setup = runner({"--stdout", "inherit", "--stderr", "inherit", "--", program("print_fds")});
    setup.out = file(path("out"), O_WRONLY | O_CREAT);
    setup.err = file(path("err"), O_WRONLY | O_CREAT);
    CHECK(complete(setup).ending == exit_code(7));
    const auto seen = read_text(path("out"));
    CHECK(contains(seen, path("out") + "\n"));
    CHECK(contains(seen, path("err") + "\n"));

    setup.argv = runner({"--", program("print_fds")}).argv;
    CHECK(complete(setup).ending == exit_code(7));
    CHECK(!contains(read_text(path("out")), path("out") + "\n"));
}

TEST_CASE_FIXTURE(Trial, "a stream can go to a file, which is truncated and made with the umask") {
    const auto out = path("out");
    const auto err = path("err");
    CHECK(bash("umask 027; printf 'something long that was there' > err\n"
               "nr --stdout out --stderr err -- sh -c 'echo o; echo e >&2'")
              .ending == exit_code(0));
    CHECK(read_text(out) == "o\n");
    CHECK(read_text(err) == "e\n");
    struct stat seen {};
    REQUIRE(::stat(out.c_str(), &seen) == 0);
    CHECK((seen.st_mode & 0777U) == 0640U);
}

TEST_CASE_FIXTURE(Trial, "a stream's file that cannot be opened is refused before the command starts") {
    const auto result = run({"--stdout", "/nonexistent/x", "--", "touch", directory() + "/started"});
    CHECK_REFUSED(result, "/nonexistent/x");
    CHECK(::access((directory() + "/started").c_str(), F_OK) != 0);
}

TEST_CASE_FIXTURE(Trial, "a great amount passes on both streams with equal hashes") {
    const auto out = std::to_string(amount(96, 1024) * 1048576L);
    const auto err = std::to_string(amount(24, 256) * 1048576L);
    const auto result = bash(
        "w=\"$PROGRAMS/write_bytes\"\n"
        "{ \"$w\" " +
            out + " " + err +
            " 2>&3 | cksum >a; } 3>&1 | cksum >b\n"
            "{ nr -- \"$w\" " +
            out + " " + err +
            " 2>&3 | cksum >c; echo ${PIPESTATUS[0]} >s; } 3>&1 | cksum >d\n"
            "cmp a c && cmp b d && exit $(cat s)",
        Millis{amount(60, 600) * 1000});
    for (const auto* name : {"a", "b", "c", "d", "s"}) CHECK(!read_text(path(name)).empty());
    CHECK(result.ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "lines of parallel runs stay whole in a pipe and in a file that they share") {
    // Each line is one write, as from a shell. The reader begins late, so that the pipe is full meanwhile.
    const std::string script =
        "lines='i=0; while [ $i -lt 10000 ]; do echo \"<$0 $i abcdefghijklmnopqrstuvwxyz0123456789>\"; i=$((i+1)); "
        "done'\n"
        "each() { for n in 1 2 3 4; do nr \"$@\" -- sh -c \"$lines\" $n & done; wait; }\n"
        "case $how in\n"
        "prefix) each --prefix=p ;;\n"
        "copy) each -o /dev/null ;;\n"
        "stamped) each --timestamps --prefix=p -o /dev/null --output-stamped ;;\n"
        "junit) each --junit junit ;;\n"
        "plain) each ;;\n"
        "esac";
    const std::string torn = "wc -l <all; grep -vcE '^([0-9:.]+ )?p?<[1-4] [0-9]+ [a-z0-9]+>$' all";
    for (const std::string how : {"prefix", "copy", "stamped", "junit", "plain"}) {
        CAPTURE(how);
        const auto piped = bash("how=" + how + "; { " + script + "; } | { sleep 0.2; cat; } >all; " + torn);
        CHECK(piped.out == "40000\n0\n");
        const auto appended = bash("how=" + how + "; { " + script + "; } >>all.log; mv all.log all; " + torn);
        CHECK(appended.out == "40000\n0\n");
    }
    for (const char* name : {"all", "junit"}) path(name);
}

TEST_CASE_FIXTURE(Trial, "parallel runs append whole lines to one file and one FIFO of -o") {
    const std::string lines =
        "lines='i=0; while [ $i -lt 10000 ]; do echo \"<$0 $i abcdefghijklmnopqrstuvwxyz0123456789>\"; i=$((i+1)); "
        "done'\n";
    const std::string torn = "wc -l <all; grep -vcE '^<[1-4] [0-9]+ [a-z0-9]+>$' all";
    path("all");
    const auto appended =
        bash(lines + "for n in 1 2 3 4; do nr --append -o all -- sh -c \"$lines\" $n >/dev/null & done; wait; " + torn);
    CHECK(appended.out == "40000\n0\n");
    const auto piped =
        bash(lines +
             "mkfifo fifo; exec 8<>fifo; { sleep 0.2; exec cat; } <fifo 8>&- >all & reader=$!\n"
             "for n in 1 2 3 4; do nr -o fifo -- sh -c \"$lines\" $n >/dev/null 8>&- & runs=\"$runs $!\"; done\n"
             "wait $runs; exec 8>&-; wait $reader; rm fifo; " +
             torn);
    CHECK(piped.out == "40000\n0\n");
}

TEST_CASE_FIXTURE(Trial, "an unfinished line is passed on at once") {
    auto setup = runner({"--prefix=> ", "--", "sh", "-c", "echo first; printf 'name: '; read name; echo $name"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("> first\n> name: ");
    process.feed("x\n");
    process.close_input();
    CHECK(process.finish().out == "> first\n> name: x\n");
}

TEST_SUITE_END();
