"""Text columns put together without a loop over rows.

A line is a concatenation of string columns; Arrow joins them, and because the strings of an Arrow
column lie one behind the other, the column's own buffer is what the file holds.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def constant(text):
    return pa.scalar(text, pa.large_string())


def pick(words, codes):
    """words[codes] as strings."""
    return pa.array(words, pa.large_string()).take(pa.array(codes))


def digits(numbers):
    """Whole numbers in decimal."""
    return pc.cast(pa.array(numbers), pa.large_string())


_TWO_DIGITS = [f"{number:02d}" for number in range(100)]


def cents(amounts):
    """Whole cents as 12.34."""
    return concat(digits(amounts // 100), constant("."), pick(_TWO_DIGITS, amounts % 100))


def concat(*columns):
    return pc.binary_join_element_wise(*columns, constant(""))


def file_bytes(lines):
    """The bytes of a string column, one string behind the other."""
    if isinstance(lines, pa.ChunkedArray):
        lines = lines.combine_chunks()
    assert lines.null_count == 0 and pa.types.is_large_string(lines.type)
    offsets = np.frombuffer(lines.buffers()[1], np.int64)
    first, last = offsets[lines.offset], offsets[lines.offset + len(lines)]
    return memoryview(lines.buffers()[2])[first:last]


def fixed_width_letters(random, count, width):
    """Random lower-case strings of one width; at width 11 practically all distinct."""
    letters = random.integers(ord("a"), ord("z") + 1, size=count * width, dtype=np.uint8)
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int64)
    return pa.LargeStringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(letters))


def skewed(random, count, size):
    """Codes 0 … size-1, low ones far more often: a request log's paths are not uniform."""
    return np.minimum((random.random(count) ** 3 * size).astype(np.int64), size - 1)
