"""The entry script: opens the audit, then runs the page that the address names."""

from dashboard import data, route
from dashboard.parts import shell
from db.errors import StoreError

page = shell.navigation()
try:
    data.open_store()
    route.arrive(f"app_pages/{page.url_path or 'overview'}.py")
    shell.sidebar()
    page.run()
except StoreError as error:
    shell.unusable(error)
