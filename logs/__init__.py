"""What is written about a running process: one JSON object a line, without what nobody may read there."""
