#include "src/relay/screen_modes.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace netrunner;

namespace {

ScreenModes after(std::string_view text) {
    ScreenModes modes;
    modes.watch(std::as_bytes(std::span(text)));
    return modes;
}

std::string ending(std::string_view text) { return after(text).ending(); }

}  // namespace

TEST_SUITE_BEGIN("screen_modes");

TEST_CASE("each mode that was begun is ended, and no other") {
    CHECK(ending("").empty());
    CHECK(ending("plain text\r\n").empty());
    CHECK(ending("\033[?1049h") == "\033[?1049l");
    CHECK(ending("\033[?25l") == "\033[?25h");
    CHECK(ending("\033[?1000h\033[?1006h") == "\033[?1000l\033[?1006l");
    CHECK(ending("\033[?1002;1006h") == "\033[?1002l\033[?1006l");
    CHECK(ending("\033[?1004h") == "\033[?1004l");
    CHECK(ending("\033[?2004h") == "\033[?2004l");
    CHECK(ending("\033[?1h\033=") == "\033>\033[?1l");
    CHECK(ending("\033[?7l") == "\033[?7h");
    CHECK(ending("\033[5;20r") == "\0337\033[r\0338");
    CHECK(ending("\033[4h") == "\033[4l");
    CHECK(ending("\033[>4;2m") == "\033[>4m");
    CHECK(ending("\033[>1u") == "\033[<1u");
    CHECK(ending("\033[>1u\033[>5u") == "\033[<2u");
    CHECK(ending("\033[=1;1u") == "\033[=0u");
    CHECK(ending("\033[=1;1u\033[>1u") == "\033[<1u\033[=0u");
    CHECK(ending("\033[31m") == "\033[m");
    CHECK(ending("\033(0") == "\033(B");
    CHECK(ending("\033[4 q") == "\033[0 q");
}

TEST_CASE("a mode that was ended by the program itself is not ended again") {
    for (const std::string_view text : {"\033[?1049h\033[?1049l",
                                        "\033[?1049h\033[?47l",
                                        "\033[?25l\033[?25h",
                                        "\033[?25h",
                                        "\033[?7h",
                                        "\033[?1002;1006h\033[?1006;1002l",
                                        "\033=\033>",
                                        "\033[5;20r\033[r",
                                        "\033[>4;2m\033[>4m",
                                        "\033[>4;2m\033[>4;0m",
                                        "\033[>4;2m\033[>m",
                                        "\033[>1u\033[<u",
                                        "\033[>1u\033[>1u\033[<2u",
                                        "\033[<u",
                                        "\033[=5u\033[=0u",
                                        "\033[1;31mred\033[0m",
                                        "\033[31mred\033[m",
                                        "\033(0\033(B",
                                        "\033[4 q\033[ q",
                                        "\033[4h\033[4l",
                                        "\033[?1049h\033[?25l\033[31m\033c",
                                        "\033[?25l\033=\033[5;9r\033[!p"}) {
        CAPTURE(text);
        CHECK(ending(text).empty());
    }
    CHECK(ending("\033[?1049h\033[?25l\033[!p") == "\033[?1049l");
}

TEST_CASE("the alternate screen is left last, and each screen's keyboard stack is emptied on its screen") {
    CHECK(ending("\033[>1u\033[?1049h\033[>3u\033[?25l\033[?2004h") ==
          "\033[<1u\033[?2004l\033[?25h\033[?1049l\033[<1u");
    CHECK(after("\033[?1049h").returns_cursor());
    CHECK(!after("\033[?47h").returns_cursor());
}

TEST_CASE("colours with numbers of their own are no reset") {
    CHECK(ending("\033[38;5;0m") == "\033[m");
    CHECK(ending("\033[0;38;2;0;0;0m") == "\033[m");
    CHECK(ending("\033[4:0m") == "\033[m");
    CHECK(ending("\033[1;31;0m").empty());
}

TEST_CASE("a sequence may be cut anywhere") {
    const std::string whole = "a\033[?1049hb\033[>4;2mc\033]0;title\033\\d\033[?25l";
    const std::string wanted = ending(whole);
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        ScreenModes modes;
        modes.watch(std::as_bytes(std::span(whole).first(cut)));
        modes.watch(std::as_bytes(std::span(whole).subspan(cut)));
        CHECK(modes.ending() == wanted);
        CHECK(modes.begun() == after(whole).begun());
    }
}

TEST_CASE("the end of the output in the middle of a sequence ends that sequence first") {
    CHECK(ending("\033[?104") == "\033\\");
    CHECK(ending("\033]0;a tit") == "\033\\");
    CHECK(ending("\033[?25l\033") == "\033\\\033[?25h");
    CHECK(ending("\033]0;title\a").empty());
    CHECK(ending("\033P1$r0m\033\\").empty());
}

TEST_CASE("text inside a string, cancelled sequences and queries begin nothing") {
    CHECK(ending("\033]0;[?1049h\a").empty());
    CHECK(ending("\033[?1049\030h").empty());
    CHECK(ending("\033[?1049\032h").empty());
    CHECK(ending("\033[?1049$p\033[?u\033[>c\033[c\033[6n\033[?25$p").empty());
    CHECK(ending("\033[?99999999999999999999h\033[?4294968345h").empty());
    CHECK(ending("[?1049h").empty());
    CHECK(ending("\033[?10\n49h") == "\033[?1049l");  // the terminal obeys a newline inside a sequence, too
}

TEST_CASE("more parameters than are kept do no harm") {
    std::string many = "\033[?";
    for (int i = 0; i < 100; ++i) many += "25;";
    CHECK(ending(many + "1049l") == "\033[?25h");
}

TEST_SUITE_END();
