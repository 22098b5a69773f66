import { EventEmitter } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { render } from 'ink'
import { Component, createElement } from 'react'
import stringWidth from 'string-width'
import type { ReactNode } from 'react'

/**
 * The lines that an Ink tree draws on a screen of this size, with their SGR sequences. Fails where the tree does, and where it draws more than the screen holds.
 *
 * Only the first frame: effects have not run. Blanks at the end of lines are gone, as Ink drops them.
 */
export function renderFrame(tree: ReactNode, width: number, height: number): string[] {
  let frame: string | null = null
  let failure: unknown = null
  const stdout = Object.assign(new EventEmitter(), { columns: width, rows: height, isTTY: true, write: (text: string) => ((frame = text), true) })
  const stdin = Object.assign(new EventEmitter(), { isTTY: false })
  const instance = render(createElement(Boundary, { onError: (error) => (failure = error) }, tree), {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
  })
  // At unmount, Ink writes what is no frame.
  const drawn: string = frame ?? ''
  instance.unmount()
  instance.cleanup()
  if (failure !== null) throw failure
  const lines = drawn.split('\n')
  if (lines.length > height) throw new Error(`${lines.length} lines drawn, and the screen has ${height}:\n${drawn}`)
  const wide = lines.find((line) => stringWidth(line) > width)
  if (wide !== undefined) throw new Error(`${stringWidth(wide)} columns drawn, and the screen has ${width}: ${wide}`)
  return lines
}

/** The same without SGR sequences: text for people, to compare with. */
export function renderText(tree: ReactNode, width: number, height: number): string[] {
  return renderFrame(tree, width, height).map((line) => stripVTControlCharacters(line))
}

interface BoundaryProps {
  readonly onError: (error: unknown) => void
  readonly children?: ReactNode
}

/** Without it, Ink would draw the error. */
class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true }
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError(error)
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children
  }
}
