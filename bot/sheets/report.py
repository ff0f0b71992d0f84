"""What an import did, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sheets.columns import Rejection, Row

Result = Literal["added", "updated", "unchanged", "rejected"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `reason` says what was changed, or why it was rejected (`chinese` in Chinese)."""

    row: Row = field(repr=False)
    name: str
    result: Result
    reason: str = ""
    chinese: str = ""


def unphoned(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the history keeps them: that there is a phone number, not which."""
    return {key: "***" if key == "phone" and value else value for key, value in facts.items()}


def rejected(row: Row, name: str, why: Rejection) -> Outcome:
    """The outcome of a row that could not be taken."""
    return Outcome(row, name, "rejected", why.english, why.chinese)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes in the order of the file, and the headings that were not understood."""

    outcomes: list[Outcome]
    ignored: list[str]

    @property
    def rejected(self) -> list[Outcome]:
        """The rows that were left out."""
        return [outcome for outcome in self.outcomes if outcome.result == "rejected"]

    def lines(self) -> list[str]:
        """The report for people: ignored columns, one line a row, the counts. Holds no phone number."""
        found = [f"column {heading!r} is not known: ignored" for heading in self.ignored]
        for outcome in self.outcomes:
            what = outcome.result if outcome.result != "rejected" else "REJECTED"
            named = f" {outcome.name}" if outcome.name else ""
            found.append(f"row {outcome.row.number}{named}: {what}{f' ({outcome.reason})' if outcome.reason else ''}")
        counts = Counter(outcome.result for outcome in self.outcomes)
        parts = [f"{counts[result]} {result}" for result in ("added", "updated", "unchanged", "rejected")]
        found.append(f"{len(self.outcomes)} rows: {', '.join(parts)}")
        return found
