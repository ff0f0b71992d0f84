"""The kinds of columns that the tables are made of; every moment is aware, and stored in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, ForeignKey, Integer
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class Moment(TypeDecorator[datetime]):
    """An aware moment; stored in UTC, read back aware. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an aware datetime is needed")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def sqlite_text(moment: datetime) -> str:
    """A moment as SQLite keeps it, where comparisons are those of texts. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("an aware datetime is needed")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


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
