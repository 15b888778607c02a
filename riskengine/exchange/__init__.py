"""The numbers of a rule book as an Excel workbook, and back into the YAML files without touching anything else."""
