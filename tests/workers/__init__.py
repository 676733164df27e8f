"""The worker process: how rings become jobs."""
