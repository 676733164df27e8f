import { useQuery } from 'urql'

import { useFormat } from '../format'
import { HeadlinesDocument, type FigureCode } from '../gql/graphql'
import { useTexts } from '../i18n'
import { Link } from '../router'
import { FigureText } from './FigureText'

/** Four published figures, and the way to the others. */
export function Headlines() {
  const texts = useTexts()
  const format = useFormat()
  const [{ data }] = useQuery({ query: HeadlinesDocument })
  const words = texts.market.headlines
  const isKnown = (code: FigureCode): code is keyof typeof words => code in words
  return (
    <Link to="/figures" className="headlines" aria-label={texts.market.headlinesLabel}>
      {data?.disclosure.figures.map(({ code, value }) =>
        isKnown(code) ? (
          <span key={code}>
            <b>
              <FigureText value={value} money={format.moneyShort} />
            </b>{' '}
            {words[code]}
          </span>
        ) : null,
      )}
    </Link>
  )
}
