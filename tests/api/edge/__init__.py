"""The edge of the API, with a schema of its own: HTTP, WebSocket, limits, masking."""
