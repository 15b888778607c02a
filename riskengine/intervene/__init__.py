"""管控干预: every warning to the unit that answers for it, with a deadline, as lists that people can work with."""
