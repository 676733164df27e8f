"""The sandbox as a real process, seen through the gateways the platform uses."""
