import type { CombinedError } from '@urql/core'

import { useTexts } from '../i18n'

/** What is shown while the first answer is on its way. */
export function Loading({ lines = 3 }: { lines?: number }) {
  const texts = useTexts()
  return (
    <div className="loading" role="status">
      <span className="unseen">{texts.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="bone" />
      ))}
    </div>
  )
}

/** An operation that could not be answered: what is known of it, and another try. */
export function Failed({ error, again }: { error: CombinedError; again: () => void }) {
  const texts = useTexts()
  const errorId = error.graphQLErrors.map((one) => one.extensions['errorId']).find((id) => typeof id === 'string')
  return (
    <div className="notice bad" role="alert">
      <h2>{texts.failed.title}</h2>
      <p>
        {error.networkError ? texts.failed.network : texts.failed.server}
        {errorId ? ` ${texts.failed.errorId(errorId)}` : ''}
      </p>
      <button type="button" className="button" onClick={again}>
        {texts.failed.again}
      </button>
    </div>
  )
}
