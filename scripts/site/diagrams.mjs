// Reads one Mermaid diagram, writes it as SVG. Colours are the page's own variables, so that it follows light and dark.
import { readFileSync } from 'node:fs'
import { renderMermaidSVG } from 'beautiful-mermaid'

process.stdout.write(renderMermaidSVG(readFileSync(0, 'utf8'), { font: 'inherit', padding: 8 }))
