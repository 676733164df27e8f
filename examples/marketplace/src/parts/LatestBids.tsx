import { useBusiness } from '../business'
import { useFormat } from '../format'
import type { LatestBidsFragment } from '../gql/graphql'
import { useTexts } from '../i18n'

/** Who bid last, by pseudonym. */
export function LatestBids({ loan }: { loan: LatestBidsFragment }) {
  const texts = useTexts()
  const format = useFormat()
  const { now, platform } = useBusiness()
  const bids = loan.bids.edges.map((edge) => edge.node)
  return (
    <>
      <h3>{texts.loan.bids}</h3>
      {bids.length === 0 && <p className="muted">{texts.loan.noBids}</p>}
      <ol className="bids">
        {bids.map((bid) => (
          <li key={bid.id}>
            <b>{format.moneyShort(bid.amount)}</b>
            <span>
              {bid.lender && texts.loan.bidBy(bid.lender.pseudonym)}
              {bid.origin === 'AUTO_INVEST' && <span className="tag">{texts.loan.auto}</span>}
              {(bid.status === 'WITHDRAWN' || bid.status === 'RELEASED') && (
                <span className="tag">{texts.bidStatus[bid.status]}</span>
              )}
            </span>
            {platform && <span className="muted small">{format.until(bid.placedAt, now())}</span>}
          </li>
        ))}
      </ol>
    </>
  )
}
