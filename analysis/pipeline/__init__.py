"""The audit as a chain of stages, each done again only when what it was made from changed."""
