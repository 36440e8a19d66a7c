#include "src/pages/html_text.hpp"

#include <doctest/doctest.h>

#include "src/values/utf8.hpp"

using namespace netrunner;

TEST_SUITE_BEGIN("html_text");

TEST_CASE("nothing has a meaning in HTML") {
    CHECK(html_text("<script>alert('x')</script>") == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
    CHECK(html_text("a=\"b\" & c") == "a=&quot;b&quot; &amp; c");
    CHECK(html_text("&lt;") == "&amp;lt;");
}

TEST_CASE("nothing is invisible or changes the direction") {
    CHECK(html_text(std::string("a\0b", 3)) == "a\\x00b");
    CHECK(html_text("\n\x1b\x7f") == "\\n\\x1B\\x7F");
    CHECK(html_text("\xc2\x85") == replacement_character);
    CHECK(html_text("\xe2\x80\xae"
                    "evil") == std::string(replacement_character) + "evil");
    CHECK(html_text("\xe2\x81\xa6\xe2\x80\xa8") ==
          std::string(replacement_character) + std::string(replacement_character));
}

TEST_CASE("any bytes become UTF-8, and other characters stay") {
    CHECK(html_text("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa2") ==
          "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa2");
    CHECK(html_text("\xff\xc3(") == std::string(replacement_character) + std::string(replacement_character) + "(");
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    CHECK(is_utf8(html_text(all)));
}

TEST_SUITE_END();
