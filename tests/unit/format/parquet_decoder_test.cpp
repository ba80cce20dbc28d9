#include <gtest/gtest.h>
#include <snappy-c.h>

#include <bit>
#include <random>

#include "base/bits.h"
#include "base/error.h"
#include "format/parquet/bit_ranges.h"
#include "format/parquet/codec.h"
#include "format/parquet/delta.h"
#include "format/parquet/hybrid.h"
#include "format/parquet/hybrid_encoder.h"
#include "format/parquet/snappy_decode.h"
#include "format/parquet/thrift.h"
#include "format/parquet/variants/unpack.h"
#include "kernel/simd.h"

namespace doline::parquet {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// Runs of equal values and stretches of different ones, all below 2^width.
std::vector<uint32_t> sample(std::mt19937& random, size_t count, unsigned width) {
  const uint32_t mask = width >= 32 ? ~0u : (1u << width) - 1;
  std::vector<uint32_t> values;
  while (values.size() < count) {
    const size_t run = random() % 3 == 0 ? random() % 100 : 1;
    const auto value = static_cast<uint32_t>(random()) & mask;
    values.insert(values.end(), std::min(run, count - values.size()), value);
  }
  return values;
}

TEST(ParquetUnpack, EveryVariantGivesWhatTheScalarOneGives) {
  std::mt19937 random(1);
  struct Level {
    SimdLevel level;
    const UnpackKernels* kernels;
  };
  for (const auto& [level, kernels] : {Level{SimdLevel::kAvx2, &avx2::kUnpackKernels},
                                       Level{SimdLevel::kAvx512, &avx512::kUnpackKernels}}) {
    if (!cpu_has(level)) continue;
    for (unsigned width = 0; width <= 32; ++width) {
      for (const size_t count : {0, 1, 7, 8, 9, 31, 64, 100, 257}) {
        std::vector<uint8_t> in((count * width + 7) / 8);
        for (uint8_t& byte : in) byte = static_cast<uint8_t>(random());
        std::vector<uint32_t> expected(count), got(count);
        scalar::kUnpackKernels.unpack(in.data(), in.data() + in.size(), width, count,
                                      expected.data());
        kernels->unpack(in.data(), in.data() + in.size(), width, count, got.data());
        EXPECT_EQ(got, expected) << name_of(level) << " width " << width << " count " << count;
        EXPECT_EQ(kernels->greatest(expected.data(), count),
                  scalar::kUnpackKernels.greatest(expected.data(), count));
      }
    }
  }
}

TEST(ParquetHybrid, DecodesPicksAndSkipsWhatWasEncoded) {
  std::mt19937 random(2);
  for (unsigned width = 1; width <= 32; ++width) {
    for (const size_t count : {1, 8, 1000, 5000}) {
      const std::vector<uint32_t> values = sample(random, count, width);
      std::string encoded;
      encode_hybrid<uint32_t>(values, width, encoded);
      HybridDecoder whole(bytes_of(encoded), width);
      std::vector<uint32_t> got(count);
      whole.decode(got.data(), count);
      EXPECT_EQ(got, values) << "width " << width;

      // Pieces, each read whole, passed over, or picked from with some density.
      HybridDecoder pieces(bytes_of(encoded), width);
      for (size_t at = 0; at < count;) {
        const size_t span = std::min<size_t>(count - at, 1 + random() % 700);
        if (const unsigned way = random() % 3; way == 0) {
          pieces.skip(span);
        } else if (way == 1) {
          std::vector<uint32_t> part(span);
          pieces.decode(part.data(), span);
          EXPECT_TRUE(
              std::equal(part.begin(), part.end(), values.begin() + static_cast<ptrdiff_t>(at)));
        } else {
          std::vector<uint32_t> wanted;
          const unsigned one_in = 1 + random() % 20;
          for (size_t i = 0; i < span; ++i) {
            if (random() % one_in == 0) wanted.push_back(static_cast<uint32_t>(at + i));
          }
          std::vector<uint32_t> part(wanted.size());
          pieces.decode_at(wanted.data(), wanted.size(), static_cast<uint32_t>(at), span,
                           part.data());
          for (size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(part[i], values[wanted[i]]);
        }
        at += span;
      }
    }
  }
}

TEST(ParquetHybrid, BitsGoToAnyPlaceOfABitmap) {
  std::mt19937 random(3);
  const std::vector<uint32_t> values = sample(random, 3000, 1);
  std::string encoded;
  encode_hybrid<uint32_t>(values, 1, encoded);
  for (const size_t begin : {0, 1, 63, 64, 100}) {
    std::vector<uint64_t> words(64, ~uint64_t{0});
    HybridDecoder(bytes_of(encoded), 1).decode_bits(words.data(), begin, values.size());
    for (size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(test_bit(words.data(), begin + i), values[i] == 1) << i;
    EXPECT_TRUE(test_bit(words.data(), begin + values.size()));
    EXPECT_EQ(count_bits(words.data(), begin, values.size()),
              static_cast<size_t>(std::count(values.begin(), values.end(), 1u)));
  }
}

TEST(ParquetHybrid, TruncatedRunsAreRefused) {
  std::mt19937 random(4);
  std::string encoded;
  encode_hybrid<uint32_t>(sample(random, 500, 9), 9, encoded);
  std::vector<uint32_t> out(500);
  for (size_t size = 0; size + 1 < encoded.size(); size += 3) {
    const std::string cut = encoded.substr(0, size);
    EXPECT_THROW(HybridDecoder(bytes_of(cut), 9).decode(out.data(), out.size()), Error) << size;
  }
  EXPECT_THROW(HybridDecoder(bytes_of(encoded), 33), Error);
}

TEST(ParquetSnappy, DecodesWhatTheLibraryEncodes) {
  std::mt19937 random(5);
  for (int kind = 0; kind < 6; ++kind) {
    for (const size_t size : {0, 1, 15, 64, 100, 5000, 200'000}) {
      std::string plain;
      while (plain.size() < size) {
        switch (kind) {
          case 0:
            plain.push_back(static_cast<char>(random()));
            break;  // noise
          case 1:
            plain.push_back('a');
            break;  // one long run
          case 2:
            plain.append("abc", 3);
            break;   // short offsets
          case 3: {  // sorted integers
            const uint64_t value = 1'000'000 + plain.size();
            plain.append(reinterpret_cast<const char*>(&value), 8);
            break;
          }
          case 4: {  // prices
            const uint64_t value = random() % 10'000'000;
            plain.append(reinterpret_cast<const char*>(&value), 8);
            break;
          }
          default:
            plain.append(random() % 2 == 0 ? "carefully final deposits "
                                           : "quickly ironic foxes sleep, ");
        }
      }
      plain.resize(size);
      std::string packed;
      compress(Codec::kSnappy, bytes_of(plain), 0, packed);
      std::string out(size, '\0');
      EXPECT_TRUE(snappy_decode(bytes_of(packed), std::as_writable_bytes(std::span(out))));
      EXPECT_EQ(out, plain) << "kind " << kind << " size " << size;
    }
  }
}

TEST(ParquetSnappy, DamageIsNoticedAndStaysInside) {
  std::mt19937 random(6);
  std::string plain;
  for (int i = 0; i < 2000; ++i) plain += std::to_string(random() % 1000);
  std::string packed;
  compress(Codec::kSnappy, bytes_of(plain), 0, packed);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = packed;
    for (unsigned k = 0; k <= random() % 3; ++k)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    // The exact room: AddressSanitizer sees a byte too much.
    std::string ours(plain.size(), '\0'), theirs(plain.size(), '\0');
    size_t size = theirs.size(), claimed = 0;
    const bool library =
        snappy_uncompressed_length(damaged.data(), damaged.size(), &claimed) == SNAPPY_OK &&
        claimed == plain.size() &&
        snappy_uncompress(damaged.data(), damaged.size(), theirs.data(), &size) == SNAPPY_OK;
    const std::string input(damaged.data(), damaged.size());
    EXPECT_EQ(snappy_decode(bytes_of(input), std::as_writable_bytes(std::span(ours))), library);
    if (library) {
      EXPECT_EQ(ours, theirs);
    }
  }
}

TEST(ParquetCodec, GivesBackWhatItTook) {
  std::string plain;
  for (int i = 0; i < 5000; ++i) plain += std::to_string(i * i);
  for (const Codec codec : {Codec::kUncompressed, Codec::kSnappy, Codec::kGzip, Codec::kBrotli,
                            Codec::kZstd, Codec::kLz4Raw}) {
    std::string packed, out(plain.size(), '\0');
    compress(codec, bytes_of(plain), 0, packed);
    EXPECT_TRUE(plausible_size(codec, bytes_of(packed), plain.size())) << name_of(codec);
    decompress(codec, bytes_of(packed), std::as_writable_bytes(std::span(out)));
    EXPECT_EQ(out, plain) << name_of(codec);
    std::string less(plain.size() - 1, '\0');
    EXPECT_THROW(decompress(codec, bytes_of(packed), std::as_writable_bytes(std::span(less))),
                 Error)
        << name_of(codec);
  }
}

TEST(ParquetCodec, ImpossibleSizesAreRefusedBeforeMemoryIsTaken) {
  const std::string few = "a few bytes, no more";
  for (const Codec codec : {Codec::kUncompressed, Codec::kSnappy, Codec::kGzip, Codec::kZstd,
                            Codec::kLz4Raw, Codec::kBrotli}) {
    EXPECT_FALSE(plausible_size(codec, bytes_of(few), size_t{1} << 30)) << name_of(codec);
  }
}

TEST(ParquetThrift, GivesBackWhatItTookAndRefusesEveryCut) {
  std::string bytes;
  ThriftWriter out(bytes);
  out.write_struct(0, [&] {
    out.i32(1, -7);
    out.i64(20, int64_t{1} << 60);
    out.binary(21, "text");
    out.boolean(22, false);
    out.list(23, ThriftType::kI32, 20);
    for (int i = 0; i < 20; ++i) out.element_i32(i - 10);
    out.write_struct(24, [&] { out.i8(1, -1); });
  });
  const auto parse = [](const std::string& text) {
    ThriftReader in(bytes_of(text));
    std::vector<int64_t> seen;
    in.read_struct([&](ThriftField field) {
      switch (field.id) {
        case 1:
          seen.push_back(in.i32(field));
          break;
        case 20:
          seen.push_back(in.i64(field));
          break;
        case 21:
          seen.push_back(static_cast<int64_t>(in.binary(field).size()));
          break;
        case 22:
          seen.push_back(in.boolean(field));
          break;
        case 23:
          in.read_list(field, ThriftType::kI32, [&] { seen.push_back(in.element_i32()); });
          break;
        default:
          in.skip(field);
      }
    });
    return seen;
  };
  const std::vector<int64_t> seen = parse(bytes);
  ASSERT_EQ(seen.size(), 24u);
  EXPECT_EQ(seen[0], -7);
  EXPECT_EQ(seen[1], int64_t{1} << 60);
  EXPECT_EQ(seen[2], 4);
  EXPECT_EQ(seen[3], 0);
  EXPECT_EQ(seen[4], -10);
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(parse(bytes.substr(0, size)), Error) << size;
}

TEST(ParquetThrift, DeepNestingIsRefused) {
  const std::string deep(10'000, '\x1C');  // field 1, a struct, in field 1, …
  ThriftReader in(bytes_of(deep));
  EXPECT_THROW(in.read_struct([&](ThriftField field) { in.skip(field); }), Error);
}

TEST(ParquetDelta, ImpossibleHeadersAreRefused) {
  const char* const headers[] = {"", "\x80", "\x00\x04\x05\x00", "\x80\x01\x00\x05\x00",
                                 "\x80\x01\x03\x05\x00"};
  const size_t sizes[] = {0, 1, 4, 5, 5};
  for (size_t i = 0; i < std::size(headers); ++i) {
    const std::string header(headers[i], sizes[i]);
    EXPECT_THROW(DeltaDecoder decoder(bytes_of(header)), Error) << i;
  }
}

}  // namespace
}  // namespace doline::parquet
