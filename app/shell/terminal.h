#pragma once

#include <termios.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace doline::shell {

/// The terminal a person sits at: its size, its keys byte by byte, its screen. One exists at a
/// time, used by one thread.
class Terminal {
 public:
  /// Notes size changes from here on.
  Terminal(int input, int output);
  ~Terminal();
  Terminal(const Terminal&) = delete;

  /// Keys come one by one, unechoed, Ctrl-C among them, for as long as one of these lives.
  class RawMode {
   public:
    explicit RawMode(Terminal& terminal);
    ~RawMode();
    RawMode(const RawMode&) = delete;

   private:
    Terminal& terminal_;
    termios before_{};
    bool was_set_ = false;
  };

  /// What is typed ahead is kept for the next line, but not shown amid what runs.
  class Silence {
   public:
    explicit Silence(Terminal& terminal);
    ~Silence();
    Silence(const Silence&) = delete;

   private:
    Terminal& terminal_;
    termios before_{};
    bool was_set_ = false;
  };

  size_t columns() const;
  size_t rows() const;
  enum class Input : uint8_t { kBytes, kNothing, kResized, kEnd };
  /// Waits for bytes, and appends them; at most this long when it is not negative.
  Input read(std::string& bytes, int timeout_ms);
  void write(std::string_view text);

 private:
  const int input_;
  const int output_;
};

/// Columns of the terminal behind a descriptor; 0 when it is none.
size_t terminal_columns(int descriptor);

}  // namespace doline::shell
