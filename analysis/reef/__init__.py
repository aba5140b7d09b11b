"""The reef: a rendered world whose truth is known, its shipped classifier and language model."""
