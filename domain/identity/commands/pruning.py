"""Forgetting credentials that can never be used again."""

from domain.shared import clock, db


@db.atomic
async def prune_credentials(limit: int) -> int:
    """Forget at most `limit` refresh tokens of sessions that are over, and as many access tokens; returns how many.

    A refresh token that was used is kept until the last one of its session has run out: using it again must end the session.
    """
    now = clock.wall()
    tokens = await db.fetch(
        """delete from identity.sessions where id in (
            select s.id from identity.sessions s where s.expires_at <= $1 and not exists (
                select from identity.sessions o where o.family_id = s.family_id and o.expires_at > $1)
            order by s.expires_at limit $2 for update skip locked)
        returning id""",
        now, limit,
    )  # fmt: skip
    programs = await db.fetch(
        """delete from identity.access_tokens where id in (
            select id from identity.access_tokens where expires_at <= $1 limit $2 for update skip locked)
        returning id""",
        now, limit,
    )  # fmt: skip
    return len(tokens) + len(programs)
