extension BadInput {
    static let commandLines = [
        BadInput(
            "an unknown command",
            "frobnicate",
            exitCode: 64,
            errors: """
                error: unexpected argument 'frobnicate'
                hint: cronmill --help
                """
        ),
        BadInput(
            "an unknown option",
            "status",
            "--databse",
            "shop",
            exitCode: 64,
            errors: """
                error: unknown option '--databse'. Did you mean '--database'?
                hint: cronmill status --help
                """
        ),
        BadInput(
            "a status that no run has",
            "runs",
            "--all",
            "--status",
            "done",
            exitCode: 64,
            errors: """
                error: --status is starting, running, gone, succeeded, failed or stopped, not "done"
                hint: cronmill runs --help
                """
        ),
        BadInput(
            "following the slowest",
            "runs",
            "--all",
            "--follow",
            "--slowest",
            exitCode: 64,
            errors: """
                error: --follow and --slowest exclude each other
                hint: cronmill runs --help
                """
        ),
        BadInput(
            "a limit of behind that is none",
            "status",
            "--database",
            "shop",
            "--behind",
            "x",
            exitCode: 64,
            errors: """
                error: --behind: duration "x" is not understood
                hint: Use a form like 30m, 1h30m, 90s, 500ms or 2d; a bare number is seconds.
                """
        ),
        BadInput(
            "a producer of nothing",
            "grant",
            "producer",
            "app_runner",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: a producer needs a queue: --queue NAME, more than once if need be
                hint: cronmill grant --help
                """
        ),
        BadInput(
            "no while to tell statistics of",
            "stats",
            "--all",
            "--since",
            "0",
            exitCode: 64,
            errors: """
                error: --since is from 1s to 366d
                hint: cronmill stats --help
                """
        ),
        BadInput(
            "an argument too many",
            "configure",
            "work",
            "letters",
            "--slots",
            "2",
            exitCode: 64,
            errors: """
                error: unexpected argument 'letters'
                hint: cronmill configure --help
                """
        ),
        BadInput(
            "an option that there is not, with a value that could be a task",
            "tasks",
            "--queue",
            "letters",
            "--stat",
            "08006",
            exitCode: 64,
            errors: """
                error: unknown option '--stat'. Did you mean '--state'?
                hint: cronmill tasks --help
                """
        ),
        BadInput(
            "no database named",
            "status",
            exitCode: 64,
            errors: """
                error: no work database is named
                hint: Name one with --database (repeatable) or DB_NAME, or ask for --all.
                """
        ),
        BadInput(
            "an empty database name",
            "status",
            "--database",
            "",
            exitCode: 64,
            errors: """
                error: flag --database has no value
                """
        ),
        BadInput(
            "--all and --database",
            "status",
            "--all",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: --all and --database exclude each other
                hint: cronmill status --help
                """
        ),
        BadInput(
            "a database named in two ways",
            "status",
            "--database",
            "shop",
            "--database",
            "postgresql:///shop",
            exitCode: 64,
            errors: """
                error: database "shop" is named in two ways
                hint: Keep one of them.
                """
        ),
        BadInput(
            "a connection string as a database",
            "status",
            "--database",
            "host=db1 password=secret",
            exitCode: 64,
            errors: """
                error: database (flag --database) is neither a name nor a connection URI
                hint: Use a name, or a URI like postgresql://host:5432/database.
                """
        ),
        BadInput(
            "a URI that names no database",
            "status",
            "--database",
            "postgresql://db1",
            exitCode: 64,
            errors: """
                error: the connection URI names no database (flag --database)
                """
        ),
        BadInput(
            "a URI that is none",
            "status",
            "--database",
            "postgresql://db1:secret%zz@x/shop",
            exitCode: 64,
            errors: """
                error: invalid percent-encoded token: "..." (flag --database)
                """
        ),
        BadInput(
            "a port that is no number",
            "status",
            "--database",
            "shop",
            "--port",
            "five",
            exitCode: 64,
            errors: """
                error: the port is not a number from 1 to 65535 (flag --port)
                """
        ),
        BadInput(
            "a port out of range",
            "status",
            "--database",
            "shop",
            environment: ["DB_PORT": "70000"],
            exitCode: 64,
            errors: """
                error: the port is not a number from 1 to 65535 (environment DB_PORT)
                """
        ),
        BadInput(
            "an environment file that is not there",
            "status",
            "--database",
            "shop",
            "--env-file",
            "/nonexistent/env",
            exitCode: 64,
            errors: """
                error: environment file /nonexistent/env does not exist
                """
        ),
        BadInput(
            "slots out of range",
            "configure",
            "work",
            "--database",
            "shop",
            "--slots",
            "0",
            exitCode: 64,
            errors: """
                error: --slots is a number from 1 to 1000
                hint: cronmill configure --help
                """
        ),
        BadInput(
            "attempts out of range",
            "configure",
            "work",
            "--database",
            "shop",
            "--max-attempts",
            "0",
            exitCode: 64,
            errors: """
                error: --max-attempts is a number from 1 to 10000
                hint: cronmill configure --help
                """
        ),
        BadInput(
            "a timeout that is none",
            "configure",
            "work",
            "--database",
            "shop",
            "--timeout",
            "5x",
            exitCode: 64,
            errors: """
                error: --timeout: duration "5x" is not understood
                hint: Use a form like 30m, 1h30m, 90s, 500ms or 2d; a bare number is seconds.
                """
        ),
        BadInput(
            "a timeout of nothing",
            "configure",
            "work",
            "--database",
            "shop",
            "--timeout",
            "0",
            exitCode: 64,
            errors: """
                error: --timeout 0: no task could be done in no time
                """
        ),
        BadInput(
            "a linger that is none",
            "configure",
            "work",
            "--database",
            "shop",
            "--linger",
            "long",
            exitCode: 64,
            errors: """
                error: --linger: duration "long" is not understood
                hint: Use a form like 30m, 1h30m, 90s, 500ms or 2d; a bare number is seconds.
                """
        ),
        BadInput(
            "nothing to configure",
            "configure",
            "work",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: nothing to change: name a setting, such as --slots 2
                hint: cronmill configure --help
                """
        ),
        BadInput(
            "settings without a queue",
            "setup",
            "--database",
            "shop",
            "--slots",
            "2",
            exitCode: 64,
            errors: """
                error: settings of a processor need --queue, or use: cronmill configure PROCESSOR
                hint: cronmill setup --help
                """
        ),
        BadInput(
            "nothing to remove",
            "remove",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: name processors, or one of --queue, --everything and --cron
                hint: cronmill remove --help
                """
        ),
        BadInput(
            "two things to remove",
            "remove",
            "work",
            "--database",
            "shop",
            "--everything",
            exitCode: 64,
            errors: """
                error: name processors, or one of --queue, --everything and --cron
                hint: cronmill remove --help
                """
        ),
        BadInput(
            "a wait that is none",
            "disable",
            "work",
            "--database",
            "shop",
            "--wait",
            "soon",
            exitCode: 64,
            errors: """
                error: --wait: duration "soon" is not understood
                hint: Use a form like 30m, 1h30m, 90s, 500ms or 2d; a bare number is seconds.
                """
        ),
        BadInput(
            "a limit of nothing",
            "process",
            "work",
            "--database",
            "shop",
            "--limit",
            "0",
            exitCode: 64,
            errors: """
                error: --limit is a number from 1
                hint: cronmill process --help
                """
        ),
    ]
}
