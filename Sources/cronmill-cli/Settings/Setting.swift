/// A value, where it came from, and whether it may be shown.
struct Setting: Sendable, Hashable, CustomStringConvertible {
    enum Source: Sendable, Hashable, CustomStringConvertible {
        case flag(String)
        case environment(String)
        /// A file that `isNamed` by a flag is as good as the flag; one that only lies in the working directory is anybody's who
        /// can put a file there.
        case file(String, line: Int, key: String, isNamed: Bool = false)
        case service
        case builtIn

        /// As in `flag --host`, `environment DB_HOST`, `.env line 3 DB_HOST`, `default`.
        var description: String {
            switch self {
            case .flag(let name): "flag --\(name)"
            case .environment(let name): "environment \(name)"
            case .file(let file, let line, let key, _): "\(file) line \(line) \(key)"
            case .service: "libpq's service file"
            case .builtIn: "default"
            }
        }
    }

    let value: String
    let source: Source
    let isSecret: Bool

    init(_ value: String, source: Source, isSecret: Bool = false) {
        self.value = value
        self.source = source
        self.isSecret = isSecret
    }

    /// What may be shown: passwords are hidden, those inside a connection URI too.
    var shown: String {
        if isSecret { return "(hidden)" }
        return ConnectionURI.isURI(value) ? ConnectionURI.redacted(value) : value
    }

    /// The shown value and its source, so that no message gives a password away.
    var description: String { "\(shown) (\(source))" }
}

extension Setting: CustomDebugStringConvertible, CustomReflectable {
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: ["shown": shown, "source": source]) }
}
