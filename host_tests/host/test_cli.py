# SPDX-License-Identifier: MIT
"""`posctl` itself: fast help, one line and exit code 2 on any mistake, quiet on a closed pipe."""

import subprocess
import sys
import types

import pytest
import typer

from posctl import cli
from posctl.errors import ToolError

area = typer.Typer()


@area.command()
def fail():
    raise ToolError("this card\nis bent")


@area.command()
def refuse():
    raise typer.Exit(1)


@area.command()
def count(number: int = 1):
    print(number)


@area.command()
def lose():
    open("/nonexistent/file")


@area.command()
def stop():
    raise KeyboardInterrupt


@pytest.fixture
def run(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "posctl.cmd_card", types.SimpleNamespace(app=area))
    monkeypatch.setitem(cli._AREAS, "card", "A test area.")

    def run(line: str) -> tuple[int, str, str]:
        code = cli.main(line.split())
        return (code, *capsys.readouterr())

    return run


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("card fail", "this card is bent"),
        ("card lose", "/nonexistent/file: No such file or directory"),
        ("card count --number x", "Invalid value for '--number'"),
        ("card count --nunber 1", "No such option"),
        ("card count 5", "unexpected extra argument"),
        ("card", "Missing command"),
        ("card fly", "No such command 'fly'"),
        ("fly", "No such command 'fly'"),
        ("--fly", "No such option"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(run, line, text):
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert err.startswith("posctl: error: ") and err.count("\n") == 1 and text in err


def test_codes_of_commands(run):
    assert run("card count --number 7") == (0, "7\n", "")
    assert run("card refuse") == (1, "", "")
    assert run("card stop") == (130, "", "")


def test_help_names_every_area_and_imports_none(run):
    code, out, _ = run("")
    assert code == 0
    assert all(f"  {name} " in out for name in cli._AREAS)
    assert run("--help")[1] == out


def test_an_area_of_one_command(monkeypatch, capsys):
    app = typer.Typer()

    @app.callback(invoke_without_command=True)
    def only(number: int = 1):
        print(number)

    monkeypatch.setitem(sys.modules, "posctl.cmd_demo", types.SimpleNamespace(app=app))
    assert cli.main(["demo", "--number", "3"]) == 0
    assert cli.main(["demo", "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("3\nUsage: posctl demo [OPTIONS]\n")
    assert cli.main(["demo", "extra"]) == 2


def test_a_group_without_command_shows_its_help(monkeypatch, capsys):
    app = typer.Typer(no_args_is_help=True)
    app.command("one")(lambda: None)
    app.command("two")(lambda: None)
    monkeypatch.setitem(sys.modules, "posctl.cmd_demo", types.SimpleNamespace(app=app))
    assert cli.main(["demo"]) == 2
    assert capsys.readouterr().err.startswith("Usage: posctl demo ")


def test_a_closed_pipe_is_no_error(tmp_path):
    script = (
        "import sys, types, typer\n"
        "from posctl import cli\n"
        "app = typer.Typer()\n"
        "@app.command()\n"
        "def count():\n"
        "    for i in range(200000): print(i)\n"
        "sys.modules['posctl.cmd_image'] = types.SimpleNamespace(app=app)\n"
        "sys.exit(cli.main(['image', 'count']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 1
