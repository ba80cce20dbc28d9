"""Films, people, companies and what is said of them: tables like those of the Join Order Benchmark
(Leis and others, VLDB 2015), made from a seed. Few films and people are in most rows, and what a row
says depends on which film it is of: what makes estimates go wrong."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FILMS, PEOPLE, COMPANIES, KEYWORDS, CHARACTERS = 40_000, 60_000, 8_000, 6_000, 30_000
COUNTRIES = ["[us]", "[gb]", "[de]", "[fr]", "[in]", "[jp]", "[se]", "[it]", "[ca]", "[br]", "[pl]"]
KINDS = ["movie", "tv series", "tv movie", "video movie", "tv mini series", "video game", "episode"]
ROLES = ["actor", "actress", "producer", "writer", "cinematographer", "composer", "costume designer",
         "director", "editor", "miscellaneous crew", "production designer", "guest"]
LINKS = ["follows", "followed by", "remake of", "remade as", "references", "referenced in", "spoofs",
         "spoofed in", "features", "featured in", "spin off from", "spin off", "version of",
         "similar to", "edited into", "edited from", "alternate language version of", "unknown link"]
COMPANY_TYPES = ["production companies", "distributors", "special effects companies", "miscellaneous companies"]
CAST_TYPES = ["cast", "crew", "complete", "complete+verified"]
INFO_TYPES = 110
WORDS = ["night", "love", "dark", "city", "king", "blood", "man", "champion", "loser", "dream", "house",
         "river", "iron", "money", "return", "last", "war", "summer", "girl", "ghost"]


class Making:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def ranks(self, count, size, skew):
        """`size` numbers below `count`, few of them most of the time; which ones is up to the seed."""
        weights = 1.0 / np.arange(1, count + 1) ** skew
        drawn = self.rng.choice(count, size, p=weights / weights.sum())
        return self.rng.permutation(count)[drawn]

    def of(self, names, size, skew=0.0):
        weights = 1.0 / np.arange(1, len(names) + 1) ** skew
        return np.array(names)[self.rng.choice(len(names), size, p=weights / weights.sum())]

    def names(self, count, what):
        first, second = self.of(WORDS, count, 0.6), self.of(WORDS, count, 0.3)
        return np.char.add(np.char.add(np.char.add(first, " "), np.char.add(second, f" {what} ")),
                           np.arange(count).astype(str))

    def where(self, share, chosen, other):
        """`chosen` with the probability `share` (one a row), else `other`."""
        return np.where(self.rng.random(len(share)) < share, chosen, other)


def tables(seed):
    """Name of a table → its columns."""
    m = Making(seed)
    rng = m.rng
    made = {
        "kind_type": {"id": np.arange(7), "kind": np.array(KINDS)},
        "role_type": {"id": np.arange(12), "role": np.array(ROLES)},
        "link_type": {"id": np.arange(18), "link": np.array(LINKS)},
        "company_type": {"id": np.arange(4), "kind": np.array(COMPANY_TYPES)},
        "comp_cast_type": {"id": np.arange(4), "kind": np.array(CAST_TYPES)},
        "info_type": {"id": np.arange(INFO_TYPES),
                      "info": np.array([f"info {i}" for i in range(INFO_TYPES)])},
    }
    # How much is said of a film; what is popular is recent, and a movie.
    fame = rng.pareto(1.1, FILMS) + 0.05
    fame = np.minimum(fame, 400)
    share = fame / fame.sum()
    known = np.argsort(np.argsort(fame)) / FILMS
    kind = m.where(known, 0, rng.choice(7, FILMS, p=[.1, .1, .05, .1, .05, .05, .55]))
    year = (1900 + 115 * np.clip(0.75 * known + 0.5 * rng.random(FILMS), 0, 1) ** 0.5).astype(int)
    made["title"] = {"id": np.arange(FILMS), "title": m.names(FILMS, "part"), "kind_id": kind,
                     "production_year": year}
    country = m.of(COUNTRIES, COMPANIES, 1.1)
    made["company_name"] = {"id": np.arange(COMPANIES), "name": m.names(COMPANIES, "films"),
                            "country_code": country}
    made["keyword"] = {"id": np.arange(KEYWORDS), "keyword": m.names(KEYWORDS, "tag")}
    made["char_name"] = {"id": np.arange(CHARACTERS), "name": m.names(CHARACTERS, "as")}
    gender = m.of(["m", "f", ""], PEOPLE, 0.7)
    made["name"] = {"id": np.arange(PEOPLE), "name": m.names(PEOPLE, "of"), "gender": gender}

    def films(size):
        return rng.choice(FILMS, size, p=share)

    size = 80_000
    film = films(size)
    company = m.where(known[film] ** 2, m.ranks(60, size, 0.8), m.ranks(COMPANIES, size, 0.9))
    made["movie_companies"] = {
        "movie_id": film, "company_id": company,
        "company_type_id": m.where(np.where(country[company] == "[us]", 0.8, 0.2), 1, rng.choice(3, size)),
        "note": m.where(known[film], m.of(["(worldwide)", "(theatrical)", "(co-production)"], size, 0.5),
                        m.of(["(VHS)", "(TV)", "(presents)", "(uncredited)"], size, 1.0))}
    size = 120_000
    film = films(size)
    made["movie_keyword"] = {"movie_id": film, "keyword_id": m.where(
        known[film] ** 3, m.ranks(40, size, 1.0), m.ranks(KEYWORDS, size, 0.8))}
    size = 250_000
    film = films(size)
    info_type = m.ranks(INFO_TYPES, size, 1.2)
    genre = m.where(np.where(kind[film] == 0, 0.8, 0.1), m.of(["Drama", "Horror", "Action"], size, 0.8),
                    m.of(["Comedy", "News", "Reality", "Short", "Documentary"], size, 0.5))
    land = m.where(known[film], "USA", m.of(["Germany", "Sweden", "India", "Japan", "France"], size, 0.7))
    made["movie_info"] = {"movie_id": film, "info_type_id": info_type,
                          "info": np.where(info_type % 3 == 0, genre, np.where(info_type % 3 == 1, land,
                                           np.char.add("about ", rng.integers(0, 5000, size).astype(str))))}
    size = 40_000
    film = films(size)
    rating = np.clip(3 + 6 * known[film] + rng.normal(0, 1, size), 0, 10).round(1)
    made["movie_info_idx"] = {"movie_id": film, "info_type_id": 95 + m.ranks(5, size, 1.0), "info": rating}
    size = 300_000
    film = films(size)
    role = m.ranks(12, size, 0.9)
    person = m.where(known[film] ** 2, m.ranks(3000, size, 0.7), m.ranks(PEOPLE, size, 0.5))
    made["cast_info"] = {
        "movie_id": film, "person_id": person, "role_id": role,
        "person_role_id": np.where(role % 2 == 0, m.ranks(CHARACTERS, size, 0.8), -1),
        "note": m.where(np.where(gender[person] == "m", 0.1, 0.5), m.of(["(voice)", "(voice: English)"], size),
                        m.of(["(producer)", "(uncredited)", "(writer)", ""], size, 0.4))}
    made["aka_name"] = {"person_id": m.ranks(PEOPLE, 20_000, 0.8), "name": m.names(20_000, "aka")}
    size = 80_000
    made["person_info"] = {"person_id": m.ranks(PEOPLE, size, 0.7), "info_type_id": m.ranks(30, size, 1.0),
                           "note": m.of(["Volker", "Anna", "Tom", "Li"], size, 1.0)}
    made["aka_title"] = {"movie_id": films(10_000), "title": m.names(10_000, "aka")}
    made["complete_cast"] = {"movie_id": films(6_000), "subject_id": rng.choice(2, 6_000, p=[.8, .2]),
                             "status_id": 2 + rng.choice(2, 6_000, p=[.3, .7])}
    size = 3_000
    made["movie_link"] = {"movie_id": films(size), "linked_movie_id": films(size),
                          "link_type_id": m.ranks(18, size, 1.0)}
    # Some tables lie in the order of their films, as exports do.
    for name in ("movie_keyword", "movie_info_idx"):
        order = np.argsort(made[name]["movie_id"], kind="stable")
        made[name] = {column: values[order] for column, values in made[name].items()}
    return made


def write(folder, made):
    for name, columns in made.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet", row_group_size=50_000)
