#include "shell/terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace doline::shell {

namespace {

volatile sig_atomic_t size_changed = 0;

winsize size_of(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0) size = {};
  return size;
}

}  // namespace

size_t terminal_columns(int descriptor) { return size_of(descriptor).ws_col; }

Terminal::Terminal(int input, int output) : input_(input), output_(output) {
  struct sigaction action{};
  action.sa_handler = [](int) { size_changed = 1; };
  ::sigaction(SIGWINCH, &action, nullptr);  // without SA_RESTART: poll() must return
}

Terminal::~Terminal() { ::signal(SIGWINCH, SIG_DFL); }

Terminal::RawMode::RawMode(Terminal& terminal) : terminal_(terminal) {
  if (::tcgetattr(terminal_.input_, &before_) != 0) return;
  termios raw = before_;
  raw.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
  raw.c_cflag |= CS8;
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN | ISIG);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  // Drained, not flushed: what was typed ahead while a query ran is not lost.
  was_set_ = ::tcsetattr(terminal_.input_, TCSADRAIN, &raw) == 0;
  terminal_.write("\x1b[?2004h");  // what is pasted comes between brackets
}

Terminal::RawMode::~RawMode() {
  terminal_.write("\x1b[?2004l");
  if (was_set_) ::tcsetattr(terminal_.input_, TCSADRAIN, &before_);
}

Terminal::Silence::Silence(Terminal& terminal) : terminal_(terminal) {
  if (::tcgetattr(terminal_.input_, &before_) != 0) return;
  termios silent = before_;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  was_set_ = ::tcsetattr(terminal_.input_, TCSADRAIN, &silent) == 0;
}

Terminal::Silence::~Silence() {
  if (was_set_) ::tcsetattr(terminal_.input_, TCSADRAIN, &before_);
}

size_t Terminal::columns() const {
  const size_t columns = size_of(output_).ws_col;
  return columns == 0 ? 80 : columns;
}

size_t Terminal::rows() const {
  const size_t rows = size_of(output_).ws_row;
  return rows == 0 ? 24 : rows;
}

Terminal::Input Terminal::read(std::string& bytes, int timeout_ms) {
  pollfd wait{input_, POLLIN, 0};
  const int ready = ::poll(&wait, 1, timeout_ms);
  if (size_changed != 0) {
    size_changed = 0;
    return Input::kResized;
  }
  if (ready < 0) return errno == EINTR ? Input::kNothing : Input::kEnd;
  if (ready == 0) return Input::kNothing;
  char block[4096];
  const ssize_t got = ::read(input_, block, sizeof block);
  if (got < 0 && errno == EINTR) return Input::kNothing;
  if (got <= 0) return Input::kEnd;
  bytes.append(block, static_cast<size_t>(got));
  return Input::kBytes;
}

void Terminal::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(output_, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;  // the terminal is gone; reading will tell
    text.remove_prefix(static_cast<size_t>(put));
  }
}

}  // namespace doline::shell
