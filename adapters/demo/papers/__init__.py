"""The papers of an invented office: real PDF documents, made here, about people who do not exist."""
