"""What people say at the desk: who speaks, verdicts, lists, looks."""
