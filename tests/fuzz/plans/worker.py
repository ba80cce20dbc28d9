"""The process that asks the engines. It may die or hang: whoever started it (runner.py) reads what
it was at from its lines of JSON, of which it writes one before each statement.
"""

import collections
import json
import time

from tests.conformance import c_abi
from tests.fuzz.plans import oracles, script, statements

REDUCE_SECONDS = 20
# Complaints of one kind that are reduced; what comes after is most likely the same.
REDUCED_OF_A_KIND = 3
TALLY_EVERY = 100


def work(library_path, seed, first, end, seconds, threads):
    """Asks about statements first, first + 1, … until `end`, or `seconds` of processor time."""
    asked = statements.Asked(c_abi.load(library_path), threads)
    tally, kinds = oracles.Tally(), collections.Counter()
    of, number = None, first
    while number < end and time.process_time() < seconds:
        if of is None or number % statements.STATEMENTS_EACH == 0:
            of = statements.universe_of(seed, number)
        say(at=number)
        case, names = statements.case_of(seed, number, of)
        complaint = oracles.judge(case, names, asked.about(of), tally)
        tally.add("statements")
        if complaint:
            judge_finding(seed, number, case, of, complaint, asked, kinds, tally)
        number += 1
        if number % TALLY_EVERY == 0:
            say_tally(tally)
    say_tally(tally)
    say(done=number)


def judge_finding(seed, number, case, of, complaint, asked, kinds, tally):
    key = (complaint.oracle, complaint.kind, complaint.guilty)
    kinds[key] += 1
    if kinds[key] > REDUCED_OF_A_KIND:
        tally.add("findings like ones before")
        return
    say(reducing=number)
    smaller = statements.reduced(case, of, complaint, asked, REDUCE_SECONDS)
    if smaller is None:
        kinds[key] -= 1
        tally.add("not determined")
        return
    case, smaller_universe = smaller
    oracle = complaint.oracle.split(", ")[-1]
    last = oracles.judge(case, (oracle,), asked.about(smaller_universe), oracles.Tally()) or complaint
    say(finding=number, oracle=complaint.oracle, kind=complaint.kind, guilty=complaint.guilty,
        text=script.text_of(case, smaller_universe, last, seed, number))


def say_tally(tally):
    say(tally=tally.counts, processor_seconds=round(time.process_time(), 2))
    tally.counts = {}


def say(**line):
    print(json.dumps(line), flush=True)
