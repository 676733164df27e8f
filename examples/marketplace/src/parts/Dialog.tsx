import { useEffect, useRef, type ReactNode } from 'react'

import { useTexts } from '../i18n'

/** A page over the page: Escape, the button and a press beside it close it, and the focus goes back where it was. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ReactNode }) {
  const texts = useTexts()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby="dialog-title"
      onClose={close}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div className="dialog">
        <h2 id="dialog-title">{title}</h2>
        {children}
        <button type="button" className="button primary" onClick={() => dialog.current?.close()}>
          {texts.close}
        </button>
      </div>
    </dialog>
  )
}
