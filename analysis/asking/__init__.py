"""Any text asked of an audit: what in the classifier answers to it."""
