// Style elements that libraries make while the page runs get the nonce of this answer: the policy refuses others.
// This module comes first.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

function withNonce<Arguments extends unknown[]>(create: (...args: Arguments) => Element) {
  return function (this: Document, ...args: Arguments) {
    const element = create.apply(this, args)
    if (element instanceof HTMLStyleElement || element instanceof SVGStyleElement) element.nonce = nonce
    return element
  }
}

document.createElement = withNonce(document.createElement) as typeof document.createElement
document.createElementNS = withNonce(document.createElementNS) as typeof document.createElementNS
