"""Expressions: what they are (`nodes`), where they begin (`construct`), and how a frame's verb makes
bytes of them (`selecting`, `lower`)."""
