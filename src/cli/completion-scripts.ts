// The completion functions of the shells. They know no word themselves: `slipway complete` answers with a candidate a line,
// after a tab what it means, and `:files` where the shell's own completion of files is wanted.
import { closeNames } from '../diagnostic.ts'
import { SlipwayError } from '../errors.ts'

// What bash takes for the end of a word ("=" and ":") may stand inside ours, so the line is split at blanks, and what stands
// before the last of these signs is left out of the candidates, as bash replaces only what comes after it.
const bash = `# Completion of slipway for bash. In ~/.bashrc: source <(slipway completion bash)
_slipway() {
  local -a words
  local line head current
  read -ra words <<< "\${COMP_LINE:0:COMP_POINT}"
  [[ "\${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  head="\${current%"\${current##*[=:]}"}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ "$line" == :files ]]; then
      compopt -o filenames
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${current#"$head"}")
    else
      line="\${line%%$'\\t'*}"
      COMPREPLY+=("\${line#"$head"}")
    fi
  done < <("\${words[0]}" complete "\${words[@]:1}" 2>/dev/null)
}
complete -F _slipway slipway
`

const zsh = `#compdef slipway
# Completion of slipway for zsh. In ~/.zshrc, after compinit: source <(slipway completion zsh)
_slipway() {
  local -a candidates
  local line
  local files=0
  for line in "\${(@f)$("\${words[1]}" complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case "$line" in
      '') ;;
      :files) files=1 ;;
      *$'\\t'*) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) candidates+=("\${line//:/\\\\:}") ;;
    esac
  done
  (( $#candidates )) && _describe -t slipway slipway candidates
  (( files )) && _files
}
compdef _slipway slipway
`

const fish = `# Completion of slipway for fish. As ~/.config/fish/completions/slipway.fish
function __slipway_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c slipway -f -a '(__slipway_complete)'
`

const scripts: ReadonlyMap<string, string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
])

/** @throws SlipwayError SLIPWAY_USAGE for a shell that is none of them */
export function completionScript(shell: string, shells: readonly string[]): string {
  const script = scripts.get(shell)
  if (script !== undefined) return script
  throw new SlipwayError('SLIPWAY_USAGE', `there is no completion for "${shell}"`, {
    expected: `one of ${shells.join(', ')}`,
    alternatives: closeNames(shell, shells),
    hint: 'see: slipway completion --help',
  })
}
