"""`riskengine rules …`: the rule files seen from outside."""
