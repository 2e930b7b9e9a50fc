"""A session that enqueues numbered tasks with psycopg, as the producers in Swift do, and says what became of each commit.

Usage: producer.py DATABASE SEED FIRST DEED, with PGHOST, PGPORT and PGUSER set. DEED is that of the first task; where it
is empty, there are neither tasks that end their backends nor such that sleep beyond their timeouts.

Its numbers are FIRST and those after it, so that nobody else gets them. Each line it writes is

    entry  QUEUE  FIRST_NUMBER  LAST_NUMBER  DEED  FATE      (tabs between)
    surprise  TEXT                                            an error that no disturbance explains

FATE is "committed", "rolled back", or "unknown" where the connection was lost before the answer came. It ends, after the
statement under way, when its standard input does.
"""

import logging
import random
import select
import sys
import time

import psycopg
from psycopg.types.json import Jsonb

# The server is down, the session was ended, the statement canceled, or it met another change.
PASSING = ("08", "40", "57")
TOO_MANY_CONNECTIONS = "53300"


def is_asked_to_end(seconds):
    """Waits so long, or until the input ends."""
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def say(*words):
    print("\t".join(str(word).replace("\t", " ").replace("\n", " ") for word in words), flush=True)


def kind(generator, has_poison):
    """Queue, deed, and how many tasks at most."""
    number = generator.randrange(1000)
    if number < 3 and has_poison:
        return "faulty", "poison", 1
    if number < 8 and has_poison:
        return "faulty", "overrun", 1
    if number < 250:
        return "faulty", "fail", 10
    if number < 400:
        return "slow", "sleep", 5
    if number < 410:
        return "quick", "nothing", 5000
    if number < 480:
        return "slow", "share", 20
    if number < 500:
        return "slow", "node", 40
    return "quick", "nothing", 60


def payload(number, deed):
    fails = 1 + number % 3 % 2 if number % 20 == 7 else 0
    return {"n": number, "deed": deed, "fails": fails}


def envelope(number, first):
    """A task of a graph: each but the first comes after one to three of those before it."""
    before = number - first
    after = {first + number * k * 7919 % before for k in range(1, min(3, before) + 1)} if before else set()
    return Jsonb({"ref": str(number), "payload": payload(number, "node"), "after": [str(one) for one in sorted(after)]})


def send(connection, queue, deed, numbers, way):
    """Enqueues the tasks in one transaction, in one of the ways psycopg has for it; returns their fate."""
    payloads = [Jsonb(payload(number, deed)) for number in numbers]

    def enqueue():
        if deed == "node":
            nodes = [envelope(number, numbers[0]) for number in numbers]
            connection.execute("select cronmill.enqueue_graph(%s, %s)", (queue, nodes))
        elif way == "pipeline":
            with connection.pipeline():
                for one in payloads[:100]:
                    connection.execute("select cronmill.enqueue(%s, %s)", (queue, one))
                if payloads[100:]:
                    connection.execute("select cronmill.enqueue_many(%s, %s)", (queue, payloads[100:]))
        elif len(payloads) == 1:
            connection.execute("select cronmill.enqueue(queue => %s, payload => %s)", (queue, payloads[0]), prepare=True)
        else:
            connection.execute("select cronmill.enqueue_many(%s, %s)", (queue, payloads))

    if way == "rollback":
        with connection.transaction(force_rollback=True):
            enqueue()
        return "rolled back"
    with connection.transaction():
        enqueue()
    return "committed"


def is_passing(error):
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate[:2] in PASSING or error.sqlstate == TOO_MANY_CONNECTIONS


def work(connection, generator, last, first, has_poison):
    """Enqueues until the connection is lost or the input ends; returns the last number, what is still to be first, and
    whether to go on."""
    while True:
        queue, deed, most = ("faulty", first, 1) if first else kind(generator, has_poison)
        way = "statement" if first else generator.choice(["rollback", "pipeline", "statement", "statement"])
        numbers = range(last + 1, last + 1 + generator.randint(1, most))
        last = numbers[-1]
        try:
            fate = send(connection, queue, deed, numbers, way)
        except psycopg.Error as error:
            # Whatever the error, a transaction whose connection is lost may have been committed.
            fate = "unknown" if connection.closed and way != "rollback" else "rolled back"
            if not is_passing(error):
                say("surprise", f"enqueue with psycopg: {type(error).__name__} {error.sqlstate}: {error}")
        say("entry", queue, numbers[0], last, deed, fate)
        if fate == "committed":
            first = None
        if connection.closed:
            return last, first, True
        if is_asked_to_end(generator.uniform(0.01, 0.08)):
            return last, first, False


def main():
    # It tells of connections that were lost in the middle of a rollback, too, which are no surprise.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    database, seed, first_number, first = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    generator = random.Random(f"{seed} {first_number}")
    has_poison = bool(first)
    last = first_number - 1
    goes_on = True
    while goes_on and not is_asked_to_end(0):
        try:
            with psycopg.connect(dbname=database, connect_timeout=5, application_name="psycopg", autocommit=True) as connection:
                last, first, goes_on = work(connection, generator, last, first, has_poison)
        except psycopg.OperationalError:
            time.sleep(0.05)  # The server is down.


main()
