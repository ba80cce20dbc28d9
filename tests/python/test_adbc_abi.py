"""The ADBC driver's C interface, where it is used in ways that a driver manager does not."""

import re

from adbc_abi import TOP


def test_every_code_of_the_engine_has_a_status():
    codes = re.findall(r'ERROR_CODE\(\w+, "(\w+)"', (TOP / "src" / "base" / "error_codes.def").read_text())
    meant = re.findall(r'Meaning\{"(\w+)"', (TOP / "adbc" / "failure.cpp").read_text())
    assert codes and sorted(meant) == sorted(codes)
