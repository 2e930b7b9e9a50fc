extension ProcessorStatus {
    /// As programs read it: of `status --json` and of the console.
    package var json: JSON {
        [
            "database": .string(database), "processor": .string(processor), "queue": .string(queue),
            "verdict": .string(verdict.rawValue), "reason": .string(reason), "repair": JSON(repair),
            "enabled": .boolean(isEnabled), "paused": .boolean(isPaused), "slots": .integer(Int64(slots)),
            "schedule": .string(schedule), "next_due": JSON(nextDue?.iso8601), "run_as": .string(runAs),
            "jobs": JSON(jobs.map(Int64.init)), "active_jobs": JSON(activeJobs.map(Int64.init)),
            "running": .integer(Int64(running)), "waiting": .integer(Int64(waiting)),
            "ready": .integer(Int64(ready)), "scheduled": .integer(Int64(scheduled)),
            "retrying": .integer(Int64(retrying)), "dead": .integer(Int64(dead)),
            "counts_exact_up_to": .integer(Int64(Self.exactUpTo)),
            "oldest_ready_seconds": oldestReady.map { .number($0.inSeconds) } ?? .null,
            "done_last_hour": .integer(Int64(doneLastHour)), "failed_last_hour": .integer(Int64(failedLastHour)),
            "sleep_state": JSON(sleepState),
            "last_run": lastRun.map { run in
                [
                    "status": .string(run.status), "message": JSON(run.message),
                    "started_at": JSON(run.startedAt?.iso8601),
                    "seconds": run.duration.map { .number($0.inSeconds) } ?? .null,
                ]
            } ?? .null,
            "runs_last_hour": JSON(runsLastHour.map(Int64.init)),
            "failures_last_hour": JSON(failuresLastHour.map(Int64.init)),
        ]
    }
}
