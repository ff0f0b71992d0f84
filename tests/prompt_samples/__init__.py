"""One invented set of facts for every case of every utterance, as the handlers and the clocks hand them in."""

from __future__ import annotations

from tests.prompt_samples.clients import CLIENTS
from tests.prompt_samples.clocks import CLOCKS
from tests.prompt_samples.commitments import COMMITMENTS
from tests.prompt_samples.dialogs import DIALOGS
from tests.prompt_samples.parts import Sample
from tests.prompt_samples.records import RECORDS
from tests.prompt_samples.reports import REPORTS
from tests.prompt_samples.several import SEVERAL
from tests.prompt_samples.shortened import SHORTENED

SAMPLES: list[Sample] = [*COMMITMENTS, *RECORDS, *CLIENTS, *REPORTS, *CLOCKS, *DIALOGS, *SEVERAL, *SHORTENED]

__all__ = ["SAMPLES", "Sample"]
