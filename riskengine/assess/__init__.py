"""研判预警: subjects, signals, verdicts, compound risks, and the life of warnings. Writes schema ``assess``, reads all
others.
"""
