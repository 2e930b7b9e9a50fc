extension BadInput {
    static let names = [
        BadInput(
            "an unknown processor to enable",
            "enable",
            "wrok",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown processor to disable",
            "disable",
            "wrok",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown processor to pause",
            "pause",
            "wrok",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown processor to configure",
            "configure",
            "wrok",
            "--database",
            "shop",
            "--slots",
            "2",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown processor to process",
            "process",
            "wrok",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown processor to remove",
            "remove",
            "wrok",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown processor to look at",
            "status",
            "wrok",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown processor's runs",
            "runs",
            "wrok",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: processor "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown processor like no other",
            "enable",
            "newsletters",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: processor "newsletters" does not exist in database "shop"
                hint: There is: work.
                """
        ),
        BadInput(
            "an unknown queue to fill",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "wrok",
            "--payload",
            "1",
            exitCode: 1,
            errors: """
                error: queue "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "an unknown queue to remove",
            "remove",
            "--queue",
            "wrok",
            "--database",
            "shop",
            exitCode: 1,
            errors: """
                error: queue "wrok" does not exist in database "shop"
                hint: Did you mean "work"?
                """
        ),
        BadInput(
            "a database that is not set up",
            "enable",
            "work",
            "--database",
            "bare",
            exitCode: 1,
            errors: """
                error: database "bare" is not set up
                hint: cronmill setup --database bare
                """
        ),
        BadInput(
            "a processor of a database that is not set up",
            "configure",
            "work",
            "--database",
            "bare",
            "--slots",
            "2",
            exitCode: 1,
            errors: """
                error: database "bare" is not set up
                hint: cronmill setup --database bare
                """
        ),
        BadInput(
            "a queue of a database that is not set up",
            "enqueue",
            "--queue",
            "work",
            "--database",
            "bare",
            "--payload",
            "1",
            exitCode: 1,
            errors: """
                error: database "bare" is not set up
                hint: cronmill setup --database bare
                """
        ),
        BadInput(
            "runs of a database that is not set up",
            "runs",
            "--database",
            "bare",
            exitCode: 1,
            errors: """
                error: database "bare" is not set up
                hint: cronmill setup --database bare
                """
        ),
        BadInput(
            "statistics of a database that is not set up",
            "stats",
            "--database",
            "bare",
            exitCode: 1,
            errors: """
                error: database "bare" is not set up
                hint: cronmill setup --database bare
                """
        ),
        BadInput(
            "alarms of a database that is not set up",
            "alarms",
            "--exit-code",
            "--database",
            "bare",
            exitCode: 1,
            errors: """
                error: database "bare" is not set up
                hint: cronmill setup --database bare
                """
        ),
        BadInput(
            "alarms to acknowledge of a database that is not set up",
            "alarms",
            "acknowledge",
            "--database",
            "bare",
            exitCode: 1,
            errors: """
                error: database "bare" is not set up
                hint: cronmill setup --database bare
                """
        ),
        BadInput(
            "runs of a database that is misspelt",
            "runs",
            "--database",
            "shop",
            "--database",
            "shpo",
            exitCode: 1,
            errors: """
                error: database "shpo" is not set up
                hint: Did you mean "shop"?
                """
        ),
        BadInput(
            "anybody's runs in a database that is not there",
            "runs",
            "--all-jobs",
            "--database",
            "shpo",
            exitCode: 1,
            errors: """
                error: database "shpo" is not set up
                hint: Did you mean "shop"?
                """
        ),
        BadInput(
            "a threshold of a database that is misspelt",
            "alarms",
            "thresholds",
            "--set",
            "behind=3m",
            "--database",
            "shpo",
            exitCode: 1,
            errors: """
                error: database "shpo" is not set up
                hint: Did you mean "shop"?
                """
        ),
        BadInput(
            "settings for a database that is not there",
            "import",
            "--database",
            "nosuch",
            input: "-- cronmill settings, schema version 1\nbegin;\ncommit;\n",
            exitCode: 2,
            errors: """
                error: connection to server on socket "{socket}" failed: FATAL:  database "nosuch" does not exist
                hint: psql -l shows the databases there are.
                """
        ),
        BadInput(
            "an empty queue name",
            "setup",
            "--database",
            "bare",
            "--queue",
            "",
            "--handler",
            "app.work",
            exitCode: 64,
            errors: """
                error: the name of a queue is empty
                """
        ),
        BadInput(
            "a queue name of 64 bytes",
            "setup",
            "--database",
            "bare",
            "--queue",
            String(repeating: "x", count: 64),
            "--handler",
            "app.work",
            exitCode: 64,
            errors: """
                error: the name of a queue has 64 bytes: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                detail: PostgreSQL cuts names after 63 bytes.
                hint: Choose one of at most 63 bytes; a letter outside of ASCII has 2 to 4.
                """
        ),
        BadInput(
            "a processor name of 64 bytes",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--processor",
            String(repeating: "é", count: 32),
            "--handler",
            "app.work",
            exitCode: 64,
            errors: """
                error: the name of a processor has 64 bytes: éééééééééééééééééééééééééééééééé
                detail: PostgreSQL cuts names after 63 bytes.
                hint: Choose one of at most 63 bytes; a letter outside of ASCII has 2 to 4.
                """
        ),
        BadInput(
            "a database name of 64 bytes",
            "setup",
            "--database",
            String(repeating: "x", count: 64),
            exitCode: 64,
            errors: """
                error: the name of a database has 64 bytes: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                detail: PostgreSQL cuts names after 63 bytes.
                hint: Choose one of at most 63 bytes; a letter outside of ASCII has 2 to 4.
                """
        ),
        BadInput(
            "a cron database name of 64 bytes",
            "setup",
            "--database",
            "bare",
            "--cron-database",
            String(repeating: "x", count: 64),
            exitCode: 64,
            errors: """
                error: the name of a database has 64 bytes: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                detail: PostgreSQL cuts names after 63 bytes.
                hint: Choose one of at most 63 bytes; a letter outside of ASCII has 2 to 4.
                """
        ),
        BadInput(
            "a role name of 64 bytes",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            String(repeating: "x", count: 64),
            exitCode: 64,
            errors: """
                error: the name of a role has 64 bytes: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                detail: PostgreSQL cuts names after 63 bytes.
                hint: Choose one of at most 63 bytes; a letter outside of ASCII has 2 to 4.
                """
        ),
        BadInput(
            "an empty role name",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--handler",
            "app.work",
            "--run-as",
            "",
            exitCode: 64,
            errors: """
                error: the name of a role is empty
                """
        ),
        BadInput(
            "a line break in a queue name",
            "setup",
            "--database",
            "bare",
            "--queue",
            "a\nb",
            "--handler",
            "app.work",
            exitCode: 64,
            errors: #"""
                error: the name of a queue has a control character in it: "a\nb"
                hint: Leave line breaks, tabs and the like out of it.
                """#
        ),
        BadInput(
            "a line break in a database name",
            "setup",
            "--database",
            "a\nb",
            exitCode: 64,
            errors: #"""
                error: the name of a database has a control character in it: "a\nb"
                hint: Leave line breaks, tabs and the like out of it.
                """#
        ),
        BadInput(
            "a tab in a processor name",
            "setup",
            "--database",
            "bare",
            "--queue",
            "q",
            "--processor",
            "a\tb",
            "--handler",
            "app.work",
            exitCode: 64,
            errors: #"""
                error: the name of a processor has a control character in it: "a\tb"
                hint: Leave line breaks, tabs and the like out of it.
                """#
        ),
    ]
}
