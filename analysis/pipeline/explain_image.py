"""One image, known to the audit or new, explained in a sentence."""



