// Functions of the program's own through doline.h: what they are given, and what is believed of
// what they give. Runs under the sanitizers too, which Python cannot.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "doline/doline.hpp"

namespace {

/// An Arrow array of int64 over memory of its own, as a function returns it.
struct Numbers {
  std::vector<int64_t> values;
  std::vector<const void*> buffers;
};

void give_schema(ArrowSchema* out, const char* format) {
  *out = ArrowSchema{};
  out->format = format;
  out->name = "";
  out->flags = ARROW_FLAG_NULLABLE;
  out->release = [](ArrowSchema* schema) { schema->release = nullptr; };
}

void give(std::vector<int64_t> values, ArrowSchema* schema, ArrowArray* array) {
  auto* kept = new Numbers{std::move(values), {}};
  kept->buffers = {nullptr, kept->values.data()};
  *array = ArrowArray{};
  array->length = static_cast<int64_t>(kept->values.size());
  array->n_buffers = 2;
  array->buffers = kept->buffers.data();
  array->private_data = kept;
  array->release = [](ArrowArray* released) {
    delete static_cast<Numbers*>(released->private_data);
    released->release = nullptr;
  };
  give_schema(schema, "l");
}

/// A struct of one such column.
void give_rows(std::vector<int64_t> values, ArrowSchema* schema, ArrowArray* array) {
  struct Row {
    ArrowSchema schema;
    ArrowArray array;
    ArrowSchema* schemas[1];
    ArrowArray* arrays[1];
    const void* buffers[1] = {nullptr};
  };
  auto* of_schema = new Row;
  auto* of_array = new Row;
  ArrowSchema unused_schema;
  ArrowArray unused_array;
  const std::vector<int64_t> none;
  give(values, &unused_schema, &of_array->array);
  give(none, &of_schema->schema, &unused_array);
  unused_array.release(&unused_array);
  *schema = ArrowSchema{};
  schema->format = "+s";
  schema->name = "";
  schema->n_children = 1;
  of_schema->schemas[0] = &of_schema->schema;
  schema->children = of_schema->schemas;
  schema->private_data = of_schema;
  schema->release = [](ArrowSchema* released) {
    delete static_cast<Row*>(released->private_data);
    released->release = nullptr;
  };
  *array = ArrowArray{};
  array->length = of_array->array.length;
  array->n_buffers = 1;
  array->buffers = of_array->buffers;
  array->n_children = 1;
  of_array->arrays[0] = &of_array->array;
  array->children = of_array->arrays;
  array->private_data = of_array;
  array->release = [](ArrowArray* released) {
    auto* row = static_cast<Row*>(released->private_data);
    if (row->array.release) row->array.release(&row->array);
    delete row;
    released->release = nullptr;
  };
}

std::vector<int64_t> column(const ArrowArray& array, int64_t index) {
  const ArrowArray& child = *array.children[index];
  const auto* values = static_cast<const int64_t*>(child.buffers[1]) + child.offset;
  return {values, values + child.length};
}

/// A database, and a function in it of whatever `body` does.
class Functions : public testing::Test {
 protected:
  using Body = std::function<int(doline_call*, ArrowArray*, ArrowSchema*, ArrowArray*)>;

  void SetUp() override { ASSERT_EQ(doline_open(nullptr, &session_), 0); }
  void TearDown() override {
    doline_close(session_);
    EXPECT_EQ(released_, created_);
    EXPECT_EQ(open_, 0);
  }

  int create(const char* name, Body body, int kind = DOLINE_SCALAR, unsigned flags = 0) {
    const doline_field number{column_name_, "BIGINT"};
    auto* context = new Context{std::move(body), this, 0};
    doline_function function{};
    function.size = sizeof function;
    function.name = name;
    function.kind = kind;
    function.flags = flags;
    function.parameters = &number;
    function.parameter_count = 1;
    function.results = &number;
    function.result_count = 1;
    function.context = context;
    function.call = [](void* given, doline_call* call, const ArrowSchema*, ArrowArray* arguments,
                       ArrowSchema* schema, ArrowArray* result) {
      return static_cast<Context*>(given)->body(call, arguments, schema, result);
    };
    function.open = [](void* given, doline_call* call, const ArrowSchema*, ArrowArray* arguments,
                       void** rows) {
      auto* made = new Context(*static_cast<Context*>(given));
      *rows = made;
      made->left = column(*arguments, 0)[0];
      ++made->test->open_;
      if (made->left < 0) doline_call_fail(call, "no rows of that number", 0);
      return 0;
    };
    function.next = [](void* rows, doline_call* call, ArrowSchema* schema, ArrowArray* result) {
      auto* at = static_cast<Context*>(rows);
      if (at->left-- <= 0) return 0;
      return at->body(call, nullptr, schema, result);
    };
    function.close = [](void* rows) {
      auto* held = static_cast<Context*>(rows);
      --held->test->open_;
      delete held;
    };
    function.release = [](void* given) {
      auto* held = static_cast<Context*>(given);
      ++held->test->released_;
      if (const auto body = std::exchange(held->test->when_released_, nullptr)) body();
      delete held;
    };
    ++created_;
    return doline_create_function(session_, &function);
  }

  /// The only value of a query; what it failed with as "code: message".
  std::string asked(const std::string& text) {
    doline_prepared* prepared = nullptr;
    doline_query* query = nullptr;
    ArrowArray batch{};
    std::string answer;
    if (doline_prepare(session_, text.data(), text.size(), &prepared) == 0 &&
        doline_run(prepared, &query) == 0 && doline_next(query, &batch) == 0) {
      answer = batch.release ? std::to_string(column(batch, 0)[0]) : "no rows";
      if (batch.release) batch.release(&batch);
    } else {
      answer = std::string(doline_error_code()) + ": " + doline_error_message();
    }
    doline_query_free(query);
    doline_prepared_free(prepared);
    return answer;
  }

  void fails(const std::string& text, const std::string& code, const std::string& said) {
    const std::string answer = asked(text);
    EXPECT_TRUE(answer.starts_with(code + ":") && answer.find(said) != std::string::npos) << answer;
  }

  struct Context {
    Body body;
    Functions* test;
    int64_t left;
  };
  doline_session* session_ = nullptr;
  const char* column_name_ = "x";
  std::function<void()> when_released_;
  std::atomic<int> created_{0}, released_{0}, open_{0};
};

int doubled(doline_call*, ArrowArray* arguments, ArrowSchema* schema, ArrowArray* result) {
  std::vector<int64_t> values = column(*arguments, 0);
  for (int64_t& value : values) value *= 2;
  give(std::move(values), schema, result);
  return 0;
}

TEST_F(Functions, AreCalledForManyRows) {
  std::atomic<int64_t> largest{0};
  ASSERT_EQ(create("f",
                   [&](doline_call* call, ArrowArray* arguments, ArrowSchema* schema,
                       ArrowArray* result) {
                     int64_t known = largest;
                     while (known < arguments->length &&
                            !largest.compare_exchange_weak(known, arguments->length)) {
                     }
                     return doubled(call, arguments, schema, result);
                   }),
            0);
  EXPECT_EQ(asked("SELECT sum(f(i))::BIGINT FROM range(1000000) t(i)"), "999999000000");
  EXPECT_GT(largest, 2048);
  EXPECT_LE(largest, 65536 + 2048);
}

TEST_F(Functions, FailWithWhatTheySay) {
  ASSERT_EQ(create("f",
                   [](doline_call* call, ArrowArray*, ArrowSchema*, ArrowArray*) {
                     doline_call_fail(call, "no luck", 77);
                     return 1;
                   }),
            0);
  fails("SELECT f(1)", "function_failed", "f: no luck");
  EXPECT_EQ(doline_error_cause(), 77U);
  fails("SELECT 1 +", "syntax", "");
  EXPECT_EQ(doline_error_cause(), 0U);
}

TEST_F(Functions, AreNotBelieved) {
  struct Lie {
    const char* said;
    Body body;
  };
  const Lie lies[] = {
      {"without saying why", [](auto*, auto*, auto*, auto*) { return 1; }},
      {"returned nothing", [](auto*, auto*, auto*, auto*) { return 0; }},
      {"1 values for 3 rows",
       [](doline_call*, ArrowArray*, ArrowSchema* schema, ArrowArray* result) {
         give({1}, schema, result);
         return 0;
       }},
      {"not what it says",
       [](doline_call*, ArrowArray*, ArrowSchema* schema, ArrowArray* result) {
         give({1, 2, 3}, schema, result);
         schema->format = "no format";
         return 0;
       }},
      {"not what it says",
       [](doline_call*, ArrowArray*, ArrowSchema* schema, ArrowArray* result) {
         give({1, 2, 3}, schema, result);
         result->n_buffers = 1;
         return 0;
       }},
      {"not what it says",
       [](doline_call*, ArrowArray*, ArrowSchema* schema, ArrowArray* result) {
         give({1, 2, 3}, schema, result);
         result->buffers[1] = nullptr;
         return 0;
       }},
      {"not what it says",
       [](doline_call*, ArrowArray*, ArrowSchema* schema, ArrowArray* result) {
         give({1, 2, 3}, schema, result);
         schema->format = "+l";
         return 0;
       }},
      {"not what it says",
       [](doline_call*, ArrowArray*, ArrowSchema* schema, ArrowArray* result) {
         give({1, 2, 3}, schema, result);
         result->offset = -1;
         return 0;
       }},
      {"returned DOUBLE",
       [](doline_call*, ArrowArray*, ArrowSchema* schema, ArrowArray* result) {
         give({1, 2, 3}, schema, result);
         schema->format = "g";
         return 0;
       }},
  };
  for (const Lie& lie : lies) {
    ASSERT_EQ(create("lie", lie.body), 0);
    fails("SELECT lie(i) FROM range(3) t(i)", "function_failed", lie.said);
    ASSERT_EQ(doline_drop_function(session_, "lie"), 0);
  }
}

TEST_F(Functions, GiveTables) {
  ASSERT_EQ(create(
                "rows",
                [](doline_call*, ArrowArray*, ArrowSchema* schema, ArrowArray* result) {
                  give_rows({1, 2, 3}, schema, result);
                  return 0;
                },
                DOLINE_TABLE),
            0);
  EXPECT_EQ(asked("SELECT sum(x)::BIGINT FROM rows(4)"), "24");
  EXPECT_EQ(asked("SELECT count(*) FROM rows(0)"), "0");
  // Symptom: what it had opened when it said that it fails was never closed.
  fails("FROM rows(-1)", "function_failed", "no rows of that number");
  EXPECT_EQ(open_, 0);
  fails("FROM rows()", "type_mismatch", "takes 1 arguments");
  fails("SELECT rows(1)", "bind", "FROM");
}

TEST_F(Functions, AreGivenGroups) {
  ASSERT_EQ(create(
                "newest",
                [](doline_call*, ArrowArray* arguments, ArrowSchema* schema, ArrowArray* result) {
                  const ArrowArray& lists = *arguments->children[0];
                  const auto* offsets =
                      static_cast<const int32_t*>(lists.buffers[1]) + lists.offset;
                  const std::vector<int64_t> values = column(*lists.children[0], 0);
                  std::vector<int64_t> found;
                  for (int64_t i = 0; i < lists.length; ++i)
                    found.push_back(values[static_cast<size_t>(offsets[i + 1] - 1)]);
                  give(std::move(found), schema, result);
                  return 0;
                },
                DOLINE_AGGREGATE),
            0);
  EXPECT_EQ(asked("SELECT newest(i) FROM range(10) t(i)"), "9");
  EXPECT_EQ(asked("SELECT sum(y)::BIGINT FROM (SELECT newest(i ORDER BY -i) y FROM range(10) t(i) "
                  "GROUP BY i % 3)"),
            "3");
}

TEST_F(Functions, NamesAreTakenOnce) {
  EXPECT_EQ(create("f", doubled), 0);
  EXPECT_EQ(create("F", doubled), 1);
  EXPECT_STREQ(doline_error_code(), "already_exists");
  EXPECT_EQ(create("upper", doubled), 1);
  EXPECT_STREQ(doline_error_code(), "already_exists");
  EXPECT_EQ(create(nullptr, doubled), 1);
  EXPECT_EQ(create("", doubled), 1);
  EXPECT_EQ(create("g", doubled, 9), 1);
  EXPECT_EQ(doline_create_function(session_, nullptr), 1);
  EXPECT_EQ(doline_drop_function(session_, "g"), 1);
  EXPECT_STREQ(doline_error_code(), "function_not_found");
}

TEST_F(Functions, NamesAreUtf8) {
  column_name_ = "\xff";
  EXPECT_EQ(create("f", doubled), 1);
  EXPECT_STREQ(doline_error_code(), "invalid_argument");
  column_name_ = "ž";
  EXPECT_EQ(create("f", doubled), 0);
}

// Symptom: a function that was refused was let go of under a lock that its own code waited for.
TEST_F(Functions, MayUseTheSessionWhenTheyAreLetGo) {
  ASSERT_EQ(create("f", doubled), 0);
  when_released_ = [this] { EXPECT_EQ(create("g", doubled), 0); };
  EXPECT_EQ(create("f", doubled), 1);
  EXPECT_EQ(asked("SELECT g(f(1))"), "4");
}

TEST_F(Functions, SeeThatNobodyWaits) {
  std::atomic<bool> has_begun{false};
  ASSERT_EQ(create("f",
                   [&](doline_call* call, ArrowArray*, ArrowSchema*, ArrowArray*) {
                     has_begun = true;
                     doline_interrupt(session_);
                     while (!doline_call_is_cancelled(call)) {
                     }
                     return 1;
                   }),
            0);
  fails("SELECT f(1)", "cancelled", "");
  EXPECT_TRUE(has_begun);
}

}  // namespace
