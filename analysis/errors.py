"""The exception tree of Glowworm, from the root in ``db.errors`` on.

GlowwormError                   what a person can mend; the message names the fix
├── StoreError                  (``db.errors``)
├── UsageError                  options that contradict each other or are out of range
├── ModelError                  the classifier cannot be loaded
│   ├── CheckpointError         its checkpoint cannot be read or does not fit
│   └── SplitError              it cannot be split into features and a linear head
├── InputError                  images, class names or concepts cannot be used
│   └── Unreadable              a file is no picture (``analysis.images.decode``)
└── TextError                   the text encoder or the language model cannot be had
"""

from db.errors import GlowwormError


class UsageError(GlowwormError):
    """Options that contradict each other or are out of range."""


class ModelError(GlowwormError):
    """The classifier cannot be loaded."""


class CheckpointError(ModelError):
    """The classifier's checkpoint cannot be read or does not fit."""


class SplitError(ModelError):
    """The classifier cannot be split into features and a linear head."""


class InputError(GlowwormError):
    """Images, class names or concepts cannot be used."""


class TextError(GlowwormError):
    """The text encoder or the language model cannot be had."""
