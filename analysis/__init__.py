"""Reading a classifier: features, text maps, concepts, shortcuts, explanations, the pipeline."""
