import { useQuery, useSubscription } from 'urql'

import { useBusiness } from '../business'
import { useFormat } from '../format'
import { LoanDocument, LoanFillingDocument, type LoanQuery } from '../gql/graphql'
import { useLanguage, useTexts } from '../i18n'
import { BidPanel } from '../parts/BidPanel'
import { Facts } from '../parts/Facts'
import { FundingBar, useLatest } from '../parts/Funding'
import { GradeMark } from '../parts/Grade'
import { Icon } from '../parts/Icon'
import { LatestBids } from '../parts/LatestBids'
import { LiveMark } from '../parts/Live'
import { Schedule } from '../parts/Schedule'
import { Failed, Loading } from '../parts/State'
import { Statement } from '../parts/Statement'
import { useTitle } from '../parts/title'
import { isPositive, percentOf } from '../money'
import { Link } from '../router'
import { MissingPage } from './Missing'

export type ShownLoan = NonNullable<LoanQuery['loan']>

export function LoanPage({ id }: { id: string }) {
  const { locale } = useLanguage()
  const [{ data, error }, again] = useQuery({
    query: LoanDocument,
    variables: { id, locale },
    requestPolicy: 'cache-and-network',
  })
  const loan = data?.loan
  useSubscription({ query: LoanFillingDocument, variables: { loanIds: [id] }, pause: !loan })
  if (error && !data)
    return (
      <div className="page">
        <Failed error={error} again={() => again({ requestPolicy: 'network-only' })} />
      </div>
    )
  if (!data)
    return (
      <div className="page">
        <Loading lines={6} />
      </div>
    )
  return loan ? <Shown loan={loan} /> : <MissingPage />
}

function Shown({ loan }: { loan: ShownLoan }) {
  const texts = useTexts()
  const format = useFormat()
  useTitle(loan.title)
  return (
    <div className="page">
      <Link to="/" className="back">
        <Icon name="back" />
        {texts.loan.back}
      </Link>
      <div className="loan-head">
        {loan.grade && <GradeMark grade={loan.grade} />}
        <div>
          <h1>{loan.title}</h1>
          <p className="muted">
            <span className={`status status-${loan.status}`}>{texts.loanStatus[loan.status]}</span> {loan.reference}
            {texts.purposes[loan.purpose] !== loan.title && ` · ${texts.purposes[loan.purpose]}`}
          </p>
        </div>
      </div>
      <div className="loan-page">
        <div className="loan-main">
          <Facts
            kind="big"
            facts={[
              [texts.loan.amount, format.moneyShort(loan.amount)],
              [texts.loan.rate, loan.annualRate ? format.rate(loan.annualRate) : '–'],
              [texts.loan.term, format.term(loan.installmentCount, loan.frequency)],
              [texts.loan.expectedLoss, loan.expectedLossRate ? format.rate(loan.expectedLossRate) : '–'],
            ]}
          />
          <FundingPart loan={loan} />
          <Servicing loan={loan} />
          <Statement loan={loan} />
          <Schedule loan={loan} />
        </div>
        <aside className="loan-side">
          <BidPanel loan={loan} />
        </aside>
      </div>
    </div>
  )
}

/** How the loan fills: the bar, who bids, and for readers who cannot see it a sentence at each change. */
function FundingPart({ loan }: { loan: ShownLoan }) {
  if (!loan.funding) return null
  return <Filling loan={loan} funding={loan.funding} />
}

function Filling({ loan, funding: given }: { loan: ShownLoan; funding: NonNullable<ShownLoan['funding']> }) {
  const texts = useTexts()
  const format = useFormat()
  const business = useBusiness()
  const funding = useLatest(given)
  const percent = format.percent(percentOf(funding.committed, funding.target))
  const isOpen = funding.status === 'OPEN'
  return (
    <section className="card" aria-labelledby="funding-title">
      <div className="card-head">
        <h2 id="funding-title">
          {isOpen && isPositive(funding.remaining) ? texts.loan.funded(percent) : texts.fundingStatus[funding.status]}
        </h2>
        {isOpen && <LiveMark />}
      </div>
      <FundingBar funding={funding} label={loan.title}>
        <span>
          <Icon name="people" /> {texts.loan.lenders(format.count(funding.lenders), funding.lenders)}
        </span>
      </FundingBar>
      {isOpen && business.platform && (
        <p className="muted small">
          <Icon name="clock" /> {texts.market.closesIn(format.until(funding.deadlineAt, business.now()))} (
          {format.instant(funding.deadlineAt, business.timeZone)})
        </p>
      )}
      <p className="unseen" aria-live="polite">
        {isOpen
          ? texts.loan.fundingChanged(percent, format.moneyShort(funding.remaining))
          : texts.fundingStatus[funding.status]}
      </p>
      <LatestBids loan={loan} />
    </section>
  )
}

function Servicing({ loan: { servicing, status } }: { loan: ShownLoan }) {
  const texts = useTexts()
  const format = useFormat()
  if (!servicing) return null
  const late =
    servicing.daysPastDue > 0
      ? texts.loan.daysLate(format.count(servicing.daysPastDue), servicing.daysPastDue)
      : texts.loan.onTime
  return (
    <section className="card">
      <h2>{texts.loan.servicing}</h2>
      <Facts
        facts={[
          [texts.loan.outstanding, format.money(servicing.outstanding)],
          [texts.loan.overdue, format.money(servicing.overdue)],
          [texts.loanStatus[status], late],
        ]}
      />
    </section>
  )
}
