"""What becomes of a warning once a unit has it: receipts become replies, replies become steps, steps make up its handling."""
