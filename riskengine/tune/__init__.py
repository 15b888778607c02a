"""From what the units answered to a better threshold: the curve of a rule's parameter, a proposal, its patch and its plan."""
