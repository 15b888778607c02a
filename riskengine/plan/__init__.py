"""The effect of a rule change before it is made: old rules against new ones over past nights."""
