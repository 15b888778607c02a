"""The leader's page of a night, and the static pages beside it that every number leads to."""
