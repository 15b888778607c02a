"""`riskengine plan`."""
