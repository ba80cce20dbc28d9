"""The namespace `str`: what looks for something in a text."""

from __future__ import annotations

from ..errors import NotSupported
from .literals import literal_bytes
from .text_trees import (_dollars, any_of, contains_pattern, count_pattern, extract_every,
                         extract_group, extract_named, find_pattern, replace_literal, replace_pattern,
                         split_fields, split_list, strip, without_prefix, without_suffix)


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
            Without effect: a wrong pattern is an error.

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
        values = [p.lower() if ascii_case_insensitive else p for p in patterns]
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
            raise NotSupported("str.replace(n=…) is not supported beyond 1; use replace_all")
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

    def replace_many(self, patterns, replace_with=None, **unsupported):
        """Several texts replaced, one after the other.

        Parameters
        ----------
        patterns : dict or list of str
            What is replaced; a dict says by what.
        replace_with : str or list of str, optional
            By what.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> words = {"tea": "coffee", "milk": "sugar"}
        >>> frame = dl.DataFrame({"a": ["tea and milk"]})
        >>> frame.select(dl.col("a").str.replace_many(words)).to_series().to_list()
        ['coffee and sugar']
        """
        if unsupported:
            raise NotSupported("options of replace_many are not supported; use replace_all")
        pairs = patterns if isinstance(patterns, dict) else dict(
            zip(patterns, [replace_with] * len(patterns) if isinstance(replace_with, str) else replace_with))
        out = self._of
        for old, new in pairs.items():
            out = out._apply("replace", old, new)
        return out

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
            Without effect: a wrong pattern is an error.

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
        return self._do(find_pattern, pattern, options=(literal,))

    def strip_chars(self, characters=None):
        r"""Without some characters at both ends.

        Parameters
        ----------
        characters : str, optional
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
        return self._do(strip, options=("trim", characters))

    def strip_chars_start(self, characters=None):
        """Without some characters at the begin.

        Parameters
        ----------
        characters : str, optional
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
        return self._do(strip, options=("ltrim", characters))

    def strip_chars_end(self, characters=None):
        """Without some characters at the end.

        Parameters
        ----------
        characters : str, optional
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
        return self._do(strip, options=("rtrim", characters))

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

    def split(self, by, *, inclusive=False):
        """The parts between separators.

        Parameters
        ----------
        by : str or Expr
            The separator; an empty one gives single characters.
        inclusive : bool, default False
            Whether the parts end with the separator.

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
        return self._do(split_list, by, options=(inclusive,))

    def split_exact(self, by, n, *, inclusive=False):
        """The first parts between separators, as fields of a struct.

        Parameters
        ----------
        by : str or Expr
            The separator.
        n : int
            How many separators: there is one field more. What is behind them is left out.

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
        if inclusive:
            raise NotSupported("split_exact(inclusive=True) is not supported; use split")
        return self._do(split_fields, by, options=(n + 1, False))

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
