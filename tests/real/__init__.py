"""The engine on real public records: three workspaces made of YAML alone, and the driver behind ``make real``."""
