"""``riskengine indicators``: where the indicators stood on a night, as a table and as JSON."""
