"""The command line: reads settings, builds the bot out of its rooms, runs one command. No logic of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click

PROGRAM = "python main.py"
# One command may have more names in memory than a service that runs for months.
MOST_IN_MEMORY = 200_000


def fail(reason: object) -> NoReturn:
    """Ends the command with one readable line on stderr."""
    click.echo(f"{PROGRAM}: {reason}", err=True)
    sys.exit(1)


def load_settings() -> Any:
    """The settings, or the end of the command with the setting that is wrong."""
    from pydantic import ValidationError

    from bot.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        found = error.errors()[0]
        name = ".".join(map(str, found["loc"])).upper() or "settings"
        fail(f"{name}: {found['msg'].removeprefix('Value error, ')} (see .env.example)")


def json_lines(needed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The JSON objects on stdin, one a line, each with the keys needed."""
    for number, raw in enumerate(sys.stdin, 1):
        if not raw.strip():
            continue
        try:
            data = json.loads(raw)
            missing = [key for key in needed if key not in data]
        except (ValueError, TypeError) as error:
            fail(f"line {number} of stdin: {error}")
        if missing:
            fail(f"line {number} of stdin: {', '.join(missing)} is missing")
        yield data


def emit(data: object) -> None:
    """One JSON line on stdout."""
    click.echo(json.dumps(data, ensure_ascii=False))


class OneLine(click.Group):
    """Commands whose wrong use, too, is told in one line on stderr."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs a command as click does, and ends the process with its status in standalone mode."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            where = PROGRAM.rpartition(" ")[0] + " " + context.command_path if context else PROGRAM
            # Of a group without a command click's message is its whole help.
            told = (
                "Missing command" if isinstance(error, click.exceptions.NoArgsIsHelpError) else error.format_message()
            )
            click.echo(f"{PROGRAM}: {' '.join(told.split()).rstrip('.')} (see {where} --help)", err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            fail("stopped")
        sys.exit(status if isinstance(status, int) else 0)


@click.group(cls=OneLine, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """一诺 (Yinuo): one line in the group becomes a kept promise. Without a command: serve."""
    if context.invoked_subcommand is None:
        context.invoke(serve)


@cli.command()
@click.option("--host", help="Address to listen on (HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (PORT).")
@click.option("--empty", is_flag=True, help="Start without the demo team.")
def serve(host: str | None = None, port: int | None = None, empty: bool = False) -> None:
    """Run the bot: webhook server, worker, delivery, scheduler, console."""
    from bot import logs, service
    from scheduler.policy import PolicyError
    from storage.store import StoreUnavailable

    settings = load_settings()
    logs.set_up(settings.log_level, settings.log_format)
    try:
        asyncio.run(
            service.serve(settings, host or settings.host, settings.port if port is None else port, empty=empty)
        )
    except (OSError, ValueError, PolicyError, service.NotLoaded) as error:
        fail(error)
    except StoreUnavailable as error:
        fail(f"the database does not answer: {error}")


@cli.command()
@click.option("--now", "now_text", help="The moment the message was sent, ISO-8601; default: now.")
@click.argument("text", required=False)
def parse(now_text: str | None, text: str | None) -> None:
    """Show what the bot understands of a commitment. Without TEXT: JSON lines {"id","now","text"} on stdin."""
    from bot.calendar import Calendar
    from bot.clock import SystemClock
    from handlers.language.clauses import MOST_ITEMS, Item, understand

    settings = load_settings()
    calendar = Calendar(settings.timezone, work_hours=settings.work_hours, quiet_hours=settings.quiet_hours)

    def moment(value: str) -> datetime:
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            fail(f"{value!r} is not a moment like 2026-11-23T09:00:00+08:00")
        return calendar.local(read if read.tzinfo else read.replace(tzinfo=calendar.zone))

    def items_of(message: str, now: datetime, name: str) -> tuple[Item, ...]:
        items, whole = understand(message, now, calendar)
        if not whole:
            click.echo(f"{PROGRAM}: {name}: more than {MOST_ITEMS} items or too many dates, not all is read", err=True)
        return items

    if text is not None:
        now = moment(now_text) if now_text else calendar.local(SystemClock().now())
        for item in items_of(text, now, "the message"):
            click.echo(
                f"{item.matter or '（没有事项）'}  →  {item.due:%Y-%m-%d %H:%M}" if item.due else f"{item.matter}  →  ?"
            )
            click.echo(f"    phrase {item.phrase!r}  issue {item.issue}  for {', '.join(item.mentions) or '-'}")
        return
    for data in json_lines(("id", "now", "text")):
        items = items_of(data["text"], moment(data["now"]), f"id {data['id']!r}")
        emit(
            {
                "id": data["id"],
                "items": [
                    {
                        "matter": item.matter,
                        "due": f"{item.due:%Y-%m-%dT%H:%M}" if item.due and item.issue is None else None,
                        "issue": item.issue,
                    }
                    for item in items
                ],
            }
        )


@cli.command()
@click.option("--clients", "file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("text", required=False)
def match(file: Path, text: str | None) -> None:
    """Find the client a message names. Without TEXT: JSON lines {"id","message"} or {"id","mention"} on stdin."""
    from bot.client_file import FileDirectory
    from bot.sheets import SheetError, read_names
    from handlers.language.names import Directory, Match

    try:
        names = read_names(file)
    except SheetError as error:
        fail(error)
    entries = ((key, name, aliases) for key, (name, aliases) in enumerate(names, 1))
    directory: Directory | FileDirectory
    if len(names) <= MOST_IN_MEMORY:
        directory = Directory(entries)
    else:
        context = click.get_current_context()
        folder = context.with_resource(tempfile.TemporaryDirectory())
        directory = FileDirectory.build(Path(folder) / "clients.names", entries)
        context.call_on_close(directory.close)

    def shown(found: Match) -> dict[str, Any]:
        return {"candidates": [directory.name(key) for key in found.candidates[:5]], "ask": found.ask}

    if text is not None:
        found = directory.message(text)
        if not found.candidates:
            click.echo("no client")
        for key in found.candidates:
            click.echo(directory.name(key))
        if found.ask:
            click.echo("(the bot would ask which)")
        return
    for data in json_lines(("id",)):
        if "mention" in data:
            emit({"id": data["id"], **shown(directory.mention(data["mention"]))})
        elif "message" in data:
            emit({"id": data["id"], **shown(directory.message(data["message"]))})
        else:
            fail(f"id {data['id']!r}: message or mention is missing")


@cli.command()
@click.argument("log", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--team", "team_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--until", help="Keep the clock running until then, ISO-8601; default: the last line.")
@click.option("--policies", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Another policies.toml.")
@click.option("--db", help="A database that is kept; default: one that is thrown away.")
def replay(log: Path, team_file: Path, until: str | None, policies: Path | None, db: str | None) -> None:
    """Run the whole bot over a recorded log on a virtual clock: what it would have said, as JSON lines."""
    from bot import logs, replaying, team
    from bot.replay import LogError
    from scheduler.policy import PolicyError

    logs.set_up("ERROR")
    try:
        end = datetime.fromisoformat(until) if until else None
    except ValueError:
        fail(f"--until: {until!r} is not a moment like 2026-11-30T09:00:00+08:00")
    if end is not None and end.tzinfo is None:
        fail("--until needs an offset, like 2026-11-30T09:00:00+08:00")
    try:
        with tempfile.TemporaryDirectory() as folder:
            url = db or f"sqlite:///{folder}/replay.db"
            run = replaying.run(log, team_file, end, policies, url, durable=db is not None, emit=emit)
            summary = asyncio.run(run)
    except (LogError, team.TeamError, PolicyError, ValueError, OSError) as error:
        fail(error)
    replaying.show(summary)


@cli.group(name="import")
def import_() -> None:
    """Take people, clients or leads from an .xlsx or .csv file."""


def _import(kind: str) -> Callable[[Path, Path | None], None]:
    def run(file: Path, rejects: Path | None) -> None:
        from bot import sheets

        settings = load_settings()
        try:
            if kind == "leads":
                from bot import leads

                report = asyncio.run(leads.take(file, rejects, settings))
            else:
                report = asyncio.run(sheets.take(kind, file, rejects, settings.database_url, settings.timezone))
        except (sheets.SheetError, ValueError, OSError) as error:
            fail(error)
        for line in report.lines():
            click.echo(line)
        if report.rejected:
            sys.exit(1)

    return run


for _kind, _what in (("people", "the roster"), ("clients", "the clients"), ("leads", "leads, with their clocks")):
    _command = click.Command(
        _kind,
        callback=_import(_kind),
        help=f"Import {_what}; running it twice changes nothing, bad rows are named and left out.",
        params=[
            click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.Option(["--rejects"], type=click.Path(dir_okay=False, path_type=Path), help="Write bad rows here."),
        ],
    )
    import_.add_command(_command)


@cli.command()
@click.argument("what", type=click.Choice(["followups", "commitments", "reports", "events"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--since", help="From this day on, YYYY-MM-DD.")
@click.option("--until", help="Up to and including this day, YYYY-MM-DD.")
@click.option("--unmasked", is_flag=True, help="Write phone numbers in full.")
def export(what: str, file: Path, since: str | None, until: str | None, unmasked: bool) -> None:
    """Write follow-ups, commitments, daily reports or the history to an .xlsx or .csv file."""
    from bot import exports

    settings = load_settings()
    try:
        rows = asyncio.run(
            exports.write(
                what, file, settings.database_url, settings.timezone, since=since, until=until, unmasked=unmasked
            )
        )
    except (ValueError, OSError) as error:
        fail(error)
    click.echo(f"{rows} rows written to {file}")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def doctor(as_json: bool) -> None:
    """Check settings, database, clock and platforms, and say what to do for each failure."""
    from bot import doctor as checkup

    settings = load_settings()
    checks = asyncio.run(checkup.examine(settings))
    if as_json:
        emit({"ok": all(check.ok for check in checks), "checks": [checkup.as_dict(check) for check in checks]})
    else:
        checkup.show(checks)
    if not all(check.ok for check in checks):
        sys.exit(1)


@cli.group()
def person() -> None:
    """What is kept of one person, and taking it away."""


@person.command("show")
@click.argument("name")
def person_show(name: str) -> None:
    """Tell what is kept of a person, named by name or number."""
    from bot import privacy

    settings = load_settings()
    try:
        click.echo(asyncio.run(privacy.show(settings.database_url, name)))
    except (ValueError, OSError) as error:
        fail(error)


@person.command("erase")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it; without this nothing is changed.")
def person_erase(name: str, yes: bool) -> None:
    """Erase a person's name, ids, phone and words; contacts, promises and reports stay as facts."""
    from bot import privacy
    from bot.media_files import folder_of

    settings = load_settings()
    try:
        if not yes:
            shown = asyncio.run(privacy.show(settings.database_url, name))
            fail(f"nothing is erased without --yes. Kept now: {shown}")
        click.echo(asyncio.run(privacy.erase(settings.database_url, name, folder_of(settings))))
    except (ValueError, OSError) as error:
        fail(error)


@cli.group()
def dead() -> None:
    """Messages that were given up: see them, and send them again."""


@dead.command(name="list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
def dead_list(limit: int, as_json: bool) -> None:
    """List the newest messages nobody could be told, without their words."""
    from bot import dead as letters

    rows = _letters(letters.listed(load_settings().database_url, limit))
    for row in rows:
        if as_json:
            emit(row)
        else:
            click.echo("  ".join(str(row[name] or "-") for name in ("id", "at", "platform", "to", "kind", "error")))
    click.echo(f"{len(rows)} listed", err=True)


@dead.command(name="replay")
@click.argument("ids", nargs=-1, type=click.IntRange(1))
@click.option("--all", "every", is_flag=True, help="Every one that has an address.")
@click.option("--json", "as_json", is_flag=True, help='{"queued": [ids], "left": [ids]} instead of words.')
def dead_replay(ids: tuple[int, ...], every: bool, as_json: bool) -> None:
    """Put messages back in the queue; exit 1 when one of IDS is not given up, or nobody's address is known for it."""
    from bot import dead as letters
    from bot.clock import SystemClock

    if bool(ids) == every:
        fail("name the messages by their ids, or say --all")
    now = SystemClock().now()
    done, left = _letters(letters.replay(load_settings().database_url, None if every else ids, now))
    if as_json:
        emit({"queued": done, "left": left})
    else:
        click.echo(f"{len(done)} queued again" + (f", left: {' '.join(map(str, left))}" if left else ""))
    if left and not every:
        sys.exit(1)


def _letters(work: Coroutine[Any, Any, Any]) -> Any:
    from bot.dead import NotMigrated

    try:
        return _on_database(work)
    except NotMigrated as error:
        fail(error)


def _on_database(work: Coroutine[Any, Any, Any]) -> Any:
    """What `work` returns, or the end of the command with what is wrong with the database."""
    from sqlalchemy.exc import SQLAlchemyError

    from storage.store import StoreUnavailable

    try:
        return asyncio.run(work)
    except ValueError as error:
        fail(error)
    except StoreUnavailable as error:
        fail(f"the database does not answer: {error}")
    except (SQLAlchemyError, OSError) as error:
        fail(f"the database does not answer: {type(error).__name__}")


@cli.group()
def db() -> None:
    """Migrations; `serve` upgrades by itself."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest shape."""
    _database("upgrade")


@db.command()
def status() -> None:
    """Tell which revision the database has; exit 1 when it is not the newest."""
    _database("status")


def _database(what: str) -> None:
    from storage import migrate

    settings = load_settings()
    current, newest = _on_database(migrate.examine(settings.database_url, upgrade_first=what == "upgrade"))
    click.echo(f"database {current or 'empty'}, newest {newest}")
    if current != newest:
        sys.exit(1)


if __name__ == "__main__":
    cli()
