"""The report of an audit: one HTML file that needs nothing beside it, and the same as JSON.

``content`` gathers all that is said, as plain values; ``page`` draws it; ``written`` makes files.
"""
