internal import Postgres

extension Plan {
    /// The plan as a script for psql, which does the same when run: `psql -X -f FILE`.
    public var script: String {
        var lines = ["\\set ON_ERROR_STOP on", "set client_min_messages = warning;"]
        for group in transactions {
            guard let first = group.first else { continue }
            lines += ["", "\\connect \(Self.connectArgument(first.database))", "begin;"]
            for step in group {
                lines.append("-- \(step.title.replacingNewlines)")
                for statement in step.statements {
                    let text = statement.script
                    lines.append(text.last == "\n" ? String(text.dropLast()) : text)
                    if !text.endsStatement { lines[lines.count - 1] += ";" }
                }
            }
            lines.append("commit;")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A database name as psql reads it after `\connect`; in single quotes a backslash is special.
    private static func connectArgument(_ database: String) -> String {
        var quoted = "'"
        for character in database {
            switch character {
            case "'": quoted += "''"
            case "\\": quoted += "\\\\"
            default: quoted.append(character)
            }
        }
        // A name with "=" or a URI would be read as a connection string.
        return database.contains("=") || database.contains("://")
            ? "\"dbname='\(database.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'\"" : quoted + "'"
    }
}

extension String {
    /// Whether the last thing in it, but for blanks and comment lines, is a semicolon.
    var endsStatement: Bool {
        for line in split(separator: "\n").reversed() {
            let trimmed = line.drop { $0 == " " }
            if trimmed.isEmpty || trimmed.hasPrefix("--") { continue }
            return trimmed.last { $0 != " " } == ";"
        }
        return false
    }

    var replacingNewlines: String {
        String(map { $0.isNewline ? " " : $0 })
    }
}
