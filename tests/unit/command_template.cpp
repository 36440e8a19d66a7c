#include "src/batch/command_template.hpp"

#include <doctest/doctest.h>

#include "src/batch/argument_space.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

Words argv(const Words& words, const Words& values, bool is_literal = false) {
    return CommandTemplate(words, is_literal).argv({.values = values, .number = 3, .id = "job"});
}

std::string refusal(const std::string& text) {
    try {
        CommandTemplate::shell(text, false);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_SUITE_BEGIN("command_template");

TEST_CASE("without a placeholder the values are appended") {
    CHECK(argv({"echo", "-n"}, {"a b"}) == Words{"echo", "-n", "a b"});
    CHECK(argv({"echo"}, {"a", "b"}) == Words{"echo", "a", "b"});
    CHECK(argv({"echo"}, {""}) == Words{"echo", ""});
}

TEST_CASE("with a placeholder nothing is appended") {
    CHECK(argv({"cp", "{}", "{}.bak"}, {"a b"}) == Words{"cp", "a b", "a b.bak"});
    CHECK(argv({"echo", "{#}"}, {"a"}) == Words{"echo", "3"});
    CHECK(argv({"{}"}, {"true"}) == Words{"true"});
}

TEST_CASE("a word with {} is written once for each value of a pack") {
    CHECK(argv({"ls", "-l", "{}", "end"}, {"a", "b"}) == Words{"ls", "-l", "a", "b", "end"});
    CHECK(argv({"x", "--in={}:{#}", "{2}"}, {"a", "b"}) == Words{"x", "--in=a:3", "--in=b:3", "b"});
}

TEST_CASE("a value is one word, whatever it contains") {
    for (const std::string value : {"", " ", "$(id)", "'\"", "a\nb", "-n", "{}", "\xff"}) {
        CHECK(argv({"echo", "{}"}, {value}) == Words{"echo", value});
        CHECK(argv({"echo", "x{}y"}, {value}) == Words{"echo", "x" + value + "y"});
    }
}

TEST_CASE("--literal replaces nothing and appends the record") {
    CHECK(argv({"find", "-exec", "cat", "{}", ";"}, {"a"}, true) == Words{"find", "-exec", "cat", "{}", ";", "a"});
}

TEST_CASE("the template says how many values it needs") {
    CHECK(CommandTemplate(Words{"a", "{2}", "{1}"}, false).values_needed() == 2);
    CHECK(CommandTemplate(Words{"a", "{}"}, false).values_needed() == 0);
    CHECK(CommandTemplate(Words{"a", "{2}"}, true).values_needed() == 0);
}

TEST_CASE("the record is a parameter of the shell's text") {
    const auto made = CommandTemplate::shell("echo \"$1\"", false);
    CHECK(made.argv({.values = Words{"a b"}, .number = 1, .id = "1"}) ==
          Words{"/bin/sh", "-c", "echo \"$1\"", "sh", "a b"});
}

TEST_CASE("a placeholder inside the shell's text is refused with the reason") {
    for (const char* text :
         {"echo {}", "echo '{}'", "f() {}", "x{1}", "{.}", "a {id} b", "{#}", "echo $ {}", "${a{}"}) {
        CHECK_MESSAGE(refusal(text).find("would interpret the record") != std::string::npos, text);
    }
    for (const char* text : {"echo $1", "awk '{print}'", "echo ${1} ${#}", "{ echo; }", "{", "a{b,c}", "${1:-{x}}"}) {
        CHECK_MESSAGE(refusal(text).empty(), text);
    }
    CHECK(CommandTemplate::shell("echo {}", true).argv({.values = Words{"a"}, .number = 1, .id = "1"}) ==
          Words{"/bin/sh", "-c", "echo {}", "sh", "a"});
}

TEST_CASE("with --shell-lines the record is the shell's text") {
    CHECK(CommandTemplate::shell_lines().argv({.values = Words{"echo {} $x"}, .number = 1, .id = "1"}) ==
          Words{"/bin/sh", "-c", "echo {} $x"});
}

TEST_CASE("the costs are an upper bound of the space that argv takes") {
    const std::vector<Words> commands{
        {"echo"}, {"a", "{}", "{.}:{}"}, {"{1}", "{1}{2}", "x{//}"}, {"{#}{#}{id}", "{2}{2}{2}"}};
    const std::vector<Words> packs{{"a", "b"}, {"src/file.c", std::string(1000, 'x')}, {"", ""}, {"1", "2", "3", "4"}};
    for (const Words& command : commands) {
        const CommandTemplate made(command, false);
        for (const Words& values : packs) {
            std::size_t bound = made.fixed_cost();
            for (const std::string& value : values) bound += made.cost_of(value);
            std::size_t taken = 0;
            for (const std::string& word : made.argv({.values = values, .number = 99'999, .id = "99999"}))
                taken += space_of(word.size());
            CHECK(taken <= bound);
        }
    }
}

TEST_SUITE_END();
