"""Guarding: budgets of reliance for a retraining pipeline, and two audits compared."""
