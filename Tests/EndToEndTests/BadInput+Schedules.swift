extension BadInput {
    static let schedules = [
        BadInput(
            "a step longer than its field",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            "app_runner",
            "--schedule",
            "*/90 * * * *",
            exitCode: 64,
            errors: """
                error: --schedule: step in minute "*/90" in schedule "*/90 * * * *" is longer than what it steps through
                detail: pg_cron would misread it: of "*/90" only minute 0 would be left.
                hint: The nearest: --every 1h ("0 * * * *") or --every 2h ("0 */2 * * *").
                """
        ),
        BadInput(
            "six fields",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            "app_runner",
            "--schedule",
            "*/30 * * * * *",
            exitCode: 64,
            errors: """
                error: --schedule: schedule "*/30 * * * * *" has 6 fields, not 5
                detail: pg_cron ignores all after the fifth: */30 * * * * * would run every 30 minutes.
                hint: For every 30 seconds: "30 seconds".
                """
        ),
        BadInput(
            "four fields",
            "configure",
            "work",
            "--database",
            "shop",
            "--schedule",
            "* * * *",
            exitCode: 64,
            errors: """
                error: --schedule: schedule "* * * *" has 4 fields, not 5
                hint: Use five cron fields (e.g. */5 * * * *) or an interval from "1 seconds" to "59 seconds".
                """
        ),
        BadInput(
            "90 seconds",
            "configure",
            "work",
            "--database",
            "shop",
            "--schedule",
            "90 seconds",
            exitCode: 64,
            errors: """
                error: --schedule: schedule "90 seconds" is not from 1 to 59 seconds
                hint: The nearest: --every 1m ("* * * * *") or --every 2m ("*/2 * * * *").
                """
        ),
        BadInput(
            "an interval no cron line says",
            "configure",
            "work",
            "--database",
            "shop",
            "--every",
            "7m",
            exitCode: 64,
            errors: """
                error: --every: no cron line says "every 7m" exactly
                hint: The nearest: --every 6m ("*/6 * * * *") or --every 10m ("*/10 * * * *").
                """
        ),
        BadInput(
            "an interval that is none",
            "configure",
            "work",
            "--database",
            "shop",
            "--every",
            "often",
            exitCode: 64,
            errors: """
                error: --every: duration "often" is not understood
                hint: Use a form like 30m, 1h30m, 90s, 500ms or 2d; a bare number is seconds.
                """
        ),
        BadInput(
            "a minute that is none",
            "configure",
            "work",
            "--database",
            "shop",
            "--schedule",
            "61 * * * *",
            exitCode: 64,
            errors: """
                error: --schedule: minute "61" in schedule "61 * * * *" is not from 0 to 59
                """
        ),
        BadInput(
            "a schedule and an interval",
            "configure",
            "work",
            "--database",
            "shop",
            "--every",
            "1m",
            "--schedule",
            "* * * * *",
            exitCode: 64,
            errors: """
                error: --schedule and --every exclude each other
                hint: cronmill configure --help
                """
        ),
    ]

    /// What a pg_cron that knows no seconds cannot be asked for.
    static let seconds: [BadInput] = [
        BadInput(
            "seconds on a pg_cron without them",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            "app_runner",
            "--every",
            "30s",
            exitCode: 1,
            errors: """
                error: this pg_cron has no schedules in seconds: 30 seconds
                detail: They came with pg_cron 1.5. (in database "postgres", SQLSTATE MC005)
                hint: Use the schedule * * * * * with linger tick (--every 1m --linger tick): tasks start within milliseconds all the same.
                """
        ),
        BadInput(
            "seconds on a pg_cron without them, for a processor that exists",
            "configure",
            "work",
            "--database",
            "shop",
            "--every",
            "30s",
            exitCode: 1,
            errors: """
                error: this pg_cron has no schedules in seconds: 30 seconds
                detail: They came with pg_cron 1.5. (in database "postgres", SQLSTATE MC005)
                hint: Use the schedule * * * * * with linger tick (--every 1m --linger tick): tasks start within milliseconds all the same.
                """
        ),
    ]
}
