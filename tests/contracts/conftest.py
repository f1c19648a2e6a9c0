from tests.databases import (
    database_url,
    office_store,
    prepared_postgres,
    prepared_sqlite,
    store,
    used_database_url,
)

__all__ = ["database_url", "office_store", "prepared_postgres", "prepared_sqlite", "store", "used_database_url"]
