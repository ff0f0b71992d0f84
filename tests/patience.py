"""How long a test waits for what must come before it calls it lost."""

from __future__ import annotations

# Seconds. A slow or busy machine is no failure: what comes is waited for by events, so nothing is slower for it.
PATIENCE = 120.0
