"""What was decided in a night is brought to people: messages in an outbox, sent over channels, each message once.

The tables of schema ``delivery`` are the outbox. ``queue`` fills it from the lists of a finished night, ``send`` empties it, ``told``
says what became of it. A night never waits for any of this.
"""
