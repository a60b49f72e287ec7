"""What the scripts say on a machine that lacks something; its programs are played by shell scripts."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.processes import ROOT

PACKAGES = "redis-server nginx-light gettext chromium"
TOOLS = ("bash", "cat", "cksum", "cp", "dirname", "env", "grep", "mkdir", "rm")
PYTHON = """
case "$*" in
  *version_info*) echo {version} ;;
  --version) echo Python {version} ;;
  *--clear*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; cp "$0" .venv/bin/pip ;;
  *"pip install"*) {pip} ;;
esac
"""


class Machine:
    """A checkout, and no program but those that it is given."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.programs = folder / "checkout", folder / "bin"
        self.programs.mkdir()
        for name in TOOLS:
            (self.programs / name).symlink_to(shutil.which(name))
        shutil.copytree(ROOT / "script", self.checkout / "script")
        for path in ROOT.glob("requirements*.txt"):
            shutil.copy(path, self.checkout)

    def install(self, name: str, script: str = "") -> None:
        program = self.programs / name
        program.write_text(f"#!/usr/bin/env bash\n{script}\n")
        program.chmod(0o755)

    def install_python(self, name: str, version: str, pip: str = "exit 0") -> None:
        self.install(name, PYTHON.format(version=version, pip=pip))

    def run(self, script: str, stdin: int = subprocess.DEVNULL, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.checkout / "script" / script],
            env={"PATH": str(self.programs), **environment},
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def machine_with_python(machine):
    machine.install_python("python3", "3 12")
    return machine


def test_the_shop_is_served_by_python_3_14_and_the_tests_choose_an_older_one(machine):
    machine.install_python("python3", "3 14", pip="exit 1")
    machine.install_python("python3.13", "3 13", pip="exit 1")
    assert "Making .venv with python3," in machine.run("server").stdout
    machine.install("redis-server")
    machine.install("nginx")
    machine.install("msgfmt")
    machine.install("chromium")
    result = machine.run("test")
    assert "Not with python3: it is 3.14, and TensorFlow, which trains the encoder, has no package" in result.stderr
    assert "Making .venv with python3.13," in result.stdout


@pytest.mark.parametrize("lack", ["it is 3.15", "no pip", "it is gone"])
def test_a_link_to_an_environment_that_will_not_do_goes_and_the_environment_stays(machine_with_python, lack):
    environment = machine_with_python.checkout.parent / "environment"
    kept = environment / "bin" / "python"
    if lack != "it is gone":
        kept.parent.mkdir(parents=True)
        says = "echo 3 15" if lack == "it is 3.15" else 'case "$*" in *"import pip"*) exit 1 ;; *) echo 3 12 ;; esac'
        kept.write_text(f"#!/usr/bin/env bash\n{says}\n")
        kept.chmod(0o755)
    link = machine_with_python.checkout / ".venv"
    link.symlink_to(environment)
    assert "Making .venv with python3," in machine_with_python.run("server").stdout
    assert not link.is_symlink()
    assert list(environment.rglob("*")) == ([kept.parent, kept] if kept.parent.exists() else [])


def test_where_only_python_3_14_is_the_tests_name_the_reason(machine):
    machine.install_python("python3", "3 14")
    result = machine.run("test")
    assert result.returncode == 1
    assert "TensorFlow" in result.stderr
    assert "needs Python 3.11 to 3.13: install one" in result.stderr


@pytest.mark.parametrize("version", ["3 10", "2 7", "3 15"])
def test_a_python_that_will_not_do_is_named(machine, version):
    machine.install_python("python3", version)
    machine.install("python3.12", "exit 127")
    result = machine.run("server")
    assert result.returncode == 1
    assert f"Not with python3: it is {version.replace(' ', '.')}" in result.stderr
    assert "Not with python3.12: it does not start" in result.stderr


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("ERROR: No matching distribution found for ai-edge-litert", "pip says above why"),
        ("NewConnectionError: Temporary failure in name resolution", "connected to the internet?"),
    ],
)
def test_a_failed_installation_gives_pips_reason(machine, said, answer):
    machine.install_python("python3", "3 12", pip=f"echo '{said}' >&2; exit 1")
    result = machine.run("server")
    assert result.returncode == 1
    assert said in result.stderr
    assert answer in result.stderr.splitlines()[-1]


def test_without_a_terminal_the_tests_say_the_one_command(machine_with_python):
    machine_with_python.install("apt-get", "exit 1")
    machine_with_python.install("id", "echo 1000")
    result = machine_with_python.run("test")
    assert result.returncode == 1
    assert f"start again: sudo apt-get install {PACKAGES}" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(("user", "ci"), [("0", ""), ("1000", "true")])
def test_root_and_ci_are_not_asked(machine_with_python, user, ci):
    machine_with_python.install("id", f"echo {user}")
    machine_with_python.install("sudo", '"$@"')
    machine_with_python.install("apt-get", "echo apt-get $*; [ $1 = update ]")
    result = machine_with_python.run("test", CI=ci)
    assert f"apt-get install --yes --quiet --no-install-recommends {PACKAGES}" in result.stdout


def test_where_there_is_no_apt_the_packages_are_named(machine_with_python):
    result = machine_with_python.run("test")
    assert result.returncode == 1
    assert f"Install what Debian calls {PACKAGES}" in result.stderr


def test_whoever_is_at_the_terminal_is_asked_before_sudo(machine_with_python):
    machine_with_python.install("id", "echo 1000")
    machine_with_python.install("sudo", "echo not reached")
    machine_with_python.install("apt-get", "echo not reached")
    terminal, stdin = os.openpty()
    os.write(terminal, b"n\n")
    result = machine_with_python.run("test", stdin=stdin)
    os.close(terminal)
    os.close(stdin)
    assert f"Run sudo apt-get install {PACKAGES}? [y/N]" in result.stderr
    assert "not reached" not in result.stdout
