/// Connection URIs, as far as they must be told from names and shown without their passwords; libpq reads them.
enum ConnectionURI {
    /// Whether libpq takes a database's name for a connection URI (PostgreSQL manual, section 34.1.1.2).
    static func isURI(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// Whether it is how other tools name a PostgreSQL database: `jdbc:postgresql://...`, `POSTGRES://...`.
    static func isForeign(_ text: String) -> Bool {
        guard !isURI(text), let scheme = text.firstRange(of: "://") else { return false }
        return text[..<scheme.lowerBound].lowercased().contains("postgres")
    }

    /// Whether it looks like libpq's other notation, `host=db1 dbname=app`.
    static func isKeywords(_ text: String) -> Bool {
        let keywords: Set = [
            "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "service", "sslmode", "options",
        ]
        return text.split(separator: "=").dropLast().contains { piece in
            keywords.contains(piece.split { $0.isWhitespace }.last.map { $0.lowercased() } ?? "")
        }
    }

    /// The URI with `***` for every password.
    ///
    /// Rather too much is hidden than too little: a password may hold an `@` or `/` that should have been encoded, and
    /// the keyword of a parameter may itself be encoded.
    static func redacted(_ uri: String) -> String {
        let scalars = Array(uri.unicodeScalars)
        let scheme = (scalars.firstIndex(of: "/") ?? 0) + 2
        var shown = text(scalars[..<scheme])
        var rest = scalars[scheme...]
        var isInParameters = false
        if let at = rest.lastIndex(of: "@"), let colon = rest[..<at].firstIndex(of: ":") {
            shown += redactedParameters(of: rest[..<colon]) + ":***"
            // The last @ may be one of a parameter: then more of them follow.
            isInParameters = rest[..<at].contains("?")
            let last = rest[..<at].split { $0 == "?" || $0 == "&" }.last ?? []
            let isSecret = isInParameters && redactedParameter(last) != text(last)
            rest = isSecret ? rest[at...].drop { $0 != "&" } : rest[at...]
        }
        return shown + redactedParameters(of: rest, from: isInParameters ? rest.startIndex : nil)
    }

    /// A piece of a URI; its parameters begin behind a question mark, if it is not said where.
    private static func redactedParameters(of piece: ArraySlice<Unicode.Scalar>, from given: Int? = nil) -> String {
        guard let start = given ?? piece.firstIndex(of: "?").map({ $0 + 1 }) else { return text(piece) }
        let parameters = piece[start...].split(separator: "&", omittingEmptySubsequences: false)
        return text(piece[..<start]) + parameters.map(redactedParameter).joined(separator: "&")
    }

    private static func redactedParameter(_ parameter: ArraySlice<Unicode.Scalar>) -> String {
        guard let equals = parameter.firstIndex(of: "=") else { return text(parameter) }
        let keyword = text(parameter[..<equals])
        let isSecret =
            keyword.lowercased().contains("password") || ConnectionAddress.secrets.contains(keyword)
            || keyword.unicodeScalars.contains("%")
        return isSecret ? "\(keyword)=***" : text(parameter)
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
