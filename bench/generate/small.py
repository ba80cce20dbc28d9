"""Ten thousand different statements over a table of ten rows."""

import random

SEED = 4711

TABLE = """CREATE OR REPLACE TABLE items AS SELECT * FROM (VALUES
  (1, 'lamp', 19.90::DOUBLE, DATE '2024-01-05', 'home'),
  (2, 'desk', 249.00, DATE '2024-01-09', 'office'),
  (3, 'chair', 89.50, DATE '2024-02-11', 'office'),
  (4, 'kettle', 34.95, DATE '2024-02-20', 'kitchen'),
  (5, 'mug', 7.20, DATE '2024-03-02', 'kitchen'),
  (6, 'rug', 120.00, DATE '2024-03-15', 'home'),
  (7, 'shelf', 64.40, DATE '2024-04-01', 'office'),
  (8, 'pan', 42.00, DATE '2024-04-18', 'kitchen'),
  (9, 'clock', 25.75, DATE '2024-05-07', 'home'),
  (10, 'plant', 15.10, DATE '2024-05-30', 'home')) AS t(id, name, price, day, room)"""

# Every shape orders its rows: answers are compared one by one. {a} {b} are whole numbers, {x} a
# price, {w} a word; {c} and {d} are columns.
SHAPES = (
    "SELECT {c}, price FROM items WHERE id = {a} ORDER BY id",
    "SELECT id, {c} FROM items WHERE price > {x} ORDER BY id",
    "SELECT id, name FROM items WHERE name LIKE '%{w}%' OR id < {a} ORDER BY id",
    "SELECT room, count(*), sum(price) FROM items WHERE id <> {a} GROUP BY room ORDER BY room",
    "SELECT room, max({d}) AS top FROM items GROUP BY room HAVING max(price) > {x} ORDER BY room",
    "SELECT id + {a} AS shifted, price * {x} AS product FROM items ORDER BY id LIMIT {b}",
    "SELECT upper(name) || '-{w}', length(name) + {a} FROM items ORDER BY id LIMIT 3",
    "SELECT a.id, b.name FROM items a JOIN items b ON a.id = b.id + {b} ORDER BY a.id",
    "SELECT count(*) FROM items a, items b WHERE a.price < b.price + {x} AND a.id <> {a}",
    "SELECT CASE WHEN price < {x} THEN 'low' ELSE '{w}' END AS class, id FROM items ORDER BY id",
    "SELECT sum(price) FILTER (WHERE id > {a}), avg(price), min({c}) FROM items",
    "SELECT DISTINCT room FROM items WHERE {d} IS NOT NULL AND id > {a} - 5 ORDER BY room",
    "WITH cheap AS (SELECT * FROM items WHERE price < {x}) SELECT id, {c} FROM cheap ORDER BY id",
    "SELECT id, price FROM items WHERE price > (SELECT avg(price) - {x} FROM items) ORDER BY id",
    "SELECT id FROM items WHERE id IN ({a}, {b}, 7) UNION ALL SELECT {a} ORDER BY 1",
    "SELECT day + INTERVAL {a} DAY AS later, {c} FROM items WHERE id = {b} ORDER BY id",
    "SELECT id, row_number() OVER (PARTITION BY room ORDER BY price + {a}) FROM items ORDER BY id",
    "SELECT id, CAST(price + {x} AS INTEGER) AS whole FROM items ORDER BY id DESC LIMIT {b}",
    "SELECT coalesce(nullif(room, '{w}'), 'none') AS r, count(*) FROM items GROUP BY r ORDER BY r",
    "SELECT year(day), month(day), id % {b} AS rest FROM items WHERE id >= {a} ORDER BY id",
)
WORDS = ("a", "e", "lamp", "ch", "k", "home", "ug", "pl", "office", "o")


def statements(count):
    """`count` distinct texts, the same for the same count."""
    source = random.Random(SEED)
    found = {}
    while len(found) < count:
        shape = SHAPES[len(found) % len(SHAPES)]
        text = shape.format(
            a=source.randint(1, 10_000), b=source.randint(1, 9),
            x=f"{source.randint(100, 3_000_000) / 10_000:.4f}", w=source.choice(WORDS),
            c=source.choice(("name", "room", "day")), d=source.choice(("price", "id", "name")))
        if text in found:
            # Shapes with few placeholders run dry first: a comment keeps the text distinct.
            text += f" -- {len(found)}"
        found[text] = None
    return list(found)
