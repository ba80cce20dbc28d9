#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "column/row_set.h"
#include "expr/program.h"
#include "plan/source.h"

namespace doline {

/// What a scan did with a filter it was given. kExact: no row that fails it (or gives NULL)
/// comes out; the engine need not look again. Otherwise the engine filters the rest.
enum class Pushed : uint8_t { kExact, kPruned, kIgnored };

/// One AND-ed filter term. Column indexes in `expr` are positions in ScanRequest::columns.
struct Conjunct {
  ExprRef expr;
  ProgramRef program;
  std::vector<uint32_t> columns;  // those it reads
  bool is_delicate = false;       // may fail, or answers anew each time
  /// `column <op> constant`, where it has that form: what statistics can prune by.
  struct Range {
    uint32_t column;
    std::optional<Value> lower, upper;  // of the column's type
    bool lower_inclusive = true, upper_inclusive = true;
    std::vector<Value> any_of;  // IN list; then lower and upper are its bounds
    bool is_not_null = false;   // the term is just IS NOT NULL
  };
  std::optional<Range> range;

  static Conjunct create(ExprRef expr, const SessionConstants& session);
};

/// Inclusive; NULL lies outside.
struct ValueBounds {
  std::optional<Value> lower, upper;
};

/// A filter made by a join or a top-N while the query runs: of the complete build side, or of the
/// rows seen so far. Thread-safe: published once; it may let fewer rows through later.
class RuntimeFilter : public RefCounted {
 public:
  uint32_t column = 0;  // position in ScanRequest::columns
  /// Set before the query runs: the sooner rows of such values are read, the fewer others are.
  enum class Soonest : uint8_t { kAny, kLeast, kGreatest };
  Soonest soonest = Soonest::kAny;
  std::atomic<bool> is_ready{false};
  // Once ready:
  /// Outside which no row is wanted; none: values do not tell.
  virtual std::optional<ValueBounds> bounds() const = 0;
  /// Narrows `active` to the rows whose value may be wanted.
  virtual Selection probe(const Column& values, const Selection& active) const = 0;
};
using RuntimeFilterRef = Ref<RuntimeFilter>;

/// A member of a struct column, or a member of a member.
struct MemberPath {
  uint32_t column = 0;  // position in ScanRequest::columns
  std::vector<std::string> names;
};

struct ScanRequest {
  std::vector<uint32_t> columns;  // of the table's schema, in output order
  /// Columns that are in here are looked at no further than these members: all others may be NULL.
  std::vector<MemberPath> members;
  std::vector<Conjunct> filters;  // all must hold
  std::vector<RuntimeFilterRef> runtime;
  std::optional<uint64_t> limit;  // no more rows than this are wanted after exact filters
};

struct ColumnStatistics {
  std::optional<Value> min, max;
  std::optional<uint64_t> null_count, distinct_count;
};
struct TableStatistics {
  std::optional<uint64_t> row_count;
  bool is_exact = false;
  std::vector<ColumnStatistics> columns;  // empty, or one a column of the schema
};

class Scan : public Source {
 public:
  /// One per filter of the request; shown by EXPLAIN.
  virtual std::vector<Pushed> pushed() const = 0;
  /// What was read and what was spared, for EXPLAIN ANALYZE: {"row groups pruned", 3} …
  virtual std::vector<std::pair<std::string, uint64_t>> counters() const { return {}; }
};

/// Encodes batches of rows in parallel and puts them down in order: a file, a table. One for a
/// table leaves its outcome in QueryContext::changes.
class Writer {
 public:
  class Encoded {
   public:
    virtual ~Encoded() = default;
  };
  virtual ~Writer() = default;
  /// A batch is handed over once it has this many rows or bytes.
  virtual size_t batch_rows() const = 0;
  virtual size_t batch_bytes() const { return size_t{64} << 20; }
  /// Any thread, many at once. Chunks are dense and owned.
  virtual std::unique_ptr<Encoded> encode(std::vector<Chunk> batch) = 0;
  /// In row order, one thread at a time.
  virtual void commit(std::unique_ptr<Encoded> encoded) = 0;
  /// After the last commit. Publishes; what it returned stays after a crash where the target
  /// promises that.
  virtual void finish() = 0;
  /// Instead of finish(): leaves nothing behind.
  virtual void abandon() noexcept = 0;
};

/// Enough to open the same snapshot elsewhere: kind of table, and its parameters.
struct TableDescriptor {
  std::string kind;
  std::map<std::string, std::string> parameters;
};

/// What a table holds its rows to beside their types. Expressions are SQL text, bound where they
/// are used.
struct TableRules {
  struct Column {
    std::string default_value;  // empty: NULL
    bool not_null = false;
  };
  struct Check {
    std::string condition;
    std::string name;  // empty: none was given
  };
  std::vector<Column> columns;  // one a column of the schema
  std::vector<Check> checks;
};

/// What a writer does with rows that a table has. Its chunks' first column holds their ids, rising;
/// behind it stand new values for `columns`.
struct TableChange {
  bool deletes = false;           // the rows go
  std::vector<uint32_t> columns;  // else
};

class Table;
/// Where writers leave what became of a table, once they are finished: a transaction. A table that
/// it concerns is no more than one state of what goes by its name.
class ChangeLog {
 public:
  virtual ~ChangeLog() = default;
  /// `written`: the rows that are not as the writer found them, new ones aside. Throws
  /// Error(kConflict) where another transaction wrote one of them. Any thread, one at a time.
  virtual void changed(Ref<const Table> after, RowSet written) = 0;
};

/// Anything rows are read from. A snapshot: its schema and files do not change once bound.
/// Immutable to its users; thread-safe.
class Table : public RefCounted {
 public:
  virtual const Schema& schema() const = 0;
  /// How many of the schema's last columns no star means: what is known of rows beside their
  /// values, as the name of the file they are from.
  virtual uint32_t hidden_columns() const { return 0; }
  virtual std::string name() const = 0;
  virtual TableStatistics statistics() const { return {}; }
  virtual TableDescriptor descriptor() const = 0;
  virtual std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const = 0;
  /// Throws Error(kNotSupported) where nothing can be written.
  virtual std::unique_ptr<Writer> insert(QueryContext& context) const;
  /// Null where any row of the schema's types may be inserted.
  virtual const TableRules* rules() const { return nullptr; }
  /// Rows come in a fixed order that must be kept.
  virtual bool is_ordered() const { return true; }
  /// "memory table", "Parquet, 3 files": for EXPLAIN.
  virtual std::string describe() const { return name(); }
  /// About how many values beside NULL a column has, where a small read tells.
  virtual std::optional<double> distinct_values(uint32_t /*column*/) const { return {}; }
  /// Which rows these are: where the text is the same, so are they. Empty where that is not known,
  /// or they can be read only once.
  virtual std::string version() const { return {}; }
  /// Whether a scan gives, as the column behind the schema's last, by what change() knows a row.
  virtual bool has_row_ids() const { return false; }
  /// Throws Error(kNotSupported) where rows cannot be changed.
  virtual std::unique_ptr<Writer> change(TableChange change, QueryContext& context) const;
};
using TableRef = Ref<const Table>;

/// Reopens a descriptor's table, as far as the session may; kinds register themselves in table/.
using TableOpener = TableRef (*)(const TableDescriptor&, const AccessPolicy&);
void register_table_kind(const std::string& kind, TableOpener opener);
TableRef open_table(const TableDescriptor& descriptor, const AccessPolicy& access);

/// A file format that COPY writes to; registered by name ("parquet", "csv", "json").
using WriterOpener = std::unique_ptr<Writer> (*)(const std::string& path, const Schema& schema,
                                                 const std::map<std::string, Value>& options,
                                                 QueryContext& context);
void register_writer(const std::string& format, WriterOpener opener);
/// Throws Error(kNotSupported) with the known formats.
std::unique_ptr<Writer> open_writer(const std::string& format, const std::string& path,
                                    const Schema& schema,
                                    const std::map<std::string, Value>& options,
                                    QueryContext& context);

}  // namespace doline
