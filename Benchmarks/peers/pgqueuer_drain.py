"""Drains no-op tasks with pgqueuer's own queue manager; prints one line of JSON."""

import asyncio
import importlib.metadata
import json
import sys
import time

import asyncpg
from pgqueuer import AsyncpgDriver, PgQueuer
from pgqueuer.types import QueueExecutionMode

host, port, user, database, total, batch_size = sys.argv[1:7]


async def main():
    connection = await asyncpg.connect(
        host=host, port=int(port), user=user, database=database
    )
    driver = AsyncpgDriver(connection)
    queue = PgQueuer(driver)

    @queue.entrypoint("noop")
    async def noop(job):
        pass

    await queue.qm.queries.install()
    count = int(total)
    await queue.qm.queries.enqueue(
        ["noop"] * count, [b'{"n": 1}'] * count, [0] * count
    )
    begun = time.monotonic()
    await queue.qm.run(mode=QueueExecutionMode.drain, batch_size=int(batch_size))
    seconds = time.monotonic() - begun
    left = await connection.fetchval("select count(*) from pgqueuer")
    version = importlib.metadata.version("pgqueuer")
    print(json.dumps({"version": version, "seconds": seconds, "left": left}))
    await connection.close()


asyncio.run(main())
