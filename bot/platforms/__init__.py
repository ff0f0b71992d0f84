"""One file per channel: two translations and a call."""
