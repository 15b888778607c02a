"""The rule language by examples: ``chapters/`` says what is given and what comes out, real runs hold it to that, and
``python -m tests.spec`` prints it all as docs/rule-language.md.
"""
