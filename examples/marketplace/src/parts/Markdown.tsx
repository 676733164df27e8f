import { Fragment, type ReactNode } from 'react'

const HEADING = /^(#{1,4}) +(.*)$/
const NUMBERED = /^\d+\. +/
const BULLET = /^[-*] +/
const INDENT = /^\s+/

/** The platform's documents: headings, paragraphs, lists and bold words. Everything else stays as it is written. */
export function Markdown({ text }: { text: string }) {
  const blocks = text.trim().split(/\n\s*\n/)
  return (
    <div className="prose">
      {blocks.map((block, index) => (
        <Fragment key={index}>{shown(block)}</Fragment>
      ))}
    </div>
  )
}

function shown(block: string): ReactNode {
  const heading = HEADING.exec(block)
  if (heading?.[2] !== undefined) return heading[1] === '#' ? null : <h3>{bold(heading[2])}</h3>
  if (NUMBERED.test(block)) return <ol>{elements(block, NUMBERED)}</ol>
  if (BULLET.test(block)) return <ul>{elements(block, BULLET)}</ul>
  return <p>{bold(block)}</p>
}

function elements(block: string, mark: RegExp): ReactNode[] {
  const found: string[] = []
  for (const line of block.split('\n')) {
    if (mark.test(line)) found.push(line.replace(mark, ''))
    else found.push(`${found.pop() ?? ''} ${line.replace(INDENT, '')}`)
  }
  return found.map((element, index) => <li key={index}>{bold(element)}</li>)
}

function bold(text: string): ReactNode[] {
  return text.split('**').map((part, index) => (index % 2 ? <strong key={index}>{part}</strong> : part))
}
