"""评估反馈: what the units said about the warnings, and what that says about the rules."""
