"""The schema is what the models and the SQL say, and what is committed."""
