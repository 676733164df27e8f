import type { ReactNode } from 'react'

/** Names and values. */
export function Facts({
  facts,
  kind = '',
}: {
  facts: readonly (readonly [name: string, value: ReactNode])[]
  kind?: string
}) {
  return (
    <dl className={`facts ${kind}`}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
