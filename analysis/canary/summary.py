"""What the trials come to: recall and false alarms, each with its floor and its denominator."""
