"""Explanations in words (paper section 3.2 and appendix I)."""
