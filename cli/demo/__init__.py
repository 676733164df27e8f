"""The demo: real loan applications through their whole life."""
