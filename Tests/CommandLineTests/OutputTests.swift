import Testing

@testable import cronmill_cli

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@Suite("Terminal and output")
struct OutputTests {
    @Test(
        "the colour flag decides, then the environment, then the terminal",
        arguments: [
            (.auto, [:], true, true), (.auto, [:], false, false), (.always, ["NO_COLOR": "1"], false, true),
            (.never, ["FORCE_COLOR": "1"], true, false), (.auto, ["NO_COLOR": "1", "FORCE_COLOR": "1"], true, false),
            (.auto, ["NO_COLOR": ""], true, true), (.auto, ["FORCE_COLOR": "1"], false, true),
            (.auto, ["CLICOLOR_FORCE": "1"], false, true), (.auto, ["FORCE_COLOR": "0"], true, false),
            (.auto, ["TERM": "dumb"], true, false), (.auto, ["TERM": "dumb", "FORCE_COLOR": "3"], true, true),
        ] as [(Terminal.Colour, [String: String], Bool, Bool)]
    )
    func colour(choice: Terminal.Colour, environment: [String: String], isTerminal: Bool, expected: Bool) {
        let terminal = Terminal(columns: isTerminal ? [.output: 80] : [:], environment: environment, colour: choice)
        #expect(terminal.usesColour(on: .output) == expected)
    }

    @Test("what is no terminal has no width")
    func noWidth() {
        let terminal = Terminal(columns: [.error: 40])
        #expect(terminal.width(of: .output) == nil)
        #expect(terminal.width(of: .error) == 40)
    }

    @Test("a progress line is drawn over, and taken away before anything else is written")
    func progress() throws {
        let text = try written(terminal: Terminal(columns: [.error: 12])) { output in
            output.progress("applying 1\n2 of 3")
            output.progress("done")
            output.note("moved 3 jobs")
            output.progress("again")
            output.endProgress()
            output.endProgress()
        }
        #expect(
            text == "\r\u{1b}[Kapplying 1…\r\u{1b}[Kdone\r\u{1b}[Kmoved 3 jobs\n\r\u{1b}[Kagain\r\u{1b}[K"
        )
    }

    @Test("no progress is shown where a line cannot be drawn over")
    func noProgress() throws {
        #expect(try written(terminal: Terminal(columns: [:])) { $0.progress("1 of 3") } == "")
        let dumb = Terminal(columns: [.error: 80], environment: ["TERM": "dumb"])
        #expect(try written(terminal: dumb) { $0.progress("1 of 3") } == "")
    }

    @Test("notes and lines of data are one line each, whatever names are in them; scripts stand as they are in a pipe")
    func escapedNotes() throws {
        let text = try written(terminal: Terminal(columns: [:])) { output in
            output.note("a\nb\u{1b}[2Jc\u{9b}31m\u{202e}")
            output.noteLines("select\n\t1\u{7}")
            try output.writeLine("shop: \u{1b}]0;x\u{7}\rnothing")
            try output.write(lines: ["x\ty", "\u{feff}z"])
            try output.write(script: "select \"\u{1b}\";\n")
        }
        #expect(
            text
                == "a\\nb\\x1b[2Jc\\x9b31m\\u{202e}\nselect\n    1\\x07\nshop: \\x1b]0;x\\x07\\rnothing\n"
                + "x\\ty\n\\u{feff}z\nselect \"\u{1b}\";\n"
        )
        let shown = try written(terminal: Terminal(columns: [.output: 80])) { output in
            try output.write(script: "select \"\u{1b}\";\n")
        }
        #expect(shown == "select \"\\x1b\";\n")
    }

    @Test("errors speak PostgreSQL's voice")
    func errors() throws {
        let text = try written(terminal: Terminal(columns: [:])) { output in
            output.report(
                "relation \"a\u{1b}[2J\" does not exist",
                detail: "Looked in database \"app\".",
                hint: "Run:\n  cronmill setup"
            )
            output.warn("2 jobs are others'")
        }
        #expect(
            text
                == """
                cronmill: error: relation "a\\x1b[2J" does not exist
                cronmill: detail: Looked in database "app".
                cronmill: hint: Run:
                  cronmill setup
                cronmill: warning: 2 jobs are others'

                """
        )
    }

    @Test("a reader that is gone ends quietly with 141")
    func readerGone() throws {
        Output.ignoreBrokenPipeSignal()
        let pipe = try Pipe()
        close(pipe.reading)
        defer { close(pipe.writing) }
        let output = Output(terminal: Terminal(columns: [:]), output: pipe.writing)
        let error = #expect(throws: OutputError.self) { try output.writeLine("mails") }
        #expect(error == .readerGone)
        #expect(error?.exitCode == 141)
        #expect(error?.message == nil)
    }

    @Test("any other failure to write is said")
    func failure() {
        let output = Output(terminal: Terminal(columns: [:]), output: -1)
        let error = #expect(throws: OutputError.self) { try output.writeLine("mails") }
        #expect(error?.exitCode == 1)
        #expect(error?.message == "could not write to standard output: Bad file descriptor")
    }

    /// What the body writes to both streams.
    private func written(terminal: Terminal, by body: (Output) throws -> Void) throws -> String {
        let pipe = try Pipe()
        defer { close(pipe.reading) }
        try body(Output(terminal: terminal, output: pipe.writing, error: pipe.writing))
        close(pipe.writing)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var bytes: [UInt8] = []
        while case let count = read(pipe.reading, &buffer, buffer.count), count > 0 { bytes += buffer.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            (reading, writing) = (ends[0], ends[1])
        }
    }

    @Test(
        "blocks are drawn on terminals whose locale is UTF-8 only",
        arguments: [
            (true, ["LANG": "en_US.UTF-8"], true), (true, ["LC_ALL": "C.utf8", "LANG": "C"], true),
            (true, ["LC_ALL": "C", "LANG": "de_DE.UTF-8"], false), (true, ["LC_ALL": "", "LC_CTYPE": "C.UTF-8"], true),
            (true, [:], false), (false, ["LANG": "en_US.UTF-8"], false),
        ]
    )
    func unicode(isTerminal: Bool, environment: [String: String], draws: Bool) {
        let terminal = Terminal(columns: isTerminal ? [.output: 80] : [:], environment: environment)
        #expect(terminal.drawsUnicode(.output) == draws)
    }
}
