import type { Command } from "commander";
import { CommandError } from "./terminal/index.ts";
import { PROVIDER_WORDS } from "./words.ts";

/** Shells that a script can be written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

const NAME = "cloud-assistant";

interface Words {
  readonly command: string;
  readonly description: string;
  readonly flags: readonly {
    readonly flag: string;
    readonly description: string;
    readonly choices: readonly string[];
  }[];
}

/** A script by which the shell completes commands, options, and words that an option takes. */
export function writeCompletion(program: Command, shell: string): string {
  const commands = program.commands.map((command) => toWords(command, program));
  switch (shell) {
    case "bash":
      return writeBash(commands);
    case "zsh":
      return `#compdef ${NAME}\nautoload -U +X bashcompinit && bashcompinit\n${writeBash(commands)}`;
    case "fish":
      return writeFish(commands);
    default:
      throw new CommandError(`\`<shell>\`: expected ${SHELLS.join(", ")}, got "${shell}".`);
  }
}

function toWords(command: Command, program: Command): Words {
  const flags = [...command.options, ...program.options].flatMap(({ long, description, argChoices, hidden }) =>
    long && !hidden ? [{ flag: long, description, choices: argChoices ?? choicesOf(long) }] : [],
  );
  return { command: command.name(), description: command.description(), flags };
}

/** Words of options whose values are lists, which commander does not know. */
function choicesOf(flag: string): readonly string[] {
  if (flag === "--provider") return PROVIDER_WORDS;
  if (flag === "--type") return ["shell", "bat", "powershell"];
  return flag === "--status" ? ["failed", "partial-failed", "running", "pending", "success", "stopped"] : [];
}

function writeBash(commands: readonly Words[]): string {
  const names = commands.map(({ command }) => command).join(" ");
  const choices = new Map(commands.flatMap(({ flags }) => flags).map(({ flag, choices: words }) => [flag, words]));
  const values = [...choices].filter(([, words]) => words.length > 0);
  return `_cloud_assistant() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" one
  for one in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${names} " in *" $one "*) command="$one"; break ;; esac
  done
  case "$previous" in
${values.map(([flag, words]) => `    ${flag}) COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word")); return ;;`).join("\n")}
  esac
  case "$command" in
    "") COMPREPLY=($(compgen -W "${names}" -- "$word")) ;;
    completion) COMPREPLY=($(compgen -W "${SHELLS.join(" ")}" -- "$word")) ;;
${commands
  .filter(({ command }) => command !== "completion")
  .map(
    ({ command, flags }) =>
      `    ${command}) COMPREPLY=($(compgen -W "${flags.map(({ flag }) => flag).join(" ")}" -- "$word")) ;;`,
  )
  .join("\n")}
  esac
}
complete -F _cloud_assistant ${NAME}
`;
}

function writeFish(commands: readonly Words[]): string {
  const names = commands.map(({ command }) => command).join(" ");
  const lines = commands.flatMap(({ command, description, flags }) => [
    `complete -c ${NAME} -f -n "not __fish_seen_subcommand_from ${names}" -a ${command} -d ${quote(description)}`,
    ...flags.map(({ flag, description: says, choices }) => {
      const values = choices.length > 0 ? ` -x -a ${quote(choices.join(" "))}` : "";
      return `complete -c ${NAME} -f -n "__fish_seen_subcommand_from ${command}" -l ${flag.slice(2)}${values} -d ${quote(says)}`;
    }),
  ]);
  const shells = `complete -c ${NAME} -f -n "__fish_seen_subcommand_from completion" -a ${quote(SHELLS.join(" "))}`;
  return `${[...lines, shells].join("\n")}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
