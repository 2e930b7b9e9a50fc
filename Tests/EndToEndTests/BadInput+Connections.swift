extension BadInput {
    static let connections = [
        BadInput(
            "a database that is not there",
            "enable",
            "--database",
            "nosuch",
            exitCode: 2,
            errors: """
                error: connection to server on socket "{socket}" failed: FATAL:  database "nosuch" does not exist
                hint: psql -l shows the databases there are.
                """
        ),
        BadInput(
            "a set-up of a database that is not there",
            "setup",
            "--database",
            "nosuch",
            exitCode: 2,
            errors: """
                error: connection to server on socket "{socket}" failed: FATAL:  database "nosuch" does not exist
                hint: psql -l shows the databases there are.
                """
        ),
        BadInput(
            "no server on the socket",
            "enable",
            "--database",
            "shop",
            "--port",
            "1",
            exitCode: 2,
            errors: """
                error: connection to server on socket "{folder}/.s.PGSQL.1" failed: No such file or directory
                hint: Is the server running there? Say where with --host and --port, or DB_HOST and DB_PORT.
                """
        ),
        BadInput(
            "no server at the address",
            "enable",
            "--database",
            "shop",
            "--host",
            "127.0.0.1",
            "--port",
            "1",
            exitCode: 2,
            errors: """
                error: connection to server at "127.0.0.1", port 1 failed: Connection refused
                hint: Is the server running there? Say where with --host and --port, or DB_HOST and DB_PORT.
                """
        ),
        BadInput(
            "a cron database that is not there",
            "setup",
            "--database",
            "bare",
            "--cron-database",
            "nosuch",
            exitCode: 2,
            errors: """
                error: connection to server on socket "{socket}" failed: FATAL:  database "nosuch" does not exist
                hint: psql -l shows the databases there are.
                """
        ),
        BadInput(
            "no password",
            "enable",
            "--database",
            "shop",
            "--host",
            "127.0.0.1",
            "--user",
            "app_runner",
            exitCode: 2,
            errors: """
                error: connection to server at "127.0.0.1", port {port} failed: fe_sendauth: no password supplied
                hint: Set DB_PASSWORD (PG_CRON_PASSWORD), or use a password file: ~/.pgpass.
                """
        ),
        BadInput(
            "a wrong password",
            "enable",
            "--database",
            "shop",
            "--host",
            "127.0.0.1",
            "--user",
            "app_runner",
            environment: ["DB_PASSWORD": "wrong"],
            exitCode: 2,
            errors: """
                error: connection to server at "127.0.0.1", port {port} failed: FATAL:  password authentication failed for user "app_runner"
                hint: Set DB_PASSWORD (PG_CRON_PASSWORD), or use a password file: ~/.pgpass.
                """
        ),
    ]
}
