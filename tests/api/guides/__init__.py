"""The guides of the documentation: their programs are put together from the pages, and run against a platform of their own."""
