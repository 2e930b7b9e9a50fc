internal import CLibpq

/// Where and as whom to connect, in libpq's keywords.
///
/// What is not given comes from libpq's own places: the environment (`PGHOST`, `PGSERVICE` ...), the service file and
/// the password file. Source: PostgreSQL manual, section 34.1.2, "Parameter Key Words".
public struct ConnectionInfo: Sendable, Hashable {
    /// All keywords and values, the passwords among them.
    package private(set) var parameters: [String: String]

    /// Takes keywords as they are; `["host": "db1", "dbname": "app"]`.
    public init(_ parameters: [String: String]) {
        self.parameters = parameters
    }

    /// Reads an address: a `postgresql://` or `postgres://` URI, or keywords as in `host=db1 dbname=app`.
    ///
    /// - Throws: a `PostgresError` of kind `client` with libpq's message, less the part of the address it quotes, which
    ///   might have the password in it.
    public init(uri: String) throws(PostgresError) {
        guard !uri.utf8.contains(0) else {
            throw PostgresError(kind: .client, message: "a connection address cannot contain a zero byte")
        }
        var message: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(uri, &message)
        defer {
            PQconninfoFree(options)
            PQfreemem(message)
        }
        guard let options else {
            let text = message.map { String(cString: $0) } ?? "out of memory"
            throw PostgresError(kind: .client, message: Self.redacted(text))
        }
        parameters = Self.pairs(options)
    }

    /// What libpq takes where nothing is given, but for its password file, which is asked for each host.
    public static var defaults: ConnectionInfo {
        let options = PQconndefaults()
        defer { PQconninfoFree(options) }
        return ConnectionInfo(options.map(pairs) ?? [:])
    }

    /// Whether this libpq knows a keyword.
    public static func knows(_ keyword: String) -> Bool {
        let options = PQconndefaults()
        defer { PQconninfoFree(options) }
        var option = options
        while let known = option?.pointee.keyword {
            if String(cString: known) == keyword { return true }
            option = option?.advanced(by: 1)
        }
        return false
    }

    /// The value of a keyword; nil leaves it to libpq.
    public subscript(keyword: String) -> String? {
        get { parameters[keyword] }
        set { parameters[keyword] = newValue }
    }

    /// The same server and role, another database.
    public func database(_ name: String) -> ConnectionInfo {
        var info = self
        info["dbname"] = name
        return info
    }

    static func pairs(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var pairs: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                pairs[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        return pairs
    }

    private static func redacted(_ message: String) -> String {
        let text = message.trimmed
        let namesOnlyAnOption = ["invalid connection option", "invalid URI query parameter"].contains(
            where: text.hasPrefix
        )
        // What libpq takes for an option's name may be a whole address, too, such as one with a slash too few.
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        if namesOnlyAnOption, parts.count == 3,
            parts[1].utf8.allSatisfy({ $0 == UInt8(ascii: "_") || (0x61...0x7a).contains($0) })
        {
            return text
        }
        // A quotation of one sign, such as "=" or ":", tells nothing; a longer one may be the whole address, and so may what
        // stands close behind one, if the address has a quote in it.
        var kept = ""
        for (position, piece) in parts.enumerated() {
            if !position.isMultiple(of: 2) {
                let next = position + 1 < parts.count ? parts[position + 1] : ""
                guard piece.count == 1, !piece.allSatisfy({ $0.isLetter || $0.isNumber }),
                    [" ", ")", nil].contains(next.first)
                else { return kept + "\"...\"" }
                kept += "\"\(piece)\""
            } else {
                kept += piece
            }
        }
        return kept
    }
}

extension ConnectionInfo: CustomStringConvertible, CustomReflectable {
    /// The keywords in libpq's notation, without the passwords: `host=db1 port=5432 dbname=app user=ann`.
    public var description: String {
        let first = ["service", "host", "hostaddr", "port", "dbname", "user"]
        let others = parameters.keys.filter { !first.contains($0) }.sorted()
        return (first + others).compactMap { keyword in
            guard !Self.secretKeywords.contains(keyword) else { return nil }
            return parameters[keyword].map { "\(keyword)=\(Self.quoted($0))" }
        }.joined(separator: " ")
    }

    /// Nothing, so that `dump` does not show a password.
    public var customMirror: Mirror {
        Mirror(self, children: [])
    }

    private static let secretKeywords: Set = ["password", "sslpassword"]

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.allSatisfy { !$0.isWhitespace && $0 != "'" && $0 != "\\" }
        if isPlain {
            return value
        }
        return "'" + value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
}
