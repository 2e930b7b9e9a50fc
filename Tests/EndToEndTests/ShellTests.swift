import Fuzzing
import Postgres
import Subprocess
import SystemPackage
import Testing

/// TAB pressed in the shells themselves, where names of queues are anything at all.
@Suite("Completions in shells", .timeLimit(.minutes(60)))
struct ShellTests {
    struct Shell: Sendable, CustomTestStringConvertible {
        let name: String
        /// How it is started, and what makes it ready.
        let command: String
        let preparation: String

        var testDescription: String { name }

        static let all = [
            Shell(
                name: "bash",
                command: "bash --norc -i",
                preparation: "source <(cronmill --generate-completion-script bash); "
                    + "bind 'set completion-query-items 0'; bind 'set page-completions off'"
            ),
            Shell(
                name: "zsh",
                command: "zsh -f -i",
                preparation: "autoload -Uz compinit; compinit -u -D; LISTMAX=100000; "
                    + "eval \"$(cronmill --generate-completion-script zsh)\"; compdef _cronmill cronmill"
            ),
            Shell(
                name: "fish",
                command: "fish --no-config -i",
                preparation: "cronmill --generate-completion-script fish | source"
            ),
        ]
    }

    /// Starts a shell on a terminal of its own, presses TAB twice at the end of a line, and prints what is shown.
    private static let driver = """
        zmodload zsh/zpty
        cd "$1"
        zpty shell "$2"
        shown=
        wait_for() {
            local chunk
            integer attempts=0
            until [[ $shown == *$1* ]]; do
                zpty -rt shell chunk && { shown+=$chunk; continue }
                (( ++attempts < 400 )) || break
                sleep 0.05
            done
        }
        zpty -w shell "$3; echo rea''dy"
        wait_for ready
        zpty -w -n shell "$4"$'\\t\\t'
        wait_for offered-2
        sleep 0.5
        print -r -- "$shown"
        zpty -d shell
        """

    /// Names that a shell would do something with, each a command that leaves a file behind.
    private static func names() -> [String] {
        var fuzz = Fuzz(
            "names of queues in shells",
            from: [
                "`>n`", "$(>n)", "a;>n;", "a|>n", "\u{d4e}`>n`", "x'`>n`'", "\"$(>n)\"", "a\u{301}$(>n)", "(>n)",
                "{a,>n}",
            ],
            tokens: [
                "`>n`", "$(>n)", ">n", ";", "&", "|", "\n", "'", "\"", "\\", "\u{d4e}", "\u{600}", "~", "*", "=ls", "!",
            ]
        )
        var names = Set(["offered-1", "offered-2"])
        while names.count < 300, let text = fuzz.next() {
            var name = text
            while name.utf8.count > 63 { name.unicodeScalars.removeLast() }
            if !name.isEmpty { names.insert(name) }
        }
        return names.sorted()
    }

    @Test("TAB runs nothing, whatever queues are called, and offers plain names", arguments: Shell.all)
    func hostileQueues(_ shell: Shell) async throws {
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                try await fixture.setUp()
                // An owner of a database can do without our rules.
                try await fixture.script(
                    "alter table cronmill.queue drop constraint queue_name_has_no_control_characters"
                )
                _ = try await fixture.rows(
                    "insert into cronmill.queue (name) select n from unnest(\(Self.names())::text[]) as n"
                )
                let directory = try await ProgramResult.of("/bin/mktemp", ["-d"], environment: [:]).output.dropLast()
                let folder = FilePath(try ProgramResult.cronmillPath()).removingLastComponent().string
                var environment = server.environment.filter { !$0.key.hasPrefix("PG") }
                environment["PATH"] = "\(folder):/usr/bin:/bin"
                environment["TERM"] = "xterm"
                let line = "cronmill enqueue --database \(fixture.database) --queue "
                // A server that is busy with other tests may not answer within the two seconds after which TAB gives up.
                var shown = ""
                for _ in 1...5 where !shown.contains("offered-2") {
                    shown = try await ProgramResult.of(
                        "/bin/zsh",
                        ["-f", "-c", Self.driver, "driver", String(directory), shell.command, shell.preparation, line],
                        environment: environment
                    ).output
                }
                #expect(shown.contains("offered-1") && shown.contains("offered-2"), "\(shown)")
                let left = try await ProgramResult.of("/bin/ls", ["-A", String(directory)], environment: [:]).output
                #expect(left == "")
                _ = try await ProgramResult.of("/bin/rm", ["-r", String(directory)], environment: [:])
            }
        }
    }
}
