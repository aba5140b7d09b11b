"""The parts of a finding's card."""
