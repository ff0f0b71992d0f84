"""Statements that run for every message: compiled once for each database, then handed straight to its driver.

Putting a statement through SQLAlchemy costs several times what SQLite needs to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect, Executable, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from storage import batch
from storage.columns import Table

Process = Callable[[Any], Any]
Row = TypeVar("Row", bound=Table)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in the words of one driver: what it is given, in order, and what is made of what it returns."""

    text: str
    given: tuple[tuple[str, Process | None], ...]
    fixed: Mapping[str, Any]
    returned: tuple[Process | None, ...]


class Prepared:
    """A Core statement to be run often, with the same names for its parameters every time.

    Where the databases differ, a function makes it of the dialect's name. A list of values as one parameter (IN) is not
    possible. What waits in the session is flushed first. Raises what SQLAlchemy raises.
    """

    def __init__(self, statement: Executable | Callable[[str], Executable]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def change(self, session: Session, values: Mapping[str, Any]) -> int:
        """Runs the statement; returns how many rows it changed."""
        return self._run(session, values)[0]

    def rows(self, session: Session, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Runs the statement; returns the rows that it found, or that it says it changed."""
        return self._run(session, values)[1]

    def value(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first column of the first row, None without a row."""
        rows = self.rows(session, values)
        return rows[0][0] if rows else None

    def _run(self, session: Session, values: Mapping[str, Any]) -> tuple[int, Sequence[Sequence[Any]]]:
        session.flush()
        together = batch.of(session)
        if together is not None:
            dialect, driver = together.dialect, together.driver
        else:
            connection = session.connection()
            dialect, driver = connection.dialect, connection.connection
        compiled = self._compiled.get(dialect.name) or self._compile(dialect, values)
        given = {**compiled.fixed, **values}
        parameters = tuple([given[name] if make is None else make(given[name]) for name, make in compiled.given])
        cursor = driver.cursor()
        try:
            cursor.execute(compiled.text, parameters)
            rows = cursor.fetchall() if compiled.returned else ()
            count = cursor.rowcount
        except dialect.loaded_dbapi.Error as error:
            gone = dialect.is_disconnect(error, driver.dbapi_connection, cursor)
            raise DBAPIError.instance(
                compiled.text,
                None,
                error,
                dialect.loaded_dbapi.Error,
                hide_parameters=True,
                connection_invalidated=gone,
                dialect=dialect,
            ) from error
        finally:
            cursor.close()
        if any(compiled.returned):
            rows = [
                [value if make is None else make(value) for value, make in zip(row, compiled.returned, strict=True)]
                for row in rows
            ]
        return count, rows

    def _compile(self, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
        statement: Any = self._statement(dialect.name) if callable(self._statement) else self._statement
        compiled = statement.compile(dialect=dialect, column_keys=list(values))
        assert isinstance(compiled, SQLCompiler)
        if compiled.post_compile_params or compiled.positiontup is None:
            raise TypeError("this statement cannot be prepared")

        def bind(name: str) -> Process | None:
            return compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)

        made = self._compiled[dialect.name] = _Compiled(
            text=str(compiled),
            given=tuple((name, bind(name)) for name in compiled.positiontup),
            fixed={name: value for name, value in compiled.params.items() if name not in values},
            returned=tuple(
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in statement.exported_columns
            ),
        )
        return made


class PreparedRows(Generic[Row]):
    """A prepared statement that selects whole rows of a table: they are the session's objects, like a query's."""

    def __init__(self, table: type[Row], statement: Executable) -> None:
        self._table, self._statement = table, Prepared(statement)
        self._mapper = inspect(table)
        self._names = [column.name for column in self._mapper.columns]

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Every row that the statement finds."""
        found: list[Row] = []
        for row in self._statement.rows(session, values):
            read = dict(zip(self._names, row, strict=True))
            key = self._mapper.identity_key_from_primary_key([read[column.name] for column in self._mapper.primary_key])
            found.append(session.identity_map.get(key) or adopt(session, self._table(**read)))
        return found

    def first(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """The first row, None without one."""
        return next(iter(self.all(session, values)), None)


def adopt(session: Session, row: Row) -> Row:
    """Makes a row that is stored as it is the session's own, like one that was read."""
    make_transient_to_detached(row)
    session.add(row)
    return row
