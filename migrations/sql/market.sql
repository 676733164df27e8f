-- Who follows the market resumes behind a cursor, however much else has happened since (domain/disclosure/market.py).
create index outbox_market on shared.outbox (txid, id)
    where kind in ('loan.listed', 'loan.funded', 'loan.funding_short', 'loan.expired', 'loan.declined');
