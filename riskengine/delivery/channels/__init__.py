"""One file a way out. Each takes a parcel and says what became of it; none raises for what the other side does."""
