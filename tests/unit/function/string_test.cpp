#include "cases.h"

namespace doline {
namespace {

TEST(Strings, PartsCountCharactersNotBytes) {
  check({
      {"substring", {"VARCHAR:hello", "BIGINT:2", "BIGINT:3"}, "ell"},
      {"substring", {"VARCHAR:hello", "BIGINT:2"}, "ello"},
      {"substring", {"VARCHAR:hello", "BIGINT:0", "BIGINT:3"}, "he"},
      {"substring", {"VARCHAR:hello", "BIGINT:0"}, "hello"},
      {"substring", {"VARCHAR:hello", "BIGINT:-3"}, "llo"},
      {"substring", {"VARCHAR:hello", "BIGINT:-3", "BIGINT:2"}, "ll"},
      {"substring", {"VARCHAR:hello", "BIGINT:2", "BIGINT:-1"}, "h"},
      {"substring", {"VARCHAR:hello", "BIGINT:3", "BIGINT:-2"}, "he"},
      {"substring", {"VARCHAR:hello", "BIGINT:-10", "BIGINT:7"}, "he"},
      {"substring", {"VARCHAR:hello", "BIGINT:-9223372036854775808", "BIGINT:-9223372036854775808"}, ""},
      {"substring", {"VARCHAR:hello", "BIGINT:9223372036854775807", "BIGINT:9223372036854775807"}, ""},
      {"substring", {"VARCHAR:äöü", "BIGINT:2", "BIGINT:1"}, "ö"},
      {"substring", {"VARCHAR:a text that is kept elsewhere", "BIGINT:3", "BIGINT:20"}, "text that is kept el"},
      {"left", {"VARCHAR:äöü", "BIGINT:2"}, "äö"},
      {"left", {"VARCHAR:abc", "BIGINT:-1"}, "ab"},
      {"left", {"VARCHAR:abc", "BIGINT:-10"}, ""},
      {"left", {"VARCHAR:abc", "BIGINT:-9223372036854775808"}, ""},
      {"right", {"VARCHAR:abc", "BIGINT:2"}, "bc"},
      {"right", {"VARCHAR:abc", "BIGINT:-1"}, "bc"},
      {"right", {"VARCHAR:abc", "BIGINT:10"}, "abc"},
      {"right", {"VARCHAR:abc", "BIGINT:-10"}, ""},
      {"trim", {"VARCHAR:  a "}, "a"},
      {"trim", {"VARCHAR:xxaxx", "VARCHAR:x"}, "a"},
      {"ltrim", {"VARCHAR:xyxa", "VARCHAR:xy"}, "a"},
      {"rtrim", {"VARCHAR:aéé", "VARCHAR:é"}, "a"},
      {"trim", {"VARCHAR:\ta\t"}, "\ta\t"},
      {"length", {"VARCHAR:äé"}, "2"},
      {"strlen", {"VARCHAR:äé"}, "4"},
      {"bit_length", {"VARCHAR:äé"}, "32"},
      {"length_grapheme", {"VARCHAR:e\xCC\x81"}, "1"},
      {"ascii", {"VARCHAR:"}, "0"},
      {"unicode", {"VARCHAR:"}, "-1"},
      {"ord", {"VARCHAR:äb"}, "228"},
      {"chr", {"INTEGER:128640"}, "🚀"},
      {"chr", {"INTEGER:-1"}, "error: -1 is no Unicode code point"},
      {"chr", {"INTEGER:1114112"}, "error: 1114112 is no Unicode code point"},
  });
}

TEST(Strings, CaseAndOrder) {
  check({
      {"upper", {"VARCHAR:äßé and a longer rest"}, "ÄẞÉ AND A LONGER REST"},
      {"lower", {"VARCHAR:ÄÉ"}, "äé"},
      {"lower", {"VARCHAR:HELLO WORLD, 0123456789 @[`{"}, "hello world, 0123456789 @[`{"},
      {"reverse", {"VARCHAR:äbc"}, "cbä"},
      {"reverse", {"VARCHAR:e\xCC\x81" "a"}, "ae\xCC\x81"},
      {"strip_accents", {"VARCHAR:mühleisen"}, "muhleisen"},
      {"nfc_normalize", {"VARCHAR:e\xCC\x81"}, "é"},
  });
}

TEST(Strings, Building) {
  check({
      {"||", {"VARCHAR:a", "VARCHAR:b"}, "ab"},
      {"||", {"VARCHAR:a", "VARCHAR:NULL"}, "NULL"},
      {"||", {"INTEGER:1", "INTEGER:2"}, "12"},
      {"||", {"BLOB:\\xAA", "BLOB:b"}, "\\xAAb"},
      {"||", {"INTEGER[]:[1]", "VARCHAR:a"}, "error: INTEGER[] || VARCHAR: a INTEGER[] is joined with no text"},
      {"concat", {"VARCHAR:a", "INTEGER:1", "BOOLEAN:true", "DATE:2020-01-01"}, "a1true2020-01-01"},
      {"concat_ws", {"VARCHAR:, ", "VARCHAR:a", "INTEGER:1"}, "a, 1"},
      {"concat_ws", {"VARCHAR:NULL", "VARCHAR:a"}, "NULL"},
      {"repeat", {"VARCHAR:ab", "BIGINT:3"}, "ababab"},
      {"repeat", {"VARCHAR:ab", "BIGINT:-1"}, ""},
      {"repeat", {"VARCHAR:ab", "BIGINT:9223372036854775807"}, "error: the text would be longer than 4 GiB"},
      {"repeat", {"VARCHAR:", "BIGINT:9223372036854775807"}, ""},
      {"lpad", {"VARCHAR:ab", "INTEGER:5", "VARCHAR:xy"}, "xyxab"},
      {"rpad", {"VARCHAR:ab", "INTEGER:5", "VARCHAR:xy"}, "abxyx"},
      {"lpad", {"VARCHAR:abcdef", "INTEGER:3", "VARCHAR:x"}, "abc"},
      {"lpad", {"VARCHAR:é", "INTEGER:3", "VARCHAR:ü"}, "üüé"},
      {"lpad", {"VARCHAR:a", "INTEGER:-1", "VARCHAR:x"}, ""},
      {"lpad", {"VARCHAR:a", "INTEGER:3", "VARCHAR:"}, "error: there is no text to fill with"},
      {"replace", {"VARCHAR:aaa", "VARCHAR:aa", "VARCHAR:b"}, "ba"},
      {"replace", {"VARCHAR:abc", "VARCHAR:", "VARCHAR:x"}, "abc"},
      {"replace", {"VARCHAR:one two one two one", "VARCHAR:one", "VARCHAR:three"}, "three two three two three"},
      {"translate", {"VARCHAR:12345", "VARCHAR:143", "VARCHAR:ax"}, "a2x5"},
      {"translate", {"VARCHAR:äbc", "VARCHAR:ä", "VARCHAR:xy"}, "xbc"},
      {"translate", {"VARCHAR:aab", "VARCHAR:aa", "VARCHAR:xy"}, "xxb"},
  });
}

TEST(Strings, SearchingAndSplitting) {
  check({
      {"contains", {"VARCHAR:abc", "VARCHAR:"}, "true"},
      {"contains", {"VARCHAR:a text of more bytes than one view holds", "VARCHAR:one view"}, "true"},
      {"starts_with", {"VARCHAR:abc", "VARCHAR:ab"}, "true"},
      {"^@", {"VARCHAR:abc", "VARCHAR:b"}, "false"},
      {"ends_with", {"VARCHAR:", "VARCHAR:a"}, "false"},
      {"strpos", {"VARCHAR:äöü", "VARCHAR:ü"}, "3"},
      {"strpos", {"VARCHAR:abc", "VARCHAR:x"}, "0"},
      {"strpos", {"VARCHAR:abc", "VARCHAR:"}, "1"},
      {"string_split", {"VARCHAR:a,b,,c", "VARCHAR:,"}, "[a, b, '', c]"},
      {"string_split", {"VARCHAR:äb", "VARCHAR:"}, "[ä, b]"},
      {"string_split", {"VARCHAR:", "VARCHAR:x"}, "['']"},
      {"string_split", {"VARCHAR:abc", "VARCHAR:NULL"}, "[abc]"},
      {"string_split", {"VARCHAR:NULL", "VARCHAR:x"}, "NULL"},
      {"split_part", {"VARCHAR:a||b", "VARCHAR:||", "BIGINT:2"}, "b"},
      {"split_part", {"VARCHAR:a,b,c", "VARCHAR:,", "BIGINT:-1"}, "c"},
      {"split_part", {"VARCHAR:a,b,c", "VARCHAR:,", "BIGINT:4"}, ""},
      {"split_part", {"VARCHAR:a,b,c", "VARCHAR:,", "BIGINT:0"}, ""},
      {"split_part", {"VARCHAR:a,b", "VARCHAR:,", "BIGINT:-9223372036854775808"}, ""},
      {"parse_path", {"VARCHAR:/a/b\\c.csv"}, "[/, a, b, c.csv]"},
      {"parse_path", {"VARCHAR:/a/b\\c", "VARCHAR:forward_slash"}, "[/, a, 'b\\\\c']"},
      {"parse_filename", {"VARCHAR:/x/y.csv"}, "y.csv"},
      {"parse_filename", {"VARCHAR:/x/y.csv", "BOOLEAN:true"}, "y"},
      {"parse_dirname", {"VARCHAR:a/b/c"}, "a"},
      {"parse_dirpath", {"VARCHAR:a/b/c"}, "a/b"},
      {"parse_dirpath", {"VARCHAR:/c"}, "/"},
      {"parse_filename", {"VARCHAR:a", "VARCHAR:colon"}, "error: no separator is called \"colon\""},
  });
}

TEST(Strings, Formats) {
  check({
      {"format", {"VARCHAR:{} {:.2f} {:>5}|{:,}", "VARCHAR:a", "DOUBLE:1.234", "VARCHAR:b", "BIGINT:1234567"}, "a 1.23     b|1,234,567"},
      {"format", {"VARCHAR:{1} {0}", "INTEGER:1", "VARCHAR:x"}, "x 1"},
      {"format", {"VARCHAR:{:t_}", "INTEGER:1000"}, "1_000"},
      {"format", {"VARCHAR:{:12,.2f}|", "DOUBLE:-1234.5"}, "   -1,234.50|"},
      {"format", {"VARCHAR:{{}}"}, "{}"},
      {"format", {"VARCHAR:{}", "DOUBLE:1"}, "1.0"},
      {"format", {"VARCHAR:{}", "DATE:2020-01-01"}, "2020-01-01"},
      {"format", {"VARCHAR:{}", "HUGEINT:170141183460469231731687303715884105727"}, "170141183460469231731687303715884105727"},
      {"format", {"VARCHAR:{} {}", "INTEGER:1"}, "error: the format string asks for 2 arguments; there are 1"},
      {"format", {"VARCHAR:{", "INTEGER:1"}, "error: format string '{': a { is not closed"},
      {"format", {"VARCHAR:{0} {}", "INTEGER:1"}, "error: format string '{0} {}': some fields have numbers and some have not"},
      {"format", {"VARCHAR:{:9999999999}", "INTEGER:1"}, "error: format string '9999999999': a number in it is too large"},
      {"printf", {"VARCHAR:%s %d %.2f %5s|%-5s|%05d %x %%", "VARCHAR:a", "INTEGER:5", "DOUBLE:1.234", "VARCHAR:b", "VARCHAR:c", "INTEGER:42", "INTEGER:255"},
       "a 5 1.23     b|c    |00042 ff %"},
      {"printf", {"VARCHAR:%,d", "BIGINT:-1234567"}, "-1,234,567"},
      {"printf", {"VARCHAR:%d"}, "error: the format string asks for 1 arguments; there are 0"},
      {"format_bytes", {"BIGINT:1234"}, "1.2 KiB"},
      {"format_bytes", {"BIGINT:1073741823"}, "1023.9 MiB"},
      {"format_bytes", {"BIGINT:1"}, "1 byte"},
      {"format_bytes", {"BIGINT:-5"}, "-5 bytes"},
      {"format_bytes", {"BIGINT:-9223372036854775808"}, "-8.0 EiB"},
      {"formatReadableDecimalSize", {"BIGINT:1500000"}, "1.5 MB"},
      {"bar", {"DOUBLE:5", "DOUBLE:0", "DOUBLE:10", "DOUBLE:10"}, "█████     "},
      {"bar", {"DOUBLE:30", "DOUBLE:0", "DOUBLE:20", "DOUBLE:8"}, "████████"},
      {"bar", {"DOUBLE:-1", "DOUBLE:0", "DOUBLE:20", "DOUBLE:8"}, "        "},
      {"bar", {"DOUBLE:1", "DOUBLE:0", "DOUBLE:2", "DOUBLE:1e9"},
       "error: bar(1, 0, 2, 1000000000): the bounds are finite and the width lies between 1 and 1000"},
  });
}

TEST(Strings, Encodings) {
  check({
      {"hex", {"VARCHAR:abc"}, "616263"},
      {"hex", {"BIGINT:-1"}, "FFFFFFFFFFFFFFFF"},
      {"hex", {"INTEGER:0"}, "0"},
      {"unhex", {"VARCHAR:616"}, "\\x06\\x16"},
      {"unhex", {"VARCHAR:6x"}, "error: 'x' is no hex digit"},
      {"bin", {"INTEGER:5"}, "101"},
      {"bin", {"VARCHAR:a"}, "01100001"},
      {"unbin", {"VARCHAR:01100001"}, "a"},
      {"unbin", {"VARCHAR:2"}, "error: '2' is no binary digit"},
      {"to_base64", {"BLOB:a"}, "YQ=="},
      {"to_base64", {"BLOB:light work."}, "bGlnaHQgd29yay4="},
      {"from_base64", {"VARCHAR:bGlnaHQgd29yay4="}, "light work."},
      {"from_base64", {"VARCHAR:YQ"}, "error: 'YQ' is no base64: its length is no multiple of four"},
      {"from_base64", {"VARCHAR:Y!=="}, "error: 'Y!==' is no base64: it has a character outside base64's alphabet"},
      {"encode", {"VARCHAR:aé"}, "a\\xC3\\xA9"},
      {"decode", {"BLOB:a\\xC3\\xA9"}, "aé"},
      {"decode", {"BLOB:\\xFF"}, "error: the blob is no valid UTF-8; TRY(…) makes it NULL"},
      {"url_encode", {"VARCHAR:a b/ä?~"}, "a%20b%2F%C3%A4%3F~"},
      {"url_decode", {"VARCHAR:a%20b%2F+"}, "a b/+"},
      {"url_decode", {"VARCHAR:%zz%"}, "%zz%"},
      {"md5", {"VARCHAR:abc"}, "900150983cd24fb0d6963f7d28e17f72"},
      {"sha256", {"BLOB:a"}, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
      {"sha1", {"VARCHAR:"}, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
  });
}

TEST(Strings, Distances) {
  check({
      {"levenshtein", {"VARCHAR:kitten", "VARCHAR:sitting"}, "3"},
      {"levenshtein", {"VARCHAR:", "VARCHAR:abc"}, "3"},
      {"damerau_levenshtein", {"VARCHAR:duckdb", "VARCHAR:udckbd"}, "2"},
      {"damerau_levenshtein", {"VARCHAR:ca", "VARCHAR:abc"}, "2"},
      {"hamming", {"VARCHAR:duck", "VARCHAR:luck"}, "1"},
      {"hamming", {"VARCHAR:a", "VARCHAR:ab"}, "error: hamming compares texts of one length, which is not 0"},
      {"jaccard", {"VARCHAR:duck", "VARCHAR:luck"}, "0.6"},
      {"jaccard", {"VARCHAR:", "VARCHAR:a"}, "error: jaccard compares texts that are not empty"},
      {"jaro_similarity", {"VARCHAR:martha", "VARCHAR:marhta"}, "0.9444444444444445"},
      {"jaro_similarity", {"VARCHAR:", "VARCHAR:"}, "0.0"},
      {"jaro_winkler_similarity", {"VARCHAR:martha", "VARCHAR:marhta"}, "0.9611111111111111"},
      {"jaro_winkler_similarity", {"VARCHAR:abcdefgh", "VARCHAR:abcdxxxx"}, "0.6666666666666666"},
  });
}

}  // namespace
}  // namespace doline
