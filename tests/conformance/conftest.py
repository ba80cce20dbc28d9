"""What the tests of the C ABI share."""

import pytest
from c_abi import Session, load


@pytest.fixture(scope="session")
def doline(library):
    return load(library)


@pytest.fixture
def session(doline):
    made = Session(doline)
    yield made
    made.close()
