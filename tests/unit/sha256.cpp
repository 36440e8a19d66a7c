#include "src/batch/sha256.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace netrunner;

namespace {

std::string digest_of(std::string_view text, std::size_t piece = 1 << 20) {
    Sha256 digest;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) digest.add(text.substr(0, piece));
    return hexadecimal(digest.finish());
}

}  // namespace

TEST_SUITE_BEGIN("sha256");

TEST_CASE("the digests are those of the standard's examples") {
    CHECK(digest_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(digest_of(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("the pieces in which bytes arrive do not matter") {
    for (std::size_t length = 50; length < 140; ++length) {
        const std::string text(length, 'x');
        const std::string whole = digest_of(text);
        for (const std::size_t piece : {1UL, 7UL, 63UL, 64UL, 65UL}) CHECK(digest_of(text, piece) == whole);
    }
}

TEST_SUITE_END();
