#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <string_view>

#include "query.h"
#include "session.h"

namespace doline_python {

/// `doline._engine.Prepared`: one statement, understood, with the values bound to it.
class Prepared {
 public:
  static Prepared from_text(const Session& session, std::string_view text);
  /// The statements of a script.
  static nanobind::list script(const Session& session, std::string_view text);
  static Prepared from_bytes(const Session& session, nanobind::bytes tree);

  /// `name`: "1" is the first of ? and $1, "x" is $x.
  void bind(const char* name, nanobind::handle value) const;
  /// A sequence binds by position, a mapping by name; None binds nothing.
  void bind_all(nanobind::handle parameters) const;
  void clear_bindings() const;
  nanobind::bytes bytes() const;
  /// The bare names read as tables that the database does not have now.
  nanobind::list missing_tables() const;
  void replace_table(const char* name, const char* by) const;
  /// An INSERT of one row of VALUES inserts all rows of that table; false for other statements.
  bool insert_rows_of(const char* table) const;
  void inline_parameters() const;
  nanobind::object schema() const;
  Query run() const;

 private:
  struct Handle;
  explicit Prepared(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

  std::shared_ptr<Handle> handle_;
};

void add_prepared(nanobind::module_& module);

}  // namespace doline_python
