"""DuckDB: the connection, the schemas in which the phases meet, and SQL as named steps."""
