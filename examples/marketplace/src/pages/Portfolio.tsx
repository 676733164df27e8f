import { useState } from 'react'
import { useQuery } from 'urql'

import { useBusiness } from '../business'
import { useFormat } from '../format'
import { NotesDocument, PortfolioDocument, type NoteStatus, type PortfolioQuery } from '../gql/graphql'
import { useTexts } from '../i18n'
import { isPositive, minus, sum } from '../money'
import { CashFlows } from '../parts/CashFlows'
import { Facts } from '../parts/Facts'
import { FundingBar } from '../parts/Funding'
import { GradeMark } from '../parts/Grade'
import { Failed, Loading } from '../parts/State'
import { useTitle } from '../parts/title'
import { Link } from '../router'
import { useSession } from '../session'

type Mine = NonNullable<PortfolioQuery['me']>

const SHOWN = ['ACTIVE', 'REPAID', 'WRITTEN_OFF'] as const satisfies readonly NoteStatus[]

export function PortfolioPage() {
  const texts = useTexts()
  const session = useSession()
  useTitle(texts.portfolio.title)
  return (
    <div className="page">
      <h1>{texts.portfolio.title}</h1>
      {session ? <Own /> : <Stranger />}
    </div>
  )
}

function Stranger() {
  const texts = useTexts()
  return (
    <>
      <p className="lead">{texts.portfolio.signIn}</p>
      <Link className="button primary" to="/sign-in?next=%2Fportfolio">
        {texts.account.signIn}
      </Link>
    </>
  )
}

function Own() {
  const [{ data, error }, again] = useQuery({ query: PortfolioDocument, requestPolicy: 'cache-and-network' })
  if (error && !data) return <Failed error={error} again={() => again({ requestPolicy: 'network-only' })} />
  if (!data?.me) return <Loading lines={6} />
  const { me } = data
  return (
    <>
      <Totals me={me} />
      <CashFlows flows={me.portfolio.cashFlows} />
      <div className="two">
        <ByGrade me={me} />
        <Wallet me={me} />
      </div>
      <OpenBids me={me} />
      <Notes />
    </>
  )
}

function Totals({ me: { portfolio } }: { me: Mine }) {
  const texts = useTexts()
  const format = useFormat()
  const received = minus(
    sum([portfolio.interestReceived, portfolio.lateInterestReceived], portfolio.invested.currency),
    portfolio.feesPaid,
  )
  return (
    <>
      {!isPositive(portfolio.invested) && <p className="lead">{texts.portfolio.empty}</p>}
      {isPositive(portfolio.owedBack) && (
        <p className="notice warn">{texts.portfolio.owedBack(format.money(portfolio.owedBack))}</p>
      )}
      <Facts
        kind="big"
        facts={[
          [texts.portfolio.worth, format.money(portfolio.outstanding)],
          [
            texts.portfolio.annualReturn,
            portfolio.annualReturn ? format.rate(portfolio.annualReturn) : texts.portfolio.noReturn,
          ],
          [
            texts.portfolio.received,
            <>
              {format.money(received)}{' '}
              <span className="muted small">{texts.portfolio.afterFees(format.money(portfolio.feesPaid))}</span>
            </>,
          ],
          [texts.portfolio.lost, format.money(portfolio.lost)],
        ]}
      />
    </>
  )
}

function Wallet({ me: { wallet } }: { me: Mine }) {
  const texts = useTexts()
  const format = useFormat()
  return (
    <section className="card">
      <h2>{texts.portfolio.wallet}</h2>
      <Facts
        facts={[
          [texts.portfolio.available, <b key="available">{format.money(wallet.available)}</b>],
          [texts.portfolio.held, format.money(wallet.held)],
          [texts.portfolio.unsettled, format.money(wallet.unsettled)],
          [texts.portfolio.leaving, format.money(wallet.leaving)],
        ]}
      />
    </section>
  )
}

function ByGrade({ me: { portfolio } }: { me: Mine }) {
  const texts = useTexts()
  const format = useFormat()
  if (portfolio.byGrade.length === 0) return null
  return (
    <section className="card">
      <h2>{texts.portfolio.grades}</h2>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.market.grade}</th>
            <th scope="col" className="right">
              {texts.portfolio.notesCount}
            </th>
            <th scope="col" className="right">
              {texts.portfolio.outstanding}
            </th>
            <th scope="col" className="right wide-only">
              {texts.portfolio.lost}
            </th>
            <th scope="col" className="right">
              {texts.portfolio.promised}
            </th>
          </tr>
        </thead>
        <tbody>
          {portfolio.byGrade.map((row) => (
            <tr key={row.grade}>
              <td>
                <GradeMark grade={row.grade} />
              </td>
              <td className="right">{format.count(row.notes)}</td>
              <td className="right">{format.moneyShort(row.outstanding)}</td>
              <td className="right wide-only">{format.moneyShort(row.lost)}</td>
              <td className="right">{format.rate(row.promisedRate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function OpenBids({ me }: { me: Mine }) {
  const texts = useTexts()
  const format = useFormat()
  const bids = me.bids.edges.map((edge) => edge.node)
  return (
    <section className="card" aria-labelledby="open-bids">
      <h2 id="open-bids">{texts.portfolio.bids}</h2>
      {bids.length === 0 && <p className="muted">{texts.portfolio.noBids}</p>}
      <ul className="rows">
        {bids.map((bid) => (
          <li key={bid.id}>
            {bid.loan?.grade && <GradeMark grade={bid.loan.grade} />}
            {bid.loan && (
              <Link to={`/loans/${bid.loan.id}`} className="cover">
                {bid.loan.title}
              </Link>
            )}
            <b>{format.moneyShort(bid.amount)}</b>
            {bid.loan?.funding && <FundingBar funding={bid.loan.funding} label={bid.loan.title} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Notes() {
  const texts = useTexts()
  const format = useFormat()
  const { timeZone } = useBusiness()
  const [status, setStatus] = useState<(typeof SHOWN)[number] | null>(null)
  const [after, setAfter] = useState<string | null>(null)
  const [{ data, fetching }] = useQuery({
    query: NotesDocument,
    variables: { status, after },
    requestPolicy: 'cache-and-network',
  })
  const notes = data?.me?.notes
  const choose = (next: typeof status) => {
    setStatus(next)
    setAfter(null)
  }
  return (
    <section className="card" aria-labelledby="notes-title">
      <div className="card-head">
        <h2 id="notes-title">{texts.portfolio.notes}</h2>
        <div className="segments">
          {[null, ...SHOWN].map((one) => (
            <label key={one ?? 'all'}>
              <input type="radio" name="notes" checked={status === one} onChange={() => choose(one)} />
              <span>{one ? texts.noteStatus[one] : texts.portfolio.all}</span>
            </label>
          ))}
        </div>
      </div>
      {!notes && <Loading />}
      {notes?.edges.length === 0 && <p className="muted">{texts.portfolio.noNotes}</p>}
      <ul className="rows notes">
        {notes?.edges.map(({ node: note }) => (
          <li key={note.id}>
            {note.loan?.grade && <GradeMark grade={note.loan.grade} />}
            <span>
              {note.loan && (
                <Link to={`/loans/${note.loan.id}`} className="cover">
                  {note.loan.title}
                </Link>
              )}
              <span className="muted small">
                {format.moneyShort(note.principal)}{' '}
                {texts.portfolio.lentOn(format.instantDay(note.createdAt, timeZone))}
              </span>
            </span>
            <span className="right">
              <b>{format.money(note.outstanding)}</b>
              <span className="muted small">
                {note.status === 'ACTIVE' && note.loan?.servicing && note.loan.servicing.daysPastDue > 0
                  ? texts.loan.daysLate(format.count(note.loan.servicing.daysPastDue), note.loan.servicing.daysPastDue)
                  : texts.noteStatus[note.status]}
              </span>
            </span>
          </li>
        ))}
      </ul>
      {notes?.pageInfo.hasNextPage && (
        <div className="next-page">
          <button
            type="button"
            className="button"
            disabled={fetching}
            onClick={() => setAfter(notes.pageInfo.endCursor)}
          >
            {texts.more}
          </button>
        </div>
      )}
    </section>
  )
}
