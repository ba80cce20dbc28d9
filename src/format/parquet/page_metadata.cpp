#include "base/error.h"
#include "format/parquet/metadata.h"
#include "format/parquet/metadata_checks.h"
#include "format/parquet/thrift.h"

namespace doline::parquet {

PageHeader parse_page_header(std::span<const std::byte> bytes, size_t& consumed) {
  PageHeader page;
  ThriftReader in(bytes);
  bool has_kind = false, has_detail = false;
  const auto encoding = [&](ThriftField field) { return static_cast<PageEncoding>(in.i32(field)); };
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        page.kind = static_cast<PageHeader::Kind>(in.i32(field));
        has_kind = true;
        break;
      case 2:
        page.uncompressed_bytes = not_negative(in.i32(field), "uncompressed page size");
        break;
      case 3:
        page.compressed_bytes = not_negative(in.i32(field), "compressed page size");
        break;
      case 4:
        page.crc = static_cast<uint32_t>(in.i32(field));
        break;
      case 5:
        in.expect(field, ThriftType::kStruct);
        has_detail = true;
        in.read_struct([&](ThriftField detail) {
          switch (detail.id) {
            case 1:
              page.value_count = not_negative(in.i32(detail), "number of values of a page");
              break;
            case 2:
              page.encoding = encoding(detail);
              break;
            case 3:
              page.definition_encoding = encoding(detail);
              break;
            case 4:
              page.repetition_encoding = encoding(detail);
              break;
            default:
              in.skip(detail);
          }
        });
        break;
      case 7:
        in.expect(field, ThriftType::kStruct);
        has_detail = true;
        in.read_struct([&](ThriftField detail) {
          switch (detail.id) {
            case 1:
              page.value_count = not_negative(in.i32(detail), "number of values of a dictionary");
              break;
            case 2:
              page.encoding = encoding(detail);
              break;
            case 3:
              page.dictionary_sorted = in.boolean(detail);
              break;
            default:
              in.skip(detail);
          }
        });
        break;
      case 8:
        in.expect(field, ThriftType::kStruct);
        has_detail = true;
        in.read_struct([&](ThriftField detail) {
          switch (detail.id) {
            case 1:
              page.value_count = not_negative(in.i32(detail), "number of values of a page");
              break;
            case 2:
              page.null_count = not_negative(in.i32(detail), "number of nulls of a page");
              break;
            case 3:
              page.row_count = not_negative(in.i32(detail), "number of rows of a page");
              break;
            case 4:
              page.encoding = encoding(detail);
              break;
            case 5:
              page.definition_bytes = not_negative(in.i32(detail), "size of the definition levels");
              break;
            case 6:
              page.repetition_bytes = not_negative(in.i32(detail), "size of the repetition levels");
              break;
            case 7:
              page.is_compressed = in.boolean(detail);
              break;
            default:
              in.skip(detail);
          }
        });
        break;
      default:
        in.skip(field);
    }
  });
  if (!has_kind || (!has_detail && page.kind != PageHeader::Kind::kIndex)) {
    throw Error(ErrorCode::kCorrupt, "a Parquet page header lacks its type or description");
  }
  consumed = in.consumed();
  return page;
}

OffsetIndex parse_offset_index(std::span<const std::byte> bytes) {
  OffsetIndex index;
  ThriftReader in(bytes);
  const auto grow = [&](size_t size) { index.charge.grow(size); };
  in.read_struct([&](ThriftField field) {
    if (field.id != 1) return in.skip(field);
    in.read_list_into(field, ThriftType::kStruct, index.pages, grow, [&] {
      PageLocation page;
      in.read_struct([&](ThriftField detail) {
        switch (detail.id) {
          case 1:
            page.offset = in.i64(detail);
            break;
          case 2:
            page.compressed_bytes = in.i32(detail);
            break;
          case 3:
            page.first_row = in.i64(detail);
            break;
          default:
            in.skip(detail);
        }
      });
      return page;
    });
  });
  return index;
}

ColumnIndex parse_column_index(std::span<const std::byte> bytes) {
  ColumnIndex index;
  ThriftReader in(bytes);
  const auto grow = [&](size_t size) { index.charge.grow(size); };
  const auto text = [&] {
    const std::string_view bound = in.element_binary();
    if (bound.size() > sizeof(std::string)) index.charge.grow(bound.size());
    return std::string(bound);
  };
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        in.read_list_into(field, ThriftType::kTrue, index.null_pages, grow,
                          [&] { return in.element_boolean(); });
        break;
      case 2:
        in.read_list_into(field, ThriftType::kBinary, index.min_values, grow, text);
        break;
      case 3:
        in.read_list_into(field, ThriftType::kBinary, index.max_values, grow, text);
        break;
      case 5:
        in.read_list_into(field, ThriftType::kI64, index.null_counts, grow,
                          [&] { return in.element_i64(); });
        break;
      default:
        in.skip(field);
    }
  });
  return index;
}

}  // namespace doline::parquet
