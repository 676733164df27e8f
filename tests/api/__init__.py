"""The API over HTTP and WebSocket, against real processes."""
