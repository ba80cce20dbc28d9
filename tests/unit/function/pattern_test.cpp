#include "cases.h"

namespace doline {
namespace {

TEST(Patterns, Like) {
  check({
      {"~~", {"VARCHAR:abc", "VARCHAR:a_c"}, "true"},
      {"!~~", {"VARCHAR:abc", "VARCHAR:a%"}, "false"},
      {"~~*", {"VARCHAR:ABC", "VARCHAR:a%"}, "true"},
      {"!~~*", {"VARCHAR:ABC", "VARCHAR:b%"}, "true"},
      {"~~~", {"VARCHAR:abc", "VARCHAR:[a-b]*"}, "true"},
      {"~~", {"VARCHAR:abc", "VARCHAR:NULL"}, "NULL"},
      {"like_escape", {"VARCHAR:a%c", "VARCHAR:a$%c", "VARCHAR:$"}, "true"},
      {"not_like_escape", {"VARCHAR:abc", "VARCHAR:a$%c", "VARCHAR:$"}, "true"},
      {"ilike_escape", {"VARCHAR:A%c", "VARCHAR:a$%C", "VARCHAR:$"}, "true"},
      {"like_escape",
       {"VARCHAR:a", "VARCHAR:a", "VARCHAR:$$"},
       "error: the escape character '$$' is no single one"},
  });
}

TEST(Patterns, RegularExpressions) {
  check({
      {"regexp_matches", {"VARCHAR:abc", "VARCHAR:b"}, "true"},
      {"regexp_matches", {"VARCHAR:ABC", "VARCHAR:b", "VARCHAR:i"}, "true"},
      {"regexp_matches", {"VARCHAR:a\nb", "VARCHAR:a.b"}, "false"},
      {"regexp_matches", {"VARCHAR:a\nb", "VARCHAR:a.b", "VARCHAR:s"}, "true"},
      {"regexp_matches", {"VARCHAR:axb", "VARCHAR:a.b", "VARCHAR:l"}, "false"},
      {"regexp_matches",
       {"VARCHAR:a", "VARCHAR:a", "VARCHAR:z"},
       "error: 'z' is no option of a regular expression"},
      {"regexp_full_match", {"VARCHAR:abc", "VARCHAR:b"}, "false"},
      {"~", {"VARCHAR:abc", "VARCHAR:a.c"}, "true"},
      {"!~", {"VARCHAR:abc", "VARCHAR:b"}, "true"},
      {"regexp_replace", {"VARCHAR:abcabc", "VARCHAR:b", "VARCHAR:x"}, "axcabc"},
      {"regexp_replace",
       {"VARCHAR:abcabc", "VARCHAR:(b)", "VARCHAR:[\\1]", "VARCHAR:g"},
       "a[b]ca[b]c"},
      {"regexp_replace", {"VARCHAR:abc", "VARCHAR:x*", "VARCHAR:-", "VARCHAR:g"}, "-a-b-c-"},
      {"regexp_replace", {"VARCHAR:aBc", "VARCHAR:b", "VARCHAR:x", "VARCHAR:i"}, "axc"},
      {"regexp_replace",
       {"VARCHAR:nothing here is changed", "VARCHAR:z", "VARCHAR:x"},
       "nothing here is changed"},
      {"regexp_extract", {"VARCHAR:abc", "VARCHAR:(b)(c)"}, "bc"},
      {"regexp_extract", {"VARCHAR:abc", "VARCHAR:(b)(c)", "INTEGER:2"}, "c"},
      {"regexp_extract", {"VARCHAR:abc", "VARCHAR:(b)", "INTEGER:3"}, ""},
      {"regexp_extract",
       {"VARCHAR:abc", "VARCHAR:(b)", "INTEGER:-1"},
       "error: there is no group -1"},
      {"regexp_extract", {"VARCHAR:ab", "VARCHAR:(x)?b", "INTEGER:1"}, ""},
      {"regexp_extract", {"VARCHAR:ab", "VARCHAR:B", "INTEGER:0", "VARCHAR:i"}, "b"},
      {"regexp_extract",
       {"VARCHAR:2020-01-02", "VARCHAR:(\\d+)-(\\d+)-(\\d+)", "VARCHAR[]:[y, m]"},
       "{'y': 2020, 'm': 01}"},
      {"regexp_extract",
       {"VARCHAR:abc", "VARCHAR:(b)", "VARCHAR[]:[n, m]"},
       "error: the pattern has 1 groups for 2 names"},
      {"regexp_extract", {"VARCHAR:abc", "VARCHAR:(x)", "VARCHAR[]:[n]"}, "{'n': ''}"},
      {"regexp_extract_all", {"VARCHAR:a1b2", "VARCHAR:[0-9]"}, "[1, 2]"},
      {"regexp_extract_all", {"VARCHAR:abc", "VARCHAR:x*"}, "['', '', '', '']"},
      {"regexp_extract_all", {"VARCHAR:ab", "VARCHAR:(x)?b", "INTEGER:1"}, "[NULL]"},
      {"regexp_extract_all",
       {"VARCHAR:ab", "VARCHAR:b", "INTEGER:1"},
       "error: the pattern has 0 groups; there is no group 1"},
      {"regexp_extract_all",
       {"VARCHAR:a1b2", "VARCHAR:([a-z])([0-9])", "VARCHAR[]:[l, d]"},
       "[{'l': a, 'd': 1}, {'l': b, 'd': 2}]"},
      {"string_split_regex", {"VARCHAR:a1b22c", "VARCHAR:[0-9]+"}, "[a, b, c]"},
      {"string_split_regex", {"VARCHAR:äbc", "VARCHAR:"}, "[ä, b, c]"},
      {"string_split_regex", {"VARCHAR:abc", "VARCHAR:b*"}, "[a, '', c]"},
      {"regexp_escape", {"VARCHAR:a.b*ä c"}, "a\\.b\\*ä\\ c"},
  });
  const Evaluator evaluate(scalar_registry());
  EXPECT_TRUE(evaluate("regexp_matches", {"VARCHAR:a", "VARCHAR:("}).starts_with("error: "))
      << "a pattern that is none";
}

}  // namespace
}  // namespace doline
