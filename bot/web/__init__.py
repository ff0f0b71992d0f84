"""The console page, served by the bot."""
