"""Issues: rules that run and should not be merged as they are, and the reasoning that proves it."""
