"""Migrations: tortoise's for the tables of models, SQL for what the database itself must refuse."""
