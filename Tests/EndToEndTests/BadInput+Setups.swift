extension BadInput {
    static let setups = [
        BadInput(
            "a handler that is not there",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.wrok",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: handler app.wrok does not exist in database "bare"
                hint: Did you mean app.work?
                """
        ),
        BadInput(
            "a handler that takes text",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.takes_text",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: app.takes_text cannot be a handler
                detail: There is: app.takes_text(text).
                hint: A handler is a function (payload jsonb) or (task_id bigint, payload jsonb, attempt integer) returning void or cronmill.outcome, or one of a whole batch, (task_ids bigint[], payloads jsonb[]) returning void.
                """
        ),
        BadInput(
            "a handler that returns text",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.returns_text",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: app.returns_text cannot be a handler
                detail: There is: app.returns_text(jsonb).
                hint: A handler is a function (payload jsonb) or (task_id bigint, payload jsonb, attempt integer) returning void or cronmill.outcome, or one of a whole batch, (task_ids bigint[], payloads jsonb[]) returning void.
                """
        ),
        BadInput(
            "a handler the role may not execute",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.secret",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: role "app_runner" may not execute handler app.secret(jsonb)
                detail: (in database "bare", SQLSTATE MC008)
                hint: grant usage on schema app to app_runner; grant execute on function app.secret(jsonb) to app_runner;
                """
        ),
        BadInput(
            "a handler in a schema the role may not use",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            "Odd one",
            exitCode: 1,
            errors: """
                error: role "Odd one" may not execute handler app.work(jsonb)
                detail: (in database "bare", SQLSTATE MC008)
                hint: grant usage on schema app to "Odd one"; grant execute on function app.work(jsonb) to "Odd one";
                """
        ),
        BadInput(
            "a handler without its schema",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "work",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: handler work is not schema-qualified
                detail: It is called from a procedure whose search_path must not decide what is run.
                hint: Name its schema: --handler app.work
                """
        ),
        BadInput(
            "a handler that is no name",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work now",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: "app.work now" is not the name of a function
                hint: A handler is a function (payload jsonb) or (task_id bigint, payload jsonb, attempt integer) returning void or cronmill.outcome, or one of a whole batch, (task_ids bigint[], payloads jsonb[]) returning void.
                """
        ),
        BadInput(
            "two handlers of a name",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.two",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: there are several handlers app.two
                hint: Say which: --handler 'app.two(bigint, jsonb, integer)' or 'app.two(jsonb)'
                """
        ),
        BadInput(
            "no handler",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: new processor "q" needs a handler
                hint: Name the function that does a task: --handler SCHEMA.FUNCTION; or, for tasks that are queries, the table of their results: --query-results SCHEMA.TABLE
                """
        ),
        BadInput(
            "another handler the role may not execute",
            "configure",
            "work",
            "--database",
            "shop",
            "--handler",
            "app.secret",
            exitCode: 1,
            errors: """
                error: role "app_runner" may not execute handler app.secret(jsonb)
                detail: (in database "shop", SQLSTATE MC008)
                hint: grant usage on schema app to app_runner; grant execute on function app.secret(jsonb) to app_runner;
                """
        ),
        BadInput(
            "another queue for a processor",
            "setup",
            "--database",
            "shop",
            "--queue",
            "other",
            "--processor",
            "work",
            "--handler",
            "app.work",
            "--run-as",
            "app_runner",
            exitCode: 1,
            errors: """
                error: processor "work" works off queue "work", not "other"
                hint: Name the new one otherwise with --processor.
                """
        ),
        BadInput(
            "a superuser without --run-as",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            exitCode: 1,
            errors: """
                error: a handler does not run as superuser "postgres"
                hint: Name a role that may do what the handler does and no more: --run-as ROLE (to make one: create role app_runner login;).
                """
        ),
        BadInput(
            "a role that is not there",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            "App runner",
            exitCode: 1,
            errors: """
                error: role "App runner" does not exist
                detail: (in database "bare", SQLSTATE MC009)
                hint: create role "App runner" login;
                """
        ),
        BadInput(
            "a role that may not log in",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            "nobody",
            exitCode: 1,
            errors: """
                error: role "nobody" is not permitted to log in
                detail: pg_cron runs a job by logging in as its role. (in database "bare", SQLSTATE MC009)
                hint: alter role nobody login;
                """
        ),
        BadInput(
            "another role that is not there",
            "configure",
            "work",
            "--database",
            "shop",
            "--run-as",
            "App runner",
            exitCode: 1,
            errors: """
                error: role "App runner" does not exist
                detail: (in database "shop", SQLSTATE MC009)
                hint: create role "App runner" login;
                """
        ),
        BadInput(
            "a cron database without pg_cron",
            "setup",
            "--database",
            "bare",
            "--cron-database",
            "elsewhere",
            exitCode: 1,
            errors: """
                error: pg_cron is configured for database "postgres", not "elsewhere"
                detail: pg_cron works in one database of an instance only: cron.database_name.
                hint: Name it: --cron-database postgres (or PG_CRON_DATABASE).
                """
        ),
        BadInput(
            "the cron database of nobody",
            "status",
            "--all",
            "--cron-database",
            "elsewhere",
            exitCode: 1,
            errors: """
                error: pg_cron is configured for database "postgres", not "elsewhere"
                detail: pg_cron works in one database of an instance only: cron.database_name.
                hint: Name it: --cron-database postgres (or PG_CRON_DATABASE).
                """
        ),
        BadInput(
            "a role that may create nothing",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--user",
            "app_runner",
            exitCode: 1,
            errors: """
                error: schema cronmill_cron of database "postgres" belongs to role "postgres"
                detail: Its functions act as their owner, who also owns the link.
                hint: Connect as "postgres".
                """
        ),
    ]

    /// What a pg_cron that hangs above its limit cannot be asked for.
    static let capacity: [BadInput] = [
        BadInput(
            "more jobs than pg_cron can run",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            "app_runner",
            "--slots",
            "9",
            "--enable",
            exitCode: 1,
            errors: """
                error: 11 jobs would be active, and pg_cron can run 10 at once
                detail: 9 slots of enabled processors, 2 housekeepers, 0 jobs of others. pg_cron hangs for everybody when more jobs wait than cron.max_running_jobs. (in database "postgres", SQLSTATE MC004)
                hint: Use fewer slots, let processors sleep (--sleep-after), disable some, or set cron.max_running_jobs to 11 or more and restart.
                """
        )
    ]
}
