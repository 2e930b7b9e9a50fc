extension BadInput {
    /// Command lines about tasks, and settings of processors.
    static let taskCommands = [
        BadInput(
            "a poll interval too long",
            "configure",
            "work",
            "--database",
            "shop",
            "--poll-interval",
            "2m",
            exitCode: 64,
            errors: """
                error: --poll-interval 2m: the longest is 1m
                """
        ),
        BadInput(
            "a poll interval of nothing",
            "configure",
            "work",
            "--database",
            "shop",
            "--poll-interval",
            "0",
            exitCode: 64,
            errors: """
                error: --poll-interval 0: the shortest is 1ms
                """
        ),
        BadInput(
            "a backoff of a lifetime",
            "configure",
            "work",
            "--database",
            "shop",
            "--backoff-cap",
            "9999d",
            exitCode: 64,
            errors: """
                error: --backoff-cap 9999d: the longest is 365d
                """
        ),
        BadInput(
            "a negative backoff",
            "configure",
            "work",
            "--database",
            "shop",
            "--backoff-base=-5s",
            exitCode: 64,
            errors: """
                error: --backoff-base: duration "-5s" is negative
                """
        ),
        BadInput(
            "an archive for ever",
            "configure",
            "work",
            "--database",
            "shop",
            "--keep-done",
            "99999d",
            exitCode: 64,
            errors: """
                error: --keep-done 99999d: the longest is 36500d
                """
        ),
        BadInput(
            "a search path that is none",
            "configure",
            "work",
            "--database",
            "shop",
            "--search-path",
            "app pg_temp",
            exitCode: 64,
            errors: """
                error: search path "app pg_temp" is not understood
                hint: Use schema names separated by commas, in double quotes where they must be: app, "My schema", pg_temp
                """
        ),
        BadInput(
            "a search path that looks into temporary tables first",
            "configure",
            "work",
            "--database",
            "shop",
            "--search-path",
            "app",
            exitCode: 64,
            errors: """
                error: search path "app" does not end with pg_temp
                detail: Where it is not the last, a temporary table can take the place of one of yours.
                hint: --search-path 'app, pg_temp'
                """
        ),
        BadInput(
            "a task that is no number",
            "cancel",
            "first",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: the value 'first' is invalid for '<id>'
                hint: cronmill cancel --help
                """
        ),
        BadInput(
            "a task in several databases",
            "cancel",
            "1",
            "--all",
            exitCode: 64,
            errors: """
                error: every database numbers its tasks by itself: name one with --database
                hint: cronmill cancel --help
                """
        ),
        BadInput(
            "a cancel by tag without a queue",
            "cancel",
            "--tag",
            "a",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: say of which queue: --queue NAME
                hint: cronmill cancel --help
                """
        ),
        BadInput(
            "a cancel by number and by tag",
            "cancel",
            "1",
            "--tag",
            "a",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: name tasks by number or by a search, not both
                hint: cronmill cancel --help
                """
        ),
        BadInput(
            "an empty tag",
            "tasks",
            "--tag",
            "",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: --tag is empty: a tag has 1 to 100 bytes
                hint: cronmill tasks --help
                """
        ),
        BadInput(
            "nothing to cancel",
            "cancel",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: name tasks by number, or by --tag, --any-tag or --payload
                hint: cronmill cancel --help
                """
        ),
        BadInput(
            "an unknown state",
            "tasks",
            "--database",
            "shop",
            "--state",
            "running",
            exitCode: 64,
            errors: """
                error: --state is ready, scheduled, retrying, dead or done, not "running"
                hint: cronmill tasks --help
                """
        ),
        BadInput(
            "a task and a filter",
            "tasks",
            "7",
            "--database",
            "shop",
            "--state",
            "dead",
            exitCode: 64,
            errors: """
                error: naming a task leaves no room for --queue, --state, --sqlstate, --limit and a search
                hint: cronmill tasks --help
                """
        ),
        BadInput(
            "two formats",
            "tasks",
            "--database",
            "shop",
            "--json",
            "--csv",
            exitCode: 64,
            errors: """
                error: --json and --csv exclude each other
                hint: cronmill tasks --help
                """
        ),
        BadInput(
            "tasks of a code that is no SQLSTATE",
            "tasks",
            "--database",
            "shop",
            "--state",
            "dead",
            "--sqlstate",
            "2350é",
            exitCode: 64,
            errors: """
                error: --sqlstate is a code like 23505 or MC020
                hint: cronmill tasks --help
                """
        ),
        BadInput(
            "a code that is no SQLSTATE",
            "redrive",
            "--database",
            "shop",
            "--sqlstate",
            "P000",
            exitCode: 64,
            errors: """
                error: --sqlstate is a code like 23505 or MC020
                hint: cronmill redrive --help
                """
        ),
        BadInput(
            "processors and a queue",
            "redrive",
            "work",
            "--database",
            "shop",
            "--queue",
            "work",
            exitCode: 64,
            errors: """
                error: name processors or --queue, not both
                hint: cronmill redrive --help
                """
        ),
        BadInput(
            "a purge of no age",
            "purge",
            "--database",
            "shop",
            exitCode: 64,
            errors: """
                error: name an age: --dead 90d, --done 7d, or both; or numbers: --id 4711
                hint: cronmill purge --help
                """
        ),
        BadInput(
            "a purge of finished tasks by number",
            "purge",
            "--database",
            "shop",
            "--id",
            "4711",
            "--done",
            "0",
            exitCode: 64,
            errors: """
                error: --id is of dead tasks, --done of finished ones
                hint: cronmill purge --help
                """
        ),
        BadInput(
            "a purge of the wrong age",
            "purge",
            "--database",
            "shop",
            "--dead",
            "90y",
            exitCode: 64,
            errors: """
                error: --dead: duration "90y" is not understood
                hint: Use a form like 30m, 1h30m, 90s, 500ms or 2d; a bare number is seconds.
                """
        ),
        BadInput(
            "a base above the cap",
            "configure",
            "work",
            "--database",
            "shop",
            "--backoff-base",
            "2h",
            exitCode: 1,
            errors: """
                error: backoff base 2h is longer than backoff cap 1h
                hint: Raise the cap, too: --backoff-cap 2h
                """
        ),
        BadInput(
            "a cap below the base",
            "configure",
            "work",
            "--database",
            "shop",
            "--backoff-cap",
            "1s",
            exitCode: 1,
            errors: """
                error: backoff base 5s is longer than backoff cap 1s
                hint: Lower the base, too: --backoff-base 1s
                """
        ),
        BadInput(
            "a schema that is not there",
            "configure",
            "work",
            "--database",
            "shop",
            "--search-path",
            "ap, pg_temp",
            exitCode: 1,
            errors: """
                error: schema "ap" of the search path does not exist in database "shop"
                hint: Did you mean "app"?
                """
        ),
        BadInput(
            "a schema like no other",
            "configure",
            "work",
            "--database",
            "shop",
            "--search-path",
            "public, Everything, pg_temp",
            exitCode: 1,
            errors: """
                error: schema "everything" of the search path does not exist in database "shop"
                hint: create schema everything;
                """
        ),
        BadInput(
            "tasks of a queue that is not there",
            "tasks",
            "--database",
            "shop",
            "--queue",
            "wrok",
            exitCode: 1,
            errors: """
                error: queue "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "dead tasks of a queue that is not there",
            "redrive",
            "--database",
            "shop",
            "--queue",
            "wrok",
            "--yes",
            exitCode: 1,
            errors: """
                error: queue "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "old tasks of a processor that is not there",
            "purge",
            "wrok",
            "--database",
            "shop",
            "--dead",
            "1d",
            "--yes",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "tasks where nothing is set up",
            "cancel",
            "1",
            "--database",
            "bare",
            exitCode: 1,
            errors: """
                error: database "bare" is not set up
                hint: cronmill setup --database bare
                """
        ),
    ]
}
