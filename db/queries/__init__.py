"""Reading a store: a file per page of the desk, and ``export`` for the command line.

Plain functions: a reader engine and plain values in, a pandas frame or a frozen dataclass out.
Frames keep their columns when they are empty; a missing number is ``NaN`` (``<NA>`` among
integers), a missing text ``None``. ``limit=None`` means all. Search is for a part of a text,
whatever its case (of unaccented letters); no character is special in it.
"""
