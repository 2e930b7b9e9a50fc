"""Drains no-op tasks with procrastinate's own worker; prints one line of JSON."""

import asyncio
import importlib.metadata
import json
import sys
import time

import procrastinate

host, port, user, database, total, concurrency = sys.argv[1:7]
app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(
        conninfo=f"host={host} port={port} user={user} dbname={database}"
    )
)


@app.task(name="noop")
async def noop(n):
    pass


async def main():
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await noop.batch_defer_async(*({"n": n} for n in range(int(total))))
        begun = time.monotonic()
        # delete_jobs: the other queues do not keep finished tasks either.
        await app.run_worker_async(
            wait=False,
            concurrency=int(concurrency),
            install_signal_handlers=False,
            delete_jobs="successful",
        )
        seconds = time.monotonic() - begun
        left = await app.connector.execute_query_one_async(
            "select count(*) as count from procrastinate_jobs"
        )
    version = importlib.metadata.version("procrastinate")
    print(json.dumps({"version": version, "seconds": seconds, "left": left["count"]}))


asyncio.run(main())
