#include "shepherd/link/protocol.hpp"

#include <algorithm>
#include <type_traits>

namespace netrunner::protocol {
namespace {

// `fields` lists each frame's fields once. Both the Writer and the Reader walk that list, so that packing and unpacking
// always agree. Of an array with a count, only that many entries are packed.

class Writer {
  public:
    explicit Writer(Frame& frame) : frame_(frame) {}

    template <class Integer>
    void integer(const Integer& value) {
        auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
        for (std::size_t i = 0; i < sizeof bits; ++i) {
            frame_[at_++] = static_cast<std::byte>(static_cast<std::uint64_t>(bits) >> (8 * i) & 0xff);
        }
    }
    template <class Enum>
    void enumeration(const Enum& value, Enum /*last*/) {
        integer(static_cast<std::uint8_t>(value));
    }
    void boolean(const std::uint8_t& value) { integer(value); }
    std::size_t count(const std::uint32_t& value, std::size_t most) {
        integer(value);
        return std::min<std::size_t>(value, most);
    }
    [[nodiscard]] std::size_t length() const { return at_; }

  private:
    Frame& frame_;
    std::size_t at_ = 0;
};

class Reader {
  public:
    explicit Reader(std::span<const std::byte> packet) : packet_(packet) {}

    template <class Integer>
    void integer(Integer& value) {
        if (packet_.size() - at_ < sizeof value) {
            good_ = false;
            return;
        }
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < sizeof value; ++i) {
            bits |= static_cast<std::uint64_t>(packet_[at_++]) << (8 * i);
        }
        value = static_cast<Integer>(bits);
    }
    template <class Enum>
    void enumeration(Enum& value, Enum last) {
        std::uint8_t raw = 0;
        integer(raw);
        good_ = good_ && raw <= static_cast<std::uint8_t>(last);
        if (good_) value = static_cast<Enum>(raw);
    }
    void boolean(std::uint8_t& value) {
        integer(value);
        good_ = good_ && value <= 1;
    }
    std::size_t count(std::uint32_t& value, std::size_t most) {
        integer(value);
        good_ = good_ && value <= most;
        return good_ ? value : 0;
    }
    [[nodiscard]] bool complete() const { return good_ && at_ == packet_.size(); }

  private:
    std::span<const std::byte> packet_;
    std::size_t at_ = 0;
    bool good_ = true;
};

// `Value` is deduced: it is const for a Writer and not const for a Reader.

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, Usage>
void fields(Cursor& c, Value& v) {
    c.integer(v.user_us);
    c.integer(v.system_us);
    c.integer(v.max_rss);
    c.integer(v.minor_faults);
    c.integer(v.major_faults);
    c.integer(v.voluntary_switches);
    c.integer(v.involuntary_switches);
    c.integer(v.blocks_in);
    c.integer(v.blocks_out);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, TerminalModes>
void fields(Cursor& c, Value& v) {
    c.integer(v.input);
    c.integer(v.output);
    c.integer(v.local);
    for (auto& character : v.characters) c.integer(character);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, Plan>
void fields(Cursor& c, Value& v) {
    c.integer(v.magic);
    c.integer(v.version);
    c.enumeration(v.standard_input, Wiring::closed);
    c.enumeration(v.standard_output, Wiring::closed);
    c.enumeration(v.standard_error, Wiring::like_stdout);
    c.integer(v.runner);
    c.boolean(v.pid_namespace);
    c.boolean(v.new_session);
    c.boolean(v.has_argv0);
    c.boolean(v.no_new_privs);
    c.boolean(v.spares);
    c.boolean(v.passes_descriptors);
    for (std::size_t i = 0, given = c.count(v.given_count, v.given.size()); i < given; ++i) c.integer(v.given[i]);
    c.integer(v.pipe_size);
    c.integer(v.ignored);
    c.integer(v.differing);
    c.integer(v.blocked);
    c.boolean(v.has_umask);
    c.integer(v.umask);
    c.boolean(v.has_nice);
    c.integer(v.nice);
    c.boolean(v.has_uid);
    c.integer(v.uid);
    c.boolean(v.has_gid);
    c.integer(v.gid);
    c.boolean(v.has_groups);
    for (std::size_t i = 0, groups = c.count(v.group_count, v.groups.size()); i < groups; ++i) c.integer(v.groups[i]);
    for (std::size_t i = 0, limits = c.count(v.limit_count, v.limits.size()); i < limits; ++i) {
        auto& limit = v.limits[i];
        c.integer(limit.resource);
        c.integer(limit.soft);
        c.integer(limit.hard);
    }
    c.boolean(v.pseudo_terminal);
    c.integer(v.columns);
    c.integer(v.rows);
    c.boolean(v.foreground);
    c.boolean(v.has_modes);
    fields(c, v.modes);
    c.boolean(v.returns_carriage);
    c.boolean(v.silent);
    c.integer(v.record_descriptor);
    c.integer(v.runner_group);
    c.integer(v.group_descriptor);
    c.integer(v.home_descriptor);
    c.boolean(v.keeps_group);
    c.integer(v.group_parents);
    c.boolean(v.limits_memory);
    c.integer(v.vacated_by);
    c.integer(v.vacated_descriptor);
    c.integer(v.lock_descriptor);
    for (std::size_t i = 0, steps = c.count(v.step_count, v.steps.size()); i < steps; ++i) {
        auto& step = v.steps[i];
        c.integer(step.signal);
        c.integer(step.grace_ms);
        c.boolean(step.to_command);
    }
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, Kill>
void fields(Cursor& c, Value& v) {
    c.enumeration(v.scope, Scope::command_step);
    c.integer(v.signal);
    c.boolean(v.has_value);
    c.integer(v.value);
}

template <class Cursor, class Value>
requires std::is_empty_v<Value>
void fields(Cursor& /*c*/, Value& /*v*/) {}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, SetWinsize>
void fields(Cursor& c, Value& v) {
    c.integer(v.columns);
    c.integer(v.rows);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, SetForeground>
void fields(Cursor& c, Value& v) { c.enumeration(v.whose, Foreground::as_before); }

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, Spare>
void fields(Cursor& c, Value& v) {
    for (auto& character : v.names) c.integer(character);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, OrphanSpared>
void fields(Cursor& c, Value& v) {
    c.integer(v.pid);
    for (auto& character : v.name) c.integer(character);
    for (auto& character : v.command) c.integer(character);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, ChildStarted>
void fields(Cursor& c, Value& v) {
    c.integer(v.pid);
    c.integer(v.guard);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, ChildStopped>
void fields(Cursor& c, Value& v) { c.integer(v.signal); }

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, StopRequested>
void fields(Cursor& c, Value& v) {
    c.integer(v.signal);
    c.enumeration(v.receiver, Receiver::guard);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, ChildExited>
void fields(Cursor& c, Value& v) {
    c.integer(v.wait_status);
    c.boolean(v.tree_empty);
    fields(c, v.usage);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, OrphanFound>
void fields(Cursor& c, Value& v) {
    c.integer(v.pid);
    c.integer(v.signal);
    for (auto& character : v.name) c.integer(character);
    for (auto& character : v.command) c.integer(character);
}

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, TreeEmpty>
void fields(Cursor& c, Value& v) { fields(c, v.usage); }

template <class Cursor, class Value>
requires std::is_same_v<std::remove_const_t<Value>, Failed>
void fields(Cursor& c, Value& v) {
    c.enumeration(v.stage, Stage::exec);
    c.integer(v.error);
    c.integer(v.guard);
    c.integer(v.detail);
}

bool sensible_signal(std::int32_t signal) { return signal >= 1 && signal <= 64; }

bool sensible(const Plan& plan) {
    if (plan.magic != magic || plan.version != version) return false;
    if (plan.step_count == 0) return false;
    const bool wants_terminal = plan.standard_input == Wiring::terminal || plan.standard_output == Wiring::terminal ||
                                plan.standard_error == Wiring::terminal;
    if (wants_terminal && plan.pseudo_terminal == 0) return false;
    for (std::uint32_t i = 0; i < plan.step_count; ++i) {
        if (!sensible_signal(plan.steps[i].signal)) return false;
    }
    return plan.steps[plan.step_count - 1].to_command == 0;
}
bool sensible(const Spare& spare) { return spare.names.front() != '\0' && spare.names.back() == '\0'; }
bool sensible(const Kill& kill) { return sensible_signal(kill.signal); }
template <class Value>
bool sensible(const Value& /*value*/) {
    return true;
}

}  // namespace

FrameType type_of(std::span<const std::byte> packet) noexcept { return static_cast<FrameType>(packet.front()); }

template <class Value>
std::size_t pack(const Value& value, Frame& frame) noexcept {
    Writer writer(frame);
    writer.integer(static_cast<std::uint8_t>(Value::type));
    fields(writer, value);
    return writer.length();
}

template <class Value>
bool unpack(std::span<const std::byte> packet, Value& value) noexcept {
    Reader reader(packet);
    std::uint8_t type = 0;
    reader.integer(type);
    fields(reader, value);
    return reader.complete() && type == static_cast<std::uint8_t>(Value::type) && sensible(value);
}

#define NETRUNNER_FRAME(Value)                                \
    template std::size_t pack(const Value&, Frame&) noexcept; \
    template bool unpack(std::span<const std::byte>, Value&) noexcept;
NETRUNNER_FRAME(Plan)
NETRUNNER_FRAME(Kill)
NETRUNNER_FRAME(CloseStdin)
NETRUNNER_FRAME(Finish)
NETRUNNER_FRAME(SetWinsize)
NETRUNNER_FRAME(SetForeground)
NETRUNNER_FRAME(TerminalRestored)
NETRUNNER_FRAME(Spare)
NETRUNNER_FRAME(ChildStarted)
NETRUNNER_FRAME(ChildStopped)
NETRUNNER_FRAME(ChildContinued)
NETRUNNER_FRAME(ChildExited)
NETRUNNER_FRAME(OrphanFound)
NETRUNNER_FRAME(OrphanSpared)
NETRUNNER_FRAME(TreeEmpty)
NETRUNNER_FRAME(StopRequested)
NETRUNNER_FRAME(Failed)
#undef NETRUNNER_FRAME

}  // namespace netrunner::protocol
