"""Random mutations of the shipped rule files: each book is accepted, or refused at a place that is there."""
