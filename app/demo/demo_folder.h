#pragma once

#include <string>

namespace doline::demo {

/// The folder a demo writes into: which of its files are of a demo, so that neither an earlier run
/// nor one that was stopped leaves something that could be taken for this run's outcome.
class DemoFolder {
 public:
  explicit DemoFolder(std::string path) : path_(std::move(path)) {}

  /// Makes the folder and removes what an earlier run left, a killed one's hidden files included.
  /// Throws kIo when nothing can be written there.
  void prepare() const;
  /// The generated text.
  void remove_temporary() const;
  /// All that a demo writes.
  void remove_all() const;

 private:
  const std::string path_;
};

}  // namespace doline::demo
