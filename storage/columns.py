"""The kinds of columns that the tables are made of; every moment is aware, and stored in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, ForeignKey, Integer
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Table(SQLModel):
    """What every table is: its rows are made of what they are given and of their columns' defaults."""

    def __init__(self, **values: Any) -> None:
        # As SQLModel does it, but for an event on every attribute: nobody listens, and it takes most of a message's
        # time to build a row.
        fixed, made = _defaults(type(self))
        self.__dict__.update(fixed)
        for name, make in made:
            if name not in values:
                self.__dict__[name] = make()
        self.__dict__.update(values)


@cache
def _defaults(table: type[SQLModel]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The columns' defaults: those that every row may share, and what makes those of which each needs its own."""
    fixed: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for name, field in table.model_fields.items():
        if field.default_factory is not None:
            made.append((name, cast(Callable[[], Any], field.default_factory)))
        elif not field.is_required():
            fixed[name] = field.default
    return fixed, made


class Moment(TypeDecorator[datetime]):
    """An aware moment; stored in UTC, read back aware. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    # Without `process_bind_param` and the database type's own processors: they take a multiple of the time.
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """What makes of a moment what the driver is given."""
        stored = sqlite_text if dialect.name == "sqlite" else utc
        return lambda moment: None if moment is None else stored(moment)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """What makes a moment of what the driver returns; PostgreSQL's returns one in UTC."""
        if dialect.name != "sqlite":
            return None
        return lambda stored: None if stored is None else datetime.fromisoformat(stored).replace(tzinfo=UTC)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("an aware datetime is needed")
    return moment.astimezone(UTC)


def sqlite_text(moment: datetime) -> str:
    """A moment as SQLite keeps it, where comparisons are those of texts. Raises ValueError for a naive one."""
    return utc(moment).replace(tzinfo=None).isoformat(" ", "microseconds")


# SQLite numbers rows by itself only in a column of type INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


def own_id() -> Any:
    """A number the database gives."""
    return Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))


def fact_number() -> Any:
    """The short number of a fact, drawn from `Record`."""
    return Field(sa_column=Column(BigId, ForeignKey("record.number"), primary_key=True, autoincrement=False))


def moment(*, index: bool = False) -> Any:
    """An aware moment."""
    return Field(sa_column=Column(Moment, nullable=False, index=index))


def maybe_moment(*, index: bool = False) -> Any:
    """An aware moment, or None."""
    return Field(default=None, sa_column=Column(Moment, nullable=True, index=index))


def json_of(default: type) -> Any:
    """A value kept as JSON, `default()` when none is given."""
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))
