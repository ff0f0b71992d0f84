"""What is true: tables and plain functions over one session."""
