import { useQuery } from 'urql'

import { useFormat } from '../format'
import { BiddingDocument } from '../gql/graphql'
import { useTexts } from '../i18n'
import type { ShownLoan } from '../pages/Loan'
import { Link } from '../router'
import { useSession } from '../session'
import { BidForm } from './BidForm'
import { useLatest } from './Funding'
import { Failed, Loading } from './State'

/** Where one bids on a loan: for strangers the way to sign in. */
export function BidPanel({ loan }: { loan: ShownLoan }) {
  const texts = useTexts()
  const session = useSession()
  if (!loan.funding) return null
  return (
    <section className="card bid-panel" aria-labelledby="bid-title">
      <h2 id="bid-title">{texts.bid.title}</h2>
      {session ? <OwnBids loan={loan} funding={loan.funding} /> : <SignInFirst id={loan.id} />}
    </section>
  )
}

function SignInFirst({ id }: { id: string }) {
  const texts = useTexts()
  return (
    <>
      <p className="muted">{texts.bid.signInHint}</p>
      <Link className="button primary wide" to={`/sign-in?next=${encodeURIComponent(`/loans/${id}`)}`}>
        {texts.bid.signIn}
      </Link>
    </>
  )
}

function OwnBids({ loan, funding: given }: { loan: ShownLoan; funding: NonNullable<ShownLoan['funding']> }) {
  const texts = useTexts()
  const format = useFormat()
  const funding = useLatest(given)
  const [{ data, error }, again] = useQuery({
    query: BiddingDocument,
    variables: { loanId: loan.id },
    requestPolicy: 'cache-and-network',
  })
  const reload = () => again({ requestPolicy: 'network-only' })
  if (error && !data) return <Failed error={error} again={reload} />
  if (!data) return <Loading />
  const mine = data.loan?.mine.edges.map((edge) => edge.node) ?? []
  const [warning] = data.documents
  return (
    <>
      {funding.status === 'OPEN' && loan.status === 'LISTED' && data.me && warning ? (
        <BidForm
          loanId={loan.id}
          funding={funding}
          available={data.me.wallet.available}
          warning={warning}
          reload={reload}
        />
      ) : (
        <p className="muted">{texts.bid.closed}</p>
      )}
      {mine.length > 0 && (
        <>
          <h3>{texts.bid.mine}</h3>
          <ol className="bids">
            {mine.map((bid) => (
              <li key={bid.id}>
                <b>{format.moneyShort(bid.amount)}</b>
                <span className="muted">{texts.bidStatus[bid.status]}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  )
}
