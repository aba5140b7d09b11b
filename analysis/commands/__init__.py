"""The commands of ``glowworm``, a file per group; heavy imports stay inside functions."""
