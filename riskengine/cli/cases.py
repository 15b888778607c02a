"""`riskengine test`."""
