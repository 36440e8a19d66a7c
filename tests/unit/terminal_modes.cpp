// Tests terminal modes on a pseudo-terminal that the test makes.
#include "shepherd/terminal/terminal_modes.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "shepherd/system/descriptor.hpp"
#include "src/system/raw_mode.hpp"

using namespace netrunner;

namespace {

struct Pty {
    Descriptor master{::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)};
    Descriptor slave;
    Pty() {
        int locked = 0;
        REQUIRE(::ioctl(master.get(), TIOCSPTLCK, &locked) == 0);
        slave = Descriptor(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
        REQUIRE(slave);
    }
    [[nodiscard]] TerminalModes modes() const { return read_modes(slave.get()).value(); }
};

}  // namespace

TEST_SUITE_BEGIN("terminal_modes");

TEST_CASE("modes that are written are read back, from either side") {
    const Pty pty;
    TerminalModes modes = pty.modes();
    modes.local &= ~static_cast<tcflag_t>(ECHO);
    modes.characters[VEOF] = 5;
    CHECK(write_modes(pty.master.get(), modes));
    CHECK(pty.modes() == modes);
    CHECK(read_modes(pty.master.get()) == modes);
}

TEST_CASE("a file that is no terminal has no modes") {
    const Descriptor null(::open("/dev/null", O_RDWR));
    CHECK(!read_modes(null.get()));
    CHECK(!write_modes(null.get(), {}));
}

TEST_CASE("the kernel accepts raw modes, and they are recognised") {
    const Pty pty;
    const TerminalModes before = pty.modes();
    CHECK(!are_raw(before));
    CHECK(!show_output_unchanged(before));
    const TerminalModes raw = raw_modes(before, false);
    CHECK(write_modes(pty.slave.get(), raw));
    CHECK(pty.modes() == raw);
    CHECK(are_raw(raw));
    CHECK(show_output_unchanged(raw));
    CHECK(!show_output_unchanged(raw_modes(before, true)));
}

TEST_CASE("restoring undoes netrunner's change, but not another process's") {
    const Pty pty;
    const TerminalModes before = pty.modes();
    const TerminalModes raw = raw_modes(before, false);
    write_modes(pty.slave.get(), raw);
    restore_modes(pty.slave.get(), raw, before);
    CHECK(pty.modes() == before);

    TerminalModes others = raw;
    others.local |= ECHO;
    write_modes(pty.slave.get(), others);
    restore_modes(pty.slave.get(), raw, before);
    CHECK(pty.modes() == others);
}

TEST_CASE("a new terminal adopts the user's settings of keys and output, and no others") {
    TerminalModes own{.input = BRKINT, .output = OPOST, .local = ICANON, .characters = {}};
    TerminalModes users{
        .input = ICRNL | IXOFF, .output = OPOST | ONLCR | TABDLY, .local = ECHO | FLUSHO, .characters = {}};
    users.characters[VERASE] = 8;
    const TerminalModes modes = adopt_modes(own, users);
    CHECK(modes.input == (BRKINT | ICRNL | IXOFF));
    CHECK(modes.output == (OPOST | ONLCR));
    CHECK(modes.local == ECHO);
    CHECK(modes.characters[VERASE] == 8);
}

TEST_CASE("raw mode announces its change before it makes it, and leaves at the end of its scope") {
    const Pty pty;
    const TerminalModes before = pty.modes();
    {
        RawMode raw(pty.slave.get(), false);
        raw.enter([&](const TerminalModes& original, const TerminalModes& changed) {
            CHECK(original == before);
            CHECK(changed == raw_modes(before, false));
            CHECK(pty.modes() == before);
        });
        CHECK(raw.active());
        CHECK(are_raw(pty.modes()));
    }
    CHECK(pty.modes() == before);
}

TEST_CASE("raw mode that another process has changed is entered again, and leaving it restores that change") {
    const Pty pty;
    TerminalModes shells = pty.modes();
    RawMode raw(pty.slave.get(), false);
    raw.enter([](const TerminalModes&, const TerminalModes&) {});
    shells.characters[VEOF] = 7;
    write_modes(pty.slave.get(), shells);
    int announced = 0;
    raw.enter([&](const TerminalModes&, const TerminalModes&) { ++announced; });
    raw.enter([&](const TerminalModes&, const TerminalModes&) { ++announced; });
    CHECK(announced == 1);
    raw.leave();
    CHECK(pty.modes() == shells);
}

TEST_CASE("a terminal that is raw already is left alone") {
    const Pty pty;
    TerminalModes others = raw_modes(pty.modes(), false);
    others.characters[VEOF] = 9;
    write_modes(pty.slave.get(), others);
    {
        RawMode raw(pty.slave.get(), false);
        raw.enter([](const TerminalModes&, const TerminalModes&) { FAIL("nothing is to be changed"); });
        CHECK(!raw.active());
    }
    CHECK(pty.modes() == others);
}

TEST_SUITE_END();
