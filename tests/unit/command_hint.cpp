#include "src/session/command_hint.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

TEST_SUITE_BEGIN("command_hint");

TEST_CASE("a line for a shell is suggested as one word of sh -c") {
    CHECK(describe_meant_command("a && b") == " (try: sh -c 'a && b')");
    CHECK(describe_meant_command("make>log") == " (try: sh -c 'make>log')");
    CHECK(describe_meant_command("echo 'x'") == R"( (try: sh -c 'echo '\''x'\'''))");
    CHECK(describe_meant_command("$HOME/x") == " (try: sh -c '$HOME/x')");
}

TEST_CASE("a variable before the command is suggested as -E") {
    CHECK(describe_meant_command("FOO=bar") == " (try: -E FOO=bar)");
    CHECK(describe_meant_command("_A1=/x/y") == " (try: -E _A1=/x/y)");
    CHECK(describe_meant_command("FOO=a b") == " (try: -E 'FOO=a b')");
    CHECK(describe_meant_command("FOO=") == " (try: -E FOO=)");
}

TEST_CASE("a word that only a shell knows is suggested inside sh -c") {
    CHECK(describe_meant_command("cd") == " (a word of the shell; try: sh -c 'cd ...')");
    CHECK(describe_meant_command("source") == " (a word of the shell; try: sh -c 'source ...')");
}

TEST_CASE("the name of a program has no suggestion") {
    for (const char* file : {"make", "./build.sh", "/opt/a-b_c+d/x.py", "g++", "=x", "1A=b", "a-b=c", ""}) {
        CHECK_MESSAGE(describe_meant_command(file).empty(), file);
    }
}

TEST_SUITE_END();
