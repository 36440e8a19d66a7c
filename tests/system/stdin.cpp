// Standard input: netrunner consumes nothing that the command does not read; relayed input arrives whole, then ends.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <csignal>
#include <fstream>

#include "pattern.hpp"
#include "trial.hpp"

using namespace support;

namespace {

Result with_input(Trial& trial, std::vector<std::string> arguments, std::string input) {
    auto setup = trial.runner(std::move(arguments));
    setup.in = piped();
    setup.input = std::move(input);
    return trial.complete(setup);
}

}  // namespace

TEST_SUITE_BEGIN("stdin");

TEST_CASE_FIXTURE(Trial, "a loop that reads its own input loses no line to the command") {
    const auto result = bash("seq 1 20 > file; while read -r l; do nr -- echo \"$l\"; done < file | cmp - file");
    CHECK(result.ending == exit_code(0));
    CHECK(lines(read_text(path("file"))).size() == 20);
}

TEST_CASE_FIXTURE(Trial, "inherited input that the command does not read is left for the next command") {
    CHECK(bash("printf 'a\\nb\\n' | (nr -- head -c2 && echo then; cat)").out == "a\nthen\nb\n");
}

TEST_CASE_FIXTURE(Trial, "inherited input is the same open file") {
    const auto where = path("in");
    std::ofstream{where} << "text";
    auto setup = runner({"--", "readlink", "/proc/self/fd/0"});
    setup.in = file(where, O_RDONLY);
    CHECK(complete(setup).out == where + "\n");
}

TEST_CASE_FIXTURE(Trial, "relayed input of every size arrives whole, then ends") {
    std::vector<std::size_t> sizes{0, 1, 65536, 65537, 131072, 131073, 196608, 200000, 1048576, 10000000};
    if (amount(0, 1) == 1) sizes.push_back(104857600);
    for (const auto size : sizes) {
        CAPTURE(size);
        const auto bytes = pattern(size, 3);
        const auto result = with_input(*this, {"--stdin", "pipe", "--", "cat"}, bytes);
        CHECK(result.ending == exit_code(0));
        CHECK(result.out == bytes);
    }
}

TEST_CASE_FIXTURE(Trial, "relayed input around the sizes of messages arrives whole") {
    const int width = amount(1, 40);
    for (const int centre : {256, 4096, 65511, 65536}) {
        for (int size = centre - width; size <= centre + width; ++size) {
            CAPTURE(size);
            const auto result = with_input(*this, {"--stdin", "pipe", "--", "wc", "-c"},
                                           std::string(static_cast<std::size_t>(size), 'x'));
            CHECK(result.out == std::to_string(size) + "\n");
        }
    }
}

TEST_CASE_FIXTURE(Trial, "a command that reads slowly gets every byte") {
    const auto bytes = pattern(1000000, 4);
    CHECK(with_input(*this, {"--stdin", "pipe", "--", program("slow_cat"), "8192", "2000"}, bytes).out == bytes);
}

TEST_CASE_FIXTURE(Trial, "relaying does not deadlock with a reader that starts late") {
    const auto result = bash(
        "\"$PROGRAMS/write_bytes\" 10485760 > file\n"
        "nr --stdin pipe -- cat < file | (sleep 0.5; cmp - file)");
    CHECK(result.ending == exit_code(0));
    CHECK(read_text(path("file")).size() == 10485760U);
}

TEST_CASE_FIXTURE(Trial, "the time limit holds while input waits for a command that does not read") {
    auto setup = runner({"--stdin", "pipe", "-t", "300ms", "--", "sleep", "60"});
    setup.in = piped();
    setup.input = pattern(4000000);
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 300, 3000);
}

TEST_CASE_FIXTURE(Trial, "the end of input never overtakes the last byte") {
    const auto result = bash(
        "seq 1 2000 > file; want=$(tac file | cksum)\n"
        "for i in $(seq " +
        std::to_string(times(40, 500)) +
        "); do\n"
        "  [ \"$(cat file | nr --stdin pipe -- tac | cksum)\" = \"$want\" ] || exit 1\n"
        "done");
    CHECK(!read_text(path("file")).empty());
    CHECK(result.ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "a command that answers only at the end of its input gets it") {
    CHECK(with_input(*this, {"--stdin", "pipe", "--", "base64"}, "x").out == "eA==\n");
}

TEST_CASE_FIXTURE(Trial, "input is passed on while the input stays open") {
    auto setup = runner({"--stdin", "pipe", "--", "cat"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.feed("one\n");
    process.wait_for_output("one\n");
    process.feed("two\n");
    process.wait_for_output("two\n");
    process.close_input();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "a command that does not read its input ends with its own status and no message") {
    const auto result = bash("for i in $(seq " + std::to_string(times(40, 500)) +
                             "); do\n"
                             "  yes | nr --stdin pipe -- true; [ \"${PIPESTATUS[1]}\" = 0 ] || exit 1\n"
                             "done");
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "a command that ends does not wait for an input that stays open") {
    auto setup = runner({"--stdin", "pipe", "--", "true"});
    setup.in = piped();
    setup.hold_input = true;
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(0));
    CHECK_WALL(result, 0, 3000);
}

TEST_CASE_FIXTURE(Trial, "no input is the end of input at once") {
    auto setup = runner({"--stdin", "null", "--", "cat"});
    setup.in = piped();
    setup.hold_input = true;
    CHECK(complete(setup).ending == exit_code(0));
    auto without = runner({"--", "cat"});
    without.in = closed();
    CHECK(complete(without).ending.exited);
}

TEST_CASE_FIXTURE(Trial, "input can come from a file, which must exist") {
    const auto where = path("in");
    std::ofstream{where} << "from the file";
    CHECK(run({"--stdin", where, "--", "cat"}).out == "from the file");
    CHECK_REFUSED(run({"--stdin", directory() + "/missing", "--", "touch", directory() + "/started"}), "missing");
}

TEST_CASE_FIXTURE(Trial, "a producer that fails midway still ends the input") {
    const auto result = bash("(head -c1000 /dev/zero; exit 1) | nr --stdin pipe -- cat | wc -c");
    CHECK(result.out == "1000\n");
    CHECK(result.ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "the command reads exactly the user's bytes, whatever it printed before") {
    CHECK(with_input(*this, {"--stdin", "pipe", "--", "sh", "-c", "head -c 20000 /dev/zero; od -An -c"}, "user\n")
              .out.substr(20000) == "   u   s   e   r  \\n\n");
}

TEST_SUITE_END();
