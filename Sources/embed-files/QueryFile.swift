import Foundation

/// A file of `sql/queries`: one statement, and above it what it answers and what it is given.
///
/// ```sql
/// -- Which roles of a list there are.
/// -- $1 names: the list, text[].
/// -- {{order}}: what orders them.
/// -- Columns: name.
/// select r.rolname as name from pg_catalog.pg_roles as r where r.rolname = any ($1) order by {{order}}
/// ```
///
/// becomes `SQL.roles(names:order:)`, if it is `roles.sql`. A parameter is a value; what stands for a hole is SQL, or, of
/// `-- {{schema}}, a literal: its name.`, a text that is written as one: where the statement can have no parameters. One that
/// declares none may have `$1` in what it executes.
struct QueryFile {
    /// The function, or the constant where nothing is given.
    let declaration: String

    /// - Throws: `EmbedError` where the statement and what is said of it differ.
    init(path: String, text: String) throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let header = lines.prefix { $0.hasPrefix("--") }.map { String($0.dropFirst(2).drop { $0 == " " }) }
        // Comments are for who reads the file: what they name is no parameter.
        let statement = lines.filter { !$0.drop { $0 == " " }.hasPrefix("--") }.joined(separator: "\n")
        let parameters = header.compactMap { $0.wholeMatch(of: /\$(\d+) ([a-z_]+): .+/) }
        let holes = header.compactMap { $0.wholeMatch(of: /\{\{([a-z_]+)\}\}(, a literal)?: .+/) }
            .map { (name: String($0.output.1), isLiteral: $0.output.2 != nil) }
        guard parameters.map({ String($0.output.1) }) == (0..<parameters.count).map({ String($0 + 1) }) else {
            throw EmbedError(description: "\(path): the parameters are not numbered from $1 on")
        }
        let names = parameters.map { String($0.output.2) }
        let said = Set((0..<names.count).map { "$\($0 + 1)" } + holes.map { "{{\($0.name)}}" })
        let used = Set(statement.matches(of: /\$\d+|\{\{[a-z_]+\}\}/).map { String($0.output) })
            .filter { !names.isEmpty || $0.hasPrefix("{{") }
        guard said == used else {
            let differing = said.symmetricDifference(used).sorted().joined(separator: ", ")
            throw EmbedError(description: "\(path): the comment or the statement lacks \(differing)")
        }
        var literal = StringLiteral(statement).description
        for (number, name) in names.enumerated().reversed() {
            literal = literal.replacingOccurrences(of: "$\(number + 1)", with: "\\(\(Self.camelCased(name)))")
        }
        for hole in holes {
            let argument = "\(hole.isLiteral ? "literal" : "sql"): \(Self.camelCased(hole.name))"
            literal = literal.replacingOccurrences(of: "{{\(hole.name)}}", with: "\\(\(argument))")
        }
        let given =
            names.map { "\(Self.camelCased($0)): some SQLValue" }
            + holes.map { "\(Self.camelCased($0.name)): \($0.isLiteral ? "String" : "SQL")" }
        let file = path.split(separator: "/").last?.dropLast(".sql".count) ?? ""
        let function = Self.camelCased(String(file))
        let head =
            given.isEmpty
            ? "package static let \(function): SQL ="
            : "package static func \(function)(\(given.joined(separator: ", "))) -> SQL {"
        let comment = (["sql/\(path)"] + header).map { "    /// \($0)" }.joined(separator: "\n")
        declaration = "\(comment)\n    \(head)\n        \(literal)\(given.isEmpty ? "" : "\n    }")"
    }

    /// `run_as` as Swift writes it.
    private static func camelCased(_ name: String) -> String {
        let words = name.split(separator: "_")
        return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
