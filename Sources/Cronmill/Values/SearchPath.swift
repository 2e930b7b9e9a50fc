internal import Postgres

/// The `search_path` a handler is called with: schemas in the order in which they are looked into, `pg_temp` the last.
public struct SearchPath: Sendable, Hashable, CustomStringConvertible {
    /// Names as they stand in the catalogs.
    public let schemas: [String]

    /// Reads it as PostgreSQL would: names separated by commas, quoted where they must be.
    ///
    /// - Throws: `CronmillError` if it is not understood, or `pg_temp` is not named or not the last.
    public init(userText text: String) throws(CronmillError) {
        guard let names = Self.names(text) else {
            throw CronmillError(
                .usage,
                "search path \"\(text)\" is not understood",
                hint: "Use schema names separated by commas, in double quotes where they must be: "
                    + #"app, "My schema", pg_temp"#
            )
        }
        let others = names.filter { $0 != "pg_temp" }
        guard names.last == "pg_temp", names.count == others.count + 1 else {
            throw CronmillError(
                .usage,
                "search path \"\(text)\" does not end with pg_temp",
                detail: "Where it is not the last, a temporary table can take the place of one of yours.",
                hint: "--search-path \(Self.text(others + ["pg_temp"]).shellWord)"
            )
        }
        schemas = names
    }

    /// As the column `processor.handler_search_path` holds it.
    public var description: String { Self.text(schemas) }

    private static func text(_ names: [String]) -> String {
        names.map { Identifier($0).quoted }.joined(separator: ", ")
    }

    /// The names, as PostgreSQL reads them (`SplitIdentifierString`): character by character, not by what a reader sees as
    /// one, and with the letters of ASCII alone in lower case. Nil if it is no list of names.
    private static func names(_ text: String) -> [String]? {
        var names: [String] = []
        var rest = text.unicodeScalars[...]
        while true {
            rest = rest.drop(while: isBlank)
            var name = String.UnicodeScalarView()
            if rest.first == "\"" {
                repeat {
                    rest = rest.dropFirst()
                    let piece = rest.prefix { $0 != "\"" }
                    rest = rest.dropFirst(piece.count)
                    guard rest.first == "\"" else { return nil }
                    rest = rest.dropFirst()
                    name += piece
                    // Two quotes are one that belongs to the name.
                    if rest.first == "\"" { name.append("\"") }
                } while rest.first == "\""
            } else {
                let piece = rest.prefix { $0 != "," && $0 != "\"" && !isBlank($0) }
                rest = rest.dropFirst(piece.count)
                // From PostgreSQL 16 on this one is a blank.
                guard !piece.contains("\u{0b}") else { return nil }
                name += piece.map { ("A"..."Z").contains($0) ? Unicode.Scalar(UInt8($0.value) + 32) : $0 }
            }
            guard !name.isEmpty else { return nil }
            names.append(String(name))
            rest = rest.drop(while: isBlank)
            if rest.isEmpty { return names }
            guard rest.first == "," else { return nil }
            rest = rest.dropFirst()
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        [" ", "\t", "\n", "\r", "\u{0c}"].contains(scalar)
    }
}

extension SearchPath {
    /// Refuses it if a schema of it is not there. `"$user"` stands for whatever role runs the handler.
    func check(_ session: Session) throws {
        let known: [String] = try session.query("select n.nspname from pg_catalog.pg_namespace as n order by n.nspname")
            .map {
                try $0.get("nspname")
            }
        for schema in schemas where !["$user", "pg_temp"].contains(schema) && !known.contains(schema) {
            throw CronmillError(
                .failed,
                "schema \"\(schema)\" of the search path does not exist in database \"\(session.database)\"",
                hint: known.nearest(to: schema).map { "Did you mean \"\($0)\"?" }
                    ?? "create schema \(Identifier(schema).quoted);",
                database: session.database
            )
        }
    }
}
