/** How the shell's completion script asks for what may come next: yargs' own option. */
export const ASKS_FOR_COMPLETION = '--get-yargs-completions'
