import { useTexts } from '../i18n'
import { useIsLive } from '../live'

/** Whether what is shown changes by itself. */
export function LiveMark() {
  const texts = useTexts()
  const isLive = useIsLive()
  return (
    <span className={`live${isLive ? '' : ' away'}`} title={texts.live.hint}>
      {isLive ? texts.live.on : texts.live.off}
    </span>
  )
}
