"""Text encoders, prompts and the cache of embeddings."""
