import { useEffect, useMemo, useRef, useState } from 'react'
import { useQuery, useSubscription } from 'urql'

import { useBusiness } from '../business'
import { useFormat } from '../format'
import { LoansFillingDocument, MarketDocument, type LoanCardFragment } from '../gql/graphql'
import { useTexts } from '../i18n'
import { Filters } from '../parts/Filters'
import { FundingBar } from '../parts/Funding'
import { GradeMark } from '../parts/Grade'
import { Headlines } from '../parts/Headlines'
import { LiveMark } from '../parts/Live'
import { Failed, Loading } from '../parts/State'
import { useTitle } from '../parts/title'
import { useWish } from '../parts/wish'
import { Link } from '../router'

const MOST_WATCHED = 100

export function MarketPage() {
  const texts = useTexts()
  useTitle(texts.market.title)
  return (
    <div className="page">
      <div className="market-head">
        <div>
          <h1>{texts.market.title}</h1>
          <p className="lead">{texts.market.intro}</p>
        </div>
        <Headlines />
      </div>
      <div className="market">
        <Filters />
        <Loans />
      </div>
    </div>
  )
}

function Loans() {
  const texts = useTexts()
  const { filter, orderBy, key } = useWish()
  const [page, setPage] = useState<{ of: string; after: string | null }>({ of: key, after: null })
  const after = page.of === key ? page.after : null
  const [{ data, error, fetching }, again] = useQuery({
    query: MarketDocument,
    variables: { filter, orderBy, after },
    requestPolicy: 'cache-and-network',
  })
  const loans = data?.loans.edges.map((edge) => edge.node) ?? []
  useFilling(loans)
  if (error && !data) return <Failed error={error} again={() => again({ requestPolicy: 'network-only' })} />
  if (!data) return <Loading lines={8} />
  const { hasNextPage, endCursor } = data.loans.pageInfo
  return (
    <section aria-label={texts.market.list}>
      <div className="list-head">
        <LiveMark />
      </div>
      {loans.length === 0 ? (
        <p className="empty">{texts.market.none}</p>
      ) : (
        <ul className="loans">
          {loans.map((loan) => (
            <LoanRow key={loan.id} loan={loan} />
          ))}
        </ul>
      )}
      {hasNextPage && <NextPage isComing={fetching} next={() => setPage({ of: key, after: endCursor })} />}
    </section>
  )
}

function LoanRow({ loan }: { loan: LoanCardFragment }) {
  const texts = useTexts()
  const format = useFormat()
  const business = useBusiness()
  const purpose = texts.purposes[loan.purpose]
  return (
    <li className="loan-row">
      {loan.grade && <GradeMark grade={loan.grade} />}
      <div className="loan-name">
        <Link to={`/loans/${loan.id}`} className="cover">
          {loan.title}
        </Link>
        <span className="muted">
          {purpose !== loan.title && `${purpose} · `}
          {texts.method[loan.method]}
        </span>
      </div>
      <dl className="loan-facts">
        <div>
          <dt>{texts.loan.amount}</dt>
          <dd>{format.moneyShort(loan.amount)}</dd>
        </div>
        <div>
          <dt>{texts.loan.rate}</dt>
          <dd className="strong">{loan.annualRate ? format.rate(loan.annualRate) : '–'}</dd>
        </div>
        <div>
          <dt>{texts.loan.term}</dt>
          <dd>{format.term(loan.installmentCount, loan.frequency)}</dd>
        </div>
      </dl>
      <div className="loan-state">
        {loan.funding && loan.status === 'LISTED' ? (
          <>
            <FundingBar funding={loan.funding} label={loan.title} />
            {business.platform && (
              <span className="muted small">
                {texts.market.closesIn(format.until(loan.funding.deadlineAt, business.now()))}
              </span>
            )}
          </>
        ) : (
          <span className={`status status-${loan.status}`}>{texts.loanStatus[loan.status]}</span>
        )}
      </div>
    </li>
  )
}

/** Watches the loans that take bids: their bars fill as people bid. */
function useFilling(loans: readonly LoanCardFragment[]): void {
  const loanIds = useMemo(
    () =>
      loans
        .filter((loan) => loan.status === 'LISTED')
        .slice(0, MOST_WATCHED)
        .map((loan) => loan.id),
    [loans],
  )
  const watched = useSame(loanIds)
  useSubscription({ query: LoansFillingDocument, variables: { loanIds: watched }, pause: watched.length === 0 })
}

/** The same list for as long as it has the same elements. */
function useSame(ids: string[]): string[] {
  const kept = useRef(ids)
  if (kept.current.join() !== ids.join()) kept.current = ids
  return kept.current
}

/** The next page comes when its place comes into sight, or at a press of the button. */
function NextPage({ isComing, next }: { isComing: boolean; next: () => void }) {
  const texts = useTexts()
  const place = useRef<HTMLDivElement>(null)
  const wanted = useRef(next)
  wanted.current = next
  useEffect(() => {
    if (isComing || !place.current) return
    const watcher = new IntersectionObserver(([seen]) => seen?.isIntersecting && wanted.current(), {
      rootMargin: '400px',
    })
    watcher.observe(place.current)
    return () => watcher.disconnect()
  }, [isComing])
  return (
    <div ref={place} className="next-page">
      <button type="button" className="button" disabled={isComing} onClick={next}>
        {isComing ? texts.loading : texts.more}
      </button>
    </div>
  )
}
