"""Thirty-three shapes of queries over the tables of join_order_data: which relations are joined, by
what they have in common, and what is asked of them. As in the Join Order Benchmark there are from
four to seventeen relations, most of them around a film."""

import re

# Relation → its table, and which of its columns mean what; equal meanings are joined.
RELATIONS = {
    "t": ("title", {"id": "film", "kind_id": "kind"}),
    "t2": ("title", {"id": "film 2", "kind_id": "kind 2"}),
    "kt": ("kind_type", {"id": "kind"}),
    "kt2": ("kind_type", {"id": "kind 2"}),
    "mc": ("movie_companies", {"movie_id": "film", "company_id": "company", "company_type_id": "company type"}),
    "mc2": ("movie_companies", {"movie_id": "film 2", "company_id": "company 2"}),
    "cn": ("company_name", {"id": "company"}),
    "cn2": ("company_name", {"id": "company 2"}),
    "ct": ("company_type", {"id": "company type"}),
    "mk": ("movie_keyword", {"movie_id": "film", "keyword_id": "keyword"}),
    "k": ("keyword", {"id": "keyword"}),
    "mi": ("movie_info", {"movie_id": "film", "info_type_id": "info type"}),
    "it1": ("info_type", {"id": "info type"}),
    "mix": ("movie_info_idx", {"movie_id": "film", "info_type_id": "index type"}),
    "it2": ("info_type", {"id": "index type"}),
    "mix2": ("movie_info_idx", {"movie_id": "film 2", "info_type_id": "index type 2"}),
    "it22": ("info_type", {"id": "index type 2"}),
    "ci": ("cast_info", {"movie_id": "film", "person_id": "person", "role_id": "role",
                         "person_role_id": "character"}),
    "n": ("name", {"id": "person"}),
    "rt": ("role_type", {"id": "role"}),
    "chn": ("char_name", {"id": "character"}),
    "an": ("aka_name", {"person_id": "person"}),
    "pi": ("person_info", {"person_id": "person", "info_type_id": "person info type"}),
    "it3": ("info_type", {"id": "person info type"}),
    "aka": ("aka_title", {"movie_id": "film"}),
    "cc": ("complete_cast", {"movie_id": "film", "subject_id": "subject", "status_id": "status"}),
    "cct1": ("comp_cast_type", {"id": "subject"}),
    "cct2": ("comp_cast_type", {"id": "status"}),
    "ml": ("movie_link", {"movie_id": "film", "linked_movie_id": "film 2", "link_type_id": "link type"}),
    "lt": ("link_type", {"id": "link type"}),
}

# What may be asked of a relation, `@` before its columns; `{}` is a number from 0 to 9 drawn for the seed.
FILTERS = {
    "t": ("@production_year > 200{}", "@production_year BETWEEN 1950 AND 19{}9", "@title LIKE '%dark%'",
          "@production_year > 2005 AND @title LIKE 'c%'", "@production_year < 1990"),
    "t2": ("@production_year BETWEEN 2000 AND 201{}", "@production_year > 2005"),
    "kt": ("@kind = 'movie'", "@kind IN ('movie', 'episode')", "@kind = 'tv series'"),
    "kt2": ("@kind IN ('tv series', 'episode', 'movie')",),
    "mc": ("@note LIKE '%(co-production)%'", "@note NOT LIKE '%(TV)%' AND @note LIKE '%(w%'", "@note = '(VHS)'"),
    "cn": ("@country_code = '[us]'", "@country_code <> '[pl]' AND @name LIKE '%king%'", "@country_code = '[de]'"),
    "cn2": ("@country_code = '[us]'", "@country_code <> '[us]'"),
    "ct": ("@kind = 'production companies'", "@kind = 'distributors'"),
    "k": ("@keyword LIKE '%blood%'", "@keyword LIKE '%ghost house%'", "@keyword LIKE '%tag 1{}%'", "@id = 1{}"),
    "mi": ("@info IN ('Sweden', 'Germany', 'Japan')", "@info = 'Horror'", "@info = 'USA'", "@info LIKE 'about 1{}%'"),
    "it1": ("@info = 'info {}'", "@info = 'info 1{}'"),
    "it2": ("@info = 'info 95'", "@info = 'info 97'"),
    "it22": ("@info = 'info 96'",),
    "it3": ("@info = 'info {}'",),
    "mix": ("@info > 8.{}", "@info < 4.{}", "@info > 5"),
    "mix2": ("@info < 3.{}",),
    "ci": ("@note LIKE '%(voice%'", "@note IN ('(writer)', '(producer)')", "@note = '(uncredited)'"),
    "n": ("@gender = 'f' AND @name LIKE '%man%'", "@gender = 'm'", "@name LIKE '%champion%'", "@name LIKE 'b%'"),
    "rt": ("@role = 'actress'", "@role = 'producer'", "@role = 'guest'"),
    "an": ("@name LIKE '%a%'", "@name LIKE '%river%'"),
    "chn": ("@name LIKE '%man%'", "@name LIKE '%queen%' OR @name LIKE '%king%'"),
    "pi": ("@note = 'Volker'", "@note = 'Li'"),
    "cct1": ("@kind = 'cast'", "@kind = 'crew'"),
    "cct2": ("@kind = 'complete+verified'", "@kind LIKE '%complete%'"),
    "lt": ("@link = 'features'", "@link LIKE '%follow%'", "@link IN ('sequel', 'follows', 'remake of')"),
}

# Relations of each shape; those with a star have a filter.
SHAPES = (
    "ct* mc* t mix it2*", "cn* mc t mk k*", "k* mk t* mi*", "it2* mix* t* mk k*", "ct* mc* t* mi* it1",
    "ci n* t* mk k*", "an* ci it3* lt* ml n* pi* t*", "an ci* cn* mc* n* rt* t",
    "an* chn ci* cn* mc* n* rt* t*", "chn* ci* cn* ct mc rt* t*", "cn* ct* k* lt* mc mk ml t*",
    "cn* ct* it1* it2* mc mi* mix* t*", "cn* ct* it1* it2* kt* mc mi mix t", "it1* it2* k* kt* mi* mix* mk t*",
    "aka cn* ct it1* k mc* mi* mk t*", "an ci cn* k* mc mk n t*", "ci cn* k* mc mk n* t",
    "ci* it1* it2* mi mix n* t", "an chn ci* cn* it1* mc* mi* n* rt* t*", "cc cct1* cct2* chn* ci k* kt* mk n t*",
    "cn* ct* k* lt* mc mi* mk ml t*", "cn* ct it1* it2* k* kt* mc* mi* mix* mk t*",
    "cc cct1* cn* ct it1* k kt* mc mi* mk t*", "an chn ci* cn* it1* k* mc mi* mk n* rt* t*",
    "ci* it1* it2* k* mi* mix mk n* t", "cc cct1* cct2* chn* ci it2* k* kt* mix* mk n t*",
    "cc cct1* cct2* cn* ct* k* lt* mc mi* mk ml t*",
    "cc cct1* cct2* cn* ct it1* it2* k* kt* mc* mi* mix* mk t*",
    "an cc cct1* cct2* chn* ci* cn* it1* it3* k* mc mi* mk n* pi rt* t*",
    "cc cct1* cct2* ci* it1* it2* k* mi* mix mk n* t*", "ci* cn* it1* it2* k* mc mi* mix mk n* t",
    "k* lt mk ml t t2", "cn* cn2 it2* it22* kt* kt2* lt* mc mc2 mix mix2* ml t t2*",
)


class Query:
    """A shape with what a seed asks of its relations."""

    def __init__(self, shape, rng):
        self.relations, self.filters = [], {}
        for word in shape.split():
            name = word.rstrip("*")
            self.relations.append(name)
            if word.endswith("*"):
                choices = FILTERS[name]
                self.filters[name] = choices[rng.integers(len(choices))].format(rng.integers(10))
        self.equalities = self._equalities(rng)

    def columns(self, name):
        """Meaning → column, of those that another relation has too."""
        shared = [meaning for other in self.relations if other != name
                  for meaning in RELATIONS[other][1].values()]
        return {meaning: column for column, meaning in RELATIONS[name][1].items() if meaning in shared}

    def known_of(self, name):
        """What is so of a relation's rows that have a partner: its filter, and what others ask of a
        column that equals one of its own."""
        known = [self.filters.get(name, "true").replace("@", "")]
        columns = self.columns(name)
        for other, term in self.filters.items():
            told = re.fullmatch(r"@(\w+)( = \d+)", term)
            meaning = told and RELATIONS[other][1].get(told[1])
            if other != name and meaning in columns:
                known.append(columns[meaning] + told[2])
        return known

    def _equalities(self, rng):
        """A chain for each meaning, and now and then one more that follows from it."""
        members = {}
        for name in self.relations:
            for meaning, column in self.columns(name).items():
                members.setdefault(meaning, []).append(f"{name}.{column}")
        found = []
        for same in members.values():
            same = list(rng.permutation(same))
            found += [f"{a} = {b}" for a, b in zip(same, same[1:], strict=False)]
            if len(same) > 2 and rng.random() < 0.7:
                found.append(f"{same[0]} = {same[2]}")
        return list(rng.permutation(found))

    def sql(self):
        relations = ", ".join(self.relations)
        filters = [f"({term.replace('@', name + '.')})" for name, term in self.filters.items()]
        return f"SELECT count(*) FROM {relations} WHERE {' AND '.join([*self.equalities, *filters])}"
