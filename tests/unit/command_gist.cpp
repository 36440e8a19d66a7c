#include "src/pages/command_gist.hpp"

#include <doctest/doctest.h>

#include "src/values/utf8.hpp"

using namespace netrunner;

TEST_SUITE_BEGIN("command_gist");

TEST_CASE("the gist is the program and its file") {
    CHECK(gist_of("/usr/bin/g++ -c src/main.cpp -o main.o") == "g++ main.cpp");
    CHECK(gist_of("/usr/lib/gcc/x/12/cc1plus -quiet -I . -D X /a/b.cpp -dumpdir d") == "cc1plus b.cpp");
    CHECK(gist_of("cc1plus -quiet -MMD x/a.cpp.d -MF x/a.cpp.o.d") == "cc1plus a.cpp");
    CHECK(gist_of("ls conf.d") == "ls conf.d");
    CHECK(gist_of("make all") == "make all");
    CHECK(gist_of("make -j2") == "make");
    CHECK(gist_of("sleep 100") == "sleep 100");
    CHECK(gist_of("/bin/sh -c cd x && make") == "sh: cd x && make");
    CHECK(gist_of("bash -ec   true") == "bash: true");
    CHECK(gist_of("sh -c /usr/bin/c++ -O2 x") == "sh: c++ -O2 x");
    CHECK(gist_of("/usr/bin/python3 -c for i in x: print(i)") == "python3: for i in x: print(i)");
    CHECK(gist_of("python3 -u run.py") == "python3 run.py");
    CHECK(gist_of("perl -e print 1") == "perl: print 1");
    CHECK(gist_of("sh script") == "sh script");
    CHECK(gist_of("/") == "/");
    CHECK(gist_of("   ").empty());
    CHECK(gist_of("").empty());
    CHECK(gist_of("a/ b/") == "a b");
}

TEST_CASE("a text is cut at the end of a character") {
    CHECK(cut_to("abcdef", 6) == "abcdef");
    CHECK(cut_to("abcdefg", 6) == "abc...");
    CHECK(cut_to("ab\xc3\xa4\xc3\xa4\xc3\xa4", 6) == "ab...");
    for (std::size_t most = 0; most < 12; ++most)
        CHECK(is_utf8(cut_to("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", most)));
}

TEST_SUITE_END();
