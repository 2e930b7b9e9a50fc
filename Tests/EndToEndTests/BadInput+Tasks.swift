extension BadInput {
    static let tasks = [
        BadInput(
            "a payload that is not JSON",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--payload",
            "{to: 1}",
            exitCode: 1,
            errors: """
                error: --payload is not JSON
                detail: Token "to" is invalid.
                hint: A payload is one JSON value: {"to": 1}, [1, 2], 7, "text", true or null.
                """
        ),
        BadInput(
            "two payloads in one",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--payload",
            "1 2",
            exitCode: 1,
            errors: """
                error: --payload is not JSON
                detail: Expected end of input, but found "2".
                hint: A payload is one JSON value: {"to": 1}, [1, 2], 7, "text", true or null.
                """
        ),
        BadInput(
            "an empty payload",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--payload",
            " ",
            exitCode: 64,
            errors: """
                error: --payload is empty
                hint: A payload is one JSON value: {"to": 1}, [1, 2], 7, "text", true or null.
                """
        ),
        BadInput(
            "a line that is not JSON",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "-",
            input: "{\"n\": 1}\n\n{\"n\": 2}\nnope\n{\"n\": 3}\n",
            exitCode: 1,
            errors: """
                error: line 4 is not JSON
                detail: Token "nope" is invalid.
                hint: Every line is one JSON value. Nothing was enqueued.
                """
        ),
        BadInput(
            "a line with a zero character, which jsonb cannot hold",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "-",
            input: "{\"n\": 1}\n{\"n\": \"\\u0000\"}\n",
            exitCode: 1,
            errors: #"""
                error: line 2: unsupported Unicode escape sequence
                detail: \u0000 cannot be converted to text. Nothing was enqueued.
                """#
        ),
        BadInput(
            "a payload with a number that is too large",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--payload",
            "1e200000",
            exitCode: 1,
            errors: """
                error: --payload: value overflows numeric format
                """
        ),
        BadInput(
            "a line with a carriage return within it",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "-",
            input: "{\"n\": 1}\n\n{\"n\": 2}\n[1,\r2]\n{\"n\": 3}\n",
            exitCode: 1,
            errors: """
                error: line 4 is not JSON
                detail: It has a carriage return within it.
                hint: Every line is one JSON value. Nothing was enqueued.
                """
        ),
        BadInput(
            "an envelope with a priority out of range",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--envelope",
            "-",
            input: "{\"payload\": 1}\n{\"payload\": 1, \"priority\": 12}\n",
            exitCode: 1,
            errors: """
                error: line 2: priority 12 is not a number from 0 to 9
                detail: Nothing was enqueued.
                """
        ),
        BadInput(
            "a priority out of range",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--payload",
            "1",
            "--priority",
            "10",
            exitCode: 64,
            errors: """
                error: --priority is a number from 0 to 9
                hint: cronmill enqueue --help
                """
        ),
        BadInput(
            "a priority that is no number",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--payload",
            "1",
            "--priority",
            "high",
            exitCode: 64,
            errors: """
                error: the value 'high' is invalid for '--priority <n>'
                hint: cronmill enqueue --help
                """
        ),
        BadInput(
            "a time that is none",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--payload",
            "1",
            "--run-at",
            "someday",
            exitCode: 1,
            errors: """
                error: --run-at: invalid input syntax for type timestamp with time zone: "someday"
                hint: Use a form like '2027-01-01 08:00+01', 'today 18:30' or 'tomorrow'.
                """
        ),
        BadInput(
            "a file that is not there",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--file",
            "/nonexistent/tasks.jsonl",
            exitCode: 64,
            errors: """
                error: could not open file "/nonexistent/tasks.jsonl": No such file or directory
                """
        ),
        BadInput(
            "a directory as a file",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--file",
            "/",
            exitCode: 64,
            errors: """
                error: "/" is a directory
                """
        ),
        BadInput(
            "a file that is not named",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "tasks.jsonl",
            exitCode: 64,
            errors: """
                error: name a file with --file; - is standard input
                hint: cronmill enqueue --help
                """
        ),
        BadInput(
            "no task",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            exitCode: 64,
            errors: """
                error: give one of --payload, --file, --graph and -
                hint: cronmill enqueue --help
                """
        ),
        BadInput(
            "two sources of tasks",
            "enqueue",
            "--database",
            "shop",
            "--queue",
            "work",
            "--payload",
            "1",
            "-",
            exitCode: 64,
            errors: """
                error: give one of --payload, --file, --graph and -
                hint: cronmill enqueue --help
                """
        ),
        BadInput(
            "several databases for a task",
            "enqueue",
            "--database",
            "shop",
            "--database",
            "bare",
            "--queue",
            "work",
            "--payload",
            "1",
            exitCode: 64,
            errors: """
                error: tasks go into one database: --database NAME
                hint: cronmill enqueue --help
                """
        ),
    ]
}
