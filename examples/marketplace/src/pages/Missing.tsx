import { useTexts } from '../i18n'
import { useTitle } from '../parts/title'
import { Link } from '../router'

export function MissingPage() {
  const texts = useTexts()
  useTitle(texts.missing.title)
  return (
    <div className="page narrow">
      <h1>{texts.missing.title}</h1>
      <p className="lead">{texts.missing.text}</p>
      <Link className="button primary" to="/">
        {texts.missing.back}
      </Link>
    </div>
  )
}
