"""The stages of an audit, one file each, in the order of their run."""
