// `slipway completion`: the function that teaches a shell the words of this command.
import { headings, type Verb } from './verb.ts'

const shells = ['bash', 'zsh', 'fish']

export const completion: Verb = {
  usage: 'completion <shell>',
  heading: headings.learn,
  summary: 'Print the function that completes this command in a shell',
  details:
    'Completes verbs, flags and their values, and the names that the project at hand has: commands, groups, sections of deployment files, options.',
  args: ['bash, zsh or fish'],
  completes: [shells],
  flags: [],
  examples: [
    ['source <(slipway completion bash)', 'in ~/.bashrc'],
    ['source <(slipway completion zsh)', 'in ~/.zshrc, after compinit'],
    ['slipway completion fish > ~/.config/fish/completions/slipway.fish', 'once'],
  ],
  async run([shell], _options, terminal) {
    const { completionScript } = await import('./completion-scripts.ts')
    terminal.out(completionScript(String(shell), shells))
  },
}
