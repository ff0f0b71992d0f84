"""What falls due, and who hears of it."""
