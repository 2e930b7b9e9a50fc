internal import Cronmill

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif
internal import Synchronization

/// Standard output for data and standard error for everything else.
///
/// A reader that goes away (`cronmill status | head -1`) must not end the process between two databases, as SIGPIPE
/// would: call `ignoreBrokenPipeSignal()` first thing, and `write` throws `OutputError.readerGone`, whose exit code is
/// 141 and which has no message. A command that changes things catches it and goes on; others let it end them.
final class Output: Sendable {
    let terminal: Terminal
    private let output: Int32
    private let error: Int32
    /// Whether a progress line is on the terminal now; the lock also keeps the lines of several tasks whole.
    private let hasProgressLine = Mutex(false)

    /// Writes to the given descriptors.
    init(terminal: Terminal, output: Int32 = STDOUT_FILENO, error: Int32 = STDERR_FILENO) {
        self.terminal = terminal
        self.output = output
        self.error = error
    }

    /// Takes the places of standard streams that the caller has closed: the next pipe or connection would be opened there,
    /// and what is said would be written into it. Opened the wrong way round, so that using one stays an error.
    static func occupyClosedStreams() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Makes a write to a pipe that nobody reads an error, not the end of the process.
    static func ignoreBrokenPipeSignal() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes data to standard output as it stands: what is in a format of its own, which knows how to escape.
    ///
    /// - Throws: `OutputError`
    func write(_ text: String) throws(OutputError) {
        let failure = hasProgressLine.withLock { hasLine -> OutputError? in
            clear(&hasLine)
            return writeAll(text, to: output)
        }
        if let failure { throw failure }
    }

    /// Writes a script to standard output: as it stands, but escaped on a terminal, where it is read and not run.
    ///
    /// - Throws: `OutputError`
    func write(script: String) throws(OutputError) {
        try write(terminal.width(of: .output) == nil ? script : script.linesEscaped)
    }

    /// Writes one line of data to standard output, with what could change the terminal escaped, line breaks too.
    ///
    /// - Throws: `OutputError`
    func writeLine(_ text: String = "") throws(OutputError) {
        try write(lines: [text])
    }

    /// Writes lines of data to standard output, likewise.
    ///
    /// - Throws: `OutputError`
    func write(lines: [String]) throws(OutputError) {
        try write(lines.map { $0.controlsEscaped + "\n" }.joined())
    }

    /// Writes a table, as wide as standard output and in colours where it has them.
    ///
    /// - Throws: `OutputError`
    func write(_ table: Table) throws(OutputError) {
        try write(table.render(width: terminal.width(of: .output), colour: terminal.usesColour(on: .output)))
    }

    /// Writes rows that come one after another: the header again only when a column has to be wider than before.
    ///
    /// - Parameters:
    ///   - table: the new rows.
    ///   - widths: those of the columns so far, none before the first rows.
    /// - Throws: `OutputError`
    func write(_ table: Table, continuing widths: inout [Int]) throws(OutputError) {
        let wanted = widths.isEmpty ? table.naturalWidths : zip(widths, table.naturalWidths).map(max)
        let text = table.render(
            width: terminal.width(of: .output),
            colour: terminal.usesColour(on: .output),
            least: wanted,
            hasHeader: wanted != widths
        )
        widths = wanted
        try write(text)
    }

    /// Writes one line to standard error, with what could change the terminal escaped, line breaks too. There is nowhere to
    /// say that this failed, so it does not throw.
    func note(_ text: String) {
        tell(text.controlsEscaped)
    }

    /// Writes several lines to standard error: as `note`, but for line breaks. Tabs are blanks.
    func noteLines(_ text: String) {
        tell(text.linesEscaped)
    }

    private func tell(_ text: String) {
        hasProgressLine.withLock { hasLine in
            clear(&hasLine)
            _ = writeAll(text + "\n", to: error)
        }
    }

    /// Writes an error as PostgreSQL would, detail and hint on lines of their own, to standard error.
    func report(_ message: String, detail: String? = nil, hint: String? = nil) {
        report("error", message, style: .red)
        if let detail { report("detail", detail, style: nil) }
        if let hint { report("hint", hint, style: nil) }
    }

    /// Writes a warning to standard error.
    func warn(_ message: String) {
        report("warning", message, style: .yellow)
    }

    private func report(_ kind: String, _ text: String, style: Style?) {
        let label = "\(kind):"
        let shown = terminal.usesColour(on: .error) ? style?.applied(to: label) ?? label : label
        // Line breaks stay, for a hint may be several lines to copy, and libpq's lines begin with tabs.
        // What the server says may be anybody's words: no line of it looks like one of ours.
        tell("cronmill: \(shown) " + text.linesEscaped.replacing("\ncronmill:", with: "\n  cronmill:"))
    }

    /// Shows one line on standard error in place of the last one, on a terminal; elsewhere nothing.
    func progress(_ text: String) {
        guard terminal.redraws(.error), let width = terminal.width(of: .error) else { return }
        // A line that fills the last column leaves the cursor on the next line, where it could not be drawn over.
        let line = text.controlsEscaped.truncated(to: width - 1)
        hasProgressLine.withLock { hasLine in
            hasLine = true
            _ = writeAll("\r\u{1b}[K" + line, to: error)
        }
    }

    /// Takes the progress line away.
    func endProgress() {
        hasProgressLine.withLock { clear(&$0) }
    }

    private func clear(_ hasLine: inout Bool) {
        guard hasLine else { return }
        hasLine = false
        _ = writeAll("\r\u{1b}[K", to: error)
    }

    private func writeAll(_ text: String, to descriptor: Int32) -> OutputError? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let (count, code) = bytes.withUnsafeBytes { buffer in
                let count = systemWrite(descriptor, buffer.baseAddress, buffer.count)
                return (count, errno)
            }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
                continue
            }
            switch code {
            case EINTR: continue
            case EAGAIN:
                // Somebody else made the descriptor non-blocking, as a shell's other programs can: wait for room.
                var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&event, 1, -1)
            case EPIPE: return .readerGone
            default: return .failed(errno: code, reason: String(cString: strerror(code)))
            }
        }
        return nil
    }
}

/// write(2), which a method named `write` would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

extension String {
    /// Escaped but for its line breaks; tabs are blanks.
    fileprivate var linesEscaped: String {
        replacing("\t", with: "    ").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { String($0).controlsEscaped }.joined(separator: "\n")
    }
}
