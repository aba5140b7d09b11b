"""Units, their labels and where they fire, as a structured meaning that is put into words."""
