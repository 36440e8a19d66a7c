// Follows the escape sequences that pass to a terminal and knows which modes of it they have begun and not ended: the
// alternate screen, a hidden cursor, mouse reporting and others. A relay feeds it; streams asks for the sequences that
// end these modes after a stop. It holds a few bytes whatever passes, and does no I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace netrunner {

class ScreenModes {
  public:
    /// Reads the next bytes of the stream. A sequence may be cut anywhere.
    void watch(std::span<const std::byte> bytes);

    /// The sequences that end every mode that was begun, and a sequence that was cut; empty if there is none. They
    /// leave the cursor where it is, except that the end of the alternate screen moves it back.
    [[nodiscard]] std::string ending() const;

    /// Whether the cursor goes back to where it was before the alternate screen.
    [[nodiscard]] bool returns_cursor() const;

    /// A value that changes whenever `ending` may change while the stream is at rest.
    struct Begun {
        std::uint32_t switched = 0;          ///< bit i: private mode i of the table has not its usual value
        std::array<std::uint8_t, 2> keys{};  ///< kitty's keyboard stack: its depth on the main and alternate screen
        std::uint8_t keys_set = 0;           ///< bit 0, 1: kitty's keyboard flags were set there without the stack
        bool other_keys = false;             ///< xterm's modifyOtherKeys
        bool keypad = false;                 ///< application keypad
        bool region = false;                 ///< a scroll region
        bool insert = false;                 ///< insert mode
        bool attributes = false;             ///< colours and the like
        bool line_drawing = false;           ///< another character set than ASCII
        bool cursor_shape = false;
        bool operator==(const Begun&) const = default;
    };
    [[nodiscard]] const Begun& begun() const { return begun_; }

  private:
    enum class State : std::uint8_t {
        text,     ///< between sequences
        escape,   ///< after ESC and perhaps intermediate bytes
        control,  ///< inside CSI
        string,   ///< inside OSC, DCS, APC, PM or SOS
    };
    void take(std::uint8_t byte);
    void begin_escape();
    void end_escape(std::uint8_t final);
    void take_parameter(std::uint8_t byte);
    void end_control(std::uint8_t final);
    void set_private(bool on);
    void set_attributes();
    void set_keys(std::uint8_t final);
    void reset_softly();
    [[nodiscard]] bool is_on_alternate() const;
    [[nodiscard]] std::uint32_t parameter(std::size_t index) const { return index < count_ ? parameters_[index] : 0; }

    Begun begun_;
    State state_ = State::text;
    std::uint8_t prefix_ = 0;        ///< of CSI: '?', '>', '=', '<', or 0
    std::uint8_t intermediate_ = 0;  ///< the last one, or 0
    bool extended_ = false;          ///< a parameter has sub-parameters
    std::size_t count_ = 0;          ///< parameters; one too many is dropped
    std::array<std::uint32_t, 16> parameters_{};
};

}  // namespace netrunner
