#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What standard output and standard error are connected to, and what the user wants of them.
struct Terminal: Sendable, Hashable {
    enum Stream: Sendable, Hashable { case output, error }

    /// The values of `--color`.
    enum Colour: String, Sendable, Hashable, CaseIterable { case auto, always, never }

    /// Columns of each stream that is a terminal.
    private let columns: [Stream: Int]
    private let environment: [String: String]
    private let colour: Colour

    /// Describes the two streams; `columns` holds those that are terminals.
    init(columns: [Stream: Int], environment: [String: String] = [:], colour: Colour = .auto) {
        self.columns = columns
        self.environment = environment
        self.colour = colour
    }

    /// Looks at standard output and standard error of this process.
    init(environment: [String: String], colour: Colour) {
        var columns: [Stream: Int] = [:]
        if let width = Self.columns(of: STDOUT_FILENO, environment: environment) { columns[.output] = width }
        if let width = Self.columns(of: STDERR_FILENO, environment: environment) { columns[.error] = width }
        self.init(columns: columns, environment: environment, colour: colour)
    }

    func isTerminal(_ stream: Stream) -> Bool { columns[stream] != nil }

    /// The width to render for, or nil for as wide as it takes: what goes into a pipe is not cut.
    func width(of stream: Stream) -> Int? { columns[stream] }

    /// Whether to write colours.
    ///
    /// The flag decides; then `NO_COLOR`, then `FORCE_COLOR` and `CLICOLOR_FORCE` (`0` is off), then `TERM=dumb`, then
    /// whether the stream is a terminal.
    func usesColour(on stream: Stream) -> Bool {
        switch colour {
        case .always: return true
        case .never: return false
        case .auto: break
        }
        if isSet("NO_COLOR") { return false }
        for name in ["FORCE_COLOR", "CLICOLOR_FORCE"] where isSet(name) { return environment[name] != "0" }
        return environment["TERM"] != "dumb" && isTerminal(stream)
    }

    /// Whether a line can be drawn over: a terminal that knows how.
    func redraws(_ stream: Stream) -> Bool { isTerminal(stream) && environment["TERM"] != "dumb" }

    /// Whether to draw with more than ASCII: on a terminal whose locale says UTF-8.
    func drawsUnicode(_ stream: Stream) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].first(where: isSet).flatMap { environment[$0] } ?? ""
        return isTerminal(stream) && ["UTF-8", "UTF8"].contains { locale.uppercased().contains($0) }
    }

    private func isSet(_ name: String) -> Bool { environment[name].map { !$0.isEmpty } ?? false }

    /// The width of a descriptor that is a terminal: `COLUMNS`, which somebody must have exported on purpose, else what
    /// the terminal says, else 80.
    private static func columns(of descriptor: Int32, environment: [String: String]) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        if let exported = environment["COLUMNS"].flatMap({ Int($0) }), exported > 0 { return exported }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
