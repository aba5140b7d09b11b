"""The desk's speed: a large store made up at random, the real server, and what each page takes.

``sizes`` how large · ``made_up`` the store · ``addresses`` the pages that are visited · ``server``
the desk as a process · ``session`` a browser without a screen · ``visits`` what is measured ·
``report`` the tables.
"""
