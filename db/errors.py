"""The root of the exception tree, and the store's branch of it.

GlowwormError                   what a person can mend; the message names the fix
└── StoreError                  the store of an audit cannot be used as asked
    ├── StoreMissing            there is no audit in that directory
    ├── StoreDamaged            a file is missing, cut short or not what its hash says
    ├── SchemaMismatch          the store was written by another version of Glowworm
    └── OutputInUse             the output directory holds something else

The tree goes on in ``analysis.errors``. The command line prints the message of a
``GlowwormError`` on one line and exits with 1; any other exception is a bug.
"""


class GlowwormError(Exception):
    """An error a person can mend. Its message is one line and names the fix."""


class StoreError(GlowwormError):
    """The store of an audit cannot be used as asked."""


class StoreMissing(StoreError):
    """There is no audit in that directory."""


class StoreDamaged(StoreError):
    """A file of the store is missing, cut short or not what its hash says."""


class SchemaMismatch(StoreError):
    """The store was written by another version of Glowworm."""


class OutputInUse(StoreError):
    """The output directory holds something else."""
