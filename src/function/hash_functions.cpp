// md5, sha1, sha256 and the engine's own hash.
#include <openssl/evp.h>

#include <memory>

#include "base/hash.h"
#include "function/lanes.h"
#include "function/registry.h"
#include "function/text_rows.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {

/// A digest's hex digits, text or blob in, text out.
template <const EVP_MD* (*kAlgorithm)()>
Column digest_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  const EVP_MD* const algorithm = kAlgorithm();
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const std::string_view text = texts[row].view();
    const bool done = EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1 &&
                      EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1 &&
                      EVP_DigestFinal_ex(context.get(), digest, &size) == 1;
    // A hardened system may have switched an algorithm off.
    if (!done)
      throw Error(ErrorCode::kNotSupported, "this system's OpenSSL does not offer {}",
                  EVP_MD_get0_name(algorithm));
    put_text(writer, row, size * 2, [&](char* out) {
      constexpr char kHex[] = "0123456789abcdef";
      for (unsigned i = 0; i < size; ++i) {
        *out++ = kHex[digest[i] >> 4];
        *out++ = kHex[digest[i] & 15];
      }
    });
  });
  return writer.seal(call.row_count);
}

/// Of several arguments the hashes are combined in their order.
Column hash_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<uint64_t> hashes(call.active.size());
  for (size_t i = 0; i < arguments.size(); ++i)
    hash_column(arguments[i], call.active, hashes.data(), i != 0);
  ColumnWriter writer(call.result_type, call.row_count);
  size_t next = 0;
  call.active.for_each([&](uint32_t row) { writer.values<uint64_t>()[row] = hashes[next++]; });
  return writer.seal(call.row_count);
}

std::vector<ScalarOverload> digest_overloads(ScalarKernel kernel) {
  return {
      {.parameters = {Type::varchar()}, .result = Type::varchar(), .kernel = kernel, .cost = 100},
      {.parameters = {Type::blob()}, .result = Type::varchar(), .kernel = kernel, .cost = 100}};
}

}  // namespace

void register_hash_functions(FunctionRegistry& registry) {
  registry.add({"md5",
                {},
                "hash",
                "The MD5 digest in hexadecimal digits.",
                "md5('abc')",
                "900150983cd24fb0d6963f7d28e17f72",
                digest_overloads(digest_kernel<EVP_md5>)});
  registry.add({"sha1",
                {},
                "hash",
                "The SHA-1 digest in hexadecimal digits.",
                "sha1('abc')",
                "a9993e364706816aba3e25717850c26c9cd0d89d",
                digest_overloads(digest_kernel<EVP_sha1>)});
  registry.add({"sha256",
                {},
                "hash",
                "The SHA-256 digest in hexadecimal digits.",
                "sha256('abc')",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                digest_overloads(digest_kernel<EVP_sha256>)});
  registry.add({"hash",
                {},
                "hash",
                "A 64-bit hash of the arguments; equal values have equal hashes.",
                "hash(1) = hash(1::BIGINT)",
                "true",
                {{.parameters = {TypePattern::any()},
                  .variadic = TypePattern::any(),
                  .result = Type::uint64(),
                  .kernel = hash_kernel,
                  .nulls = Nulls::kHandled,
                  .cost = 3}}});
}

}  // namespace doline
