"""Listing, decoding and extracting features of images."""
