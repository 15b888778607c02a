"""`riskengine explain`."""
