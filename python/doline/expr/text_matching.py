"""The namespace `str`: what looks for something in a text."""

from __future__ import annotations

from ..errors import InvalidArgument, NotSupported, error
from .literals import literal_bytes
from .text_trees import (_dollars, any_of, any_pattern, contains_pattern, count_pattern, extract_every,
                         extract_group, extract_named, find_pattern, matches_of, replace_each,
                         replace_literal, replace_pattern, split_fields, split_list, strip, without_prefix,
                         without_suffix)


class TextMatching:
    """What `StringFunctions` inherits: searches, replacements, parts."""

    def starts_with(self, prefix):
        """Whether a text starts with another.

        Parameters
        ----------
        prefix : str or Expr
            The other text, not a pattern.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["apple", "pear"]})
        >>> frame.select(dl.col("a").str.starts_with("ap")).to_series().to_list()
        [True, False]
        """
        return self._do("starts_with", prefix)

    def ends_with(self, suffix):
        """Whether a text ends with another.

        Parameters
        ----------
        suffix : str or Expr
            The other text, not a pattern.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["apple", "pear"]})
        >>> frame.select(dl.col("a").str.ends_with("le")).to_series().to_list()
        [True, False]
        """
        return self._do("ends_with", suffix)

    def contains(self, pattern, *, literal=False, strict=True):
        """Whether a pattern is found in a text.

        Parameters
        ----------
        pattern : str or Expr
            A regular expression (RE2's).
        literal : bool, default False
            Whether it is a text instead.
        strict : bool, default True
            A wrong pattern is an error; that it gives null is not supported.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["apple", "pear"]})
        >>> frame.select(dl.col("a").str.contains("p{2}|r$")).to_series().to_list()
        [True, True]
        """
        _refuse_lenient("str.contains", literal, strict)
        return self._do("contains" if literal else contains_pattern, pattern)

    def contains_any(self, patterns, *, ascii_case_insensitive=False):
        """Whether a text contains any of some texts.

        Parameters
        ----------
        patterns : list of str
            The texts.
        ascii_case_insensitive : bool, default False
            Whether capitals count as small letters.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["apple", "pear", "fig"]})
        >>> frame.select(dl.col("a").str.contains_any(["pp", "ea"])).to_series().to_list()
        [True, True, False]
        """
        values = [p.lower() if ascii_case_insensitive else p for p in _texts("str.contains_any", patterns)]
        return self._do(any_of, options=(tuple(map(literal_bytes, values)), ascii_case_insensitive))

    def replace(self, pattern, value, *, literal=False, n=1):
        """The first match of a pattern replaced.

        Parameters
        ----------
        pattern : str or Expr
            A regular expression (RE2's).
        value : str or Expr
            By what; `$1` and `${1}` are what the groups matched.
        literal : bool, default False
            Whether the pattern is a text instead.
        n : int, default 1
            1, or -1 for all.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["a-b-c"]})
        >>> frame.select(dl.col("a").str.replace("(b)-", "<$1>")).to_series().to_list()
        ['a-<b>c']
        """
        if n == -1:
            return self.replace_all(pattern, value, literal=literal)
        if n != 1:
            raise error(NotSupported, "str.replace(n=…) is not supported beyond 1", "use replace_all")
        if literal:
            return self._do(replace_literal, pattern, value, options=(False,))
        return self._do(replace_pattern, pattern, _dollars(value), options=("",))

    def replace_all(self, pattern, value, *, literal=False):
        """All matches of a pattern replaced.

        Parameters
        ----------
        pattern : str or Expr
            A regular expression (RE2's).
        value : str or Expr
            By what; `$1` and `${1}` are what the groups matched.
        literal : bool, default False
            Whether the pattern is a text instead.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["a-b-c"]})
        >>> frame.select(dl.col("a").str.replace_all("-", "+")).to_series().to_list()
        ['a+b+c']
        """
        if literal:
            return self._do(replace_literal, pattern, value, options=(True,))
        return self._do(replace_pattern, pattern, _dollars(value), options=("g",))

    def replace_many(self, patterns, replace_with=None, *, ascii_case_insensitive=False, leftmost=False):
        """Several texts replaced in one go: what comes of a replacement is not replaced again.

        Parameters
        ----------
        patterns : dict or list of str
            The texts; a dict says by what each is replaced.
        replace_with : str or list of str, optional
            By what; one for all, or one for each.
        ascii_case_insensitive : bool, default False
            Whether capitals count as small letters.
        leftmost : bool, default False
            Of texts that overlap, whether that which begins first is found, and of those the first in
            `patterns`; else that which ends first.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["you and me"]})
        >>> frame.select(dl.col("a").str.replace_many({"you": "me", "me": "you"})).item()
        'me and you'
        """
        texts = _texts("str.replace_many", patterns)
        if isinstance(patterns, dict):
            values = [*patterns.values()]
        else:
            given = replace_with.to_list() if hasattr(replace_with, "to_list") else replace_with
            values = [given] * len(texts) if isinstance(given, str) else _texts("str.replace_many", given)
            values = values * len(texts) if len(values) == 1 else values
        if len(values) != len(texts):
            raise error(InvalidArgument, f"{len(texts)} texts need as many replacements, not {len(values)}")
        if not texts:
            return self._of
        pairs = tuple((literal_bytes(old.lower() if ascii_case_insensitive else old), literal_bytes(new))
                      for old, new in zip(texts, values))
        return self._do(replace_each, options=(any_pattern(texts, ascii_case_insensitive, leftmost), pairs,
                                               ascii_case_insensitive))

    def extract_many(self, patterns, *, ascii_case_insensitive=False, overlapping=False, leftmost=False):
        """All matches of several texts.

        Parameters
        ----------
        patterns : list of str
            The texts.
        ascii_case_insensitive : bool, default False
            Whether capitals count as small letters.
        overlapping : bool, default False
            Matches that overlap are not supported.
        leftmost : bool, default False
            Of texts that overlap, whether that which begins first is found; else that which ends first.

        Returns
        -------
        Expr
            Of lists of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["tea and coffee"]})
        >>> frame.select(dl.col("a").str.extract_many(["coffee", "tea"])).item()
        ['tea', 'coffee']
        """
        if overlapping:
            raise error(NotSupported, "str.extract_many(overlapping=True) is not supported",
                        "extract each text by itself")
        texts = _texts("str.extract_many", patterns)
        return self._do(matches_of, options=(any_pattern(texts, ascii_case_insensitive, leftmost),))

    def extract(self, pattern, group_index=1):
        r"""What a group of a pattern matches.

        Parameters
        ----------
        pattern : str or Expr
            A regular expression (RE2's).
        group_index : int, default 1
            Which group; 0 is the whole match.

        Returns
        -------
        Expr
            Of String; null where nothing matches.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["id=17", "none"]})
        >>> frame.select(dl.col("a").str.extract(r"id=(\d+)")).to_series().to_list()
        ['17', None]
        """
        return self._do(extract_group, pattern, options=(group_index,))

    def extract_all(self, pattern):
        r"""All that a pattern matches.

        Parameters
        ----------
        pattern : str or Expr
            A regular expression (RE2's).

        Returns
        -------
        Expr
            Of lists of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["1 and 23"]})
        >>> frame.select(dl.col("a").str.extract_all(r"\d+")).to_series().to_list()
        [['1', '23']]
        """
        return self._do(extract_every, pattern)

    def extract_groups(self, pattern):
        r"""What the groups of a pattern match.

        Parameters
        ----------
        pattern : str
            A regular expression; groups may have names.

        Returns
        -------
        Expr
            Of structs, a field for each group.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["tea: 3"]})
        >>> frame.select(dl.col("a").str.extract_groups(r"(?<item>\w+): (?<n>\d+)")).to_series().to_list()
        [{'item': 'tea', 'n': '3'}]
        """
        import re
        names = re.compile(pattern.replace("(?<", "(?P<")).groupindex
        count = re.compile(pattern.replace("(?<", "(?P<")).groups
        by_place = {place: name for name, place in names.items()}
        labels = tuple(by_place.get(i + 1, str(i + 1)) for i in range(count))
        return self._do(extract_named, options=(pattern.replace("(?<", "(?P<"), labels))

    def count_matches(self, pattern, *, literal=False):
        """How often a pattern matches.

        Parameters
        ----------
        pattern : str or Expr
            A regular expression (RE2's).
        literal : bool, default False
            Whether it is a text instead.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["banana"]})
        >>> frame.select(dl.col("a").str.count_matches("an")).to_series().to_list()
        [2]
        """
        if literal:
            import re
            pattern = re.escape(pattern)
        return self._do(count_pattern, pattern)

    def find(self, pattern, *, literal=False, strict=True):
        """How many bytes stand before the first match.

        Parameters
        ----------
        pattern : str or Expr
            A regular expression (RE2's).
        literal : bool, default False
            Whether it is a text instead.
        strict : bool, default True
            A wrong pattern is an error; that it gives null is not supported.

        Returns
        -------
        Expr
            Of UInt32; null where there is none.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["banana", "kiwi"]})
        >>> frame.select(dl.col("a").str.find("n")).to_series().to_list()
        [2, None]
        """
        _refuse_lenient("str.find", literal, strict)
        return self._do(find_pattern, pattern, options=(literal,))

    def _strip(self, name, characters):
        if hasattr(characters, "_node"):
            return self._do(name, characters)
        return self._do(strip, options=(name, characters))

    def strip_chars(self, characters=None):
        r"""Without some characters at both ends.

        Parameters
        ----------
        characters : str or Expr, optional
            Which ones; white space of every kind if left out.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["  tea\n"]})
        >>> frame.select(dl.col("a").str.strip_chars()).to_series().to_list()
        ['tea']
        """
        return self._strip("trim", characters)

    def strip_chars_start(self, characters=None):
        """Without some characters at the begin.

        Parameters
        ----------
        characters : str or Expr, optional
            Which ones; white space of every kind if left out.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["xxtea"]})
        >>> frame.select(dl.col("a").str.strip_chars_start("x")).to_series().to_list()
        ['tea']
        """
        return self._strip("ltrim", characters)

    def strip_chars_end(self, characters=None):
        """Without some characters at the end.

        Parameters
        ----------
        characters : str or Expr, optional
            Which ones; white space of every kind if left out.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["tea!!"]})
        >>> frame.select(dl.col("a").str.strip_chars_end("!")).to_series().to_list()
        ['tea']
        """
        return self._strip("rtrim", characters)

    def strip_prefix(self, prefix):
        """Without a text at the begin, where it stands there.

        Parameters
        ----------
        prefix : str or Expr
            The text.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["v1.2", "1.3"]})
        >>> frame.select(dl.col("a").str.strip_prefix("v")).to_series().to_list()
        ['1.2', '1.3']
        """
        return self._do(without_prefix, prefix)

    def strip_suffix(self, suffix):
        """Without a text at the end, where it stands there.

        Parameters
        ----------
        suffix : str or Expr
            The text.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["a.csv", "b"]})
        >>> frame.select(dl.col("a").str.strip_suffix(".csv")).to_series().to_list()
        ['a', 'b']
        """
        return self._do(without_suffix, suffix)

    def split(self, by, *, inclusive=False, literal=True, strict=True):
        """The parts between separators.

        Parameters
        ----------
        by : str or Expr
            The separator; an empty one gives single characters.
        inclusive : bool, default False
            Whether the parts end with the separator.
        literal : bool, default True
            Whether the separator is a text; else it is a regular expression.
        strict : bool, default True
            A wrong pattern is an error; that it gives null is not supported.

        Returns
        -------
        Expr
            Of lists of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["a,b"]})
        >>> frame.select(dl.col("a").str.split(",")).to_series().to_list()
        [['a', 'b']]
        """
        _refuse_lenient("str.split", literal, strict)
        if inclusive and not literal:
            raise error(NotSupported, "str.split(inclusive=True, literal=False) is not supported",
                        "use str.extract_all")
        return self._do(split_list, by, options=(inclusive, literal))

    def split_exact(self, by, n, *, inclusive=False):
        """The first parts between separators, as fields of a struct.

        Parameters
        ----------
        by : str or Expr
            The separator.
        n : int
            How many separators: there is one field more. What is behind them is left out.
        inclusive : bool, default False
            Whether the parts end with the separator.

        Returns
        -------
        Expr
            Of structs with fields `field_0`, `field_1` …; null where a part is missing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["a,b,c"]})
        >>> frame.select(dl.col("a").str.split_exact(",", 1)).to_series().to_list()
        [{'field_0': 'a', 'field_1': 'b'}]
        """
        return self._do(split_fields, by, options=(n + 1, False, inclusive))

    def splitn(self, by, n):
        """The first parts between separators and the rest, as fields of a struct.

        Parameters
        ----------
        by : str or Expr
            The separator.
        n : int
            How many fields.

        Returns
        -------
        Expr
            Of structs with fields `field_0`, `field_1` …; null where a part is missing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["a,b,c"]})
        >>> frame.select(dl.col("a").str.splitn(",", 2)).to_series().to_list()
        [{'field_0': 'a', 'field_1': 'b,c'}]
        """
        return self._do(split_fields, by, options=(n, True))

    def escape_regex(self):
        r"""The text as a pattern that matches it alone.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["a.b"]})
        >>> frame.select(dl.col("a").str.escape_regex()).to_series().to_list()
        ['a\\.b']
        """
        return self._do("regexp_escape")


def _texts(name, patterns):
    """Texts that are the same for all rows."""
    given = patterns.to_list() if hasattr(patterns, "to_list") else patterns
    given = [given] if isinstance(given, str) else given
    if hasattr(given, "_node") or not all(isinstance(text, str) for text in given):
        raise error(NotSupported, f"{name} takes texts that are the same for all rows, in a list or dict")
    return [*given]


def _refuse_lenient(name, literal, strict):
    if not strict and not literal:
        raise error(NotSupported, f"{name}(strict=False) is not supported: a wrong pattern is an error",
                    "leave it out, or set literal=True")
