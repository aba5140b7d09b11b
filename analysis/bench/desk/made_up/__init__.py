"""A large audit made up at random: ``world`` what its stages share, ``stages`` their rows, a file
each, ``records`` rows from columns, ``people`` what they said, ``kept_store`` the store and another
one beside it to compare it with, made once and kept.
"""
