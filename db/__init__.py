"""The store of an audit: schema, migrations, reading and writing. The only SQL of the project."""
