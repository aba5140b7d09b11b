"""Loading any image classifier and splitting it into features and a linear head."""
