// Style elements that libraries make while the page runs get the nonce of this answer: the policy refuses others.
// This module comes first.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
const createElement = document.createElement

document.createElement = function (this: Document, name: string, options?: ElementCreationOptions) {
  const element = createElement.call(this, name, options)
  if (element instanceof HTMLStyleElement) element.nonce = nonce
  return element
} as typeof document.createElement
