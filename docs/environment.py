"""What the environment may say, read from the source of the settings, so that the table cannot leave any out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SETTINGS = Path(__file__).parents[1] / "routilux_site" / "settings.py"
HELPERS = frozenset({"envstr", "envbool", "envint", "envfloat", "envlist", "envrate", "envsecret", "envchoice"})
#: Read by the set-up, the Makefile or the browser tests; no setting of Django.
ELSEWHERE = frozenset({"DOC", "PYTHON", "ONCE", "CHROMIUM", "JSON", "MINUTES"})


@dataclass(frozen=True)
class Variable:
    name: str
    helper: str
    default: str  #: as Python source; empty when there is none


def variables() -> list[Variable]:
    return list(_calls(ast.parse(SETTINGS.read_text(encoding="utf-8"))))


def _calls(tree: ast.AST) -> Iterator[Variable]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in HELPERS:
            default = ast.unparse(node.args[1]) if len(node.args) > 1 else ""
            yield Variable(str(ast.literal_eval(node.args[0])), node.func.id, default)


def settings_table() -> Iterator[tuple[str, str, str]]:
    for one in sorted(variables(), key=lambda variable: variable.name):
        name = f"`{one.name}`" + (f", `{one.name}_FILE`" if one.helper == "envsecret" else "")
        yield name, _shown(one), MEANINGS[one.name]


def _shown(variable: Variable) -> str:
    if variable.default in IN_WORDS:
        return IN_WORDS[variable.default]
    value = ast.literal_eval(variable.default)
    return f"`{value}`" if value != "" else "–"


#: Defaults that are no plain values.
IN_WORDS = {
    "": "–",
    "_LEASE / 5": "a fifth of `ROUTILUX_LEASE`",
    "365 * 24 * 3600": "a year",
    "'text' if DEBUG else 'json'": "`json`; with `DEBUG` `text`",
}
MEANINGS = {
    "ALLOWED_HOSTS": "Names under which the site is reached, separated by commas.",
    "COLLECTED_STATIC": "Serve static files from `STATIC_ROOT`, hashed and compressed; run `collectstatic` before.",
    "CSRF_TRUSTED_ORIGINS": "Origins that may send forms, such as `https://routilux.example.org`.",
    "DATABASE_URL": "Your own Postgres, 15 or newer. Unset, the embedded one is used.",
    "DEBUG": "Django's debug mode; never where others can reach it.",
    "HSTS_SECONDS": "With `HTTPS`: how long browsers insist on https.",
    "HTTPS": "Users come by https: redirects, secure cookies, HSTS.",
    "LOG_FORMAT": "`json` (one object a line) or `text`.",
    "LOG_LEVEL": "`DEBUG`, `INFO`, `WARNING` or `ERROR`.",
    "MEDIA_ROOT": "Kept for apps that store files; Routilux keeps uploads in Postgres. Unset: in `ROUTILUX_HOME`.",
    "PORT": "The port of the web server.",
    "ROUTILUX_APPS": "Your apps, separated by commas; the catalog reads their `routines.py`.",
    "ROUTILUX_BACKLOG": "Seconds a runnable step may wait before `/readyz` says unready.",
    "ROUTILUX_COROUTINES": "Steps with `async def logic` that a worker process runs side by side, beside its lanes.",
    "ROUTILUX_GRACE": "Seconds that running steps get to finish when the Runtime is told to stop.",
    "ROUTILUX_HEARTBEAT": "Seconds between two signs of life of a session.",
    "ROUTILUX_HOME": "Where embedded Postgres, caches and the generated key live. Unset: `.routilux` in the project.",
    "ROUTILUX_LEASE": "A session without a sign of life for so many seconds is dead, and its steps go to others.",
    "ROUTILUX_LINGER": "Seconds that a session waits for more work before it lets its worker go.",
    "ROUTILUX_RETENTION_DAYS": "Jobs that ended longer ago are pruned once a day. 0: they are kept for ever.",
    "ROUTILUX_STALL": "Seconds that work may wait without any session before the cluster is started anew.",
    "ROUTILUX_THROTTLE_ANONYMOUS": "Requests to the API without a valid token or session, by address; or `off`.",
    "ROUTILUX_THROTTLE_LOGIN": "Attempts to log in, by address; or `off`.",
    "ROUTILUX_THROTTLE_READ": "Reads of the API, by token or user; or `off`.",
    "ROUTILUX_THROTTLE_TRIGGER": "Jobs that are triggered by the API, by token or user; or `off`.",
    "ROUTILUX_THROTTLE_WRITE": "All other writes of the API, by token or user; or `off`.",
    "ROUTILUX_STAY": "The same for one session of each cluster, which stays longer so that new work starts at once.",
    "ROUTILUX_THREADS": "Lanes of a session: how many steps a worker process runs side by side.",
    "PUBLIC_URL": "Where the site is reached, such as `https://routilux.example.org`; for links in webhooks.",
    "ROUTILUX_WEBHOOK_ALLOWED": "Hosts (`erp:8080`) and networks (`10.1.0.0/16`) of webhooks that are not public.",
    "ROUTILUX_WORKERS": "Worker processes of the cluster on this host.",
    "SECRET_KEY": "Django's secret key, the same on all hosts. Unset: generated once, in `ROUTILUX_HOME`.",
    "STATIC_ROOT": "Where `collectstatic` puts files. Unset: in `ROUTILUX_HOME`.",
    "TRUST_PROXY": "Believe `X-Forwarded-Proto` and the last `X-Forwarded-For` of a proxy in front.",
    "WEB_HOST": "The address that the web server listens on.",
    "WEB_STATEMENT_TIMEOUT": "Seconds after which the database gives up on one statement of a web process; 0: never.",
    "WEB_THREADS": "Threads of each web process.",
    "WEB_WORKERS": "Web processes.",
}
