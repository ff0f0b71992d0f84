"""What the bot does with a message, one file per subject."""
