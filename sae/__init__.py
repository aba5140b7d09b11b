"""Sparse autoencoders on a classifier's features: training, latents and their labels."""
