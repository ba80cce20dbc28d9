#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_safety.h"
#include "format/ipc/file.h"
#include "plan/table.h"
#include "table/sniffed_pipe.h"
#include "table/typed_files.h"

namespace doline {

struct ArrowTableOptions {
  TypedFilesOptions files;
  bool is_mapped = false;  // files are looked at where the system keeps them, not read
};

/// One file or stream of an Arrow table. Opened when first needed. Thread-safe.
class ArrowPart {
 public:
  ArrowPart(ListedFile listed, bool is_mapped)
      : listed_(std::move(listed)), is_mapped_(is_mapped) {}

  const ListedFile& listed() const { return listed_; }
  /// What is known of it once it is open: its columns, and, of a file with a footer, where its
  /// batches are. Of a stream no more than its first message was read.
  struct Opened {
    ipc::IpcSchemaRef schema;
    ipc::IpcFileRef file;   // null: a stream
    FileRef walked;         // a stream that can be read anywhere, uncompressed; null: it cannot
    MappedFileRef mapping;  // of `walked`; null: it is read
  };
  Opened open(FileSystem& files, const AccessPolicy& policy) const;
  /// From its first byte, decompressed. A pipe: once.
  std::unique_ptr<ByteStream> open_stream(FileSystem& files, const AccessPolicy& policy) const;

 private:
  Opened open_unopened(FileSystem& files, const AccessPolicy& policy) const REQUIRES(mutex_);

  const ListedFile listed_;
  const bool is_mapped_;
  mutable Mutex mutex_;
  mutable std::optional<Opened> opened_ GUARDED_BY(mutex_);
  mutable std::shared_ptr<SniffedPipe> pipe_ GUARDED_BY(mutex_);
};

/// Arrow IPC files and streams as one table. Immutable; thread-safe.
class ArrowTable final : public Table {
 public:
  ArrowTable(FileSystem& files, AccessPolicy policy, std::vector<std::string> paths,
             ArrowTableOptions options);

  const Schema& schema() const override { return columns_.schema(); }
  uint32_t hidden_columns() const override { return columns_.hidden_columns(); }
  std::string name() const override { return "read_arrow"; }
  /// By the first batches' numbers of rows.
  TableStatistics statistics() const override;
  std::string version() const override;
  TableDescriptor descriptor() const override;
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::string describe() const override;
  static TableRef reopen(const TableDescriptor& descriptor, const AccessPolicy& policy);

  size_t part_count() const { return parts_.size(); }
  ArrowPart::Opened open_part(size_t part) const { return parts_[part]->open(files_, policy_); }
  std::unique_ptr<ByteStream> open_stream(size_t part) const {
    return parts_[part]->open_stream(files_, policy_);
  }
  const TypedFiles& columns() const { return columns_; }
  /// Of what is regular.
  uint64_t size_bytes() const;

 private:
  std::vector<std::unique_ptr<ArrowPart>> list_parts() const;
  TableStatistics count_rows() const;
  TypedFiles make_columns(TypedFilesOptions options) const;

  FileSystem& files_;
  const AccessPolicy policy_;
  const std::vector<std::string> paths_;
  const bool is_mapped_;
  const std::vector<std::unique_ptr<ArrowPart>> parts_;
  const TypedFiles columns_;
  mutable Mutex mutex_;
  mutable std::optional<TableStatistics> statistics_
      GUARDED_BY(mutex_);  // once they were asked for
};

std::unique_ptr<Scan> scan_arrow(Ref<const ArrowTable> table, ScanRequest request,
                                 QueryContext& context);

/// COPY … TO an Arrow IPC file, or a stream.
std::unique_ptr<Writer> open_arrow_writer(const std::string& path, const Schema& schema,
                                          const std::map<std::string, Value>& options,
                                          QueryContext& context);
std::unique_ptr<Writer> open_arrow_stream_writer(const std::string& path, const Schema& schema,
                                                 const std::map<std::string, Value>& options,
                                                 QueryContext& context);

}  // namespace doline
