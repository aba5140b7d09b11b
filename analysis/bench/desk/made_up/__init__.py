"""A large audit made up at random: ``world`` what its stages share, ``stages`` their rows, a file
each, ``records`` rows from columns, ``kept_store`` the store, made once and kept.
"""
