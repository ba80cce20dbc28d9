#include <openssl/rand.h>

#include <atomic>

#include "base/hash.h"
#include "base/random.h"
#include "function/lanes.h"
#include "function/numeric_functions.h"
#include "function/session_constants.h"

namespace doline {

namespace {

/// Each chunk draws from a stream of its own, numbered in the order chunks are computed.
Random next_stream(const SessionConstants& session) {
  static std::atomic<uint64_t> streams{0};
  return Random(hash_combine(session.seed, streams.fetch_add(1, std::memory_order_relaxed)));
}

Column random_kernel(const KernelCall& call, std::span<const Column>) {
  ColumnWriter writer(call.result_type, call.row_count);
  Random random = next_stream(call.session);
  for (uint32_t row = 0; row < call.row_count; ++row) writer.values<double>()[row] = random.unit();
  return writer.seal(call.row_count);
}

/// Sets version and variant (RFC 9562) in 128 random bits; stored with the top bit flipped.
int128_t as_uuid(uint128_t bits, unsigned version) {
  bits = (bits & ~(uint128_t{0xF} << 76)) | uint128_t{version} << 76;
  bits = (bits & ~(uint128_t{3} << 62)) | uint128_t{2} << 62;
  return static_cast<int128_t>(bits ^ (uint128_t{1} << 127));
}

/// Version 4: random. Version 7: 48 bits of milliseconds since 1970, then random.
template <unsigned kVersion>
Column uuid_kernel(const KernelCall& call, std::span<const Column>) {
  ColumnWriter writer(call.result_type, call.row_count);
  auto* values = writer.values<int128_t>();
  const size_t bytes = sizeof(uint128_t) * call.row_count;
  // Identifiers must not repeat between processes, so they come from the system, not from a seed.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(values), static_cast<int>(bytes)) != 1) {
    throw Error(ErrorCode::kIo, "the system has no random bytes to give");
  }
  const auto millis = static_cast<uint128_t>(call.session.now_micros / 1000) & 0xFFFFFFFFFFFF;
  for (uint32_t row = 0; row < call.row_count; ++row) {
    auto bits = static_cast<uint128_t>(values[row]);
    if (kVersion == 7) bits = (bits & ((uint128_t{1} << 80) - 1)) | millis << 80;
    values[row] = as_uuid(bits, kVersion);
  }
  return writer.seal(call.row_count);
}

}  // namespace

void register_random_functions(FunctionRegistry& registry) {
  registry.add({"random",
                {"rand"},
                "numeric",
                "A number of [0, 1) at random, another for each row.",
                "random() < 1",
                "true",
                {{.parameters = {},
                  .result = Type::float64(),
                  .kernel = random_kernel,
                  .is_volatile = true}}});
  registry.add({"uuid",
                {"gen_random_uuid", "uuidv4"},
                "value",
                "A random UUID (version 4), another for each row.",
                "length(uuid()::VARCHAR)",
                "36",
                {{.parameters = {},
                  .result = Type::uuid(),
                  .kernel = uuid_kernel<4>,
                  .is_volatile = true}}});
  registry.add({"uuidv7",
                {},
                "value",
                "A UUID that begins with the time (version 7), another for each row.",
                "length(uuidv7()::VARCHAR)",
                "36",
                {{.parameters = {},
                  .result = Type::uuid(),
                  .kernel = uuid_kernel<7>,
                  .is_volatile = true}}});
}

}  // namespace doline
