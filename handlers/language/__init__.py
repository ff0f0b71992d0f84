"""Text to data, pure: no clock, no network, no database."""
