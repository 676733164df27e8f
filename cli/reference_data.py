"""What an installation publishes before anybody comes: documents and products, and where SQL finds the time zone."""


async def publish() -> None:
    """Publish this version's documents and products and set the profile's time zone; repeating it changes nothing.

    Raises ValueError when a text or a product was changed without a new version. The pool must be open.
    """
    from domain.identity.commands import publish_documents
    from domain.lending.commands import publish_products
    from domain.shared import sandbox_clock

    await sandbox_clock.set_time_zone()
    await publish_documents()
    await publish_products()
