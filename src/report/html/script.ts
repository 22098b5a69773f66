/**
 * What the page does beyond what it is without scripts: filters, a panel beside the matrix, the choice of a theme. It only hides and shows what is there, and
 * takes nothing from anywhere else.
 */
export const SCRIPT = `
'use strict'
{
  const root = document.documentElement
  const all = (selector, within = document) => [...within.querySelectorAll(selector)]
  const byId = (id) => document.getElementById(id)
  root.dataset.js = ''

  byId('theme').addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset.theme = dark ? 'light' : 'dark'
  })

  // Findings.
  const findings = all('details.finding')
  const words = new Map(findings.map((finding) => [finding, (finding.closest('.rule').querySelector('header').textContent + finding.querySelector('summary').textContent).toLowerCase()]))
  const severities = all('input[data-severity]')
  const filterFindings = () => {
    const wanted = new Set(severities.filter((box) => box.checked).map((box) => box.dataset.severity))
    const waived = byId('show-waived').checked
    const text = byId('find-finding').value.trim().toLowerCase()
    let shown = 0
    for (const finding of findings) {
      const out = !wanted.has(finding.dataset.severity) || (!waived && 'waived' in finding.dataset) || !words.get(finding).includes(text)
      finding.classList.toggle('out', out)
      if (!out) shown++
    }
    for (const rule of all('.rule')) rule.classList.toggle('out', !rule.querySelector('details.finding:not(.out)'))
    byId('no-finding').hidden = shown > 0
  }
  if (findings.length > 0) {
    for (const box of [...severities, byId('show-waived')]) box.addEventListener('change', filterFindings)
    byId('find-finding').addEventListener('input', filterFindings)
    byId('unfold').addEventListener('click', ({ target }) => {
      const fold = findings.every((finding) => finding.open)
      for (const finding of findings) finding.open = !fold
      target.textContent = fold ? 'Unfold all' : 'Fold all'
    })
    filterFindings()
  }

  // Statements: cells of the matrix, and the rows that they lead to.
  const rowOf = (cell) => byId(cell.hash.slice(1))
  const matrices = all('.matrix').map((table) => ({ table, cells: all('a.cell', table) }))
  const rows = all('.statements tbody tr')
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]))
  const verdicts = all('input[data-verdict]')
  const chosen = (id) => byId(id)?.value ?? ''
  const filterStatements = () => {
    const wanted = new Set(verdicts.filter((box) => box.checked).map((box) => box.dataset.verdict))
    const text = byId('find-statement').value.trim().toLowerCase()
    const side = chosen('of-side')
    const version = chosen('of-version')
    const shown = new Set()
    for (const { table, cells } of matrices) {
      const of = table.closest('[data-version]')
      of.classList.toggle('out', version !== '' && of.dataset.version !== version)
      for (const cell of cells) {
        const row = rowOf(cell)
        const out = !wanted.has(cell.dataset.verdict) || (side !== '' && cell.dataset.side !== side) || !texts.get(row).includes(text)
        cell.classList.toggle('out', out)
        if (!out && !of.classList.contains('out')) shown.add(row)
      }
      for (const row of all('tbody tr', table)) row.classList.toggle('out', !row.querySelector('a.cell:not(.out)'))
      rove(cells, cells.find((cell) => !cell.classList.contains('out')))
      if (text !== '') of.querySelector('details').open = true
    }
    for (const row of rows) row.classList.toggle('out', !shown.has(row))
    byId('found').textContent = shown.size + ' of ' + rows.length + (rows.length === 1 ? ' statement' : ' statements')
  }
  // One stop of the Tab key for each matrix; arrow keys go on from there.
  const rove = (cells, to) => {
    for (const cell of cells) cell.tabIndex = cell === to ? 0 : -1
  }
  const about = byId('about')
  const hideAbout = () => {
    about.hidden = true
    for (const cell of all('a.cell[aria-current]')) cell.removeAttribute('aria-current')
  }
  const showAbout = (cell) => {
    hideAbout()
    cell.setAttribute('aria-current', 'true')
    about.replaceChildren(...[...rowOf(cell).cells].map((part) => {
      const paragraph = document.createElement('p')
      if (part.dataset.label) paragraph.append(part.dataset.label + ': ')
      paragraph.append(...[...part.cloneNode(true).childNodes])
      return paragraph
    }))
    about.hidden = false
  }
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
  for (const { table, cells } of matrices) {
    table.addEventListener('focusin', ({ target }) => {
      const cell = target.closest('a.cell')
      if (!cell) return
      rove(cells, cell)
      showAbout(cell)
    })
    table.addEventListener('click', (event) => {
      const cell = event.target.closest('a.cell')
      if (!cell) return
      event.preventDefault()
      cell.focus({ preventScroll: true })
      showAbout(cell)
    })
    table.addEventListener('keydown', (event) => {
      const step = STEPS[event.key]
      if (event.key === 'Escape') hideAbout()
      if (step === undefined) return
      event.preventDefault()
      const open = cells.filter((cell) => !cell.classList.contains('out'))
      open[(open.indexOf(document.activeElement) + step + open.length) % open.length]?.focus()
    })
  }
  if (matrices.length > 0) {
    for (const box of verdicts) box.addEventListener('change', filterStatements)
    for (const id of ['of-side', 'of-version']) byId(id)?.addEventListener('change', filterStatements)
    byId('find-statement').addEventListener('input', filterStatements)
    document.addEventListener('pointerdown', ({ target }) => {
      if (!target.closest('.matrix, #about')) hideAbout()
    })
    filterStatements()
  }

  // A link to something folded unfolds it; so does printing, for browsers whose style sheets cannot.
  const unfoldTarget = () => {
    const target = location.hash.length > 1 ? byId(location.hash.slice(1)) : null
    const folded = target?.closest('details')
    if (folded) {
      folded.open = true
      target.scrollIntoView()
    }
  }
  addEventListener('hashchange', unfoldTarget)
  unfoldTarget()
  let folded = []
  addEventListener('beforeprint', () => {
    folded = all('details:not([open])')
    for (const one of folded) one.open = true
  })
  addEventListener('afterprint', () => {
    for (const one of folded) one.open = false
  })
}
`
