"""周报 and 月报: a week or a month beside the one before, as Word and HTML, from the same numbers as the page."""
