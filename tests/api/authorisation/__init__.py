"""Who may see and do what, asked of the running API for every field, mutation and viewer."""
