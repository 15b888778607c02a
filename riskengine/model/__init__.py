"""The nouns of the loop, as frozen pydantic models. They hold no behaviour that reads a file, a clock or a database."""
