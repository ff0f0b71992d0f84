"""How much a proof tries, and from which seed: a long one can be added up from short pieces, each with its own."""

from __future__ import annotations

import pytest

# What a proof tries when it is run whole.
WHOLE = {"kills": 100, "requests": 100_000}


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, whole in WHOLE.items():
        parser.addoption(f"--{name}", type=int, default=whole, help=f"how many {name} a proof makes ({whole})")
    parser.addoption("--seed", type=int, default=1, help="where the random choices of a proof begin (1)")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return _asked(request, "kills", WHOLE["kills"])


@pytest.fixture
def requests(request: pytest.FixtureRequest) -> int:
    return _asked(request, "requests", WHOLE["requests"])


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return _asked(request, "seed", 1)


def _asked(request: pytest.FixtureRequest, name: str, whole: int) -> int:
    # Collected with all other tests, this file is read too late to add its options.
    asked: int = request.config.getoption(name, default=whole)
    return asked
