"""Text maps: from text embeddings s ∈ R^k into the classifier's weight space R^d (paper §3.1)."""
