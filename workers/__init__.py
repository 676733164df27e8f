"""Everything that happens without a request: jobs, the outbox relay, the calendar and the gateways to the providers."""
