#include "src/values/xml_text.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

namespace {

const std::string gone = "\xef\xbf\xbd";

}  // namespace

TEST_SUITE_BEGIN("xml_text");

TEST_CASE("characters with a meaning in XML are escaped, also in ]]>") {
    CHECK(xml_text("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&apos;");
    CHECK(xml_text("]]>") == "]]&gt;");
    CHECK(xml_text("tab\tline\nback\r") == "tab\tline\nback&#13;");
}

TEST_CASE("all other text is unchanged") {
    for (const std::string text : {"", "plain", "Ünïcode тест \xf0\x9f\x98\x80", "\xee\x80\x80", "\xf4\x8f\xbf\xbd"}) {
        CHECK(xml_text(text) == text);
    }
}

TEST_CASE("bytes that XML cannot hold are replaced one by one") {
    CHECK(xml_text("\x1b[31mred") == gone + "[31mred");
    CHECK(xml_text(std::string("\0\x01\x1f\x7f", 4)) == gone + gone + gone + "\x7f");
    CHECK(xml_text("\xff\xfe") == gone + gone);
    CHECK(xml_text("\xc3") == gone);                                   // cut short
    CHECK(xml_text("\xc0\xaf") == gone + gone);                        // overlong
    CHECK(xml_text("\xe0\x80\x80") == gone + gone + gone);             // overlong
    CHECK(xml_text("\xed\xa0\x80") == gone + gone + gone);             // a surrogate
    CHECK(xml_text("\xef\xbf\xbe") == gone + gone + gone);             // U+FFFE
    CHECK(xml_text("\xf4\x90\x80\x80") == gone + gone + gone + gone);  // beyond Unicode
}

TEST_SUITE_END();
