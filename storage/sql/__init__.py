"""SQLite and PostgreSQL through SQLAlchemy, with migrations."""
