"""The one small writer of what people say: labels, verdicts, lists, and what they looked at.

The store is read-only to it otherwise. Rows are only ever added: the newest of a subject holds,
the others are its history. They hang on no stage and survive new audits.
"""
