"""The `hubbub` command: passes flags on as environment variables and reports errors in one sentence."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from hubbub import __version__
from hubbub_site import private_files
from hubbub_site.commands import Failed, Refused
from hubbub_site.config import Misconfigured

COMMANDS = ("serve", "owner", "token", "audit", "doctor", "backup", "restore", "copy", "migrate", "demo")
# Flags that are settings. They are put into the environment, so that worker processes inherit them.
SETTINGS = {
    "data": "HUBBUB_DATA",
    "config": "HUBBUB_CONFIG",
    "host": "HUBBUB_HOST",
    "port": "HUBBUB_PORT",
    "workers": "HUBBUB_WORKERS",
}


def main(arguments: Sequence[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    os.umask(private_files.UMASK)
    for flag, variable in SETTINGS.items():
        if (value := getattr(args, flag, None)) is not None:
            os.environ[variable] = str(value)
    try:
        code: int = args.run(args) or 0
    except (Refused, Failed, Misconfigured) as refusal:
        return _end(args, refusal)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except Exception as error:
        # Imported here because Django is slow to import and `--help` does not need it.
        from hubbub_site.storage_errors import to_command_error

        known = to_command_error(error)
        if known is None:
            raise
        return _end(args, known)
    return code


def _end(args: argparse.Namespace, why: Exception) -> int:
    print(f"hubbub {args.command}: {why}", file=sys.stderr)
    return 1 if isinstance(why, Failed) else 2


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="hubbub",
        description="Real-time team chat for people who want to own it.",
        epilog="hubbub COMMAND --help explains each command. Settings: flags, then HUBBUB_… in the environment, then "
        "hubbub.toml in the data directory; docs/self-hosting.md lists them.",
    )
    top.add_argument("--version", action="version", version=f"hubbub {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        _add(commands, name, import_module(f"hubbub_site.commands.{name}"))
    return top


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, module: ModuleType
) -> None:
    """Add a command from its module: the docstring is the help, `arguments` adds options, `run` executes it."""
    summary, _, rest = (module.__doc__ or "").partition("\n\n")
    command = commands.add_parser(
        name,
        help=summary.strip(),
        description=f"{summary.strip()}\n\n{rest.strip()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--data", metavar="DIR", help="data directory (default: $HUBBUB_DATA, else ./hubbub-data)"
    )
    command.add_argument(
        "--config", metavar="FILE", help="settings file (default: hubbub.toml in the data directory)"
    )
    module.arguments(command)
    command.set_defaults(run=module.run)


if __name__ == "__main__":
    sys.exit(main())
