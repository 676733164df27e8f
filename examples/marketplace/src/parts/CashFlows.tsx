import { useEffect, useRef, useState } from 'react'

import { useFormat } from '../format'
import type { PortfolioQuery } from '../gql/graphql'
import { useTexts } from '../i18n'
import { isPositive, minor, sum, type Money } from '../money'

export type CashFlow = NonNullable<PortfolioQuery['me']>['portfolio']['cashFlows'][number]

const HEIGHT = 260
const TOP = 10
const BOTTOM = 22
const LABELS_APART = 64
const WIDEST_BAR = 22

/** The cash flows of a portfolio: a plot, the figures of the month that is pointed at, and all of them as a table. */
export function CashFlows({ flows }: { flows: readonly CashFlow[] }) {
  const texts = useTexts()
  const format = useFormat()
  const [chosen, setChosen] = useState<number | null>(null)
  const [first] = flows
  const last = flows.at(-1)
  if (!first || !last) return null
  const { currency } = first.lent
  const total = (of: (flow: CashFlow) => Money[]) => format.money(sum(flows.flatMap(of), currency))
  const summary = texts.portfolio.flowsSummary(
    format.month(first.month),
    format.month(last.month),
    total((flow) => [flow.principal, flow.interest]),
    total((flow) => [flow.expectedPrincipal, flow.expectedInterest]),
  )
  const shown = chosen === null ? null : (flows[chosen] ?? null)
  return (
    <section className="card" aria-labelledby="flows-title">
      <h2 id="flows-title">{texts.portfolio.flows}</h2>
      <p className="muted">{texts.portfolio.flowsHint}</p>
      <ul className="legend">
        <li className="principal">{texts.portfolio.principal}</li>
        <li className="interest">{texts.portfolio.interest}</li>
        <li className="expected">{texts.portfolio.toCome}</li>
        <li className="lent">{texts.portfolio.lent}</li>
      </ul>
      <Plot flows={flows} summary={summary} chosen={chosen} choose={setChosen} />
      <p className="readout small" aria-hidden="true">
        {shown ? <MonthText flow={shown} /> : summary}
      </p>
      <details className="as-table">
        <summary>{texts.portfolio.asTable}</summary>
        <Table flows={flows} />
      </details>
    </section>
  )
}

function MonthText({ flow }: { flow: CashFlow }) {
  const texts = useTexts()
  const format = useFormat()
  const { currency } = flow.lent
  const toCome = sum([flow.expectedPrincipal, flow.expectedInterest], currency)
  const parts = [
    [texts.portfolio.lent, flow.lent],
    [texts.portfolio.principal, flow.principal],
    [texts.portfolio.interest, flow.interest],
    [texts.portfolio.toCome, toCome],
  ] as const
  return (
    <>
      <b>{format.month(flow.month)}</b>
      {parts
        .filter(([, amount]) => minor(amount) !== 0n)
        .map(([name, amount]) => (
          <span key={name}>
            {name} {format.money(amount)}
          </span>
        ))}
    </>
  )
}

function Plot({
  flows,
  summary,
  chosen,
  choose,
}: {
  flows: readonly CashFlow[]
  summary: string
  chosen: number | null
  choose: (month: number | null) => void
}) {
  const format = useFormat()
  const [width, frame] = useWidth()
  const bars = flows.map(barOf)
  const highest = Math.max(1, ...bars.map((bar) => bar.up))
  const lowest = Math.max(highest / 8, ...bars.map((bar) => bar.down))
  const scale = (HEIGHT - TOP - BOTTOM) / (highest + lowest)
  const zero = TOP + highest * scale
  const step = width / flows.length
  const thick = Math.min(WIDEST_BAR, Math.max(1.5, step * 0.72))
  const every = Math.max(1, Math.ceil(LABELS_APART / step))
  return (
    <div className="plot" ref={frame}>
      <svg width={width} height={HEIGHT} role="img" aria-label={summary} onPointerLeave={() => choose(null)}>
        {bars.map((bar, month) => {
          const left = month * step + (step - thick) / 2
          let top = zero
          return (
            <g
              key={flows[month]?.month}
              className={chosen === month ? 'chosen' : undefined}
              onPointerEnter={() => choose(month)}
              onPointerDown={() => choose(month)}
            >
              <rect className="catch" x={month * step} y={0} width={step} height={HEIGHT} />
              {bar.parts.map(([kind, size]) => {
                const height = size * scale
                top -= height
                return <rect key={kind} className={kind} x={left} y={top} width={thick} height={height} />
              })}
              <rect className="lent" x={left} y={zero} width={thick} height={bar.down * scale} />
            </g>
          )
        })}
        <line className="zero" x1={0} x2={width} y1={zero} y2={zero} />
        {flows.map((flow, month) =>
          month % every === 0 && month * step + LABELS_APART <= width ? (
            <text key={flow.month} x={month * step + 1} y={HEIGHT - 6}>
              {format.month(flow.month)}
            </text>
          ) : null,
        )}
      </svg>
    </div>
  )
}

/** What a month's bar is made of, in the currency's smallest unit; floats are good enough for pixels. */
function barOf(flow: CashFlow): { parts: [string, number][]; up: number; down: number } {
  const size = (money: Money) => Math.max(0, Number(minor(money)))
  const expected = size(flow.expectedPrincipal) + size(flow.expectedInterest)
  const parts: [string, number][] = [
    ['principal', size(flow.principal)],
    ['interest', size(flow.interest)],
    ['expected', expected],
  ]
  return { parts, up: parts.reduce((total, [, part]) => total + part, 0), down: size(flow.lent) }
}

function useWidth(): [number, React.RefObject<HTMLDivElement | null>] {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (!frame.current) return
    const watcher = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)))
    watcher.observe(frame.current)
    return () => watcher.disconnect()
  }, [])
  return [width, frame]
}

function Table({ flows }: { flows: readonly CashFlow[] }) {
  const texts = useTexts()
  const format = useFormat()
  const cell = (money: Money) => (isPositive(money) || minor(money) < 0n ? format.money(money) : '')
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{texts.portfolio.month}</th>
          <th scope="col" className="right">
            {texts.portfolio.lent}
          </th>
          <th scope="col" className="right">
            {texts.portfolio.total}
          </th>
          <th scope="col" className="right">
            {texts.portfolio.toCome}
          </th>
        </tr>
      </thead>
      <tbody>
        {flows.map((flow) => (
          <tr key={flow.month}>
            <td>{format.month(flow.month)}</td>
            <td className="right">{cell(flow.lent)}</td>
            <td className="right">{cell(sum([flow.principal, flow.interest], flow.lent.currency))}</td>
            <td className="right">{cell(sum([flow.expectedPrincipal, flow.expectedInterest], flow.lent.currency))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
