#pragma once

#include <deque>
#include <string>
#include <vector>

#include "doline/arrow_c_data.h"
#include "format/ipc/message.h"

namespace doline::ipc {

/// The fields of a schema message as nodes of the C interface, which the one mapping of types
/// reads.
class ForeignFields {
 public:
  ForeignFields(const wire::Schema& wire, const Place& place);
  ForeignFields(const ForeignFields&) = delete;

  /// They live as long as this.
  const std::vector<ArrowSchema*>& columns() const { return columns_; }
  /// Of each field that stores codes, in depth-first order: a field, its values' fields, its
  /// children.
  const std::vector<int64_t>& dictionary_ids() const { return ids_; }

 private:
  friend class FieldMaker;
  struct Node {
    ArrowSchema schema{};
    std::string format, name, pairs;
    std::vector<ArrowSchema*> children;
  };
  std::deque<Node> nodes_;
  std::vector<ArrowSchema*> columns_;
  std::vector<int64_t> ids_;
};

}  // namespace doline::ipc
