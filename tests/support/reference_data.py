"""What an installation publishes before anybody comes: documents and products."""


async def publish() -> None:
    """Publish this installation's documents and products, as `kalends migrate` does."""
