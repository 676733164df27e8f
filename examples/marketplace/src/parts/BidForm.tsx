import { useEffect, useState, type FormEvent } from 'react'
import { useClient, useQuery } from 'urql'

import { useFormat } from '../format'
import { PlaceBidDocument, PreviewBidDocument, type BiddingQuery, type FundingPartsFragment } from '../gql/graphql'
import { useTexts } from '../i18n'
import { answered, keyOf, type Intent } from '../intent'
import { atMost, forTyping, inLots, isPositive, typed, type Money } from '../money'
import type { Refusal } from '../refusals'
import { Dialog } from './Dialog'
import { Facts } from './Facts'
import { Markdown } from './Markdown'
import { Refusals } from './Refusals'

const TYPING_MS = 250
const MOST_TRIES = 6

type Warning = BiddingQuery['documents'][number]
type Outcome =
  | { readonly kind: 'placed'; readonly amount: Money; readonly isPartial: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'doubt' }

interface Props {
  readonly loanId: string
  readonly funding: FundingPartsFragment
  readonly available: Money
  readonly warning: Warning
  readonly reload: () => void
}

export function BidForm({ loanId, funding, available, warning, reload }: Props) {
  const texts = useTexts()
  const format = useFormat()
  const { currency } = funding.remaining
  const [text, setText] = useState('')
  const [readId, setReadId] = useState<string | null>(null)
  const [isReading, setReading] = useState(false)
  const [isUnread, setUnread] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [isPlacing, setPlacing] = useState(false)
  const place = usePlaceBid()
  const amount = typed(text, currency)
  const isAcknowledged = readId === warning.id
  const change = (next: string) => {
    setText(next)
    setOutcome(null)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!amount || isPlacing) return
    setUnread(!isAcknowledged)
    if (!isAcknowledged) return
    setPlacing(true)
    const found = await place({
      loanId,
      amount,
      allowPartial: true,
      acknowledgedDocumentIds: [warning.id],
      clientReference: null,
    })
    setPlacing(false)
    setOutcome(found)
    if (found.kind === 'placed') {
      setText('')
      reload()
    }
  }
  const most = inLots(atMost(available, funding.remaining), funding.lot)
  const suggested = [funding.minimumBid, most].filter(
    (one, at) => isPositive(one) && (at === 0 || one.amount !== funding.minimumBid.amount),
  )
  return (
    <form className="bid" onSubmit={(event) => void submit(event)}>
      <label className="field">
        <span>{texts.bid.amount}</span>
        <input
          name="amount"
          inputMode="decimal"
          autoComplete="off"
          placeholder={forTyping(funding.minimumBid)}
          value={text}
          aria-describedby="bid-hint"
          aria-invalid={text !== '' && !amount}
          onChange={(event) => change(event.target.value)}
        />
      </label>
      <p id="bid-hint" className="muted small">
        {text !== '' && !amount
          ? texts.bid.notAnAmount
          : texts.bid.amountHint(format.moneyShort(funding.lot), format.moneyShort(funding.minimumBid))}
        {' · '}
        {texts.bid.available(format.moneyShort(available))}
      </p>
      <div className="suggestions">
        {suggested.map((one) => (
          <button key={one.amount} type="button" className="button small" onClick={() => change(forTyping(one))}>
            {format.moneyShort(one)}
          </button>
        ))}
      </div>
      {amount && outcome?.kind !== 'refused' && (
        <Preview loanId={loanId} amount={amount} funding={funding} choose={change} reload={reload} />
      )}
      <label className={`check${isUnread && !isAcknowledged ? ' wanted' : ''}`}>
        <input
          type="checkbox"
          checked={isAcknowledged}
          aria-describedby={isUnread ? 'unread' : undefined}
          onChange={(event) => setReadId(event.target.checked ? warning.id : null)}
        />
        <span>
          {texts.bid.acknowledge}{' '}
          <button type="button" className="link" onClick={() => setReading(true)}>
            {texts.bid.warning(warning.title, format.count(warning.version))}
          </button>
        </span>
      </label>
      {isUnread && !isAcknowledged && (
        <p id="unread" className="small bad-text" role="alert">
          {texts.bid.acknowledgeFirst}
        </p>
      )}
      <button type="submit" className="button primary wide" disabled={!amount || isPlacing}>
        {isPlacing ? texts.bid.placing : texts.bid.place(amount ? format.moneyShort(amount) : '')}
      </button>
      <p className="muted small">{texts.bid.binding}</p>
      <div aria-live="polite">
        {outcome?.kind === 'placed' && (
          <p className="notice good">
            {outcome.isPartial
              ? texts.bid.partial(format.moneyShort(outcome.amount))
              : texts.bid.placed(format.moneyShort(outcome.amount))}
          </p>
        )}
        {outcome?.kind === 'doubt' && <p className="notice warn">{texts.bid.doubt}</p>}
        {outcome?.kind === 'refused' && amount && (
          <Refusals refusals={[outcome.refusal]} wanted={amount} terms={funding} choose={change} reload={reload} />
        )}
      </div>
      {isReading && (
        <Dialog title={warning.title} close={() => setReading(false)}>
          <Markdown text={warning.body} />
        </Dialog>
      )}
    </form>
  )
}

/** What would come of the bid, by the platform's own rules, asked for as soon as the typing rests. */
function Preview({
  loanId,
  amount,
  funding,
  choose,
  reload,
}: { amount: Money; choose: (text: string) => void } & Pick<Props, 'loanId' | 'funding' | 'reload'>) {
  const texts = useTexts()
  const format = useFormat()
  const rested = useRested(amount)
  const [{ data }] = useQuery({
    query: PreviewBidDocument,
    variables: { loanId, amount: { amount: rested.amount, currency: rested.currency } },
    requestPolicy: 'network-only',
  })
  const preview = data?.loan?.previewBid
  if (!preview) return null
  if (preview.refusals.length > 0)
    return <Refusals refusals={preview.refusals} wanted={rested} terms={funding} choose={choose} reload={reload} />
  return (
    <section className="preview" aria-label={texts.bid.preview} aria-live="polite">
      <Facts
        facts={[
          [texts.bid.placeable, format.money(preview.placeable)],
          [texts.bid.expectedInterest, format.money(preview.expectedInterest)],
          [texts.bid.expectedLoss, format.money(preview.expectedLoss)],
        ]}
      />
    </section>
  )
}

function useRested(amount: Money): Money {
  const [rested, setRested] = useState(amount)
  useEffect(() => {
    const timer = setTimeout(() => setRested(amount), TYPING_MS)
    return () => clearTimeout(timer)
  }, [amount.amount, amount.currency])
  return rested
}

/** Places a bid once, however often it has to be sent: the key stays the same until an answer has come. */
function usePlaceBid(): (intent: Intent) => Promise<Outcome> {
  const client = useClient()
  return async (intent) => {
    const input = { ...intent, idempotencyKey: keyOf(intent) }
    for (let tries = 1; ; tries += 1) {
      const { data } = await client.mutation(PlaceBidDocument, { input })
      const answer = data?.placeBid
      if (!answer) return { kind: 'doubt' }
      if (answer.__typename === 'Busy' && tries < MOST_TRIES) {
        await new Promise((resolve) => setTimeout(resolve, answer.retryAfterMs))
        continue
      }
      if (answer.__typename !== 'Busy') answered(intent)
      return answer.__typename === 'PlaceBidPayload'
        ? { kind: 'placed', amount: answer.bid.amount, isPartial: answer.partial }
        : { kind: 'refused', refusal: answer }
    }
  }
}
