"""The text that `gamed new` writes: a valid scenario that extends `salary`, explained line by line."""

from __future__ import annotations

SCHEMA_FILE = "gamed.schema.json"

TEMPLATE = """\
# yaml-language-server: $schema=./{schema}
# A scenario of Gamed. Only what differs from `salary` is written here; everything else is inherited.
#   gamed validate {file}       check it
#   gamed show {file} --full    every value with its unit and where it comes from
#   gamed run {file}            run it
name: {name}
about: Staff are paid a bonus for every point of the survey score, and choose whom to invite.
story: |
  Say here what happens in this world and why.
extends: salary                # a shipped scenario (gamed list) or a file beside this one

weeks: 156                     # after the burn-in, which runs under fixed pay
customers: {{count: 5000}}
staff: {{count: 50, team_size: 10}}

measures:
  nps: {{window: 4}}             # a preset of this name; under another label, say which: my_score: {{like: nps}}

pay:
  every: 4                     # weeks a pay period
  schemes:                     # a list replaces the inherited one
    - {{kind: linear, measure: nps, rate: 6.0, from_week: 26}}

audit: {{rate: 0.02, fine: 400}}    # chance a pay period to be audited, and what it costs to be found out
"""


def new_scenario(name: str) -> str:
    """The text of a new scenario file called `name`."""
    return TEMPLATE.format(name=name, file=f"{name}.yaml", schema=SCHEMA_FILE)
