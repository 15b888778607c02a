"""Field types of the contracts: how a cell is read, what it may hold, and how DuckDB stores it."""
