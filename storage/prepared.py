"""Statements that run for every message: compiled once for each database, then handed straight to its driver.

Putting a statement through SQLAlchemy costs several times what SQLite needs to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy
from sqlalchemy import Dialect, Executable, PoolProxiedConnection, inspect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from storage import batch
from storage.batch import Batch
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
    # The table it writes to, if any, and all that it reads, writes or refers to.
    target: str
    tables: frozenset[str]

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        given = {**self.fixed, **values}
        return tuple([given[name] if make is None else make(given[name]) for name, make in self.given])


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

    def later(self, session: Session, values: Mapping[str, Any], *, last: bool = False) -> None:
        """Runs the statement by the end of the transaction, before anything else there looks at the table it writes to.

        All that were put off go to the database at once; with `last` only those of the last call do.
        """
        together = batch.of(session)
        if together is None:
            self.change(session, values)
            return
        session.flush()
        compiled = self._for(together.dialect, values)
        if compiled.returned or not compiled.target:
            raise TypeError("what this statement returns cannot be put off")
        if any(table == compiled.target and other is not self for table, other in together.later):
            # In the order in which they were put off.
            together.write({compiled.target})
        rows = together.later.setdefault((compiled.target, self), [])
        if last:
            rows.clear()
        rows.append(compiled.parameters(values))

    def write(self, together: Batch, rows: Sequence[tuple[Any, ...]]) -> None:
        """Runs the statement for all of these parameters, made before."""
        compiled = self._compiled[together.dialect.name]
        cursor = together.driver.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(compiled.text, rows[0])
            else:
                cursor.executemany(compiled.text, rows)
        except together.dialect.loaded_dbapi.Error as error:
            raise _wrapped(error, together.dialect, together.driver, cursor, compiled.text) from error
        finally:
            cursor.close()

    def _run(self, session: Session, values: Mapping[str, Any]) -> tuple[int, Sequence[Sequence[Any]]]:
        session.flush()
        together = batch.of(session)
        if together is not None:
            dialect, driver = together.dialect, together.driver
        else:
            connection = session.connection()
            dialect, driver = connection.dialect, connection.connection
        compiled = self._for(dialect, values)
        if together is not None and together.later:
            together.write(compiled.tables)
        parameters = compiled.parameters(values)
        cursor = driver.cursor()
        try:
            cursor.execute(compiled.text, parameters)
            rows: Sequence[Sequence[Any]] = cursor.fetchall() if compiled.returned else ()
            count = cursor.rowcount
        except dialect.loaded_dbapi.Error as error:
            raise _wrapped(error, dialect, driver, cursor, compiled.text) from error
        finally:
            cursor.close()
        if any(compiled.returned):
            rows = [
                [value if make is None else make(value) for value, make in zip(row, compiled.returned, strict=True)]
                for row in rows
            ]
        return count, rows

    def _for(self, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
        return self._compiled.get(dialect.name) or self._compile(dialect, values)

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
            target=target.name if (target := getattr(statement, "table", None)) is not None else "",
            tables=frozenset(_tables(statement)),
        )
        return made


def _tables(statement: Any) -> Iterator[str]:
    for element in visitors.iterate(statement):
        if isinstance(element, sqlalchemy.Table):
            yield element.name
            yield from (key.column.table.name for key in element.foreign_keys)


def _wrapped(
    error: Exception, dialect: Dialect, driver: PoolProxiedConnection, cursor: DBAPICursor, text: str
) -> Exception:
    """A failure of the driver as what SQLAlchemy would make of it, without what people wrote."""
    base = dialect.loaded_dbapi.Error
    gone = dialect.is_disconnect(error, driver.dbapi_connection, cursor)  # type: ignore[arg-type]
    return DBAPIError.instance(
        text, None, error, base, hide_parameters=True, connection_invalidated=gone, dialect=dialect
    )


class PreparedRows(Generic[Row]):
    """A prepared statement that selects whole rows of a table: they are the session's objects, like a query's."""

    def __init__(self, table: type[Row], statement: Executable) -> None:
        self._table, self._statement = table, Prepared(statement)
        self._mapper = inspect(table)
        self._names = [column.name for column in self._mapper.columns]
        self._keys = self._mapper.primary_key

    def copies(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Every row that the statement finds, as objects of no session: who changes them changes nothing stored."""
        rows = self._statement.rows(session, values)
        return [self._table(**dict(zip(self._names, row, strict=True))) for row in rows]

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Every row that the statement finds."""
        found: list[Row] = []
        for row in self.copies(session, values):
            key = self._mapper.identity_key_from_primary_key([getattr(row, column.name) for column in self._keys])
            found.append(session.identity_map.get(key) or adopt(session, row))
        return found

    def first(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """The first row, None without one."""
        return next(iter(self.all(session, values)), None)


def adopt(session: Session, row: Row) -> Row:
    """Makes a row that is stored as it is the session's own, like one that was read."""
    make_transient_to_detached(row)
    session.add(row)
    return row
