"""Concept scores against their nulls, concepts far from every name, maps that only have scores.

Results of the first release stay as they are: what it did not measure is null, and the next audit
into the same directory measures it. Tables are made anew and their rows put back, because SQLite
would otherwise write their definitions in another way than the schema does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns."""
    _remake("concept", nearest_class_id="INTEGER", nearest_name="DOUBLE", out_of_hull="BOOLEAN")
    for table in ("class_concept", "image_concept"):
        _remake(table, corrected="DOUBLE", standout="DOUBLE")
    _remake("text_map", kept="BOOLEAN NOT NULL")


def _remake(table: str, **columns: str) -> None:
    """A table with further columns, null but for ``kept``: every map but the floors was kept."""
    connection = op.get_bind()
    find = sa.text("select sql from sqlite_master where tbl_name = :table and sql is not null")
    made, *indexes = connection.execute(find, {"table": table}).scalars().all()
    old = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    rows = connection.execute(sa.text(f"select * from {table}")).mappings().all()
    op.drop_table(table)
    added = "".join(f", \n\t{name} {kind}" for name, kind in columns.items())
    head, mark, tail = made.partition(", \n\tCONSTRAINT")
    connection.exec_driver_sql(head + added + mark + tail)
    for index in indexes:
        connection.exec_driver_sql(index)
    names = [*old, "kept"] if "kept" in columns else old
    if rows:
        values = ", ".join(f":{name}" for name in names)
        connection.execute(
            sa.text(f"insert into {table} ({', '.join(names)}) values ({values})"),
            [dict(row) | {"kept": not row.get("is_floor", True)} for row in rows],
        )
